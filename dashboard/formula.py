"""What a measure is 指标口径: its formula, its value, and how a city's choices are applied to it.

Where cities disagree on a formula, the disagreement is a named variant 口径 and the city profile
chooses. Rates are sums divided once, never averages of rates; a denominator of 0 has no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Attribution = Literal["own", "report", "deadline"]
ATTRIBUTIONS: Final[dict[str, str]] = {
    "own": "按办理时间：各环节计入其发生之日",
    "report": "按上报时间：全部环节计入该案上报之日",
    "deadline": "按截止时间：计入处置截止之日",
}
State = Literal["live", "late", "offline", "nodata", "na"]
"""实时 迟滞 断线 无数据 不适用: a value is never a bare number."""

OVERDUE: Final = "overdue"
"""Time-driven pseudo counter: 超期未处置 at the as-of time, deadline within the window."""
DUE_DISPOSAL: Final = "due_for_disposal"
DUE_CLOSING: Final = "due_for_closing"
"""Dispatched cases as a denominator: where self-handled ones count as disposed (closed), they are
here too, or a rate would exceed 100 %."""
OVERDUE_STOCK: Final = "overdue_stock"
SUSPENDED_STOCK: Final = "suspended_stock"


@dataclass(frozen=True)
class Formula:
    """One variant: counters summed above and below the line, and its words and source."""

    num: tuple[str, ...]
    den: tuple[str, ...] = ()
    text: str = ""
    source: str = ""
    minus: tuple[str, ...] = ()
    """Counters taken off the denominator."""


@dataclass(frozen=True)
class Measure:
    """A figure's definition 口径: id, 中文名, kind, unit, direction and its variants."""

    id: str
    name: str
    kind: Literal["count", "stock", "rate", "mean"]
    variants: Mapping[str, Formula]
    default: str
    better: Literal["higher", "lower", "none"] = "none"
    attributions: tuple[Attribution, ...] = ("own", "report")
    note: str = ""
    unit: str = ""
    """What a value is in: 件, 次, 秒, 天 …; rates are shares 0–1 shown in percent; a mean is a
    quotient in its unit."""
    scale: int = 1
    """How much of what its counters add up makes one unit, e.g. 1000 ms a second."""

    def __post_init__(self) -> None:
        if not self.unit:
            object.__setattr__(self, "unit", "%" if self.kind == "rate" else "件")


@dataclass(frozen=True)
class Value:
    """A figure: num / den, its state and the time it holds for (epoch ms)."""

    num: int | None
    den: int | None
    state: State
    as_of: int
    measure: str = ""
    variant: str = ""
    attribution: str = "own"
    scale: int = 1

    @property
    def value(self) -> float | None:
        """The count, or num ÷ den ÷ scale; None without data or with denominator 0."""
        if self.num is None or self.state in ("nodata", "na"):
            return None
        if self.den is None:
            return self.num
        return self.num / self.den / self.scale if self.den else None


class Choice(Protocol):
    """What a city decides about measures; the city profile is one."""

    @property
    def self_handled_counts_as(self) -> frozenset[str]: ...
    @property
    def attribution(self) -> str: ...
    @property
    def attribution_by(self) -> Mapping[str, str]: ...
    @property
    def variants(self) -> Mapping[str, str]: ...


_SELF: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "reported": ("reported", ("self_reported",)),
    "collector_reported": ("reported", ("self_reported",)),
    "accepted": ("accepted", ("self_accepted",)),
    "valid_reported": ("valid", ("self_valid",)),
    "collector_valid": ("valid", ("self_valid",)),
    "filed": ("filed", ("self_filed",)),
    "disposed": ("disposed", ("self_disposed",)),
    "disposed_on_time": ("disposed", ("self_disposed_on_time",)),
    DUE_DISPOSAL: ("disposed", ("self_disposed",)),
    DUE_CLOSING: ("closed", ("self_closed",)),
    "closed": ("closed", ("self_closed",)),
    "closed_on_time": ("closed", ("self_closed_on_time",)),
    "closed_on_time_closing": ("closed", ("self_closed_on_time_closing",)),
}
"""Counter → (the switch of `self_handled_counts_as`, the self-handled counters it then adds)."""
SELF_SWITCHES: Final = frozenset(switch for switch, _ in _SELF.values())

_DISPATCHED: Final = {DUE_DISPOSAL: "dispatched", DUE_CLOSING: "dispatched"}
_AHEAD: Final = {name: "due" for name in ("dispatched", "filed", "accepted", *_DISPATCHED)}
"""By deadline, what is due takes the place of what was dispatched."""


@dataclass(frozen=True)
class Resolved:
    """A measure with the city's choices applied: the counters to add up."""

    measure: Measure
    variant: str
    attribution: str
    num: tuple[str, ...]
    den: tuple[str, ...]
    minus: tuple[str, ...] = ()

    def value(self, counts: Mapping[str, int], as_of: int) -> Value:
        """The figure over `counts` (counter → n, with the pseudo counters where asked for)."""
        num = sum(counts.get(name, 0) for name in self.num)
        den: int | None = None
        state: State = "live"
        if self.measure.kind in ("rate", "mean"):
            den = sum(counts.get(name, 0) for name in self.den)
            den -= sum(counts.get(name, 0) for name in self.minus)
            if den <= 0:
                state = "nodata"
        found = (self.measure.id, self.variant, self.attribution, self.measure.scale)
        return Value(num, den, state, as_of, *found)


class UnknownMeasure(KeyError):
    """A measure, variant or attribution the registry does not have; the text lists what it has."""

    def __str__(self) -> str:
        return str(self.args[0])


def apply_choice(
    measure: Measure, choice: Choice, variant: str | None = None, attribution: str | None = None
) -> Resolved:
    """Apply a city's variant, attribution and self-handled switches to one measure."""
    variant = variant or choice.variants.get(measure.id, measure.default)
    formula = measure.variants.get(variant)
    if formula is None:
        raise UnknownMeasure(
            f"{measure.id} variant {variant}: expected one of {', '.join(measure.variants)}"
        )
    attribution = attribution or choice.attribution_by.get(measure.id, choice.attribution)
    if attribution not in ATTRIBUTIONS:
        raise UnknownMeasure(f"attribution {attribution}: expected {', '.join(ATTRIBUTIONS)}")
    if attribution not in measure.attributions:
        attribution = "own"
    switches = choice.self_handled_counts_as
    return Resolved(
        measure,
        variant,
        attribution,
        _counters(formula.num, attribution, switches),
        _counters(formula.den, attribution, switches),
        _counters(formula.minus, attribution, switches),
    )


def _counters(
    bases: tuple[str, ...], attribution: str, switches: frozenset[str]
) -> tuple[str, ...]:
    out: list[str] = []
    for base in bases:
        if base in (OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK) or "@" in base:
            out.append(base)
            continue
        if attribution == "deadline":
            out.append(f"{_AHEAD.get(base, base)}@deadline")
            continue
        suffix = "@report" if attribution == "report" else ""
        out.append(_DISPATCHED.get(base, base) + suffix)
        switch, extra = _SELF.get(base, ("", ()))
        if switch in switches:
            out.extend(name + suffix for name in extra)
    return tuple(out)
