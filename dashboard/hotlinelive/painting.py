"""The hotline's cells, series and tables of the frame 热线画面; see docs/frame.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.callmeasures import CALLS, LONGEST_WAIT, ON_DUTY, WAITING, agent_counter
from dashboard.calls.counting import QUARTER_MS
from dashboard.calls.rolling import SPAN_MS
from dashboard.calls.standing import Counts
from dashboard.formula import Resolved
from dashboard.hotlinelive.state import HotlineState
from dashboard.measures import resolve
from dashboard.profile import Profile
from dashboard.snapshot import Cell, State
from dashboard.windows import month_before, month_start, year_of, year_start

COUNTS: Final = (
    "offered", "answered", "abandoned", "short_abandoned", "overflow", "answered_in_15s",
)  # fmt: skip
ORDERS: Final = ("orders_transferred", "orders_accepted", "orders_closed")
RATES: Final = ("connect_rate", "service_level_15s", "abandonment_rate")
CARE: Final = ("revisit_rate", "satisfaction_rate", "feedback_rate", "work_order_closure_rate")
TODAY_ONLY: Final = ("asa_s", "aht_s", "occupancy")
LATEST: Final = ("connect_rate", "service_level_15s")
STATES: Final = {
    "talking": ("talking", "hold"),
    "ringing": ("ringing",),
    "wrapup": ("wrapup",),
    "idle": ("idle",),
    "break": ("busy",),
}
MARKS: Final = "abcdefghijkl"


class Painter:
    """Paints one moment; `feed` is the state of the hotline's sources, `heard` when a call was
    last heard of."""

    def __init__(self, profile: Profile, state: HotlineState, feed: State, heard: int) -> None:
        self._state, self._feed, self._heard = state, feed, heard
        self._profile = profile.in_year(year_of(state.day))
        self._standing = state.standing()
        self._rolling = state.rolling()
        shared = self._standing | self._rolling.counts()
        self._windows: dict[str, tuple[int, Counts]] = {
            name: (first, state.counts(first) | shared)
            for name, first in (
                ("today", state.day),
                ("month", month_start(state.day)),
                ("year", year_start(state.day)),
            )
        }

    def cells(self) -> dict[str, Cell]:
        """Every cell, by its key in the frame."""
        out: dict[str, Cell] = {}
        for window, (first, counts) in self._windows.items():
            ids = (*(COUNTS if window == "today" else COUNTS[:3]), *RATES, *CARE, *ORDERS)
            for id in (*ids, *(TODAY_ONLY if window == "today" else ())):
                out[f"{window}.calls.{id}"] = self._cell(f"calls.{id}", counts, first)
        self._compare(out)
        for row in self.variants():
            id, _, variant = row["key"].removeprefix("today.").partition("@")
            out[row["key"]] = self._cell(id, self._windows["today"][1], self._state.day, variant)
        self._now(out)
        return out

    def _compare(self, cells: dict[str, Cell]) -> None:
        state = self._state
        if self._known(state.day - 1):
            before, whole = (state.counts_yesterday(whole=flag) for flag in (False, True))
            for id in COUNTS:
                cell, one = cells[f"today.calls.{id}"], self._resolved(f"calls.{id}")
                cell["cmp"] = one.value(before, state.now).value
                cell["tot"] = one.value(whole, state.now).num
            for id in RATES:
                value = self._resolved(f"calls.{id}").value(before, state.now)
                cells[f"today.calls.{id}"]["cmp"] = value.value
        if self._known(month_before(state.day)[0]):
            then = state.counts_last_month()
            for id in COUNTS[:3]:
                value = self._resolved(f"calls.{id}").value(then, state.now)
                cells[f"month.calls.{id}"]["cmp"] = value.value

    def _now(self, cells: dict[str, Cell]) -> None:
        state, counts = self._state, self._windows["year"][1]
        known = self._heard > 0
        for id, name in (("waiting_now", WAITING), ("longest_wait_s", LONGEST_WAIT)):
            cell = self._plain(self._standing[name] if known else None)
            self._limit(f"now.calls.{id}", cell)
            cells[f"now.calls.{id}"] = cell
        on_duty = self._plain(self._standing[ON_DUTY] if len(state.desks) else None)
        on_duty["tot"] = self._seats()
        cells["now.calls.agents_on_duty"] = on_duty
        first = year_start(state.day)
        for key, id in (
            ("now.calls.connect_rate_24h", "connect_rate_24h"),
            ("year.calls.connect_rate_24h_min", "connect_rate_24h_min"),
        ):
            cells[key] = self._cell(f"calls.{id}", counts, first)
        quarter = state.now // QUARTER_MS - 1
        found = state.quarters().get(quarter, {})
        for id in LATEST:
            cells[f"quarter.calls.{id}"] = self._cell(f"calls.{id}", found, state.day)

    def _limit(self, key: str, cell: Cell) -> None:
        """The alarm's threshold as the target, where a rule watches the figure."""
        rules = self._profile.alarms.rules.values()
        rule = next((one for one in rules if one.watch == key and one.enter.upward), None)
        if rule is not None:
            cell["tgt"], cell["op"] = rule.enter.number, "<="
            if cell["v"] is not None:
                cell["ok"] = "bad" if rule.enter.holds(cell["v"]) else "good"

    def _resolved(self, id: str, variant: str | None = None) -> Resolved:
        return resolve(id, self._profile, variant)

    def _cell(self, id: str, counts: Counts, first: int, variant: str | None = None) -> Cell:
        value = self._resolved(id, variant).value(counts, self._state.now)
        known = self._known(first)
        num = value.num if known and value.num is not None else None
        cell = self._plain(None)
        if known and value.state == "live":
            cell["st"] = self._feed
            cell["v"] = value.value
        cell["n"] = None if num is None else round(num / value.scale)
        cell["d"] = value.den if known else None
        target = self._profile.targets.get(id)
        if target is not None:
            cell["tgt"], cell["op"] = target.value, target.op
            cell["ok"] = target.judge(cell["v"])
        return cell

    def _plain(self, n: int | None) -> Cell:
        st: State = "nodata" if n is None else self._feed
        return Cell(v=n, n=n, d=None, st=st, cmp=None, tot=None, tgt=None, op=None, ok=None)

    def _known(self, first_day: int) -> bool:
        return self._heard >= self._state.city.day_start(first_day)

    def _seats(self) -> int:
        stated = self._state.rules.seats or len(self._state.desks)
        return max(stated, self._standing[ON_DUTY])

    def series(self) -> dict[str, Any]:
        """Every series, by its key in the frame."""
        state, rules = self._state, self._state.rules
        persons = [one.since for one in state.pending() if one.person]
        desks = {
            shown: sum(self._standing[agent_counter(name)] for name in names)
            for shown, names in STATES.items()
        }
        seats = self._seats()
        lowest = self._rolling.least[self._resolved("calls.connect_rate_24h_min").variant]
        return {
            "calls.about": {
                "name": rules.name,
                "short_abandon_s": rules.short_abandon_s,
                "service_s": rules.answer_within_s,
                "min_sample": rules.min_sample,
                "max_wait_s": rules.max_wait_s,
            },
            "calls.queue": {
                "waiting": len(persons) if self._heard else None,
                "oldest_at": min(persons, default=None),
                "lost": state.lost_today() if self._known(state.day) else None,
            },
            "calls.agents": {
                "seats": seats,
                "states": {**desks, "offline": seats - sum(desks.values())},
            },
            "calls.quarters": self._quarters(),
            "calls.yesterday": {"offered": self._yesterday()},
            "calls.lowest24h": {
                "from": None if lowest is None else lowest.at - SPAN_MS,
                "to": None if lowest is None else lowest.at,
            },
        }

    def _quarters(self) -> dict[str, Any]:
        state = self._state
        start, end = (state.city.day_start(state.day + i) for i in (0, 1))
        first, now_q = start // QUARTER_MS, (state.now - start) / QUARTER_MS
        found, known = state.quarters(), self._known(state.day)
        shown = [found.get(first + i, {}) for i in range(int(now_q) + 1)]
        last = shown[-1] | self._standing  # who still waits is not judged yet
        out: dict[str, Any] = {"n": (end - start) // QUARTER_MS, "now_q": round(now_q, 3)}
        for name in ("offered", "answered", "abandoned"):
            out[name] = [one.get(name, 0) if known else None for one in shown]
        for name, id in (("connect", "connect_rate"), ("service", "service_level_15s")):
            one = self._resolved(f"calls.{id}")
            values = [one.value(counts, state.now).value for counts in [*shown[:-1], last]]
            out[name] = [None if v is None or not known else round(v * 1000) for v in values]
        return out

    def _yesterday(self) -> list[int]:
        state = self._state
        if not self._known(state.day - 1):
            return []
        start, end = (state.city.day_start(state.day + i) for i in (-1, 0))
        quarters = range(start // QUARTER_MS, end // QUARTER_MS)
        out = [state.yesterday_all.get((quarter, "offered"), 0) for quarter in quarters]
        return out if any(out) else []

    def variants(self) -> list[dict[str, Any]]:
        """口径并列: the readings the city shows side by side."""
        out = []
        for mark, key in zip(MARKS, self._state.rules.beside, strict=False):
            id, _, variant = key.partition("@")
            text = CALLS[id].variants[variant].text
            chosen = self._resolved(id).variant == variant
            out.append({"key": f"today.{key}", "mark": mark, "text": text, "chosen": chosen})
        return out

    def tables(self) -> Mapping[str, list[dict[str, Any]]]:
        """Every table, by its key in the frame."""
        return {"calls.variants": self.variants()}
