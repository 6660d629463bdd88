"""The keys that docs/frame.md promises, part by part 帧的约定: braces are spread, sections told."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

PAGE: Final = (Path(__file__).parents[1] / "docs" / "frame.md").read_text("utf-8")
PARTS: Final = {
    "案件": "backlog",
    "热线": "calls",
    "平台": "platform",
    "年度": "annual",
    "考评": "ranking",
    "告警": "alarms",
}
"""Heading of a part of the frame that not every city has → the word its keys carry."""


def documented(heading: str) -> list[str]:
    """The first-column names of the table under a heading."""
    section = re.split(r"^## ", PAGE, flags=re.M)
    body = next(part for part in section if part.startswith(heading))
    cells = re.findall(r"^\| (`[^|]+) \|", body, re.M)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def promised(heading: str) -> set[str]:
    """Every path, e.g. `m.today.calls.offered`, of the part under a heading."""
    return {path for name in documented(heading) for path in _spread(name)}


def _spread(name: str) -> Iterator[str]:
    pieces = re.split(r"\{([^}]*)\}", name)
    for choice in itertools.product(*(piece.split(",") for piece in pieces)):
        yield "".join(choice)


def paths(frame: Mapping[str, Any], word: str = "") -> set[str]:
    """The paths of a frame that carry the word; without a word, those of no part."""
    found = {f"{name}.{key}" for name in ("m", "s", "t") for key in frame[name]}
    if word:
        return {path for path in found if word in path.split(".")}
    return {path for path in found if not set(path.split(".")) & set(PARTS.values())}


def extra_variants(frame: Mapping[str, Any]) -> set[str]:
    """The cells of the 口径 that a city shows side by side; the table names them."""
    return {f"m.{row['key']}" for row in frame["t"].get("calls.variants", ())}
