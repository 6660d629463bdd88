"""Events of every kind are read by the room of their record; an unknown kind is refused."""

import json

import pytest

from dashboard.cases import INDEX
from dashboard.eventkinds import TYPES, newest, read_event
from dashboard.events import CaseEvent, Rejected

NOW = 1_790_000_000_000


def line(kind: str, at: int = NOW - 1000, sent_by: str = "case-system") -> bytes:
    said = {"id": "e1", "type": kind, "case": "A1", "at": at, "sent_by": sent_by, "step": "report"}
    return json.dumps(said).encode()


def test_a_case_is_read_as_a_case() -> None:
    event = read_event(line("case"), NOW)
    assert isinstance(event, CaseEvent)
    assert (event.case, event.changes) == ("A1", [(INDEX["reported_at"], NOW - 1000)])


def test_an_unknown_kind_names_what_there_is() -> None:
    with pytest.raises(Rejected, match=f"'weather', expected one of {', '.join(TYPES)}"):
        read_event(line("weather"), NOW)


def test_the_newest_of_each_sender_and_kind_is_told() -> None:
    events = [
        read_event(line("case", NOW - 5000), NOW),
        read_event(line("case", NOW - 9000), NOW),
        read_event(line("case", NOW - 7000, "collectors"), NOW),
    ]
    assert newest(events) == {
        ("case", "case-system"): NOW - 5000,
        ("case", "collectors"): NOW - 7000,
    }
    assert newest([]) == {}
