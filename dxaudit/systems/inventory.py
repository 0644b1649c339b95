"""The system inventory as this room compares it: one id per row, folded texts by field, names and vendor keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from dxaudit.systems.functions import FIELDS
from dxaudit.systems.names import BRACKETS, fold, parse
from dxaudit.systems.packages import package_key
from dxaudit.systems.products import is_second_name, label_stems
from dxaudit.systems.vendors import vendor_key
from dxaudit.vocabulary import load

_LISTS = ("data_held", "businesses_supported")


@dataclass(frozen=True)
class Inventory:
    """Rows of ``state.systems`` made comparable.

    Attributes
    ----------
    ids : object array of str
        The row's own id; ``#3`` (its place in the list) where it has none, ``id#3`` where another row has the same.
    texts : dict of field to list of str
        Folded text of each row by field of `dxaudit.systems.functions.FIELDS`.
    vendor : object array of str
    names : list of tuple of int
        Numbers of the row's names in ``stems``.
    stems : list of str
    package : list of str
        `dxaudit.systems.packages.package_key` of each row, "" where it has none.
    """

    ids: np.ndarray
    texts: dict[str, list[str]]
    vendor: np.ndarray
    names: list[tuple[int, ...]]
    stems: list[str]
    package: list[str]


def take_stock(systems: pd.DataFrame) -> Inventory:
    """`Inventory` of a canonical systems table."""
    name = _column(systems, "system")
    package = [own_package(*pair) for pair in zip(name, _column(systems, "package"), strict=True)]
    named = _distinct([*zip(name, package, strict=True)], lambda pair: label_stems(*pair))
    numbers: dict[str, int] = {}
    for stems in dict.fromkeys(named):
        for stem in stems:
            numbers.setdefault(stem, len(numbers))
    texts = {
        "name": _distinct([*zip(name, package, strict=True)], lambda pair: spoken_name(*pair)),
        "function": _distinct(_column(systems, "function"), fold),
        "businesses": _distinct(_column(systems, "businesses_supported"), fold),
        "purpose": _distinct(_column(systems, "purpose"), fold),
        "data": _distinct(_column(systems, "data_held"), fold),
    }
    assert set(texts) == set(FIELDS)
    return Inventory(
        ids=_ids(systems),
        texts=texts,
        vendor=np.array(_distinct(_column(systems, "vendor"), vendor_key), dtype=object),
        names=_distinct(named, lambda stems: tuple(numbers[s] for s in stems)),
        stems=list(numbers),
        package=_distinct(package, package_key),
    )


@cache
def _tools() -> frozenset[str]:
    """Names of platforms on which applications are made (kintone, Access): the tool of an application, not its name."""
    areas = load("functions").values()
    entries = [e for area in areas for code, e in area.items() if code != "label" and e.get("tool")]
    return frozenset(parse(word).stem for e in entries for word in e["products"])


@cache
def _standard_names() -> frozenset[str]:
    areas = load("functions").values()
    return frozenset(fold(e["standard"]) for area in areas for c, e in area.items() if c != "label" and "standard" in e)


def own_package(system: str, package: str) -> str:
    """The package where it names a product; ``""`` where it names only the tool that the application was made with."""
    stem = parse(package).stem
    return "" if stem in _tools() and stem not in parse(system).key else package


def spoken_name(system: str, package: str) -> str:
    """What name and package say about the function; a remark in brackets (水道) says whose it is, not what it does."""
    name = parse(system)
    named = (a for a in name.aliases if is_second_name(name.stem, a) or a in _standard_names())
    inside = " ".join(named)
    outside = BRACKETS.sub(" ", fold(system)).replace("(", " ").replace(")", " ").strip()
    return " ".join(filter(None, (outside or name.key, inside, fold(package))))


def _column(systems: pd.DataFrame, column: str) -> list[str]:
    """A column as text; ``""`` where missing, lists joined by a line break's stand-in."""
    values = systems[column].tolist()
    if column in _LISTS:
        return [" / ".join(map(str, v)) if isinstance(v, (tuple, list)) else "" for v in values]
    return [v if isinstance(v, str) else "" for v in values]


def _distinct(values: list, compute) -> list:
    """``compute`` of each value, done once per distinct value."""
    known = {value: compute(value) for value in dict.fromkeys(values)}
    return [known[value] for value in values]


def _ids(systems: pd.DataFrame) -> np.ndarray:
    written = systems["system_id"].tolist()
    found: list[str] = []
    seen: set[str] = set()
    for place, value in enumerate(written, start=1):
        own = value.strip() if isinstance(value, str) and value.strip() else ""
        name = own or f"#{place}"
        if name in seen:
            name = f"{own}#{place}"
        seen.add(name)
        found.append(name)
    return np.array(found, dtype=object)
