"""docs/import.md cannot rot: its mapping is a mapping, it tells every key and option there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from dashboard.commands.importing import cases
from dashboard.commands.push import command as push
from dashboard.sources import mapping as module
from dashboard.sources.mapping import read_mapping
from dashboard.sources.sections import Section

PAGE = Path(__file__).parents[3].joinpath("docs", "import.md").read_text("utf-8")
EXAMPLE = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]


def test_the_mapping_of_the_page_is_accepted() -> None:
    mapping = read_mapping(tomllib.loads(EXAMPLE))
    assert mapping.steps["cancel"].when == (("状态", frozenset({"作废", "撤销"})),)


def test_every_key_of_a_mapping_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    get = Section._get

    def noting(self: Section, key: str) -> object:
        asked.add(key)
        return get(self, key)

    monkeypatch.setattr(Section, "_get", noting)
    table = tomllib.loads(EXAMPLE)
    table["case"]["rev"] = "版本"
    table["fields"]["channel"] |= {"default": "other", "unknown": "default"}
    read_mapping(table)
    words = set(re.findall(r"[a-z_]+", PAGE))
    assert asked & set(table["fields"]) <= words
    assert {key for key in asked if key.isascii()} <= words


def test_every_choice_is_told() -> None:
    for choices in (module.UNKNOWN, module.EMPTY, module.DATUMS, module.AMBIGUOUS):
        assert [word for word in choices if not re.search(rf"\b{word}\b", PAGE)] == []


@pytest.mark.parametrize("command", [cases, push], ids=["import cases", "push"])
def test_every_option_of_the_commands_is_told(command: click.Command) -> None:
    common = {"city", "profile", "ledger_url", "redis_url", "data_dir", "config"}
    options = [o for o in command.params if isinstance(o, click.Option) and o.name not in common]
    untold = [o.opts[0] for o in options if not re.search(rf"{o.opts[0]}\b", PAGE)]
    assert [word for word in untold if word != "--once"] == []
