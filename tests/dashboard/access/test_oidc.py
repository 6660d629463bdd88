"""Sign-in by an identity provider that really answers; every lie it could tell is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from dashboard.config import ConfigError, load_config
from dashboard.oidc import FRESH_MS
from dashboard.oidc import Provider as Registered
from tests.dashboard.access.house import PAGE, House, Visitor
from tests.dashboard.access.provider import CLIENT, SECRET, Provider, provider


@pytest.fixture(scope="module")
def truthful() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, truthful: Provider) -> House:
    truthful.says, truthful.signs_with = {}, truthful.key
    made = House(tmp_path, oidc=Registered(truthful.issuer, CLIENT, SECRET))
    made.clock.now = time.time_ns() // 1_000_000
    return made


def leave(visitor: Visitor, onward: str = "/wall/overview") -> str:
    """To the provider; where the browser is sent."""
    answer = visitor.get(f"/login/oidc?next={onward}", **PAGE)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def come_back(visitor: Visitor, provider: Provider, address: str, **changes: str) -> Any:
    code = provider.allow(address)
    query = {"code": code, "state": provider.asked["state"], **changes}
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return visitor.get(f"/login/oidc/callback?{words}", **PAGE)


def test_a_person_the_provider_knows_comes_in_with_our_roles(
    house: House, truthful: Provider
) -> None:
    visitor = house.visitor()
    address = leave(visitor)
    assert address.startswith(f"{truthful.issuer}/authorize?")
    answer = come_back(visitor, truthful, address)
    assert (answer.status, answer.headers["location"]) == (303, "/wall/overview")
    assert "业务" in visitor.get("/account", **PAGE).text
    assert truthful.asked["redirect_uri"] == "http://127.0.0.1:8050/login/oidc/callback"
    (entry,) = house.log.entries(action="sign_in")
    assert entry.entry.who == "wang" and '"how": "oidc"' in entry.detail
    assert come_back(visitor, truthful, address).status == 400  # the journey is over
    assert 'href="/login/oidc"' in house.visitor().get("/login", **PAGE).text


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://evil.test"},
        {"aud": "another-client"},
        {"aud": ["wall", "other"], "azp": "other"},
        {"nonce": "of another journey"},
        {"exp": 1},
        {"iat": "soon"},
        {"preferred_username": ""},
        {"preferred_username": ["wang"]},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    house: House, truthful: Provider, lie: dict[str, Any]
) -> None:
    truthful.says = lie
    visitor = house.visitor()
    assert come_back(visitor, truthful, leave(visitor)).status == 400
    assert visitor.session == "" and visitor.get("/account").status == 401


def test_a_token_signed_by_somebody_else_is_refused(house: House, truthful: Provider) -> None:
    truthful.signs_with = RSAKey.generate_key(2048, {"kid": "k1", "alg": "RS256"})
    visitor = house.visitor()
    assert come_back(visitor, truthful, leave(visitor)).status == 400


def test_a_journey_is_one_browsers_and_short(house: House, truthful: Provider) -> None:
    mine, other = house.visitor(), house.visitor()
    address = leave(mine)
    assert come_back(other, truthful, address).status == 400  # login CSRF: no cookie of the start
    assert come_back(mine, truthful, address, state="guessed").status == 400
    assert come_back(mine, truthful, address, code="guessed").status == 400
    house.clock.now += FRESH_MS + 1
    assert come_back(mine, truthful, address).status == 400


def test_strangers_and_disabled_people_stay_out(house: House, truthful: Provider) -> None:
    truthful.says = {"preferred_username": "mallory"}
    visitor = house.visitor()
    answer = come_back(visitor, truthful, leave(visitor))
    assert answer.status == 403 and "没有账号" in answer.text
    assert "sign_in.failed" in house.actions()


def test_a_provider_that_is_away_is_told_and_passwords_go_on(tmp_path: Path) -> None:
    house = House(tmp_path, oidc=Registered("http://127.0.0.1:1", CLIENT, SECRET))
    answer = house.visitor().get("/login/oidc", **PAGE)
    assert answer.status == 503 and "没有成功" in answer.text
    house.signed_in("wang")


@pytest.mark.parametrize("issuer", ["http://idp.gov", "idp.gov", "https://idp.gov/?x", "ftp://x"])
def test_the_provider_must_be_reached_safely(issuer: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        load_config(env={}, overrides={"oidc_issuer": issuer})
