"""`cityops book export-signed | key | restore`, and `verify FILE` 签名副本: without the ledger."""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from dashboard.access.keys import KeyFileError, load_keys
from dashboard.bookarchive import BookArchive, put_back, read_file
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.accessing import entry
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.evaluation.result import Result, encode
from dashboard.evaluation.signedcopy import CopyError, SignedCopy
from dashboard.ledger import LedgerError
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.profile import Profile

SETTINGS: Final = ("city", "profile", "ledger_url", "data_dir", "forms_dir", "secrets_file")
ZONE: Final = ZoneInfo("Asia/Shanghai")
trusted_key = click.option(
    "--key", default="", help="公钥，cityops book key 打印的；不给用本机主密钥的"
)


def archive_of(config: Config, profile: Profile) -> BookArchive:
    """The archive of the configured city."""
    return BookArchive(
        config.book_dir,
        profile.id,
        config.forms_dir,
        lambda: load_keys(config.key_file),
        lambda: time.time_ns() // 1_000_000,
    )


def _believed(config: Config, file: Path, key: str) -> SignedCopy:
    """A copy that is as it was signed by `key`, or by this machine's. Raises `ClickException`."""
    try:
        return read_file(file, key.lower() or _own_key(config))
    except CopyError as error:
        raise click.ClickException(str(error)) from error


def _own_key(config: Config) -> str:
    try:
        return BookArchive(Path(), "", None, lambda: load_keys(config.key_file), lambda: 0).key
    except KeyFileError as error:
        text = f"不知道该信哪把钥匙：{error}；或用 --key 给出公钥（当初用 cityops book key 抄下的）"
        raise click.ClickException(text) from error


def verify_copy(config: Config, file: Path, key: str, as_json: bool) -> None:
    """Prints what a copy proves. Raises `ClickException` for one that proves nothing."""
    copy = _believed(config, file, key)
    result = copy.result
    if as_json:
        click.echo(encode(result).decode())
        return
    told = copy.statement
    when = datetime.datetime.fromtimestamp(told.locked_at / 1000, ZONE)
    click.echo(f"{result.title}　{result.city} {told.year}　第 {told.number} 次修订　{told.head}")
    click.echo(f"{when:%Y-%m-%d %H:%M:%S} 由 {told.locked_by} 锁定")
    for line in _figures(result):
        click.echo(line)
    for name, digest in told.attachments.items():
        click.echo(f"佐证 {name}　SHA-256 {digest}")
    sizes = f"{len(told.revisions)} 次修订的哈希链、{len(told.items) - 1} 项指标"
    click.echo(f"完好：签名、{sizes}都相符")


def _figures(result: Result) -> list[str]:
    """The totals and every item, as they were locked."""
    total = result.total
    whole = "—" if total.score is None else total.score
    out = [f"总分 {whole} / {total.weight}　{total.grade}"]
    for item in result.items:
        score = "—" if item.final is None else item.final
        out.append(f"  {item.id}　{item.name}　{item.actual.text or '—'}　得分 {score}")
    return out


@click.command("export-signed")
@configured(*SETTINGS)
@click.argument("form")
@click.argument("year", type=click.IntRange(2000, 2099))
def export_signed(config: Config, form: str, year: int) -> None:
    """写出一册（须已锁定）的签名副本；锁定时已自动写过一次，已有的不动。"""
    profile = load_profile(config.profile_source)
    try:
        ledger = open_ledger(config, profile, reading=True)
        place = archive_of(config, profile).write(ledger, form, year)
        ledger.close()
    except (CopyError, KeyFileError, LedgerError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{place}　校验：cityops book verify {place}")


@click.command("key")
@configured("data_dir", "secrets_file")
def key(config: Config) -> None:
    """打印验签的公钥：抄到系统之外，别的机器凭它校验副本，主密钥换过之后也凭它。"""
    click.echo(_own_key(config))


@click.command("restore")
@configured(*SETTINGS)
@click.argument("file", type=click.Path(path_type=Path))
@trusted_key
def restore(config: Config, file: Path, key: str) -> None:
    """先校验，再把副本里的册放回台账；台账里已有而不同的，拒绝，什么也不改。"""
    copy = _believed(config, file, key)
    profile = load_profile(config.profile_source)
    if copy.statement.city != profile.id:
        text = f"{file} 是 {copy.statement.city} 的册，当前城市是 {profile.id}"
        raise click.ClickException(text)
    try:
        ledger = open_ledger(config, profile, reading=True)
        added = put_back(ledger, copy)
        ledger.close()
        told = entry("book.restore", copy.book.id, file=file.name, revisions=added)
        AuditLog(Database(config.ledger_url)).add(told)
    except (CopyError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{copy.book.id}：放回 {added} 次修订，第 {copy.statement.number} 次为止")


COMMANDS: Final = (export_signed, key, restore)
