"""The ranking of the scenery's afternoon 考评: hand-made figures, scored and painted by the real
engine."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Final

from dashboard.assessing import Ranked
from dashboard.assessment.catalog import CATALOG
from dashboard.assessment.formula import POSTS, Formula
from dashboard.assessment.ranking import Standing, standings
from dashboard.assessment.scoring import Score, score
from dashboard.assessmentwork import START_MS, Answer, AssessmentWork
from dashboard.city import load_profile
from dashboard.formula import Value
from dashboard.measures import MEASURES
from dashboard.periods import before, period, span
from dashboard.profile import Profile
from tests.browser.scenery import DEPARTMENTS, DISTRICTS, NOON_MS

CITY: Final = load_profile("zhengzhou")
BEFORE: Final = (0.941, 0.955, 0.928, 0.921, 0.933, 0.915, 0.884, 0.902, 0.811, 0.640)
"""Last month's shares of the districts; this month's are the scenery's, the last one worse."""
LAST: Final = 0.612
MORE: Final = (
    "市照明管理处",
    "市园林局",
    "市水利局",
    "市交通运输局",
    "市公安局交警支队",
    "市住房保障局",
)
LONG: Final = "经济技术开发区城市管理和综合执法局第十二大队"


def values(formula: Formula, share: float) -> dict[str, Value]:
    """Figures around one share of a thousand cases."""
    found = {}
    for n, id in enumerate(formula.measures):
        if MEASURES[id].kind == "count":
            found[id] = Value(round(3_000 * share), None, "live", NOON_MS)
            continue
        bad = MEASURES[id].better == "lower"
        part = (1 - share) * 0.6 if bad else min(1.0, share + 0.01 * n)
        found[id] = Value(round(1_000 * part), 1_000, "live", NOON_MS)
    return found


def scored(formula: Formula, shares: Mapping[str, float | None]) -> dict[str, Score]:
    nothing = {id: Value(0, 0, "nodata", NOON_MS) for id in formula.measures}
    grades = CITY.assessment.grades
    return {
        code: score(formula, nothing if share is None else values(formula, share), grades)
        for code, share in shares.items()
    }


def ranked(
    by: str,
    formula: Formula,
    now: Mapping[str, float | None],
    then: Mapping[str, float | None],
    profile: Profile = CITY,
) -> Ranked:
    days = span(profile, period("month"), NOON_MS)
    city = scored(formula, {"": 0.921})[""]
    whole = Standing("", city, None, scored(formula, {"": 0.918})[""], None)
    found = standings(scored(formula, now), scored(formula, then))
    return Ranked(by, days, before(profile, days), formula, {}, found, whole)


def posts(share: float = 0.962) -> Ranked:
    days = span(CITY, period("month"), NOON_MS)
    formulas = {post: CATALOG[post] for post in POSTS}
    now, then = (
        {post: scored(one, {"": part})[""] for post, one in formulas.items()}
        for part in (share, 0.958)
    )
    found = standings(now, then, ranked=False)
    return Ranked("post", days, before(CITY, days), None, formulas, found, None)


def painted(
    answer: Answer | None, problem: Exception | None = None, profile: Profile = CITY
) -> dict[str, Any]:
    """The frame's paths of 考评 as the worker paints them."""
    future: Future[Answer] = Future()
    if problem is not None:
        future.set_exception(problem)
    elif answer is not None:
        future.set_result(answer)
    work = AssessmentWork(profile, lambda _: answer, lambda _: future)  # type: ignore[arg-type,return-value]
    work.reset(NOON_MS - START_MS)
    work.advance(NOON_MS)
    if future.done():
        work.advance(NOON_MS)
    frame: Any = {"s": {}, "t": {}}
    work.paint(frame)
    return {f"{part}.{key}": value for part in ("s", "t") for key, value in frame[part].items()}


def _districts() -> tuple[dict[str, float | None], dict[str, float | None]]:
    now: dict[str, float | None] = {code: share for code, _, _, _, share in DISTRICTS}
    now["410174"] = LAST
    return now, dict(zip(now, BEFORE, strict=True))


def _departments() -> tuple[dict[str, float | None], dict[str, float | None], Profile]:
    names = [name for name, _, _ in DEPARTMENTS] + list(MORE)
    departments = tuple(
        replace(CITY.departments[0], code=f"D{n:02}", name=name) for n, name in enumerate(names)
    )
    now: dict[str, float | None] = {f"D{n:02}": 0.985 - 0.021 * n for n in range(len(names))}
    now["D13"] = None
    then: dict[str, float | None] = {f"D{n:02}": 0.965 - 0.013 * ((n * 5) % 14) for n in range(14)}
    districts = tuple(
        replace(CITY.districts[0], code=code, name=name) for code, name, *_ in DISTRICTS
    )
    return now, then, replace(CITY, departments=departments, districts=districts)


def ranking() -> dict[str, Any]:
    """An ordinary month: ten districts, fourteen departments, one of them without a case."""
    egova = CATALOG["egova"]
    now, then, profile = _departments()
    found = {
        "district": ranked("district", egova, *_districts(), profile),
        "department": ranked("department", egova, now, then, profile),
        "post": posts(),
    }
    return painted(Answer(NOON_MS, found), profile=profile)


def crowded() -> dict[str, Any]:
    """More districts and departments than a wall has rows for, the longest names and formula."""
    codes = [f"4101{n:02}" for n in range(20)]
    profile = replace(
        CITY,
        districts=tuple(
            replace(CITY.districts[0], code=code, name="郑州航空港经济综合实验区") for code in codes
        ),
        departments=tuple(
            replace(CITY.departments[0], code=f"D{n:02}", name=LONG) for n in range(44)
        ),
    )
    jinniu = CATALOG["jinniu"]
    now: dict[str, float | None] = {code: 1 - n / 21 for n, code in enumerate(codes)}
    then: dict[str, float | None] = {code: (n * 7 % 20) / 20 for n, code in enumerate(codes)}
    some: dict[str, float | None] = {f"D{n:02}": 1 - n / 60 for n in range(44)}
    found = {
        "district": ranked("district", jinniu, now, then, profile),
        "department": ranked("department", jinniu, some, {}, profile),
        "post": posts(1.0),
    }
    return painted(Answer(NOON_MS, found), profile=profile)


def empty() -> dict[str, Any]:
    """A month nobody has reported in."""
    egova = CATALOG["egova"]
    nobody: dict[str, float | None] = dict.fromkeys((code for code, *_ in DISTRICTS), None)
    made = ranked("district", egova, nobody, nobody)
    whole = Standing("", scored(egova, {"": None})[""], None, None, None)
    departments: dict[str, float | None] = dict.fromkeys(
        (one.code for one in CITY.departments), None
    )
    nothing = posts()
    no_posts = {post: scored(one, {"": None})[""] for post, one in nothing.formulas.items()}
    found = {
        "district": replace(made, city=whole),
        "department": ranked("department", egova, departments, {}),
        "post": replace(nothing, standings=standings(no_posts, {}, ranked=False)),
    }
    return painted(Answer(NOON_MS, found))


def unknown() -> dict[str, Any]:
    """Nothing reckoned yet."""
    return painted(None)
