"""Files of an evaluated form 评价表导出: xlsx, docx, pdf and csv, by the name's extension."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from dashboard.exports.wholefile import FileRefused, whole_file

FORMATS: Final = {".xlsx": "xlsx", ".docx": "docx", ".pdf": "pdf", ".csv": "csv"}
"""Extension → the room that has `render(result, form, timezone, fonts) -> bytes`; imported on
need, as each brings a library of its own."""


def render(
    result: Result,
    form: Form,
    suffix: str,
    timezone: str = "Asia/Shanghai",
    fonts: Path | None = None,
) -> bytes:
    """The bytes of the file; the same for the same result. `fonts`: where outlines are kept."""
    room = FORMATS.get(suffix.lower())
    if room is None:
        raise FileRefused(f"{suffix or '没有扩展名'}：应为 {'、'.join(FORMATS)} 之一")
    make = importlib.import_module(f"dashboard.evaluation.exports.{room}").render
    data: bytes = make(result, form, timezone, fonts)
    return data


def write(
    result: Result,
    form: Form,
    path: Path,
    timezone: str = "Asia/Shanghai",
    fonts: Path | None = None,
) -> None:
    """Writes the file, whole or not at all; raises `FileRefused` where it cannot be written."""
    data = render(result, form, path.suffix, timezone, fonts)
    with whole_file(path) as file:
        file.write(data)
