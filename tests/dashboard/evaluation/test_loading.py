"""Forms and typed values that are wrong are refused with file, path, found and expected."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.evaluation.loading import form_files, form_of, load_form, load_values, read_form
from dashboard.evaluation.strictyaml import FormError, read_yaml
from tests.dashboard.evaluation.bridge import TEXT

BUILT_IN = [
    "department-framework",
    "meixian-2021",
    "nanyang-2021",
    "standard-self-evaluation",
    "yueyang-2020-collection",
    "yueyang-2020-overall",
    "zhengzhou-2021",
    "zhengzhou-2022",
]


def refusal(data: dict[str, Any]) -> str:
    text = yaml.safe_dump(data, allow_unicode=True).encode()
    with pytest.raises(FormError) as error:
        form_of(text, "bridge.yaml")
    return str(error.value)


def broken(path: str, value: Any) -> dict[str, Any]:
    """The form of the bridge with one value changed; None removes it."""
    data = copy.deepcopy(yaml.safe_load(TEXT))
    tokens = [int(t) if t.isdigit() else t for t in re.findall(r"[^.\[\]]+", path)]
    place: Any = data
    for token in tokens[:-1]:
        place = place[token]
    if value is None:
        del place[tokens[-1]]
    else:
        place[tokens[-1]] = value
    return data


@pytest.mark.parametrize("id", BUILT_IN)
def test_the_built_in_forms_are_in_order(id: str) -> None:
    form = load_form(id)
    assert form.id == id and form.columns and form.levels


def test_all_built_in_forms_are_listed() -> None:
    assert list(form_files()) == BUILT_IN


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        # shape
        (
            "kind",
            "互评",
            "bridge.yaml：kind = 互评：应为 单位自评、整体支出、财政评价、部门评价 之一",
        ),
        ("titel", "桥镇", "titel = 桥镇：应为 已知的键：是否 title？"),
        ("title", None, "title = 缺少 / missing：应为 必填的文字"),
        ("title", 5, "title = 5：应为 文字"),
        ("levels", [], "levels = []：应为 至少一项的列表"),
        ("indicators[0].weight", "十", "indicators[0].weight = 十：应为 数"),
        ("indicators[0].weight", "NaN", "indicators[0].weight = NaN：应为 至多 15 位整数"),
        ("indicators[0].target.value", "1e999999", "indicators[0].target.value = 1E+999999：应为"),
        ("grades[0].at_least", "-Infinity", "grades[0].at_least = -Infinity：应为 至多"),
        ("indicators[0].target.op", None, "indicators[0].target.op = 缺少"),
        ("indicators[0].target.op", "=>", "indicators[0].target.op = =>：应为 <、<=、"),
        ("indicators[0].rule.kind", "stepp", "indicators[0].rule.kind = stepp：应为 met、ratio、"),
        ("indicators[0].rule.deduct", None, "indicators[0].rule.deduct = 缺少"),
        ("indicators[2].places", 2.5, "indicators[2].places = 2.5：应为 整数"),
        ("indicators[0].id", "Rate", "indicators[0].id = Rate：应为 符合 ^[a-z]"),
        ("columns[0].key", "nane", "columns[0].key = nane：应为 number、level1、"),
        # levels
        ("levels[2].parent", "outputs", "levels[2].parent = outputs：应为 已有的层级：process"),
        ("levels[1].parent", "amount", "levels[1].parent = output → amount → output：应为 不成环"),
        ("levels[2].id", "output", "levels[2].id = output：应为 不重复的 id"),
        ("indicators[2].level", "none", "indicators[2].level = none：应为 amount、output"),
        # weights
        ("levels[0].weight", 31, "levels[0].weight = 31：应为 过程 之下合计 30"),
        ("levels[3].weight", None, "levels[3].weight = 缺少 / missing：应为 分值"),
        ("indicators[2].weight", 21, "levels[2].weight = 40：应为 数量 之下合计 41"),
        ("total", 120, "total = 120：应为 一级指标分值合计 100"),
        ("indicators[2].weight", None, "indicators[2].weight = 缺少"),
        ("scoring", "none", "grades = 4 档：应为 不计分的表没有等级"),
        ("scoring", "levels", "indicators[0].weight = 10：应为 只有 scoring: items 才有单项分值"),
        # targets and rules
        ("indicators[0].target.value", None, "indicators[0].target.value = 缺少"),
        ("indicators[0].target.low", 1, "indicators[0].target.low = 1：应为 op: '>=' 只用 value"),
        ("indicators[2].target", None, "indicators[2].rule.kind = 没有目标值"),
        ("indicators[1].rule.elements[0].share", 40, "rule.elements = 合计 90%：应为 100%"),
        ("indicators[1].rule.vetoes", [4], "indicators[1].rule.vetoes[0] = 4：应为 要素序号 1–3"),
        ("indicators[3].parts", None, "indicators[3].parts = 缺少 / missing：应为 至少一个子指标"),
        ("indicators[3].parts[1].id", "poles", "indicators[3].parts[1].id = poles：应为 不重复"),
        (
            "indicators[2].rule.kind",
            "execution",
            "indicators[2].rule.kind = unit: '盏'：应为 执行率",
        ),
        # grades
        ("grades[1].at_least", 95, "grades[1].at_least = 95：应为 由高到低"),
        ("grades[3].at_least", 10, "grades[3].at_least = 10：应为 0"),
        ("grades[1].name", "优", "grades[1].name = 优：应为 不重复的等级名"),
        # sources
        (
            "indicators[2].source",
            {"measure": "cases.closure_rat"},
            "source.measure = cases.closure_rat：应为 登记的指标，是否 cases.closure_rate？",
        ),
        (
            "indicators[2].source",
            {"measure": "cases.closure_rate", "variant": "new"},
            "indicators[2].source.variant = new：应为 cases.closure_rate 的口径：due、",
        ),
        (
            "indicators[2].source",
            {"measure": "cases.reported", "by": "channel"},
            "indicators[2].source.member = 缺少",
        ),
        ("indicators[2].source", {"window": "13-01..13-02"}, None),
        (
            "indicators[2].source",
            {"measure": "cases.reported", "window": "02-01..01-31"},
            "indicators[2].source.window = 02-01..01-31：应为 先后相继",
        ),
        ("indicators[0].source.formula", "money.spend.total", "是否 money.spent.total？"),
        ("indicators[0].source.formula", "1 +", "缺少一个数或名字：应为 算式"),
        ("indicators[0].source.formula", "value.rate + 1", "value.rate → value.rate：应为 不成环"),
        (
            "money.rows[2].formula",
            "budget - left",
            "money.rows[2].formula = left → left：应为 不成环",
        ),
        ("money.rows[1].id", "budget", "money.rows[1].id = budget：应为 不重复的 id"),
        ("checks[0].right", "figure.casses", "checks[0].right = figure.casses：应为 已知的名字"),
    ],
)
def test_a_bad_form_is_refused(path: str, value: Any, told: str | None) -> None:
    if told is None:  # a window that is no date matters only where a measure is asked
        form_of(yaml.safe_dump(broken(path, value)).encode(), "bridge.yaml")
        return
    message = refusal(broken(path, value))
    assert message.startswith("bridge.yaml：") and told in message, message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"id: [", "YAML 格式"),
        (b"a: 1\na: 2", "键 a 重复"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: !!python/object/apply:os.system ['true']", "YAML 格式"),
        (b"1: a", "键应为文字"),
        (b"x" * 2_000_001, "至多 2,000,000 字节"),
    ],
)
def test_what_is_no_yaml_is_refused(text: bytes, told: str) -> None:
    with pytest.raises(FormError, match=re.escape(told)):
        read_yaml(text, "x.yaml")


def test_yaml_keeps_what_people_wrote() -> None:
    text = "day: 2021-04-01\nanswer: no\non: yes\nrate: 95.380\ncode: 007\nsum: 1_000\nzero: 0\n"
    found = read_yaml(text.encode(), "x.yaml")
    shown = {key: str(value) for key, value in found.items()}
    assert shown == {
        "day": "2021-04-01",
        "answer": "no",
        "on": "yes",
        "rate": "95.380",
        "code": "007",
        "sum": "1_000",
        "zero": "0",
    }
    assert found["zero"] == 0 and isinstance(found["code"], str)


# Files -------------------------------------------------------------------------------------------


def test_a_form_in_the_users_folder_goes_before_the_built_in_one(tmp_path: Path) -> None:
    own = tmp_path / "meixian-2021.yaml"
    own.write_text(TEXT.replace("id: bridge", "id: meixian-2021"), "utf-8")
    (tmp_path / "bridge.yaml").write_text(TEXT, "utf-8")
    assert load_form("meixian-2021", tmp_path).title == "桥镇路灯项目绩效自评表"
    assert load_form("bridge", tmp_path).id == "bridge"
    assert set(form_files(tmp_path)) == {*BUILT_IN, "bridge"}


def test_file_name_and_id_agree(tmp_path: Path) -> None:
    (tmp_path / "bridge2.yaml").write_text(TEXT, "utf-8")
    with pytest.raises(FormError, match="与文件名一致：bridge2"):
        read_form(tmp_path / "bridge2.yaml")


def test_unknown_forms_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="zhengzhou-2012：应为 是否 zhengzhou-202"):
        load_form("zhengzhou-2012")
    with pytest.raises(FormError, match="forms_dir"):
        load_form("bridge", tmp_path / "none")
    with pytest.raises(FormError, match="可读的文件"):
        load_form(str(tmp_path / "none.yaml"))


# Typed values ------------------------------------------------------------------------------------


def values_error(tmp_path: Path, text: str) -> str:
    file = tmp_path / "manual.yaml"
    file.write_text(f"form: bridge\nyear: 2021\n{text}", "utf-8")
    with pytest.raises(FormError) as error:
        load_values(file, form_of(TEXT.encode(), "bridge.yaml"))
    return str(error.value).removeprefix(f"{file}：")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("values: {lamp: {value: 1}}", "values.lamp = lamp：应为 表中的 id：是否 lamps？"),
        ("values: {lamps: {value: 五十}}", "values.lamps.value = 五十：应为 数"),
        ("values: {poles: {value: 4}, lamps: {worth: 4}}", "values.lamps.worth = 4：应为 已知的键"),
        ("values: {lamps: {na: true}}", "values.lamps.reason = 缺少"),
        ("values: {lamps: {elements: [1]}}", "values.lamps.elements = (1,)：应为 只用于要素计分"),
        ("values: {rules: {elements: [1, 4]}}", "values.rules.elements[1] = 4：应为 1–3，不重复"),
        ("values: {rules: {value: 3}}", "values.rules.value = 3：应为 text"),
        ("values: {lamps: {date: 2021-02-03}}", "values.lamps.date = 2021-02-03：应为 value: 数"),
        ("values: {lamps: {date: 三月}}", "values.lamps.date = 三月"),
        ("values: {lamps: {tier: 达成, share: 90}}", "values.lamps.tier = 达成：应为 只用于定性"),
        ("values: {look: {tier: 很好, share: 90}}", "values.look.tier = 很好：应为 达成、部分达成"),
        ("values: {look: {tier: 达成}}", "values.look.share = 缺少"),
        (
            "values: {look: {tier: 部分达成, share: 80}}",
            "values.look.share = 80：应为 部分达成 60–80",
        ),
        ("overrides: {lamps: {score: 9}}", "overrides.lamps.reason = 缺少"),
        (
            "overrides: {lamps: {score: -1, reason: 错}}",
            "overrides.lamps.score = -1：应为 不小于 0",
        ),
        ("levels: {outputs: {score: 1, reason: 错}}", "levels.outputs = outputs：应为 表中的 id"),
        ("money: {spent: {totl: 1}}", "money.spent.totl = totl：应为 表中的 id：是否 total？"),
        (
            "statements: [{of: figure.casse, value: 1, where: 正文}]",
            "statements[0].of = figure.casse",
        ),
        ("finished: [lampe]", "finished.lampe = lampe：应为 表中的 id：是否 lamps？"),
        ("by: 5", "by = 5：应为 文字"),
        ("values: {lamps: {value: 'nan'}}", "values.lamps.value = NaN：应为 至多 15 位整数"),
        ("money: {spent: {total: '1e30'}}", "money.spent.total = 1E+30：应为 至多 15 位整数"),
        ("values: {reported: {value: 9}}", "values.reported.reason = 缺少"),
    ],
)
def test_bad_values_are_refused(tmp_path: Path, text: str, told: str) -> None:
    assert told in values_error(tmp_path, text)


def test_values_are_for_one_form_and_year(tmp_path: Path) -> None:
    file = tmp_path / "manual.yaml"
    file.write_text("form: lamps\nyear: 2021\n", "utf-8")
    with pytest.raises(FormError, match="form = lamps：应为 bridge"):
        load_values(file, form_of(TEXT.encode(), "bridge.yaml"))
    file.write_text("form: meixian-2021\nyear: 2022\n", "utf-8")
    with pytest.raises(FormError, match="year = 2022：应为 2021"):
        load_values(file, load_form("meixian-2021"))
