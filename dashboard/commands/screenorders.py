"""`cityops screen reload | show | pin | …` 遥控: one order to one screen, on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click

from dashboard.city import load_profile
from dashboard.commands.accessing import entry, opened, who
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.devices import Devices
from dashboard.redislink import BusDown, BusFull
from dashboard.screenbeat import Kept
from dashboard.screenbus import ScreenPost
from dashboard.screenorder import NAMES, WITH_SCENE, Act, BadOrder, make_order
from dashboard.screensettings import BadSettings
from layouts.scenes import every_scene

HELP: Final[Mapping[Act, str]] = {
    "reload": "让那块屏重新载入页面，场景不变。",
    "show": "让那块屏换到一个画面，过一会儿继续轮播。",
    "pin": "让那块屏固定在一个画面，到放开为止。",
    "unpin": "放开固定。",
    "pause": "停住轮播，到续上为止。",
    "resume": "续上轮播。",
    "sound": "让那块屏响一声告警音。",
}


def schedule(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a schedule 排片 beside the scenes."""
    grid = click.option("--grid", default="", help="拼接屏 列x行，如 3x1：文字避开拼缝 / panels")
    dwell = click.option("--dwell", type=float, default=0, help="停留秒数；不给为缺省 / seconds")
    return dwell(grid(command))


@contextmanager
def refusing() -> Iterator[None]:
    """What is wrong with a schedule or an order ends the command in one line."""
    try:
        yield
    except (BadSettings, BadOrder) as error:
        raise click.ClickException(str(error)) from error
    except (BusDown, BusFull) as error:
        raise click.ClickException(f"Redis 不可用，没有发出：{error}") from error


def beats_of(config: Config, screens: Sequence[str]) -> Mapping[str, Kept] | None:
    """What the screens said last; None where Redis cannot be asked."""
    if not config.redis_url:
        return None
    post = _post(config)
    try:
        return post.beats(screens)
    except BusDown:
        return None
    finally:
        post.close()


def orders() -> list[click.Command]:
    """A command for each order."""
    return [_command(act) for act in NAMES]


def _command(act: Act) -> click.Command:
    def run(config: Config, name: str, scene: str = "") -> None:
        _give(config, act, name, scene)

    run.__doc__ = HELP[act]
    told: Any = run
    if act in WITH_SCENE:
        told = click.argument("scene")(told)
    told = click.argument("name")(told)
    return click.command(act)(configured("city", "profile", "data_dir", "redis_url")(told))


def _give(config: Config, act: Act, name: str, scene: str) -> None:
    with opened(config) as database, refusing():
        device = Devices(database).living("wall", name)
        scenes = device.scenes or tuple(one.id for one in every_scene())
        told = entry("screen.order", device.name, act=act, scene=scene)
        order = make_order(device.id, act, told.at, who(), scene, scenes)
        AuditLog(database).add(told)
        post = _post(config)
        try:
            post.give(order)
        finally:
            post.close()
    click.echo(f"{device.name}：{order.name} 已发出；一分钟内没有连着就作废")


def _post(config: Config) -> ScreenPost:
    return ScreenPost(
        config.require_redis(), config.bus_name(load_profile(config.profile_source).id)
    )
