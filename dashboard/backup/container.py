"""The backup file 备份文件: a zip of parts, each with its SHA-256 in `manifest.json`, written last.

Parts are stored as they are: the tables are compressed by themselves. Whoever only has a zip tool
can still open it.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import msgspec

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"


class BackupError(ValueError):
    """A backup that cannot be made, read or trusted; the text says why."""


class Part(msgspec.Struct, frozen=True):
    """One file in the backup."""

    size: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says about itself: whose, when (epoch ms), of which program and schema, the
    digest of its figures, its parts."""

    format: int
    city: str
    made_at: int
    program: str
    schema: str
    digest: str
    parts: dict[str, Part] = {}


_manifest = msgspec.json.Decoder(Manifest)


class _Hashing:
    """A file that is written once and hashed on the way."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self.hash = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self.hash.update(view)
        self.size += len(view)
        self._inner.write(view)
        return len(view)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """Nothing is kept back here."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


class Packing:
    """A backup being written; `finish` makes it whole. Left without, no file remains."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED)
        self.parts: dict[str, Part] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[_Hashing]:
        """Writes one part; set its number of rows with `count`."""
        with self._zip.open(name, "w", force_zip64=True) as inner:
            hashing = _Hashing(inner)
            yield hashing
        self.parts[name] = Part(hashing.size, hashing.hash.hexdigest())

    def count(self, name: str, rows: int) -> None:
        """How many rows a part holds."""
        self.parts[name] = msgspec.structs.replace(self.parts[name], rows=rows)

    def add(self, name: str, file: Path) -> None:
        """A file of the machine as a part."""
        with file.open("rb") as source, self.part(name) as target:
            while block := source.read(1 << 20):
                target.write(block)

    def finish(self, manifest: Manifest) -> None:
        """Writes the manifest and puts the file in its place, on the disk."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        self._zip.close()
        with self._part.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(self._part, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def give_up(self) -> None:
        """Leaves nothing behind."""
        if self._zip.fp is not None:
            self._zip.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def packing(path: Path) -> Iterator[Packing]:
    """A new backup file at `path`, which must not exist yet."""
    if path.exists():
        raise BackupError(f"{path} 已存在：备份从不覆盖")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = Packing(path)
    except OSError as error:
        raise BackupError(f"{path}：写不进去（{error.strerror}）") from error
    try:
        yield made
    except OSError as error:
        raise BackupError(f"{path}：写到一半失败（{error.strerror}），没有留下文件") from error
    finally:
        made.give_up()


class Backup:
    """A backup file opened for reading. Raises `BackupError` if it is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = _manifest.decode(self._zip.read(MANIFEST))
        except (OSError, zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
            raise BackupError(f"{path} 不是完整的备份文件（{error}）") from error
        if self.manifest.format != FORMAT:
            raise BackupError(f"{path}：备份格式 {self.manifest.format}，本程序认得 {FORMAT}")

    def open(self, name: str) -> IO[bytes]:
        """A part, as it was written."""
        try:
            return self._zip.open(name)
        except KeyError as error:
            raise BackupError(f"{self.path} 缺少 {name}") from error

    def wrong(self) -> Iterator[str]:
        """What does not agree with the manifest, part by part; nothing in a whole backup."""
        present = set(self._zip.namelist()) - {MANIFEST}
        for name in sorted(present - self.manifest.parts.keys()):
            yield f"{name}：清单里没有"
        for name, part in self.manifest.parts.items():
            if name not in present:
                yield f"{name}：缺失"
                continue
            try:
                found = self._hash(name)
            except (zipfile.BadZipFile, OSError) as error:
                yield f"{name}：读不出（{error}）"
                continue
            if found != part.sha256:
                yield f"{name}：内容被改动过（SHA-256 不符）"

    def _hash(self, name: str) -> str:
        made = hashlib.sha256()
        with self._zip.open(name) as source:
            while block := source.read(1 << 20):
                made.update(block)
        return made.hexdigest()

    def close(self) -> None:
        self._zip.close()
