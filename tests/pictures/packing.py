"""A picture in few bytes: as many colours of a palette as the limit lets it have."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

LIMIT: Final = 250_000
WIDEST: Final = 2_880
"""Wider ones are shown at half their size: nobody's page is wider."""
COLOURS: Final = (256, 128, 64, 32)


def packed(png: bytes, limit: int = LIMIT) -> bytes:
    """The picture as a palette PNG of at most `limit` bytes. Raises ValueError where even the
    fewest colours are too many."""
    with Image.open(io.BytesIO(png)) as found:
        image = found.convert("RGB")
    if image.width > WIDEST:
        image = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        out = io.BytesIO()
        few = image.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        if out.tell() <= limit:
            return out.getvalue()
    raise ValueError(f"{out.tell()} bytes with {COLOURS[-1]} colours, {limit} allowed")
