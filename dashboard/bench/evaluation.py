"""`cityops bench evaluate`: one form over a ledger with a whole year, after start-up."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from dashboard.bench.year import fill
from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import load_config
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.filling import measure
from dashboard.evaluation.form import Form
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.result import encode
from dashboard.evaluation.values import nothing
from dashboard.ledger import Ledger

RUNS = 5


@dataclass(frozen=True)
class Result:
    """Seconds of each leg, medians of some runs; `score_s` is what a saved value costs again."""

    items: int
    sources: int
    findings: int
    load_s: float
    measure_s: float
    score_s: float
    encode_s: float
    whole_s: float


def bench(
    form_id: str, year: int, file: Path | None, folder: Path | None, typed: Path | None
) -> Result:
    """Simulate and ingest the form's year unless `folder` has its ledger; then time each leg."""
    with tempfile.TemporaryDirectory() as scratch:
        home = folder or Path(scratch)
        form = load_form(form_id)
        city = "nanyang" if form.city == "any" else form.city
        config = load_config(env={}, overrides={"city": city, "data_dir": home / "data"})
        if not Path(config.ledger_url.removeprefix("sqlite:///")).is_file():
            fill(config, year, file, home)
        profile = load_profile(city)
        ledger = open_ledger(config, profile, reading=True)
        try:
            return _timed(form, ledger, profile, year, typed)
        finally:
            ledger.close()


def _timed(form: Form, ledger: Ledger, profile: Profile, year: int, typed: Path | None) -> Result:
    legs: list[list[float]] = []
    now = time.time_ns() // 1_000_000
    for _ in range(RUNS):
        marks = [time.perf_counter()]
        form = load_form(form.id)
        values = load_values(typed, form) if typed else nothing(form.id, year)
        marks.append(time.perf_counter())
        measured = measure(form, ledger, profile, year, now)
        marks.append(time.perf_counter())
        result = evaluate(form, values, measured, city=profile.name, as_of=now)
        marks.append(time.perf_counter())
        encode(result)
        marks.append(time.perf_counter())
        spent = [later - earlier for earlier, later in pairwise(marks)]
        legs.append([*spent, sum(spent)])
    load_s, measure_s, score_s, encode_s, whole_s = (median(leg) for leg in zip(*legs, strict=True))
    return Result(
        items=len(form.indicators),
        sources=len(measured),
        findings=len(result.findings),
        load_s=load_s,
        measure_s=measure_s,
        score_s=score_s,
        encode_s=encode_s,
        whole_s=whole_s,
    )
