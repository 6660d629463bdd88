"""总览 as the desk makes it: totals, rates, districts below target, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dashboard.access.identity import Identity
from dashboard.deskfigures import (
    Compared,
    Figures,
    behind,
    compare,
    count_of,
    files,
    highest,
    over_one,
    pieces,
    text_of,
    worded,
)
from dashboard.deskquery import WAIT_S, Counted, DeskQuery, Unavailable, Values, View
from dashboard.filterdesk import FilterDesk
from dashboard.formula import Value
from dashboard.ledger import LedgerError
from dashboard.measures import MEASURES
from dashboard.periods import Base, Span, date_of
from dashboard.profile import Profile
from dashboard.question import Question
from dashboard.terms import FUNNEL
from layouts.chart.trend import Mark
from layouts.measured import Bars, Cell, Figure, Table
from layouts.overview import TABLES, Overview, Step

Days = Sequence[tuple[int, int]]
MarksOf = Callable[[Identity, Days, str], tuple[Mark, ...]]
"""标注 on some days, as one person sees them, of a district or of all ("")."""
REPORTED: Final = "cases.reported"
REWORK: Final = "cases.rework_rate"
STOCK: Final = "cases.overdue_open"
STEPS: Final = {f"cases.{step}": name for step, name in FUNNEL.items()}
RANKED: Final = (
    "cases.on_time_disposal_rate",
    "cases.on_time_closure_rate",
    "cases.closure_rate",
)
TOP: Final = 10
"""Categories shown."""
BELOW: Final = 8
"""Districts below target shown."""
LOWER: Final = {"district": "street", "street": "duty_grid", "duty_grid": "unit_cell"}
"""The dimension below an area that is chosen."""
WORDS: Final = {
    "district": "区",
    "street": "街道",
    "duty_grid": "责任网格",
    "unit_cell": "单元网格",
}
STEP_NOTE: Final = (
    "大数按办理时间：各环节在本期内办了多少件，可以多于上报。"
    "小字按上报时间：本期上报的案卷中，已走到这一步的占多少。"
)
"""The two attributions of the funnel, said."""


class OverviewDesk:
    """One per web process."""

    def __init__(
        self, query: DeskQuery, profile: Profile, filters: FilterDesk, marks: MarksOf
    ) -> None:
        self._query, self._profile, self._filters = query, profile, filters
        self._marks = marks
        self._figures = Figures(profile, filters.clock)

    def overview(
        self, who: Identity, address: str, wait_s: float = WAIT_S
    ) -> tuple[Overview, bool]:
        """The page of an address, and whether its period is running. Raises `Waiting`."""
        question = self._filters.read(address).question

        def work(view: View) -> tuple[Overview, Days, bool]:
            asked = view.span(question)
            return self._made(view, question), self._days(asked), asked.running

        shown, days, running = self._query.ask(who, question, "overview", work, wait_s)
        chosen = question.codes("district")
        try:
            marks = self._marks(who, days, chosen[0] if len(chosen) == 1 else "")
        except LedgerError as error:
            raise Unavailable(str(error)) from error
        return replace(shown, trend=replace(shown.trend, marks=marks)), running

    def cancel(self, who: Identity, address: str) -> None:
        """Nobody waits for this address any more."""
        self._query.cancel(who, self._filters.read(address).question, "overview")

    # -- how

    def _made(self, view: View, question: Question) -> Overview:
        rates = list(dict.fromkeys((*self._profile.key_rates, REWORK)))
        compared = compare(view, question, [*STEPS, *rates, STOCK])
        figures = self._figures.all(compared)
        level = area_level(question)
        ranked = self._ranked(rates)
        areas = compared.by(level)
        below = self._below(question, areas, level, ranked)
        return Overview(
            said=compared.said(self._filters.clock),
            total=figures[REPORTED],
            notes=(*compared.notes(self._filters.clock), *over_one([compared.now.total()])),
            trend=self._trend(view, compared),
            steps=funnel(view, question, figures),
            step_note=STEP_NOTE,
            rates=tuple(figures[id] for id in rates),
            stock=figures[STOCK],
            below_title=f"低于目标的{WORDS[level]}",
            below_note=f"{MEASURES[ranked].name}　{figures[ranked].target or '没有设目标'}",
            below=below,
            below_nothing=f"没有低于目标的{WORDS[level]}。"
            if ranked in self._profile.targets
            else "城市档案没有设目标。",
            areas=self._areas(compared, areas, level, ranked),
            categories=self._members(compared, "category", TOP),
            sources=self._members(compared, "channel"),
            exports=files("overview", question.query()),
            table_exports={part: files(f"overview-{part}", question.query()) for part in TABLES},
        )

    def _days(self, asked: Span) -> Days:
        """The city days of each piece of the chart, first ≤ day < end."""
        _, starts = pieces(self._profile, asked)
        firsts = [self._profile.day(at) for at in starts]
        ends = [*firsts[1:], asked.window.end_day]
        return [(a, max(b, a + 1)) for a, b in zip(firsts, ends, strict=True)]

    def _ranked(self, rates: Sequence[str]) -> str:
        """The rate that areas are held to: how timely they dispose, else how they close."""
        aimed = [id for id in (*RANKED, *rates) if id in self._profile.targets and id in rates]
        return aimed[0] if aimed else rates[0]

    def _trend(self, view: View, compared: Compared) -> Bars:
        """上报 by hour, day or month, the period before beside it."""
        unit, starts = pieces(self._profile, compared.span)
        base, base_starts = self._other(view, compared, unit)
        counted = view.over(compared.question, compared.span.window, [REPORTED])
        now = [one[REPORTED] for one in counted.pieces(starts)]
        as_of = compared.span.window.as_of
        values = [v.num if at < as_of else None for at, v in zip(starts, now, strict=True)]
        olds = [v[REPORTED].num for v in base.pieces(base_starts)] if base.known else []
        olds = [*olds, *[None] * len(starts)][: len(starts)]
        top = highest([*values, *olds]) or 1
        made = []
        for i, at in enumerate(starts):
            n, old = values[i], olds[i]
            ends = starts[i + 1] if i + 1 < len(starts) else view.edges(compared.span.window).end
            made.append((
                self._piece(unit, at),
                f"{n:,}" if n is not None else "—",
                None if n is None else 100 * n / top,
                None if old is None else 100 * old / top,
                "" if old is None else f"{old:,}",
                at < as_of < ends,
            ))  # fmt: skip
        words = {"hour": "逐时", "day": "逐日", "month": "逐月"}[unit]
        peak = max(range(len(starts)), key=lambda i: values[i] or -1)
        best = values[peak]
        return Bars(
            tuple(made),
            tuple(self._piece(unit, starts[i]) for i in _spread(len(starts))),
            f"{words}上报",
            "上期同一位置" if base.known else "",
            f"最高 {self._piece(unit, starts[peak])} {best:,}" if best else "",
        )

    def _other(self, view: View, compared: Compared, unit: str) -> tuple[Counted, list[int]]:
        """The period before, whole: as far as it goes beside the pieces of this one."""
        base: Base = compared.bases[0]
        length = compared.span.window.end_day - compared.span.window.first_day
        first = base.window.first_day
        end = min(first + length, compared.span.window.first_day)
        window = replace(base.window, end_day=end, as_of=self._profile.day_start(end))
        span = replace(compared.span, window=window, first=date_of(first))
        _, starts = pieces(self._profile, span)
        return view.over(compared.question, window, [REPORTED]), starts

    def _piece(self, unit: str, at: int) -> str:
        day = date_of(self._profile.day(at))
        if unit == "hour":
            return f"{(at - self._profile.day_start(self._profile.day(at))) // 3_600_000} 时"
        return f"{day.month} 月" if unit == "month" else f"{day.month}-{day.day}"

    def _below(
        self,
        question: Question,
        areas: Sequence[tuple[str, tuple[Values, Values, Values]]],
        level: str,
        ranked: str,
    ) -> tuple[tuple[str, str, str, str, str, str], ...]:
        target = self._profile.targets.get(ranked)
        if target is None:
            return ()
        valued = [(member, v[0]) for member, v in areas if v[0][ranked].value is not None]
        worst_last = sorted(
            valued, key=lambda one: one[1][ranked].value or 0, reverse=target.op == ">="
        )
        out = []
        for place, (member, values) in enumerate(worst_last, 1):
            state = target.judge(values[ranked].value)
            if state in ("warn", "bad"):
                out.append((
                    str(place),
                    self._filters.label(level, member),
                    drill(question, level, member),
                    text_of(values[REPORTED], "count"),
                    f"{text_of(values[ranked], 'rate')} %",
                    state,
                ))  # fmt: skip
        return tuple(out[-BELOW:])

    def _areas(
        self,
        compared: Compared,
        areas: Sequence[tuple[str, tuple[Values, Values, Values]]],
        level: str,
        ranked: str,
    ) -> Table:
        """Every area with its reports, closures and the ranked rate."""
        question = compared.question
        rows = sorted(areas, key=lambda one: -count_of(one[1][0], REPORTED))
        made = []
        for member, (now, before, ago) in rows[:60]:
            inside = question.narrowed(level, [member])
            target = self._profile.targets.get(ranked)
            state = target.judge(now[ranked].value) if target else None
            value = text_of(now[ranked], "rate")
            made.append((
                Cell(self._filters.label(level, member), drill(question, level, member)),
                Cell(text_of(now[REPORTED], "count"), behind(inside, REPORTED)),
                Cell(worded(now[REPORTED], before[REPORTED], "count", compared.before)),
                Cell(worded(now[REPORTED], ago[REPORTED], "count", compared.ago)),
                Cell(text_of(now["cases.closed"], "count"), behind(inside, "cases.closed")),
                Cell(value + (" %" if value != "—" else ""), behind(inside, ranked, "den"),
                     state if state in ("warn", "bad") else ""),
                Cell(worded(now[ranked], before[ranked], "rate", compared.before)),
            ))  # fmt: skip
        heads = (WORDS[level], "上报", "环比", "同比", "结案", MEASURES[ranked].name, "环比")
        more = [f"前 60 个，共 {len(rows)} 个"] if len(rows) > 60 else []
        more += over_one({ranked: one[1][0][ranked]} for one in rows)
        found = tuple((h, "", "") for h in heads)
        return Table("各区域", found, tuple(made), note="；".join(more))

    def _members(self, compared: Compared, dimension: str, most: int = 0) -> Table:
        """Members of a dimension by their reports, the most first."""
        question = compared.question
        rows = sorted(compared.by(dimension), key=lambda one: -count_of(one[1][0], REPORTED))
        rows = [one for one in rows if count_of(one[1][0], REPORTED)]
        whole = sum(count_of(one[1][0], REPORTED) for one in rows)
        top = count_of(rows[0][1][0], REPORTED) if rows else 1
        made = []
        for member, (now, before, ago) in rows[:most] if most else rows:
            n = count_of(now, REPORTED)
            inside = question.narrowed(dimension, [member])
            share = text_of(Value(n, whole, "live", 0), "rate")
            made.append((
                Cell(self._filters.label(dimension, member), inside.query()),
                Cell(f"{n:,}", behind(inside, REPORTED), share=100 * n / top),
                Cell(f"{share} %"),
                Cell(worded(now[REPORTED], before[REPORTED], "count", compared.before)),
                Cell(worded(now[REPORTED], ago[REPORTED], "count", compared.ago)),
            ))  # fmt: skip
        heads = ({"category": "小类", "channel": "来源"}[dimension], "上报", "占比", "环比", "同比")
        more = f"前 {most} 个，共 {len(rows)} 个" if most and len(rows) > most else ""
        return Table(heads[0], tuple((h, "", "") for h in heads), tuple(made), note=more)


def funnel(view: View, question: Question, figures: Mapping[str, Figure]) -> tuple[Step, ...]:
    """The steps after the report: how many took each in the period, and of the cases reported in
    the period how many have taken it."""
    window = view.span(question).window
    cohort = view.over(question, window, STEPS, "report").total()
    reported = cohort[REPORTED]
    out = []
    for id, name in STEPS.items():
        if id == REPORTED:
            continue
        share = Value(cohort[id].num, reported.num, cohort[id].state, window.as_of)
        shown = text_of(share, "rate")
        told = f"本期上报的案卷中已{name} {cohort[id].num or 0:,} / {reported.num or 0:,}"
        out.append(Step(name, figures[id], told, f"{shown} %" if shown != "—" else shown))
    return tuple(out)


def area_level(question: Question) -> str:
    """The areas a page lists: the districts, or what lies below the one that is chosen."""
    chosen = [level for level in LOWER if len(question.codes(level)) == 1]
    return LOWER[chosen[-1]] if chosen else "district"


def drill(question: Question, level: str, member: str) -> str:
    """The same page one area further down."""
    return question.narrowed(level, [member]).query()


def _spread(count: int) -> list[int]:
    """The pieces that are named under a chart."""
    wanted = min(count, 7)
    return [round(i * (count - 1) / max(1, wanted - 1)) for i in range(wanted)]
