"""`cityops alarms` 告警: what lasts, the log, acknowledging, trying the webhook."""

from __future__ import annotations

import datetime
import json
import time
from dataclasses import asdict
from zoneinfo import ZoneInfo

import click
import httpx

from dashboard.alarms.engine import Alarm
from dashboard.alarms.rows import state_of
from dashboard.alarms.rules import quantity
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger import LedgerError
from dashboard.ledger import alarms as log_of
from dashboard.profile import Profile

STATES = {"active": "未确认", "acked": "已确认", "cleared": "已解除"}


@click.group("alarms")
def command() -> None:
    """告警：查看、确认、试发通知。规则写在城市档案 [alarms]，见 docs/alarms.md。"""


@command.command("list")
@configured("city", "profile", "ledger_url", "data_dir")
@click.option("--count", default=50, show_default=True, help="最多几条")
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def listing(config: Config, count: int, as_json: bool) -> None:
    """告警记录，新的在前。"""
    profile = load_profile(config.profile_source)
    try:
        ledger = open_ledger(config, profile, reading=True)
        found = log_of.log(ledger, count)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    ledger.close()
    if as_json:
        told = [{**asdict(alarm), "state": state_of(alarm)} for alarm in found]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for alarm in found:
        click.echo(_line(alarm, profile))
    if not found:
        click.echo("没有告警记录")


def _line(alarm: Alarm, profile: Profile) -> str:
    rule = profile.alarms.rules.get(alarm.rule)
    title = rule.title if rule else alarm.rule
    peak = quantity(alarm.peak, rule.unit if rule else "")
    acked = f"{alarm.acked_by} {_clock(alarm.acked_at, profile)}" if alarm.acked_at else ""
    parts = (
        alarm.id,
        title,
        alarm.label,
        f"{_clock(alarm.since, profile)}–{_clock(alarm.cleared_at, profile)}",
        f"最高 {peak}",
        STATES[state_of(alarm)],
        acked,
    )
    return "  ".join(part for part in parts if part)


def _clock(at: int | None, profile: Profile) -> str:
    if at is None:
        return ""
    when = datetime.datetime.fromtimestamp(at / 1000, ZoneInfo(profile.timezone))
    return when.isoformat(" ", "seconds")[:19]


@command.command("ack")
@configured("city", "profile", "ledger_url", "data_dir")
@click.argument("id")
@click.option("--who", required=True, help="确认人，记入告警记录，不上屏")
@click.option("--role", default="值班员", show_default=True, help="角色，显示在屏上")
def acknowledging(config: Config, id: str, who: str, role: str) -> None:
    """确认一条告警（编号见 list）；先确认者为准。"""
    profile = load_profile(config.profile_source)
    try:
        ledger = open_ledger(config, profile, reading=True)
        alarm = log_of.acknowledge(ledger, id, time.time_ns() // 1_000_000, who, role)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    ledger.close()
    if alarm is None:
        raise click.ClickException(f"没有进行中的告警 {id}：编号见 cityops alarms list")
    click.echo(f"{id} 已由 {alarm.acked_by}（{alarm.acked_by_role}）确认")


@command.command("test")
@configured("city", "profile", "alarm_webhook")
def trying(config: Config) -> None:
    """向通知地址发一条测试消息。"""
    if config.alarm_webhook is None:
        raise click.ClickException("没有配置 alarm_webhook：告警只显示在屏上")
    profile = load_profile(config.profile_source)
    told = {"event": "test", "city": profile.id, "text": "测试：告警通知可以到达"}
    try:
        httpx.post(config.alarm_webhook, json=told, timeout=5.0).raise_for_status()
    except httpx.HTTPError as error:
        raise click.ClickException(f"通知没有送达：{error}") from error
    click.echo("已送达")
