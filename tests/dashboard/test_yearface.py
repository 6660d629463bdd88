"""What of a form goes on a wall: marks while the year runs, order, squares, contradictions."""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal

import pytest

from dashboard import yearface
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.loading import form_files, load_form
from dashboard.evaluation.result import Finding
from dashboard.evaluation.values import Entry, Override, Values
from dashboard.yearface import Pace
from tests.browser import annualscenery

NOVEMBER, OVER = Pace(325, 365), Pace(365, 365)


def rows(pace: Pace, **numbers: int) -> dict[str, str]:
    """Indicator → mark, for some typed numbers of 郑州's form and nothing else."""
    form = annualscenery.form()
    entries = {id: Entry(value=Decimal(n)) for id, n in numbers.items()}
    values = Values(form=form.id, year=2026, values=entries)
    result = evaluate(form, values, annualscenery.evidence({}, form))
    told = [row for name in yearface.SHOWN for row in yearface.progress(form, result, name, pace)]
    return {row["id"]: row["mark"] for row in told}


@pytest.mark.parametrize(
    ("typed", "pace", "mark"),
    [(14, NOVEMBER, "met"), (13, NOVEMBER, "run"), (12, NOVEMBER, "slow"), (13, OVER, "unmet")],
)
def test_a_count_below_its_target_is_on_its_way_until_the_year_is_over(
    typed: int, pace: Pace, mark: str
) -> None:
    assert rows(pace, bulletins=typed)["bulletins"] == mark


def test_a_rate_below_its_target_is_unmet_at_once() -> None:
    assert rows(NOVEMBER, wages_timely=99)["wages_timely"] == "unmet"


def test_a_lost_day_cannot_be_made_up() -> None:
    form = annualscenery.form()
    for days, mark in ((325, "run"), (324, "lost")):
        measured = {"platform.normal_days": (days, None)}
        year = annualscenery.year(form, Values(form=form.id, year=2026), measured)
        told = yearface.progress(form, year.standing.result, "output", NOVEMBER)
        assert next(row["mark"] for row in told if row["id"] == "normal_days") == mark


def test_what_wants_doing_comes_first_and_every_mark_has_its_place() -> None:
    told = annualscenery.annual()["t.annual.output"]
    places = [yearface.ORDER.index(row["mark"]) for row in told]
    assert places == sorted(places) and len(set(places)) >= 5


def test_squares_counts_and_sums_agree() -> None:
    told = annualscenery.annual()
    counts, levels = told["s.annual.counts"], told["t.annual.levels"]
    squares = Counter("".join(level["items"] for level in levels))
    assert sum(squares.values()) == counts["items"] == 39
    assert squares["c"] == counts["conflicts"]
    assert sum(level["filled"] for level in levels) == counts["filled"] + counts["absent"]
    assert counts["items"] == sum(
        counts[name] for name in ("filled", "missing", "nodata", "absent")
    )
    score = told["s.annual.score"]
    assert sum(Decimal(score[key]) for key in ("score", "pending", "lost")) == 100
    for level in levels:
        parts = [Decimal(level[key] or 0) for key in ("score", "pending", "lost")]
        assert sum(parts) == Decimal(level["weight"])


def test_nothing_filled_is_pending_and_never_zero() -> None:
    told = annualscenery.empty()
    score = told["s.annual.score"]
    assert (score["score"], score["projected"], score["grade"]) == (None, None, None)
    assert Decimal(score["pending"]) == 100
    assert all(row["score"] is None and row["actual"] is None for row in told["t.annual.output"])
    assert told["s.annual.counts"]["filled"] == 0


def test_what_does_not_apply_is_neither_lost_nor_pending() -> None:
    form = load_form("standard-self-evaluation")
    first = next(one for one in form.indicators if one.weight)
    values = Values(
        form=form.id, year=2026, values={first.id: Entry(na=True, reason="本年没有这项工作")}
    )
    levels = yearface.levels(form, evaluate(form, values))
    assert sum(Decimal(level["lost"]) for level in levels) == 0
    assert "x" in "".join(level["items"] for level in levels)


@pytest.mark.parametrize("id", form_files())
def test_every_form_of_the_package_can_be_shown(id: str) -> None:
    form = load_form(id)
    year = form.year if isinstance(form.year, int) else 2026
    result = evaluate(form, Values(form=id, year=year))
    score = yearface.score(form, result)
    assert (score["weight"] is None) == (form.scoring == "none")
    assert yearface.counts(form, result)["filled"] == 0
    for name in yearface.SHOWN:
        assert all(
            row["mark"] in yearface.ORDER for row in yearface.progress(form, result, name, NOVEMBER)
        )


def test_a_typed_level_score_counts_where_the_detail_is_not_published() -> None:
    form = load_form("nanyang-2021")
    typed = {"decision": Override(score=Decimal(13), reason="评价组")}
    result = evaluate(form, Values(form=form.id, year=2021, levels=typed))
    level = yearface.levels(form, result)[0]
    assert (level["score"], level["lost"], level["items"]) == ("13.00", "2.00", "")


def test_words_and_telephone_numbers_of_a_contradiction_stay_at_the_desk() -> None:
    def told(left: str, right: str = "应 ＝ 1") -> str | None:
        result = evaluate(
            form, Values(form=form.id, year=2026, values={"long_term": Entry(text="张三核对")})
        )
        finding = Finding(
            kind="k", severity="error", what="甲：乙", where="", left=left, right=right, settle="改"
        )
        shown = yearface.findings(dataclasses.replace(result, findings=(finding,)))
        left_shown: str | None = shown[0]["left"]
        return left_shown

    form = annualscenery.form()
    assert told("预算执行率 95%") == "预算执行率 95%"
    assert told("此处 张三核对") is None
    assert told("电话 13800138000") is None
    assert told("长" * 41) is None
