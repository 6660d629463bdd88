"""Opens the yearly books of a configured city 册房: forms, measures and ledger put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from dashboard.bookkeeping import Bookkeeper, Locked, Trail, no_copy, no_trail
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.filling import measure
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.loading import form_files, load_form, read_form
from dashboard.evaluation.result import Evidence, Result
from dashboard.evaluation.valuecheck import check_values
from dashboard.evaluation.values import Values
from dashboard.ledger import Ledger
from dashboard.profile import Profile

STANDARD: Final = "standard-self-evaluation"
SELF: Final = "单位自评"
MINUTE_MS = 60_000
KEPT = 32
"""Forms and years whose measures are kept at most."""


def keeper(
    ledger: Ledger,
    profile: Profile,
    forms_dir: Path | None,
    now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    trail: Trail = no_trail,
    locked: Locked = no_copy,
) -> Bookkeeper:
    """The bookkeeper of a city; its forms are read anew each time, so that a corrected one counts.

    Raises what `load_form` raises where a form is not there or not right.
    """

    measured = _Measured(ledger, profile, now)

    def evaluated(form_id: str, year: int, values: Values) -> Result:
        form = load_form(form_id, forms_dir)
        found = measured.of(form, year)
        as_of = max((one.as_of for one in found.values()), default=now())
        return evaluate(form, values, found, city=profile.name, as_of=as_of)

    def check(form_id: str, values: Values) -> None:
        check_values(values, load_form(form_id, forms_dir), f"{form_id} {values.year}")

    return Bookkeeper(ledger, profile.id, evaluated, check, now, trail, locked)


class _Measured:
    """What the measures of a form said, kept while the ledger and the minute are the same: typing
    into a form asks nothing of the ledger that it has just been asked."""

    def __init__(self, ledger: Ledger, profile: Profile, now: Callable[[], int]) -> None:
        self._ledger, self._profile, self._now = ledger, profile, now
        self._kept: dict[tuple[Form, int], tuple[tuple[int, int], dict[Source, Evidence]]] = {}

    def of(self, form: Form, year: int) -> dict[Source, Evidence]:
        now = self._now()
        state = (self._ledger.seq(), now // MINUTE_MS)
        kept = self._kept.get((form, year))
        if kept is not None and kept[0] == state:
            return kept[1]
        found = measure(form, self._ledger, self._profile, year, now)
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[form, year] = (state, found)
        return found


def forms_of(profile: Profile, forms_dir: Path | None) -> list[Form]:
    """The forms a city may fill in: its own, and those of any city."""
    forms = [read_form(file) for file in form_files(forms_dir).values()]
    mine = [form for form in forms if form.city in ("any", profile.id)]
    return sorted(mine, key=lambda form: (form.city == "any", str(form.year), form.id))


class NoForm(ValueError):
    """No form of this city is for this year; says why."""


def chosen(forms: Iterable[Form], wanted: str, city: str, year: int) -> Form:
    """The form the wall shows: the one the profile names, else the city's own for this year or any
    year (单位自评 first), else the standard one. Raises `NoForm`."""
    by_id = {form.id: form for form in forms}
    if wanted:
        form = by_id.get(wanted)
        if form is None:
            raise NoForm(f"没有表 {wanted}（档案 [annual] form）")
        if form.year not in ("any", year):
            raise NoForm(f"表 {wanted} 只用于 {form.year} 年度（档案 [annual] form）")
        return form
    fit = [form for form in by_id.values() if form.year in ("any", year)]
    own = [form for form in fit if form.city == city]
    own.sort(key=lambda form: (form.year != year, form.kind != SELF, form.id))
    standard = [form for form in fit if form.id == STANDARD] or fit
    if not (own or standard):
        raise NoForm(f"没有可用于 {year} 年度的表")
    return (own or standard)[0]
