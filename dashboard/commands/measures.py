"""`cityops measures` 查询指标."""

from __future__ import annotations

import datetime
import json
import time
from typing import Any
from zoneinfo import ZoneInfo

import click

from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.commands.windows import window_of, windowed
from dashboard.config import Config
from dashboard.formula import Value
from dashboard.ledger import LedgerError
from dashboard.measures import MEASURES
from dashboard.reckoning import BY, Report, reckon
from dashboard.windows import iso_day


@click.command("measures")
@configured("city", "profile", "ledger_url", "data_dir")
@windowed
@click.option("--by", type=click.Choice(BY), help="分项")
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(config: Config, by: str | None, as_json: bool, **window: Any) -> None:
    """某一期间的全部指标；--by 按区、部门、来源、类别、责任网格、日、月分项。"""
    profile = load_profile(config.profile_source)
    span = window_of(profile, time.time_ns() // 1_000_000, **window)
    try:
        ledger = open_ledger(config, profile, reading=True)
        report = reckon(ledger, profile, span, by)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(as_dict(report, profile, by), ensure_ascii=False))
    else:
        _print(report, profile, by)


def as_dict(report: Report, profile: Profile, by: str | None) -> dict[str, Any]:
    """The report as `--json` prints it; times are RFC 3339 in the city's zone."""
    window = report.window
    zone = ZoneInfo(profile.timezone)
    as_of = datetime.datetime.fromtimestamp(window.as_of / 1000, zone)
    out: dict[str, Any] = {
        "city": profile.id,
        "window": {"from": iso_day(window.first_day), "to": iso_day(window.end_day - 1)},
        "as_of": as_of.isoformat(timespec="milliseconds"),
        "measures": {id: _value(value) for id, value in report.measures.items()},
    }
    if by:
        out["by"] = {
            by: {
                member: {
                    "name": profile.label(by, member),
                    "measures": {id: _value(value) for id, value in values.items()},
                }
                for member, values in report.by.items()
            }
        }
    return out


def _value(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "num": value.num,
        "den": value.den,
        "scale": value.scale,
        "state": value.state,
        "variant": value.variant,
        "attribution": value.attribution,
    }


def _print(report: Report, profile: Profile, by: str | None) -> None:
    window = report.window
    click.echo(f"{profile.name}　{iso_day(window.first_day)} 至 {iso_day(window.end_day - 1)}")
    for id, value in report.measures.items():
        click.echo(f"  {MEASURES[id].name:\u3000<8}{_figure(value):>12}  {_parts(value)}")
    for member, values in report.by.items():
        click.echo(f"{profile.label(by or '', member)}（{member or '—'}）")
        for id, value in values.items():
            click.echo(f"  {MEASURES[id].name:\u3000<8}{_figure(value):>12}  {_parts(value)}")


def _figure(value: Value) -> str:
    if value.value is None:
        return "—"
    measure = MEASURES[value.measure]
    if measure.kind == "rate":
        return f"{value.value:.2%}"
    shown = f"{value.value:,.1f}" if measure.kind == "mean" else f"{value.value:,}"
    return shown if measure.unit == "件" else f"{shown} {measure.unit}"


def _parts(value: Value) -> str:
    shown = ""
    if value.num is not None and value.den is not None:
        shown = f"{round(value.num / value.scale):,} / {value.den:,}"
    if value.state != "live":
        shown = f"{shown} 无数据".strip()
    several = len(MEASURES[value.measure].variants) > 1
    return f"{shown}  口径 {value.variant}".strip() if several else shown
