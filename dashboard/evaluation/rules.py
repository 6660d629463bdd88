"""Scoring rules 计分规则 as a form states them; `scoring` has the arithmetic of each.

Shares and deductions are percent of the indicator's weight.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, json

Text = Annotated[str, Meta(min_length=1)]


class Strict(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every struct of a form: frozen, named fields only, unknown keys refused."""


def prepare(kind: type) -> None:
    """Takes a struct apart while its module is imported, which one thread does.

    msgspec 0.22 otherwise does it when it first reads one, in the open: a second thread that reads
    the same struct meanwhile finds half of it and ends the process (segmentation fault).
    """
    json.Decoder(kind)


class Met(Strict, frozen=True, kw_only=True, tag_field="kind", tag="met"):
    """达标得满分，否则不得分: at least, at most, within, by date, as worded."""


class Ratio(Strict, frozen=True, kw_only=True, tag_field="kind", tag="ratio"):
    """按完成比例: weight × actual ÷ target, capped; with ≤ targets weight × target ÷ actual."""

    cap: Decimal = Decimal(1)


class Step(Strict, frozen=True, kw_only=True, tag_field="kind", tag="step"):
    """阶梯扣分: each `per` the target is missed by costs `deduct` % of the weight, down to 0.

    whole: "no" in proportion, "full" only full steps count, "started" a started step counts. For
    dates a step is `per` days late.
    """

    per: Decimal = Decimal(1)
    deduct: Decimal
    whole: Literal["no", "full", "started"] = "no"


class Share(Strict, frozen=True, kw_only=True):
    """One element 要素: its text and its share of the weight in percent."""

    text: Text
    share: Decimal


class Elements(Strict, frozen=True, kw_only=True, tag_field="kind", tag="elements"):
    """要素计分: the shares of the elements present; without a vetoing one (1-based) nothing.

    `sum` is what the shares add up to; only a form whose official shares do not reach 100 says so.
    """

    elements: Annotated[tuple[Share, ...], Meta(min_length=1)]
    vetoes: tuple[int, ...] = ()
    sum: Decimal = Decimal(100)


class Count(Strict, frozen=True, kw_only=True, tag_field="kind", tag="count"):
    """计数: full score at `full`; each one less costs `each` % (100 ÷ full if unset)."""

    full: Annotated[int, Meta(ge=1)]
    each: Decimal | None = None


class Parts(Strict, frozen=True, kw_only=True, tag_field="kind", tag="parts"):
    """单位子指标: the indicator's parts share its weight equally; each all-or-nothing, or in
    proportion to its own fulfilment."""

    mode: Literal["all_or_nothing", "proportional"] = "all_or_nothing"


class Tier(Strict, frozen=True, kw_only=True):
    """One band of a qualitative judgement, percent of the weight: at_least ≤ share ≤ at_most; only
    the topmost band that contains a share may claim it."""

    name: Text
    at_least: Decimal
    at_most: Decimal


TIERS: Final = (
    Tier(name="达成", at_least=Decimal(80), at_most=Decimal(100)),
    Tier(name="部分达成", at_least=Decimal(60), at_most=Decimal(80)),
    Tier(name="未达成", at_least=Decimal(0), at_most=Decimal(60)),
)


class Tiers(Strict, frozen=True, kw_only=True, tag_field="kind", tag="tiers"):
    """定性分档: the reviewer names the tier and the share of the weight within it."""

    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1)] = TIERS


class Execution(Strict, frozen=True, kw_only=True, tag_field="kind", tag="execution"):
    """执行率计分: weight × execution rate (%), capped at the weight."""


class Typed(Strict, frozen=True, kw_only=True, tag_field="kind", tag="typed"):
    """直接评分: the form gives no rule; the reviewer types the score with a reason."""


Rule = Met | Ratio | Step | Elements | Count | Parts | Tiers | Execution | Typed
