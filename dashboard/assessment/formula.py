"""What a formula 考评公式 is: components with weights, and what happens where one has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

Rule = Literal["rate", "complement", "steps", "shortfall", "off"]
RULES: Final[dict[str, str]] = {
    "rate": "比率本身，封顶 100 %",
    "complement": "100 − 比率，不低于 0",
    "steps": "件数所在的档给的分",
    "shortfall": "达到起扣线得满分，每低 1 个百分点扣若干分",
    "off": "每件从总分中扣若干分",
}
Missing = Literal["none", "reweight"]
MISSING: Final[dict[str, str]] = {
    "none": "任一项分母为 0，该成员不评分、不排名",
    "reweight": "分母为 0 的项不计，其余按权重折算",
}
SUBJECTS: Final[dict[str, str]] = {
    "district": "区域",
    "department": "部门",
    "collector": "采集员",
    "acceptor": "受理员",
    "chief": "值班长",
    "dispatcher": "派遣员",
}
"""What is assessed 评价对象."""
POSTS: Final = ("collector", "acceptor", "chief", "dispatcher")
"""岗位: groups, each assessed by a formula of its own, so not ranked among each other."""
WHOLE: Final = 100
"""The weights of a formula add up to this."""


@dataclass(frozen=True)
class Step:
    """档: numbers up to `bound` (below it, if `strict`) get `points` of 100."""

    bound: Fraction
    points: int
    strict: bool = False

    def holds(self, number: Fraction) -> bool:
        return number < self.bound if self.strict else number <= self.bound

    @property
    def text(self) -> str:
        return f"{'<' if self.strict else '≤'} {decimal(self.bound)}→{self.points}"


@dataclass(frozen=True)
class Component:
    """分项: a measure of the registry put through a rule.

    `weight`: its points of 100, 0 for deductions. `measure` empty: nothing in the ledger tells it,
    and `why` says so. `variant`: a 口径 the formula names itself; empty: the city's.
    """

    name: str
    weight: Fraction
    measure: str = ""
    rule: Rule = "rate"
    variant: str = ""
    steps: tuple[Step, ...] = ()
    beyond: int = 0
    """Points beyond the last step."""
    per_unit: bool = False
    """The steps are about the number for each unit cell 单元网格."""
    full_at: Fraction = Fraction(1)
    lose: Fraction = Fraction(0)
    """shortfall: points lost for each percentage point below `full_at`; off: for each case."""
    why: str = ""

    @property
    def recorded(self) -> bool:
        """Whether the ledger has what it takes."""
        return bool(self.measure)


@dataclass(frozen=True)
class Formula:
    """考评办法: its components, whom it is for, where it comes from, and how it treats gaps.

    Components nothing is recorded of are left out for everybody, and the others stand for the
    whole, as long as they make up `least` of 100; else nobody has a score.
    """

    id: str
    name: str
    subjects: tuple[str, ...]
    components: tuple[Component, ...]
    source: str
    missing: Missing = "none"
    least: int = 50
    note: str = ""

    @property
    def recorded(self) -> Fraction:
        """可计权重: the weights of what is recorded, of 100."""
        return sum((one.weight for one in self.components if one.recorded), Fraction(0))

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures it asks for, each once."""
        return tuple(dict.fromkeys(one.measure for one in self.components if one.recorded))

    @property
    def variants(self) -> Mapping[str, str]:
        """The 口径 it names itself."""
        return {one.measure: one.variant for one in self.components if one.variant}

    @property
    def text(self) -> str:
        """The formula in one line, weights in force."""
        return " ".join(_term(one, first=not i) for i, one in enumerate(self.components))


@dataclass(frozen=True)
class Grades:
    """等级: the lowest score of A, B, C, D; what is below is E."""

    bounds: tuple[Decimal, ...] = (Decimal(90), Decimal(75), Decimal(60), Decimal(40))

    def of(self, score: Decimal) -> str:
        """The letter of a score."""
        return next(
            (name for name, low in zip("ABCD", self.bounds, strict=True) if score >= low), "E"
        )

    @property
    def text(self) -> str:
        told = [f"{name} ≥ {low}" for name, low in zip("ABCD", self.bounds, strict=True)]
        return "、".join([*told, f"E < {self.bounds[-1]}"])


def decimal(number: Fraction) -> str:
    """A weight or bound as it is written."""
    return f"{float(number):.10g}"


def _term(one: Component, first: bool) -> str:
    sign = "" if first else "＋ "
    if one.rule == "off":
        return f"− {one.name} × {decimal(one.lose)}"
    if one.rule == "complement":
        return f"{sign}（100 − {one.name}）× {decimal(one.weight)} %"
    if one.rule == "steps":
        return f"{sign}{one.name}分值 × {decimal(one.weight)} %"
    if one.rule == "shortfall":
        low = f"≥ {decimal(one.full_at * 100)} % 得满，每低 1 个百分点扣 {decimal(one.lose)}"
        return f"{sign}{one.name} {decimal(one.weight)} 分（{low}）"
    return f"{sign}{one.name} × {decimal(one.weight)} %"
