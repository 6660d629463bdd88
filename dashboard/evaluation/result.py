"""An evaluated form 评价结果: what pages, exports and the book show; nothing is recomputed later.

Scores are decimals rounded as the form says. `final` is the override where there is one, else the
computed score; None is "not scored yet", never 0. `encode`/`decode` are the JSON form, exact both
ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import msgspec

from dashboard.evaluation.values import Override, Values

State = Literal[
    "met", "unmet", "partial", "judged", "stated", "na", "not_occurred", "nodata", "missing"
]
STATES: Final[dict[State, str]] = {
    "met": "达标",
    "unmet": "未达标",
    "partial": "部分达标",
    "judged": "已评定",
    "stated": "已填报",
    "na": "不适用",
    "not_occurred": "未发生",
    "nodata": "无数据",
    "missing": "待填",
}
"""stated: there is a value but no target to hold it against; nodata: the measure has no data;
missing: nobody typed the value."""
Origin = Literal["measured", "typed", "computed", "none"]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """证据: which measure, in which variant and window, gave which numerator and denominator.

    `as_of` is epoch ms; num ÷ den ÷ scale is the value. Fingerprints: `definition` of the registry
    entry as the city reads it, `tally` of all counts of the window, `cursor` of how far every
    stream and file had been folded: equal ones mean the very same ledger.
    """

    measure: str
    name: str
    variant: str
    attribution: str
    formula: str
    definition: str
    first: str
    last: str
    by: str = ""
    member: str = ""
    num: int | None = None
    den: int | None = None
    scale: int = 1
    state: str = "live"
    as_of: int = 0
    tally: str = ""
    cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class Actual:
    """实际完成值: its origin, the exact number in the form's unit, and what the cell shows.

    `measured` is the measured number where a typed one stands before it.
    """

    origin: Origin = "none"
    number: Decimal | None = None
    text: str = ""
    measured: Decimal | None = None
    by: str = ""
    at: str = ""
    reason: str = ""
    attachments: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, kw_only=True)
class PartResult:
    """A unit sub-indicator 单位子指标 filled and held against its target."""

    id: str
    name: str
    unit: str
    target: str
    op: str
    actual: Actual
    state: State
    progress: Decimal | None
    share: Decimal | None
    """Of the part's own weight, 0–1; None while pending."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """An indicator, filled and scored. `how` says in words how the computed score came about;
    `note` is the 未完成（扣分）原因; `reading` the score under the rule's other reading."""

    id: str
    level: str
    name: str
    weight: Decimal | None
    unit: str
    target: str
    op: str
    actual: Actual
    state: State
    progress: Decimal | None
    """Fulfilment of the target, 0–1 and beyond, where it is a ratio."""
    computed: Decimal | None
    override: Override | None
    final: Decimal | None
    how: str
    note: str
    parts: tuple[PartResult, ...] = ()
    reading: Decimal | None = None
    exact: str = ""
    """The computed score before rounding, as a decimal of at most 8 places."""

    @property
    def pending(self) -> bool:
        """Has a weight, but no score yet."""
        return (
            self.weight is not None
            and self.final is None
            and self.state not in ("na", "not_occurred")
        )

    @property
    def deducted(self) -> Decimal | None:
        """扣分: weight − final."""
        return None if self.weight is None or self.final is None else self.weight - self.final


@dataclass(frozen=True, kw_only=True)
class LevelResult:
    """A level's score 层级得分: typed, or the sum below it. `rate` is score ÷ weight in percent at
    two decimals; `pending` is the weight still without a score."""

    id: str
    parent: str | None
    name: str
    weight: Decimal | None
    computed: Decimal | None
    override: Override | None
    score: Decimal | None
    rate: Decimal | None
    pending: Decimal


@dataclass(frozen=True, kw_only=True)
class Total:
    """总分. `computed` ignores every override; `score` is what counts. While something is pending
    both hold what is scored so far, `grade` is empty, and `highest` says what can still be reached;
    `projected` extends the rate so far to the whole."""

    weight: Decimal
    computed: Decimal | None
    override: Override | None
    score: Decimal | None
    grade: str
    computed_grade: str
    pending: Decimal
    highest: Decimal | None
    projected: Decimal | None
    projected_grade: str


@dataclass(frozen=True, kw_only=True)
class MoneyCell:
    """A cell of the money table: the number shown; `typed` and `computed` where each exists."""

    row: str
    column: str
    number: Decimal | None
    text: str
    typed: Decimal | None
    computed: Decimal | None


@dataclass(frozen=True, kw_only=True)
class FigureResult:
    """A figure of the report, filled."""

    id: str
    name: str
    unit: str
    actual: Actual
    state: State


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A contradiction 勾稽发现: kind, what, where, both values, how to settle it.

    `refs` names what it is about (item, part, level, figure ids, money.row.column), for showing it
    beside the cell. severity: error 矛盾, hint 提示.
    """

    kind: str
    severity: Literal["error", "hint"]
    what: str
    where: str
    left: str
    right: str
    settle: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FactResult:
    """A line of the table's head."""

    id: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """The form of one city and year as it stands at `as_of` (epoch ms)."""

    form: str
    title: str
    kind: str
    city: str
    year: int
    as_of: int
    scoring: str
    total: Total
    levels: tuple[LevelResult, ...]
    items: tuple[Item, ...]
    figures: tuple[FigureResult, ...]
    money: tuple[MoneyCell, ...]
    facts: tuple[FactResult, ...]
    findings: tuple[Finding, ...]
    values: Values

    @property
    def complete(self) -> bool:
        """Nothing with a weight waits for a score."""
        return self.total.pending == 0


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_DECODER: Final = msgspec.json.Decoder(Result)


def encode(result: Result) -> bytes:
    """The result as JSON; numbers keep their decimals (1.90 stays 1.90)."""
    return _ENCODER.encode(result)


def decode(data: bytes) -> Result:
    """The result that was encoded; raises `msgspec.ValidationError`."""
    return _DECODER.decode(data)
