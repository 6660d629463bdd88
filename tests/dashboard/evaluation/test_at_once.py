"""Two people open the yearly form at the same moment, the first to do so since the start."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import dashboard

FIRST_AT_ONCE: Final = """
import sys, threading
from dashboard.evaluation import loading
from dashboard.evaluation.strictyaml import read_yaml, convert
from dashboard.evaluation.form import Form
from dashboard.evaluation.values import Values

said = read_yaml((loading.PACKAGE / "nanyang-2021.yaml").read_bytes(), "form")
sys.setswitchinterval(1e-6)
line, read = threading.Barrier(4), []

def go():
    line.wait()
    read.append(convert(said, Form, "form").id)
    convert({"form": "nanyang-2021", "year": 2021, "values": {}}, Values, "values")

threads = [threading.Thread(target=go) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
print(*read)
"""
RUNS: Final = 3


def test_reading_a_form_for_the_first_time_in_several_threads() -> None:
    """Without `rules.prepare` nearly every run ends in a segmentation fault."""
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-c", FIRST_AT_ONCE], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert done.stdout.split() == ["nanyang-2021"] * 4


def test_no_struct_is_taken_apart_only_when_it_is_read() -> None:
    """`decode(…, type=Struct)` prepares it in whichever thread comes first; a `Decoder` made while
    the module is imported does not. `convert` is for the kinds that `rules.prepare` was told."""
    folder = Path(dashboard.__file__).parent
    found = {
        f"{file.relative_to(folder)}:{call.lineno}"
        for file in folder.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and _lazy(call)
    }
    allowed = ("evaluation/strictyaml.py:", "evaluation/book.py:")
    assert {one for one in found if not one.startswith(allowed)} == set()
    assert found, "the two that are allowed are found, so this looks where it should"


def _lazy(call: ast.Call) -> bool:
    words = ast.unparse(call.func)
    if words == "msgspec.convert":
        return True
    typed = any(word.arg == "type" for word in call.keywords)
    return words in {"msgspec.json.decode", "msgspec.msgpack.decode"} and typed
