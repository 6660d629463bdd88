"""Ids 元素标识 that the page, the style sheets and the scripts agree on."""

from __future__ import annotations

from typing import Final

WALL: Final = "wall"
"""The frame 墙框; `assets/wall.js` starts when it appears."""
HEADER: Final = "wall-header"
NAV: Final = "wall-nav"
BANNER: Final = "wall-banner"
STAGE: Final = "wall-stage"
CARD: Final = "wall-card"
DESK_AT: Final = "desk-at"
"""The address of the desk; its content follows."""
DESK_CONTENT: Final = "content"
PAGE: Final = "cityops-page"
"""The JSON block in the page head: what the scripts need to know before the first frame."""
