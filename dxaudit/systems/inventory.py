"""The system inventory as this room compares it: one id per row, folded texts by field, names and vendor keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
import pandas as pd

from dxaudit.identity import system_ids
from dxaudit.systems.cluster import Spread
from dxaudit.systems.distinct import Distinct, combined, distinct
from dxaudit.systems.functions import FIELDS, Taxonomy
from dxaudit.systems.labels import Called, is_telling, label_stems
from dxaudit.systems.mentions import mentions
from dxaudit.systems.names import Name, fold, fold_all, parse_all
from dxaudit.systems.packages import package_keys
from dxaudit.systems.standard import read_statement
from dxaudit.systems.vendors import vendors_in_brackets, vendors_in_names, vendors_of_list
from dxaudit.vocabulary import load

_BETWEEN = re.compile("[・、,/;]")
_LISTS = ("data_held", "businesses_supported")


@dataclass(frozen=True)
class Inventory:
    """Rows of ``state.systems`` made comparable.

    Attributes
    ----------
    ids : object array of str
        `dxaudit.identity.system_ids`.
    texts : dict of field to list of str
        Folded texts by field of `dxaudit.systems.functions.FIELDS`, once for all rows that say the same.
    says : int array
        For each row, which of ``texts`` it says.
    vendor : Distinct of str
    names : Distinct of Called
        Numbers of a row's names in ``stems``.
    stems : list of str
    package : Distinct of str
        `dxaudit.systems.packages.package_keys`, "" where there is none.
    """

    ids: np.ndarray
    texts: dict[str, list[str]]
    says: np.ndarray
    vendor: Distinct
    names: Distinct
    stems: list[str]
    package: Distinct

    def said(self) -> dict[str, list[str]]:
        """Folded texts of each row, by field."""
        return {field: [texts[n] for n in self.says.tolist()] for field, texts in self.texts.items()}


def take_stock(systems: pd.DataFrame, known: Taxonomy, spread: Spread) -> Inventory:
    """`Inventory` of a canonical systems table; ``spread`` does the reading of its texts."""
    system = _column(systems, "system")
    stems, spoken, package = _names(system, _column(systems, "package"), spread)

    def folded(column: str) -> Distinct:
        return _column(systems, column).remade(lambda texts: list(chain(*spread(fold_all, texts))))

    said = {
        "name": spoken,
        "function": folded("function"),
        "businesses": folded("businesses_supported"),
        "purpose": folded("purpose"),
        "data": folded("data_held"),
        "standard": _column(systems, "standardized_business").remade(_stated),
    }
    mentioned = said["purpose"].remade(lambda texts: mentions(texts, known, office_tools()))
    called, row = combined(stems.of, mentioned.of)
    number: dict[str, int] = {}
    names = [
        Called(*(tuple([number.setdefault(stem, len(number)) for stem in held]) for held in pair))
        for pair in zip(stems.rows()[row], mentioned.rows()[row], strict=True)
    ]
    says, first = combined(*(said[field].of for field in FIELDS))
    return Inventory(
        ids=np.array(system_ids(systems), dtype=object),
        texts={field: [said[field].values[n] for n in said[field].of[first].tolist()] for field in FIELDS},
        says=says,
        vendor=_vendors(_column(systems, "vendor"), system, known),
        names=Distinct(names, called),
        stems=list(number),
        package=package.remade(package_keys),
    )


def _stated(written: list[str]) -> list[str]:
    """Folded standardised businesses that cells state, as written and with short forms written out (個住・軽自)."""
    stated = [read_statement(text).business for text in written]
    parts = [_BETWEEN.split(business) for business in stated]
    keys = iter(parse_all(list(chain(*parts))))
    # As written first: 子ども・子育て支援 is one, and 就学 more than the register that it is short for.
    return [
        " / ".join(dict.fromkeys([whole, *(next(keys).key for _ in held)]))
        for whole, held in zip(fold_all(stated), parts, strict=True)
    ]


def _vendors(written: Distinct, system: Distinct, known: Taxonomy) -> Distinct:
    """Company of each row; where the cell is empty, the one that the system's name names (かんたん窓口（TKC）)."""
    listed = vendors_of_list(written.values)
    vendor = written.remade(lambda _: listed.keys)
    silent = np.array([not key for key in vendor.values], dtype=bool)[vendor.of]
    if not silent.any():
        return vendor
    asked, place = np.unique(system.of[silent], return_inverse=True)
    # Microsoft Access in a name says how the thing was made, not who sold it.
    names = fold_all([system.values[n] for n in asked.tolist()])
    named = [
        one or other
        for one, other in zip(
            vendors_in_names(names, office_tools()),
            vendors_in_brackets(names, listed, known.words),
            strict=True,
        )
    ]
    keys = vendor.values + named
    of = vendor.of.copy()
    of[silent] = len(vendor.values) + place
    return Distinct(keys, of).remade(list)


def _names(system: Distinct, package: Distinct, spread: Spread) -> tuple[Distinct, Distinct, Distinct]:
    """Each row's stems (a tuple), what its name and package say about the function, and the stem of its package."""
    names = list(chain(*spread(parse_all, system.values)))
    packages, written = parse_all(package.values), fold_all(package.values)
    # A package is none where it is only the tool that the application was made with.
    tool = [name.stem in _tools() for name in packages]
    pair, first = combined(system.of, package.of)
    called = [
        (s, None if tool[p] and packages[p].stem not in names[s].key else p)
        for s, p in zip(system.of[first].tolist(), package.of[first].tolist(), strict=True)
    ]
    own = [label_stems(name, office_tools()) for name in names]
    bought = [
        () if text in _no_package() else label_stems(name, frozenset())
        for text, name in zip(written, packages, strict=True)
    ]
    alone = [_spoken(name) for name in names]
    stems = [own[s] if p is None or not bought[p] else tuple(dict.fromkeys(own[s] + bought[p])) for s, p in called]
    # The package first: the head of a name is its own last word.
    spoken = [alone[s] if p is None else f"{written[p]} {alone[s]}".strip() for s, p in called]
    product = ["" if p is None else packages[p].stem for _, p in called]
    return Distinct(stems, pair).remade(list), Distinct(spoken, pair).remade(list), Distinct(product, pair).remade(list)


@cache
def _tools() -> frozenset[str]:
    """Names of platforms on which applications are made (kintone, Access): the tool of an application, not its name."""
    return office_tools() | _product_stems("tool")


@cache
def office_tools() -> frozenset[str]:
    """Those of them that lie on every desk (Excel): behind a name they say how the thing was made, nothing else."""
    return _product_stems("tool") & _product_stems("commodity")


def _product_stems(kind: str) -> frozenset[str]:
    areas = load("functions").values()
    entries = [e for area in areas for code, e in area.items() if code != "label" and e.get(kind)]
    return frozenset(name.stem for e in entries for name in parse_all([*e.get("products", ()), *e.get("general", ())]))


@cache
def _standard_names() -> frozenset[str]:
    areas = load("functions").values()
    return frozenset(fold(e["standard"]) for area in areas for c, e in area.items() if c != "label" and "standard" in e)


@cache
def _no_package() -> frozenset[str]:
    return frozenset(fold_all(load("names")["generic"]["no_package"]))


def _spoken(name: Name) -> str:
    """What a name says about the function; a remark in brackets (水道) says whose it is, not what it does."""
    if not name.aliases:
        return name.outside or name.key
    named = (a for a in name.aliases if a in name.quoted or is_telling(name.stem, a) or a in _standard_names())
    inside = [a for a in named if a not in _tools() or not name.outside]
    return " ".join(filter(None, (*inside, name.outside or name.key)))


def _column(systems: pd.DataFrame, column: str) -> Distinct:
    """A column's texts; ``""`` where missing, lists joined by " / "."""
    if len(systems) and not systems[column].notna().any():
        return Distinct([""], np.zeros(len(systems), dtype=np.int64))
    values = systems[column].to_numpy(dtype=object)
    if column in _LISTS:
        joined = [" / ".join(map(str, v)) if isinstance(v, (tuple, list)) else "" for v in values]
        values = np.array(joined, dtype=object)
    return distinct(np.where(pd.isna(values), "", values))
