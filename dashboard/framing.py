"""From the live state to a frame 画面: what the wall shows, judged and named in Chinese."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dashboard.formula import OVERDUE, Resolved, Value
from dashboard.livestate import LiveState
from dashboard.livestate import contributions as stock
from dashboard.livestate.state import DAYS_BACK, EPOCH, Counts
from dashboard.platformparts import OWN_SENDERS
from dashboard.profile import Profile
from dashboard.snapshot import VERSION, Cell, Frame, Gap, Health, SourceCell, State
from dashboard.terms import STEPS

TODAY: Final = (
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "disposed",
    "checked",
    "closed",
    "self_handled",
    "cancelled",
    "rework",
    "postponed",
    "suspended",
)
MONTH: Final = ("rework", "postponed", "suspended")
YEAR: Final = ("reported", "filed", "closed")
OPEN: Final = (stock.OPEN, stock.OVERDUE, stock.SUSPENDED, stock.DUE_SOON)
RANKED_BY: Final = "cases.on_time_disposal_rate"
TICKER, CATEGORIES, DEPARTMENTS = 12, 8, 8
LATE_AFTER, OFFLINE_AFTER = 3, 10
"""迟滞, 断线: silent for so many times the expected interval of the source."""
UNKNOWN_EVERY_S: Final = 600
"""Expected interval of a source the profile does not name."""


@dataclass(frozen=True)
class Stamp:
    """What a frame says about itself."""

    seq: int
    as_of: int
    build: str
    demo: bool
    health: Health


def health(state: LiveState, lag_ms: int, gap: Gap | None) -> Health:
    return Health(rejected=state.rejected, lag_ms=lag_ms, gap=gap)


def build_frame(state: LiveState, stamp: Stamp) -> Frame:
    """The frame of this moment."""
    profile = state.profile
    sources = _sources(state)
    cases = state.senders({"case"})
    painter = _Painter(state, _overall([one for one in sources if one["id"] in cases]))
    return Frame(
        v=VERSION,
        seq=stamp.seq,
        as_of=stamp.as_of,
        build=stamp.build,
        city={"id": profile.id, "name": profile.name, "title": profile.title},
        demo=stamp.demo,
        sources=sources,
        health=stamp.health,
        m=painter.cells(),
        s=painter.series(),
        t=painter.tables(),
    )


class _Painter:
    def __init__(self, state: LiveState, feed: State) -> None:
        self._state, self._feed = state, feed
        self._profile: Profile = state.profile
        self._today = state.counts(state.day)

    def cells(self) -> dict[str, Cell]:
        state = self._state
        month, year = state.month_start(state.day), state.year_start(state.day)
        month_counts, year_counts = state.counts(month), state.counts(year)
        before, whole = (state.counts_yesterday(whole=flag) for flag in (False, True))
        last_month = state.counts_last_month()
        last_first = state.month_before(state.day)[0]
        cells: dict[str, Cell] = {}
        for name in TODAY:
            cell = self._cell(f"cases.{name}", self._today, state.day)
            if state.known(state.day - 1):
                cell["cmp"] = self._value(f"cases.{name}", before).value
                cell["tot"] = self._value(f"cases.{name}", whole).num
            cells[f"today.cases.{name}"] = cell
        for id, measure in state.measures.items():
            if measure.measure.kind == "rate":
                cells[f"today.{id}"] = self._cell(id, self._today, state.day)
                cell = self._cell(id, month_counts, month)
                if state.known(last_first):
                    cell["cmp"] = self._value(id, last_month).value
                cells[f"month.{id}"] = cell
        for id, measure in state.cohort.items():
            cells[f"today.{id}@report"] = self._cell(id, self._today, state.day, measure)
        for name in MONTH:
            cell = self._cell(f"cases.{name}", month_counts, month)
            if state.known(last_first):
                cell["cmp"] = self._value(f"cases.{name}", last_month).value
            cells[f"month.cases.{name}"] = cell
        for name in YEAR:
            cells[f"year.cases.{name}"] = self._cell(f"cases.{name}", year_counts, year)
        for name in OPEN:
            n = state.stock(name)
            known = bool(state.senders({"case"}))
            cells[f"open.cases.{name}"] = _cell(n if known else None, None, self._st(known))
        return cells

    def _value(self, id: str, counts: Counts, chosen: Resolved | None = None) -> Value:
        measure = chosen or self._state.measures[id]
        return measure.value(_for(measure, counts), self._state.now)

    def _cell(
        self, id: str, counts: Counts, first_day: int, chosen: Resolved | None = None
    ) -> Cell:
        value = self._value(id, counts, chosen)
        if not self._state.known(first_day):
            value = replace(value, num=None, state="nodata")
        cell = _cell(value.num, value.den, self._st(value.state == "live"))
        cell["v"] = value.value
        target = self._profile.targets.get(id)
        if target is not None:
            cell["tgt"], cell["op"] = target.value, target.op
            cell["ok"] = target.judge(value.value)
        return cell

    def _st(self, known: bool) -> State:
        return self._feed if known else "nodata"

    def series(self) -> dict[str, Any]:
        state, start = self._state, self._profile.day_start
        now_h = (state.now - start(state.day)) / 3_600_000
        hours: list[int | None] = list(state.hours(today=True))
        ahead = min(23, int(now_h)) + 1
        days = range(state.day - DAYS_BACK + 1, state.day + 1)
        counts = [state.day_counts(day) for day in days]
        return {
            "hourly.reported": {
                "today": hours[:ahead] + [None] * (24 - ahead),
                "yesterday": state.hours(today=False),
                "now_h": round(now_h, 3),
            },
            "days30": {
                "days": [(EPOCH + datetime.timedelta(day)).strftime("%m-%d") for day in days],
                "reported": [self._value("cases.reported", one).num for one in counts],
                "closed": [self._value("cases.closed", one).num for one in counts],
            },
        }

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "channels": self._channels(),
            "categories": self._categories(),
            "districts": self._districts(),
            "departments": self._departments(),
            "ticker": self._ticker(),
        }

    def _reported(self, group: str) -> dict[str, int]:
        found = self._state.members_today(group)
        return {m: self._value("cases.reported", counts).num or 0 for m, counts in found.items()}

    def _channels(self) -> list[dict[str, Any]]:
        """Today's reports by channel group 来源大类; a channel kept apart 单列 has its own row."""
        profile = self._profile
        sums: dict[tuple[str, str], int] = {}
        for channel, n in self._reported("channel").items():
            if channel in profile.separate_channels:
                key = (channel, f"{profile.label('channel', channel)}（单列）")
            else:
                group = profile.parent_channel(channel)
                key = (group, profile.channel_groups.get(group, group))
            sums[key] = sums.get(key, 0) + n
        rows = [{"id": id, "name": name, "n": n} for (id, name), n in sums.items() if n]
        return sorted(rows, key=_most("n"))

    def _categories(self) -> list[dict[str, Any]]:
        rows = [
            {"id": code, "name": self._profile.label("category", code), "n": n}
            for code, n in self._reported("category").items()
            if n
        ]
        return sorted(rows, key=_most("n"))[:CATEGORIES]

    def _districts(self) -> list[dict[str, Any]]:
        profile, state = self._profile, self._state
        overdue = state.stock_members(stock.OVERDUE, "district")
        target = profile.targets.get(RANKED_BY)
        named = {area.code for area in profile.districts}
        rows: list[dict[str, Any]] = []
        today = state.members_today("district")
        known = state.known(state.month_start(state.day))
        for code, counts in state.districts_month().items():
            reported = self._value("cases.reported", today.get(code, {})).num or 0
            rate = self._value(RANKED_BY, counts if known else {})
            late = overdue.get(code, 0)
            if code not in named and not (reported or late or rate.num or rate.den):
                continue
            row = {"id": code, "name": profile.label("district", code), "reported": reported}
            row |= {"overdue": late, "v": rate.value, "n": rate.num, "d": rate.den}
            rows.append(row | {"ok": None if target is None else target.judge(rate.value)})
        return sorted(rows, key=lambda r: (r["v"] is None, -(r["v"] or 0), -(r["d"] or 0), r["id"]))

    def _departments(self) -> list[dict[str, Any]]:
        holding = self._state.stock_members(stock.HOLDING, "department")
        overdue = self._state.stock_members(stock.OVERDUE, "department")
        rows = [
            {
                "id": code,
                "name": self._profile.label("department", code),
                "overdue": overdue.get(code, 0),
                "open": n,
            }
            for code, n in holding.items()
        ]
        return sorted(rows, key=_most("overdue", "open"))[:DEPARTMENTS]

    def _ticker(self) -> list[dict[str, Any]]:
        profile, state = self._profile, self._state
        return [
            {
                "at": item.at,
                "district": profile.label("district", item.district),
                "place": item.place,
                "category": profile.label("category", item.category),
                "step": STEPS[item.step],
            }
            for item in state.news.latest(state.now, TICKER)
        ]


def _for(measure: Resolved, counts: Counts) -> Mapping[str, int]:
    """By report time 按上报时间, overdue is of the cases reported in the window."""
    if measure.attribution != "report":
        return counts
    return {**counts, OVERDUE: counts.get(f"{OVERDUE}@report", 0)}


def _most(*names: str) -> Any:
    return lambda row: (*(-row[name] for name in names), row["id"])


def _cell(num: int | None, den: int | None, st: State) -> Cell:
    return Cell(v=num, n=num, d=den, st=st, cmp=None, tot=None, tgt=None, op=None, ok=None)


def _sources(state: LiveState) -> list[SourceCell]:
    named = [(one.id, one.name, one.expected_every_s) for one in state.profile.sources]
    known = {id for id, _, _ in named}
    heard = state.senders()
    others = sorted(heard.keys() - known)[:8]
    return [
        SourceCell(
            id=id,
            name=name,
            last_at=heard.get(id),
            state=_freshness(state.now, heard.get(id), every_s),
            every_s=every_s,
        )
        for id, name, every_s in [
            *named,
            *((id, OWN_SENDERS.get(id, id), UNKNOWN_EVERY_S) for id in others),
        ]
    ]


def _freshness(now: int, last_at: int | None, every_s: int) -> State:
    if last_at is None:
        return "nodata"
    silent_s = (now - last_at) / 1000
    if silent_s <= LATE_AFTER * every_s:
        return "live"
    return "late" if silent_s <= OFFLINE_AFTER * every_s else "offline"


def _overall(sources: list[SourceCell]) -> State:
    """The state of city-wide figures of cases: that of the freshest source that sends any."""
    order: tuple[State, ...] = ("live", "late", "offline")
    found = {source["state"] for source in sources}
    return next((state for state in order if state in found), "nodata")
