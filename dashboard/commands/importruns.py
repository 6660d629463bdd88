"""The two kinds of import run 导入过程: a file once, a case database once or again and again."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.commands.receiving import Receiver
from dashboard.eventkinds import Event
from dashboard.sources.intake import Reader, Refusal, Summary, take_in
from dashboard.sources.mapping import CaseMapping, FileFormat
from dashboard.sources.rejects import RejectsFile
from dashboard.sources.rows import RowReader
from dashboard.sources.sqlsource import SourceDown, SqlSource, dump_watermark, load_watermark
from dashboard.sources.strangers import Strangers
from dashboard.sources.tables import Record, Table, open_table


class Mapped(Protocol):
    """A mapping file of any kind of record."""

    @property
    def file(self) -> FileFormat: ...
    @property
    def columns(self) -> tuple[str, ...]: ...

    def reader(self, columns: Sequence[str], as_of: int | None) -> Reader:
        """What makes events of the rows of a table with these columns."""


@dataclass(frozen=True)
class CaseRows:
    """Rows of cases."""

    mapping: CaseMapping

    @property
    def file(self) -> FileFormat:
        return self.mapping.file

    @property
    def columns(self) -> tuple[str, ...]:
        return self.mapping.columns

    def reader(self, columns: Sequence[str], as_of: int | None) -> Reader:
        return RowReader(self.mapping, columns, as_of)


@dataclass(frozen=True)
class Run:
    """What every import run needs; `tell` gets the result of each pass as a plain dict."""

    mapping: Mapped
    rejected: Path | None
    as_of: int | None
    strangers: Strangers
    now: Callable[[], int]
    tell: Callable[[dict[str, Any]], None]


def import_file(run: Run, path: Path, receiver: Receiver) -> None:
    """One file. Raises `TableError`, `MissingColumns`; what was read before is taken and told."""
    form = run.mapping.file
    with open_table(path, form, run.mapping.columns) as table:
        reader = run.mapping.reader(table.columns, run.as_of)
        rejected = run.rejected or path.with_name(path.name + ".rejected.csv")
        is_text = table.unit == "B"
        encoding, delimiter = (form.encoding, form.delimiter) if is_text else ("utf-8", ",")

        def target(events: list[Event], refusals: list[Refusal], last: Record) -> int:
            run.strangers.see(events)
            return receiver.take(events, refusals, None)

        with (
            _telling(run, str(path), rejected) as summary,
            RejectsFile(rejected, table.columns, encoding, delimiter) as rejects,
            _bar(table, path.name) as progress,
        ):
            take_in(table, reader, target, rejects, run.now, summary, progress)


def poll(
    run: Run,
    source: SqlSource,
    receiver: Receiver,
    rejected: Path,
    every: timedelta | None,
    anew: bool,
) -> None:
    """A database once, or every so often until SIGINT or SIGTERM, from the watermark on.

    While polling a database that is away is waited for; once, it raises `SourceDown`.
    """
    with _stopping() as stop:
        complaint = ""
        while not stop.is_set():
            try:
                _pass(run, source, receiver, rejected, anew, stop)
                complaint = ""
            except SourceDown as error:
                if every is None:
                    raise
                if str(error) != complaint:
                    click.echo(f"{error}；{every} 后再试", err=True)
                complaint = str(error)
            if every is None:
                break
            anew = False
            stop.wait(every.total_seconds())
    source.close()


def _pass(
    run: Run,
    source: SqlSource,
    receiver: Receiver,
    rejected: Path,
    anew: bool,
    stop: threading.Event,
) -> None:
    name = f"import:{source.identity}"
    saved = receiver.position(name)
    since = load_watermark(saved) if saved and not anew else None
    with source.open(since) as table:
        reader = run.mapping.reader(table.columns, run.as_of)

        def target(events: list[Event], refusals: list[Refusal], last: Record) -> int:
            run.strangers.see(events)
            newest = table.mark(last)
            cursor = None if newest is None else (name, dump_watermark(newest))
            return receiver.take(events, refusals, cursor)

        with (
            _telling(run, source.shown, rejected) as summary,
            RejectsFile(rejected, table.columns, append=True) as rejects,
        ):
            take_in(_until(stop, table), reader, target, rejects, run.now, summary)


def _until(stop: threading.Event, records: Iterable[Record]) -> Iterator[Record]:
    """The records until somebody wants to stop."""
    for record in records:
        yield record
        if stop.is_set():
            return


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Set by SIGINT and SIGTERM while inside."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _telling(run: Run, source: str, rejected: Path) -> Iterator[Summary]:
    """Tells the result of a pass, complete or broken off."""
    began = time.monotonic()
    summary = Summary()
    error: str | None = None
    try:
        yield summary
    except Exception as problem:
        error = str(problem)
        raise
    finally:
        run.tell(
            {
                "source": source,
                "read": summary.read,
                "accepted": summary.accepted,
                "unchanged": summary.unchanged,
                "rejected": summary.rejected,
                "reasons": dict(summary.reasons.most_common()),
                "rejected_file": str(rejected) if summary.rejected else None,
                "unknown_codes": run.strangers.found(),
                "seconds": round(time.monotonic() - began, 3),
                "error": error,
            }
        )


@contextmanager
def _bar(table: Table, name: str) -> Iterator[Callable[[int], None]]:
    """A progress bar over the table's own measure of size."""
    with tqdm(
        desc=name, total=table.total or None, unit=table.unit, unit_scale=True, disable=None
    ) as bar:

        def progress(rows: int) -> None:
            bar.update(table.position() - bar.n)

        yield progress
