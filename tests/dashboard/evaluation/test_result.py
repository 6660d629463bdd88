"""The JSON form of a result is exact both ways."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from dashboard.evaluation.form import Level, Target, children, line_of, target_text
from dashboard.evaluation.result import Actual, Item, LevelResult, Result, Total, decode, encode
from dashboard.evaluation.values import Entry, Override, Values
from tests.dashboard.evaluation.bridge import BRIDGE

VALUES = Values(
    form="bridge",
    year=2021,
    values={"lamps": Entry(value=Decimal("48"), reason="台账", by="阿宁", at="2022-01-05")},
    overrides={"lamps": Override(score=Decimal("9.50"), reason="抽查", by="老周")},
)
RESULT = Result(
    form="bridge",
    title="桥镇路灯",
    kind="单位自评",
    city="桥镇",
    year=2021,
    as_of=1_640_966_400_000,
    scoring="items",
    total=Total(
        weight=Decimal(100),
        computed=Decimal("9.60"),
        override=None,
        score=Decimal("9.50"),
        grade="",
        computed_grade="",
        pending=Decimal(90),
        highest=Decimal("99.50"),
        projected=Decimal("95.00"),
        projected_grade="优",
    ),
    levels=(
        LevelResult(
            id="output",
            parent=None,
            name="产出",
            weight=Decimal(100),
            computed=Decimal("9.60"),
            override=None,
            score=Decimal("9.50"),
            rate=Decimal("95.00"),
            pending=Decimal(90),
        ),
    ),
    items=(
        Item(
            id="lamps",
            level="output",
            name="路灯数",
            weight=Decimal(10),
            unit="盏",
            target="≥50盏",
            op=">=",
            actual=Actual(origin="typed", number=Decimal(48), text="48盏"),
            state="unmet",
            progress=Decimal("0.96"),
            computed=Decimal("9.60"),
            override=VALUES.overrides["lamps"],
            final=Decimal("9.50"),
            how="48 ÷ 50 × 10",
            note="",
        ),
    ),
    figures=(),
    money=(),
    facts=(),
    findings=(),
    values=VALUES,
)


def test_a_result_comes_back_from_json_as_it_was_decimals_included() -> None:
    again = decode(encode(RESULT))
    assert again == RESULT
    assert b'"final":9.50' in encode(RESULT)
    assert str(again.items[0].final) == "9.50"
    assert again.items[0].deducted == Decimal("0.50") and not again.complete


def test_a_result_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="year"):
        decode(encode(RESULT).replace(b'"year":2021', b'"year":"2021"', 1))


def test_levels_know_their_children_and_their_line() -> None:
    assert [level.id for level in children(BRIDGE, None)] == ["process", "output"]
    assert [level.id for level in children(BRIDGE, "output")] == ["amount", "quality"]
    assert [level.name for level in line_of(BRIDGE, "quality")] == ["产出", "质量"]
    assert isinstance(BRIDGE.levels[0], Level)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (None, ""),
        (Target(op=">=", value=Decimal(98)), "≥98%"),
        (Target(op="<=", value=Decimal("0.50")), "≤0.50%"),
        (Target(op="between", low=Decimal(1), high=Decimal(2)), "1–2%"),
        (Target(op="is", words="健全"), "健全"),
        (Target(op=">=", value=Decimal(5), text="5%以上"), "5%以上"),
    ],
)
def test_a_target_is_shown_as_printed_or_with_sign_and_unit(
    target: Target | None, shown: str
) -> None:
    assert target_text(target, "%") == shown
