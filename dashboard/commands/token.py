"""`cityops token` 接入令牌: what lets a case system send events by HTTP, or Prometheus read
`/metrics`, and its revocation."""

from __future__ import annotations

import secrets
from datetime import datetime

import click

from dashboard.access.walltoken import read_network
from dashboard.commands.accessing import entry, opened, who
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger.devices import Device, DeviceKind, Devices
from dashboard.signing import hash_of


@click.group("token")
def command() -> None:
    """接入令牌：新增、列出、吊销 / tokens for senders of events and for monitors."""


@command.command("add")
@configured("city", "profile", "data_dir")
@click.argument("name")
@click.option("--sent-by", default="", help="只许代表这个来源系统（事件的 sent_by）")
@click.option("--bind", default="", help="只许从这个地址或网段来，如 10.1.2.3 / address or network")
@click.option("--metrics", is_flag=True, help="监控用：只能读 /metrics，不能送事件")
def add(config: Config, name: str, sent_by: str, bind: str, metrics: bool) -> None:
    """新增令牌；只显示这一次，库里只存它的哈希。"""
    if metrics and sent_by:
        raise click.UsageError("--metrics 的令牌不送事件，不要 --sent-by")
    kind: DeviceKind = "watch" if metrics else "send"
    try:
        bound = read_network(bind)
    except ValueError as error:
        raise click.ClickException(f"--bind {bind}：应为 IP 地址或网段（{error}）") from error
    id, secret = f"s{secrets.token_hex(5)}", secrets.token_urlsafe(32)
    with opened(config) as database:
        told = entry("token.add", name, id=id, kind=kind, sent_by=sent_by, bind=bound)
        device = Device(id, kind, name, (), sent_by, bound, hash_of(secret), told.at, who())
        Devices(database).add(device, told)
    click.echo(f"{id}.{secret}")


@command.command("list")
@configured("city", "profile", "data_dir")
def list_(config: Config) -> None:
    """列出令牌：名字、来源、绑定、最近使用、状态。"""
    with opened(config) as database:
        devices = Devices(database)
        for one in [*devices.list("send"), *devices.list("watch")]:
            state = f"{_time(one.revoked_at)} 吊销" if one.revoked_at else "有效"
            words = (
                one.id, one.name, _scope(one), one.bind or "不限地址",
                f"最近 {_time(one.seen_at)}", state,
            )  # fmt: skip
            click.echo("\t".join(words))


def _scope(one: Device) -> str:
    return "只读 /metrics" if one.kind == "watch" else one.sent_by or "任何来源"


def _time(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000).strftime("%Y-%m-%d %H:%M") if at else "从未"


@command.command("revoke")
@configured("city", "profile", "data_dir")
@click.argument("name")
def revoke(config: Config, name: str) -> None:
    """吊销令牌（名字或编号），立即生效。"""
    with opened(config) as database:
        devices = Devices(database)
        watching = [one for one in devices.list("watch") if one.revoked_at is None]
        kind: DeviceKind = "watch" if any(name in (w.id, w.name) for w in watching) else "send"
        devices.revoke(kind, name, entry("token.revoke", name))
        click.echo(f"已吊销 {name}")
