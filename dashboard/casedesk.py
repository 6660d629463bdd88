"""The list behind a figure as the desk asks for it 依据清单: who asks sees their own area only."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final, Literal
from urllib.parse import urlencode

from dashboard import cases as c
from dashboard.access.identity import Identity
from dashboard.behind import Side, cases_behind
from dashboard.cases import COLUMNS as RECORD
from dashboard.evaluation.result import Evidence
from dashboard.exports.columns import COLUMNS, SOURCES, reader
from dashboard.exports.csvfile import CsvFile
from dashboard.exports.localtime import LocalTime
from dashboard.formula import Resolved
from dashboard.ledger import Ledger
from dashboard.measures import resolve
from dashboard.periods import BadPeriod, date_of, period
from dashboard.profile import Profile
from dashboard.question import FILTERS, NONE
from dashboard.tally import DIMENSIONS
from dashboard.windows import Window, window
from layouts.caselist import CaseList

EPOCH: Final = datetime.date(1970, 1, 1)
SHOWN: Final = 200
CHUNK: Final = 1_000
SIDES: Final[dict[str, str]] = {"num": "分子", "den": "分母"}
PAGE: Final = "/desk/behind"
FILE: Final = "/desk/export/behind.csv"
_WANTED: Final = ("案卷号", "所处环节", "小类", "区", "街道", "专业部门", "上报时间", "处置截止",
                  "处置完毕时间", "结案时间")  # fmt: skip
_AT: Final = {name: i for i, name in enumerate(RECORD)}


@dataclass(frozen=True)
class Asked:
    """Which list: a measure in a variant and attribution, one side, days first … last, and the
    one code of each dimension it is narrowed to."""

    measure: str
    variant: str
    attribution: str
    side: Side
    first: datetime.date
    last: datetime.date
    among: tuple[tuple[str, str], ...] = ()


class BadQuestion(ValueError):
    """An address that names no list; the text says what was expected."""


def read_question(query: Mapping[str, str], today: datetime.date = EPOCH) -> Asked:
    """The list an address asks for; a `period` counts from `today`. Raises `BadQuestion`."""
    side = query.get("side", "num")
    if side not in SIDES:
        raise BadQuestion(f"side = {side}：应为 {'、'.join(SIDES)} 之一")
    first, last = _days(query, today)
    measure = query.get("measure", "")
    if not measure.startswith("cases."):
        raise BadQuestion(f"measure = {measure or '（空）'}：应为案件指标，如 cases.closed")
    chosen: Literal["num", "den"] = "num" if side == "num" else "den"
    variant = query.get("variant", "").removeprefix(f"{measure}:")
    among = tuple((name, query[name]) for name in FILTERS if name in query)
    return Asked(measure, variant, query.get("attribution", ""), chosen, first, last, among)


def _days(query: Mapping[str, str], today: datetime.date) -> tuple[datetime.date, datetime.date]:
    if "period" in query:
        try:
            return period(query["period"]).days(today)
        except BadPeriod as error:
            raise BadQuestion(str(error)) from None
    try:
        first = datetime.date.fromisoformat(query.get("from", ""))
        last = datetime.date.fromisoformat(query.get("to", ""))
    except ValueError:
        raise BadQuestion("from、to：应为日期，如 2026-01-01") from None
    return first, last


def links(evidence: Evidence | None) -> tuple[tuple[str, str], ...]:
    """The lists behind a measured figure: (what it holds, address)."""
    if evidence is None or not evidence.measure.startswith("cases.") or evidence.member:
        return ()
    asked = {
        "measure": evidence.measure,
        "variant": evidence.variant,
        "attribution": evidence.attribution,
        "from": evidence.first,
        "to": evidence.last,
    }
    sides = [("num", evidence.num), ("den", evidence.den)]
    return tuple(
        (f"{SIDES[side]} {n:,} 件案卷", f"{PAGE}?{urlencode({**asked, 'side': side})}")
        for side, n in sides
        if n is not None
    )


class CaseDesk:
    """One per web process."""

    def __init__(
        self, ledger: Callable[[], Ledger], profile: Profile, now: Callable[[], int]
    ) -> None:
        self._ledger, self._profile, self._now = ledger, profile, now

    def behind(self, who: Identity, query: Mapping[str, str]) -> CaseList:
        """The first cases of a list, and how many there are. Raises `BadQuestion`,
        `UnknownMeasure`."""
        asked, resolved, span = self._question(query)
        read, rows, total = reader(self._profile), [], 0
        wanted = [i for i, column in enumerate(COLUMNS) if column.heading in _WANTED]
        clock = LocalTime(self._profile.timezone)
        for record in self._records(who, resolved, span, asked):
            total += 1
            if total <= SHOWN:
                shown = read(record)
                rows.append([_text(COLUMNS[i].kind, shown[i], clock) for i in wanted])
        formula = resolved.measure.variants[resolved.variant]
        return CaseList(
            title=f"{resolved.measure.name} · {SIDES[asked.side]}",
            formula=formula.text,
            span=self._told(asked),
            total=total,
            headings=tuple(COLUMNS[i].heading for i in wanted),
            rows=tuple(tuple(row) for row in rows),
            file=f"{FILE}?{urlencode(dict(query))}",
        )

    def file(self, who: Identity, query: Mapping[str, str]) -> Iterator[bytes]:
        """The whole list as csv, in pieces."""
        asked, resolved, span = self._question(query)
        read, buffer = reader(self._profile), BytesIO()
        out = CsvFile(buffer, COLUMNS, LocalTime(self._profile.timezone))
        records = self._records(who, resolved, span, asked)
        while some := list(itertools.islice(records, CHUNK)):
            out.write([read(record) for record in some])
            yield _taken(buffer, out)
        out.close()
        yield buffer.getvalue()

    def _question(self, query: Mapping[str, str]) -> tuple[Asked, Resolved, Window]:
        asked = read_question(query, date_of(self._profile.day(self._now())))
        variants = {**self._profile.variants}
        if asked.variant:
            variants[asked.measure] = asked.variant
        by = {**self._profile.attribution_by}
        if asked.attribution:
            by[asked.measure] = asked.attribution
        city = replace(self._profile, variants=variants, attribution_by=by)
        resolved = resolve(asked.measure, city)
        return asked, resolved, window(city, asked.first, asked.last, self._now())

    def _told(self, asked: Asked) -> str:
        label = self._profile.label
        narrowed = [label(name, "" if code == NONE else code) for name, code in asked.among]
        return "　".join([f"{asked.first} 至 {asked.last}", *narrowed])

    def _records(
        self, who: Identity, resolved: Resolved, span: Window, asked: Asked
    ) -> Iterator[list[Any]]:
        """The values of `SOURCES` of each case, of the areas this person is confined to."""
        places = [_AT.get(name, -1) for name in SOURCES]
        among = [(DIMENSIONS[name], "" if code == NONE else code) for name, code in asked.among]
        for case, row in cases_behind(self._ledger(), self._profile, span, resolved, asked.side):
            inside = all(_within(row[column] or "", column, code) for column, code in among)
            if inside and who.sees(row[c.DISTRICT]):
                yield [case if at < 0 else row[at] for at in places]


def _within(found: str, column: int, code: str) -> bool:
    """Whether a record's code is the asked one; of categories also a beginning will do."""
    if column == c.CATEGORY and code:
        return found.startswith(code)
    return found == code


def _text(kind: str, value: Any, clock: LocalTime) -> str:
    if value is None:
        return ""
    return str(clock.text(value)) if kind == "time" else str(value)


def _taken(buffer: BytesIO, out: CsvFile) -> bytes:
    """What has been written so far; the buffer starts anew."""
    out.flush()
    body = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return body
