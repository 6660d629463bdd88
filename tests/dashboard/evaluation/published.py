"""What the ledgers of the simulated years say: numerator and denominator, as printed."""

from __future__ import annotations

from typing import Final

from dashboard.evaluation.filling import sources_of
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.result import Evidence

Known = dict[tuple[str, str | None], tuple[int, int | None]]
"""(measure, member of its breakdown) → (num, den)."""

ZHENGZHOU_2021: Final[Known] = {
    ("calls.connect_rate", None): (462_080, 486_400),
    ("calls.feedback_rate", None): (31_470, 31_470),
    ("calls.satisfaction_rate", None): (28_373, 29_866),
    ("platform.normal_days", None): (365, None),
    ("platform.fault_rate", None): (18, 365),
    ("platform.maintenance_timeliness", None): (34, 34),
}
ZHENGZHOU_2022: Final[Known] = {
    ("calls.connect_rate", None): (446_601, 452_300),
    ("calls.satisfaction_rate", None): (34_378, 35_412),
    ("platform.normal_days", None): (365, None),
    ("platform.fault_rate", None): (0, 31_500_000),
    ("platform.maintenance_timeliness", None): (22, 22),
}
NANYANG: Final[Known] = {
    ("cases.reported", None): (509_566, None),
    ("cases.reported", "collector"): (427_455, None),
    ("cases.self_handled", None): (68_654, None),
    ("cases.reported", "hotline_12319"): (8_992, None),
    ("cases.reported", "other"): (4_465, None),
    ("cases.filed", None): (465_557, None),
    ("cases.filing_rate", None): (465_557, 509_566),
    ("cases.closed", None): (428_644, None),
    ("cases.closure_rate", None): (428_644, 465_557),
}
MEIXIAN: Final[Known] = {
    ("cases.reported", None): (13_966, None),
    ("cases.filed", None): (13_199, None),
    ("cases.closed", None): (13_199, None),
    ("cases.closure_rate", None): (13_199, 13_199),
    ("cases.closed_on_time", None): (12_699, None),
    ("cases.on_time_closure_rate", None): (12_699, 13_199),
}
YUEYANG: Final[Known] = {
    ("cases.reported", None): (228_805, None),
    ("cases.valid_reported", None): (225_969, None),
    ("cases.valid_report_rate", None): (225_969, 228_805),
    ("cases.self_handled", None): (8_003, None),
    ("cases.accepted", None): (208_569, None),
    ("cases.disposed", None): (203_931, None),
    ("cases.reported", "transfer_12345"): (9_744, None),
    ("cases.accepted", "transfer_12345"): (9_580, None),
    ("cases.closed", "transfer_12345"): (9_580, None),
    ("cases.on_time_check_rate", None): (203_763, 203_763),
}
KNOWN: Final[dict[str, Known]] = {
    "zhengzhou-2021": ZHENGZHOU_2021,
    "zhengzhou-2022": ZHENGZHOU_2022,
    "nanyang-2021": NANYANG,
    "meixian-2021": MEIXIAN,
    "yueyang-2020-overall": YUEYANG,
    "yueyang-2020-collection": YUEYANG,
}
"""What the ledger of each golden form's year says."""


def measured(form: Form, known: Known) -> dict[Source, Evidence]:
    """Evidence for every measured source of a form; what is not known has no data."""
    return {source: evidence(source, known) for source in sources_of(form)}


def evidence(source: Source, known: Known) -> Evidence:
    """The evidence of one source."""
    num, den = known.get((str(source.measure), source.member), (None, None))
    return Evidence(
        measure=str(source.measure),
        name="",
        variant=source.variant or "",
        attribution="own",
        formula="",
        definition="",
        first="",
        last="",
        num=num,
        den=den,
        state="nodata" if num is None else "live",
    )
