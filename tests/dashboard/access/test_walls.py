"""Screens: a link that becomes a cookie, good without the store, gone when revoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.access.keys import make_keys
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Screen, read_network, screen_of, token_of
from dashboard.ledger.errors import LedgerAway
from tests.dashboard.access.house import PAGE, PASSWORD, House


def revoke(house: House, name: str) -> None:
    house.devices.revoke("wall", name, Entry(house.clock(), "test", "screen.revoke", name))


def test_the_link_becomes_a_cookie_and_the_token_leaves_the_address(house: House) -> None:
    visitor = house.visitor()
    answer = visitor.get(f"/wall?dwell=9&token={house.screen()}", **PAGE)
    assert (answer.status, answer.headers["location"]) == (303, "/wall?dwell=9")
    (cookie,) = answer.cookies
    assert "HttpOnly" in cookie and "Max-Age=34560000" in cookie
    page = visitor.get("/wall?dwell=9", **PAGE)
    assert page.status == 200
    assert visitor.get("/live").text == "event: key\n\n"
    assert page.headers["referrer-policy"] == "same-origin"
    house.doors.write_noted()
    (opened,) = house.log.entries(action="screen.open")
    assert opened.entry.subject == "大厅"


def test_each_visit_makes_the_cookie_last_anew(house: House) -> None:
    assert "Max-Age=34560000" in house.wall().get("/wall", **PAGE).cookies[0]


def test_a_revoked_screen_says_so_and_is_never_asked_to_sign_in(house: House) -> None:
    wall = house.wall()
    house.doors.refresh()
    assert house.doors.wall_ended("w0") == ""
    revoke(house, "大厅")
    house.clock.now += 5_000
    house.doors.refresh()
    assert house.doors.wall_ended("w0") == "revoked"  # what ends its open stream
    page = wall.get("/wall", **PAGE)
    assert page.status == 403 and "授权已吊销" in page.text and "login" not in page.text
    assert wall.get("/live").text.startswith("event: ended\n")
    assert wall.get(f"/wall?token={next(iter(wall.cookies.values()))}", **PAGE).status == 403


def test_another_installations_token_and_a_changed_one_are_refused(
    house: House, tmp_path: Path
) -> None:
    foreign = token_of(make_keys(tmp_path / "other.key"), Screen("w0", "大厅"))
    good = house.screen()
    body, _, tag = good.partition(".")
    wider = token_of(house.keys, Screen("w0", "大厅")).partition(".")[0]
    house.screen("窄", scenes=("overview",))
    for token in (
        foreign,
        good[:-1] + "!",
        f"{body}x.{tag}",
        f"{wider}.{tag[::-1]}",
        "",
        ".",
        "é.é",
    ):
        page = house.visitor().get("/wall?token=" + token.encode().hex() if "é" in token else
                                   f"/wall?token={token}", **PAGE)  # fmt: skip
        assert page.status == 403 and "授权无效" in page.text, token
    assert screen_of(house.keys, good) == Screen("w0", "大厅")


def test_a_screen_bound_to_a_network_comes_from_there(house: House) -> None:
    token = house.screen(bind=read_network("10.1.2.0/24"))
    inside, outside = house.visitor(), house.visitor()
    inside.client, outside.client = "10.1.2.77", "10.1.3.1"
    assert inside.get(f"/wall?token={token}", **PAGE).status == 303
    assert "不在授权的地址" in outside.get(f"/wall?token={token}", **PAGE).text
    outside.cookies = dict(inside.cookies)
    assert outside.get("/wall", **PAGE).status == 403
    house.doors.write_noted()
    (refused,) = house.log.entries(action="screen.refused")
    assert (refused.entry.address, refused.detail) == ("10.1.3.1", '{"why": "elsewhere"}')
    assert outside.ask("GET", "/wall", x_forwarded_for="10.1.2.77", **PAGE).status == 403


def test_a_screen_with_some_scenes_gets_those(house: House) -> None:
    wall = house.wall(scenes=("overview",))
    assert wall.get("/wall?dwell=9", **PAGE).headers["location"] == "/wall?dwell=9&scenes=overview"
    assert wall.get("/wall?dwell=9&scenes=overview", **PAGE).status == 200
    assert wall.get("/wall?scenes=overview,grid_heat", **PAGE).status == 303
    assert wall.get("/wall/overview", **PAGE).status == 200
    assert wall.get("/wall/grid_heat", **PAGE).status == 403
    assert wall.get("/grid/meta.json").status == 403
    assert wall.get("/replay/index").status == 200  # its frames are cut like the live ones
    assert wall.get("/replay/heat/1/reported.30d.street").status == 403
    assert house.wall(name="全").get("/grid/meta.json").status == 200


def test_the_wall_goes_on_while_the_account_store_is_broken(house: House) -> None:
    """A restart into a broken store: the link still opens, people are told, no sign-in page."""
    token, cookies = house.screen(), house.wall(name="西厅").cookies
    person = house.signed_in("lin").cookies
    house.database.close()
    for file in house.folder.glob("accounts.db*"):
        file.unlink()
    (house.folder / "accounts.db").write_bytes(b"this is no database" * 500)
    broken = house.again()
    wall = broken.visitor()
    wall.cookies = cookies
    assert wall.get("/wall", **PAGE).status == 200 and wall.get("/live").status == 200
    fresh = broken.visitor()
    assert fresh.get(f"/wall?token={token}", **PAGE).status == 303
    assert fresh.get("/wall", **PAGE).status == 200
    with pytest.raises(LedgerAway):
        broken.doors.refresh()
    assert broken.doors.store_ok is False  # every beat says so
    visitor = broken.visitor()
    visitor.cookies = person
    page = visitor.get("/account", **PAGE)
    assert page.status == 503 and "账号库暂不可用" in page.text
    assert broken.visitor().sign_in("lin", PASSWORD).status == 503


@pytest.mark.parametrize(
    "path",
    [
        "/assets/x/../secrets.key",
        "/assets/x/../../../../etc/passwd",
        "/assets/x/%2e%2e/%2e%2e/secrets.key",
        "/assets//etc/passwd",
        "/assets/x/tokens.css\0.js",
        "/wall/../secrets.key",
        "/wall/_dash-component-suites/../../../secrets.key",
        "/wall/_dash-component-suites/dash/../../../../secrets.key",
        "/grid/../secrets.key",
        "/desk/../secrets.key",
        "//secrets.key",
    ],
)
def test_no_path_leads_out_of_the_site(house: House, path: str) -> None:
    answer = house.signed_in("lin").get(path)
    key = (house.folder / "secrets.key").read_text().strip()
    assert key not in answer.text and "root:" not in answer.text
    assert answer.status == 404


def test_case_lists_are_for_people_of_the_business_and_never_for_walls(house: House) -> None:
    for visitor, given in (
        (house.signed_in("lin"), True),
        (house.signed_in("wang"), True),
        (house.signed_in("chen"), True),
        (house.signed_in("root1"), False),
        (house.signed_in("zhao"), False),
        (house.wall(), False),
    ):
        cell = visitor.get("/cell/unit_cell/5")
        assert cell.status == 200 and ("cases" in cell.json()) is given
        assert visitor.get("/grid/meta.json").json()["case_lists"] is given


def test_a_district_user_sees_its_district(house: House) -> None:
    for user, areas, status in (("dong", {"410151"}, 200), ("xi", {"410152"}, 403)):
        house.add(user, frozenset({Role.OPERATOR}), areas=areas)
        visitor = house.signed_in(user)
        for place in ("unit_cell/5", "duty_grid/0", "district/0"):
            assert visitor.get(f"/cell/{place}").status == status, (user, place)
        assert visitor.get("/wall", **PAGE).status == 200  # the city's sums are everybody's


def test_somebody_half_signed_in_leaves_a_screen_what_it_is(house: House) -> None:
    """Whoever must still change a password at the screen's own browser does not take it along."""
    house.add("neu", frozenset({Role.VIEWER}), must_change=True)
    wall = house.wall()
    assert wall.sign_in("neu", PASSWORD).headers["location"] == "/account/password"
    assert wall.get("/wall", **PAGE).status == 200 and wall.get("/live").status == 200
    assert wall.get("/account", **PAGE).headers["location"] == "/account/password"
    alone = house.visitor()
    alone.sign_in("neu", PASSWORD)
    assert alone.get("/wall", **PAGE).headers["location"] == "/account/password"


def test_a_store_that_lost_its_screens_shuts_none_out_but_keeps_a_revocation(house: House) -> None:
    wall, gone = house.wall(), house.wall(name="旧")
    revoke(house, "旧")
    with house.database.write() as connection:
        connection.execute(text("delete from devices where name = '大厅'"))
    house.clock.now += 5_000
    house.doors.refresh()
    assert wall.get("/wall", **PAGE).status == 200
    assert house.doors.wall_ended("w0") == "" and house.doors.wall_ended("w1") == "revoked"
    assert gone.get("/wall", **PAGE).status == 403
    house.doors.write_noted()
    (unknown,) = house.log.entries(action="screen.unknown")
    assert unknown.entry.subject == "大厅"
