"""The yearly books as the desk asks for them 年度页的后台: read, save, move, compare."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboard.access.identity import Identity
from dashboard.bookarchive import BookArchive, archiving
from dashboard.bookkeeping import Bookkeeper, Standing, Trail
from dashboard.bookpanel import cell_payload, entry_payload, panel_of, score_payload
from dashboard.bookroom import NoForm, chosen, forms_of, keeper
from dashboard.bookview import filtered, how_filled, sheet_of
from dashboard.casedesk import links
from dashboard.evaluation.book import Book, Payload
from dashboard.evaluation.form import Form
from dashboard.evaluation.loading import load_form
from dashboard.evaluation.result import Result
from dashboard.evaluation.workflow import Person
from dashboard.ledger import Ledger, books
from dashboard.profile import Profile
from dashboard.windows import iso_day
from layouts.book.sheet import Panel, Sheet


class BookDesk:
    """One per web process; every call says who asks."""

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        profile: Profile,
        forms_dir: Path | None,
        now: Callable[[], int],
        trail: Trail,
        archive: BookArchive,
    ) -> None:
        self._archive = archive
        self._open, self._profile, self._forms_dir = open_ledger, profile, forms_dir
        self._now, self._trail = now, trail
        self._lock = threading.Lock()
        self._made: tuple[Ledger, Bookkeeper] | None = None

    def forms(self) -> list[Form]:
        """The forms this city may fill in."""
        return forms_of(self._profile, self._forms_dir)

    def years(self, form: Form) -> list[int]:
        """The years a form can be filled in for, newest first."""
        if isinstance(form.year, int):
            return [form.year]
        ledger, _ = self._room()
        opened = {year for id, year, _ in books.books(ledger) if id == form.id}
        this = self._this_year()
        return sorted(opened | {this, this - 1}, reverse=True)

    def sheet(
        self, who: Identity, form_id: str, year: int | None, other: int | None = None
    ) -> Sheet:
        """The page of a book; the usual form and its newest year where none is said. Raises
        `FormError`."""
        forms = self.forms()
        form = next((one for one in forms if one.id == form_id), None) or self._usual(forms)
        years = self.years(form)
        year = year if year in years else years[0]
        _, keeps = self._room()
        compared = None
        if other is not None and other in years and other != year:
            compared = keeps.standing(form.id, other).result
        return sheet_of(
            form,
            keeps.standing(form.id, year),
            person(who),
            history=keeps.history(form.id, year),
            timezone=self._profile.timezone,
            forms=forms,
            years=years,
            others=[one for one in years if one != year],
            other=compared,
        )

    def rows(self, sheet: Sheet, chosen: str) -> list[dict[str, Any]]:
        """The rows a filter leaves, as the grid takes them."""
        return [row.as_json() for row in filtered(sheet.rows, chosen)]

    def panel(self, who: Identity, form_id: str, year: int, id: str) -> Panel | None:
        """Everything about one indicator."""
        form = self._form(form_id)
        _, keeps = self._room()
        standing = keeps.standing(form_id, year)
        me = person(who)
        state, submitter = standing.book.state, standing.book.submitter
        writes = state == "draft" and "operator" in me.roles
        evidence = next(
            (item.actual.evidence for item in standing.result.items if item.id == id), None
        )
        reviews = state == "submitted" and "reviewer" in me.roles and me.user != submitter
        return panel_of(
            form,
            standing.book,
            standing.result,
            id,
            timezone=self._profile.timezone,
            writes=writes,
            scores=writes or reviews,
            cases=links(evidence),
        )

    def type(self, who: Identity, form_id: str, year: int, id: str, typed: str, seen: int) -> Book:
        """Saves what was typed into the table's cell of an indicator."""
        form = self._form(form_id)
        indicator = next(one for one in form.indicators if one.id == id)
        _, keeps = self._room()
        before = keeps.book(form_id, year).cells.get(f"values.{id}")
        payload = cell_payload(how_filled(indicator), typed, before)
        return self._save(who, form_id, year, {f"values.{id}": payload}, seen)

    def fill(
        self,
        who: Identity,
        form_id: str,
        year: int,
        id: str,
        fields: Mapping[str, Any],
        seen: int,
    ) -> Book:
        """Saves the inputs of the panel."""
        _, keeps = self._room()
        book = keeps.book(form_id, year)
        cells: dict[str, Payload] = {}
        if "reason" in fields:
            cells[f"values.{id}"] = entry_payload(book.cells.get(f"values.{id}"), fields)
        if "score" in fields:
            cells[f"overrides.{id}"] = score_payload(fields)
        return self._save(who, form_id, year, cells, seen)

    def attach(self, who: Identity, form_id: str, year: int, id: str, kept: str) -> Book:
        """Adds an attachment (`name@sha256`) to an indicator."""
        _, keeps = self._room()
        book = keeps.book(form_id, year)
        before: Mapping[str, Any] = book.cells.get(f"values.{id}") or {}
        files = [*before.get("attachment", ()), kept]
        payload = {**before, "attachment": list(dict.fromkeys(files))}
        return self._save(who, form_id, year, {f"values.{id}": payload}, book.number)

    def act(self, who: Identity, form_id: str, year: int, id: str, reason: str) -> Book:
        """Moves the workflow."""
        _, keeps = self._room()
        return keeps.act(form_id, year, id, person(who), reason)  # type: ignore[arg-type]

    def result(self, form_id: str, year: int) -> tuple[Form, Result]:
        """The evaluated form, for exports: the locked one once it is locked."""
        _, keeps = self._room()
        standing: Standing = keeps.standing(form_id, year)
        return self._form(form_id), standing.result

    def _usual(self, forms: list[Form]) -> Form:
        """The form the wall shows this year; the first one where there is none."""
        try:
            wanted = self._profile.annual.form
            return chosen(forms, wanted, self._profile.id, self._this_year())
        except NoForm:
            return forms[0]

    def _save(
        self, who: Identity, form_id: str, year: int, cells: Mapping[str, Payload], seen: int
    ) -> Book:
        _, keeps = self._room()
        return keeps.save(form_id, year, cells, dict.fromkeys(cells, seen), person(who))

    def _form(self, form_id: str) -> Form:
        return load_form(form_id, self._forms_dir)

    def _this_year(self) -> int:
        return int(iso_day(self._profile.day(self._now()))[:4])

    def _room(self) -> tuple[Ledger, Bookkeeper]:
        """Opened when first asked for; a failure is tried again."""
        with self._lock:
            if self._made is None:
                ledger = self._open()
                copy = archiving(self._archive, ledger, self._trail)
                keeps = keeper(ledger, self._profile, self._forms_dir, self._now, self._trail, copy)
                self._made = ledger, keeps
            return self._made


def person(who: Identity) -> Person:
    """Who acts on a book."""
    return Person(who.user, who.name or who.user, frozenset(str(role) for role in who.roles))
