"""Whether typed values fit their form 填报值自检; raises `FormError` with path, found, expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from dashboard.evaluation.form import Figure, Form, Indicator, Part
from dashboard.evaluation.rules import Count, Elements, Parts, Tiers
from dashboard.evaluation.scoring import tier_of
from dashboard.evaluation.sourcecheck import COUNTS, score_names, value_names
from dashboard.evaluation.strictyaml import FormError
from dashboard.evaluation.values import Entry, Override, Values

Line = Indicator | Part | Figure
GRADE: Final = frozenset({"total.grade"})


def check_values(values: Values, form: Form, file: str) -> None:
    """Refuses ids the form does not have, values of the wrong kind, and reasons left out."""
    if values.form != form.id:
        raise FormError(file, "form", values.form, form.id)
    if form.year != "any" and values.year != form.year:
        raise FormError(file, "year", values.year, str(form.year))
    lines: dict[str, Line] = {i.id: i for i in form.indicators}
    lines |= {part.id: part for i in form.indicators for part in i.parts}
    figures = {figure.id: figure for figure in form.figures}
    _known(file, "values", values.values, lines)
    _known(file, "figures", values.figures, figures)
    _known(file, "overrides", values.overrides, {i.id for i in form.indicators if i.rule})
    _known(file, "levels", values.levels, {level.id for level in form.levels})
    _known(file, "facts", values.facts, {fact.id for fact in form.facts})
    for name, ids in (("finished", values.finished), ("unfinished", values.unfinished)):
        _known(file, name, ids, {i.id for i in form.indicators})
    for id, entry in values.values.items():
        _entry(file, f"values.{id}", entry, lines[id])
    for id, entry in values.figures.items():
        _entry(file, f"figures.{id}", entry, figures[id])
    for path, override in _overrides(values):
        if override.score < 0:
            raise FormError(file, f"{path}.score", override.score, "不小于 0 的分数")
    _money(values, form, file)
    known = value_names(form) | score_names(form) | GRADE
    for number, statement in enumerate(values.statements):
        if statement.of not in known:
            near = difflib.get_close_matches(statement.of, known, n=1)
            hint = (
                f"是否 {near[0]}？" if near else f"figure.、value.、level.…（{'、'.join(COUNTS)}）"
            )
            raise FormError(file, f"statements[{number}].of", statement.of, hint)


def _overrides(values: Values) -> Iterable[tuple[str, Override]]:
    yield from ((f"overrides.{id}", one) for id, one in values.overrides.items())
    yield from ((f"levels.{id}", one) for id, one in values.levels.items())
    if values.total is not None:
        yield "total", values.total


def _known(file: str, table: str, ids: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for id in ids:
        if id not in names:
            near = difflib.get_close_matches(id, names, n=1)
            hint = f"是否 {near[0]}？" if near else "、".join(names[:20]) or "没有可填的"
            raise FormError(file, f"{table}.{id}", id, f"表中的 id：{hint}")


def _entry(file: str, path: str, entry: Entry, line: Line) -> None:
    if (entry.na or entry.not_occurred) and not entry.reason:
        raise FormError(file, f"{path}.reason", None, "不适用、未发生须写明理由")
    if entry.na and entry.not_occurred:
        raise FormError(file, f"{path}.not_occurred", True, "不适用与未发生只取其一")
    if line.source.measure and not entry.reason and not entry.note and entry.value is not None:
        raise FormError(file, f"{path}.reason", None, "自动取数的指标改为人工值须写明理由")
    target = getattr(line, "target", None)
    if entry.value is not None and target is not None and target.op in ("by", "is"):
        expected = "date: 日期" if target.op == "by" else "text: 文字，或 met: true / false"
        raise FormError(file, f"{path}.value", entry.value, expected)
    if entry.date is not None and target is not None and target.op != "by":
        raise FormError(file, f"{path}.date", entry.date, "value: 数")
    _by_rule(file, path, entry, getattr(line, "rule", None))


def _by_rule(file: str, path: str, entry: Entry, rule: object) -> None:
    if entry.elements is not None:
        if not isinstance(rule, Elements):
            raise FormError(file, f"{path}.elements", entry.elements, "只用于要素计分的指标")
        most = len(rule.elements)
        for number, one in enumerate(entry.elements):
            if not 1 <= one <= most or one in entry.elements[:number]:
                raise FormError(file, f"{path}.elements[{number}]", one, f"1–{most}，不重复")
    if isinstance(rule, Elements | Parts) and entry.value is not None:
        raise FormError(file, f"{path}.value", entry.value, "按要素或子指标填报")
    if isinstance(rule, Count) and entry.value is not None and entry.value != int(entry.value):
        raise FormError(file, f"{path}.value", entry.value, "整数（个数）")
    if entry.tier is None and entry.share is None:
        return
    if not isinstance(rule, Tiers):
        raise FormError(file, f"{path}.tier", entry.tier, "只用于定性分档的指标")
    names = {tier.name: tier for tier in rule.tiers}
    if entry.tier not in names:
        raise FormError(file, f"{path}.tier", entry.tier, "、".join(names) + " 之一")
    tier = names[entry.tier]
    if entry.share is None:
        raise FormError(file, f"{path}.share", None, f"{tier.at_least}–{tier.at_most} 的百分数")
    found = tier_of(rule.tiers, entry.share)
    if found is None or found.name != entry.tier:
        shown = f"{tier.name} {tier.at_least}–{tier.at_most}"
        raise FormError(file, f"{path}.share", entry.share, f"{shown} 之内（交界归上一档）")


def _money(values: Values, form: Form, file: str) -> None:
    rows: Mapping[str, object] = {row.id: row for row in form.money.rows} if form.money else {}
    columns = [column.id for column in form.money.columns] if form.money else []
    _known(file, "money", values.money, rows)
    for row, cells in values.money.items():
        _known(file, f"money.{row}", cells, columns)
