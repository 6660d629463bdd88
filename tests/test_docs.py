"""Documents that cannot rot: settings, commands, events, indicators and paths are checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.cases import FIELDS, FUTURE_FIELDS, STEPS
from dashboard.cli import COMMANDS
from dashboard.commands.grid import command as grid_command
from dashboard.commands.platform import command as platform_command
from dashboard.config import Config, load_config
from dashboard.eventkinds import OtherEvent, read_event
from dashboard.events import MAX_BYTES, Rejected, decode
from dashboard.heat.keys import MEASURES as HEAT_MEASURES
from dashboard.heat.keys import WINDOWS
from dashboard.indicators import page
from dashboard.measures import MEASURES
from dashboard.settings import settings_of
from dashboard.uptime.records import FIELDS as PLATFORM_FIELDS
from dashboard.uptime.records import KINDS as PLATFORM_KINDS
from geo.findings import TRAPS
from geo.reading import FORMATS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOW = 1_795_300_000_000  # 2026-11-22 in Shanghai
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(page_name: str, kind: str) -> list[str]:
    """The lines of all fenced blocks whose info string is exactly `kind`."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", text_of(page_name), re.DOTALL | re.MULTILINE)
    return [line for block in found for line in block.splitlines()]


# Settings ----------------------------------------------------------------------------------------


def written(default: object) -> str:
    """A default as the table shows it."""
    if default is None or default == "":
        return "—"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


@pytest.mark.parametrize("name", settings_of(Config))
def test_every_setting_has_its_row_with_its_default(name: str) -> None:
    shown = written(settings_of(Config)[name].default)
    start = f"| `{name}` | `CITYOPS_{name.upper()}` | {shown} |"
    rows = text_of("docs/configuration.md").splitlines()
    assert [row for row in rows if row.startswith(start)], start


def test_no_row_for_a_setting_that_is_gone() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| `CITYOPS_", text_of("docs/configuration.md"), re.M)
    assert rows == list(settings_of(Config))


def test_the_example_file_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "cityops.toml"
    file.write_text("\n".join(blocks("docs/configuration.md", "toml")), "utf-8")
    assert load_config(file, {}).web_workers == 4


# Events ------------------------------------------------------------------------------------------


def test_the_examples_of_the_contract_are_accepted() -> None:
    lines = blocks("docs/events.md", "jsonl")
    events = [decode(line.encode(), NOW) for line in lines]
    assert len(events) == 11
    assert {event.case for event in events} == {"410105-20261121-0001", "ny-77"}


@pytest.mark.parametrize("line", blocks("docs/events.md", "jsonl rejected"))
def test_the_counter_examples_are_rejected(line: str) -> None:
    with pytest.raises(Rejected):
        decode(line.encode(), NOW)


def test_the_examples_of_the_platform_are_accepted() -> None:
    events = [read_event(line.encode(), NOW) for line in blocks("docs/events.md", "jsonl platform")]
    assert all(isinstance(event, OtherEvent) for event in events)
    kinds = {event.kind for event in events if isinstance(event, OtherEvent)}
    assert kinds == {"probe", *PLATFORM_KINDS}
    told = text_of("docs/events.md")
    for fields in PLATFORM_FIELDS.values():
        assert [name for name in fields if f"`{name}`" not in told and name != "made_at"] == [
            "void"
        ]


@pytest.mark.parametrize("line", blocks("docs/events.md", "jsonl platform rejected"))
def test_the_counter_examples_of_the_platform_are_rejected(line: str) -> None:
    with pytest.raises(Rejected):
        read_event(line.encode(), NOW)


def test_the_contract_lists_every_step_with_the_fields_it_writes_and_clears() -> None:
    rows = {
        cells[1].strip(" `"): (cells[3], cells[4])
        for cells in (line.split("|") for line in text_of("docs/events.md").splitlines())
        if len(cells) == 6
    }
    for step, fields in STEPS.items():
        written = {FIELDS[index] for index, to_at in fields if to_at}
        cleared = {FIELDS[index] for index, to_at in fields if not to_at}
        told = tuple(set(re.findall(r"`(\w+_at)`", cell)) for cell in rows[step])
        assert told == (written, cleared), step


def test_the_contract_names_every_field_and_the_size_limit() -> None:
    contract = text_of("docs/events.md")
    assert [name for name in FIELDS if f"`{name}`" not in contract] == []
    assert {"deadline"} < FUTURE_FIELDS and f"{MAX_BYTES:,} 字节" in contract


# Grid --------------------------------------------------------------------------------------------


def test_every_trap_of_an_import_has_its_row() -> None:
    rows = [line for line in text_of("docs/grid.md").splitlines() if line.startswith("| `")]
    for id, trap in TRAPS.items():
        assert f"| `{id}` | {trap.title} | {trap.how} | {trap.accept or '不可接受'} |" in rows


def test_every_format_base_map_measure_and_command_of_the_grid_is_named() -> None:
    text = text_of("docs/grid.md")
    bases = ("boundaries", "pmtiles", "mbtiles", "url", "tianditu")
    for one in (*FORMATS, *HEAT_MEASURES, *WINDOWS, *bases):
        assert f"`{one}`" in text, one
    assert [name for name in grid_command.commands if f"`cityops grid {name}" not in text] == []


def test_every_platform_command_is_shown() -> None:
    text = text_of("docs/platform.md")
    assert [n for n in platform_command.commands if f"cityops platform {n}" not in text] == []


# Indicators, commands, links ---------------------------------------------------------------------


def test_the_page_of_indicators_is_current() -> None:
    assert text_of("docs/indicators.md") == page(MEASURES.values()), "run: make docs"


def test_the_readme_names_every_command() -> None:
    rows = re.findall(r"^\| `cityops ([a-z]+)", text_of("README.md"), re.M)
    assert set(COMMANDS) <= set(rows), set(COMMANDS) - set(rows)
    assert set(rows) <= set(COMMANDS), set(rows) - set(COMMANDS)


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_make_targets_named_in_documents_exist() -> None:
    known = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.M))
    for document in PAGES:
        named = set(re.findall(r"`make ([a-z]+)", document.read_text("utf-8")))
        assert named <= known, (document.name, named - known)


# "To add X, touch these places" ------------------------------------------------------------------


def recipes() -> dict[str, list[str]]:
    """CONTRIBUTING: heading `### 加…` → the paths in its numbered list."""
    sections = re.split(r"^### ", text_of("CONTRIBUTING.md"), flags=re.M)[1:]
    return {
        section.splitlines()[0]: re.findall(r"^\d+\. `([^`]+)`", section, re.M)
        for section in sections
        if section.startswith("加")
    }


def test_each_kind_of_addition_touches_at_most_four_places() -> None:
    assert len(recipes()) >= 5
    for what, places in recipes().items():
        assert 1 <= len(places) <= 4, what


@pytest.mark.parametrize("what", recipes())
def test_the_places_to_touch_exist(what: str) -> None:
    for place in recipes()[what]:
        found = list(ROOT.glob(re.sub(r"<\w+>", "*", place)))
        assert found, place
