"""A simulated city 模拟城市: whole years that add up to the published totals, and a live feed.

`year_lines` makes a year, `history` plausible days up to now, `live_events` what happens next;
`LiveCity` does the last two in one. Same seed, same city.
"""

from dashboard.sources.simulator.gridded import GridCells, cells_of
from dashboard.sources.simulator.live import LiveCity, history, live_events
from dashboard.sources.simulator.plan import FATES, SimulationError, YearPlan, plan_year
from dashboard.sources.simulator.year import year_lines

__all__ = [
    "FATES",
    "GridCells",
    "LiveCity",
    "SimulationError",
    "YearPlan",
    "cells_of",
    "history",
    "live_events",
    "plan_year",
    "year_lines",
]
