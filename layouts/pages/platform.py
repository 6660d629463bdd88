"""平台: normal days, bounds of availability, components, outages, tickets of any period."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import ids
from layouts.askedframe import asked_frame
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; filled from the address."""
    return asked_frame("平台", ids.PLATFORM)


PAGE = Page("platform", "平台", 50, build, part="platform", on_phone=False, filtered=True)
