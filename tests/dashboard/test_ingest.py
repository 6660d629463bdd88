"""Bulk folding: resumable at any line, idempotent, never fooled by a file that changed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dashboard.ingest import ingest, open_lines, stream_of
from dashboard.ledger import Ledger
from dashboard.ledger.digest import digest
from tests.town import DAY, MONDAY, NOW, RULES, life

LINES = [one.body + b"\n" for n in range(40) for one in life(f"C{n}", MONDAY + n * DAY // 4)]
BAD = b'{"id": "x", "type": "case"}\n'


def now() -> int:
    return NOW


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{tmp_path}/l.db", RULES, "qingshi")


@pytest.fixture
def whole(tmp_path: Path) -> str:
    other = Ledger.open(f"sqlite:///{tmp_path}/whole.db", RULES, "qingshi")
    ingest(other, lambda: LINES, now)
    return digest(other)


def test_every_line_is_accounted_for(ledger: Ledger) -> None:
    done = ingest(ledger, lambda: [*LINES, b"\n", BAD, LINES[0]], now, batch=50)
    assert (done.read, done.rejected, done.unchanged) == (322, 1, 1)
    assert done.accepted == 320
    assert done.reasons[0][0] == 322 and "at" in done.reasons[0][1]


def test_a_stopped_run_goes_on_where_it_was(ledger: Ledger, whole: str) -> None:
    class Killed(Exception):
        pass

    def broken() -> object:
        yield from LINES[:130]
        raise Killed

    with pytest.raises(Killed):
        ingest(ledger, broken, now, "file:a", batch=50)  # type: ignore[arg-type]
    done = ingest(ledger, lambda: LINES, now, "file:a", batch=50)
    assert (done.skipped, done.read) == (100, 220)
    assert digest(ledger) == whole
    again = ingest(ledger, lambda: LINES, now, "file:a", batch=50)
    assert (again.skipped, again.read) == (320, 0)


def test_a_file_that_changed_before_the_cursor_is_folded_anew(ledger: Ledger, whole: str) -> None:
    ingest(ledger, lambda: LINES[:100] + LINES[101:200], now, "file:a")
    done = ingest(ledger, lambda: LINES, now, "file:a")
    assert (done.skipped, done.read) == (0, 320)
    assert digest(ledger) == whole


def test_a_file_that_became_shorter_is_folded_anew(ledger: Ledger) -> None:
    ingest(ledger, lambda: LINES, now, "file:a")
    done = ingest(ledger, lambda: LINES[:10], now, "file:a")
    assert (done.skipped, done.read, done.unchanged) == (0, 10, 10)


def test_a_file_that_grew_is_folded_from_its_old_end(ledger: Ledger, whole: str) -> None:
    ingest(ledger, lambda: LINES[:100], now, "file:a")
    assert ingest(ledger, lambda: LINES, now, "file:a").skipped == 100
    assert digest(ledger) == whole


def test_gzip_is_told_by_its_bytes_and_files_by_their_beginning(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    plain.write_bytes(b"".join(LINES))
    packed.write_bytes(gzip.compress(b"".join(LINES)))
    for path in (plain, packed):
        with open_lines(str(path)) as lines:
            assert list(lines) == LINES
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(plain.read_bytes())
    assert stream_of(str(plain)) == stream_of(str(copy)) != stream_of(str(packed))
    assert stream_of("-") is None
