"""What is on the screen as a file 导出本页: figures and tables of 总览, the table of 案件."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.casedesk import PATIENT_S
from dashboard.casesdesk import CasesDesk
from dashboard.exports.columns import Column
from dashboard.exports.csvfile import CsvFile
from dashboard.exports.localtime import LocalTime
from dashboard.exports.xlsxfile import XlsxFile
from dashboard.overviewdesk import OverviewDesk
from dashboard.waiting import Stopped, Waiting
from layouts.measured import NO_VALUE, Figure, Table
from layouts.overview import TABLES

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Trail = Callable[[str, str, str, str], None]
Rows = list[list[Any]]
Sheet = tuple[list[str], Rows]
"""Headings and rows."""
FIGURES: Final = ["指标", "数值", "单位", "分子 / 分母", "环比", "同比", "目标", "期间", "口径"]


def table_routes(
    overviews: OverviewDesk, pages: CasesDesk, timezone: str, trail: Trail
) -> list[Route]:
    """`/desk/export/overview.csv?…`, `/desk/export/overview-areas.xlsx?…`,
    `/desk/export/cases-by.xlsx?…`, filters as on the page."""

    def overview(who: Identity, address: str) -> Sheet:
        shown, _ = overviews.overview(who, address, PATIENT_S)
        figures = [shown.total, *(step.figure for step in shown.steps), *shown.rates, shown.stock]
        return FIGURES, figure_rows(figures)

    def overview_table(part: str, who: Identity, address: str) -> Sheet:
        shown, _ = overviews.overview(who, address, PATIENT_S)
        return table_rows(getattr(shown, part))

    def cases_by(who: Identity, address: str) -> Sheet:
        shown, _ = pages.cases_page(who, address, PATIENT_S)
        return table_rows(shown.by)

    made: dict[str, tuple[str, Callable[[Identity, str], Sheet]]] = {
        "overview": ("总览", overview),
        **{
            f"overview-{part}": (f"总览-{name}", partial(overview_table, part))
            for part, name in TABLES.items()
        },
        "cases-by": ("案件分项", cases_by),
    }

    def route(page: str) -> Route:
        name, rows_of = made[page]

        async def export(request: Request) -> Response:
            kind = request.path_params["kind"]
            if kind not in KINDS:
                known = "、".join(f"{page}.{ending}" for ending in KINDS)
                return PlainTextResponse(f"{page}.{kind}：应为 {known} 之一", 404)
            who, address = identity_of(request), str(request.url.query)
            try:
                sheet = await run_in_threadpool(rows_of, who, address)
            except Waiting:
                return PlainTextResponse("还在计算，请稍后再导出", 503, {"retry-after": "3"})
            except (ValueError, Stopped) as error:
                return PlainTextResponse(str(error) or "已取消", 422)
            await run_in_threadpool(trail, who.user, "export", page, address)
            path = await run_in_threadpool(written, sheet, kind, timezone, name)
            saved = f"attachment; filename*=UTF-8''{quote(f'{name}.{kind}')}"
            return FileResponse(
                path,
                media_type=KINDS[kind],
                headers={"content-disposition": saved},
                background=BackgroundTask(path.unlink),
            )

        return Route(f"/desk/export/{page}.{{kind:str}}", export)

    return [route(page) for page in made]


def figure_rows(figures: Iterable[Figure]) -> Rows:
    """One row a figure, as it stands on the page."""
    return [
        [
            one.name,
            numeric(one.text),
            one.unit,
            one.of,
            _signed(one.before),
            _signed(one.ago),
            one.target,
            one.window,
            one.definition.text if one.definition else "",
        ]
        for one in figures
    ]


def table_rows(table: Table) -> Sheet:
    """The table with its total; rates in percent."""
    headings = [words for words, _, _ in table.headings]
    rows = [*table.rows, *([table.total] if table.total else [])]
    return headings, [
        [
            cell.text if index < table.texts else numeric(_signed(cell.text))
            for index, cell in enumerate(row)
        ]
        for row in rows
    ]


def numeric(text: str) -> Any:
    """A number as a number, so that a sheet can add it up; — is nothing, words stay words."""
    plain = text.replace(",", "").removesuffix(" %")
    try:
        found = float(plain)
    except ValueError:
        return None if text == NO_VALUE else text
    return int(found) if found.is_integer() and "." not in plain else found


def _signed(text: str) -> str:
    """Without the plus that a spreadsheet takes for a formula."""
    return text.removeprefix("+")


def written(sheet: Sheet, kind: str, timezone: str, title: str) -> Path:
    """The sheet as a temporary file; a column of nothing but numbers is one of numbers."""
    headings, rows = sheet
    columns = [
        Column(heading, "", "number" if _is_number([row[i] for row in rows]) else "text", 18)
        for i, heading in enumerate(headings)
    ]
    clock = LocalTime(timezone)
    handle, name = tempfile.mkstemp(f".{kind}", "cityops-table-")
    with open(handle, "wb") as file:
        out: CsvFile | XlsxFile
        out = CsvFile(file, columns, clock) if kind == "csv" else XlsxFile(
            file, columns, clock, title
        )  # fmt: skip
        texts = [[v if c.kind == "number" else _text(v) for v, c in zip(row, columns, strict=True)]
                 for row in rows]  # fmt: skip
        out.write(texts)
        out.close()
    return Path(name)


def _is_number(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and not any(isinstance(value, str) for value in known)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
