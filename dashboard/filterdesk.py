"""The filter bar as the desk fills it 筛选条: the city's codes, and of those what somebody sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Final

from dashboard.access.identity import Identity
from dashboard.exports.localtime import LocalTime
from dashboard.periods import RUNNING, Period, Span, span
from dashboard.profile import Profile
from dashboard.question import FILTERS, Question, Reading, read_question
from dashboard.terms import CASE_KINDS, CATEGORY_GROUPS, category_group
from layouts.filters import Filter, FilterBar

PERIODS: Final = tuple(Period(text) for text in RUNNING)
ALL_KINDS: Final = "全部"


class FilterDesk:
    """One per web process."""

    def __init__(self, profile: Profile, now: Callable[[], int]) -> None:
        self._profile, self._now = profile, now
        self._clock = LocalTime(profile.timezone)
        self._options = {name: tuple(_options(profile, name)) for name in FILTERS}

    def read(self, address: str | None) -> Reading:
        """The question of an address."""
        return read_question(address, self._profile.names)

    def span(self, question: Question) -> Span:
        """The days a question is about, as they stand now."""
        return span(self._profile, question.period, self._now())

    def told(self, found: Span) -> str:
        """Those days in words."""
        return found.label(self.clock)

    def clock(self, at: int) -> str:
        """An instant as the city's day and time: `11-26 11:20`."""
        return self._clock.text(at)[5:16]

    def day(self, at: int) -> str:
        """The city's day of an instant: `2026-11-26`."""
        return self._clock.text(at)[:10]

    def bar(self, who: Identity, address: str | None, dimensions: Sequence[str]) -> FilterBar:
        """The bar of a page that is narrowed by these dimensions."""
        reading = self.read(address)
        asked, shown, own = reading.question, set(dimensions), _own(reading)
        found = self.span(asked)
        named = {period.text for period in PERIODS}
        periods = [
            (one.label(), asked.during(one).query(**own), one == asked.period) for one in PERIODS
        ]
        if asked.period.text not in named and not asked.period.ends:
            periods.append((asked.period.label(), asked.query(**own), True))
        return FilterBar(
            periods=tuple(periods),
            first=f"{found.first}",
            last=f"{found.last}",
            custom=asked.period.ends is not None,
            days=self.told(found),
            filters=tuple(self._filter(who, asked, name) for name in dimensions),
            chips=tuple(self._chips(asked, shown, own)),
            scope="、".join(self._profile.label("district", code) for code in sorted(who.areas)),
            said=reading.said,
            clear=Question(asked.period).query(**own) if _narrowed(asked) else "",
        )

    def chosen(
        self, address: str | None, chosen: Mapping[str, Sequence[str] | None], first: str, last: str
    ) -> str | None:
        """The address after choosing: codes by dimension, and days from – to if typed; None where
        that asks nothing new. Days that are none stay in the address, which says so."""
        reading = self.read(address)
        asked, own = reading.question, _own(reading)
        new = asked
        for name, codes in chosen.items():
            new = new.narrowed(name, ["" if code == "-" else code for code in codes or ()])
        if first or last:
            typed = new.during(Period(f"{first.strip()}~{last.strip()}"))
            return None if typed == asked else typed.query(**own)
        return None if new == asked else new.query(**own)

    def _filter(self, who: Identity, asked: Question, name: str) -> Filter:
        known = self._options[name]
        chosen = tuple(code or "-" for code in asked.codes(name))
        if name == "district":
            known = tuple(one for one in known if who.sees(one[0]))
        codes = {code for code, _ in known}
        strange = [(code, self.label(name, code)) for code in chosen if code not in codes]
        return Filter(name, FILTERS[name], chosen, (*known, *strange))

    def label(self, dimension: str, code: str) -> str:
        """The name of a code of a question, a beginning of categories included."""
        if dimension == "category" and code in CATEGORY_GROUPS:
            return f"{CATEGORY_GROUPS[code]}（大类）"
        if dimension == "category" and code in CASE_KINDS:
            return f"{CASE_KINDS[code]}（{ALL_KINDS}）"
        return self._profile.label(dimension, "" if code == "-" else code)

    def _chips(
        self, asked: Question, shown: set[str], own: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """What narrows the question and has no field of its own on this page."""
        out = []
        for name, codes in asked.among:
            if name not in shown:
                words = "、".join(self.label(name, code) for code in codes[:3])
                more = f" 等 {len(codes)} 个" if len(codes) > 3 else ""
                out.append(
                    (f"{FILTERS[name]}：{words}{more}", asked.narrowed(name, ()).query(**own))
                )
        return out


def _own(reading: Reading) -> dict[str, str]:
    """The page's own keys, but for the place in a list: another question has another list."""
    return {key: value for key, value in reading.rest.items() if key != "page"}


def _narrowed(asked: Question) -> bool:
    return bool(asked.among or asked.attribution or asked.variants)


def _options(profile: Profile, name: str) -> list[tuple[str, str]]:
    """(code, name) of everything the city knows of a dimension; categories under their groups."""
    if name != "category":
        return list(profile.names.get(name, {}).items())
    out: list[tuple[str, str]] = []
    codes = sorted(profile.categories)
    for kind, mine in groupby(codes, key=lambda code: code[:1]):
        if kind in CASE_KINDS:
            out.append((kind, f"{CASE_KINDS[kind]}（{ALL_KINDS}）"))
        for group, members in groupby(mine, key=category_group):
            out.append((group, f"{CATEGORY_GROUPS.get(group, group)}（大类）"))
            out += [(code, f"　{profile.categories[code]}") for code in members]
    return out
