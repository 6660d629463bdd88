"""Events by HTTP: acknowledged when a real Redis has them, again without harm, never too fast."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.trail import Entry
from dashboard.bus import Bus, events_key, rejected_key
from dashboard.city import load_profile
from dashboard.eventkinds import read_event
from dashboard.intake import BYTES, MOST
from dashboard.ledger import Ledger
from dashboard.ledger.reading import size
from tests.dashboard.access.house import House, Visitor
from tests.dashboard.asking import Answer
from tests.servers import RedisServer
from tests.town import NOW

CITY = "meixian"


def event(n: int, **more: Any) -> dict[str, Any]:
    case = {"case": f"M-{n}", "step": "report", "set": {"category": "E0102"}}
    return {"id": f"e{n}", "type": "case", "at": NOW - 1000 * n, "sent_by": "12319", **case, **more}


def post(visitor: Visitor, events: list[Any], media: str = "application/x-ndjson") -> Answer:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in events]
    body = "\n".join(texts) if media != "application/json" else "[" + ",\n ".join(texts) + "]"
    return visitor.ask("POST", "/api/events", body.encode(), content_type=media)


@pytest.fixture
def house(tmp_path: Path, redis_server: RedisServer) -> House:
    return House(tmp_path, stream=Bus(redis_server.url, CITY), people=False)


def entries(redis_server: RedisServer) -> int:
    return int(redis_server.client().xlen(events_key(CITY)))


@pytest.mark.parametrize("media", ["application/x-ndjson", "application/json; charset=utf-8"])
def test_what_is_acknowledged_is_in_the_stream(
    house: House, redis_server: RedisServer, media: str
) -> None:
    answer = post(
        house.sender(), [event(n) for n in range(3)], media.replace("; charset=utf-8", "")
    )
    assert answer.status == 200
    assert answer.json() == {
        "accepted": 3, "rejected": 0, "retry": 0,
        "results": [{"id": f"e{n}", "status": "accepted"} for n in range(3)],
    }  # fmt: skip
    assert entries(redis_server) == 3


def test_each_event_has_its_verdict_and_bad_ones_spoil_nothing(
    house: House, redis_server: RedisServer
) -> None:
    bad = [event(1, at=NOW + 10**9), "{not json", event(2, type="weather"), "[]"]
    told = post(house.sender(), [event(0), *bad, event(3)]).json()
    assert [one["status"] for one in told["results"]] == [
        "accepted", "rejected", "rejected", "rejected", "rejected", "accepted",
    ]  # fmt: skip
    assert "future" in told["results"][1]["reason"] and told["results"][1]["id"] == "e1"
    assert entries(redis_server) == 2
    kept = redis_server.client().xrange(rejected_key(CITY))
    assert len(kept) == 4 and kept[0][1][b"from"].decode() == "http:案件系统"


def test_sending_again_changes_nothing(house: House, redis_server: RedisServer) -> None:
    sender = house.sender()
    for _ in range(3):
        assert post(sender, [event(n) for n in range(5)]).status == 200
    profile = load_profile(CITY)
    ledger = Ledger.open(f"sqlite:///{house.folder}/again.db", profile.rules, CITY)
    bus = Bus(redis_server.url, CITY)
    ledger.apply([read_event(body, NOW) for _, body in bus.read("0-0", 100)])
    assert (size(ledger).cases, size(ledger).events) == (5, 5)
    ledger.close()


def test_who_may_send(house: House, redis_server: RedisServer) -> None:
    nobody = house.visitor()
    for authorization in ("", "Bearer ", "Bearer s0.wrong", "Bearer s0", "Basic czA6Z2VoZWlt"):
        house.clock.now += 1
        answer = post(Visitor(house, {"authorization": authorization}), [event(0)])
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert post(nobody, [event(0)]).status == 401
    bound = house.sender("绑定", bind="10.1.2.3/32")
    assert post(bound, [event(0)]).status == 401
    bound.client = "10.1.2.3"
    assert post(bound, [event(0)]).status == 200
    told = post(house.sender("专用", sent_by="egov"), [event(0), event(1, sent_by="egov")]).json()
    assert [one["status"] for one in told["results"]] == ["rejected", "accepted"]
    house.devices.revoke("send", "绑定", Entry(NOW, "test", "token.revoke", "绑定"))
    assert post(bound, [event(0)]).status == 401
    assert entries(redis_server) == 2
    house.doors.write_noted()
    refused = [link.entry.who for link in house.log.entries(action="token.refused")]
    assert refused == ["token:", "token:s0", "token:s0"]  # one from elsewhere; the rest was noted
    assert house.sender("三").get("/wall").status == 403  # a sender sees nothing


def test_too_much_too_fast_and_not_to_be_read(house: House, redis_server: RedisServer) -> None:
    sender = house.sender()
    assert post(sender, [event(n) for n in range(MOST + 1)]).status == 413
    large = sender.ask("POST", "/api/events", b"x" * (BYTES + 1), content_type="application/json")
    assert large.status == 413
    for body, media, status in (
        (b"id=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (b"[1,", "application/json", 400),
        (b"[]", "application/json", 400),
        (b" \n ", "application/x-ndjson", 400),
    ):
        assert sender.ask("POST", "/api/events", body, content_type=media).status == status
    packed = sender.ask(
        "POST", "/api/events", b"x", content_type="application/json", content_encoding="gzip"
    )
    assert packed.status == 415
    assert post(sender, [event(n) for n in range(MOST)]).status == 200
    again = post(sender, [event(n) for n in range(600)])
    assert (again.status, again.headers["retry-after"]) == (429, "2")
    assert post(house.sender("另一个"), [event(0)]).status == 200  # others are not slowed down
    house.clock.now += 2_000
    assert post(sender, [event(n) for n in range(600)]).status == 200
    assert sender.get("/api/events").status == 405


def test_without_redis_the_sender_is_told_to_come_again(
    house: House, redis_server: RedisServer
) -> None:
    sender = house.sender()
    redis_server.kill()
    answer = post(sender, [event(0), "broken"])
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert [one["status"] for one in answer.json()["results"]] == ["retry", "rejected"]
    redis_server.restart()
    assert post(sender, [event(0)]).json()["accepted"] == 1


def test_a_full_redis_takes_a_part_and_the_sender_knows_which(
    tmp_path: Path, make_redis: Any
) -> None:
    small = make_redis(maxmemory="3mb")
    house = House(tmp_path, stream=Bus(small.url, CITY), people=False)
    sender, told = house.sender(), {"retry": 0}
    for round_ in range(30):
        house.clock.now += 10_000
        batch = [event(1000 * round_ + n, set={"place": "长" * 40}) for n in range(500)]
        answer = post(sender, batch)
        told = answer.json()
        assert told["rejected"] == 0, told["results"][0]
        if answer.status == 503:
            break
    assert told["retry"] > 0
    states = [one["status"] for one in told["results"]]
    assert states == sorted(states)  # accepted first, retry after
