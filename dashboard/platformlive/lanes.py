"""Lanes 泳道 and the calendar, as compact text: one letter a cell, run-length encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final

from dashboard.uptime.spans import Span, first_after

LETTERS: Final = "udxmk"
"""正常 劣化 中断 计划维护 未知, in the order of the states."""
OUT: Final = "."
"""尚未启用 or not in service any more."""
_WORST: Final = {"x": 0, "d": 1, "k": 2, "m": 3, "u": 4, OUT: 5}
STEPS_MS: Final = (300_000, 900_000)
"""How long a cell of the last 24 hours is; the longer one when the lanes are too restless."""
MOST: Final = 6_000
"""Letters that the lanes of 24 hours may take of the frame together."""
_DAY_MS: Final = 86_400_000


def letter(state: int | None) -> str:
    """The letter of a state; of None, not in service."""
    return OUT if state is None else LETTERS[state]


def cells(cover: Sequence[Span], bounds: Sequence[int]) -> str:
    """The worst state between each two neighbouring bounds, one letter each."""
    out = [OUT] * (len(bounds) - 1)
    index = first_after(cover, bounds[0])
    cell = 0
    while index < len(cover) and cell < len(out):
        start, end, state = cover[index]
        if end <= bounds[cell]:
            index += 1
        elif start >= bounds[cell + 1]:
            cell += 1
        else:
            out[cell] = min(out[cell], LETTERS[state], key=_WORST.__getitem__)
            if end < bounds[cell + 1]:
                index += 1
            else:
                cell += 1
    return "".join(out)


def packed(text: str) -> str:
    """Run-length encoded: uuuddx → u3d2x1."""
    return "".join(f"{one}{sum(1 for _ in run)}" for one, run in groupby(text))


def hours_bounds(now: int, step_ms: int) -> list[int]:
    """The edges of the cells of the last 24 hours; the last cell contains `now`, and ends there."""
    to = (now // step_ms + 1) * step_ms
    return [*range(to - _DAY_MS, to, step_ms), now + 1]


def hours(covers: Sequence[Sequence[Span]], now: int) -> tuple[int, list[str]]:
    """The length of a cell in ms, and the lane of each cover over the last 24 hours."""
    for step_ms in STEPS_MS:
        bounds = hours_bounds(now, step_ms)
        lanes = [packed(cells(cover, bounds)) for cover in covers]
        if sum(map(len, lanes)) <= MOST:
            break
    return step_ms, lanes


def day_bounds(day_start: Callable[[int], int], today: int, days: int, now: int) -> list[int]:
    """The edges of the last `days` city days; today ends now."""
    return [*(day_start(day) for day in range(today - days + 1, today + 1)), now + 1]


def counted(text: Iterable[str]) -> dict[str, int]:
    """Letter → how often it occurs."""
    out: dict[str, int] = {}
    for one in text:
        out[one] = out.get(one, 0) + 1
    return out
