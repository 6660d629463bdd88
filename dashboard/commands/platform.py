"""`cityops platform` 平台: enter outages, maintenance, tickets and corrections; list them."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click
import orjson

from dashboard.city import Profile, load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.commands.delivering import open_delivery
from dashboard.config import Config
from dashboard.eventkinds import read_event
from dashboard.events import Rejected
from dashboard.ledger import LedgerError, uptimereading
from dashboard.platformentry import correction, entry, withdrawal
from dashboard.uptime.records import FIELDS, KINDS
from dashboard.uptime.spans import STATES

SETTINGS = ("city", "profile", "redis_url", "ledger_url", "data_dir")
_PATIENCE = datetime.timedelta(seconds=5)


@click.group("platform")
def command() -> None:
    """平台运行：录入中断、维护、工单，人工更正，查看记录。

    时间如 "2026-11-21 08:31"（城市时区）或带时区的 RFC 3339。
    """


def _entering(name: str, *options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A subcommand that makes one event; `--direct` writes it into the ledger past Redis."""

    def decorate(function: Callable[..., bytes]) -> Any:
        def run(config: Config, direct: bool, **given: Any) -> None:
            profile = load_profile(config.profile_source)
            now = time.time_ns() // 1_000_000
            try:
                line = function(profile, now, **_dated(profile, given))
            except Rejected as error:
                raise click.ClickException(str(error)) from error
            _deliver(config, profile, line, now, direct=direct)
            click.echo(f"已录入 {_shown(line)}")

        run.__doc__ = function.__doc__
        made: Any = run
        flag = click.option("--direct", is_flag=True, help="不经 Redis，直接写入台账")
        for option in reversed((*options, flag)):
            made = option(made)
        return command.command(name)(configured(*SETTINGS)(made))

    return decorate


COMPONENT = click.option("--component", required=True, help="组件编号；* 为全平台")
FROM = click.option("--from", "start", required=True, help="开始")
TO = click.option("--to", "end", required=True, help="结束")
OPEN_TO = click.option("--to", "end", help="结束；不写为进行中")
WHY = click.option("--why", required=True, help="原因与依据，会显示在大屏上")
WHO = click.option("--who", required=True, help="录入人，不上屏")
CAUSE = click.option("--cause", help="原因，会显示在大屏上")
NUMBER = click.option("--number", help="编号；写已有的编号为修改它")


@_entering(
    "correct", COMPONENT, FROM, TO,
    click.option("--state", required=True, type=click.Choice(STATES), help="实际状态"),
    WHY, WHO, click.option("--role", default="", help="岗位，显示在大屏上"),
)  # fmt: skip
def _correct(profile: Profile, now: int, **given: Any) -> bytes:
    """人工更正：某段时间的实际状态；数字随处随之而变，更正本身看得见。"""
    return correction(profile.platform, now, **given)


@_entering("withdraw", click.option("--number", required=True, help="更正的编号"), WHY, WHO)
def _withdraw(profile: Profile, now: int, **given: Any) -> bytes:
    """撤销一条更正。"""
    return withdrawal(profile.platform, now, **given)


@_entering(
    "outage", NUMBER, click.option("--component", help="组件编号；* 为全平台"),
    click.option("--from", "start", help="开始"), OPEN_TO,
    click.option("--state", type=click.Choice(["down", "degraded"]), help="缺省 down"), CAUSE,
)  # fmt: skip
def _outage(profile: Profile, now: int, **given: Any) -> bytes:
    """录入中断；之后以 --number 补上结束时间。"""
    return entry(profile.platform, now, "outage", given.pop("number"), _fields(given))


@_entering(
    "maintenance", NUMBER, COMPONENT, FROM, TO,
    click.option("--approved", is_flag=True, help="已批准；未批准的只是备注"), CAUSE,
)  # fmt: skip
def _maintenance(profile: Profile, now: int, **given: Any) -> bytes:
    """录入计划维护窗口。"""
    return entry(profile.platform, now, "maintenance", given.pop("number"), _fields(given))


@_entering(
    "ticket", NUMBER, click.option("--component", help="组件编号"),
    click.option("--level", help="时限级别"), click.option("--title", help="标题，会显示在大屏上"),
    *(
        click.option(f"--{name}", help=text)
        for name, text in (
            ("opened", "开立"), ("responded", "响应"), ("restored", "修复"), ("closed", "关闭"),
        )
    ),
)  # fmt: skip
def _ticket(profile: Profile, now: int, **given: Any) -> bytes:
    """录入或更新故障工单。"""
    return entry(profile.platform, now, "ticket", given.pop("number"), _fields(given))


@command.command("list")
@configured(*SETTINGS)
@click.option("--kind", type=click.Choice(KINDS), help="只列一种")
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def _list(config: Config, kind: str | None, as_json: bool) -> None:
    """列出中断、维护、工单与更正，含已撤销的。"""
    profile = load_profile(config.profile_source)
    try:
        found = uptimereading.records(open_ledger(config, profile, reading=True))
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    rows = [
        {"kind": one, "number": id}
        | {name: fields[name][1] for name in FIELDS[one] if name in fields}
        for (one, id), fields in sorted(found.items())
        if kind in (None, one)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    zone = ZoneInfo(profile.timezone)
    for row in rows:
        shown = (f"{name}={_cell(value, zone)}" for name, value in row.items() if value is not None)
        click.echo(" ".join(shown))


def _cell(value: object, zone: ZoneInfo) -> object:
    if type(value) is not int:
        return value
    return f"{datetime.datetime.fromtimestamp(value / 1000, zone):%Y-%m-%dT%H:%M:%S}"


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, by the names of the event."""
    names = {"start": "from", "end": "to"}
    return {names.get(name, name): value for name, value in given.items() if value is not None}


def _dated(profile: Profile, given: dict[str, Any]) -> dict[str, Any]:
    dates = ("start", "end", "opened", "responded", "restored", "closed")
    return {
        name: _instant(profile, name, value) if name in dates and value else value
        for name, value in given.items()
    }


def _instant(profile: Profile, name: str, text: str) -> int:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f'--{name}: {text}，应为时间，如 "2026-11-21 08:31"') from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(profile.timezone))
    return round(found.timestamp() * 1000)


def _deliver(config: Config, profile: Profile, line: bytes, now: int, *, direct: bool) -> None:
    if direct:
        try:
            ledger = open_ledger(config, profile)
            ledger.apply([read_event(line, now)], now=now)
            ledger.close()
        except LedgerError as error:
            raise click.ClickException(str(error)) from error
        return
    with open_delivery(config, profile.id, lambda: now, _PATIENCE) as delivery:
        delivery.outbox.put([line])
        delivery.deliver()


def _shown(line: bytes) -> str:
    said = orjson.loads(line)
    return f"{said['type']} {said[said['type']]}"
