"""Forms and typed values from files: those of the package, those of the user's folder before them.

A form's file is `<id>.yaml`. Raises `FormError`, which names file, path, found and expected.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import msgspec.json

from dashboard.evaluation.form import Form
from dashboard.evaluation.sourcecheck import check_sources
from dashboard.evaluation.strictyaml import FormError, convert, read_file, read_yaml
from dashboard.evaluation.validation import check_form
from dashboard.evaluation.valuecheck import check_values
from dashboard.evaluation.values import Values
from dashboard.formula import Measure
from dashboard.measures import MEASURES
from dashboard.reckoning import BY

PACKAGE: Final = Path(__file__).parent / "forms"


def form_files(folder: Path | None = None) -> dict[str, Path]:
    """Form id → its file, sorted; a form of the user's folder replaces the package's."""
    found = {file.stem: file for file in PACKAGE.glob("*.yaml")}
    if folder is not None:
        if not folder.is_dir():
            raise FormError(str(folder), "forms_dir", "没有此目录", "放表单 *.yaml 的目录")
        found |= {file.stem: file for file in folder.glob("*.yaml")}
    return dict(sorted(found.items()))


def load_form(
    id: str, folder: Path | None = None, measures: Mapping[str, Measure] = MEASURES
) -> Form:
    """The form of this id, checked as a whole; `id` may also be the path of a YAML file."""
    if id.endswith(".yaml"):
        return read_form(Path(id), measures)
    files = form_files(folder)
    if id not in files:
        near = difflib.get_close_matches(id, files, n=1)
        hint = f"是否 {near[0]}？" if near else "、".join(files)
        raise FormError("表单 / form", "id", id, hint)
    return read_form(files[id], measures)


def read_form(file: Path, measures: Mapping[str, Measure] = MEASURES) -> Form:
    """One form file, checked as a whole."""
    form = read_file(file, Form)
    if form.id != file.stem:
        raise FormError(str(file), "id", form.id, f"与文件名一致：{file.stem}")
    return checked(form, str(file), measures)


def form_of(text: bytes, file: str, measures: Mapping[str, Measure] = MEASURES) -> Form:
    """A form from its text, checked as a whole."""
    return checked(convert(read_yaml(text, file), Form, file), file, measures)


def checked(form: Form, file: str, measures: Mapping[str, Measure] = MEASURES) -> Form:
    """The form itself when nothing in it contradicts anything else."""
    check_form(form, file)
    check_sources(form, file, measures, BY)
    return form


def load_values(file: Path, form: Form) -> Values:
    """The typed values of a file, checked against the form they are for."""
    values = read_file(file, Values)
    check_values(values, form, str(file))
    return values


def schema() -> dict[str, Any]:
    """The JSON Schema the loader enforces for forms; `$defs` holds that of typed values, too."""
    (form, _), components = msgspec.json.schema_components(
        (Form, Values), ref_template="#/$defs/{name}"
    )
    whole = {"title": "cityops 表单", **form, "$defs": components}
    numbers: dict[str, Any] = _with_numbers(whole)
    return numbers


def _with_numbers(node: Any) -> Any:
    """Decimals as the loader takes them: a YAML number, or one in quotes."""
    if isinstance(node, list):
        return [_with_numbers(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "decimal":
        kept = {key: value for key, value in node.items() if key != "format"}
        return {**kept, "type": ["number", "string"], "pattern": r"^-?\d{1,15}(\.\d{1,15})?$"}
    return {key: _with_numbers(value) for key, value in node.items()}
