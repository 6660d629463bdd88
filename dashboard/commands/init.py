"""`cityops init` 初始化: the key of the installation and its first administrator."""

from __future__ import annotations

import click

from dashboard.access.keys import KeyFileError, load_keys, make_keys
from dashboard.access.passwords import hashed
from dashboard.access.roles import Role, shown
from dashboard.commands.accessing import entry, first_password, opened, tell_password
from dashboard.commands.configured import configured
from dashboard.commands.user import user_name
from dashboard.config import Config
from dashboard.ledger.accounts import Accounts
from dashboard.ledger.audit import AuditLog


@click.command("init")
@configured("city", "profile", "data_dir")
@click.option(
    "--admin", help="首个系统管理员的用户名；不给则询问 / name of the first administrator"
)
@click.option("--password-stdin", is_flag=True, help="从标准输入读口令；不给则生成一次性口令")
def command(config: Config, admin: str | None, password_stdin: bool) -> None:
    """初始化：生成主密钥（权限 600）和首个系统管理员；已有的不动。"""
    with opened(config) as database:
        try:
            make_keys(config.key_file)
            AuditLog(database).add(entry("init", str(config.key_file)))
            click.echo(f"主密钥 {config.key_file}（权限 600，请与台账分开备份）")
        except FileExistsError:
            _check(config)
            click.echo(f"主密钥已有：{config.key_file}")
        accounts = Accounts(database)
        if any(Role.ADMIN in a.roles and a.disabled_at is None for a in accounts.list()):
            click.echo("系统管理员已有；其余账号用 cityops user add")
            return
        name = user_name(admin or click.prompt("首个系统管理员的用户名"))
        password, made = first_password(name, password_stdin)
        told = entry("account.add", name, roles=["admin"])
        accounts.add(told, "系统管理员", {Role.ADMIN}, password=hashed(password))
        tell_password(name, password, made)
        click.echo(f"{name}：{shown({Role.ADMIN})}。再建业务、复核、安全审计账号：cityops user add")


def _check(config: Config) -> None:
    try:
        load_keys(config.key_file)
    except KeyFileError as error:
        raise click.ClickException(str(error)) from error
