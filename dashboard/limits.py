"""Disposal limits 处置时限: how long a department has, by category, filing condition, department.

A limit hangs on 小类 and 立案条件; a department's own limit goes before the general one. `category`
may be a 小类 (`E0102`), a 大类 (`E01`), a kind (`E`) or absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MAX_REMEMBERED: Final = 20_000


@dataclass(frozen=True)
class Limit:
    """`amount` in `unit` (see terms.LIMIT_UNITS) for the cases the other fields single out."""

    category: str | None
    condition: str | None
    department: str | None
    amount: float
    unit: str

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """How particular it is: the department counts first, then the condition, then 小类."""
        return (self.department is not None, self.condition is not None, len(self.category or ""))

    def applies(self, category: str | None, condition: str | None, department: str | None) -> bool:
        """Whether a case of this category, condition and department falls under it."""
        return (
            (self.category is None or (category or "").startswith(self.category))
            and (self.condition is None or self.condition == condition)
            and (self.department is None or self.department == department)
        )


class LimitTable:
    """The limits of a city; the most particular one that applies wins."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._ordered = sorted(limits, key=lambda limit: limit.weight, reverse=True)
        self._found: dict[tuple[str | None, str | None, str | None], Limit | None] = {}

    def find(
        self, category: str | None, condition: str | None, department: str | None
    ) -> Limit | None:
        """The limit of such a case, or None where the city sets none."""
        key = (category, condition, department)
        try:
            return self._found[key]
        except KeyError:
            pass
        limit = next((one for one in self._ordered if one.applies(*key)), None)
        if len(self._found) >= MAX_REMEMBERED:  # codes come from outside, so the memory is bounded
            self._found.clear()
        self._found[key] = limit
        return limit

    def conditions(self, category: str) -> tuple[str, ...]:
        """The filing conditions 立案条件 that matter to a category, in order of mention."""
        found = (
            limit.condition
            for limit in self._ordered
            if limit.condition is not None and category.startswith(limit.category or "")
        )
        return tuple(dict.fromkeys(found))


def _samples() -> Iterable[Limit]:
    for code, amount, unit in (
        (None, 3, "work_days"),
        ("B01", 3, "work_days"),
        ("B02", 2, "work_days"),
        ("B03", 2, "work_days"),
        ("B04", 5, "work_days"),
        ("B05", 7, "work_days"),
        ("B06", 7, "work_days"),
        ("B0113", 1, "work_days"),
        ("B0118", 2, "work_days"),
        ("B0305", 4, "work_hours"),
        ("E01", 1, "work_days"),
        ("E0101", 15, "work_days"),
        ("E0102", 4, "work_hours"),
        ("E0103", 8, "work_hours"),
        ("E0104", 4, "work_hours"),
        ("E0105", 5, "work_days"),
        ("E0106", 2, "work_days"),
        ("E0110", 5, "work_days"),
        ("E0112", 2, "urgent_hours"),
        ("E0115", 2, "urgent_hours"),
        ("E0117", 2, "urgent_hours"),
        ("E02", 1, "work_days"),
        ("E0201", 8, "work_hours"),
        ("E03", 1, "work_days"),
        ("E04", 4, "urgent_hours"),
        ("E0401", 2, "urgent_hours"),
        ("E0403", 1, "urgent_hours"),
        ("E05", 4, "work_hours"),
        ("E0501", 2, "work_hours"),
        ("E0505", 2, "work_hours"),
        ("E0506", 2, "work_hours"),
        ("E0508", 1, "work_days"),
        ("E0513", 5, "work_days"),
    ):
        yield Limit(code, None, None, amount, unit)
    for cover in ("B0101", "B0102", "B0103", "B0105", "B0106", "B0107", "B0111", "B0114"):
        yield Limit(cover, "hidden_danger", None, 2, "urgent_hours")
        yield Limit(cover, "damaged", None, 4, "work_hours")
        yield Limit(cover, "loose", None, 2, "work_days")
        yield Limit(cover, "pavement", None, 5, "work_days")


SAMPLE_LIMITS: Final = tuple(_samples())
"""What applies where a profile gives no limits: sample values in the manner of CJ/T 315 and of
published local lists (井盖 by condition: 缺失移位有隐患, 破损, 弹跳翻盖, 周边路面破损). A city puts
its own in its profile."""
