"""Evidence files 佐证材料: checked by content, kept on disk under their own fingerprint.

The name somebody gave a file is only shown; on the disk it is its sha256, so that no name leads
anywhere else, a file is kept once, and whether it is still what was attached can be checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.evaluation.filekinds import AttachmentRefused, kind_of

NAME_MAX: Final = 100
_BLOCK: Final = 1 << 16
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a name does not show: controls, directions, surrogates."""
_DEVICES: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A kept file: the name to show, its kind (pdf, png …), fingerprint and size in bytes."""

    name: str
    kind: str
    sha256: str
    size: int


class AttachmentStore:
    """The folder of evidence files; `limit` is the largest size taken, in bytes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit

    def add(self, name: str, file: BinaryIO) -> Attachment:
        """Takes the file in, or raises `AttachmentRefused` and keeps nothing."""
        shown = safe_name(name)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._aside() as (number, aside):
            digest, size = self._copy(shown, file, number)
            kind = kind_of(shown, aside)
            place = self._place(digest)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(aside, place)
        return Attachment(name=shown, kind=kind, sha256=digest, size=size)

    @contextlib.contextmanager
    def _aside(self) -> Iterator[tuple[int, Path]]:
        number, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            yield number, Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def _copy(self, name: str, file: BinaryIO, number: int) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(number, "wb") as out:
            while block := file.read(_BLOCK):
                size += len(block)
                if size > self._limit:
                    most = f"{self._limit / 1_048_576:g} MB"
                    raise AttachmentRefused(name, f"超过 {most}", f"至多 {most}")
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        return digest.hexdigest(), size

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise AttachmentRefused(sha256[:80], "不是文件指纹", "64 位十六进制 sha256")
        return self._folder / sha256[:2] / sha256

    def path(self, sha256: str) -> Path | None:
        """Where the file is; None where it is not kept (any more)."""
        place = self._place(sha256)
        return place if place.is_file() else None

    def intact(self, sha256: str) -> bool:
        """Whether the file is there and still what was attached."""
        place = self.path(sha256)
        if place is None:
            return False
        with open(place, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def safe_name(name: str) -> str:
    """A name to show and to offer for saving: no folders, no invisible characters, not too long.

    Raises `AttachmentRefused` where nothing is left of it.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c for c in base if unicodedata.category(c) not in _UNSEEN)
    seen = re.sub(r'[<>:"|?*]', "_", seen).strip(" .")
    if not seen or _DEVICES.match(seen):
        raise AttachmentRefused(name[:80], "不是文件名", "如 平台中断清单.xlsx")
    stem, dot, suffix = seen.rpartition(".")
    if dot and len(suffix) <= 8:
        return f"{stem[: NAME_MAX - len(suffix) - 1]}.{suffix}"
    return seen[:NAME_MAX]
