"""docs/forms.md: its example runs as written, its tables name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.form import Op
from dashboard.evaluation.loading import form_of, load_form, load_values
from dashboard.evaluation.rules import Rule
from dashboard.evaluation.strictyaml import FormError

PAGE = (Path(__file__).parents[1] / "docs" / "forms.md").read_text("utf-8")


def block(kind: str) -> str:
    found = re.search(rf"^```yaml {kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_example_is_scored_and_checked_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "lamps.yaml").write_text(block("form"), "utf-8")
    (tmp_path / "manual.yaml").write_text(block("values"), "utf-8")
    form = load_form("lamps", tmp_path)
    result = evaluate(form, load_values(tmp_path / "manual.yaml", form))
    told = re.search(
        r"总分 (\S+)（预算执行率 (\S+)、立案数 (\S+)、结案率 (\S+)、制度 (\S+)、", PAGE
    )
    assert told is not None
    finals = [str(item.final) for item in result.items]
    assert [str(result.total.score), *finals[:4]] == list(told.groups())
    assert (str(result.items[4].computed), finals[4]) == ("20.00", "19.00")
    assert result.total.grade == "优" and "等级“优”" in PAGE
    errors = [finding for finding in result.findings if finding.severity == "error"]
    assert [finding.kind for finding in errors] == ["low_met", "remainder", "relation.sources"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("parent: output, weight: 40}", "parent: output, weight: 40}", None),
        ("weight: 25\n", "weight: 20\n", "levels[3].weight = 40：应为 质量 之下合计 35"),
        (
            "measure: cases.closure_rate,",
            "measure: cases.closure_rat,",
            "indicators[2].source.measure = cases.closure_rat：应为 登记的指标，"
            "是否 cases.closure_rate？",
        ),
        (
            'target: {op: ">=", value: 200}',
            "target: {value: 200}",
            "indicators[1].target.op = 缺少 / missing：应为 <、<=、=、>、>=、between、by、is 之一",
        ),
    ],
)
def test_the_errors_shown_are_the_errors_told(old: str, new: str, line: str | None) -> None:
    text = block("form")
    assert old in text
    if line is None:
        assert form_of(text.encode(), "lamps.yaml").id == "lamps"
        return
    with pytest.raises(FormError) as error:
        form_of(text.replace(old, new, 1).encode(), "我的表/lamps.yaml")
    assert str(error.value) == f"我的表/lamps.yaml：{line}"
    assert str(error.value) in PAGE


def test_every_rule_and_every_direction_has_its_row() -> None:
    kinds = {str(rule.__struct_config__.tag) for rule in get_args(Rule)}
    rows = {name for line in PAGE.splitlines() for name in re.findall(r"`([^`]+)`", line[:60])}
    assert kinds <= rows, kinds - rows
    assert set(get_args(Op)) <= rows, set(get_args(Op)) - rows
