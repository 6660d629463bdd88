"""Bars 达标线: what a figure of a benchmark must reach, and whether it did."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Bar:
    """One bar: what (Chinese), the figure measured, `op` and the value it must keep, the unit."""

    id: str
    what: str
    measured: float
    op: Literal[">=", "<=", "<"]
    value: float
    unit: str = ""

    @property
    def ok(self) -> bool:
        """达标; never so for a figure that could not be measured (NaN)."""
        compare = {">=": operator.ge, "<=": operator.le, "<": operator.lt}[self.op]
        return bool(compare(self.measured, self.value))

    @property
    def line(self) -> str:
        """The bar as a line of text."""
        sign = {">=": "≥", "<=": "≤", "<": "<"}[self.op]
        mark = "✓" if self.ok else "✕"
        found = "—" if math.isnan(self.measured) else f"{self.measured:,.4g}"
        return f"{mark} {self.what}：{found} {self.unit}（{sign} {self.value:,g} {self.unit}）"


def as_json(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """The bars for a program; NaN becomes null."""
    rows = [{**asdict(bar), "ok": bar.ok} for bar in bars]
    return [{k: None if v != v else v for k, v in row.items()} for row in rows]
