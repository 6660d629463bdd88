"""The page 平台 of the desk: days, bounds, outages and tickets of any period, and what contradicts.

The platform belongs to the whole city; somebody confined to a district sees it as on the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from dashboard import platformrecords as lists
from dashboard.access.identity import Identity
from dashboard.buckets import Buckets, buckets, step_of
from dashboard.cityboard import CityBoard
from dashboard.compared import Compared, unit_of
from dashboard.exports.localtime import LocalTime
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES, resolve
from dashboard.periods import Span, date_of
from dashboard.platformcounts import History, PlatformCounts
from dashboard.uptime.findings import contradictions
from dashboard.windows import Counts, Window, year_of
from layouts.chart.trend import Mark, Series, Trend
from layouts.figureboard import FigureBoard
from layouts.uptimeboard import Uptime

DAYS: Final = ("normal_days", "normal_day_rate", "fault_days", "pending_days")
RATES: Final = ("availability_lower", "availability_upper", "fault_rate", "outages")
UPKEEP: Final = ("mtbf", "mttr", "maintenance_timeliness", "tickets")
TIMES: Final = ("down_time", "degraded_time", "maintenance_time", "unknown_time")
BESIDE: Final = ("fault_rate", "availability", "normal_days", "maintenance_timeliness")
WHY: Final = {
    "mtbf": "期间没有中断",
    "mttr": "期间没有中断",
    "maintenance_timeliness": "期间没有到期的工单",
}
CITY_WIDE: Final = "平台不分区：下面是全市的数，与大屏相同；管辖范围在此不适用。"
IGNORED: Final = "平台没有区、部门、类别、来源之分：地址里的这些条件在此不起作用。"
WEEK: Final = 7


@dataclass(frozen=True)
class PlatformBoard:
    """The page: figures and charts, and what is beside them."""

    figures: FigureBoard
    uptime: Uptime


class PlatformDesk(CityBoard):
    """One per web process; every call says who asks."""

    title, domain, why = "平台", "platform", WHY
    names = (*DAYS, *RATES, *UPKEEP, *TIMES, *BESIDE, "days")
    ignored, city_wide = IGNORED, CITY_WIDE

    def board(self, who: Identity, address: str) -> PlatformBoard:
        """Everything the page shows for an address."""
        ledger = self._ledger()
        asked = self._ask(ledger, address)
        notes = [*self._notes(who, asked), *self._contradictions(asked.found, asked.span)]
        groups = (
            ("运行天数", DAYS),
            ("可用与故障", RATES),
            ("维护", UPKEEP),
            ("时长", TIMES),
        )
        marks = partial(self._remarks.marks, who)
        drawn = self._charts(ledger, asked.found, marks)
        shown = self._page(asked, notes, groups, BESIDE, drawn)
        return PlatformBoard(shown, self._uptime(ledger, asked.span, self._clock))

    def _contradictions(self, found: Compared, asked: Span) -> list[str]:
        """勾稽 between the days and the fault rate; of a whole calendar year also its length."""
        days, rate = found.value("platform.normal_days"), found.value("platform.fault_rate")
        served = found.value("platform.days").num
        if days.num is None or not served:
            return []
        whole = asked.period.unit() == "year" and not asked.running
        wrong = contradictions(
            asked.first.year,
            days.num,
            rate.value,
            self._profile.platform.day,
            "count" if rate.variant == "count" else "duration",
            None if whole and served >= 365 else served,
        )
        return [f"勾稽：{one.text}" for one in wrong]

    def _charts(
        self,
        ledger: Ledger,
        found: Compared,
        marks: Callable[[Sequence[tuple[int, int]]], tuple[Mark, ...]],
    ) -> tuple[Trend, ...]:
        window = found.span.window
        step = step_of(window)
        if step == "hour" or not found.span.begun:
            return ()
        base = found.ago if step == "month" else found.base
        axis = buckets(self._profile, window, step)
        now = self._counts(ledger, axis, window)
        earlier = buckets(self._profile, base.window, step)
        was = self._counts(ledger, earlier, base.window, whole=True)
        happened = marks(axis.days)
        return (
            self._line("platform.availability_lower", axis, now, was, base.name, happened),
            self._bars(axis, now, happened),
        )

    def _counts(
        self, ledger: Ledger, axis: Buckets, window: Window, *, whole: bool = False
    ) -> tuple[Counts | None, ...]:
        found: Mapping[str, Counts] = PlatformCounts().counts(
            ledger, self._profile, window, axis.step, frozenset()
        )
        return axis.place(found, (window.first_day, window.end_day), whole=whole)

    def _line(
        self,
        id: str,
        axis: Buckets,
        now: Sequence[Counts | None],
        was: Sequence[Counts | None],
        base: str,
        marks: tuple[Mark, ...],
    ) -> Trend:
        measure = MEASURES[id]
        choice = self._profile.in_year(year_of(axis.days[0][0]))
        resolved = resolve(id, choice)

        def rates(row: Sequence[Counts | None]) -> tuple[float | None, ...]:
            found = tuple(None if c is None else _known(c, resolved.value(c, 0).value) for c in row)
            return (*found, *([None] * len(axis.labels)))[: len(axis.labels)]

        target = choice.targets.get(id) or choice.targets.get("platform.availability")
        return Trend(
            f"{axis.name}{measure.name}",
            axis.labels,
            (Series(measure.name, rates(now)), Series(base, rates(was), "was")),
            shape="line",
            unit=unit_of(measure),
            target=target.value if target else None,
            partial=axis.partial,
            marks=marks,
            note=measure.variants[resolved.variant].text,
            heads=axis.heads,
        )

    def _bars(self, axis: Buckets, now: Sequence[Counts | None], marks: tuple[Mark, ...]) -> Trend:
        def minutes(name: str) -> tuple[float | None, ...]:
            return tuple(None if c is None or not _heard(c) else float(c.get(name, 0)) for c in now)

        series = (
            Series("中断", minutes("down_s"), "second"),
            Series("劣化", minutes("degraded_s")),
            Series("未知", minutes("unknown_s"), "rest"),
        )
        return Trend(
            f"{axis.name}中断、劣化与未知时长",
            axis.labels,
            series,
            unit="seconds",
            partial=axis.partial,
            marks=marks,
            heads=axis.heads,
        )

    def _uptime(self, ledger: Ledger, asked: Span, clock: LocalTime) -> Uptime:
        profile, platform, window = self._profile, self._profile.platform, asked.window
        history = History(ledger, platform, profile)
        start = profile.day_start(window.first_day)
        until = max(window.as_of, start + 1)
        covers = history.covers(platform.components, start, until)
        step = "hour" if window.end_day - window.first_day == 1 else "day"
        axis = buckets(profile, window, "hour" if step == "hour" else "day")
        edges = lists.edges(axis, profile.day_start)
        marks = ""
        if window.end_day - window.first_day >= WEEK:
            found = history.days(platform.vital, window)
            marks = "".join(
                found[day].mark(platform.day) if day in found else "."
                for day in range(window.first_day, window.end_day)
            )

        def written(at: int) -> str:
            return clock.text(at)[:16]

        return Uptime(
            first=date_of(window.first_day),
            days=marks,
            corrected=lists.corrected_days(
                history.records, window.first_day, window.end_day, profile.day
            ),
            rule=platform.rule_text(),
            lanes=lists.lanes(platform, covers, edges, until),
            heads=axis.heads,
            tables=(
                lists.outages(platform, covers, history.records, start, until, written),
                lists.ticket_rows(
                    platform, history.tickets(start, window.as_of), window.as_of, written
                ),
                lists.corrections(platform, history.records, start, until, written),
            ),
        )


def _heard(counts: Counts) -> bool:
    """Whether anything of a bucket is known."""
    return counts.get("known_s", 0) > 0


def _known(counts: Counts, value: float | None) -> float | None:
    return value if _heard(counts) else None
