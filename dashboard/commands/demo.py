"""`cityops demo` 演示: everything for a look, and nothing left behind."""

from __future__ import annotations

import dataclasses
import os
import socket
import sys
import time
import zlib
from pathlib import Path

import click

from dashboard.city import ProfileError, load_profile
from dashboard.commands.configured import configured
from dashboard.config import Config, ConfigError
from dashboard.democast import Cast, cast_of, keys_of
from dashboard.embedded import EmbeddedError, EmbeddedValkey
from dashboard.processes import Child, FolderBusy, FolderLock
from dashboard.stage import ChildFailed, Ended, Stage, asked_to_end, showing

CITYOPS = (sys.executable, "-P", "-m", "dashboard.cli")
REHEARSAL = (sys.executable, "-P", "-m", "dashboard.rehearsal")
GRID = (sys.executable, "-P", "-m", "dashboard.demogrid")
PATIENCE_S = 15.0
"""For the children of a killed predecessor to end."""
READY_S = 120.0


@click.command("demo")
@configured("city", "profile", "host", "port", "redis_url")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="演示的数据目录 / its folder (default: var/demo-CITY-PORT)",
)
@click.option(
    "--rate", type=click.FloatRange(0.01, 50), help="每秒多少条实时事件 / live events a second"
)
@click.option(
    "--map/--no-map",
    "with_map",
    default=True,
    help="生成该市的单元网格，显示地图（缺省）/ generate a grid and show the map",
)
def command(config: Config, data_dir: Path | None, rate: float | None, with_map: bool) -> None:
    """一条命令看效果：内嵌 Valkey、台账、工作进程、模拟的城市、网页；Ctrl-C 结束全部。"""
    with asked_to_end():
        try:
            run(setting_of(config, data_dir), rate, with_map)
        except Ended:
            click.echo("\n已结束，数据保留，再次运行即继续。")
        except (ProfileError, EmbeddedError, FolderBusy, ChildFailed) as error:
            raise click.ClickException(str(error)) from error


def setting_of(config: Config, data_dir: Path | None) -> Config:
    """The demo's own corner: folder, ledger and Redis keys that no other demo or system uses.

    The keys go with the folder, not with the port: its ledger has read that stream and no other.
    """
    city = f"demo-{Path(config.profile_source).stem}"
    folder = (data_dir or config.data_dir / f"{city}-{config.port}").absolute()
    return dataclasses.replace(
        config,
        demo=True,
        data_dir=folder,
        ledger_url=f"sqlite:///{folder / 'ledger.db'}",
        redis_tag=f"{city}-{zlib.crc32(os.fsencode(folder)):08x}",
        secrets_file=None,
    )


def run(config: Config, rate: float | None, with_map: bool = True) -> None:
    """Starts everything in turn, says where to look, and waits until asked to end."""
    started = time.monotonic()
    profile = load_profile(config.profile_source)
    click.echo(f"{profile.title} · 演示数据\n数据目录 {config.data_dir}")
    lock = FolderLock(config.data_dir, "demo.lock", patience_s=PATIENCE_S)
    try:
        refuse_taken_port(config.host, config.port)
        with Stage() as stage:
            if config.redis_url is None:
                valkey = EmbeddedValkey(config.data_dir / "valkey", log_of(config, "valkey"))
                stage.add(valkey.child)
                config = dataclasses.replace(config, redis_url=valkey.url)
                tell("内嵌 Valkey 已启动", started)
            keys = keys_of(config)
            if with_map:
                with_map = draw_grid(config, stage, lock, started)
            web = stage.add(start(config, "web", (*CITYOPS, "serve"), lock))
            if with_map:
                stage.add(start(config, "tiles", (*GRID, "prepare"), lock), passing=True)
            rates = (str(rate),) if rate else ()
            past = (*REHEARSAL, "history", *rates)
            history = stage.add(start(config, "history", past, lock))
            cast = cast_of(config, keys)
            stage.finish(history)
            tell("历史数据已入账", started)
            stage.add(start(config, "worker", (*CITYOPS, "work"), lock))
            stage.add(start(config, "feed", (*REHEARSAL, "live", *rates), lock))
            if not stage.wait(lambda: showing(reachable(config.host), config.port), READY_S):
                raise click.ClickException(f"网页 {READY_S:.0f} 秒内没有就绪：\n{web.tail()}")
            tell("就绪", started)
            stage.add(start(config, "older", (*REHEARSAL, "older"), lock), passing=True)
            greet(config, cast)
            click.echo("Ctrl-C 结束。")
            stage.wait(lambda: False)
    finally:
        lock.close()


def greet(config: Config, cast: Cast | None) -> None:
    """Where to look, and as whom one can sign in this time."""
    host = reachable(config.host)
    start = f"http://{f'[{host}]' if ':' in host else host}:{config.port}"
    link = f"{start}/wall?token={cast.wall}" if cast else f"{start}/"
    click.secho(f"\n  打开 {link}\n", bold=True)
    if cast:
        click.echo(f"  登录 {start}/login ，本次启动的账号与口令：")
        for user, what, password in cast.people:
            click.echo(f"    {user:<9} {password}   {what}")
        click.echo()


def draw_grid(config: Config, stage: Stage, lock: FolderLock, started: float) -> bool:
    """Generates the city's grid before anything that needs it; False: the wall has no map."""
    child = stage.add(start(config, "grid", (*GRID, "generate"), lock))
    try:
        stage.finish(child)
    except ChildFailed as error:
        if child.ended() is None:
            raise  # it was another one
        click.echo(f"  ! 没有地图，其余照常：{error}")
        return False
    tell("网格已备", started)
    return True


def start(config: Config, name: str, program: tuple[str, ...], lock: FolderLock) -> Child:
    """A child with this configuration, outside the checkout, holding the demo's lock."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CITYOPS_")}
    env = {**inherited, **config.environment(), "PYTHONUNBUFFERED": "1"}
    log = log_of(config, name)
    return Child(name, program, log, env=env, hold=[lock.fd], cwd=config.data_dir)


def log_of(config: Config, name: str) -> Path:
    return config.data_dir / "logs" / f"{name}.log"


def refuse_taken_port(host: str, port: int) -> None:
    """Raises `ConfigError` if somebody already listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError("port", port, f"可监听的空闲端口（{error.strerror}）") from error


def reachable(host: str) -> str:
    """The address at which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104


def tell(what: str, started: float) -> None:
    click.echo(f"  ✓ {what}（{time.monotonic() - started:.1f} 秒）")
