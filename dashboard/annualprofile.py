"""`[annual]` of the city profile 年度: the form that the wall shows, and when it is handed in."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dashboard.tomltable import Table


@dataclass(frozen=True)
class Annual:
    """`form`: id of the form, empty: the city's own for the year. `due`: month and day 报送 of the
    year after, None where nobody said."""

    form: str = ""
    due: tuple[int, int] | None = None

    def due_date(self, year: int) -> datetime.date | None:
        """When the form of `year` is to be handed in."""
        return None if self.due is None else datetime.date(year + 1, *self.due)


def read_annual(table: Table) -> Annual:
    """The settings from `[annual]`; raises `ProfileError`."""
    form = table.optional_text(
        "form", "年度表的 id，如 standard-self-evaluation", r"[a-z][a-z0-9-]*"
    )
    annual = Annual(form or "", _due(table))
    table.done()
    return annual


def _due(table: Table) -> tuple[int, int] | None:
    expected = "报送日（次年的月-日），如 01-15"
    text = table.optional_text("due", expected, r"\d\d-\d\d")
    if text is None:
        return None
    month, day = int(text[:2]), int(text[3:])
    try:
        datetime.date(2001, month, day)
    except ValueError:
        raise table.error("due", text, expected) from None
    return month, day
