"""The examination 体检 of an installation: one finding per fact, with advice where one is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from dashboard.basemap import base_map
from dashboard.bus import Bus, BusDown, Server
from dashboard.city import Profile, ProfileError, load_profile
from dashboard.config import Config
from dashboard.events import FUTURE_TOLERANCE_MS
from dashboard.ledger import LedgerError
from dashboard.ledger.database import Database
from dashboard.ledger.inspection import CURRENT, look
from dashboard.ledger.minutes import Minutes
from dashboard.redistopology import topology
from dashboard.settings import ConfigError
from geo.grid import GridError
from geo.store import GridStore

Level = Literal["ok", "warn", "error"]
OWN_PACKAGES: Final = ("dashboard", "layouts", "callbacks", "geo")
OLDEST_REDIS: Final = (5, 0)
CLOCK_WARN_MS: Final = 2_000
DISK_WARN: Final = 5 << 30
DISK_ERROR: Final = 1 << 30
MEMORY_WARN: Final = 0.8
ASSETS: Final = ("tokens.css", "live.js", "fonts")


@dataclass(frozen=True)
class Finding:
    """One fact: what was looked at, how it is, and what to do about it (empty when well)."""

    check: str
    level: Level
    text: str
    advice: str = ""


def examine(
    config: Config, now: Callable[[], int], distributions: Mapping[str, Sequence[str]], assets: Path
) -> Iterator[Finding]:
    """All findings for one configuration; never raises for what it examines."""
    yield Finding("config", "ok", f"城市 {config.profile_source}，数据目录 {config.data_dir}")
    try:
        profile = load_profile(config.profile_source)
    except ProfileError as error:
        yield Finding("profile", "error", str(error), "修正城市档案，或改用内置城市（city）")
    else:
        yield Finding("profile", "ok", f"{profile.name}，{len(profile.districts)} 个区")
        yield from examine_redis(config, profile, now)
        yield from examine_ledger(config, profile)
        yield from examine_replay(config)
        yield examine_grid(config, profile)
    yield from examine_packages(distributions)
    yield examine_disk(config.data_dir)
    yield examine_assets(assets)


def examine_redis(config: Config, profile: Profile, now: Callable[[], int]) -> Iterator[Finding]:
    """Reachable, new enough, persistent, never evicting, with room, and of the same time."""
    if config.redis_url is None:
        advice = "work、serve、push 需要 CITYOPS_REDIS_URL；只看演示可以不设"
        yield Finding("redis", "warn", "没有配置 Redis", advice)
        return
    bus = Bus(config.redis_url, config.bus_name(profile.id))
    try:
        server, complaints = bus.server(), bus.check()
        shards = max(config.stream_shards, bus.shards_told())
        stands = topology(config.redis_url, config.bus_name(profile.id), shards)
    except BusDown as error:
        shown = config.public()["redis_url"]
        advice = "检查 redis_url、密码、防火墙，以及 Redis 是否在运行"
        yield Finding("redis", "error", f"连不上 {shown}：{error}", advice)
        return
    finally:
        bus.close()
    yield judge_version(server)
    level: Level = "warn" if stands.trouble else "ok"
    yield Finding("redis.topology", level, stands.text, stands.trouble)
    if shards != config.stream_shards:
        text = f"stream_shards = {config.stream_shards}，而发送方说过 {shards}"
        yield Finding("redis.shards", "warn", text, "各程序设成一样；工作进程照样全读，不会漏")
    for complaint in complaints:
        level = "warn" if "CONFIG" in complaint else "error"
        advice = "改 redis.conf：appendonly yes、appendfsync everysec、maxmemory-policy noeviction"
        yield Finding("redis.settings", level, complaint, advice)
    if not complaints:
        yield Finding("redis.settings", "ok", "持久化每秒落盘，内存满时拒写不丢数据")
    yield judge_memory(server)
    yield judge_clock(server.clock_ms - now())


def judge_version(server: Server) -> Finding:
    """Streams came with Redis 5.0."""
    numbers = tuple(int(part) for part in server.version.split(".")[:2] if part.isdigit())
    if len(numbers) == 2 and numbers < OLDEST_REDIS:
        advice = "升级到 5.0 以上（需要 Streams）"
        return Finding("redis", "error", f"Redis {server.version} 太旧", advice)
    return Finding("redis", "ok", f"Redis / Valkey {server.version}")


def judge_memory(server: Server) -> Finding:
    """Writes are refused at the limit; say so before."""
    used = f"已用 {server.used_bytes >> 20} MB"
    if not server.limit_bytes:
        advice = "建议设置 maxmemory，免得系统内存耗尽时 Redis 被杀"
        return Finding("redis.memory", "warn", f"{used}，没有上限", advice)
    text = f"{used} / {server.limit_bytes >> 20} MB"
    if server.used_bytes > MEMORY_WARN * server.limit_bytes:
        advice = "加大 maxmemory，或缩短 retention_h；到上限后发送方会被拒写"
        return Finding("redis.memory", "warn", text, advice)
    return Finding("redis.memory", "ok", text)


def judge_clock(ahead_ms: int) -> Finding:
    """Events from a clock too far ahead are refused as future ones."""
    text = f"Redis 时钟比本机{'快' if ahead_ms >= 0 else '慢'} {abs(ahead_ms) / 1000:.1f} 秒"
    if abs(ahead_ms) <= CLOCK_WARN_MS:
        return Finding("clock", "ok", text)
    advice = "两台机器都启用 NTP（chrony 或 systemd-timesyncd）"
    level: Level = "error" if abs(ahead_ms) > FUTURE_TOLERANCE_MS else "warn"
    return Finding("clock", level, text, advice)


def examine_ledger(config: Config, profile: Profile) -> Iterator[Finding]:
    """Reachable, of this program's schema, of this city."""
    shown = config.public()["ledger_url"]
    try:
        found = look(config.ledger_url)
    except LedgerError as error:
        advice = "检查 ledger_url、数据库权限，以及数据库是否在运行"
        yield Finding("ledger", "error", f"打不开 {shown}：{error}", advice)
        return
    if found.version is None:
        yield Finding("ledger", "ok", f"{shown}：还没有，首次使用时自动建立")
    elif found.version > CURRENT:
        text = f"{shown}：结构 {found.version} 比程序的 {CURRENT} 新"
        yield Finding("ledger", "error", text, "升级程序")
    elif found.version < CURRENT:
        text = f"{shown}：结构 {found.version}，将在下次启动时升级到 {CURRENT}"
        yield Finding("ledger", "warn", text, "升级前先备份")
    else:
        yield Finding("ledger", "ok", f"{shown}：结构 {found.version}")
    if found.city not in (None, profile.id):
        text = f"台账属于 {found.city}，配置的城市是 {profile.id}"
        yield Finding("ledger", "error", text, "一个台账只装一座城市：改 ledger_url 或 city")


def examine_replay(config: Config) -> Iterator[Finding]:
    """How many minutes can be replayed, and what they take; of a ledger of this schema."""
    if not config.replay_days:
        yield Finding("replay", "ok", "没有开启回放（replay_days = 0）")
        return
    database = Database(config.ledger_url)
    try:
        if look(config.ledger_url).version != CURRENT:
            return  # told by the ledger; to look would make or migrate it
        extent = Minutes(database).extent()
    except LedgerError:
        return  # told by the ledger
    finally:
        database.close()
    if extent.first is None:
        yield Finding("replay", "ok", "回放还没有记录，工作进程每分钟记一幅")
        return
    size, day = extent.bytes / 1e6, extent.bytes_a_day / 1e6
    text = f"回放 {extent.minutes:,} 分钟，{size:.1f} MB，每天约 {day:.1f} MB"
    yield Finding("replay", "ok", f"{text}，留 {config.replay_days} 天")


def examine_grid(config: Config, profile: Profile) -> Finding:
    """The city's grid, and the base map below it; without a grid the wall has no map."""
    store = GridStore(config.grid_dir)
    try:
        current = store.current
        about = None if current is None else store.about(current)
        base = base_map(config)
    except GridError as error:
        return Finding("grid", "error", str(error), "从备份恢复网格库，或重新导入网格")
    except ConfigError as error:
        return Finding("grid", "error", str(error), "改 base_map 一组配置；serve 会拒绝启动")
    if about is None:
        advice = "cityops grid import 导入，或 cityops grid generate 生成；见 docs/grid.md"
        return Finding("grid", "warn", f"{config.grid_dir} 没有网格，大屏上没有地图", advice)
    if about.city != profile.code:
        text = f"{config.grid_dir} 是 {about.city} 的网格，档案的城市是 {profile.code}"
        return Finding("grid", "error", text, "改 data_dir 或 city")
    text = f"{about.version}，单元网格 {about.cells:,}，底图 {base.told['kind']}"
    return Finding("grid", "ok", text)


def examine_packages(distributions: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Four common names: whoever else ships one has overwritten ours, silently."""
    strangers = {
        package: sorted(set(distributions.get(package, ())) - {"cityops-wall"})
        for package in OWN_PACKAGES
    }
    for package, others in strangers.items():
        if others:
            text = f"Python 包 {package} 也由 {'、'.join(others)} 安装，文件互相覆盖"
            advice = f"用单独的虚拟环境；pip uninstall {' '.join(others)}，再重装 cityops-wall"
            yield Finding("packages", "error", text, advice)
    if not any(strangers.values()):
        yield Finding("packages", "ok", f"{'、'.join(OWN_PACKAGES)} 没有与别的发行包相撞")


def examine_disk(folder: Path) -> Finding:
    """Room for the ledger and the AOF, where the data directory is or will be."""
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return judge_disk(place, shutil.disk_usage(place).free)


def judge_disk(place: Path, free: int) -> Finding:
    """Levels in bytes free."""
    level: Level = "error" if free < DISK_ERROR else "warn" if free < DISK_WARN else "ok"
    advice = "" if level == "ok" else "清理磁盘，或把 data_dir 移到更大的盘"
    return Finding("disk", level, f"{place} 余 {free / (1 << 30):.1f} GB", advice)


def examine_assets(assets: Path) -> Finding:
    """The wall asks nothing from outside: style, script and Chinese font must be here."""
    missing = [name for name in ASSETS if not (assets / name).exists()]
    if not missing and not any((assets / "fonts").glob("**/*.woff2")):
        missing.append("fonts/*.woff2")
    if missing:
        text = f"{assets} 缺少 {'、'.join(missing)}"
        return Finding("assets", "error", text, "重新安装 cityops-wall")
    return Finding("assets", "ok", "样式、脚本、中文字体齐全")
