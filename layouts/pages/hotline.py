"""热线: the wall's measures over any period, side by side in their variants, with their trend."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import ids
from layouts.askedframe import asked_frame
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; filled from the address."""
    return asked_frame("热线", ids.HOTLINE)


PAGE = Page("hotline", "热线", 40, build, part="hotline", filtered=True)
