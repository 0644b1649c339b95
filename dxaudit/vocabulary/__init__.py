"""What the product knows, as TOML beside this file, and the one loader that reads it.

``load("tables")`` gives the parsed file; ``text("report.title", "ja", name="…")`` gives a label or sentence.
Words that a reader sees live in ``labels/*.toml``, one file per subject; every entry has ``ja`` and ``en``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

LANGUAGES = ("ja", "en")


@cache
def load(name: str) -> Mapping[str, Any]:
    """The vocabulary file ``name`` (without ``.toml``), parsed; read once.

    Raises
    ------
    FileNotFoundError
        The package holds no such file.
    """
    with (files(__package__) / f"{name}.toml").open("rb") as source:
        return MappingProxyType(tomllib.load(source))


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted((files(__package__) / "labels").iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".toml"):
            continue
        subject = path.name.removesuffix(".toml")
        with path.open("rb") as source:
            _flatten(tomllib.load(source), subject, found)
    return MappingProxyType(found)


def _flatten(node: Mapping[str, Any], prefix: str, into: dict[str, Mapping[str, str]]) -> None:
    if set(node) == set(LANGUAGES):
        into[prefix] = node
        return
    for key, child in node.items():
        if not isinstance(child, Mapping):
            raise ValueError(f"labels: {prefix}.{key} must have both {' and '.join(LANGUAGES)}")
        _flatten(child, f"{prefix}.{key}", into)


def text(key: str, lang: str = "ja", **values: object) -> str:
    """The label or sentence ``key`` in ``lang``, with ``{names}`` filled from ``values``.

    ``key`` is the label file's name and the path inside it: ``text("common.perspective.business")``.

    Raises
    ------
    KeyError
        No such label, or no such language.
    """
    template = _texts()[key][lang]
    return template.format(**values) if values else template


def text_keys() -> list[str]:
    """All keys that `text` knows, sorted."""
    return sorted(_texts())


def tables() -> Mapping[str, Any]:
    """The canonical tables by name, each with its columns (see ``tables.toml``)."""
    return load("tables")


@cache
def columns(table: str) -> tuple[str, ...]:
    """The canonical column names of ``table``, in order."""
    return tuple(load("tables")[table]["columns"])


def column_label(table: str, column: str, lang: str = "ja") -> str:
    """What people call a canonical column."""
    return load("tables")[table]["columns"][column]["label"][lang]


def column_heading(table: str, column: str, lang: str = "ja") -> str:
    """What people call a canonical column, with its unit where it holds a quantity: 運用経費 (千円/年)."""
    unit = load("tables")[table]["columns"][column].get("unit")
    label = column_label(table, column, lang)
    return f"{label} ({text(f'common.column_unit.{unit}', lang)})" if unit else label


def code_label(table: str, column: str, code: str, lang: str = "ja") -> str:
    """What people call a code of a categorical column; the code itself where it is not a known one."""
    if code in ("true", "partial", "false"):
        return text(f"common.answer.{code}", lang)
    values = load("tables")[table]["columns"][column].get("values", {})
    if code not in values:
        return code
    value = values[code]
    return value[lang] if isinstance(value, Mapping) else value
