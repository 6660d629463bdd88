"""What a struct expects at a path 应有的键与取值, for error messages that say so."""

from __future__ import annotations

import re
from typing import Any

from msgspec import inspect


def fields_at(kind: type[Any], data: Any, path: str) -> dict[str, str]:
    """Field name → what it takes, of the struct at `path` in the data; {} where there is none."""
    found = _type_at(kind, data, path)
    if not isinstance(found, inspect.StructType):
        return {}
    names = {field.encode_name: _told(field.type) for field in found.fields}
    return {found.tag_field: _told_tag(found), **names} if found.tag_field else names


def literals_at(kind: type[Any], data: Any, path: str) -> list[str]:
    """The words allowed at `path`; [] where any text is."""
    head, _, last = path.rpartition(".")
    union = _node(kind, data, head)
    tags = [
        str(one.tag) for one in _options(union) if isinstance(one, inspect.StructType) and one.tag
    ]
    if tags and any(
        isinstance(one, inspect.StructType) and one.tag_field == last for one in _options(union)
    ):
        return tags
    return [
        str(value)
        for one in _options(_node(kind, data, path))
        if isinstance(one, inspect.LiteralType)
        for value in one.values
    ]


def _told(kind: inspect.Type) -> str:
    for one in _options(kind):
        if isinstance(one, inspect.LiteralType):
            return "、".join(str(value) for value in one.values) + " 之一"
    name = type(_options(kind)[0]).__name__
    words = {
        "StrType": "必填的文字",
        "DecimalType": "必填的数",
        "IntType": "必填的整数",
        "VarTupleType": "必填的列表",
        "StructType": "必填的一组键值",
    }
    return words.get(name, "必填项")


def _told_tag(kind: inspect.StructType) -> str:
    return f"{kind.tag}"


def _options(kind: inspect.Type | None) -> list[inspect.Type]:
    """The members of a union, null left out; the type itself otherwise."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        return [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    return [] if kind is None else [kind]


def _type_at(kind: type[Any], data: Any, path: str) -> inspect.Type | None:
    node = _node(kind, data, path)
    here = data
    for token in _tokens(path):
        here = _step(here, token)
    return _chosen(node, here)


def _node(kind: type[Any], data: Any, path: str) -> inspect.Type | None:
    """The type at `path`, unions along the way resolved by the data's tags."""
    node: inspect.Type | None = inspect.type_info(kind)
    for token in _tokens(path):
        node = _down(_chosen(node, data), token)
        data = _step(data, token)
    return node


def _tokens(path: str) -> list[str]:
    return re.findall(r"[^.\[\]]+", path)


def _step(data: Any, token: str) -> Any:
    if isinstance(data, list):
        return data[int(token)] if token.isdigit() and int(token) < len(data) else None
    return data.get(token) if isinstance(data, dict) else None


def _chosen(node: inspect.Type | None, data: Any) -> inspect.Type | None:
    options = _options(node)
    for one in options:
        if not (isinstance(one, inspect.StructType) and isinstance(data, dict) and one.tag_field):
            continue
        if data.get(one.tag_field) == one.tag:
            return one
    return options[0] if options else None


def _down(node: inspect.Type | None, token: str) -> inspect.Type | None:
    if isinstance(node, inspect.StructType):
        return next((f.type for f in node.fields if f.encode_name == token), None)
    if isinstance(node, inspect.VarTupleType | inspect.ListType):
        return node.item_type
    return node.value_type if isinstance(node, inspect.DictType) else None
