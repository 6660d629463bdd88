"""案件 as the desk makes it: every measure of cases, by any dimension, the backlog and the list."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from dashboard.access.identity import Identity
from dashboard.backlog import STAGES
from dashboard.casedesk import FILE, SHOWN, CaseDesk, Part, headings
from dashboard.columns.standing import AGES
from dashboard.deskfigures import (
    Compared,
    Figures,
    behind,
    compare,
    count_of,
    files,
    over_one,
    text_of,
    worded,
)
from dashboard.deskquery import WAIT_S, DeskQuery, Values, View
from dashboard.filterdesk import FilterDesk
from dashboard.measures import MEASURES
from dashboard.overviewdesk import REPORTED, STEP_NOTE, STEPS, funnel
from dashboard.periods import Period
from dashboard.profile import Profile
from dashboard.question import Question
from layouts.caselist import CaseList, Paging
from layouts.casespage import Backlog, CasesPage
from layouts.measured import Cell, Table

BY: Final[dict[str, str]] = {
    "district": "区",
    "street": "街道",
    "duty_grid": "责任网格",
    "department": "专业部门",
    "category": "小类",
    "channel": "来源",
    "day": "日",
}
COUNTS: Final = tuple(
    f"cases.{name}"
    for name in (
        "valid_reported", "disposed_on_time", "closed_on_time", "due_for_closure", "rework",
        "postponed", "suspended", "cancelled", "supervised", "self_handled", "overdue_open",
        "suspended_open",
    )
)  # fmt: skip
TABLE: Final = (
    REPORTED,
    "cases.filed",
    "cases.disposed",
    "cases.closed",
    "cases.on_time_disposal_rate",
    "cases.closure_rate",
    "cases.rework_rate",
)
ROWS: Final = 200


@dataclass(frozen=True)
class Wanted:
    """What of the page an address asks for besides the question."""

    by: str = "district"
    sort: str = REPORTED
    down: bool = True
    page: int = 1


class CasesDesk:
    """One per web process."""

    def __init__(
        self, query: DeskQuery, profile: Profile, filters: FilterDesk, lists: CaseDesk
    ) -> None:
        self._query, self._profile, self._filters = query, profile, filters
        self._figures, self._lists = Figures(profile, filters.clock), lists

    def cases_page(
        self, who: Identity, address: str, wait_s: float = WAIT_S
    ) -> tuple[CasesPage, bool]:
        """The page of an address, and whether its period is running. Raises `Waiting`."""
        question, wanted = self._read(address)

        def work(view: View) -> tuple[CasesPage, bool]:
            return self._made(view, question, wanted), view.span(question).running

        return self._query.ask(who, question, ("cases", wanted), work, wait_s)

    def cancel(self, who: Identity, address: str) -> None:
        """Nobody waits for this address any more."""
        question, wanted = self._read(address)
        self._query.cancel(who, question, ("cases", wanted))

    def _read(self, address: str) -> tuple[Question, Wanted]:
        reading = self._filters.read(address)
        rest = reading.rest
        by, sort = rest.get("by", ""), rest.get("sort", "")
        page = rest.get("page", "1")
        sound = page.isascii() and page.isdecimal() and 0 < len(page) < 7
        return reading.question, Wanted(
            by if by in BY else "district",
            sort.removeprefix("-") if sort.removeprefix("-") in (*TABLE, "name") else REPORTED,
            not sort or sort.startswith("-"),
            max(1, int(page)) if sound else 1,
        )

    # -- how

    def _made(self, view: View, question: Question, wanted: Wanted) -> CasesPage:
        rates = [id for id, m in MEASURES.items() if id.startswith("cases.") and m.kind == "rate"]
        compared = compare(view, question, [*STEPS, *rates, *COUNTS])
        figures = self._figures.all(compared)
        rates.sort(key=lambda id: id not in self._profile.key_rates)
        return CasesPage(
            said=compared.said(self._filters.clock),
            notes=compared.notes(self._filters.clock),
            reported=figures[REPORTED],
            steps=funnel(view, question, figures),
            step_note=STEP_NOTE,
            rates=tuple(figures[id] for id in rates),
            counts=tuple(figures[id] for id in COUNTS),
            tabs=tuple(
                (name, self._at(question, Wanted(by)), by == wanted.by) for by, name in BY.items()
            ),
            by=self.table(view, question, wanted),
            backlog=self._backlog(view, question, compared),
            cases=self._list(view, question, wanted),
            exports=files("cases-by", self._at(question, wanted)),
        )

    def _at(self, question: Question, wanted: Wanted) -> str:
        """The address of a part of the page."""
        sort = ("-" if wanted.down else "") + wanted.sort
        more = {"by": wanted.by, "sort": sort}
        if wanted.page > 1:
            more["page"] = str(wanted.page)
        return question.query(**more)

    def table(self, view: View, question: Question, wanted: Wanted) -> Table:
        """Members of a dimension, or days, with the usual figures; every heading sorts."""
        compared = compare(view, question, TABLE)
        found = self._days(compared) if wanted.by == "day" else compared.by(wanted.by)
        named = [
            (member, self._name(wanted.by, member), values)
            for member, values in found
            if any(one.num for one in values[0].values())
        ]
        if wanted.sort == "name":
            named.sort(key=lambda one: one[0], reverse=wanted.down)
        else:
            named.sort(key=lambda one: one[1])
            named.sort(key=lambda one: _order(one[2][0], wanted), reverse=wanted.down)
        rows = tuple(
            self._row(compared, question, wanted.by, member, name, values)
            for member, name, values in named[:ROWS]
        )
        more = [f"前 {ROWS} 行，共 {len(named):,} 行"] if len(named) > ROWS else []
        more += over_one(values[0] for _, values in found)
        total = self._row(compared, question, "", "", "全部", compared.total())
        return Table(f"按{BY[wanted.by]}", self._heads(question, wanted), rows, total,
                     note="；".join(more))  # fmt: skip

    def _heads(self, question: Question, wanted: Wanted) -> tuple[tuple[str, str, str], ...]:
        heads = []
        for id in ("name", *TABLE):
            on = wanted.sort == id
            down = not wanted.down if on else id != "name"
            name = BY[wanted.by] if id == "name" else MEASURES[id].name
            href = self._at(question, Wanted(wanted.by, id, down))
            heads.append((name, href, ("down" if wanted.down else "up") if on else ""))
            if id == REPORTED:
                heads += [("环比", "", ""), ("同比", "", "")]
        return tuple(heads)

    def _row(
        self,
        compared: Compared,
        question: Question,
        by: str,
        member: str,
        name: str,
        values: tuple[Values, Values, Values],
    ) -> tuple[Cell, ...]:
        now, before, ago = values
        if by == "day":
            inside = question.during(Period(member))
        else:
            inside = question.narrowed(by, [member]) if by else question
        made = [Cell(name, inside.query(by=_next(by)) if by else "")]
        for id in TABLE:
            rate = MEASURES[id].kind == "rate"
            text = text_of(now[id], "rate" if rate else "count")
            target = self._profile.targets.get(id)
            state = target.judge(now[id].value) if target else None
            href = behind(inside, id, "den" if rate else "num") if text != "—" else ""
            shown = f"{text} %" if rate and text != "—" else text
            made.append(Cell(shown, href, state if state in ("warn", "bad") else ""))
            if id == REPORTED:
                kinds = ((before, compared.before), (ago, compared.ago))
                made += [
                    Cell("—" if by == "day" else worded(now[id], old[id], "count", counted))
                    for old, counted in kinds
                ]
        return tuple(made)

    def _days(self, compared: Compared) -> list[tuple[str, tuple[Values, Values, Values]]]:
        """Each day of the period that has begun."""
        window = compared.span.window
        profile = self._profile
        starts = [profile.day_start(day) for day in range(window.first_day, window.end_day)]
        none = compared.now.values_of_none()
        return [
            (self._filters.day(at), (values, none, none))
            for at, values in zip(starts, compared.now.pieces(starts), strict=True)
            if at < window.as_of
        ]

    def _name(self, by: str, member: str) -> str:
        return member if by == "day" else self._filters.label(by, member)

    def _backlog(self, view: View, question: Question, compared: Compared) -> Backlog:
        as_of = compared.span.window.as_of
        found = view.backlog(question, as_of)
        most = max((sum(ages) for ages in found.values()), default=0) or 1
        bounds = ["不到 1 天", *(f"{a}–{b} 天" for a, b in pairwise(AGES))]
        known = compared.now.known
        rows = tuple(
            (
                STAGES[stage],
                tuple(f"{n:,}" if known else "—" for n in ages),
                f"{sum(ages):,}" if known else "—",
                100 * sum(ages) / most,
            )
            for stage, ages in found.items()
        )
        whole = sum(sum(ages) for ages in found.values())
        return Backlog(
            (*bounds, f"{AGES[-1]} 天以上"),
            rows,
            f"{whole:,}" if known else "—",
            f"截至 {self._filters.clock(as_of)}，自上报起压了多久；不限于本期上报",
        )

    def _list(self, view: View, question: Question, wanted: Wanted) -> CaseList:
        counted = view.over(question, view.span(question).window, [REPORTED])
        part: Part = self._lists.part(view, counted, "num", wanted.page)
        last = max(1, -(-part.total // SHOWN))
        pages = [
            self._at(question, Wanted(wanted.by, wanted.sort, wanted.down, page))
            if 1 <= page <= last
            else ""
            for page in (wanted.page - 1, wanted.page + 1)
        ]
        return CaseList(
            title="案卷清单",
            formula="",
            span=part.days,
            total=part.total,
            headings=headings(),
            rows=self._lists.rows(part.ids),
            file=FILE + question.query(measure=REPORTED, side="num"),
            paging=Paging(wanted.page, last, *pages),
        )


def _order(values: Values, wanted: Wanted) -> float:
    """What rows are ordered by; without a value last, whichever way."""
    if MEASURES[wanted.sort].kind == "count":
        return count_of(values, wanted.sort)
    found = values[wanted.sort].value
    return (-1.0 if wanted.down else 2.0) if found is None else found


def _next(by: str) -> str:
    """The table that one more step down the areas shows."""
    return {"district": "street", "street": "duty_grid", "day": "district"}.get(by, by)
