"""The list of cases out of the page 案卷导出: one answer that tells its progress, then is the file.

The body begins with lines of JSON, `{"done", "total"}`; the line `{"file", "size"}` ends them and
the file's bytes follow. So the page shows how far it is, a click or a closed page ends it, and no
process has to remember anything.
"""

from __future__ import annotations

import datetime
import json
import queue
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.exports.cases import KINDS, ExportCancelled, export_cases
from dashboard.exports.wholefile import FileRefused
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.caselists import LIST_TIMES, Choice
from dashboard.profile import Profile
from dashboard.windows import window

FILTERS: Final = ("district", "street", "department", "category", "channel")
BLOCK: Final = 1 << 18
Trail = Callable[[str, str, str, str], None]
Told = Mapping[str, object]


def export_routes(
    ledger: Callable[[], Ledger], profile: Profile, now: Callable[[], int], trail: Trail
) -> list[Route]:
    """The route of the export page."""

    async def export(request: Request) -> Response:
        who, query = identity_of(request), request.query_params
        try:
            choice, name = question(profile, who, query, now())
        except ValueError as error:
            return PlainTextResponse(str(error), 422)
        await run_in_threadpool(trail, who.user, "export", "cases", str(request.url.query))
        job = _Job(ledger, profile, choice, name)
        return StreamingResponse(
            _answer(request, job),
            media_type="application/octet-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return [Route("/desk/export/cases", export)]


def question(profile: Profile, who: Identity, query: QueryParams, now: int) -> tuple[Choice, str]:
    """Which cases and which file an address asks for; a district's user gets its own only.

    Raises ValueError that says what was expected.
    """
    kind = query.get("kind", "csv")
    if f".{kind}" not in KINDS:
        raise ValueError(f"kind = {kind}：应为 {'、'.join(one[1:] for one in KINDS)} 之一")
    time = f"{query.get('by', 'reported')}_at"
    if time not in LIST_TIMES:
        known = "、".join(one.removesuffix("_at") for one in LIST_TIMES)
        raise ValueError(f"by = {query['by']}：应为 {known} 之一")
    try:
        first = datetime.date.fromisoformat(query.get("from", ""))
        last = datetime.date.fromisoformat(query.get("to", ""))
    except ValueError:
        raise ValueError("起止日期：应为日期，如 2026-01-01") from None
    if last < first:
        raise ValueError("止日在起日之前")
    span = window(profile, first, last, now)
    among = {name: query.getlist(name) for name in FILTERS if query.getlist(name)}
    if who.areas:
        asked = set(among.get("district", who.areas))
        among["district"] = sorted(asked & who.areas) or [""]
    start = profile.day_start(span.first_day)
    choice = Choice(start, min(span.as_of, profile.day_start(span.end_day)), time, among)
    return choice, f"案卷-{first}-{last}.{kind}"


class _Job:
    """Writes the file in a thread and tells how far it is."""

    def __init__(
        self, ledger: Callable[[], Ledger], profile: Profile, choice: Choice, name: str
    ) -> None:
        self._ledger, self._profile, self._choice, self.name = ledger, profile, choice, name
        self.told: queue.Queue[Told] = queue.Queue()
        self._stop = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="cityops-export-")
        self.path = Path(self._folder.name) / f"cases.{name.rpartition('.')[2]}"
        self._thread = threading.Thread(target=self._run, name="case-export", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            export_cases(
                self._ledger(),
                self._profile,
                self._choice,
                self.path,
                lambda done, total: self.told.put({"done": done, "total": total}),
                self._stop.is_set,
            )
        except ExportCancelled:
            return
        except (LedgerError, FileRefused, OSError) as error:
            self.told.put({"error": str(error)})
            return
        self.told.put({"file": self.name, "size": self.path.stat().st_size})

    def next(self) -> Told | None:
        """What is told next; None when nothing came for a second."""
        try:
            return self.told.get(timeout=1.0)
        except queue.Empty:
            return None

    def end(self) -> None:
        """Stops writing and removes the file."""
        self._stop.set()
        self._thread.join()
        self._folder.cleanup()


async def _answer(request: Request, job: _Job) -> AsyncIterator[bytes]:
    try:
        while not await request.is_disconnected():
            said = await run_in_threadpool(job.next)
            if said is None:
                continue
            yield _line(said)
            if "error" in said:
                return
            if "file" not in said:
                continue
            for block in _blocks(job.path):
                yield block
            return
    finally:
        await run_in_threadpool(job.end)


def _line(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
