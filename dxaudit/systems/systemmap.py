"""The systems of one municipality (or of many): what each does, which are the same, which do the same job."""

from __future__ import annotations

from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.state import CurrentState
from dxaudit.systems import pairs as pairing
from dxaudit.systems.functions import Taxonomy, classify, taxonomy
from dxaudit.systems.graph import system_graph
from dxaudit.systems.inventory import Inventory, take_stock
from dxaudit.systems.products import Products, compare, take_apart
from dxaudit.vocabulary import load, text

PAIR_COLUMNS = ("system_a", "system_b", "kind", "confidence", "evidence")
GROUP_COLUMNS = ("group", "kind", "system_id", "confidence")


@dataclass(frozen=True)
class SystemMap:
    """What is known about a list of systems. A value: made by `map_systems`, changed by nobody.

    Attributes
    ----------
    systems : DataFrame
        One row per system, in the order of the inventory: system_id, system, owner_department, vendor_key,
        function (code, "" where open), function_label, area, area_label, confidence, margin, second, words, product.
    state : CurrentState
        What it was made from.
    """

    systems: pd.DataFrame
    state: CurrentState
    taxonomy: Taxonomy
    inventory: Inventory
    products: Products
    core: np.ndarray
    members: sparse.csr_matrix
    _memory: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def pairs(self) -> pd.DataFrame:
        """Every candidate pair: system_a, system_b, kind (same_product, same_function), confidence, evidence.

        A pair is one product, or two products of one function; 0.5 and more is a claim, 0.3 and more is to be
        reviewed, less is kept only so that a person can see what was weighed.

        Raises
        ------
        DxauditError
            More pairs than anyone can read (`pairs.LARGEST`): use `groups`.
        """
        return self._once("pairs", lambda: _pairs(self))

    def groups(self) -> pd.DataFrame:
        """Row → group: group, kind, system_id, confidence. Works at any size."""
        return self._once("groups", lambda: _groups(self))

    @property
    def graph(self) -> nx.MultiDiGraph:
        """Departments, businesses, systems and data, and how they hang together."""
        return self._once("graph", lambda: system_graph(self.state, self.systems))

    def _once(self, name: str, compute):
        if name not in self._memory:
            self._memory[name] = compute()
        return self._memory[name]


def map_systems(state: CurrentState) -> SystemMap:
    """The `SystemMap` of a state's system inventory; remembered on the state.

    An inventory without rows gives an empty map.
    """
    return state.derived("systems", lambda: _map(state))


def _map(state: CurrentState) -> SystemMap:
    known = taxonomy(state.settings.functions)
    stock = take_stock(state.systems)
    found = classify(stock.texts, known)
    frame = pd.DataFrame(
        {"labels": stock.labels, "vendor": stock.vendor, "function": found.frame["function"], "version": stock.version}
    )
    core, cores = _cores(frame)
    products = compare(cores, take_apart(stock.stems, known))
    areas = {f.code: (f.label["ja"], f.area, f.area_label["ja"]) for f in known.functions} | {"": ("", "", "")}
    described = pd.DataFrame(
        [areas[c] for c in found.frame["function"]], columns=["function_label", "area", "area_label"]
    )
    systems = pd.DataFrame(
        {
            "system_id": stock.ids,
            "system": state.systems["system"],
            "owner_department": state.systems["owner_department"],
            "vendor_key": stock.vendor,
            "function": found.frame["function"],
            **described,
            "confidence": found.frame["confidence"],
            "margin": found.frame["margin"],
            "second": found.frame["second"],
            "words": found.frame["words"],
            "product": products.product[core] if len(core) else np.zeros(0, dtype=int),
        }
    )
    return SystemMap(systems, state, known, stock, products, core, found.members)


def _cores(frame: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    keys = list(zip(frame["labels"], frame["vendor"], frame["function"], frame["version"], strict=True))
    numbers = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    cores = pd.DataFrame(list(numbers), columns=["labels", "vendor", "function", "version"])
    return np.array([numbers[k] for k in keys], dtype=np.int64), cores


def _product_pairs(found: SystemMap) -> pd.DataFrame:
    """Row pairs a < b with product confidence: from compared cores, and within each core."""
    core = found.core
    order = np.argsort(core, kind="stable")
    count = np.bincount(core, minlength=len(found.products.product))
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    within = int((count.astype(np.int64) * (count - 1) // 2).sum())
    pairs = found.products.pairs
    across = int((count[pairs["core_a"]].astype(np.int64) * count[pairs["core_b"]]).sum())
    if within + across > pairing.LARGEST:
        raise pairing.too_many(within + across)
    a: list[np.ndarray] = []
    b: list[np.ndarray] = []
    source: list[np.ndarray] = []
    for c in np.flatnonzero(count > 1):
        i, j = np.triu_indices(count[c], 1)
        rows = order[start[c] : start[c] + count[c]]
        a.append(rows[i])
        b.append(rows[j])
        source.append(np.full(len(i), -1 - c))
    for k, (one, two) in enumerate(zip(pairs["core_a"], pairs["core_b"], strict=True)):
        first, second = order[start[one] : start[one] + count[one]], order[start[two] : start[two] + count[two]]
        a.append(np.repeat(first, len(second)))
        b.append(np.tile(second, len(first)))
        source.append(np.full(len(first) * len(second), k))
    if not a:
        return pd.DataFrame({"a": [], "b": [], "source": [], "confidence": []}).astype(
            {"a": int, "b": int, "source": int}
        )
    one, two, where = np.concatenate(a), np.concatenate(b), np.concatenate(source)
    own, compared = found.products.own["confidence"].to_numpy(), pairs["confidence"].to_numpy()
    confidence = np.where(where < 0, own[-1 - np.minimum(where, -1)], 0.0)
    if len(compared):
        confidence = np.where(where >= 0, compared[np.maximum(where, 0)], confidence)
    return pd.DataFrame(
        {"a": np.minimum(one, two), "b": np.maximum(one, two), "source": where, "confidence": confidence}
    )


def _pairs(found: SystemMap) -> pd.DataFrame:
    product = _product_pairs(found)
    matrix = pairing.text_matrix(found.inventory.texts)
    a, b = pairing.function_candidates(found.members, matrix)
    function = pairing.function_confidence(a, b, found.members, matrix, found.inventory.texts, found.taxonomy)
    bands = load("overlaps")["bands"]
    n = max(len(found.core), 1)
    claimed = product[product["confidence"] >= bands["candidate"]]
    function = function[~(function["a"] * n + function["b"]).isin(claimed["a"] * n + claimed["b"])]
    product = product[product["confidence"] >= bands["review"]]
    ids = found.inventory.ids
    both = pd.concat(
        [
            product.assign(kind="same_product", evidence=_product_evidence(found, product)),
            function.assign(kind="same_function", evidence=_function_evidence(function)),
        ],
        ignore_index=True,
    )
    both = both.sort_values(["confidence", "a", "b"], ascending=[False, True, True], ignore_index=True)
    return pd.DataFrame(
        {
            "system_a": ids[both["a"].to_numpy(dtype=int)] if len(both) else [],
            "system_b": ids[both["b"].to_numpy(dtype=int)] if len(both) else [],
            "kind": both["kind"],
            "confidence": both["confidence"].astype(float).round(3),
            "evidence": both["evidence"],
        },
        columns=list(PAIR_COLUMNS),
    )


def _product_evidence(found: SystemMap, product: pd.DataFrame) -> list[str]:
    own = _sentences(found.products.own, ("name", "vendor", "function", "version"), "product")
    compared = _sentences(found.products.pairs, ("name", "vendor", "function", "version"), "product")
    return [compared[s] if s >= 0 else own[-1 - s] for s in product["source"]]


def _function_evidence(function: pd.DataFrame) -> list[str]:
    return _sentences(function, pairing.FUNCTION_SIGNALS, "function")


def _sentences(frame: pd.DataFrame, signals: tuple[str, ...], kind: str) -> list[str]:
    labels = [text(f"systems.signal.{kind}.{s}") for s in signals]
    rows = frame[list(signals)].to_numpy().round(2)
    return [
        "; ".join(f"{label} {value:+.2f}" for label, value in zip(labels, row, strict=True) if value) for row in rows
    ]


def _groups(found: SystemMap) -> pd.DataFrame:
    ids = found.inventory.ids
    product = found.products.product[found.core] if len(found.core) else found.core
    sizes = np.bincount(product) if len(product) else product
    strength = _core_strength(found)[found.core] if len(found.core) else np.zeros(0)
    rows = (
        np.flatnonzero((sizes[product] > 1) & (strength >= load("overlaps")["bands"]["candidate"]))
        if len(product)
        else product
    )
    again = np.bincount(product[rows], minlength=len(sizes)) if len(rows) else sizes
    rows = rows[again[product[rows]] > 1] if len(rows) else rows
    same = pd.DataFrame(
        {
            "group": [f"P{p + 1}" for p in product[rows]],
            "kind": "same_product",
            "system_id": ids[rows],
            "confidence": strength[rows],
        }
    )
    members = found.members.tocoo()
    held = np.bincount(members.col, minlength=members.shape[1])
    keep = held[members.col] > 1
    codes = np.array(found.taxonomy.codes, dtype=object)
    order = np.lexsort((members.row[keep], members.col[keep]))
    job = pd.DataFrame(
        {
            "group": codes[members.col[keep][order]],
            "kind": "same_function",
            "system_id": ids[members.row[keep][order]],
            "confidence": members.data[keep][order],
        }
    )
    both = pd.concat([same, job], ignore_index=True) if len(same) else job
    return both.assign(confidence=both["confidence"].astype(float).round(3))[list(GROUP_COLUMNS)]


def _core_strength(found: SystemMap) -> np.ndarray:
    """The best confidence with which a core stands in its product."""
    count = np.bincount(found.core, minlength=len(found.products.product))
    best = np.where(count > 1, found.products.own["confidence"].to_numpy(), 0.0)
    pairs = found.products.pairs
    inside = pairs[found.products.product[pairs["core_a"]] == found.products.product[pairs["core_b"]]]
    np.maximum.at(best, inside["core_a"].to_numpy(), inside["confidence"].to_numpy())
    np.maximum.at(best, inside["core_b"].to_numpy(), inside["confidence"].to_numpy())
    return best
