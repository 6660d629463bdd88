"""`cityops screen` 屏幕: links that let a screen in without a person; its schedule; revocation."""

from __future__ import annotations

import secrets
from datetime import datetime

import click
from msgspec import to_builtins
from msgspec.structs import replace

from dashboard.access.keys import KeyFileError, Keys, load_keys
from dashboard.access.walltoken import Screen, read_network, token_of
from dashboard.commands.accessing import entry, now, opened, who
from dashboard.commands.configured import configured
from dashboard.commands.screenorders import beats_of, orders, refusing, schedule
from dashboard.config import Config
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices
from dashboard.screenbeat import NAMES, state_of
from dashboard.screensettings import ScreenSettings, read_dwell, read_grid, read_scenes
from layouts.scenes import every_scene


@click.group("screen")
def command() -> None:
    """屏幕：新增、列出、排片、遥控、吊销 / wall screens."""


@command.command("add")
@configured("city", "profile", "data_dir", "host", "port")
@click.argument("name")
@click.option(
    "--scenes", default="", help="只许这些画面，逗号隔开，也是次序；不给为全部 / scenes, in order"
)
@schedule
@click.option("--bind", default="", help="只许这个地址或网段，如 10.1.2.0/24 / address or network")
@click.option("--base", default="", help="网址的开头，如 https:// 加域名；不给为监听地址")
def add(
    config: Config, name: str, scenes: str, dwell: float, grid: str, bind: str, base: str
) -> None:
    """新增屏幕，打印它的链接；在那块屏的浏览器里打开一次即可。"""
    with refusing():
        wanted = read_scenes(_words(scenes), (), [scene.id for scene in every_scene()])
        settings = ScreenSettings((), read_dwell(dwell), read_grid(grid))
    try:
        keys, bound = load_keys(config.key_file), read_network(bind)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.ClickException(f"--bind {bind}：应为 IP 地址或网段（{error}）") from error
    with opened(config) as database:
        token = new_screen(database, keys, name, wanted, bound, settings)
    start = base.rstrip("/") or f"http://{config.host}:{config.port}"
    click.echo(f"{start}/wall?token={token}")


def new_screen(
    database: Database,
    keys: Keys,
    name: str,
    scenes: tuple[str, ...] = (),
    bind: str = "",
    settings: ScreenSettings | None = None,
) -> str:
    """Registers a screen; returns its token. Raises `LedgerError` if the name is in use."""
    screen = Screen(secrets.token_hex(6), name, scenes, bind)
    arranged = settings or ScreenSettings()
    more = {"dwell_s": arranged.dwell_s, "grid": arranged.grid}
    told = entry("screen.add", name, id=screen.id, scenes=list(scenes), bind=bind, **more)
    device = Device(
        screen.id, "wall", name, scenes, "", bind, "", told.at, who(), settings=arranged
    )
    Devices(database).add(device, told)
    return token_of(keys, screen)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@command.command("set")
@configured("city", "profile", "data_dir")
@click.argument("name")
@click.option("--scenes", default=None, help="轮播这些画面，按此次序，逗号隔开；all 为全部")
@click.option("--dwell", type=float, default=None, help="每个画面停留的秒数；0 为缺省")
@click.option("--grid", default=None, help="拼接屏 列x行，如 3x1；1x1 为没有拼缝")
def set_(
    config: Config, name: str, scenes: str | None, dwell: float | None, grid: str | None
) -> None:
    """改排片（名字或编号）：几秒内生效，不重载；没给的不改。"""
    known = [scene.id for scene in every_scene()]
    with opened(config) as database, refusing():
        devices = Devices(database)
        device = devices.living("wall", name)
        new = device.settings
        if scenes is not None:
            wanted = () if scenes.strip() == "all" else _words(scenes)
            new = replace(new, scenes=read_scenes(wanted, device.scenes, known))
        if dwell is not None:
            new = replace(new, dwell_s=read_dwell(dwell))
        if grid is not None:
            new = replace(new, grid=read_grid(grid))
        told = entry("screen.arrange", device.name, **to_builtins(new))
        devices.arrange(device.id, new, told)
        click.echo(f"{device.name}：{_schedule(device.scenes, new)}")


@command.command("list")
@configured("city", "profile", "data_dir", "redis_url")
def list_(config: Config) -> None:
    """列出屏幕：编号、名字、排片、绑定、最近在线、状态。"""
    with opened(config) as database:
        found = Devices(database).list("wall")
        beats = beats_of(config, [one.id for one in found])
        for one in found:
            state = f"{_time(one.revoked_at)} 吊销" if one.revoked_at else "有效"
            if not one.revoked_at and beats is not None:
                state = NAMES[state_of(beats.get(one.id), now())]
            words = (
                one.id, one.name, _schedule(one.scenes, one.settings), one.bind or "不限地址",
                f"最近 {_time(one.seen_at)}", state,
            )  # fmt: skip
            click.echo("\t".join(words))


def _schedule(granted: tuple[str, ...], settings: ScreenSettings) -> str:
    words = ["、".join(settings.scenes or granted) or "全部画面"]
    words += [f"每 {settings.dwell_s:g} 秒"] if settings.dwell_s else []
    words += [f"拼接 {settings.grid}"] if settings.grid else []
    return " ".join(words)


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


for one in orders():
    command.add_command(one)
