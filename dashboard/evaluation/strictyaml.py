"""YAML read strictly into structs: whatever is wrong is named by file, path, found and expected.

Only what YAML and people agree on: text, whole numbers, decimals (kept exactly as written), true,
false, null, lists, maps. 2021-04-01 stays text, `no` stays a word, a key twice is an error.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from dashboard.evaluation.structs import fields_at, literals_at
from dashboard.settings import ConfigError

T = TypeVar("T")
MAX_BYTES = 2_000_000
DIGITS = 15
FIT = f"至多 {DIGITS} 位整数、{DIGITS} 位小数的数"
WORDS = {
    "decimal": "数",
    "int": "整数",
    "float": "数",
    "str": "文字",
    "bool": "true 或 false",
    "array": "列表",
    "object": "键值（key: value）",
    "null": "空",
    "date": "日期 YYYY-MM-DD",
}


class FormError(ConfigError):
    """A form or a file of values 表单、填报值 that cannot be used: file, path, found, expected."""

    def __init__(self, file: str, path: str, found: object, expected: str) -> None:
        super().__init__(path, found, expected, file)
        shown = "缺少 / missing" if found is None else short(found)
        self.args = (f"{file}：{path or '-'} = {shown}：应为 {expected}",)


def short(found: object) -> str:
    """A value as an error message shows it, at most 80 characters."""
    if isinstance(found, Decimal):
        return format(found, "f")
    if isinstance(found, datetime.date):
        return found.isoformat()
    text = found if isinstance(found, str) else repr(found)
    return text if len(text) <= 80 else text[:77] + "…"


class _Loader(yaml.SafeLoader):
    """A SafeLoader without YAML 1.1's surprises."""


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(0|[1-9][0-9]*)\.[0-9]+$"), list("-+0123456789")
)


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


def _whole(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)))


def _map(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if key_node.tag != "tag:yaml.org,2002:str":
            raise yaml.MarkedYAMLError(None, None, "键应为文字", key_node.start_mark)
        key = loader.construct_object(key_node)
        if key in found:
            raise yaml.MarkedYAMLError(None, None, f"键 {key} 重复", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("tag:yaml.org,2002:map", _map)


def read_yaml(text: bytes, file: str) -> Any:
    """The document as plain values; raises `FormError` with line and column."""
    if len(text) > MAX_BYTES:
        raise FormError(file, "", f"{len(text):,} 字节", f"至多 {MAX_BYTES:,} 字节")
    try:
        return yaml.load(text.decode("utf-8"), _Loader)  # nosec B506
    except UnicodeDecodeError as error:
        raise FormError(file, "", f"第 {error.start} 字节", "UTF-8 编码") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""
        raise FormError(file, place, error.problem, "YAML 格式") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FormError(file, "", str(error), "YAML 格式") from error


def read_file(file: Path, kind: type[T]) -> T:
    """A YAML file as a struct."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise FormError(str(file), "", error.strerror, "可读的文件") from error
    return convert(read_yaml(text, str(file)), kind, str(file))


def convert(data: Any, kind: type[T], file: str) -> T:
    """Plain values as a struct; raises `FormError` that names what is wrong and where."""
    try:
        found = msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _told(data, kind, file, str(error)) from error
    for path, number in unfit(found):
        raise FormError(file, path, str(number), FIT)
    return found


def unfit(found: Any) -> Iterator[tuple[str, Decimal]]:
    """Path and value of decimals nobody can mean: NaN, infinity, thousands of digits."""
    for path, number in _decimals(found, ""):
        if not (number.is_finite() and number.adjusted() < DIGITS and _exponent(number) >= -DIGITS):
            yield path, number


def _decimals(found: Any, path: str) -> Iterator[tuple[str, Decimal]]:
    """Every decimal below a converted value with its path."""
    if isinstance(found, Decimal):
        yield path, found
    elif isinstance(found, msgspec.Struct):
        for name in found.__struct_fields__:
            yield from _decimals(getattr(found, name), f"{path}.{name}".lstrip("."))
    elif isinstance(found, dict):
        for key, value in found.items():
            yield from _decimals(value, f"{path}.{key}".lstrip("."))
    elif isinstance(found, tuple | list):
        for index, value in enumerate(found):
            yield from _decimals(value, f"{path}[{index}]")


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<key>key in )?\$?(?P<path>.*)`)?$", re.DOTALL)


def _told(data: Any, kind: type[Any], file: str, message: str) -> FormError:
    match = _AT.match(message)
    assert match is not None
    what, path = match["what"], (match["path"] or "").lstrip(".")
    path = _spelled(data, kind, path, what)
    found = value_at(data, path)
    if field := re.match(r"Object (missing required|contains unknown) field `([^`]+)`", what):
        inner = f"{path}.{field[2]}".lstrip(".")
        known = fields_at(kind, data, path)
        if field[1] == "missing required":
            return FormError(file, inner, None, known.get(field[2], "必填项"))
        near = difflib.get_close_matches(field[2], known, n=1)
        hint = f"是否 {near[0]}？" if near else "、".join(known)
        return FormError(file, inner, value_at(data, inner), f"已知的键：{hint}")
    if what.startswith("Invalid"):
        words = literals_at(kind, data, path)
        return FormError(file, path, found, "、".join(words) + " 之一" if words else "数")
    return FormError(file, path, found, _expected(what))


def _expected(what: str) -> str:
    if match := re.match(r"Expected `([^`]+)`, got", what):
        return " 或 ".join(WORDS.get(word, word) for word in match[1].split(" | "))
    if match := re.match(r"Expected `str` matching regex '(.*)'", what):
        return f"符合 {match[1]} 的文字"
    if match := re.match(r"Expected `(str|array)` of length >= 1", what):
        return {"str": "不为空的文字", "array": "至少一项的列表"}[match[1]]
    return what.removeprefix("Expected ")


def value_at(data: Any, path: str) -> Any:
    """The value at `a.b[2].c`; None where there is none."""
    for token in re.findall(r"[^.\[\]]+", path):
        if isinstance(data, list) and token.isdigit() and int(token) < len(data):
            data = data[int(token)]
        elif isinstance(data, dict):
            data = data.get(token)
        else:
            return None
    return data


def _spelled(data: Any, kind: type[Any], path: str, what: str) -> str:
    """The path with the map keys msgspec leaves out: `values[...].share` → `values.a.share`."""
    while "[...]" in path:
        before, after = path.split("[...]", 1)
        table = value_at(data, before)
        fails = _fails_with(data, kind, before, what)
        key = next((k for k in table if fails(k)), None) if isinstance(table, dict) else None
        if key is None:
            return path
        path = f"{before}.{key}{after}"
    return path


def _fails_with(data: Any, kind: type[Any], before: str, what: str) -> Callable[[str], bool]:
    """Whether the document with only one key of the map at `before` fails in the same way."""

    def only(value: Any, tokens: list[str], key: str) -> Any:
        if not tokens:
            return {key: value[key]}
        head, rest = tokens[0], tokens[1:]
        if isinstance(value, list):
            return [only(v, rest, key) if str(i) == head else v for i, v in enumerate(value)]
        return {k: only(v, rest, key) if k == head else v for k, v in value.items()}

    def fails(key: str) -> bool:
        try:
            msgspec.convert(only(data, re.findall(r"[^.\[\]]+", before), key), kind)
        except msgspec.ValidationError as error:
            return str(error).startswith(what)
        return False

    return fails
