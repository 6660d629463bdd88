"""The platform's part of the frame 平台画面: cells, calendar, lanes, lists; see docs/frame.md."""

from __future__ import annotations

import calendar as months
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.cityparts import Target
from dashboard.formula import Choice, Resolved, apply_choice
from dashboard.platformlive import episodes, lanes
from dashboard.platformlive.state import LANE_DAYS, PlatformState
from dashboard.platformmeasures import PLATFORM
from dashboard.platformparts import SCREEN, Component
from dashboard.snapshot import Cell, State
from dashboard.uptime import days as calendar
from dashboard.uptime import tickets
from dashboard.uptime.composite import compose
from dashboard.uptime.findings import Basis, contradictions
from dashboard.uptime.points import FAILED
from dashboard.uptime.records import Ticket
from dashboard.uptime.spans import DEGRADED, DOWN, NAMES, UP, Spans

ROWS: Final = 24
TICKETS: Final = 8
GROUPS: Final = {"district": "二级平台", "screen": "大屏终端"}
"""Components shown together in one row."""
_LATE: Final = 10
"""A probe older than its allowed gap is late, older than so many of them offline."""
Counts = Mapping[str, int]


class Painter:
    """Paints one moment; `feed` is the state of figures, `targets` those of the city."""

    def __init__(self, state: PlatformState, choice: Choice, targets: Mapping[str, Target]) -> None:
        self._state, self._choice, self._targets = state, choice, targets
        self._feed = self._freshness()
        self._shown = self._rows()
        self._step_ms, self._h24 = lanes.hours([row[2] for row in self._shown], state.now)
        self._tickets = [one for one in state.records if isinstance(one, Ticket)]
        now, first = state.today, state.first_of_year
        self._year = state.days(first, now + 1)
        month = {day: one for day, one in self._year.items() if day >= state.first_of_month}
        today = {day: one for day, one in self._year.items() if day == now}
        firsts = {"today": now, "month": state.first_of_month, "year": first}
        self._known = {window: state.evident(day) for window, day in firsts.items()}
        self._counts = {
            "today": self._sum(today, now),
            "month": self._sum(month, state.first_of_month),
            "year": self._sum(self._year, first),
        }

    # -- cells

    def cells(self) -> dict[str, Cell]:
        """`m`: figures of today, the month, the year, and of now."""
        out: dict[str, Cell] = {}
        for window in self._counts:
            out[f"{window}.platform.fault_rate"] = self._measure("fault_rate", window)
            for bound in ("lower", "upper"):
                cell = self._measure(f"availability_{bound}", window)
                out[f"{window}.platform.availability@{bound}"] = cell
        year = self._counts["year"]
        out["year.platform.normal_days"] = self._normal_days(year)
        said = {"lost_days": "days_fault", "pending_days": "days_pending"}
        said |= {name: name for name in ("unknown_s", "maintenance_s", "degraded_s", "down_s")}
        for name, counter in said.items():
            n = year[counter] if self._known["year"] else None
            out[f"year.platform.{name}"] = self._plain(n)
        for name in ("mtbf", "mttr"):
            out[f"year.platform.{name}_s"] = self._measure(name, "year")
        for name in ("outages", "maintenance_timeliness"):
            out[f"year.platform.{name}"] = self._measure(name, "year")
        out["year.platform.corrections"] = self._plain(len(episodes.corrections(self._state)))
        return out | self._now()

    def _measure(self, name: str, window: str) -> Cell:
        id = f"platform.{name}"
        value = self._resolved(id).value(self._counts[window], self._state.as_of)
        cell = self._plain(value.num if self._known[window] else None)
        cell["d"] = value.den
        cell["v"] = value.value if self._known[window] else None
        if value.state != "live":
            cell["st"] = "nodata"
        return self._judged(cell, id)

    def _judged(self, cell: Cell, id: str) -> Cell:
        target = self._targets.get(id)
        if target is not None:
            cell["tgt"], cell["op"] = target.value, target.op
            cell["ok"] = target.judge(cell["v"])
        return cell

    def _normal_days(self, counts: Counts) -> Cell:
        normal, served = counts["days_normal"], counts["days_served"]
        whole = 366 if months.isleap(self._state.year) else 365
        ahead = whole - (self._state.today - self._state.first_of_year + 1)
        cell = self._plain(normal if self._known["year"] else None)
        target = self._targets.get("platform.normal_days")
        cell["d"], cell["tot"] = served, normal + ahead
        goal = whole if target is None else target.value
        cell["tgt"], cell["op"] = goal, ">="
        if cell["v"] is not None:
            cell["ok"] = "bad" if normal + ahead < goal else "good"
        return cell

    def _now(self) -> dict[str, Cell]:
        state = self._state
        named = [one for one in state.components if one.kind != "screen"]
        found = [state.state_of(one.id) for one in named]
        serving = [one for one in found if one is not None]
        up = self._plain(sum(one[0] in (UP, DEGRADED) for one in serving))
        up["tot"] = len(serving)
        screens = [state.state_of(one.id) for one in state.components if one.kind == "screen"]
        on = self._plain(sum(one is not None and one[0] in (UP, DEGRADED) for one in screens))
        on["tot"] = len(screens)
        still_open = [one for one in self._tickets if _ended(one, state.now) is None]
        overdue = sum(self._in_time(one) is False for one in still_open)
        return {
            "now.platform.components_up": up,
            "now.platform.outages_open": self._plain(sum(one[0] == DOWN for one in serving)),
            "now.platform.tickets_open": self._plain(len(still_open)),
            "now.platform.tickets_overdue": self._plain(overdue),
            "now.platform.screens_up": on,
        }

    def _plain(self, n: int | None) -> Cell:
        n = None if self._feed == "nodata" else n
        st: State = "nodata" if n is None else self._feed
        return Cell(v=n, n=n, d=None, st=st, cmp=None, tot=None, tgt=None, op=None, ok=None)

    # -- series

    def series(self) -> dict[str, Any]:
        """`s`: the rules in words, the calendar, the scale of the lanes."""
        return {
            "platform.about": self._about(),
            "platform.calendar": self._calendar(),
            "platform.lanes": {
                "to": (self._state.now // self._step_ms + 1) * self._step_ms,
                "step_min": self._step_ms // 60_000,
                "cells": 86_400_000 // self._step_ms,
                "days": LANE_DAYS,
            },
        }

    def _about(self) -> dict[str, Any]:
        state, year = self._state, self._counts["year"]
        fault = self._resolved("platform.fault_rate")
        rate = fault.value(year, state.as_of).value
        by: Basis = "count" if fault.variant == "count" else "duration"
        wrong = contradictions(
            state.year, year["days_normal"], rate, state.platform.day, by, year["days_served"]
        )
        begun = calendar.incidents(state.whole)
        since = state.day_start(state.first_of_year)
        past = [one.start for one in begun if since <= one.start <= state.now]
        return {
            "normal_day": state.platform.rule_text(),
            "fault_rate": fault.measure.variants[fault.variant].text,
            "availability": "下界：未知全按中断计；上界：未知全按正常计",
            "fault_by": by,
            "vital": [one.name for one in state.platform.vital],
            "quorum": state.platform.quorum,
            "warning": wrong[0].text if wrong else None,
            "last_outage_at": past[-1] if past else None,
        }

    def _calendar(self) -> dict[str, Any]:
        state = self._state
        whole = 366 if months.isleap(state.year) else 365
        limits = state.platform.day
        found = [self._year.get(state.first_of_year + n) for n in range(whole)]
        marks = "".join("." if one is None else one.mark(limits) for one in found)
        corrected: set[int] = set()
        for one in episodes.corrections(state):
            first, last = state.day_of(one.start), state.day_of(one.end - 1)
            corrected |= {day - state.first_of_year for day in range(first, last + 1)}
        return {
            "year": state.year,
            "weekday": datetime.date(state.year, 1, 1).isoweekday(),
            "days": marks,
            "today": state.today - state.first_of_year,
            "corrected": sorted(day for day in corrected if 0 <= day < whole),
            "counts": lanes.counted(marks),
        }

    # -- tables

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """`t`: components with their lanes, outages, tickets, screens, corrections."""
        return {
            "platform.components": [self._component(*row) for row in self._shown],
            "platform.lanes": [
                {"id": one.id, "h24": h24, "d90": self._d90(cover)}
                for (one, _, cover), h24 in zip(self._shown, self._h24, strict=True)
            ],
            "platform.outages": episodes.outages(self._state),
            "platform.tickets": self._ticket_rows(),
            "platform.screens": self._screens(),
            "platform.corrections": self._corrections(),
        }

    def _rows(self) -> list[tuple[Component, list[Component], Spans]]:
        """What is shown in a row: a component, or a group of them as one that works if any does."""
        out: list[tuple[Component, list[Component], Spans]] = []
        groups: dict[str, list[Component]] = {}
        for one in self._state.components:
            if one.kind in GROUPS:
                groups.setdefault(one.kind, []).append(one)
            else:
                out.append((one, [], self._state.covers.get(one.id, [])))
        for kind, members in groups.items():
            cover = self._group_cover(members)
            out.append((Component(kind, GROUPS[kind], kind), members, cover))
        return out[:ROWS]

    def _group_cover(self, members: Sequence[Component]) -> Spans:
        return compose([self._state.covers.get(one.id, []) for one in members], 1)

    def _component(
        self, one: Component, members: Sequence[Component], cover: Spans
    ) -> dict[str, Any]:
        state = self._state
        now = state.at(cover)
        seen = [state.seen[m.id].at for m in (members or [one]) if m.id in state.seen]
        row: dict[str, Any] = {
            "id": one.id,
            "name": one.name,
            "vital": one.vital,
            "state": lanes.letter(None if now is None else now[2]),
            "since": None if now is None else now[0],
            "seen_at": max(seen, default=None),
            "every_s": round((members or [one])[0].policy.gap_ms / 3000),
            "up": None,
            "total": None,
        }
        if members:
            found = [state.state_of(m.id) for m in members]
            row["up"] = sum(m is not None and m[0] in (UP, DEGRADED) for m in found)
            row["total"] = sum(m is not None for m in found)
        return row

    def _d90(self, cover: Spans) -> str:
        state = self._state
        days = lanes.day_bounds(state.day_start, state.today, LANE_DAYS, state.now)
        return lanes.packed(lanes.cells(cover, days))

    def _ticket_rows(self) -> list[dict[str, Any]]:
        state = self._state
        names = {one.id: one.name for one in state.components}
        rows: list[dict[str, Any]] = []
        for one in self._tickets:
            if one.opened > state.now:
                continue
            due = state.platform.due_of(one.level)
            responded = one.responded is not None and one.responded <= state.now
            within = due.restore_ms if responded else due.respond_ms
            rows.append(
                {
                    "id": one.id,
                    "name": one.title or names.get(one.component, one.component),
                    "opened_at": one.opened,
                    "due_at": one.opened + within,
                    "state": _ended(one, state.now) or ("responded" if responded else "open"),
                    "on_time": self._in_time(one),
                }
            )
        rows.sort(key=lambda row: (row["state"] in ("restored", "closed"), -row["opened_at"]))
        return rows[:TICKETS]

    def _screens(self) -> list[dict[str, Any]]:
        state = self._state
        gap = state.platform.screens.gap_ms
        out = []
        for id in sorted(id for id in state.seen if id.startswith(SCREEN)):
            seen = state.seen[id]
            out.append(
                {
                    "id": id,
                    "name": id.removeprefix(SCREEN),
                    "state": _age(state.now - seen.at, gap),
                    "last_at": seen.at,
                    "painting": seen.answer != FAILED,
                }
            )
        return out[:ROWS]

    def _corrections(self) -> list[dict[str, Any]]:
        names = {"*": "全平台"} | {one.id: one.name for one in self._state.components}
        return [
            {
                "at": one.made_at,
                "by_role": one.role or episodes.WHO,
                "what": f"{names.get(one.component, one.component)} 改为{NAMES[one.state]}",
                "why": one.why,
                "from": one.start,
                "to": one.end,
            }
            for one in episodes.corrections(self._state)[: episodes.CORRECTIONS]
        ]

    # -- what these stand on

    def _sum(self, found: Mapping[int, calendar.Day], first: int) -> dict[str, int]:
        state = self._state
        counts = calendar.in_seconds(calendar.counters(found.values(), state.platform.day))
        start = state.day_start(first)
        opened = [one for one in self._tickets if start <= one.opened < state.as_of]
        return counts | tickets.counters(opened, state.platform.due_of, state.as_of)

    def _in_time(self, one: Ticket) -> bool | None:
        return tickets.in_time(one, self._state.platform.due_of(one.level), self._state.now)

    def _resolved(self, id: str) -> Resolved:
        return apply_choice(PLATFORM[id], self._choice)

    def _freshness(self) -> State:
        """Of the newest probe of a vital component; what people enter does not grow old."""
        vital = self._state.platform.vital
        if any(one.on_record for one in vital):
            return "live"
        ages = [
            (self._state.now - self._state.seen[one.id].at, one.policy.gap_ms)
            for one in vital
            if one.id in self._state.seen
        ]
        if not ages:
            return "nodata" if not self._state.records else "live"
        order: tuple[State, ...] = ("live", "late", "offline")
        found = {_age(*one) for one in ages}
        return next(one for one in order if one in found)


def _age(silent_ms: int, gap_ms: int) -> State:
    if silent_ms <= gap_ms:
        return "live"
    return "late" if silent_ms <= _LATE * gap_ms else "offline"


def _ended(one: Ticket, now: int) -> str | None:
    """`closed` or `restored` by now; None while a ticket is open."""
    if one.closed is not None and one.closed <= now:
        return "closed"
    return "restored" if one.restored is not None and one.restored <= now else None
