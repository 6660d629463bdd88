"""Codes outside the city profile are counted by field."""

from __future__ import annotations

from dashboard.sources.strangers import Strangers
from tests.town import MONDAY, event


def test_unknown_codes_are_counted_the_most_frequent_first() -> None:
    strangers = Strangers({"district": ["101"], "channel": {"web": 1}})
    strangers.see([event("A", 1, MONDAY, "report", district="101", channel="pigeon")])
    strangers.see([event("B", 1, MONDAY, "report", district=None, channel="dove")] * 2)
    strangers.see([event("C", 1, MONDAY, "report", category="X9")])
    assert strangers.found() == {"channel": {"dove": 2, "pigeon": 1}}
    assert list(strangers.found()["channel"]) == ["dove", "pigeon"]
