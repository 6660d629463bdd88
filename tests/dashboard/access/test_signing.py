"""Signing in: what comes in, what stays out, and what a browser is left with."""

from __future__ import annotations

import re
import threading

import pyotp
import pytest

from dashboard.access import totp
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.ledger.sessions import TRIES, TRIES_MS
from dashboard.signing import LOCKED, MINUTE, WRONG, Refused, Visit, hash_of
from tests.dashboard.access.house import HASH, PAGE, PASSWORD, House

NEW = "Bei-jie-2027"


def test_without_a_session_pages_lead_to_the_sign_in_and_back(house: House) -> None:
    visitor = house.visitor()
    asked = visitor.get("/wall/overview?dwell=9", **PAGE)
    assert (asked.status, asked.headers["location"]) == (
        303, "/login?next=%2Fwall%2Foverview%3Fdwell%3D9",
    )  # fmt: skip
    assert visitor.get("/live").status == 401  # no page: nobody is led anywhere
    there = visitor.sign_in("lin", PASSWORD, next="/wall/overview?dwell=9")
    assert there.headers["location"] == "/wall/overview?dwell=9"
    assert visitor.get("/live").status == 200


@pytest.mark.parametrize(
    "onward", ["//evil.test/", "https://evil.test", "/\\evil.test", "x", "/\t/e"]
)
def test_after_signing_in_nobody_is_sent_to_another_host(house: House, onward: str) -> None:
    assert house.visitor().sign_in("lin", PASSWORD, next=onward).headers["location"] == "/account"


def test_cookies_are_hidden_from_scripts_and_stay_on_this_site(house: House) -> None:
    visitor = house.visitor()
    answer = visitor.sign_in("lin", PASSWORD)
    session = next(line for line in answer.cookies if "_session_" in line)
    assert "HttpOnly" in session and "SameSite=lax" in session and "Secure" not in session
    assert visitor.session not in house.database_text()  # only its hash is kept
    secure = House(house.folder / "tls", trusted="127.0.0.1").visitor(x_forwarded_proto="https")
    told = secure.sign_in("lin", PASSWORD, next="/wall")
    assert all("Secure" in line for line in told.cookies if '=""' not in line)
    assert told.headers["strict-transport-security"]


def test_a_session_that_was_there_before_is_worth_nothing_afterwards(house: House) -> None:
    """Session fixation 会话固定: neither a planted cookie nor the former session survives."""
    visitor = house.signed_in("lin")
    former, name = visitor.session, next(k for k in visitor.cookies if "_session_" in k)
    visitor.sign_in("wang", PASSWORD)
    assert visitor.session != former
    assert house.signing.sessions.find(hash_of(former)) is None
    planted = house.visitor()
    planted.cookies[name] = "planted-by-somebody"
    planted.sign_in("wang", PASSWORD)
    assert planted.session != "planted-by-somebody"
    assert house.signing.sessions.find(hash_of("planted-by-somebody")) is None


def test_five_tries_and_the_account_is_shut_from_everywhere(house: House) -> None:
    for n in range(TRIES):
        stranger = house.visitor()
        stranger.client = f"10.0.0.{n}"
        assert WRONG in stranger.sign_in("wang", "wrong").text
    owner = house.visitor()
    assert LOCKED in owner.sign_in("wang", PASSWORD).text
    assert owner.sign_in("lin", PASSWORD).status == 303  # others come in
    house.clock.now += TRIES_MS
    assert house.visitor().sign_in("wang", PASSWORD).status == 303
    assert house.actions().count("sign_in.failed") == TRIES
    assert "sign_in.locked" in house.actions()


def test_five_tries_and_the_address_is_shut_for_every_account(house: House) -> None:
    attacker = house.visitor()
    for user in ("wang", "lin", "chen", "zhao", "nobody-of-that-name"):
        attacker.sign_in(user, "wrong")
    assert LOCKED in attacker.sign_in("root1", PASSWORD).text
    elsewhere = house.visitor()
    elsewhere.client = "10.0.0.9"
    assert elsewhere.sign_in("root1", PASSWORD).status == 303


def test_tries_at_the_same_time_are_not_more_than_five(house: House) -> None:
    said: list[str] = []

    def guess(n: int) -> None:
        try:
            house.signing.sign_in("wang", f"guess {n}", Visit(f"10.0.1.{n}"))
        except Refused as error:
            said.append(str(error))

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(WRONG) == TRIES and said.count(LOCKED) == 12 - TRIES


def test_a_stranger_and_a_wrong_password_are_told_the_same(house: House) -> None:
    texts = {
        re.sub(r'(value|content)="[^"]*"', "", house.visitor().sign_in(user, "wrong").text)
        for user in ("wang", "nobody-here")
    }
    assert len(texts) == 1 and WRONG in texts.pop()


def test_a_form_from_elsewhere_changes_nothing(house: House) -> None:
    visitor = house.signed_in("wang")
    good = {"csrf": visitor.token("/account/password"), "old": PASSWORD, "new": NEW, "again": NEW}
    for form, headers in (
        (good, {"origin": "http://evil.test"}),
        (good, {"origin": "null"}),
        (good, {"origin": ""}),
        ({**good, "csrf": ""}, {}),
        ({**good, "csrf": house.signed_in("wang").token("/account/password")}, {}),
    ):
        assert visitor.post("/account/password", form, **headers).status == 403
    assert house.signing.accounts.secret("wang").password == HASH
    assert visitor.post("/account/password", good).status == 303
    # and nobody can be signed in to somebody else's account by a foreign page
    form = {"user": "lin", "password": PASSWORD, "csrf": house.visitor().token("/login")}
    assert house.visitor().post("/login", form).status == 403


def test_idle_and_old_sessions_end(house: House) -> None:
    visitor = house.signed_in("wang")
    for _ in range(3):
        house.clock.now += 29 * MINUTE
        assert visitor.get("/account", **PAGE).status == 200
    house.clock.now += 31 * MINUTE
    assert visitor.get("/account", **PAGE).headers["location"].startswith("/login")
    busy = house.signed_in("lin")
    for _ in range(25):
        house.clock.now += 29 * MINUTE
        last = busy.get("/account", **PAGE).status
    assert last == 303 and house.actions().count("session.ended") == 2


def test_signing_out_disabling_and_new_roles_count_at_once(house: House) -> None:
    visitor, other = house.signed_in("wang"), house.signed_in("wang")
    kept = dict(visitor.cookies)
    visitor.post("/logout", {"csrf": visitor.token("/account")})
    assert visitor.session == ""
    visitor.cookies = kept
    assert visitor.get("/account").status == 401
    told = Entry(house.clock(), "test", "account.change", "wang")
    house.signing.accounts.change(told, roles={Role.VIEWER}, areas={"441403"})
    assert "查看" in other.get("/account", **PAGE).text
    house.signing.accounts.disable(Entry(house.clock(), "test", "account.disable", "wang"))
    assert other.get("/account").status == 401
    assert WRONG in house.visitor().sign_in("wang", PASSWORD).text


def test_the_first_password_must_be_changed_before_anything_else(house: House) -> None:
    house.add("sun", frozenset({Role.OPERATOR}), must_change=True)
    visitor = house.visitor()
    assert visitor.sign_in("sun", PASSWORD, next="/wall").headers["location"] == "/account/password"
    for path in ("/wall", "/account", "/account/totp"):
        assert visitor.get(path, **PAGE).headers["location"] == "/account/password"
    assert visitor.get("/live").status == 401
    before = visitor.session
    form = {"csrf": visitor.token("/account/password"), "old": PASSWORD}
    for new, again, why in (
        ("short1A", "short1A", "10–128"),
        ("nur-klein-aber-lang", "nur-klein-aber-lang", "三类" if False else "3 类"),
        ("Sun-2026-abc", "Sun-2026-abc", "用户名"),
        ("Aa1-Aa1-Aa1-", "Aa1-Aa1-Aa1-", "单一"),
        (PASSWORD, PASSWORD, "最近"),
        (NEW, NEW + "x", "不一样"),
    ):
        answer = visitor.post("/account/password", {**form, "new": new, "again": again})
        assert answer.status == 400 and why in answer.text, (new, answer.text)
    done = visitor.post("/account/password", {**form, "new": NEW, "again": NEW})
    assert done.status == 303 and visitor.session != before
    assert visitor.get("/wall", **PAGE).status == 200
    house.clock.now += MINUTE
    back = {
        "csrf": visitor.token("/account/password"),
        "old": NEW,
        "new": PASSWORD,
        "again": PASSWORD,
    }
    assert "最近" in visitor.post("/account/password", back).text  # not even by going round


def test_a_new_password_ends_every_other_session(house: House) -> None:
    mine, stolen = house.signed_in("wang"), house.signed_in("wang")
    form = {"csrf": mine.token("/account/password"), "old": PASSWORD, "new": NEW, "again": NEW}
    assert mine.post("/account/password", form).status == 303
    assert mine.get("/account").status == 200 and stolen.get("/account").status == 401


def test_the_second_factor(house: House) -> None:
    visitor = house.signed_in("wang")
    page = visitor.get("/account/totp", **PAGE).text
    word = re.search(r'name="word" value="(\w+)"', page)
    assert word
    seed = totp.seed(house.keys, "wang", word.group(1))
    assert seed in page.replace(" ", "") and "otpauth://totp/" in page

    def code(after_s: int = 0) -> str:
        return pyotp.TOTP(seed).at(house.clock() // 1000 + after_s)

    form = {"csrf": visitor.token("/account/totp"), "word": word.group(1)}
    assert visitor.post("/account/totp", {**form, "code": "000000"}).status == 400
    assert visitor.post("/account/totp", {**form, "code": code()}).status == 303
    house.clock.now += MINUTE
    again = house.visitor()
    first = again.sign_in("wang", PASSWORD)
    assert first.headers["location"] == "/login/totp"
    for path in ("/wall", "/account", "/account/password"):
        assert again.get(path, **PAGE).headers["location"] == "/login/totp"
    half = again.session
    second = {"csrf": again.token("/login/totp"), "code": code(300)}
    assert again.post("/login/totp", second).status == 401
    second["code"] = code()
    assert again.post("/login/totp", second).status == 303
    assert again.session != half and again.get("/wall", **PAGE).status == 200
    replay = house.visitor()
    replay.sign_in("wang", PASSWORD)
    used = {"csrf": replay.token("/login/totp"), "code": code()}
    assert replay.post("/login/totp", used).status == 401  # a code opens once


def test_what_people_type_is_shown_as_text(house: House) -> None:
    page = house.visitor().sign_in("<script>alert(1)</script>", "x").text
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_trusted_proxy_names_the_user_and_nobody_else_can(house: House) -> None:
    house = House(house.folder / "sso", trusted="10.9.0.1", proxy_user="x-remote-user")
    by_proxy = house.visitor(x_remote_user="wang", x_forwarded_for="10.1.1.1")
    by_proxy.client = "10.9.0.1"
    assert "业务" in by_proxy.get("/account", **PAGE).text
    direct = house.visitor(x_remote_user="wang")
    direct.client = "10.9.0.2"
    assert direct.get("/account").status == 401
    stranger = house.visitor(x_remote_user="mallory")
    stranger.client = "10.9.0.1"
    assert stranger.get("/account").status == 401
