"""The question in an address 查询条件: period, areas, departments, categories, channels.

Every page of the desk reads its address with `read_question` and writes it with `query`, so that a
link is the whole question. What an address gets wrong is said, and what then counts instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from dashboard.formula import ATTRIBUTIONS
from dashboard.measures import MEASURES
from dashboard.periods import BadPeriod, Period, days_between, period

FILTERS: Final[dict[str, str]] = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "duty_grid": "责任网格",
    "unit_cell": "单元网格",
    "department": "专业部门",
    "category": "类别",
    "channel": "来源",
}
"""Dimensions a question can be narrowed to; a category also by its beginning (`E`, `E01`)."""
AREAS: Final = ("district", "street", "community", "duty_grid", "unit_cell")
"""From the city downwards."""
NONE: Final = "-"
"""The code of what has none 未填, in an address."""
MOST: Final = 200
"""Codes of one dimension."""
LONGEST: Final = 64
DEFAULT: Final = Period("today")
Names = Mapping[str, Mapping[str, str]]
"""Dimension → code → Chinese name."""


@dataclass(frozen=True)
class Question:
    """What is asked. No codes of a dimension: all of it; `attribution` and `variants` only where
    they are not the city's own choice."""

    period: Period = DEFAULT
    among: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(dimension, its codes), in the order of `FILTERS`; codes sorted. See `narrowed`."""
    attribution: str = ""
    variants: tuple[tuple[str, str], ...] = ()
    """(measure, variant), sorted."""

    def codes(self, dimension: str) -> tuple[str, ...]:
        """The codes of one dimension; none: all of it."""
        return dict(self.among).get(dimension, ())

    def narrowed(self, dimension: str, codes: Sequence[str]) -> Question:
        """The same question with other codes of one dimension; none: all of it."""
        if dimension not in FILTERS:
            raise KeyError(dimension)
        chosen = {**dict(self.among), dimension: tuple(sorted(set(codes)))}
        among = tuple((name, chosen[name]) for name in FILTERS if chosen.get(name))
        return replace(self, among=among)

    def during(self, other: Period) -> Question:
        """The same question about another period."""
        return replace(self, period=other)

    def query(self, **more: str) -> str:
        """As it stands in an address, `?` in front; `more` are a page's own keys."""
        ends = self.period.ends
        pairs = [("from", ends[0]), ("to", ends[1])] if ends else [("period", self.period.text)]
        pairs += [(name, code or NONE) for name, codes in self.among for code in codes]
        if self.attribution:
            pairs.append(("attribution", self.attribution))
        pairs += [("variant", f"{measure}:{variant}") for measure, variant in self.variants]
        return "?" + urlencode([*pairs, *more.items()], safe=":")


@dataclass(frozen=True)
class Reading:
    """An address as it was understood: the question, and what was wrong with the address."""

    question: Question
    said: tuple[str, ...] = ()
    rest: Mapping[str, str] = field(default_factory=dict)
    """The keys that are not of the question, the page's own among them."""


def read_question(address: str | None, names: Names, default: Period = DEFAULT) -> Reading:
    """The question of an address's query. `names` are the codes the city knows.

    Nothing is refused: what cannot be understood is left out and said, and so is a code that the
    city does not know, which stays (it may be in the records).
    """
    said: list[str] = []
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl((address or "").lstrip("?"), keep_blank_values=True):
        given.setdefault(key, []).append(value)
    question = Question(_period(given, default, said))
    for name in FILTERS:
        if codes := _codes(name, given.pop(name, []), names.get(name, {}), said):
            question = question.narrowed(name, codes)
    question = replace(
        question,
        attribution=_attribution(given.pop("attribution", []), said),
        variants=_variants(given.pop("variant", []), said),
    )
    return Reading(question, tuple(said), {key: found[-1] for key, found in given.items()})


def _period(given: dict[str, list[str]], default: Period, said: list[str]) -> Period:
    named, first, last = (given.pop(key, []) for key in ("period", "from", "to"))
    try:
        if first or last:
            return days_between((first or [""])[-1], (last or [""])[-1])
        return period(named[-1]) if named else default
    except BadPeriod as error:
        said.append(f"{error}。现按{default.label()}显示。")
        return default


def _codes(
    name: str, found: Sequence[str], known: Mapping[str, str], said: list[str]
) -> tuple[str, ...]:
    word = FILTERS[name]
    fit = [code for code in found if 0 < len(code) <= LONGEST and code.isprintable()]
    if len(fit) < len(found):
        said.append(f"{name}：代码应为 1 至 {LONGEST} 个字符，读不懂的没有用来筛选{word}。")
    if len(set(fit)) > MOST:
        said.append(f"{name}：最多 {MOST} 个，只按前 {MOST} 个筛选{word}。")
        fit = list(dict.fromkeys(fit))[:MOST]
    for code in dict.fromkeys(fit) if known else ():
        if code != NONE and not _knows(name, code, known):
            said.append(f"{name} = {code}：城市档案里没有这个{word}，筛选照做。")
    return tuple("" if code == NONE else code for code in fit)


def _knows(name: str, code: str, known: Mapping[str, str]) -> bool:
    if code in known:
        return True
    return name == "category" and any(one.startswith(code) for one in known)


def _attribution(found: Sequence[str], said: list[str]) -> str:
    if not found or found[-1] in ATTRIBUTIONS:
        return found[-1] if found else ""
    said.append(
        f"attribution = {found[-1][:40]}：应为 {'、'.join(ATTRIBUTIONS)}，现按本市口径显示。"
    )
    return ""


def _variants(found: Sequence[str], said: list[str]) -> tuple[tuple[str, str], ...]:
    chosen: dict[str, str] = {}
    for text in found:
        id, _, variant = text.partition(":")
        measure = MEASURES.get(id)
        if measure is None:
            said.append(f"variant = {text[:60]}：应为“指标:口径”，如 cases.closure_rate:filed。")
        elif variant not in measure.variants:
            known = "、".join(measure.variants)
            said.append(f"variant = {text[:60]}：{id} 的口径有 {known}，现按本市口径显示。")
        else:
            chosen[id] = variant
    return tuple(sorted(chosen.items()))
