"""Every route × every role, from the router itself: a new route without a policy cannot start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard.access import passwords
from dashboard.access.identity import Identity, identity_of
from dashboard.access.keys import make_keys
from dashboard.access.policy import ACTIONS, ANYBODY, METRICS, ROUTES, may, rules_of
from dashboard.access.roles import Role
from dashboard.accessweb import Guard, NoPolicy, paths
from dashboard.config import load_config
from dashboard.server import create_app
from tests.dashboard.access.house import CHEAP, PEOPLE, House, Visitor

EXAMPLES = {
    "version": "x", "level": "unit_cell", "z": "12", "x": "1", "y": "1", "day": "today",
    "key": "reported.today.unit_cell", "i": "0", "dash": "dash-layout", "scene": "nowhere",
    "page": "definitions", "form": "meixian-2021", "year": "2021", "item": "x",
    "sha256": "0" * 64, "name": "a.pdf", "kind": "csv", "minute": "29926440",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP)
        yield House(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def visitors(house: House) -> dict[str, Visitor]:
    """One browser of each kind, on another machine."""
    people = {next(iter(roles)).value: house.signed_in(user) for user, roles in PEOPLE.items()}
    programs = {"sender": house.sender(), "monitor": house.sender("监控", "watch")}
    found = {"nobody": house.visitor(), "wall": house.wall(), **programs, **people}
    for visitor in found.values():
        visitor.client = "10.1.2.3"
    return found


def concrete(path: str) -> str:
    """A path that the route takes."""
    if path == "/assets":
        return "/assets/x/tokens.css"
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: EXAMPLES[found.group(1)], path)


def test_every_route_and_method_answers_each_role_as_the_policy_says(
    house: House, visitors: dict[str, Visitor]
) -> None:
    asked = 0
    for path in paths(house.router.routes):
        rules = rules_of(path)
        assert rules is not None, path
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            rule = rules.get(method)
            for name, visitor in visitors.items():
                roles = frozenset() if name == "nobody" else frozenset({Role(name)})
                found = visitor.ask(method, concrete(path)).status
                asked += 1
                where = f"{method} {path} as {name}: {found}"
                if rule is None:
                    assert found == 405, where
                elif not may(Identity(roles=roles), rule.action):
                    sends = rule.action == "events.send"
                    asked_to_sign_in = name == "nobody" or (sends and name == "wall")
                    assert found == (401 if asked_to_sign_in else 403), where
                elif rule.csrf == "none":
                    assert found == 415, where  # nothing that could be read
                elif method != "GET":
                    assert found == 403, where  # without Origin and token nobody changes anything
                else:
                    assert found not in (401, 403, 405, 500), where
    assert asked > 500


def test_every_rule_is_about_a_route_and_an_action_that_exist(house: House) -> None:
    real = [*paths(house.router.routes), "/base/map.pmtiles"]
    for path, rules in ROUTES.items():
        start = path.rstrip("*")
        assert any(one == path or (path != start and one.startswith(start)) for one in real), path
        assert {rule.action for rule in rules.values()} <= ACTIONS.keys()


def test_what_the_table_does_not_name_nobody_may(house: House) -> None:
    everything = Identity(roles=frozenset(Role))
    assert not may(everything, "cases.destroy")
    assert may(everything, "cases.list") and not may(Identity(), "cases.list")
    assert not may(Identity(roles=frozenset(Role), stage="totp"), "cases.list")
    assert [a for a in ACTIONS if may(Identity(), a)] == [ANYBODY]


def test_powers_are_separated() -> None:
    """三权分立: no role that manages or watches also does business, none does both."""
    by_role = {role: {a for a, act in ACTIONS.items() if role in act.roles} for role in Role}
    shared = by_role[Role.ADMIN] & by_role[Role.AUDITOR]
    assert shared == {"account.own", "wall.show", "cell.show"}
    assert by_role[Role.MONITOR] == {METRICS}
    business = by_role[Role.OPERATOR] | by_role[Role.REVIEWER]
    assert business & by_role[Role.AUDITOR] == shared
    assert business & by_role[Role.ADMIN] == shared | {"screens.read"}
    assert "forms.review" not in by_role[Role.OPERATOR]
    assert "forms.fill" not in by_role[Role.REVIEWER]
    assert by_role[Role.WALL] == {"wall.show", "wall.beat", "cell.show"}
    assert by_role[Role.SENDER] == {"events.send"}


def test_a_route_without_a_policy_does_not_start(tmp_path: Path) -> None:
    async def secret(request: Request) -> PlainTextResponse:
        return PlainTextResponse("secret")

    with pytest.raises(NoPolicy, match="/secret"):
        House(tmp_path, more=[Route("/secret", secret)])


def test_every_route_of_the_shipped_site_is_among_those_asked_above(
    house: House, tmp_path: Path
) -> None:
    make_keys(tmp_path / "secrets.key")
    overrides = {
        "data_dir": tmp_path, "redis_url": "redis://127.0.0.1:1/0", "city": "meixian",
        "oidc_issuer": "https://idp.gov", "oidc_client_id": "wall", "oidc_client_secret": "x",
    }  # fmt: skip
    app = create_app(load_config(env={}, overrides=overrides))
    assert isinstance(app, Guard)
    assert [path for path in app.paths if path not in paths(house.router.routes)] == []


def test_a_route_behind_the_guard_knows_who_asks(house: House) -> None:
    def seen() -> Iterator[Identity]:
        for visitor in (house.signed_in("wang"), house.wall(name="东厅")):
            got: list[Identity] = []

            async def show(request: Request, got: list[Identity] = got) -> PlainTextResponse:
                got.append(identity_of(request))
                return PlainTextResponse("ok")

            house.router.routes.insert(0, Route("/heat/{key}", show))
            try:
                assert visitor.get("/heat/x").status == 200
            finally:
                del house.router.routes[0]
            yield got[0]

    person, screen = seen()
    assert (person.kind, person.user, person.roles) == ("user", "wang", {Role.OPERATOR})
    assert (screen.kind, screen.name, screen.roles) == ("wall", "东厅", {Role.WALL})


def test_every_change_has_a_bound_on_its_body_and_keeps_it(
    house: House, visitors: dict[str, Visitor]
) -> None:
    """Announced or not: what is longer than the rule says is refused before a route sees it."""
    asked = 0
    for path in paths(house.router.routes):
        rule = (rules_of(path) or {}).get("POST")
        if rule is None:
            continue
        assert 0 < rule.body <= 64 << 20, path
        allowed = [
            visitor
            for name, visitor in visitors.items()
            if name == "nobody" or may(Identity(roles=frozenset({Role(name)})), rule.action)
        ]
        headers = {"content_length": str(rule.body + 1), "content_type": "application/json"}
        for visitor in allowed:
            found = visitor.ask("POST", concrete(path), b"", **headers)
            if visitor is visitors["nobody"] and not may(Identity(), rule.action):
                assert found.status == 401, path
                continue
            asked += 1
            assert found.status == 413, f"{path}: {found.status}"
    assert asked > 10
