"""Settings 配置: one frozen object, built once from a TOML file and `CITYOPS_*` variables.

The environment wins over the file, an argument on the command line wins over both. Whatever is
wrong — an unknown key, an unreadable number, a missing secret — refuses to start with a
`ConfigError` that names the key, the value and what was expected.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.access.syslog import read_collector
from dashboard.readers import is_cluster, issuer, networks, redis_address
from dashboard.settings import (
    ConfigError,
    Setting,
    choice,
    flag,
    folder,
    number,
    setting,
    settings_of,
    text,
    tile_template,
    url,
    whole,
)
from dashboard.streams import MAX_SHARDS

__all__ = ["Config", "ConfigError", "load_config"]

PREFIX = "CITYOPS_"
DEFAULT_FILE = Path("cityops.toml")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LEDGER_SCHEMES = frozenset({"sqlite", "postgresql", "postgresql+psycopg"})


@dataclass(frozen=True)
class Config:
    """Every setting of every process; see docs/configuration.md."""

    city: str = setting(
        "zhengzhou",
        text(r"[a-z][a-z0-9_-]{0,31}", "内置城市档案名，如 zhengzhou、nanyang、meixian、yueyang"),
        "城市档案：内置档案的名字 / name of a built-in city profile",
    )
    profile: Path | None = setting(
        None, folder, "自定义城市档案文件（优先于 `city`）/ a profile file of your own; wins"
    )
    data_dir: Path = setting(
        Path("var"), folder, "数据目录：SQLite 台账、内嵌 Valkey、日志 / where local data live"
    )
    ledger_url: str = setting(
        "",
        url(LEDGER_SCHEMES),
        "台账数据库；不填为 `data_dir` 下的 SQLite 文件 / ledger database, SQLite if unset",
        secret=True,
    )
    redis_url: str | None = setting(
        None,
        redis_address,
        "Redis 地址；`work`、`serve` 必填，`demo` 不填则内嵌 Valkey / Redis; demo embeds its own",
        secret=True,
    )
    redis_tag: str = setting(
        "",
        text(r"[a-z0-9][a-z0-9._-]{0,63}", "小写字母、数字、点、横线，至多 64 个"),
        "Redis 键的城市标签；不填为城市档案的 id / tag of all Redis keys, the city's id if unset",
    )
    stream_shards: int = setting(
        1,
        whole(1, MAX_SHARDS),
        "一座城市的事件分到几个流（各有标签，集群可放在不同节点）；各程序设成一样 / event streams",
    )
    redis_acks: int = setting(
        0, whole(0, 9), "几个副本收到了，接入才答“已收” / replicas that must confirm"
    )
    host: str = setting(
        "127.0.0.1",
        text(r"[0-9A-Za-z.:_-]{1,253}", "主机名或 IP 地址"),
        "网页监听地址 / address the web server listens on",
    )
    port: int = setting(8050, whole(1, 65535), "网页监听端口 / its port")
    web_workers: int = setting(2, whole(1, 64), "网页进程数（建议不少于 2）/ web processes")
    demo: bool = setting(
        False, flag, "演示：屏幕上显示“演示数据” / the screen says the data are simulated"
    )
    retention_h: float = setting(
        48.0,
        number(1, 8760),
        "已入账的流条目在 Redis 中再保留多少小时 / hours a committed event stays in the stream",
    )
    replay_days: int = setting(
        7, whole(0, 62), "回放：每分钟一幅画面留多少天，0 为不记 / days of replay kept, 0: none"
    )
    batch_max: int = setting(
        2000, whole(1, 100_000), "工作进程一次提交最多多少个事件 / events in one ledger transaction"
    )
    frame_max_hz: float = setting(
        5.0, number(0.1, 20), "每秒最多发布多少帧画面 / frames published per second at most"
    )
    case_lists: bool = setting(
        True,
        flag,
        "点网格时给登录的查看、业务、复核列出案卷；大屏从不 / list a cell's cases to people",
    )
    access: str = setting(
        "required",
        choice("required", "open"),
        "`required`：先登录或持屏幕令牌；`open`：本机免登录看墙，只许监听环回地址 / who may see it",
    )
    secrets_file: Path | None = setting(
        None, folder, "主密钥文件；不填为 `data_dir/secrets.key` / the key of this installation"
    )
    session_idle_min: int = setting(
        30, whole(1, 1440), "登录后闲置多少分钟退出 / minutes an unused session lives"
    )
    session_max_h: int = setting(
        12, whole(1, 168), "登录后最多多少小时 / hours a session lives at all"
    )
    trusted_proxies: str = setting(
        "", networks, "可信代理的地址或网段，逗号隔开；只认它们的 X-Forwarded-* / trusted proxies"
    )
    proxy_user_header: str = setting(
        "",
        text(r"([A-Za-z][A-Za-z0-9-]{1,63})?", "请求头的名字，如 X-Remote-User"),
        "可信代理用哪个请求头告知已登录的用户名；不填则不认 / header in which it names the user",
    )
    audit_syslog: str = setting(
        "", read_collector, "审计日志同时送往 udp://主机:端口 或 unix:/dev/log / syslog collector"
    )
    oidc_issuer: str = setting(
        "", issuer, "统一身份认证（OIDC）的 issuer 地址；不填则不用 / identity provider"
    )
    oidc_client_id: str = setting(
        "",
        text(r"\S{0,200}", "在认证中心登记的 client_id"),
        "在认证中心登记的 client_id / our id there",
    )
    oidc_client_secret: str = setting(
        "", text(r"\S{0,500}", "client_secret"), "它的 client_secret / its secret", secret=True
    )
    oidc_claim: str = setting(
        "preferred_username",
        text(r"[A-Za-z0-9_:./-]{1,100}", "身份令牌中一项的名字"),
        "身份令牌里哪一项是本系统的用户名 / claim that holds our user's name",
    )
    audit_days: int = setting(
        400, whole(180, 36500), "审计日志保留多少天，至少 180 / days the audit log is kept"
    )
    api_rate: float = setting(
        500.0,
        number(1, 100_000),
        "`POST /api/events` 每个令牌每秒至多多少条（每个网页进程）/ events a second and token",
    )
    attachment_mb: int = setting(
        20, whole(1, 500), "一个佐证附件至多多少 MB / largest evidence file of a form"
    )
    forms_dir: Path | None = setting(
        None,
        folder,
        "自己的年度绩效表目录；同 id 的表优先于内置 / folder of forms of your own, which win",
    )
    book_archive_dir: Path | None = setting(
        None,
        folder,
        "已锁定年度台账的签名副本写到哪里；不填为 `data_dir/books` / signed copies of locked books",
    )
    base_map: str = setting(
        "boundaries",
        choice("boundaries", "pmtiles", "mbtiles", "url", "tianditu"),
        "底图：只有区界，或下列之一 / what lies below the heat",
    )
    base_map_file: Path | None = setting(
        None, folder, "pmtiles（矢量）、mbtiles（栅格）底图的文件 / its file"
    )
    base_map_url: str = setting(
        "", tile_template, "瓦片地址模板，如 /tiles/{z}/{x}/{y}.png / its tiles' address"
    )
    tianditu_key: str = setting(
        "",
        text(r"[0-9A-Za-z]{16,64}", "天地图浏览器端密钥，16–64 个字母数字"),
        "天地图浏览器端密钥 / key of the national map service",
        secret=True,
    )
    map_approval: str = setting(
        "",
        text(r"[^<>]{1,40}", "审图号，如 GS(2024)0650号，至多 40 字"),
        "审图号，写在地图角上 / approval number shown on the map",
    )
    map_attribution: str = setting(
        "",
        text(r"[^<>]{1,80}", "至多 80 字"),
        "底图来源说明；不填用底图自带的 / attribution of the base map",
    )
    alarm_webhook: str | None = setting(
        None,
        url(frozenset({"http", "https"})),
        "告警进入、解除时以 JSON 通知的地址；不填不通知 / where alarms are POSTed",
        secret=True,
    )
    log_level: str = setting(
        "info",
        choice("debug", "info", "warning", "error"),
        "日志级别 / log level",
    )
    log_format: str = setting(
        "text",
        choice("text", "json"),
        "日志写成一行一条文字，还是一行一个 JSON / lines of text or of JSON",
    )
    access_log: bool = setting(
        False, flag, "网页进程为每个请求记一行日志 / a line of log for every request"
    )

    @property
    def profile_source(self) -> str:
        """What `load_profile` takes: the path of the user's profile, else the built-in name."""
        return str(self.profile) if self.profile else self.city

    @property
    def place(self) -> str:
        """What files of the city are called by: the name of the user's profile, or the built-in."""
        return self.profile.stem if self.profile else self.city

    @property
    def grid_dir(self) -> Path:
        """The grid store 网格库 of the city, beside its ledger."""
        return self.data_dir / "grid" / self.place

    @property
    def attachment_dir(self) -> Path:
        """Where the evidence files 佐证材料 of the city's forms are kept."""
        return self.data_dir / "attachments" / self.place

    @property
    def book_dir(self) -> Path:
        """Where the signed copies 签名副本 of locked books are written."""
        return self.book_archive_dir or self.data_dir / "books"

    @property
    def font_dir(self) -> Path:
        """Where outlines of the fonts of documents are kept; may be deleted at any time."""
        return self.data_dir / "fonts"

    @property
    def key_file(self) -> Path:
        """Where the key 主密钥 of this installation is."""
        return self.secrets_file or self.data_dir / "secrets.key"

    def require_redis(self) -> str:
        """The Redis URL; raises `ConfigError` where none is configured."""
        if self.redis_url is None:
            raise ConfigError(
                "redis_url",
                None,
                "Redis 地址，如 redis://127.0.0.1:6379/0（只有 cityops demo 会内嵌 Valkey）",
            )
        return self.redis_url

    def bus_name(self, city_id: str) -> str:
        """The tag all Redis keys of this city carry: two demos of one city do not meet."""
        return self.redis_tag or city_id

    def public(self) -> dict[str, str | int | float | bool | None]:
        """The settings as they may be shown: passwords in URLs replaced by ***."""
        shown: dict[str, str | int | float | bool | None] = {}
        for name in settings_of(Config):
            value = getattr(self, name)
            shown[name] = without_password(value) if isinstance(value, str) else value
            if isinstance(value, Path):
                shown[name] = str(value)
        return shown

    def __repr__(self) -> str:
        return f"Config({', '.join(f'{k}={v!r}' for k, v in self.public().items())})"

    def environment(self) -> dict[str, str]:
        """The `CITYOPS_*` variables that make `load_config` build this very object."""
        values = {name: getattr(self, name) for name in settings_of(Config)}
        return {PREFIX + n.upper(): str(v) for n, v in values.items() if v is not None}


def load_config(
    path: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Config:
    """Build the configuration; `path` names the TOML file (then it must exist).

    Without `path`, `CITYOPS_CONFIG` or else `./cityops.toml` (if there) is read. `overrides` are
    given on a command line; None among them means "not given". Raises `ConfigError`.
    """
    env = os.environ if env is None else env
    known = settings_of(Config)
    values: dict[str, Any] = {}
    named = path or env.get(PREFIX + "CONFIG")
    file = Path(named) if named else DEFAULT_FILE
    if named or file.is_file():
        values |= _from_file(file, known)
    values |= _from_env(env, known)
    for name, raw in (overrides or {}).items():
        if raw is not None:
            values[name] = _read(known, name, raw, "命令行 / command line", Path())
    return _complete(Config(**values))


def _complete(config: Config) -> Config:
    data_dir = config.data_dir.expanduser().absolute()
    ledger_url = config.ledger_url
    if not ledger_url:
        ledger_url = f"sqlite:///{data_dir / f'{config.place}.db'}"
    elif ledger_url.startswith("postgresql:"):
        ledger_url = ledger_url.replace("postgresql:", "postgresql+psycopg:", 1)
    if config.access == "open" and config.host not in LOOPBACK:
        expected = f"监听环回地址（host = {'、'.join(sorted(LOOPBACK))}）时才能 open"
        raise ConfigError("access", config.access, expected)
    if config.redis_acks and config.redis_url and is_cluster(config.redis_url):
        raise ConfigError("redis_acks", config.redis_acks, "0：Redis 集群不支持等副本确认")
    return dataclasses.replace(
        config,
        profile=config.profile.absolute() if config.profile else None,
        forms_dir=config.forms_dir.absolute() if config.forms_dir else None,
        book_archive_dir=config.book_archive_dir.absolute() if config.book_archive_dir else None,
        secrets_file=config.secrets_file.absolute() if config.secrets_file else None,
        data_dir=data_dir,
        ledger_url=ledger_url,
    )


def _from_file(file: Path, known: Mapping[str, Setting]) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError("CITYOPS_CONFIG", str(file), f"可读的 TOML 文件（{error}）") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("CITYOPS_CONFIG", str(file), f"TOML 格式（{error}）") from error
    return {
        name: _read(known, name, raw, str(file), file.absolute().parent)
        for name, raw in table.items()
    }


def _from_env(env: Mapping[str, str], known: Mapping[str, Setting]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable in sorted(env):
        if not variable.startswith(PREFIX) or variable == PREFIX + "CONFIG":
            continue
        raw = env[variable]
        if not raw:  # empty means unset, as compose files and unit files write it
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name.endswith("_file") and name not in known:
            name = name.removesuffix("_file")
            if name in known and env.get(PREFIX + name.upper()):
                expected = f"{variable} 与 {PREFIX}{name.upper()} 只设其一"
                raise ConfigError(name, None, expected, variable)
            raw = _from_secret(variable, raw, name, known)
        values[name] = _read(known, name, raw, variable, Path())
    return values


def _secrets(known: Mapping[str, Setting]) -> str:
    return "、".join(name for name, one in known.items() if one.secret)


def _from_secret(variable: str, file: str, name: str, known: Mapping[str, Setting]) -> str:
    if name not in known or not known[name].secret:
        raise ConfigError(name, file, f"只有 {_secrets(known)} 可用 _FILE 给出", variable)
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(name, file, f"可读的密钥文件（{error}）", variable) from error


def _read(known: Mapping[str, Setting], name: str, raw: Any, where: str, base: Path) -> Any:
    """The value of one setting; relative paths are taken from `base`."""
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"，是否 {near[0]}？" if near else f"：{'、'.join(known)}"
        raise ConfigError(name, raw, f"已知的配置项{hint}", where)
    try:
        value = known[name].read(raw)
    except ValueError as error:
        shown = "***" if known[name].secret else raw
        raise ConfigError(name, shown, str(error), where) from error
    return base / value if isinstance(value, Path) else value


def without_password(value: str) -> str:
    """A URL with its password replaced by ***; other text unchanged."""
    return re.sub(r"://([^:@/]*):.*@", r"://\1:***@", value)
