"""What is shipped: the wheel holds everything, installs alone, and works from any directory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = ("dashboard", "layouts", "callbacks", "geo")
DATA = ("dashboard/assets", "dashboard/cities", "dashboard/migrations")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the tree, as a user's `pip wheel` makes it."""
    folder = tmp_path_factory.mktemp("build")
    copied = [*PACKAGES, "pyproject.toml", "README.md"]
    subprocess.run(["cp", "-r", *(str(ROOT / name) for name in copied), str(folder)], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(folder / "out"), str(folder)], check=True, timeout=120)
    return next((folder / "out").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh venv with only our wheel; the dependencies are lent by this environment."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=120)
    python = venv / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-q", "--no-deps", str(wheel)]
    subprocess.run(command, check=True, timeout=120)
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", query], capture_output=True, text=True, check=True)
    # A plain path, last in line: our editable checkout is not lent, its finder is not on it.
    lent = Path(site.stdout.strip()) / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib") + "\n")
    return venv


def run(installed: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CITYOPS_", "PYTHON"))}
    command = [str(installed / "bin" / words[0]), *words[1:]]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120
    )


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert inside == expected
    assert all(any(name.startswith(folder) for name in inside) for folder in DATA)


def test_it_works_from_another_directory(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "geo.py").write_text("raise RuntimeError('the wrong geo')")
    shown = run(installed, "cityops", "-h", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "demo" in shown.stdout
    version = run(installed, "cityops", "--version", cwd=tmp_path)
    assert PROJECT["project"]["version"] in version.stdout


def test_the_installed_packages_are_the_wheel_s(installed: Path, tmp_path: Path) -> None:
    query = "import dashboard, layouts, callbacks, geo; print(dashboard.__file__, geo.__file__)"
    found = run(installed, "python", "-c", query, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert all(path.startswith(str(installed)) for path in found.stdout.split())


def test_doctor_finds_the_installation_complete(installed: Path, tmp_path: Path) -> None:
    report = run(installed, "cityops", "doctor", "--json", cwd=tmp_path)
    findings = {found["check"]: found for found in json.loads(report.stdout)["findings"]}
    assert findings["assets"]["level"] == "ok", findings["assets"]
    assert findings["profile"]["level"] == "ok", findings["profile"]
    assert findings["ledger"]["level"] == "ok", findings["ledger"]


def test_no_other_distribution_ships_our_packages() -> None:
    owners = packages_distributions()
    strangers = {name: set(owners.get(name, ())) - {"cityops-wall"} for name in PACKAGES}
    assert not any(strangers.values()), strangers


def test_the_versions_are_the_same_everywhere() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = PROJECT["project"]["version"]
    assert re.search(r"^## (?:未发布|" + re.escape(version) + ")", changes, re.M)


# Pins --------------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, list[str]]:
    """Package → its lines of hashes in a constraints file."""
    text = (ROOT / name).read_text("utf-8")
    blocks = re.findall(r"^([a-z0-9.-]+)==[^\n]*\n((?:    --hash=[^\n]*\n)+)", text, re.M)
    found: dict[str, list[str]] = {}
    for package, hashes in blocks:
        found.setdefault(package, []).extend(hashes.split())
    return found


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-dev.txt"])
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text and "index" not in text
    lines = [line for line in text.splitlines() if re.match(r"[a-z]", line)]
    assert len(lines) == len(re.findall(r"^[a-z0-9.-]+==\S+ .*\\$", text, re.M))
    assert all(hashes for hashes in pins(name).values())


def test_every_dependency_is_pinned() -> None:
    project = PROJECT["project"]
    build = PROJECT["dependency-groups"]["build"]
    runtime = [*project["dependencies"], *build]
    for name, wanted in {
        "constraints.txt": runtime,
        "constraints-dev.txt": [*runtime, *project["optional-dependencies"]["dev"]],
    }.items():
        named = {canonicalize_name(Requirement(line).name) for line in wanted}
        assert named <= set(pins(name)), named - set(pins(name))


def test_both_sets_of_pins_agree() -> None:
    runtime, develop = pins("constraints.txt"), pins("constraints-dev.txt")
    assert {name: develop.get(name) for name in runtime} == runtime


def test_the_pins_serve_both_architectures_and_all_pythons() -> None:
    """Binary packages carry one hash per platform and Python: at least 2 × 3 and the source."""
    for package in ("orjson", "msgspec", "pyarrow", "pandas", "sqlalchemy", "hiredis"):
        assert len(pins("constraints.txt")[package]) >= 7, package


def test_ci_runs_the_readme_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text("utf-8")
