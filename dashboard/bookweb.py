"""Files in and out of the yearly book 附件与导出: beside the page, because they are no JSON."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.bookdesk import BookDesk
from dashboard.casedesk import CaseDesk
from dashboard.evaluation.attachments import AttachmentStore
from dashboard.evaluation.exports import write
from dashboard.waiting import Stopped, Waiting

KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
Trail = Callable[[str, str, str, str], None]
"""审计: (account, act, subject, detail)."""


def book_routes(
    books: BookDesk, files: AttachmentStore, cases: CaseDesk, timezone: str, trail: Trail
) -> list[Route]:
    """Attaching, reading what was attached, exporting a form and the list behind a figure."""

    async def behind(request: Request) -> Response:
        who, address = identity_of(request), str(request.url.query)
        try:
            pieces = await run_in_threadpool(cases.file, who, address)
        except (ValueError, Waiting, Stopped) as error:
            return PlainTextResponse(str(error) or "正在载入案卷，请稍后再导出", 404)
        await run_in_threadpool(trail, who.user, "export", "behind", address)
        return StreamingResponse(pieces, headers=_saved_as("依据清单.csv"), media_type=KINDS["csv"])

    def attached(who: Identity, form: str, year: int, item: str, name: str, body: bytes) -> str:
        kept = files.add(name, BytesIO(body))
        books.attach(who, form, year, item, f"{kept.name}@{kept.sha256}")
        return kept.name

    async def attach(request: Request) -> Response:
        at = request.path_params
        body = await request.body()
        name = request.query_params.get("name", "")
        try:
            kept = await run_in_threadpool(
                attached, identity_of(request), at["form"], at["year"], at["item"], name, body
            )
        except ValueError as error:
            return PlainTextResponse(str(error), 422)
        return PlainTextResponse(kept)

    async def read(request: Request) -> Response:
        sha256, name = request.path_params["sha256"], request.path_params["name"]
        try:
            place = files.path(sha256)
        except ValueError:
            place = None
        if place is None:
            return PlainTextResponse("没有这个附件", 404)
        return FileResponse(place, headers=_saved_as(name), media_type="application/octet-stream")

    def exported(form_id: str, year: int, kind: str) -> Path:
        form, result = books.result(form_id, year)
        number, name = tempfile.mkstemp(suffix=f".{kind}")
        place = Path(name)
        try:
            with open(number, "wb"):
                write(result, form, place, timezone)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return place

    async def export(request: Request) -> Response:
        form, year = request.path_params["form"], request.path_params["year"]
        kind = request.path_params["kind"]
        if kind not in KINDS:
            return PlainTextResponse(f"没有这种格式：应为 {'、'.join(KINDS)}", 404)
        try:
            place = await run_in_threadpool(exported, form, year, kind)
        except ValueError as error:
            return PlainTextResponse(str(error), 404)
        who = identity_of(request).user
        await run_in_threadpool(trail, who, "export", f"{form}/{year}", kind)
        return FileResponse(
            place,
            headers=_saved_as(f"{form}-{year}.{kind}"),
            media_type=KINDS[kind],
            background=BackgroundTask(place.unlink, missing_ok=True),
        )

    return [
        Route("/desk/attach/{form}/{year:int}/{item}", attach, methods=["POST"]),
        Route("/desk/attachment/{sha256}/{name}", read),
        Route("/desk/export/behind.csv", behind),
        Route("/desk/export/annual/{form}/{year:int}.{kind}", export),
    ]


def _saved_as(name: str) -> dict[str, str]:
    """Offered for saving under its own name, never shown by the browser."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
