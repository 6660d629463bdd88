"""What can be asked of the heat map: key = measure.window.level, e.g. `reported.30d.unit_cell`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geo.codes import LEVELS


@dataclass(frozen=True)
class HeatMeasure:
    """A figure on the map. A rate is sent in thousandths, −1 where its denominator is 0; `classes`
    are lower bounds of the colour classes, those of rates in thousandths too."""

    id: str
    name: str
    unit: str
    kind: Literal["count", "rate"]
    classes: tuple[int, ...]
    note: str


COUNT_CLASSES: Final = (0, 1, 2, 3, 5, 8, 12, 20, 35)
RATE_CLASSES: Final = (0, 500, 600, 700, 800, 850, 900, 950, 980)
NO_DATA: Final = -1
NO_CLASS: Final = 255
"""The colour class of a rate without a denominator."""

MEASURES: Final[dict[str, HeatMeasure]] = {
    one.id: one
    for one in (
        HeatMeasure("reported", "上报", "件", "count", COUNT_CLASSES, "窗口内上报的案件"),
        HeatMeasure("filed", "立案", "件", "count", COUNT_CLASSES, "窗口内立案的案件"),
        HeatMeasure("open", "在办", "件", "count", COUNT_CLASSES, "窗口内上报、现在仍未办结"),
        HeatMeasure(
            "overdue", "超期", "件", "count", COUNT_CLASSES, "截止在窗口内、现在仍超期未处置"
        ),
        HeatMeasure(
            "on_time_rate", "按期结案率", "‰", "rate", RATE_CLASSES, "窗口内按期结案数 ÷ 结案数"
        ),
        HeatMeasure("hotline", "热线件", "件", "count", COUNT_CLASSES, "窗口内热线受理或转办"),
    )
}
"""指标 of the map, in the order they are offered."""

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

WINDOWS: Final[dict[str, str]] = {
    "1h": "近 1 小时",
    "today": "今日",
    "yesterday": "昨日",
    "7d": "近 7 天",
    "30d": "近 30 天",
    "year": "今年",
}
SLIDING_MS: Final[dict[str, int]] = {"1h": HOUR_MS, "7d": 7 * DAY_MS, "30d": 30 * DAY_MS}
"""Windows that move with the clock; the others are cut at city midnight."""

HOTLINES: Final = frozenset({"hotline_12319", "transfer_12345"})
"""来源 of 热线件."""


class UnknownKey(KeyError):
    """No figure has this key; the text says what was expected."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, order=True)
class Key:
    """Which vector: `level` one of geo.codes.LEVELS."""

    measure: str
    window: str
    level: str

    def __str__(self) -> str:
        return f"{self.measure}.{self.window}.{self.level}"

    @property
    def base(self) -> tuple[str, str]:
        """What is counted, whatever the level."""
        return self.measure, self.window


DEFAULT: Final = Key("reported", "30d", "unit_cell")
"""What the overview shows: kept even when nobody has asked."""


def read_key(text: str) -> Key:
    """The key of its text. Raises `UnknownKey`."""
    parts = text.split(".")
    if len(parts) != 3:
        raise UnknownKey(f"{text[:80]!r}：应为 指标.窗口.层级，如 {DEFAULT}")
    choices: tuple[Mapping[str, object], ...] = (MEASURES, WINDOWS, LEVELS)
    for part, known in zip(parts, choices, strict=True):
        if part not in known:
            raise UnknownKey(f"{part[:40]!r}：应为 {'、'.join(known)} 之一")
    return Key(*parts)


def described() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Measures and windows as the browser is told of them."""
    return {
        "measures": [
            {
                "id": one.id,
                "name": one.name,
                "unit": one.unit,
                "kind": one.kind,
                "classes": one.classes,
                "note": one.note,
            }
            for one in MEASURES.values()
        ],
        "windows": [{"id": id, "name": name} for id, name in WINDOWS.items()],
    }
