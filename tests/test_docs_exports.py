"""The page of exports: its commands parse, what it says of files is what the code does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from dashboard.cli import main
from dashboard.config import Config
from dashboard.evaluation.exports import FORMATS
from dashboard.evaluation.filekinds import CHECKS
from dashboard.evaluation.officefile import RATIO_MAX, TOTAL_MAX
from dashboard.exports.xlsxfile import SHEET_ROWS
from dashboard.ledger.caselists import LIST_TIMES
from dashboard.settings import settings_of

PAGE = (Path(__file__).parents[1] / "docs" / "exports.md").read_text("utf-8")
COMMANDS = [
    line.partition("  #")[0]
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_on_the_page_parses(line: str) -> None:
    program, *words = shlex.split(line)
    command: click.Command = main
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert program == "cityops" and found is not None, line
        command = found
    with command.make_context("cityops", words):
        pass


def test_the_page_names_every_filter_and_time() -> None:
    group = main.get_command(click.Context(main), "export")
    assert isinstance(group, click.Group)
    options = {word for one in group.commands["cases"].params for word in one.opts}
    told = set(re.findall(r"`(--[a-z]+)", PAGE)) - {"--values", "--out"}
    assert told <= options and {"--district", "--street", "--category", "--by"} <= told
    assert len(LIST_TIMES) == 6 and "可改为受理、立案、派遣、处置、结案时间" in PAGE


def test_the_page_says_the_limits_the_code_has() -> None:
    assert f"{SHEET_ROWS - 1:,} 件" in PAGE
    assert f"{TOTAL_MAX // 1_048_576} MB" in PAGE and f"{RATIO_MAX} 倍" in PAGE
    assert f"缺省每个至多 {settings_of(Config)['attachment_mb'].default} MB" in PAGE
    assert f"认：{'、'.join(CHECKS)}，" in PAGE
    assert all(f"| `{suffix}` |" in PAGE for suffix in FORMATS)
