"""Small rooms of access: roles, passwords, keys, networks, origins, bodies."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from dashboard.access.identity import Identity
from dashboard.access.keys import KeyFileError, Keys, load_keys, make_keys
from dashboard.access.passwords import WeakPassword, check_new, hashed, matches, random_password
from dashboard.access.peers import Headers, Peer, peer_of, read_networks, same_origin
from dashboard.access.policy import Rule
from dashboard.access.roles import BadRoles, Role, read_roles
from dashboard.bodies import Bodies, BodyRefused


@pytest.mark.parametrize(
    ("texts", "roles"),
    [
        (["viewer"], {Role.VIEWER}),
        (["operator", " Reviewer "], {Role.OPERATOR, Role.REVIEWER}),
        (["admin"], {Role.ADMIN}),
    ],
)
def test_roles_that_go_together(texts: list[str], roles: set[Role]) -> None:
    assert read_roles(texts) == roles


@pytest.mark.parametrize(
    "texts",
    [
        ["admin", "operator"],
        ["admin", "auditor"],
        ["auditor", "viewer"],
        ["wall"],
        ["sender"],
        [],
        ["boss"],
    ],
)
def test_roles_that_do_not(texts: list[str]) -> None:
    with pytest.raises(BadRoles):
        read_roles(texts)


def test_a_made_password_fits_the_rules_and_is_never_the_same() -> None:
    made = {random_password() for _ in range(200)}
    assert len(made) == 200
    for one in made:
        check_new(one, "wang")
    kept = hashed("a b")
    assert (
        kept.startswith("$argon2id$v=19$m=65536,t=3")
        and matches("a b", kept)
        and not matches("a  b", kept)
    )
    assert not matches("x", "no hash at all")
    with pytest.raises(WeakPassword):
        check_new("x" * 5000, "wang")


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secrets.key"
    with pytest.raises(KeyFileError, match="cityops init"):
        load_keys(file)
    made = make_keys(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_keys(file).fingerprint == made.fingerprint
    with pytest.raises(FileExistsError):
        make_keys(file)
    os.chmod(file, 0o640)
    with pytest.raises(KeyFileError, match="640"):
        load_keys(file)
    os.chmod(file, 0o600)
    file.write_text("short")
    with pytest.raises(KeyFileError, match="64"):
        load_keys(file)


@given(st.binary(max_size=60), st.integers(0, 200), st.characters(codec="ascii"))
def test_what_was_signed_is_read_and_what_was_changed_is_not(
    payload: bytes, place: int, letter: str
) -> None:
    keys = Keys(b"k" * 32)
    signed = keys.sign("wall", payload)
    assert keys.read("wall", signed) == (payload or None)
    assert keys.read("form", signed) is None and Keys(b"j" * 32).read("wall", signed) is None
    place %= len(signed)
    changed = signed[:place] + letter + signed[place + 1 :]
    if changed != signed:
        assert keys.read("wall", changed) is None


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers((k.encode(), v.encode()) for k, v in pairs)


def test_forwarded_headers_count_only_from_named_proxies() -> None:
    trusted = read_networks("10.9.0.0/24, ::1")
    told = (("Host", "wall.gov"), ("X-Forwarded-For", "6.6.6.6, 1.2.3.4, 10.9.0.7"),
            ("X-Forwarded-Proto", "https"))  # fmt: skip
    by_proxy = peer_of("10.9.0.1", "http", headers(*told), trusted)
    assert (by_proxy.address, by_proxy.scheme, by_proxy.by_proxy) == ("1.2.3.4", "https", True)
    direct = peer_of("6.6.6.7", "http", headers(*told), trusted)
    assert (direct.address, direct.scheme, direct.by_proxy) == ("6.6.6.7", "http", False)
    broken = headers(("X-Forwarded-For", "1.2.3.4, not-an-address"))
    assert peer_of("10.9.0.1", "http", broken, trusted).address == "10.9.0.1"
    assert peer_of("::1", "http", headers(), trusted).by_proxy


@pytest.mark.parametrize(
    ("client", "pairs", "local"),
    [
        ("127.0.0.1", [("Host", "127.0.0.1:8050")], True),
        ("::1", [("Host", "[::1]:8050")], True),
        ("127.0.0.1", [("Host", "localhost")], True),
        ("127.0.0.1", [("Host", "evil.test:8050")], False),  # DNS rebinding
        ("127.0.0.1", [("Host", "localhost"), ("X-Forwarded-For", "1.2.3.4")], False),
        ("127.0.0.1", [("Host", "localhost"), ("Forwarded", "for=1.2.3.4")], False),
        ("10.0.0.7", [("Host", "localhost")], False),
        ("127.0.0.1", [], False),
    ],
)
def test_open_access_is_for_this_machine(
    client: str, pairs: list[tuple[str, str]], local: bool
) -> None:
    assert peer_of(client, "http", headers(*pairs), ()).local is local


@pytest.mark.parametrize(
    ("pairs", "ours"),
    [
        ([("Origin", "https://wall.gov")], True),
        ([("Referer", "https://WALL.gov/account")], True),
        ([("Origin", "https://wall.gov.evil.test")], False),
        ([("Origin", "null"), ("Referer", "https://wall.gov/")], False),
        ([("Origin", "https://wall.gov"), ("Origin", "https://evil.test")], False),
        ([("Origin", "https://wall.gov@evil.test")], False),
        ([], False),
    ],
)
def test_whose_page_asked(pairs: list[tuple[str, str]], ours: bool) -> None:
    assert same_origin(headers(*pairs), "wall.gov") is ours


def test_a_body_that_is_too_large_or_too_slow_is_not_waited_for() -> None:
    rule = Rule("public", csrf="none", body=10)
    peer = Peer("1.2.3.4", "http", "wall.gov", False, False)

    async def read(parts: list[bytes], *pairs: tuple[str, str], pause_s: float = 0) -> bytes:
        left = list(parts)

        async def receive() -> Message:
            await asyncio.sleep(pause_s)
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left)}

        check = Bodies(slowest_s=0.2).checked
        told = headers(*pairs)
        limited = await check({"type": "http"}, told, peer, rule, Identity(), receive)
        got = b""
        while True:
            message = await limited()
            got += message["body"]
            if not message["more_body"]:
                return got

    assert asyncio.run(read([b"12345", b"67890"])) == b"1234567890"
    for parts, pairs in (([b"12345", b"678901"], ()), ([b"x"], (("Content-Length", "11"),))):
        with pytest.raises(BodyRefused) as refused:
            asyncio.run(read(parts, *pairs))
        assert refused.value.status == 413
    with pytest.raises(BodyRefused) as refused:
        asyncio.run(read([b"1"] * 10, pause_s=0.05))
    assert refused.value.status == 408
