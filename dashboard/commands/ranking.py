"""`cityops ranking` 考评排名."""

from __future__ import annotations

import datetime
import json
import time
from typing import Any
from zoneinfo import ZoneInfo

import click

from dashboard.assessing import BY, Ranked, assess, name_of, of_ledger
from dashboard.assessment.choice import BadChoice
from dashboard.assessment.formula import WHOLE, decimal
from dashboard.assessment.ranking import Standing
from dashboard.assessment.scoring import Mark
from dashboard.assessment.term import TERMS, last_whole
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.events import LATEST, Rejected, instant
from dashboard.exports.localtime import LocalTime
from dashboard.ledger import LedgerError
from dashboard.periods import BadPeriod, Period, date_of, period, span
from dashboard.profile import Profile
from dashboard.windows import Window, iso_day

TERM_HELP = "考评期：week month quarter year，或 2026-10、2026-Q3 …；缺省按档案"


@click.command("ranking")
@configured("city", "profile", "ledger_url", "data_dir")
@click.option("--by", type=click.Choice(tuple(BY)), default="district", help="排谁；缺省 district")
@click.option("--period", "asked", help=TERM_HELP)
@click.option("--last", is_flag=True, help="最近一个走完的考评期")
@click.option("--formula", default="", help="考评公式的编号；缺省按档案")
@click.option("--as-of", help="截至时刻（RFC 3339）；缺省为现在")
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def command(
    config: Config,
    by: str,
    asked: str | None,
    last: bool,
    formula: str,
    as_of: str | None,
    as_json: bool,
) -> None:
    """区域、部门、岗位的考评得分与排名，与同样长的上期比较；分项即 `cityops measures` 所答。"""
    profile = load_profile(config.profile_source)
    if by == "post" and formula:
        raise click.UsageError("--formula 不用于 --by post：各岗位各有公式，写在档案 [assessment]")
    try:
        now = instant(as_of, "--as-of", LATEST) if as_of else time.time_ns() // 1_000_000
        days = span(profile, _term(asked or profile.assessment.period, last, profile, now), now)
        figures = of_ledger(open_ledger(config, profile, reading=True))
        ranked = assess(figures, profile, by, days, formula)
    except (Rejected, BadChoice, BadPeriod) as error:
        raise click.UsageError(str(error)) from error
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(as_dict(ranked, profile), ensure_ascii=False))
    else:
        _print(ranked, profile)


def _term(text: str, last: bool, profile: Profile, now: int) -> Period:
    if not last:
        return period(text)
    if text not in TERMS:
        raise BadPeriod(f"--last 不能与 --period {text} 同用：应为 {'、'.join(TERMS)} 之一")
    return last_whole(text, date_of(profile.day(now)))


def as_dict(ranked: Ranked, profile: Profile) -> dict[str, Any]:
    """The ranking as `--json` prints it; scores are texts of two places, rates 0–1."""
    return {
        "city": profile.id,
        "by": ranked.by,
        "period": ranked.span.period.text,
        "partial": ranked.span.running,
        "window": _window(ranked.span.window, profile),
        "before": _window(ranked.base.window, profile),
        "grades": [str(bound) for bound in profile.assessment.grades.bounds],
        "whole": None if ranked.city is None else _standing(ranked.city, ranked, profile),
        "members": [_standing(one, ranked, profile) for one in ranked.standings],
    }


def _window(window: Window, profile: Profile) -> dict[str, str]:
    zone = ZoneInfo(profile.timezone)
    as_of = datetime.datetime.fromtimestamp(window.as_of / 1000, zone)
    return {
        "from": iso_day(window.first_day),
        "to": iso_day(window.end_day - 1),
        "as_of": as_of.isoformat(timespec="milliseconds"),
    }


def _standing(one: Standing, ranked: Ranked, profile: Profile) -> dict[str, Any]:
    return {
        "id": one.member or None,
        "name": name_of(profile, ranked.by, one.member),
        "rank": one.rank,
        "score": _text(one.score.total),
        "grade": one.score.grade,
        "rank_before": one.rank_before,
        "rank_change": one.rank_change,
        "score_before": _text(one.before.total) if one.before else None,
        "score_change": _text(one.score_change),
        "why": one.score.why or None,
        "formula": ranked.formula_of(one.member).id,
        "covered": float(one.score.covered),
        "components": [_component(mark) for mark in one.score.marks],
    }


def _component(mark: Mark) -> dict[str, Any]:
    value = mark.value
    return {
        "name": mark.component.name,
        "weight": float(mark.component.weight),
        "measure": mark.component.measure or None,
        "variant": value.variant if value else None,
        "value": value.value if value else None,
        "num": value.num if value else None,
        "den": value.den if value else None,
        "points": None if mark.points is None else float(mark.points),
        "why": mark.why or None,
    }


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def _print(ranked: Ranked, profile: Profile) -> None:
    clock = LocalTime(profile.timezone)
    days = ranked.span.label(lambda at: str(clock.text(at))[:16])
    running = "，未走完" if ranked.span.running else ""
    what = f"{profile.name} {BY[ranked.by]}考评　{ranked.span.period.label()}"
    click.echo(f"{what}（{days}{running}）")
    click.echo(f"升降与同样长的 {ranked.base.label()} 相比")
    formulas = [ranked.formula] if ranked.formula else list(ranked.formulas.values())
    for formula in formulas:
        click.echo(f"{formula.name}：{formula.text}")
        click.echo(f"  出处：{formula.source}{'；' if formula.note else ''}{formula.note}")
    click.echo(f"等级：{profile.assessment.grades.text}")
    for one in (*([ranked.city] if ranked.city else []), *ranked.standings):
        _line(one, name_of(profile, ranked.by, one.member))


def _line(one: Standing, name: str) -> None:
    rank = "" if one.rank is None else f"{one.rank}"
    total = "—" if one.score.total is None else f"{one.score.total}"
    change = "" if one.score_change is None else f"{one.score_change:+}"
    covered = one.score.covered
    partly = f"　可计权重 {decimal(covered)} %" if covered < WHOLE else ""
    click.echo(
        f"{rank:>4} {_moved(one.rank_change):<4}{name:\u3000<16}{total:>7}"
        f" {one.score.grade or '—':<2}{change:>7}　{one.score.why or _points(one)}{partly}"
    )


def _moved(change: int | None) -> str:
    if not change:
        return "" if change is None else "＝"
    return f"{'▲' if change > 0 else '▼'}{abs(change)}"


def _points(one: Standing) -> str:
    marks = one.score.marks
    scored = [(mark.component.name, mark.points) for mark in marks if mark.points is not None]
    return "　".join(f"{name} {float(points):.2f}" for name, points in scored)
