"""Whether a form makes sense as a whole 表单自检: levels, weights, targets, rules, grades.

Everything here raises `FormError` with the path of what is wrong; `sourcecheck` does the same for
measures, expressions and the money table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from dashboard.evaluation.form import COLUMNS, Form, Indicator, Level, Part, Target, plain
from dashboard.evaluation.rules import Elements, Execution, Met, Parts, Ratio, Rule, Step, Tiers
from dashboard.evaluation.strictyaml import FormError

NEEDS: Final[dict[str, tuple[str, ...]]] = {
    ">=": ("value",),
    "<=": ("value",),
    ">": ("value",),
    "<": ("value",),
    "=": ("value",),
    "between": ("low", "high"),
    "by": ("date",),
    "is": ("words",),
}
FIELDS: Final = ("value", "low", "high", "date", "words")


class Checker:
    """Collects nothing, refuses at once: the first thing wrong is the one that is told."""

    def __init__(self, form: Form, file: str) -> None:
        self.form, self.file = form, file

    def refuse(self, path: str, found: object, expected: str) -> FormError:
        """The error about one place of this form's file."""
        return FormError(self.file, path, found, expected)

    def unique(self, path: str, ids: Iterable[str]) -> None:
        """No id twice."""
        seen: set[str] = set()
        for number, one in enumerate(ids):
            if one in seen:
                raise self.refuse(f"{path}[{number}].id", one, "不重复的 id")
            seen.add(one)


def check_form(form: Form, file: str) -> None:
    """Refuses a form whose parts contradict each other."""
    checker = Checker(form, file)
    _columns(checker)
    _grades(checker)
    _levels(checker)
    _indicators(checker)
    _weights(checker)


def _columns(checker: Checker) -> None:
    for number, column in enumerate(checker.form.columns):
        if column.key not in COLUMNS:
            raise checker.refuse(f"columns[{number}].key", column.key, "、".join(COLUMNS))


def _grades(checker: Checker) -> None:
    grades = checker.form.grades
    if checker.form.scoring == "none":
        if grades:
            raise checker.refuse("grades", f"{len(grades)} 档", "不计分的表没有等级")
        return
    if not grades:
        raise checker.refuse("grades", None, "等级，由高到低，最低一档 at_least: 0")
    for number, grade in enumerate(grades):
        if number and grade.at_least >= grades[number - 1].at_least:
            raise checker.refuse(f"grades[{number}].at_least", grade.at_least, "由高到低")
        if grade.name in [one.name for one in grades[:number]]:
            raise checker.refuse(f"grades[{number}].name", grade.name, "不重复的等级名")
    if grades[-1].at_least != 0:
        raise checker.refuse(f"grades[{len(grades) - 1}].at_least", grades[-1].at_least, "0")


def _levels(checker: Checker) -> None:
    levels = checker.form.levels
    checker.unique("levels", [level.id for level in levels])
    by_id = {level.id: level for level in levels}
    for number, level in enumerate(levels):
        if level.parent is not None and level.parent not in by_id:
            known = "、".join(by_id)
            raise checker.refuse(f"levels[{number}].parent", level.parent, f"已有的层级：{known}")
        line = [level.id]
        at = level.parent
        while at is not None:
            if at in line:
                shown = " → ".join([*line, at])
                raise checker.refuse(f"levels[{number}].parent", shown, "不成环的层级")
            line.append(at)
            at = by_id[at].parent


def _indicators(checker: Checker) -> None:
    form = checker.form
    levels = {level.id for level in form.levels}
    ids = [i.id for i in form.indicators]
    checker.unique("indicators", ids)
    known = set(ids)
    for number, indicator in enumerate(form.indicators):
        path = f"indicators[{number}]"
        if indicator.level not in levels:
            raise checker.refuse(f"{path}.level", indicator.level, "、".join(sorted(levels)))
        _target(checker, f"{path}.target", indicator.target)
        for inner, part in enumerate(indicator.parts):
            if part.id in known:
                raise checker.refuse(f"{path}.parts[{inner}].id", part.id, "不重复的 id")
            known.add(part.id)
            _target(checker, f"{path}.parts[{inner}].target", part.target)
        _rule(checker, path, indicator)
    checker.unique("figures", [figure.id for figure in form.figures])
    checker.unique("facts", [fact.id for fact in form.facts])
    checker.unique("checks", [check.id for check in form.checks])


def _target(checker: Checker, path: str, target: Target | None) -> None:
    if target is None:
        return
    needed = NEEDS[target.op]
    for name in FIELDS:
        given = getattr(target, name)
        if name in needed and given is None:
            raise checker.refuse(f"{path}.{name}", None, f"op: {target.op!r} 须有 {name}")
        if name not in needed and given is not None:
            raise checker.refuse(f"{path}.{name}", given, f"op: {target.op!r} 只用 {needed[0]}")
    low, high = target.low, target.high
    if low is not None and high is not None and low > high:
        raise checker.refuse(f"{path}.low", low, f"不大于 high（{high}）")
    if target.tolerance < 0 or (target.tolerance and target.op != "="):
        raise checker.refuse(f"{path}.tolerance", target.tolerance, "只用于 op: '='，不小于 0")


def _rule(checker: Checker, path: str, indicator: Indicator) -> None:
    if checker.form.scoring != "items" and indicator.weight is not None:
        raise checker.refuse(f"{path}.weight", indicator.weight, "只有 scoring: items 才有单项分值")
    if (indicator.weight is None) != (indicator.rule is None):
        missing = "rule" if indicator.rule is None else "weight"
        raise checker.refuse(f"{path}.{missing}", None, "分值 weight 与计分规则 rule 同时给出")
    for name in ("rule", "reading"):
        rule: Rule | None = getattr(indicator, name)
        if rule is not None:
            _one_rule(checker, f"{path}.{name}", indicator, rule)
    if indicator.parts and not isinstance(indicator.rule, Parts | None):
        raise checker.refuse(f"{path}.parts", f"{len(indicator.parts)} 项", "规则 kind: parts 才有")


def _one_rule(checker: Checker, path: str, indicator: Indicator, rule: Rule) -> None:
    target = indicator.target
    if isinstance(rule, Met | Ratio | Step) and target is None:
        raise checker.refuse(f"{path}.kind", "没有目标值", "此规则须有 target（含方向 op）")
    if isinstance(rule, Ratio | Step) and target is not None and target.op == "is":
        raise checker.refuse(f"{path}.kind", "target.op: is", "数值或日期目标")
    if isinstance(rule, Ratio) and target is not None and target.op == "by":
        raise checker.refuse(f"{path}.kind", "target.op: by", "日期目标用 met 或 step")
    if isinstance(rule, Execution) and indicator.unit != "%":
        raise checker.refuse(f"{path}.kind", f"unit: {indicator.unit!r}", "执行率的单位为 %")
    if isinstance(rule, Step) and (rule.per <= 0 or rule.deduct <= 0):
        raise checker.refuse(path, f"per {rule.per}、deduct {rule.deduct}", "大于 0 的数")
    if isinstance(rule, Ratio) and rule.cap < 1:
        raise checker.refuse(f"{path}.cap", rule.cap, "不小于 1 的数")
    if isinstance(rule, Elements):
        _elements(checker, path, rule)
    if isinstance(rule, Parts) and not indicator.parts:
        raise checker.refuse(f"{path.rpartition('.')[0]}.parts", None, "至少一个子指标")
    if isinstance(rule, Parts):
        _parts(checker, path, rule, indicator.parts)
    if isinstance(rule, Tiers):
        _tiers(checker, path, rule)


def _parts(checker: Checker, path: str, rule: Parts, parts: Sequence[Part]) -> None:
    if rule.mode != "proportional":
        return
    for number, part in enumerate(parts):
        if part.target is None or part.target.op not in (">=", "<=", ">", "<"):
            where = f"{path.rpartition('.')[0]}.parts[{number}].target"
            raise checker.refuse(where, "无方向", "按比例计分的子指标须有 ≥ 或 ≤ 目标")


def _elements(checker: Checker, path: str, rule: Elements) -> None:
    total = sum((one.share for one in rule.elements), Decimal(0))
    if total != rule.sum:
        raise checker.refuse(f"{path}.elements", f"合计 {plain(total)}%", f"{plain(rule.sum)}%")
    for number, veto in enumerate(rule.vetoes):
        if not 1 <= veto <= len(rule.elements):
            expected = f"要素序号 1–{len(rule.elements)}"
            raise checker.refuse(f"{path}.vetoes[{number}]", veto, expected)


def _tiers(checker: Checker, path: str, rule: Tiers) -> None:
    for number, tier in enumerate(rule.tiers):
        if not 0 <= tier.at_least <= tier.at_most <= 100:
            found = f"{tier.at_least}–{tier.at_most}"
            raise checker.refuse(f"{path}.tiers[{number}]", found, "0–100 之间、由低到高的一段")
        if number and tier.at_most > rule.tiers[number - 1].at_least:
            raise checker.refuse(f"{path}.tiers[{number}].at_most", tier.at_most, "各档不重叠")


def _weights(checker: Checker) -> None:
    """Weights add up: items to their level, levels to their parent, first levels to the total."""
    form = checker.form
    if form.scoring in ("none", "total"):
        for number, level in enumerate(form.levels):
            if level.weight is not None:
                expected = f"scoring: {form.scoring} 的表没有分值"
                raise checker.refuse(f"levels[{number}].weight", level.weight, expected)
        return
    for number, level in enumerate(form.levels):
        if level.weight is None and (level.parent is None or form.scoring == "items"):
            raise checker.refuse(f"levels[{number}].weight", None, "分值")
    for number, level in enumerate(form.levels):
        if level.weight is None:
            continue
        below = _below(form, level)
        if below is not None and below != level.weight:
            name = f"{level.name or level.id} 之下合计 {plain(below)}"
            raise checker.refuse(f"levels[{number}].weight", plain(level.weight), name)
    top = sum((one.weight or Decimal(0) for one in form.levels if one.parent is None), Decimal(0))
    if top != form.total:
        raise checker.refuse("total", plain(form.total), f"一级指标分值合计 {plain(top)}")


def _below(form: Form, level: Level) -> Decimal | None:
    """What the weights right below a level add up to; None where nothing below has one."""
    weights = [one.weight for one in form.levels if one.parent == level.id]
    weights += [one.weight for one in form.indicators if one.level == level.id]
    known = [weight for weight in weights if weight is not None]
    if form.scoring == "items":
        return sum(known, Decimal(0))
    return sum(known, Decimal(0)) if known else None
