"""`cityops export` 导出: the list of cases as csv or xlsx."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.commands.windows import window_of, windowed
from dashboard.config import Config
from dashboard.exports.cases import ExportCancelled, export_cases
from dashboard.exports.wholefile import FileRefused
from dashboard.ledger import LedgerError
from dashboard.ledger.caselists import LIST_TIMES, Choice
from dashboard.stage import Ended, asked_to_end

FILTERS: Final = {
    "district": "区",
    "street": "街道",
    "department": "专业部门",
    "category": "小类",
    "channel": "来源",
}
_TIMES: Final = [name.removesuffix("_at") for name in LIST_TIMES]


@click.group("export")
def command() -> None:
    """导出：案卷清单 / files that leave the system."""


def filtered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--district` and its like; each may be given several times, as code or name."""
    for name, meaning in reversed(FILTERS.items()):
        text = f"只要这个{meaning}（编码或名称，可多次）"
        function = click.option(f"--{name}", multiple=True, help=text)(function)
    return function


@command.command("cases")
@configured("city", "profile", "ledger_url", "data_dir")
@windowed
@filtered
@click.option(
    "--by",
    "time_by",
    type=click.Choice(_TIMES),
    default="reported",
    show_default=True,
    help="期间按哪个时间：上报、受理、立案、派遣、处置、结案",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=".csv（带 BOM）或 .xlsx",
)
def cases(config: Config, time_by: str, out: Path, **given: Any) -> None:
    """案卷清单：按时间先后，边读边写；Ctrl-C 取消，不留半个文件。"""
    profile = load_profile(config.profile_source)
    among = {name: _codes(profile, name, given.pop(name)) for name in FILTERS}
    span = window_of(profile, time.time_ns() // 1_000_000, **given)
    choice = Choice(
        profile.day_start(span.first_day),
        min(span.as_of, profile.day_start(span.end_day)),
        f"{time_by}_at",
        {name: codes for name, codes in among.items() if codes},
    )
    try:
        ledger = open_ledger(config, profile, reading=True)
        with asked_to_end() as asked, _bar() as progress:
            found = export_cases(ledger, profile, choice, out, progress, asked)
    except (Ended, ExportCancelled):
        raise click.ClickException("已取消，没有留下文件") from None
    except (LedgerError, FileRefused) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{found:,} 件 → {out}", err=True)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    with tqdm(disable=None, unit="件", unit_scale=True, desc="导出") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress


def _codes(profile: Profile, dimension: str, given: tuple[str, ...]) -> list[str]:
    """Codes of what was given as codes or names; a name may stand for several codes."""
    names = profile.names[dimension]
    out: list[str] = []
    for one in given:
        found = [code for code, name in names.items() if one in (code, name)]
        if not found:
            known = "、".join(f"{name}（{code}）" for code, name in list(names.items())[:12])
            more = " 等" if len(names) > 12 else ""
            raise click.UsageError(
                f"--{dimension} {one}：没有这个{FILTERS[dimension]}；有 {known}{more}"
            )
        out += found
    return out
