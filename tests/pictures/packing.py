"""A picture in few bytes: the 256 colours of a palette, and as large as the limit lets it be."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

LIMIT: Final = 250_000
WIDEST: Final = 2_400
SMALLER: Final = 0.85
LEAST: Final = 320
"""Narrower than this nobody can read it."""


def packed(png: bytes, limit: int = LIMIT) -> bytes:
    """The picture as a palette PNG of at most `limit` bytes: smaller rather than of fewer colours,
    of which the rare ones, red and amber, would go first. Raises ValueError where it would be too
    small to be one."""
    with Image.open(io.BytesIO(png)) as found:
        image = found.convert("RGB")
    width = min(image.width, WIDEST)
    while width >= LEAST:
        size = (width, round(image.height * width / image.width))
        scaled = image if width == image.width else image.resize(size, Image.Resampling.LANCZOS)
        out = io.BytesIO()
        few = scaled.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() <= limit:
            return out.getvalue()
        width = round(width * SMALLER)
    raise ValueError(f"{image.size} does not fit into {limit} bytes")
