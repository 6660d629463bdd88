"""The drafted section 指标完成情况: sentences with the figures of the result, nothing but what is
there. What is missing is said to be missing; why a target was not met is quoted, never invented."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from dashboard.evaluation.exports.table import score_text
from dashboard.evaluation.form import Form, Target, children
from dashboard.evaluation.result import Actual, Finding, Item, LevelResult, Result

NUMERALS: Final = "一二三四五六七八九十"
FIGURE_STARTS: Final = frozenset("0123456789-＋+≥≤≧≦><=＞＜＝")
"""How a target or an actual value begins that is a figure and not words."""
LACKING: Final = frozenset({"missing", "nodata"})


@dataclass(frozen=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


def conclusion(form: Form, result: Result) -> str:
    """The first paragraph: how many indicators, the score, the grade, the levels."""
    year = "" if str(result.year) in result.title else f"{result.year}年度"
    parts = [f"{year}《{result.title}》共设指标{len(result.items)}项"]
    total, places = result.total, form.rounding.total.places
    if form.scoring == "none":
        parts[0] += "，本表不计分"
    elif total.score is None:
        parts[0] += "，尚未评分"
    elif total.pending:
        parts[0] += (
            f"，满分{_plain(total.weight)}分，已评部分得分{score_text(total.score, places)}分，"
            f"另有{_plain(total.pending)}分待评"
        )
    else:
        parts[0] += f"，满分{_plain(total.weight)}分，评价得分{score_text(total.score, places)}分"
        parts[0] += f"，等级为“{total.grade}”" if total.grade else ""
    levels = [level for level in result.levels if level.parent is None and level.weight]
    scored = [_level_words(form, level) for level in levels if level.score is not None]
    if scored:
        parts.append("其中：" + "；".join(scored))
    return "。".join(parts) + "。"


def _level_words(form: Form, level: LevelResult) -> str:
    words = f"{level.name}分值{_plain(level.weight)}分"
    if level.score is not None:
        words += f"，得分{score_text(level.score, form.rounding.level.places)}分"
    if level.rate is not None and not level.pending:
        words += f"，得分率{level.rate:.2f}%"
    return words


def sections(form: Form, result: Result) -> list[Section]:
    """指标完成情况: one section a first level, then what was not met, and what contradicts."""
    out: list[Section] = []
    levels = {level.id: level for level in result.levels}
    for number, level in enumerate(children(form, None)):
        items = [item for item in result.items if item.level in _below(form, level.id)]
        found = levels.get(level.id)
        first = _level_words(form, found) + "。" if found and found.weight else ""
        told = [f"{at}．{sentence(form, item)}" for at, item in enumerate(items, 1)]
        if first or told:
            name = level.name or "其他指标"
            heading = f"（{NUMERALS[number % 10]}）{name}"
            out.append(Section(heading, tuple(filter(None, (first, *told)))))
    if figures := _figures(result):
        out.append(Section(f"（{NUMERALS[len(out) % 10]}）主要数据", (figures,)))
    out.append(Section(f"（{NUMERALS[len(out) % 10]}）未完成指标及原因", _unmet(form, result)))
    out.append(Section(f"（{NUMERALS[len(out) % 10]}）数据核对情况", _findings(result.findings)))
    return out


def _figures(result: Result) -> str:
    """上报问题数509,566件；立案数…: the figures of the report that have a value."""
    told = [
        f"{one.name}{_joined(one.actual.text)}{_fraction(one.actual)}"
        for one in result.figures
        if one.actual.number is not None
    ]
    return "；".join(told) + "。" if told else ""


def _below(form: Form, level: str) -> set[str]:
    out = {level}
    for child in children(form, level):
        out |= _below(form, child.id)
    return out


def sentence(form: Form, item: Item) -> str:
    """One indicator: aim, figure with its numerator and denominator, whether met, the score."""
    words = _joined(item.name)
    said = item.target in words and any(character.isdigit() for character in item.target)
    if item.target and not said:
        figure = item.target[0] in FIGURE_STARTS
        words += f"，目标值{item.target}" if figure else f"，目标为“{item.target}”"
    words += _figure(item)
    gap = shortfall(form, item)
    if gap:
        words += f"，{gap}"
    elif item.state == "met":
        words += "，达到目标" if item.target else ""
    elif item.state == "partial":
        words += "，部分达到目标"
    elif item.state == "unmet":
        words += "，未达到目标"
    if item.parts:
        words += "。其中：" + "；".join(
            _part(part.name, part.target, part.actual.text, part.state) for part in item.parts
        )
    return words + _score(form, item) + "。"


def _figure(item: Item) -> str:
    if item.state == "na":
        return f"，本年度不适用{_because(item.actual.reason)}"
    if item.state == "not_occurred":
        return f"，本年度未发生{_because(item.actual.reason)}"
    if item.state == "missing":
        return "，实际完成值尚未填报"
    if item.state == "nodata":
        return "，本年度没有数据"
    shown = _joined(item.actual.text)
    if item.parts or not shown:
        return ""
    if item.state == "judged":
        return f"，评定为“{shown}”"
    if item.actual.number is None or shown[0] not in FIGURE_STARTS:
        return f"，实际情况为：{shown}"
    return f"，实际完成{shown}{_fraction(item.actual)}"


def _fraction(actual: Actual) -> str:
    """（9,641÷10,000）of a measured rate."""
    evidence = actual.evidence
    if actual.origin != "measured" or evidence is None or evidence.num is None or not evidence.den:
        return ""
    return f"（{evidence.num:,}÷{evidence.den:,}）"


def _joined(text: str) -> str:
    return text.replace("\n", "；").rstrip("。；")


def _because(reason: str) -> str:
    return f"（{_joined(reason)}）" if reason else ""


def _part(name: str, target: str, actual: str, state: str) -> str:
    words = (
        _joined(name)
        + (f"目标{target}" if target else "")
        + (f"实际{actual}" if actual else "未填报")
    )
    verdict = {"met": "达标", "unmet": "未达标", "partial": "部分达标"}.get(state)
    return words + (f"，{verdict}" if verdict else "")


def _score(form: Form, item: Item) -> str:
    if item.weight is None or (item.state in ("na", "not_occurred") and item.final is None):
        return ""
    if item.final is None:
        return f"。该项{_plain(item.weight)}分待评"
    places = form.rounding.item.places
    words = f"。该项{_plain(item.weight)}分，得{score_text(item.final, places)}分"
    if item.override is not None and item.computed is not None and item.computed != item.final:
        words += f"（按评分标准计算为{score_text(item.computed, places)}分，"
        words += f"人工评定：{_joined(item.override.reason)}）"
    return words


def shortfall(form: Form, item: Item) -> str:
    """低于目标1.59个百分点, 超过上限2件: how far an unmet numeric target was missed; else ""."""
    target = _target(form, item.id)
    number = item.actual.number
    if item.state != "unmet" or target is None or number is None:
        return ""
    low, high = target.value, target.value
    if target.op == "between":
        low, high = target.low, target.high
    if target.op in (">=", ">", "=", "between") and low is not None and number < low:
        return f"低于目标{_gap(low - number, item)}"
    if target.op in ("<=", "<", "=", "between") and high is not None and number > high:
        return f"高于目标{_gap(number - high, item)}"
    return ""


def _gap(gap: Decimal, item: Item) -> str:
    """The distance with as many decimals as the figure shows; 不足 where that would be nought."""
    shown = re.search(r"\.(\d+)", item.actual.text)
    places = len(shown[1]) if shown else 0
    unit = "个百分点" if item.unit == "%" else item.unit
    near = round(gap, places)
    if not near:
        return f"不足{_plain(Decimal(1).scaleb(-places))}{unit}"
    return f"{_plain(near)}{unit}"


def _target(form: Form, id: str) -> Target | None:
    return next((one.target for one in form.indicators if one.id == id), None)


def _unmet(form: Form, result: Result) -> tuple[str, ...]:
    """What was not met, what lost points, what is still missing, each with its reason."""
    told = [_explained(form, item) for item in result.items if _is_short(item)]
    told += _lost_elsewhere(form, result)
    waiting = [_joined(item.name) for item in result.items if item.state in LACKING]
    if waiting:
        told.append(f"尚缺数据的指标{len(waiting)}项：" + "、".join(waiting) + "。")
    if told:
        return tuple(told)
    if any(item.state == "stated" for item in result.items):
        return ("填报中没有列出未完成的指标。",)
    return ("各项指标均已完成。",)


def _is_short(item: Item) -> bool:
    """Not met, or with points lost, or a reason for losing some that are not given one by one."""
    if item.state in LACKING or item.state == "na":
        return False
    return item.state in ("unmet", "partial") or bool(
        item.deducted or (item.note and item.final is None)
    )


def _lost_elsewhere(form: Form, result: Result) -> list[str]:
    """Points lost in levels or in the whole whose single scores are not given."""
    told = []
    if form.scoring == "levels":
        for level in result.levels:
            typed = level.override
            if typed is None or level.weight is None or typed.score >= level.weight:
                continue
            lost = score_text(level.weight - typed.score, form.rounding.level.places)
            told.append(f"{level.name}：扣{lost}分。评分说明：{_joined(typed.reason)}。")
    total = result.total
    if form.scoring == "total" and total.score is not None and total.score < total.weight:
        lost = score_text(total.weight - total.score, form.rounding.total.places)
        told.append(f"总分比满分少{lost}分，表中没有逐项扣分明细。")
    return told


def _explained(form: Form, item: Item) -> str:
    words = name = _joined(item.name)
    detail = shortfall(form, item)
    if detail:
        words += f"：目标值{item.target}，实际完成{item.actual.text}，{detail}"
    elif item.state in ("unmet", "partial"):
        words += "：未达到目标" if item.state == "unmet" else "：部分达到目标"
    if item.deducted:
        lost = score_text(item.deducted, form.rounding.item.places)
        words += f"{'：' if words == name else '，'}扣{lost}分"
    if words == name:
        words += "：有扣分"
    if item.note:
        return f"{words}。原因：{_joined(item.note)}。"
    if item.override is not None:
        return f"{words}。原因尚未填写；人工评分说明：{_joined(item.override.reason)}。"
    return f"{words}。原因尚未填写。"


def _findings(found: Sequence[Finding]) -> tuple[str, ...]:
    if not found:
        return ("经勾稽核对，未发现前后矛盾。",)
    wrong = [one for one in found if one.severity == "error"]
    hints = len(found) - len(wrong)
    told = [f"经勾稽核对，发现矛盾{len(wrong)}处、提示{hints}处，报送前应逐一核实："]
    for at, one in enumerate(found, 1):
        values = f"（{one.left}，{one.right}）" if one.left or one.right else ""
        where = f"，见{one.where}" if one.where else ""
        told.append(f"{at}．{_joined(one.what)}{values}{where}。{_joined(one.settle)}。")
    return tuple(told)


def _plain(number: Decimal | None) -> str:
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
