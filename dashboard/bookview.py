"""From an evaluated book to what the annual page shows 年度表视图: words, rows, panel. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.bookkeeping import Standing
from dashboard.evaluation.book import Book, Revision
from dashboard.evaluation.form import Form, Indicator, children, line_of, plain
from dashboard.evaluation.result import STATES, Actual, Finding, Item, PartResult, Result
from dashboard.evaluation.rules import Elements, Parts, Tiers
from dashboard.evaluation.workflow import ACTIONS, Person, allowed
from dashboard.evaluation.workflow import STATES as BOOK_STATES
from layouts.book.sheet import Act, Change, Progress, Row, Sheet, Status

ORIGINS: Final = {"measured": "系统", "typed": "填报", "computed": "算得", "none": ""}


def sheet_of(
    form: Form,
    standing: Standing,
    who: Person,
    *,
    history: Iterable[Revision],
    timezone: str,
    forms: Iterable[Form],
    years: Iterable[int],
    others: Iterable[int] = (),
    other: Result | None = None,
) -> Sheet:
    """The page of a book for `who`; `other` is the result of the year it is compared with."""
    book, result = standing.book, standing.result
    writes = book.state == "draft" and "operator" in who.roles
    rows = tuple(_rows(form, book, result, other, writes))
    total = result.total
    scored = result.scoring != "none"
    open_span = scored and bool(total.pending)
    return Sheet(
        form=form.id,
        title=form.title,
        year=result.year,
        state=BOOK_STATES[book.state],
        number=book.number,
        score=plain(total.score) if scored else "",
        total=plain(total.weight) if scored else "",
        span=f"{plain(total.score) or 0}–{plain(total.highest)}" if open_span else "",
        grade=total.grade or total.projected_grade,
        rows=rows,
        counts=_counts(rows),
        progress=tuple(_progress(form, result)),
        acts=tuple(
            Act(id=action.id, label=action.label, reason=action.reason)
            for action in allowed(book.state, who, book.submitter)
        ),
        history=tuple(_change(one, timezone) for one in reversed(list(history))),
        drift=tuple((one.name, one.locked, one.now) for one in standing.drift),
        forms=tuple((one.id, one.title) for one in forms),
        years=tuple(years),
        others=tuple(others),
        writes=writes,
    )


def _rows(
    form: Form, book: Book, result: Result, other: Result | None, writes: bool
) -> Iterable[Row]:
    items = {item.id: item for item in result.items}
    before = {item.id: item.actual.text for item in other.items} if other else {}
    scores = {level.id: level for level in result.levels}
    conflicts = conflicting(result)

    def below(parent: str | None, depth: int) -> Iterable[Row]:
        for level in children(form, parent):
            score = scores[level.id]
            yield Row(
                id=f"level.{level.id}",
                kind="group",
                name=("　" * depth) + (level.name or "（原表未列名）"),
                weight=plain(level.weight),
                score=plain(score.score),
                word="待评" if score.pending else "",
                depth=depth,
            )
            for indicator in form.indicators:
                if indicator.level == level.id:
                    item = items[indicator.id]
                    yield _row(indicator, item, book, before.get(item.id, ""), conflicts, writes)
                    for part in item.parts:
                        yield _part_row(part, conflicts)
            yield from below(level.id, depth + 1)

    return below(None, 0)


def conflicting(result: Result) -> set[str]:
    """What contradictions are about, by id."""
    return {
        ref.removeprefix("value.")
        for one in result.findings
        if one.severity == "error"
        for ref in one.refs
    }


def _row(
    indicator: Indicator,
    item: Item,
    book: Book,
    before: str,
    conflicts: set[str],
    editable: bool,
) -> Row:
    stamp = book.stamps.get(f"values.{item.id}")
    return Row(
        id=item.id,
        name=item.name,
        weight=plain(item.weight),
        target=item.target,
        actual=item.actual.text,
        score="—" if item.weight is not None and item.final is None else plain(item.final),
        last_year=before,
        origin=ORIGINS[item.actual.origin],
        status=status_of(indicator, item, conflicts),
        edit=how_filled(indicator) if editable else "",
        seen=stamp.number if stamp else 0,
    )


def _part_row(part: PartResult, conflicts: set[str]) -> Row:
    met: Status = "ok" if part.state in ("met", "stated", "judged") else "unmet"
    if part.state in ("missing", "nodata"):
        met = "missing"
    return Row(
        id=f"part.{part.id}",
        kind="part",
        name="　· " + part.name,
        target=part.target,
        actual=part.actual.text,
        origin=ORIGINS[part.actual.origin],
        status="conflict" if part.id in conflicts else met,
    )


def status_of(indicator: Indicator, item: Item, conflicts: set[str]) -> Status:
    """State of an indicator as the page tells it: contradictions first, then what is missing."""
    if item.id in conflicts:
        return "conflict"
    if item.state in ("missing", "nodata") and not indicator.optional:
        return "missing"
    if item.state in ("na", "not_occurred"):
        return "na"
    bare = not item.actual.attachments and item.actual.evidence is None
    if indicator.evidence == "required" and bare:
        return "evidence"
    if item.state in ("unmet", "partial"):
        return "unmet"
    return "ok" if item.state in ("met", "judged") else "pending"


def how_filled(indicator: Indicator) -> str:
    """How the cell of an indicator is filled; the panel takes what does not fit into a cell."""
    rule, target = indicator.rule, indicator.target
    if indicator.source.measure or indicator.source.formula or isinstance(rule, Tiers | Parts):
        return "panel"
    if isinstance(rule, Elements):
        return "elements"
    if target is not None and target.op == "by":
        return "date"
    return "text" if target is not None and target.op == "is" else "number"


def _counts(rows: Iterable[Row]) -> Mapping[str, int]:
    items = [row for row in rows if row.kind == "item"]
    counts = {"all": len(items)}
    for id in ("conflict", "missing", "evidence", "unmet"):
        counts[id] = sum(row.status == id for row in items)
    return counts


def filtered(rows: Iterable[Row], chosen: str) -> list[Row]:
    """The rows of a filter, with the levels that still have something below them."""
    if chosen == "all":
        return list(rows)
    out: list[Row] = []
    waiting: list[Row] = []
    keep_parts = False
    for row in rows:
        if row.kind == "group":
            waiting = [one for one in waiting if one.depth < row.depth] + [row]
        elif row.kind == "item":
            keep_parts = row.status == chosen
            if keep_parts:
                out += [*waiting, row]
            if keep_parts:
                waiting = []
        elif keep_parts:
            out.append(row)
    return out


def _progress(form: Form, result: Result) -> Iterable[Progress]:
    filled: dict[str, list[int]] = {}
    for item in result.items:
        first = line_of(form, item.level)[0]
        count = filled.setdefault(first.id, [0, 0])
        count[0] += item.state not in ("missing", "nodata")
        count[1] += 1
    for level in children(form, None):
        if level.id in filled:
            done, all_of = filled[level.id]
            yield Progress(name=level.name or "（原表未列名）", filled=done, all=all_of)


def _change(revision: Revision, timezone: str) -> Change:
    cells = list(revision.cells)
    what = "改 " + "、".join(cells[:3]) + (f" 等 {len(cells)} 格" if len(cells) > 3 else "")
    if revision.act != "edit":
        what = ACTIONS[revision.act].label
    return Change(
        number=revision.number,
        when=moment(revision.at, timezone),
        who=revision.name,
        what=what,
        reason=revision.reason,
    )


def moment(at: int, timezone: str) -> str:
    """An instant on the city's clock, to the minute."""
    return f"{datetime.datetime.fromtimestamp(at / 1000, ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def verdict(item: Item) -> str:
    """State and computed score of an item in words."""
    score = "" if item.computed is None else f"　{plain(item.computed)} 分"
    return f"{STATES[item.state]}{score}"


def number_of(actual: Actual, unit: str) -> str:
    """The measured value as shown, where a typed one stands before it."""
    found = actual.measured if actual.origin == "typed" else actual.number
    if found is None:
        return "—"
    return f"{plain(found.quantize(Decimal('0.01')) if unit == '%' else found)}{unit}"


def findings_of(id: str, findings: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    """The contradictions that concern one indicator."""
    return [
        (one.severity, f"{one.what}（{one.where}）", f"{one.left}；{one.right}", one.settle)
        for one in findings
        if id in {ref.removeprefix("value.") for ref in one.refs}
    ]
