"""The page 平台 of the desk: days, bounds, outages and tickets of any period, and what contradicts.

The platform belongs to the whole city; somebody confined to a district sees it as on the wall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard import platformrecords as lists
from dashboard.access.identity import Identity
from dashboard.buckets import Buckets, buckets, step_of
from dashboard.compared import Compared, unit_of
from dashboard.exports.localtime import LocalTime
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES, resolve
from dashboard.periods import Span, date_of, span
from dashboard.platformcounts import History, PlatformCounts
from dashboard.profile import Profile
from dashboard.question import read_question
from dashboard.remarkdesk import RemarkDesk
from dashboard.uptime.findings import contradictions
from dashboard.windows import Counts, Window, year_of
from layouts.chart.trend import Mark, Series, Trend
from layouts.figureboard import FigureBoard, Group
from layouts.figures import Figure
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


def _ids(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"platform.{name}" for name in names)


ALL: Final = tuple(dict.fromkeys(_ids((*DAYS, *RATES, *UPKEEP, *TIMES, *BESIDE, "days"))))


@dataclass(frozen=True)
class PlatformBoard:
    """The page: figures and charts, and what is beside them."""

    figures: FigureBoard
    uptime: Uptime


class PlatformDesk:
    """One per web process; every call says who asks."""

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        profile: Profile,
        now: Callable[[], int],
        remarks: RemarkDesk,
    ) -> None:
        self._ledger, self._profile, self._now, self._remarks = ledger, profile, now, remarks
        self._clock = LocalTime(profile.timezone)

    def board(self, who: Identity, address: str) -> PlatformBoard:
        """Everything the page shows for an address."""
        profile, ledger = self._profile, self._ledger()
        reading = read_question(address, profile.names)
        asked = span(profile, reading.question.period, self._now())
        found = Compared(ledger, profile, asked, ALL)
        clock = self._clock
        notes: list[str] = []
        if reading.question.among:
            notes.append(IGNORED)
        if who.areas:
            notes.append(CITY_WIDE)
        notes += self._contradictions(found, asked)
        shown = FigureBoard(
            title="平台",
            query=reading.question.query(),
            said=f"{asked.period.label()}：{asked.label(lambda at: clock.text(at)[:16])}",
            bases=f"环比 {found.base.label()}　同比 {found.ago.label()}",
            notes=tuple(notes),
            groups=(
                Group("运行天数", self._figures(found, DAYS)),
                Group("可用与故障", self._figures(found, RATES)),
                Group("维护", self._figures(found, UPKEEP)),
                Group("时长", self._figures(found, TIMES)),
            ),
            tables=tuple(self._beside(found, name) for name in BESIDE),
            charts=self._charts(ledger, found, lambda days: self._remarks.marks(who, days)),
        )
        return PlatformBoard(shown, self._uptime(ledger, asked, clock))

    def _figures(self, found: Compared, names: Sequence[str]) -> tuple[Figure, ...]:
        return tuple(found.figure(f"platform.{name}", why=WHY.get(name, "")) for name in names)

    def _beside(self, found: Compared, name: str) -> Group:
        measure = MEASURES[f"platform.{name}"]
        figures = tuple(found.figure(measure.id, variant) for variant in measure.variants)
        return Group(f"{measure.name}：口径并列", figures)

    def _contradictions(self, found: Compared, asked: Span) -> list[str]:
        """勾稽 between the days and the fault rate; of a whole calendar year also its length."""
        days, rate = found.value("platform.normal_days"), found.value("platform.fault_rate")
        served = found.value("platform.days").num
        if days.num is None or not served:
            return []
        whole = asked.period.unit() == "year" and not asked.running
        by = "count" if rate.variant == "count" else "duration"
        wrong = contradictions(
            asked.first.year,
            days.num,
            rate.value,
            self._profile.platform.day,
            "count" if by == "count" else "duration",
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
