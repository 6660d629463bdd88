"""考评: districts, departments and posts by score, with the components and the cases behind."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import ids
from layouts.askedframe import asked_frame
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; filled from the address (`?period=&by=&formula=`)."""
    return asked_frame("考评", ids.RANKING)


PAGE = Page("ranking", "考评", 60, build, on_phone=False, filtered=True, usual="?period=month")
