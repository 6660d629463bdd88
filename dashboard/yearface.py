"""The yearly form as the wall shows it 年度画面: texts, marks and shares, out of an evaluated book.

Pure. Decimals go out as the form prints them. What somebody typed in words stays at the desk: a
wall shows numbers, dates and the form's own wording, never free text, never a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from dashboard.evaluation.form import SIGNS, Form, Indicator, Level, Target, children, line_of
from dashboard.evaluation.result import Finding, Item, LevelResult, Result, State
from dashboard.evaluation.values import Values

ROWS, FINDINGS, MISSING = 24, 10, 12
"""How many rows of each table go into a frame."""
SHOWN: Final = {"output": ("output",), "effect": ("effect", "satisfaction")}
"""The two tables of progress and the aspects of the first levels in them."""
NAMED: Final = {"产出": "output", "效果": "effect", "效益": "effect", "满意": "satisfaction"}
FILLED: Final[frozenset[State]] = frozenset({"met", "unmet", "partial", "judged", "stated"})
ABSENT: Final[frozenset[State]] = frozenset({"na", "not_occurred"})
ORDER: Final = (
    *("conflict", "lost", "unmet", "slow", "partial", "missing", "nodata", "run"),
    *("stated", "judged", "met", "not_occurred", "na"),
)
"""Marks in the order of the wall: what wants doing first."""
DAYS_MEASURE: Final = "platform.normal_days"
"""Grows by one a day at most, so that a lost day is seen at once."""
WORDS_MOST, SIDE_MOST = 8, 40
_DATE: Final = re.compile(r"^\d{4}-\d\d-\d\d$")
_PHONE: Final = re.compile(r"\d{7,}")
_NUMBER: Final = re.compile(r"[-−+]?[\d,.]+\s*\S{0,4}")
ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Pace:
    """How far the year is: days gone (today included) of all; over: nothing grows any more."""

    gone: int
    days: int

    @property
    def over(self) -> bool:
        return self.gone >= self.days


def score(form: Form, result: Result) -> dict[str, Any]:
    """`s.annual.score`: what is settled, pending and lost of the whole, and where it leads."""
    total = result.total
    scored = result.scoring != "none"
    grade = total.grade or total.projected_grade
    return {
        "weight": plain(total.weight) if scored else None,
        "score": plain(total.score) if scored else None,
        "pending": plain(total.pending) if scored else None,
        "lost": plain(max(ZERO, total.weight - (total.highest or ZERO))) if scored else None,
        "highest": plain(total.highest) if scored else None,
        "projected": plain(total.projected),
        "grade": grade or None,
        "grades": [{"name": one.name, "from": plain(one.at_least)} for one in form.grades],
    }


def counts(form: Form, result: Result) -> dict[str, Any]:
    """`s.annual.counts`: items by how they stand, findings, and the two tables' own sums."""
    items = [item for item in result.items if _counted(form, item)]
    conflicts = conflicting(result)
    sides = Counter(one.severity for one in result.findings)
    return {
        **_sums(items, conflicts),
        "auto": sum(item.actual.origin in ("measured", "computed") for item in items),
        "attached": sum(bool(item.actual.attachments) for item in items),
        "errors": sides["error"],
        "hints": sides["hint"],
        **{name: _sums(_under(form, items, name), conflicts) for name in SHOWN},
    }


def levels(form: Form, result: Result) -> list[dict[str, Any]]:
    """`t.annual.levels`: the first levels with score, weight and one letter an item."""
    conflicts = conflicting(result)
    found = {level.id: level for level in result.levels}
    out = []
    for level in children(form, None):
        mine = [
            item
            for item in result.items
            if line_of(form, item.level)[0].id == level.id and _counted(form, item)
        ]
        out.append(_level(found[level.id], level.name, mine, conflicts))
    return out


def progress(form: Form, result: Result, name: str, pace: Pace) -> list[dict[str, Any]]:
    """`t.annual.output`, `t.annual.effect`: what wants doing first, then what is met."""
    conflicts = conflicting(result)
    indicators = {one.id: one for one in form.indicators}
    items = [item for item in result.items if _counted(form, item)]
    rows = [
        _row(indicators[item.id], item, item.id in conflicts, pace)
        for item in _under(form, items, name)
    ]
    return sorted(rows, key=lambda row: ORDER.index(row["mark"]))[:ROWS]


def findings(result: Result) -> list[dict[str, Any]]:
    """`t.annual.findings`: contradictions first, then hints."""
    ordered = sorted(result.findings, key=lambda one: one.severity != "error")
    words = _typed_words(result.values)
    return [_finding(one, words) for one in ordered[:FINDINGS]]


def missing(form: Form, result: Result) -> list[dict[str, Any]]:
    """`t.annual.missing`: what has no value or no score yet, the heaviest first."""
    found = [
        {
            "name": item.name,
            "level": line_of(form, item.level)[0].name,
            "weight": plain(item.weight),
            "why": item.state if item.state in ("missing", "nodata") else "unscored",
        }
        for item in result.items
        if _counted(form, item) and _waits(item)
    ]
    found.sort(key=lambda row: -Decimal(row["weight"] or 0))
    return found[:MISSING]


def conflicting(result: Result) -> frozenset[str]:
    """The items that a contradiction is about."""
    return frozenset(
        ref for one in result.findings if one.severity == "error" for ref in one.refs
    ) & {item.id for item in result.items}


def plain(number: Decimal | None) -> str | None:
    """A decimal as it is printed; None for None."""
    return None if number is None else format(number, "f")


def _waits(item: Item) -> bool:
    return item.state in ("missing", "nodata") or item.pending


def _counted(form: Form, item: Item) -> bool:
    """Whether an item counts: a heading the unit may leave out does not while it is blank."""
    indicator = next(one for one in form.indicators if one.id == item.id)
    return not indicator.optional or item.state not in ("missing", "nodata")


def _under(form: Form, items: Iterable[Item], name: str) -> list[Item]:
    return [item for item in items if _aspect(line_of(form, item.level)[0]) in SHOWN[name]]


def _aspect(level: Level) -> str | None:
    """What a first level is about; where the form does not say, its name does."""
    named = (aspect for word, aspect in NAMED.items() if word in level.name)
    return level.aspect or next(named, None)


def _sums(items: Sequence[Item], conflicts: frozenset[str]) -> dict[str, int]:
    states = Counter(item.state for item in items)
    return {
        "items": len(items),
        "filled": sum(states[state] for state in FILLED),
        "met": states["met"],
        "missing": states["missing"],
        "nodata": states["nodata"],
        "absent": sum(states[state] for state in ABSENT),
        "unscored": sum(item.pending and item.state in FILLED for item in items),
        "conflicts": sum(item.id in conflicts for item in items),
    }


def _level(
    found: LevelResult, name: str, items: Sequence[Item], conflicts: frozenset[str]
) -> dict[str, Any]:
    lost = None
    if found.weight is not None:
        apart = sum(
            (item.weight or ZERO for item in items if item.state in ABSENT and item.final is None),
            ZERO,
        )
        lost = max(ZERO, found.weight - (found.score or ZERO) - found.pending - apart)
    return {
        "id": found.id,
        "name": name,
        "weight": plain(found.weight),
        "score": plain(found.score),
        "pending": plain(found.pending) if found.weight is not None else None,
        "lost": plain(lost),
        "filled": sum(item.state in FILLED or item.state in ABSENT for item in items),
        "items": "".join(_letter(item, conflicts) for item in items),
    }


def _letter(item: Item, conflicts: frozenset[str]) -> str:
    """c 矛盾, f 已填, m 待填, n 无数据, x 不适用或未发生."""
    if item.id in conflicts:
        return "c"
    if item.state in ABSENT:
        return "x"
    return {"missing": "m", "nodata": "n"}.get(item.state, "f")


def _row(indicator: Indicator, item: Item, conflict: bool, pace: Pace) -> dict[str, Any]:
    share = _share(indicator.target, item.actual.number)
    return {
        "id": item.id,
        "name": item.name,
        "actual": _actual(item),
        "unit": item.unit,
        "target": _target(indicator.target),
        "op": item.op,
        "share": share,
        "mark": "conflict" if conflict else _mark(indicator, item, share, pace),
        "score": plain(item.final),
        "weight": plain(item.weight),
        "grows": _grows(indicator, item) and not pace.over,
    }


def _actual(item: Item) -> str | None:
    """The number or date, rates at the wall's two decimals; words stay at the desk."""
    number = item.actual.number
    if number is None:
        return item.actual.text if _DATE.match(item.actual.text) else None
    exponent = number.normalize().as_tuple().exponent
    places = min(2, max(0, -exponent)) if isinstance(exponent, int) else 0
    if item.unit == "%" and item.actual.origin != "typed":
        places = 2
    return format(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), ",f")


def _target(target: Target | None) -> str | None:
    """Sign and number; words where they are few."""
    if target is None:
        return None
    if target.op == "is":
        words = target.words or ""
        return words if len(words) <= WORDS_MOST else None
    if target.op == "by":
        return f"{SIGNS['by']} {target.date}"
    if target.op == "between":
        return f"{target.low:,f}–{target.high:,f}"
    return f"{SIGNS[target.op]} {target.value:,f}"


def _share(target: Target | None, number: Decimal | None) -> float | None:
    """Actual ÷ target, where that is a length."""
    if target is None or number is None or not target.value or target.value < 0:
        return None
    return round(float(number / target.value), 4)


def _grows(indicator: Indicator, item: Item) -> bool:
    """Whether the value can still grow to its target within the year: a count, no rate."""
    has_target = indicator.target is not None and item.actual.number is not None
    return has_target and item.op in (">=", ">") and item.unit != "%"


def _mark(indicator: Indicator, item: Item, share: float | None, pace: Pace) -> str:
    """The state, and for what still grows: on its way, slower than the year, or out of reach."""
    if item.state != "unmet" or pace.over or not _grows(indicator, item):
        return item.state
    target, number = indicator.target, item.actual.number
    if indicator.source.measure == DAYS_MEASURE and target and target.value and number is not None:
        return "run" if number + pace.days - pace.gone >= target.value else "lost"
    return "run" if (share or 0) >= pace.gone / pace.days else "slow"


def _finding(one: Finding, words: frozenset[str]) -> dict[str, Any]:
    name, colon, what = one.what.partition("：")
    sides = (one.left, one.right)
    told = all(_fit_to_show(side, words) for side in sides)
    return {
        "severity": one.severity,
        "name": name if colon else "",
        "what": what if colon else one.what,
        "left": one.left if told else None,
        "right": one.right if told else None,
        "settle": one.settle,
    }


def _fit_to_show(side: str, words: frozenset[str]) -> bool:
    """Short, and nothing of what somebody typed in words, no telephone number."""
    if len(side) > SIDE_MOST or _PHONE.search(side.replace(",", "")):
        return False
    return not any(word in side for word in words)


def _typed_words(values: Values) -> frozenset[str]:
    """What was typed that is no number: it may name people."""
    entries = [*values.values.values(), *values.figures.values()]
    typed = [text for one in entries for text in (one.text, one.tier)]
    typed += [*values.facts.values(), *(one.text for one in values.statements)]
    return frozenset(text for text in typed if text and not _NUMBER.fullmatch(text))
