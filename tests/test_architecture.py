"""The shape of the tree: directions of imports, sizes, and what shipped code must not contain."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("dashboard", "layouts", "callbacks", "geo")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
PURE = next(c["source_modules"] for c in CONTRACTS if "are pure" in c["name"])
SHIPPED = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
SOURCES = [*SHIPPED, *sorted((ROOT / "tests").rglob("*.py"))]
TEXTS = [
    file
    for pattern in ("*.py", "*.toml", "*.md", "*.js", "*.css", "*.yaml")
    for top in (*PACKAGES, "tests", "docs", "examples")
    for file in sorted((ROOT / top).rglob(pattern))
] + sorted([*ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile", ROOT / ".ci" / "run"])


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


# Directions of imports ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and the contracts, to be broken."""
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("assets"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_the_tree_keeps_its_contracts(copy: Path) -> None:
    status, output = lint(copy)
    assert status == 0, output


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("dashboard/novelty.py", "", "Floors"),
        ("dashboard/measures.py", "import dashboard.ledger", "Floors"),
        ("dashboard/config.py", "import dashboard.bus", "Floors"),
        ("dashboard/events.py", "import redis", "Only the bus"),
        ("dashboard/fold.py", "import time", "are pure"),
        ("dashboard/snapshot.py", "import dashboard.ledger", "Floors"),
        ("dashboard/ingest.py", "import sqlalchemy", "Only the ledger"),
        ("dashboard/ingest.py", "import redis.asyncio", "Only the bus"),
        ("dashboard/ingest.py", "import dash", "Dash stays"),
        ("dashboard/snapshot.py", "import starlette", "Only the web rooms"),
        ("layouts/widgets.py", "import dashboard.ledger", "Layouts know"),
        ("layouts/scenes/another.py", "import layouts.scenes.overview", "Scenes are strangers"),
        ("callbacks/__init__.py", "import dashboard.bus", "Callbacks are given"),
        ("geo/__init__.py", "import dashboard.terms", "geo is arithmetic"),
    ],
)
def test_each_contract_can_fail(copy: Path, file: str, line: str, broken: str) -> None:
    path = copy / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n")
    try:
        status, output = lint(copy)
    finally:
        path.write_text(before) if before is not None else path.unlink()
    assert status != 0
    assert re.search(rf"^.*{broken}.* BROKEN$", output, re.M), output


# Shape -------------------------------------------------------------------------------------------


def test_no_room_is_too_large() -> None:
    sizes = {shown(file): len(file.read_text("utf-8").splitlines()) for file in SOURCES}
    assert {name: lines for name, lines in sizes.items() if lines > 400} == {}


def test_no_room_without_a_name() -> None:
    nameless = {"utils", "helpers", "common", "misc"}
    assert [shown(file) for file in SOURCES if file.stem in nameless] == []


def test_packages_have_init_files_all_the_way_down() -> None:
    folders = {file.parent for file in SOURCES if "migrations/versions" not in str(file)}
    assert [shown(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_is_unfinished_or_switched_off() -> None:
    soft = re.compile(
        "TO" + "DO|FIX" + "ME|NotImplemented" + r"Error|mark\.(?:ski" + "p|xf" + "ail)"
    )
    found = [shown(file) for file in SOURCES if soft.search(file.read_text("utf-8"))]
    assert found == []


def test_no_path_of_a_machine_is_written_down() -> None:
    machine = re.compile("(?:^|[\\s\"'=(])/(?:wo" + "rk|ro" + "ot|ho" + "me/\\w+)/")
    assert [shown(f) for f in TEXTS if machine.search(f.read_text("utf-8"))] == []


# What shipped code must not do -------------------------------------------------------------------


def test_shipped_code_names_no_foreign_host() -> None:
    """The wall asks nothing from outside; XML namespaces and loopback are no requests, and the
    national map service is asked only by a city that configures it (`base_map = tianditu`)."""
    allowed = re.compile(
        r"https?://(?:www\.w3\.org/|schemas\.openxmlformats\.org/|\(?127\b|localhost|\{|\[)"
    )
    chosen = {
        "dashboard/basemap.py": ("https://t{s}.tianditu.gov.cn/", "https://t{n}.tianditu.gov.cn"),
    }
    scripts = [f for p in PACKAGES for e in ("*.js", "*.css") for f in (ROOT / p).rglob(e)]
    for file in [*SHIPPED, *scripts]:
        urls = re.findall(r"https?://[^\s\"'`)<>]+", file.read_text("utf-8"))
        known = chosen.get(shown(file), ())
        foreign = [url for url in urls if not allowed.match(url) and not url.startswith(known)]
        assert foreign == [], shown(file)


def calls(file: Path) -> set[str]:
    """The dotted names called in a file, e.g. `time.time`, `datetime.now`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(ast.unparse(node.func))
    return found


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_read_no_clock(module: str) -> None:
    clocks = re.compile(r"(?:^|\.)(?:now|today|utcnow)$|^time\.")
    path = ROOT / module.replace(".", "/")
    for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
        assert [name for name in calls(file) if clocks.search(name)] == [], shown(file)


def test_no_client_or_app_is_made_at_import_time() -> None:
    """Dependencies come in by argument: no connection, app or clock reading at module level."""
    makers = re.compile(
        r"(?:^|\.)(?:from_url|connect|create_engine|Redis|Dash|open|now|time|time_ns)$"
    )
    for file in SHIPPED:
        for node in ast.parse(file.read_text("utf-8")).body:
            value = getattr(node, "value", None)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and isinstance(
                value, ast.Call
            ):
                assert not makers.search(ast.unparse(value.func)), f"{shown(file)}:{node.lineno}"


def test_callbacks_are_registered_on_an_app_not_on_the_module() -> None:
    """A module-level `@dash.callback` reaches only the first app made."""
    for file in SHIPPED:
        assert "dash.callback" not in calls(file), shown(file)


@pytest.mark.parametrize("package", PACKAGES)
def test_public_functions_say_what_they_mean(package: str) -> None:
    """Modules and public functions of more than three statements have a docstring."""
    for file in sorted((ROOT / package).rglob("*.py")):
        if "migrations" in file.parts:
            continue  # Alembic's own form: upgrade() and downgrade()
        tree = ast.parse(file.read_text("utf-8"))
        assert not tree.body or ast.get_docstring(tree), shown(file)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                told = ast.get_docstring(node) or len(node.body) <= 3
                assert told, f"{shown(file)}: {node.name}"
