"""A simulated city 模拟城市: whole years that add up to the published totals, and a live feed.

`year_lines` makes a year of cases, `call_lines` of calls, `platform_lines` of the platform;
`history` plausible days of cases up to now, `live_events` what happens next; `LiveCity` does the
last two in one, `LiveTown` with hotline and platform. Same seed, same city.
"""

from dashboard.sources.simulator.gridded import GridCells, cells_of
from dashboard.sources.simulator.hotline.lines import call_lines
from dashboard.sources.simulator.live import LiveCity, history, live_events
from dashboard.sources.simulator.plan import FATES, SimulationError, YearPlan, plan_year
from dashboard.sources.simulator.platform.year import platform_lines
from dashboard.sources.simulator.town import WHAT, LiveTown
from dashboard.sources.simulator.year import year_lines

__all__ = [
    "FATES",
    "WHAT",
    "GridCells",
    "LiveCity",
    "LiveTown",
    "SimulationError",
    "YearPlan",
    "call_lines",
    "cells_of",
    "history",
    "live_events",
    "plan_year",
    "platform_lines",
    "year_lines",
]
