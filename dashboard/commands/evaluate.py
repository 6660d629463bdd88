"""`cityops evaluate` 年度绩效表: fill, score and check a form; as text, JSON or a file."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.exports import write
from dashboard.evaluation.filling import measure
from dashboard.evaluation.form import Form, Source, plain
from dashboard.evaluation.loading import form_files, load_form, load_values, read_form, schema
from dashboard.evaluation.result import STATES, Evidence, Finding, Item, Result, encode
from dashboard.evaluation.values import nothing
from dashboard.exports.wholefile import FileRefused
from dashboard.ledger import LedgerError
from dashboard.ledger.inspection import look


@click.command("evaluate")
@click.argument("form", required=False)
@configured("city", "profile", "ledger_url", "data_dir", "forms_dir")
@click.option("--year", type=click.IntRange(2000, 2099), help="年度；表单写死年度的可不填")
@click.option(
    "--values", type=click.Path(dir_okay=False, path_type=Path), help="人工填报值 manual.yaml"
)
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="写成文件（按扩展名）")
@click.option("--check", "only_check", is_flag=True, help="只做勾稽检查；有矛盾则以 1 退出")
@click.option("--list", "listing", is_flag=True, help="列出全部表单")
@click.option("--schema", "as_schema", is_flag=True, help="打印表单的 JSON Schema")
def command(
    config: Config,
    form: str | None,
    year: int | None,
    values: Path | None,
    as_json: bool,
    out: Path | None,
    only_check: bool,
    listing: bool,
    as_schema: bool,
) -> None:
    """填写、计分、勾稽一张年度绩效表；FORM 为表单 id 或 YAML 文件。"""
    if as_schema:
        click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
        return
    if listing:
        _list(config)
        return
    if form is None:
        raise click.UsageError("要评价哪张表？cityops evaluate --list 列出全部表单")
    official = load_form(form, config.forms_dir)
    result = _evaluated(config, official, year, values)
    if out is not None:
        _write(config, result, official, out)
        click.echo(f"{official.title} → {out}", err=True)
    if as_json:
        click.echo(encode(result))
    elif only_check:
        _print_findings(result)
    elif out is None:
        _print(result)
    if only_check and any(finding.severity == "error" for finding in result.findings):
        raise click.exceptions.Exit(1)


def _evaluated(config: Config, form: Form, year: int | None, file: Path | None) -> Result:
    profile = load_profile(config.profile_source)
    if form.city not in ("any", profile.id):
        raise click.UsageError(
            f"表单 {form.id} 属于 {form.city}，当前城市为 {profile.id}：加 --city {form.city}"
        )
    typed = load_values(file, form) if file else None
    of_year = _year(form, year, typed.year if typed else None)
    now = time.time_ns() // 1_000_000
    measured = _measured(config, profile, form, of_year, now)
    as_of = max((one.as_of for one in measured.values()), default=now)
    return evaluate(
        form, typed or nothing(form.id, of_year), measured, city=profile.name, as_of=as_of
    )


def _year(form: Form, asked: int | None, typed: int | None) -> int:
    known = {year for year in (asked, typed, form.year) if isinstance(year, int)}
    if len(known) != 1:
        told = f"--year {asked}、填报值 {typed}、表单 {form.year}"
        raise click.UsageError(f"年度：{'三处不一致' if known else '须用 --year 给出'}（{told}）")
    return known.pop()


def _measured(
    config: Config, profile: Profile, form: Form, year: int, now: int
) -> dict[Source, Evidence]:
    """What the ledger says; nothing where there is no ledger yet, which is 无数据."""
    try:
        if look(config.ledger_url).city is None:
            return {}
        ledger = open_ledger(config, profile, reading=True)
        return measure(form, ledger, profile, year, now)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error


def _list(config: Config) -> None:
    for id, file in form_files(config.forms_dir).items():
        form = read_form(file)
        where = "任何城市" if form.city == "any" else form.city
        when = "任何年度" if form.year == "any" else str(form.year)
        click.echo(
            f"{id:<28}{where} · {when} · {form.kind} · {len(form.indicators)} 项  {form.title}"
        )


def _write(config: Config, result: Result, form: Form, out: Path) -> None:
    zone = load_profile(config.profile_source).timezone
    try:
        write(result, form, out, zone, config.font_dir)
    except FileRefused as error:
        raise click.ClickException(str(error)) from error


# Text ---------------------------------------------------------------------------------------------


def _print(result: Result) -> None:
    click.echo(f"{result.title}　{result.city} {result.year} 年度　{result.kind}")
    for level in result.levels:
        if level.weight is not None or result.scoring == "none":
            indent = "" if level.parent is None else "  "
            rate = "" if level.rate is None else f"　得分率 {plain(level.rate)}%"
            click.echo(
                f"{indent}{level.name or level.id}　{_points(level.score, level.weight)}{rate}"
            )
        for item in result.items:
            if item.level == level.id:
                _print_item(item)
    total = result.total
    if result.scoring != "none":
        waiting = f"（待评 {plain(total.pending)} 分）" if total.pending else ""
        click.echo(f"总分　{_points(total.score, total.weight)}　{total.grade}{waiting}")
        if total.computed is not None and total.computed != total.score:
            click.echo(f"按规则计算　{plain(total.computed)}　{total.computed_grade}")
    _print_findings(result)


def _print_item(item: Item) -> None:
    score = _points(item.final, item.weight) if item.weight is not None else ""
    beside = ""
    if item.override is not None:
        computed = "—" if item.computed is None else plain(item.computed)
        beside = f"　按规则 {computed}，人工 {plain(item.override.score)}：{item.override.reason}"
    actual = item.actual.text or "—"
    click.echo(
        f"    {item.name}　{item.target or '—'} → {actual}　{STATES[item.state]} {score}{beside}"
    )
    for part in item.parts:
        shown = part.actual.text or "—"
        click.echo(f"      · {part.name}　{part.target or '—'} → {shown}　{STATES[part.state]}")


def _points(score: object, weight: object) -> str:
    if weight is None and score is None:
        return ""
    got = "—" if score is None else f"{score}"
    return f"{got} / {weight}" if weight is not None else got


def _print_findings(result: Result) -> None:
    errors = sum(finding.severity == "error" for finding in result.findings)
    click.echo(f"勾稽：{errors} 处矛盾，{len(result.findings) - errors} 处提示")
    for finding in result.findings:
        _print_finding(finding)


def _print_finding(finding: Finding) -> None:
    mark = "✕" if finding.severity == "error" else "·"
    click.echo(f"  {mark} {finding.what}（{finding.where}）")
    click.echo(f"      {finding.left}；{finding.right}")
    click.echo(f"      处理：{finding.settle}")
