"""The page 热线 of the desk: the wall's measures over any period, beside 环比 and 同比.

The hotline belongs to the whole city: a call has no district. Somebody confined to a district sees
the city's sums, as on the wall, and is told so.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from dashboard.access.identity import Identity
from dashboard.cityboard import CityBoard
from dashboard.hotlinecharts import charts
from layouts.figureboard import FigureBoard

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


class HotlineDesk(CityBoard):
    """One per web process; every call says who asks."""

    title, domain, why = "热线", "calls", WHY
    names = (*CALLS, *RATES, *TIMES, *FOLLOWED, *ORDERS)
    ignored, city_wide = IGNORED, CITY_WIDE

    def board(self, who: Identity, address: str) -> FigureBoard:
        """Everything the page shows for an address."""
        ledger = self._ledger()
        asked = self._ask(ledger, address)
        groups = (
            ("来电", CALLS),
            ("接通与时限", RATES),
            ("用时", TIMES),
            ("回访、反馈、满意", FOLLOWED),
            ("12345 工单", ORDERS),
        )
        marks = partial(self._remarks.marks, who)
        drawn = charts(ledger, self._profile, asked.found, marks)
        return self._page(asked, self._notes(who, asked), groups, BESIDE, drawn)
