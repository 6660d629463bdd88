"""A file that is there whole or not at all 要么完整、要么没有: written aside, then renamed."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


class FileRefused(Exception):
    """The file cannot be written there; the text says why."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file `path`.part to write; renamed to `path` at the end, removed on any error.

    A stale one, of a process that was killed, is written over; one that another process is
    writing raises `FileRefused`, as does a folder that is not there or not ours, or a full disk.
    """
    aside = path.with_name(f"{path.name}.part")
    try:
        file = open(aside, "ab")  # noqa: SIM115 - emptied only once it is ours
    except OSError as error:
        raise FileRefused(f"{path}：不能写（{error.strerror}）") from error
    except KeyboardInterrupt:  # it may be there all the same
        _drop_if_free(aside)
        raise
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.stat(aside).st_ino == os.fstat(file.fileno()).st_ino
        except OSError:
            ours = False
        except KeyboardInterrupt:
            file.close()
            _drop_if_free(aside)
            raise
        if not ours:  # held by another process, or just renamed by it
            raise FileRefused(f"{path}：另一个程序正在写这个文件")
        try:
            with open(aside, "wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            os.replace(aside, path)
        except BaseException as error:
            aside.unlink(missing_ok=True)
            if isinstance(error, OSError):  # the disk is full, or gone
                raise FileRefused(f"{path}：写不下去（{error.strerror or error}）") from error
            raise


def _drop_if_free(aside: Path) -> None:
    """Removes it unless another process is writing it."""
    with contextlib.suppress(OSError), open(aside, "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        aside.unlink()
