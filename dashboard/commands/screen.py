"""`cityops screen` 屏幕: links that let a screen in without a person, and their revocation."""

from __future__ import annotations

import secrets
from datetime import datetime

import click

from dashboard.access.keys import KeyFileError, Keys, load_keys
from dashboard.access.walltoken import Screen, read_network, token_of
from dashboard.commands.accessing import entry, opened, who
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices
from layouts.scenes import every_scene


@click.group("screen")
def command() -> None:
    """屏幕：新增、列出、吊销 / wall screens."""


@command.command("add")
@configured("city", "profile", "data_dir", "host", "port")
@click.argument("name")
@click.option(
    "--scenes", default="", help="只许这些画面，逗号隔开；不给为全部 / scenes, all if unset"
)
@click.option("--bind", default="", help="只许这个地址或网段，如 10.1.2.0/24 / address or network")
@click.option("--base", default="", help="网址的开头，如 https:// 加域名；不给为监听地址")
def add(config: Config, name: str, scenes: str, bind: str, base: str) -> None:
    """新增屏幕，打印它的链接；在那块屏的浏览器里打开一次即可。"""
    wanted = _scenes(scenes)
    try:
        keys, bound = load_keys(config.key_file), read_network(bind)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.ClickException(f"--bind {bind}：应为 IP 地址或网段（{error}）") from error
    with opened(config) as database:
        token = new_screen(database, keys, name, wanted, bound)
    start = base.rstrip("/") or f"http://{config.host}:{config.port}"
    click.echo(f"{start}/wall?token={token}")


def new_screen(
    database: Database, keys: Keys, name: str, scenes: tuple[str, ...] = (), bind: str = ""
) -> str:
    """Registers a screen; returns its token. Raises `LedgerError` if the name is in use."""
    screen = Screen(secrets.token_hex(6), name, scenes, bind)
    told = entry("screen.add", name, id=screen.id, scenes=list(scenes), bind=bind)
    device = Device(screen.id, "wall", name, scenes, "", bind, "", told.at, who())
    Devices(database).add(device, told)
    return token_of(keys, screen)


def _scenes(text: str) -> tuple[str, ...]:
    wanted = tuple(word.strip() for word in text.split(",") if word.strip())
    known = {scene.id: scene.title for scene in every_scene()}
    if unknown := [word for word in wanted if word not in known]:
        there = "、".join(f"{id} {title}" for id, title in known.items())
        raise click.ClickException(f"没有画面 {'、'.join(unknown)}；有：{there}")
    return wanted


@command.command("list")
@configured("city", "profile", "data_dir")
def list_(config: Config) -> None:
    """列出屏幕：名字、画面、绑定、最近在线、状态。"""
    with opened(config) as database:
        for one in Devices(database).list("wall"):
            state = f"{_time(one.revoked_at)} 吊销" if one.revoked_at else "有效"
            words = (
                one.id, one.name, "、".join(one.scenes) or "全部画面", one.bind or "不限地址",
                f"最近 {_time(one.seen_at)}", state,
            )  # fmt: skip
            click.echo("\t".join(words))


def _time(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000).strftime("%Y-%m-%d %H:%M") if at else "从未"


@command.command("revoke")
@configured("city", "profile", "data_dir")
@click.argument("name")
def revoke(config: Config, name: str) -> None:
    """吊销屏幕（名字或编号）：几秒内画面变成“已吊销”。"""
    with opened(config) as database:
        Devices(database).revoke("wall", name, entry("screen.revoke", name))
        click.echo(f"已吊销 {name}")
