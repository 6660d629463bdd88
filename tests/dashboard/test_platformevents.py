"""Platform events at the door: what they become, and what is refused with which words."""

import orjson
import pytest

from dashboard.eventkinds import OtherEvent, read_event
from dashboard.events import Rejected
from dashboard.platformevents import LONGEST_ROW, Probe, Update
from dashboard.uptime.points import FAILED, NO_LATENCY
from tests.town import HOUR, MONDAY, NOW


def read(kind: str, **fields: object) -> OtherEvent:
    said = {"id": "e1", "type": kind, "at": MONDAY, **fields}
    event = read_event(orjson.dumps({k: v for k, v in said.items() if v != "∅"}), NOW)
    assert isinstance(event, OtherEvent)
    return event


def test_a_probe_is_a_point() -> None:
    event = read("probe", component="db", ok=True, latency_ms=41.6)
    assert (event.subject, event.data) == ("db", Probe(MONDAY, MONDAY, 1, 42))
    assert read("probe", component="db", ok=True).data.answer == NO_LATENCY
    assert read("probe", component="db", ok=False, latency_ms=9).data.answer == FAILED


def test_a_row_of_probes_may_say_its_times_either_way() -> None:
    said = {"component": "db", "ok": True, "every_ms": 60_000}
    row = Probe(MONDAY - HOUR, MONDAY, 60_000, NO_LATENCY)
    assert read("probe", **said, **{"from": MONDAY - HOUR}).data == row
    assert read("probe", **said, **{"from": "2026-01-04T23:00:00+08:00"}).data == row


def test_a_record_is_named_by_its_number_or_the_event() -> None:
    event = read("outage", outage="O1", component="db", **{"from": MONDAY, "to": None})
    assert (event.subject, event.rev) == ("O1", MONDAY)
    assert event.data == Update("O1", {"component": "db", "from": MONDAY, "to": None})
    assert read("ticket", component="db", opened=MONDAY).data.id == "e1"


def test_a_correction_says_when_it_was_made() -> None:
    said: dict[str, object] = {"component": "db", "from": MONDAY - HOUR, "to": MONDAY}
    event = read("correction", **said, state="up", why="误报", who="王", made_at=5)
    assert event.data.changes["made_at"] == MONDAY
    void = read("correction", correction="C1", void=True, why="录错", who="王")
    assert void.data.changes["void"] is True


WHOLE = {"component": "db", "from": MONDAY, "to": MONDAY + 1, "state": "up", "why": "x", "who": "y"}


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("probe", {"ok": True}, "component"),
        ("probe", {"component": "", "ok": True}, "probe: "),
        ("probe", {"component": "a\nb", "ok": True}, "control"),
        ("probe", {"component": "db", "ok": 1}, "probe: "),
        ("probe", {"component": "db", "ok": True, "latency_ms": 1e12}, "latency_ms"),
        ("probe", {"component": "db", "ok": True, "from": MONDAY}, "both or neither"),
        ("probe", {"component": "db", "ok": True, "from": MONDAY + 5, "every_ms": 1}, "every_ms"),
        (
            "probe",
            {"component": "db", "ok": True, "from": MONDAY - LONGEST_ROW, "every_ms": 1},
            "at most 100000",
        ),
        ("outage", {"outage": "O1"}, "no known field"),
        ("outage", {"outage": 7, "to": MONDAY}, "outage: 7"),
        ("outage", {"component": "db", "from": 12}, "before 2000"),
        ("outage", {"component": "db", "state": "maintenance"}, "down or degraded"),
        ("outage", {"component": "db", "planned": "yes"}, "true or false"),
        ("maintenance", {"component": "db", "from": MONDAY, "to": MONDAY}, "not after"),
        ("ticket", {"component": "db", "opened": NOW + HOUR}, "future"),
        ("ticket", {"component": "db", "title": "字" * 201}, "1–200"),
        *(
            ("correction", {**WHOLE, name: "∅"}, f"{name}: missing")
            for name in ("component", "from", "to", "state", "why", "who")
        ),
        ("correction", {"correction": "C1", "void": True, "who": "y"}, "why: missing"),
        ("correction", {**WHOLE, "state": "fine"}, "expected one of up"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    kind: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(Rejected, match=message):
        read(kind, **fields)
