"""A live state beside its ledger and a clock both obey, and what must hold of them at any time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard import cases as c
from dashboard.eventkinds import newest
from dashboard.events import CaseEvent, decode
from dashboard.framing import Stamp, build_frame
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records, stocks
from dashboard.livestate import LiveState
from dashboard.livestate.contributions import DUE_SOON_MS
from dashboard.profile import Profile
from dashboard.reckoning import Report, reckon
from dashboard.snapshot import Frame
from dashboard.windows import Window
from dashboard.worker import LedgerHistory

STAMP = Stamp(1, 0, "test", False, {"rejected": 0, "lag_ms": 0, "gap": None})


def local(text: str, zone: str = "Asia/Shanghai") -> int:
    """Epoch ms of a wall-clock time."""
    return (
        int(datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000
    )


class City:
    """A ledger, a live state beside it, and a clock both obey."""

    def __init__(self, profile: Profile, folder: Path, now: int, before: Iterable[bytes] = ()):
        self.profile, self.now = profile, now
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", profile.rules, profile.id)
        self.ledger.apply(self.decoded(before))
        self.state = LiveState(profile, LedgerHistory(self.ledger), now)

    def decoded(self, lines: Iterable[bytes]) -> list[CaseEvent]:
        return [decode(one, self.now) for one in lines]

    def take(self, *lines: bytes) -> None:
        events = self.decoded(lines)
        applied = self.ledger.apply(events)
        self.state.apply(applied.changes, applied.delta, newest(events))
        self.state.advance(self.now)

    def wait(self, ms: int) -> None:
        self.now += ms
        self.state.advance(self.now)

    def frame(self) -> Frame:
        return build_frame(self.state, STAMP)

    def fresh_frame(self) -> Frame:
        """What a worker started now would show."""
        return build_frame(LiveState(self.profile, LedgerHistory(self.ledger), self.now), STAMP)

    def reckon(self, first: int, end: int, as_of: int, by: str | None = None) -> Report:
        return reckon(self.ledger, self.profile, Window(first, end, as_of), by)

    def v(self, key: str) -> float | None:
        return self.frame()["m"][key]["v"]


def check(city: City) -> None:
    """Every figure of the frame against queries on the ledger at the same moment."""
    profile, now, frame = city.profile, city.now, city.frame()
    cells, start = frame["m"], profile.day_start
    today = profile.day(now)
    date = datetime.date(1970, 1, 1) + datetime.timedelta(today)
    month = today - date.day + 1
    year = (datetime.date(date.year, 1, 1) - datetime.date(1970, 1, 1)).days
    for prefix, first in (("today", today), ("month", month), ("year", year)):
        found = city.reckon(first, today + 1, now).measures
        by_report = replace(profile, attribution="report", attribution_by={})
        cohort = reckon(city.ledger, by_report, Window(first, today + 1, now)).measures
        for key, cell in cells.items():
            if key.startswith(f"{prefix}."):
                id, _, attributed = key.partition(".")[2].partition("@")
                value = (cohort if attributed else found)[id]
                if attributed and value.value is not None:
                    assert value.value <= 1, key
                shown = (cell["v"], cell["n"], cell["d"])
                assert shown == (value.value, value.num, value.den), key
                assert (cell["st"] == "nodata") == (value.state == "nodata"), key
    same_time = min(start(today - 1) + now - start(today), start(today))
    yesterday = city.reckon(today - 1, today, same_time).measures
    whole = city.reckon(today - 1, today, start(today)).measures
    before = (date.replace(day=1) - datetime.timedelta(1)).replace(day=1)
    first = (before - datetime.date(1970, 1, 1)).days
    then = min(start(first) + now - start(month), start(month))
    last_month = city.reckon(first, month, then).measures
    for key, cell in cells.items():
        prefix, _, id = key.partition(".")
        if prefix == "today" and id in whole and cell["cmp"] is not None:
            assert cell["cmp"] == yesterday[id].value, key
            assert cell["tot"] == whole[id].num, key
        if prefix == "month":
            assert cell["cmp"] == last_month[id].value, key
    of_today = city.reckon(today, today + 1, now, "district")
    check_districts(city, frame, of_today, city.reckon(month, today + 1, now, "district"))
    check_stocks(city, frame)
    fresh = city.fresh_frame()
    since = start(today - 1)  # how far back a new worker looks for news
    frame["t"]["ticker"] = [one for one in frame["t"]["ticker"] if one["at"] >= since]
    fresh["t"]["ticker"] = [one for one in fresh["t"]["ticker"] if one["at"] >= since]
    assert fresh == frame


def check_districts(city: City, frame: Frame, today: Report, month: Report) -> None:
    late = stocks(city.ledger, city.now, by="district")
    for row in frame["t"]["districts"]:
        found = month.by.get(row["id"])
        if found is not None and found["cases.reported"].state != "nodata":
            rate = found["cases.on_time_disposal_rate"]
            assert (row["v"], row["n"], row["d"]) == (rate.value, rate.num, rate.den)
        found = today.by.get(row["id"])
        if found is not None and found["cases.reported"].state != "nodata":
            assert row["reported"] == found["cases.reported"].num
        assert row["overdue"] == (late[row["id"]].overdue if row["id"] in late else 0)
    rates = [row["v"] for row in frame["t"]["districts"] if row["v"] is not None]
    assert rates == sorted(rates, reverse=True)


def check_stocks(city: City, frame: Frame) -> None:
    now = city.now
    shown = {
        key.rpartition(".")[2]: cell["v"] for key, cell in frame["m"].items() if "open." in key
    }
    if shown["open"] is None:
        return
    found = stocks(city.ledger, now).get("")
    assert shown["overdue"] == (found.overdue if found else 0)
    assert shown["suspended"] == (found.suspended if found else 0)
    open_now = soon = 0
    for _, row in records(city.ledger):
        if row[c.CHANNEL] in city.profile.separate_channels:
            continue

        def done(*fields: int, row: c.Row = row) -> bool:
            return any(row[field] is not None and row[field] <= now for field in fields)

        ended = done(c.CANCELLED, c.CLOSED, c.REFUSED, c.REJECTED)
        hung = done(c.SUSPENDED) and not done(c.RESUMED)
        open_now += done(c.REPORTED, c.ACCEPTED, c.FILED, c.DISPATCHED) and not ended
        due = row[c.DUE_AT]
        if done(c.DISPATCHED) and not done(c.DISPOSED) and not ended and not hung and due:
            soon += due - DUE_SOON_MS <= now <= due
    assert (shown["open"], shown["due_soon"]) == (open_now, soon)
