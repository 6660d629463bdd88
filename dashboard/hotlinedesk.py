"""The page 热线 of the desk: the wall's measures over any period, beside 环比 and 同比.

The hotline belongs to the whole city: a call has no district. Somebody confined to a district sees
the city's sums, as on the wall, and is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dashboard.access.identity import Identity
from dashboard.compared import Compared
from dashboard.exports.localtime import LocalTime
from dashboard.hotlinecharts import charts
from dashboard.ledger import Ledger
from dashboard.measures import MEASURES
from dashboard.periods import span
from dashboard.profile import Profile
from dashboard.question import read_question
from dashboard.remarkdesk import RemarkDesk
from layouts.figureboard import FigureBoard, Group
from layouts.figures import Figure

CALLS: Final = ("offered", "answered", "abandoned", "short_abandoned", "overflow", "transferred")
RATES: Final = ("connect_rate", "connect_rate_24h_min", "service_level_15s", "abandonment_rate")
TIMES: Final = ("asa_s", "aht_s", "occupancy")
FOLLOWED: Final = ("revisit_rate", "feedback_rate", "satisfaction_rate")
ORDERS: Final = (
    "orders_transferred",
    "orders_accepted",
    "orders_closed",
    "work_order_closure_rate",
)
BESIDE: Final = ("connect_rate", "service_level_15s", "abandonment_rate")
"""口径并列: measures with several variants."""
WHY: Final = {
    "revisit_rate": "期间无应回访的来电",
    "feedback_rate": "期间无应反馈的来电",
    "satisfaction_rate": "期间无有效评价",
    "connect_rate_24h_min": "没有一个 24 小时达到最小样本",
}
CITY_WIDE: Final = "热线不分区：来电不属于哪个区，下面是全市的数，与大屏相同；管辖范围在此不适用。"
IGNORED: Final = "热线没有区、部门、类别、来源之分：地址里的这些条件在此不起作用。"


def _ids(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"calls.{name}" for name in names)


ALL: Final = tuple(dict.fromkeys(_ids((*CALLS, *RATES, *TIMES, *FOLLOWED, *ORDERS))))


class HotlineDesk:
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

    def board(self, who: Identity, address: str) -> FigureBoard:
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
        return FigureBoard(
            title="热线",
            query=reading.question.query(),
            said=f"{asked.period.label()}：{asked.label(lambda at: clock.text(at)[:16])}",
            bases=f"环比 {found.base.label()}　同比 {found.ago.label()}",
            notes=tuple(notes),
            groups=(
                Group("来电", self._figures(found, CALLS)),
                Group("接通与时限", self._figures(found, RATES)),
                Group("用时", self._figures(found, TIMES)),
                Group("回访、反馈、满意", self._figures(found, FOLLOWED)),
                Group("12345 工单", self._figures(found, ORDERS)),
            ),
            tables=tuple(self._beside(found, name) for name in BESIDE),
            charts=charts(ledger, profile, found, lambda days: self._remarks.marks(who, days)),
        )

    def _figures(self, found: Compared, names: Sequence[str]) -> tuple[Figure, ...]:
        return tuple(found.figure(f"calls.{name}", why=WHY.get(name, "")) for name in names)

    def _beside(self, found: Compared, name: str) -> Group:
        measure = MEASURES[f"calls.{name}"]
        figures = tuple(found.figure(measure.id, variant) for variant in measure.variants)
        return Group(f"{measure.name}：口径并列", figures)
