"""`cityops user` 账号: add, list, change, lock out. Passwords never stand on a command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from dashboard.access.passwords import hashed
from dashboard.access.roles import read_roles, shown
from dashboard.city import load_profile
from dashboard.commands.accessing import entry, first_password, opened, tell_password
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.ledger.accounts import Account, Accounts
from dashboard.signing import USER


@click.group("user")
def command() -> None:
    """账号：新增、列出、改口令、改角色、停用 / local users."""


def user_name(text: str) -> str:
    """A user's name in its usual form. Raises click.ClickException."""
    name = text.strip().lower()
    if not USER.fullmatch(name):
        expected = "小写字母开头，2–32 个小写字母、数字、点、横线"
        raise click.ClickException(f"用户名 {text!r}：应为{expected}")
    return name


def _areas(config: Config, text: str) -> frozenset[str]:
    """District codes 区 of the city. Raises click.ClickException."""
    codes = frozenset(word.strip() for word in text.split(",") if word.strip())
    known = {area.code: area.name for area in load_profile(config.profile_source).districts}
    if unknown := sorted(codes - known.keys()):
        there = "、".join(f"{code} {name}" for code, name in known.items())
        raise click.ClickException(f"没有区 {'、'.join(unknown)}；本市有：{there}")
    return codes


@command.command("add")
@configured("city", "profile", "data_dir")
@click.argument("user")
@click.option("--name", default="", help="姓名 / shown name")
@click.option(
    "--roles", required=True, help="viewer、operator、reviewer（可兼），或 admin，或 auditor"
)
@click.option("--areas", default="", help="管辖的区，代码，逗号隔开；不给为全市 / district codes")
@click.option("--external", is_flag=True, help="没有本地口令，只由统一认证或可信代理登录")
@click.option("--password-stdin", is_flag=True, help="从标准输入读口令；不给则生成一次性口令")
def add(
    config: Config,
    user: str,
    name: str,
    roles: str,
    areas: str,
    external: bool,
    password_stdin: bool,
) -> None:
    """新增账号，给出一次性口令。"""
    user, districts = user_name(user), _areas(config, areas)
    with opened(config) as database:
        wanted = read_roles(roles.split(","))
        told = entry("account.add", user, roles=sorted(wanted), areas=sorted(districts))
        accounts = Accounts(database)
        if external:
            accounts.add(told, name or user, wanted, districts)
        else:
            password, made = first_password(user, password_stdin)
            accounts.add(told, name or user, wanted, districts, hashed(password))
            tell_password(user, password, made)
        click.echo(f"已建 {user}：{shown(wanted)}，{'、'.join(sorted(districts)) or '全市'}")


@command.command("list")
@configured("city", "profile", "data_dir")
def list_(config: Config) -> None:
    """列出账号。"""
    with opened(config) as database:
        for account in Accounts(database).list():
            click.echo("\t".join(_row(account)))


def _row(account: Account) -> list[str]:
    state = "停用" if account.disabled_at else "须改口令" if account.must_change else "正常"
    factor = "动态口令" if account.totp_word else "—"
    areas = "、".join(sorted(account.areas)) or "全市"
    return [
        account.user, account.name, shown(account.roles), areas, state, factor,
        _time(account.last_at),
    ]  # fmt: skip


def _time(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000).strftime("%Y-%m-%d %H:%M") if at else "从未登录"


@command.command("passwd")
@configured("city", "profile", "data_dir")
@click.argument("user")
@click.option("--password-stdin", is_flag=True, help="从标准输入读口令；不给则生成一次性口令")
@click.option("--totp-off", is_flag=True, help="同时停用动态口令（手机丢了）")
def passwd(config: Config, user: str, password_stdin: bool, totp_off: bool) -> None:
    """重设口令：已登录的全部退出，下次登录须更改。"""
    user = user_name(user)
    with opened(config) as database:
        accounts = Accounts(database)
        password, made = first_password(user, password_stdin)
        accounts.set_password(entry("password", user), hashed(password), must_change=True)
        if totp_off:
            accounts.set_totp(entry("totp.off", user), "")
        tell_password(user, password, made)


@command.command("roles")
@configured("city", "profile", "data_dir")
@click.argument("user")
@click.option("--roles", help="新的角色，整个替换")
@click.option("--areas", help="新的管辖区，整个替换；空字符串为全市")
def roles(config: Config, user: str, roles: str | None, areas: str | None) -> None:
    """改角色与管辖范围，立即生效。"""
    user = user_name(user)
    with opened(config) as database:
        values: dict[str, Any] = {}
        if roles is not None:
            values["roles"] = read_roles(roles.split(","))
        if areas is not None:
            values["areas"] = _areas(config, areas)
        if not values:
            raise click.ClickException("要改什么：--roles 或 --areas")
        told = {key: sorted(value) for key, value in values.items()}
        Accounts(database).change(entry("account.change", user, **told), **values)
        click.echo(f"已改 {user}")


@command.command("disable")
@configured("city", "profile", "data_dir")
@click.argument("user")
def disable(config: Config, user: str) -> None:
    """停用账号，立即退出。"""
    with opened(config) as database:
        Accounts(database).disable(entry("account.disable", user_name(user)))
        click.echo(f"已停用 {user}")


@command.command("enable")
@configured("city", "profile", "data_dir")
@click.argument("user")
def enable(config: Config, user: str) -> None:
    """恢复停用的账号。"""
    with opened(config) as database:
        Accounts(database).enable(entry("account.enable", user_name(user)))
        click.echo(f"已恢复 {user}")
