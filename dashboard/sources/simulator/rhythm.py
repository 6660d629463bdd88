"""When cases turn up: by hour of the day, day of the week, holiday and month.

Collectors patrol in shifts with a trickle at night, the public calls into the evening, cameras see
round the clock.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.worktime import DAY, EPOCH, WorkCalendar

Reals = NDArray[np.float64]

HOURS: Final[dict[str, tuple[int, ...]]] = {
    "patrol": (
        3,
        2,
        2,
        2,
        3,
        8,
        24,
        70,
        98,
        112,
        104,
        78,
        52,
        58,
        88,
        104,
        108,
        92,
        60,
        38,
        24,
        14,
        8,
        5,
    ),
    "public": (
        8,
        5,
        4,
        3,
        4,
        8,
        18,
        40,
        72,
        84,
        78,
        60,
        46,
        50,
        66,
        74,
        72,
        68,
        62,
        58,
        52,
        40,
        26,
        14,
    ),
    "device": (
        20,
        18,
        16,
        16,
        18,
        24,
        34,
        44,
        52,
        56,
        56,
        52,
        48,
        48,
        52,
        54,
        56,
        54,
        48,
        42,
        36,
        32,
        28,
        24,
    ),
}
"""Relative number of reports in each hour."""
CLASSES: Final[dict[str, str]] = {
    "collector": "patrol",
    "self_handled": "patrol",
    "inspection": "patrol",
    "assessment": "patrol",
    "video_manual": "patrol",
    "video_ai": "device",
    "iot": "device",
}
"""Channel → class; all other channels follow the public."""
WEEKDAYS: Final = (1.06, 1.05, 1.04, 1.03, 1.03, 0.93, 0.86)
MONTHS: Final = (0.92, 0.84, 1.0, 1.03, 1.06, 1.06, 1.04, 1.03, 1.05, 1.02, 0.99, 0.96)
REST: Final = 0.88
"""A public holiday on a weekday."""


def rhythm_class(channel: str) -> str:
    """The class of a channel: patrol, public or device."""
    return CLASSES.get(channel, "public")


def day_weight(calendar: WorkCalendar, day: int) -> float:
    """How busy a city day is; an ordinary day is about 1."""
    when = date.fromordinal(day + EPOCH)
    weight = WEEKDAYS[when.weekday()] * MONTHS[when.month - 1]
    if when.weekday() < 5 and not calendar.is_workday(day):
        weight *= REST
    return weight


def _profile_of_day(weights: tuple[int, ...]) -> Reals:
    sums = np.concatenate(([0.0], np.cumsum(np.array(weights, float))))
    out: Reals = sums / sums[-1]
    return out


SHARES: Final[dict[str, Reals]] = {name: _profile_of_day(hours) for name, hours in HOURS.items()}
FLAT: Final[Reals] = np.linspace(0.0, 1.0, 25)


def share_before(name: str, ms_of_day: float, flat: bool = False) -> float:
    """The share of a day's reports of a class that come before a time of day."""
    shares = FLAT if flat else SHARES[name]
    return float(np.interp(ms_of_day, np.arange(25) * (DAY / 24), shares))


def times_of_day(name: str, points: Reals, flat: bool = False) -> Reals:
    """The times of day (ms) at which the given shares of a day's reports are reached."""
    shares = FLAT if flat else SHARES[name]
    out: Reals = np.interp(points, shares, np.arange(25) * (DAY / 24))
    return out
