"""The list behind a figure as the desk asks for it 依据清单: who asks sees their own area only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode

from dashboard.access.identity import Identity
from dashboard.deskquery import Counted, DeskQuery, View
from dashboard.evaluation.result import Evidence
from dashboard.exports.columns import COLUMNS, SOURCES, reader
from dashboard.exports.csvfile import CsvFile
from dashboard.exports.localtime import LocalTime
from dashboard.filterdesk import FilterDesk
from dashboard.ledger import Ledger
from dashboard.ledger.caselists import listed
from dashboard.measures import MEASURES
from dashboard.profile import Profile
from dashboard.question import FILTERS, Question
from layouts.caselist import CaseList, Paging

SHOWN: Final = 50
"""Cases of one page of a list."""
CHUNK: Final = 1_000
PATIENT_S: Final = 60.0
SIDES: Final[dict[str, str]] = {"num": "分子", "den": "分母"}
PAGE: Final = "/desk/behind"
FILE: Final = "/desk/export/behind.csv"
_WANTED: Final = ("案卷号", "所处环节", "小类", "区", "街道", "专业部门", "上报时间", "处置截止",
                  "处置完毕时间", "结案时间")  # fmt: skip
_SHOWN: Final = [i for i, column in enumerate(COLUMNS) if column.heading in _WANTED]
_PLAIN: Final = re.compile(r"((?:^|[?&])variant=)([^:%&]+)(?=&|$)")
"""A variant without its measure: the one the list is about."""
Side = Literal["num", "den"]


@dataclass(frozen=True)
class Asked:
    """Which list: a measure under a question, one side of it, one page of the list."""

    question: Question
    measure: str
    side: Side
    page: int = 1


class BadQuestion(ValueError):
    """An address that names no list; the text says what was expected."""


def read_list(filters: FilterDesk, address: str) -> Asked:
    """The list an address asks for. Raises `BadQuestion`: a list of something else helps nobody."""
    named = dict(parse_qsl(address.lstrip("?"))).get("measure", "")
    reading = filters.read(_PLAIN.sub(lambda found: f"{found[1]}{named}:{found[2]}", address))
    rest = reading.rest
    side = rest.get("side", "num")
    if side not in SIDES:
        raise BadQuestion(f"side = {side}：应为 {'、'.join(SIDES)} 之一")
    measure = rest.get("measure", "")
    if not measure.startswith("cases.") or measure not in MEASURES:
        raise BadQuestion(f"measure = {measure or '（空）'}：应为案件指标，如 cases.closed")
    if not any(f"{key}=" in address for key in ("period", "from", "to")):
        raise BadQuestion("from、to：应为日期，如 2026-01-01；或 period，如 month、2026-01")
    if wrong := [text for text in reading.said if "照做" not in text]:
        raise BadQuestion(" ".join(wrong))
    page = rest.get("page", "1")
    if not (page.isascii() and page.isdecimal() and 0 < len(page) < 7 and int(page)):
        raise BadQuestion(f"page = {page[:20]}：应为页码，从 1 起")
    return Asked(reading.question, measure, "num" if side == "num" else "den", int(page))


def links(evidence: Evidence | None) -> tuple[tuple[str, str], ...]:
    """The lists behind a measured figure: (what it holds, address)."""
    if evidence is None or not evidence.measure.startswith("cases.") or evidence.member:
        return ()
    asked = {
        "measure": evidence.measure,
        "variant": f"{evidence.measure}:{evidence.variant}",
        "attribution": evidence.attribution,
        "from": evidence.first,
        "to": evidence.last,
    }
    sides = [("num", evidence.num), ("den", evidence.den)]
    return tuple(
        (f"{SIDES[side]} {n:,} 件案卷", f"{PAGE}?{urlencode({**asked, 'side': side}, safe=':')}")
        for side, n in sides
        if n is not None
    )


@dataclass(frozen=True)
class Part:
    """A page of a list: its cases, how many there are, over which days."""

    ids: list[str]
    total: int
    days: str


class CaseDesk:
    """One per web process."""

    def __init__(
        self, query: DeskQuery, ledger: Callable[[], Ledger], profile: Profile, filters: FilterDesk
    ) -> None:
        self._query, self._ledger = query, ledger
        self._profile, self._filters = profile, filters
        self._clock = LocalTime(profile.timezone)

    def behind(self, who: Identity, address: str) -> CaseList:
        """One page of a list. Raises `BadQuestion`."""
        asked = read_list(self._filters, address)

        def work(view: View) -> tuple[Part, str, str]:
            counted = view.over(asked.question, view.span(asked.question).window, [asked.measure])
            one = counted.resolved[0]
            formula = one.measure.variants[one.variant].text
            return self.part(view, counted, asked.side, asked.page), one.measure.name, formula

        key = ("behind", asked.measure, asked.side, asked.page)
        part, name, formula = self._query.ask(who, asked.question, key, work, PATIENT_S)
        return CaseList(
            title=f"{name} · {SIDES[asked.side]}",
            formula=formula,
            span="　".join([part.days, *self._narrowed(asked.question)]),
            total=part.total,
            headings=headings(),
            rows=self.rows(part.ids),
            file=f"{FILE}?{address.lstrip('?')}",
            paging=paging(asked, part.total),
        )

    def file(self, who: Identity, address: str) -> Iterator[bytes]:
        """The whole list as csv, in pieces."""
        asked = read_list(self._filters, address)

        def work(view: View) -> list[str]:
            counted = view.over(asked.question, view.span(asked.question).window, [asked.measure])
            return view.table.ids(counted.places(asked.side))

        key = ("file", asked.measure, asked.side)
        ids = self._query.ask(who, asked.question, key, work, PATIENT_S)
        return self._written(ids)

    def part(self, view: View, counted: Counted, side: Side, page: int) -> Part:
        """One page of the cases behind a figure, the newest report first."""
        places = counted.places(side)
        first = (page - 1) * SHOWN
        shown = view.table.ids(places[first : first + SHOWN])
        days = view.span(counted.question).label(self._filters.clock)
        return Part(shown, len(places), days)

    def rows(self, ids: list[str]) -> tuple[tuple[str, ...], ...]:
        """Some cases as rows of text; no person is in them."""
        read, out = reader(self._profile), []
        with listed(self._ledger(), ids) as found:
            for records in found.chunks(SOURCES):
                for record in records:
                    shown = read(record)
                    out.append(tuple(self._text(COLUMNS[i].kind, shown[i]) for i in _SHOWN))
        return tuple(out)

    def _written(self, ids: list[str]) -> Iterator[bytes]:
        read, buffer = reader(self._profile), BytesIO()
        out = CsvFile(buffer, COLUMNS, self._clock)
        with listed(self._ledger(), ids) as found:
            for records in found.chunks(SOURCES, CHUNK):
                out.write([read(record) for record in records])
                yield _taken(buffer, out)
        out.close()
        yield buffer.getvalue()

    def _narrowed(self, question: Question) -> list[str]:
        return [
            f"{FILTERS[name]}：{'、'.join(self._filters.label(name, code) for code in codes)}"
            for name, codes in question.among
        ]

    def _text(self, kind: str, value: Any) -> str:
        if value is None:
            return ""
        return str(self._clock.text(value)) if kind == "time" else str(value)


def headings() -> tuple[str, ...]:
    """The columns of `CaseDesk.rows`."""
    return tuple(COLUMNS[i].heading for i in _SHOWN)


def paging(asked: Asked, total: int) -> Paging:
    """Where the pages before and after are."""
    last = max(1, -(-total // SHOWN))

    def at(page: int) -> str:
        if not 1 <= page <= last:
            return ""
        more = {"measure": asked.measure, "side": asked.side, "page": str(page)}
        return asked.question.query(**more)

    return Paging(asked.page, last, at(asked.page - 1), at(asked.page + 1))


def _taken(buffer: BytesIO, out: CsvFile) -> bytes:
    """What has been written so far; the buffer starts anew."""
    out.flush()
    body = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return body
