"""`cityops book` 年度台账册: what books there are, their history, typed values in; proof of the
chains in the ledger. Signed copies: `bookcopies`."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from dashboard.bookkeeping import Bookkeeper
from dashboard.bookroom import keeper
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.bookcopies import COMMANDS, archive_of, verify_copy
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.evaluation.book import Revision, cells_of
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.workflow import ACTIONS, STATES, Person
from dashboard.ledger import LedgerError, books
from dashboard.profile import Profile

SETTINGS = ("city", "profile", "ledger_url", "data_dir", "forms_dir")


@click.group("book", commands=COMMANDS)
def command() -> None:
    """年度台账册：列出、修订记录、导入填报值、校验、签名副本。填报与复核在桌面的“年度”页。"""


@contextmanager
def _opened(config: Config) -> Iterator[tuple[Bookkeeper, Profile]]:
    profile = load_profile(config.profile_source)
    try:
        ledger = open_ledger(config, profile, reading=True)
    except LedgerError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield keeper(ledger, profile, config.forms_dir), profile
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    finally:
        ledger.close()


@command.command("list")
@configured(*SETTINGS)
def listing(config: Config) -> None:
    """全部已打开的册。"""
    profile = load_profile(config.profile_source)
    ledger = open_ledger(config, profile, reading=True)
    found = books.books(ledger)
    keeps = keeper(ledger, profile, config.forms_dir)
    for form, year, number in found:
        book = keeps.book(form, year)
        copy = ""
        if book.state == "locked":
            there = archive_of(config, profile).path(book).exists()
            copy = f"　签名副本{'有' if there else '缺'}"
        click.echo(f"{form} {year}　{STATES[book.state]}　{number} 次修订　{book.head[:12]}{copy}")
    if not found:
        click.echo("还没有册：在桌面的“年度”页填报，或用 cityops book import")
    ledger.close()


@command.command("history")
@configured(*SETTINGS)
@click.argument("form")
@click.argument("year", type=click.IntRange(2000, 2099))
@click.option("--json", "as_json", is_flag=True, help="机读结果 / machine-readable")
def history(config: Config, form: str, year: int, as_json: bool) -> None:
    """一册的全部修订：谁、何时、改了哪些格、为什么。"""
    with _opened(config) as (keeps, profile):
        for revision in keeps.history(form, year):
            if as_json:
                told = {
                    "number": revision.number,
                    "at": revision.at,
                    "by": revision.by,
                    "name": revision.name,
                    "act": revision.act,
                    "cells": revision.cells,
                    "reason": revision.reason,
                }
                click.echo(json.dumps(told, ensure_ascii=False))
            else:
                click.echo(_line(revision, profile))


def _line(revision: Revision, profile: Profile) -> str:
    zone = ZoneInfo(profile.timezone)
    when = datetime.datetime.fromtimestamp(revision.at / 1000, zone).isoformat(" ", "seconds")
    what = (
        "修改 " + "、".join(revision.cells)
        if revision.act == "edit"
        else ACTIONS[revision.act].label
    )
    why = f"（{revision.reason}）" if revision.reason else ""
    return f"{revision.number:>4}  {when[:19]}  {revision.name}  {what}{why}"


@command.command("import")
@configured(*SETTINGS)
@click.argument("form")
@click.option(
    "--values", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
    help="填报值 manual.yaml",
)  # fmt: skip
@click.option("--who", required=True, help="填报人，记入修订")
@click.option("--reason", default="", help="说明")
def importing(config: Config, form: str, values: Path, who: str, reason: str) -> None:
    """把一份 manual.yaml 的填报值写进册；与册中不同的格才算修改。"""
    official = load_form(form, config.forms_dir)
    typed = load_values(values, official)
    person = Person(f"cli:{who}", who, frozenset({"operator"}))
    with _opened(config) as (keeps, _):
        before = keeps.book(form, typed.year)
        seen = {cell: stamp.number for cell, stamp in before.stamps.items()}
        after = keeps.save(form, typed.year, cells_of(typed), seen, person, reason)
    changed = "没有变化" if after.number == before.number else f"第 {after.number} 次修订"
    click.echo(f"{form} {typed.year}：{changed}")


@command.command("verify")
@configured(*SETTINGS, "secrets_file")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--key", default="", help="公钥，cityops book key 打印的；不给用本机主密钥的")
@click.option("--json", "as_json", is_flag=True, help="FILE 的锁定结果，机读 / the locked result")
def verifying(config: Config, file: Path | None, key: str, as_json: bool) -> None:
    """校验台账里每一册的哈希链；给了 FILE 则校验这个签名副本，不需要台账。有不符的以 1 退出。"""
    if file is not None:
        verify_copy(config, file, key, as_json)
        return
    started = time.monotonic()
    with _opened(config) as (keeps, _):
        found = keeps.verify()
    for book, wrong in found.items():
        click.echo(f"{book}　{'；'.join(wrong) or '完好'}")
    click.echo(f"{len(found)} 册，{time.monotonic() - started:.1f} 秒")
    if any(found.values()):
        raise click.exceptions.Exit(1)
