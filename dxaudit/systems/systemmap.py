"""The systems of one municipality (or of many): what each does, which are the same, which do the same job."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.collection import uncollected
from dxaudit.errors import DxauditError
from dxaudit.state import CurrentState
from dxaudit.systems import listing, overlaps
from dxaudit.systems.cluster import Spread, here, spread_over
from dxaudit.systems.distinct import Distinct, combined, distinct
from dxaudit.systems.functions import Classification, Taxonomy, classify, taxonomy
from dxaudit.systems.graph import system_graph
from dxaudit.systems.inventory import Inventory, take_stock
from dxaudit.systems.labels import Labels, take_apart
from dxaudit.systems.links import References, find_references, unresolved
from dxaudit.systems.packages import related_cores
from dxaudit.systems.products import Products, compare
from dxaudit.systems.reviews import Reviews, read_reviews
from dxaudit.systems.sources import counted_rows
from dxaudit.vocabulary import load

SYSTEM_COLUMNS = (
    "system_id", "system", "owner_department", "vendor_key", "function", "function_label", "area", "area_label",
    "confidence", "margin", "second", "words", "decided_by", "product", "same_as",
)  # fmt: skip


@dataclass(frozen=True)
class SystemMap:
    """What is known about a list of systems. A value: made by `map_systems`, changed by nobody.

    Attributes
    ----------
    systems : DataFrame
        One row per system, in the order of the inventory; columns `SYSTEM_COLUMNS`. ``function`` is "" where it stays
        open; ``confidence`` and ``margin`` (to the ``second`` best function) lie in [0, 1]; ``words`` decided it;
        ``decided_by`` is "words", "product" (taken over from the same product) or "people"; ``product`` is a number.
        ``same_as`` is the id of the row that counts in its place where a row names a system that another list names
        too (`dxaudit.systems.sources`), else "".
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
    signs: sparse.csr_matrix
    reviews: Reviews
    _memory: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def pairs(self) -> pd.DataFrame:
        """Every candidate pair: system_a, system_b, kind (same_product, same_function), confidence, evidence.

        A pair that is one product and does one job in both places stands there twice, once for each kind. 0.5 and more
        is a claim, 0.3 and more is to be reviewed, less is not shown to people but kept so that one can see what was
        weighed.

        Raises
        ------
        DxauditError
            More pairs than anyone can read (`dxaudit.systems.pairs.LARGEST`): use `groups`.
        """
        return self._once("pairs", lambda: listing.pair_list(self))

    def groups(self) -> pd.DataFrame:
        """Row → group: group, kind, system_id, confidence. Works at any size."""
        return self._once("groups", lambda: listing.group_list(self))

    def overlaps(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """Groups of two systems and more for people; columns `dxaudit.systems.overlaps.OVERLAP_COLUMNS`.

        With ``department``, those in which it owns or uses a system.
        """
        groups = self._once(f"overlaps {lang}", lambda: overlaps.overlap_groups(self, lang))
        if department is None:
            return groups
        both = zip(groups["departments"], groups["used_by"], strict=True)
        concerned = np.array([department in owners or department in users for owners, users in both], dtype=bool)
        return groups[concerned].reset_index(drop=True)

    def fragmentation(self, lang: str = "ja") -> pd.DataFrame:
        """What several departments keep apart; columns `dxaudit.systems.overlaps.FIELD_COLUMNS`.

        Kinds of systems that one platform could carry (maps), then fields served with several systems and functions.
        """
        return overlaps.fragmented_fields(self, lang)

    @property
    def counted(self) -> np.ndarray:
        """Which rows count as a system: a system that two lists name counts once."""
        return (self.systems["same_as"] == "").to_numpy()

    def sources(self) -> pd.DataFrame:
        """Rows that name a system which another list names too; columns `dxaudit.systems.listing.SOURCE_COLUMNS`.

        ``confirmed`` where people said that it is one system; else it is a question to them.
        """
        return self._once("sources", lambda: listing.source_list(self))

    @property
    def findings(self) -> pd.DataFrame:
        """The open questions of `sources` at their cells: `dxaudit.state.FINDING_COLUMNS`."""
        return self._once("findings", lambda: listing.source_findings(self))

    def unclassified(self) -> pd.DataFrame:
        """Systems whose function stays open, or is nearly a tie: for people to say (`reviews`, ``classify``)."""
        close = self.systems["margin"] < load("overlaps")["classification"]["clear_margin"]
        asked = (self.systems["function"] == "") | (close & (self.systems["decided_by"] == "words"))
        return self.systems[asked & self.counted].reset_index(drop=True)

    def review_queue(self, limit: int = 200) -> pd.DataFrame:
        """Pairs to look at together, those that may save most first; at most ``limit``."""
        return listing.review_queue(self, limit)

    def signals(self, system_a: str, system_b: str, lang: str = "ja") -> pd.DataFrame:
        """What speaks for and against one pair: signal, label, weight, value, contribution (what the waterfall draws).

        Raises
        ------
        DxauditError
            One of the systems is not in the list.
        """
        return listing.signal_table(self, self.row(system_a), self.row(system_b), lang)

    @property
    def graph(self) -> nx.MultiDiGraph:
        """Departments, businesses, systems and data, and how they hang together."""
        return self._once("graph", lambda: system_graph(self))

    @property
    def references(self) -> References:
        """Which systems are meant by the names that links and businesses write."""
        return self._once("references", lambda: find_references(self))

    def unresolved(self) -> pd.DataFrame:
        """Written names that mean no system of the list; columns `dxaudit.systems.links.UNRESOLVED_COLUMNS`.

        ``table`` is "systems" (a link) or "businesses" (what a business uses), ``name`` the system or business that
        wrote it. ``reason`` is "several" where systems of the list fit equally (``nearest``, the first four) and
        "unknown" where none does; ``nearest`` is then the system whose name is most like it, or empty.
        """
        return unresolved(self)

    @property
    def standard_names(self) -> pd.DataFrame:
        """stem, function of every name of a row that does a standardised business."""
        job = distinct(self.systems["function"].to_numpy(dtype=object))
        return self._once("standard names", lambda: _standard_names(self.inventory, job, self.taxonomy))

    def row(self, system_id: str) -> int:
        """Place of a system in the list, by its id; DxauditError where there is none."""
        places = self._once("row", lambda: {name: row for row, name in enumerate(self.inventory.ids)})
        if system_id not in places:
            raise DxauditError(f"システム番号 {system_id!r} は一覧にありません", remedy="番号を確かめてください")
        return places[system_id]

    def _once(self, name: str, compute):
        if name not in self._memory:
            self._memory[name] = compute()
        return self._memory[name]


def map_systems(state: CurrentState, scheduler: str | None = None) -> SystemMap:
    """The `SystemMap` of a state's system inventory, with people's decisions laid over; remembered on the state.

    An inventory without rows gives an empty map.

    Parameters
    ----------
    state : CurrentState
    scheduler : str, optional
        Address of a dask.distributed scheduler whose workers read the texts of a very large pool; the map is the same.
    """

    def compute() -> SystemMap:
        with uncollected(), spread_over(scheduler) if scheduler else nullcontext(here) as spread:
            return _map(state, spread)

    return state.derived("systems", compute)


def _map(state: CurrentState, spread: Spread) -> SystemMap:
    known = taxonomy(state.settings.functions)
    stock = take_stock(state.systems, known, spread)
    reviews = read_reviews(state.decisions, state.systems, stock.ids)
    found = _of_rows(classify(stock.texts, known, spread), stock.says)
    made = _reviewed(state, known, stock, found, reviews)
    second = np.flatnonzero(~made.counted)
    if reviews.rows().isdisjoint(second.tolist()):
        return made
    # People spoke of a row that another list names too: it holds for the row that counts.
    counts = np.arange(len(stock.ids))
    counts[second] = [made.row(name) for name in made.systems["same_as"].to_numpy(dtype=object)[second]]
    return _reviewed(state, known, stock, found, reviews.moved(counts, stock.ids))


def _reviewed(
    state: CurrentState, known: Taxonomy, stock: Inventory, found: Classification, reviews: Reviews
) -> SystemMap:
    """The map of a list whose rows are classified, with people's decisions laid over."""
    frame = found.frame.assign(decided_by=_words(found.frame["function"] != "", ("", "words")))
    members = _said_by_people(frame, found, known, reviews)
    job = distinct(frame["function"].to_numpy(dtype=object))
    labels = take_apart(stock.stems, stock.names.values, known, _standard_names(stock, job, known))
    named = [labels.of(held) for held in stock.names.values]
    function = _function_of_product(stock, labels, named, job, found.scores, known)
    core, cores = _cores(stock, named, frame, job, function, reviews)
    everyday = {"", *(entry.code for entry in known.functions if entry.for_all or entry.platform)}
    cores["specific"] = [code not in everyday for code in cores["job"].tolist()]
    products = compare(
        cores,
        labels,
        related_cores(cores, [labels.brands(held) for held in cores["labels"]], known),
        together=_at_cores(reviews.pairs("merge"), core),
        apart=_at_cores(reviews.pairs("reject", "split"), core),
    )
    product = _product_of_rows(products, core)
    members = _said_by_product(frame, found.scores, members, product, known)
    counts = counted_rows(state.systems, stock.vendor.rows(), product, core, products, reviews.one)
    counted = counts == np.arange(len(counts))
    members = sparse.csr_matrix(sparse.diags_array(counted.astype(float)) @ members)
    signs = (
        found.scores.multiply(found.scores >= load("overlaps")["classification"]["sign_from"]).maximum(members).tocsr()
    )
    code = distinct(frame["function"].to_numpy(dtype=object))
    functions = [known[c] if c else None for c in code.values]
    systems = pd.DataFrame(
        {
            "system_id": stock.ids,
            "system": state.systems["system"],
            "owner_department": state.systems["owner_department"],
            "vendor_key": _words(stock.vendor.of, stock.vendor.values),
            "function": frame["function"],
            "function_label": _words(code.of, [f.label["ja"] if f else "" for f in functions]),
            "area": _words(code.of, [f.area if f else "" for f in functions]),
            "area_label": _words(code.of, [f.area_label["ja"] if f else "" for f in functions]),
            **{c: frame[c] for c in ("confidence", "margin", "second", "words", "decided_by")},
            "product": product,
            "same_as": np.where(counted, "", stock.ids[counts]),
        },
        columns=list(SYSTEM_COLUMNS),
    )
    return SystemMap(systems, state, known, stock, products, core, members, signs, reviews)


def _words(of: np.ndarray, values: Sequence[str]) -> pd.api.extensions.ExtensionArray:
    """``values[of]`` as a column of text, checked once per value."""
    return pd.array(values, dtype="str").take(np.asarray(of, dtype=np.int64))


def _of_rows(found: Classification, says: np.ndarray) -> Classification:
    """The classification of distinct texts, for the rows that say them."""
    return Classification(found.scores[says], found.frame.take(says).reset_index(drop=True), found.members[says])


def _said_by_people(frame: pd.DataFrame, found: Classification, known: Taxonomy, reviews: Reviews) -> sparse.csr_matrix:
    """People's answers written into ``frame``; the members that follow from all."""
    answers = {row: code for row, code in reviews.functions.items() if code in known}
    if not answers:
        return found.members
    members = found.members.tolil()
    for row, code in answers.items():
        frame.loc[row, ["function", "confidence", "margin", "decided_by"]] = [code, 1.0, 1.0, "people"]
        members[row, :] = 0
        members[row, known.codes.index(code)] = 1.0
    return members.tocsr()


def _said_by_product(
    frame: pd.DataFrame, scores: sparse.csr_matrix, members: sparse.csr_matrix, product: np.ndarray, known: Taxonomy
) -> sparse.csr_matrix:
    """A system that says little about its function has that of the same product elsewhere in the list."""
    rule = load("overlaps")["classification"]
    # What one does with a product for any business (forms) says nothing of what another does with it.
    any_business = frame["function"].isin([f.code for f in known.functions if f.for_all])
    unsure = ((frame["confidence"] < rule["unsure"]) & (frame["decided_by"] != "people") & ~any_business).to_numpy()
    sizes = np.bincount(product, minlength=1)
    asked = np.flatnonzero(unsure & (sizes[product] > 1))
    if not len(asked):
        return members
    concerned, place = np.unique(product[asked], return_inverse=True)
    rows = np.flatnonzero(np.isin(product, concerned))
    group = sparse.csr_matrix((np.ones(len(rows)), (np.searchsorted(concerned, product[rows]), np.arange(len(rows)))))
    together = (group @ scores[rows]).tocsr()
    best, heard = _best_columns(together)
    best, heard = best[place], heard[place] >= rule["unsure"]
    codes = np.array(known.codes, dtype=object)[best]
    changed = heard & (codes != frame["function"].to_numpy(dtype=object)[asked])
    asked, best = asked[changed], best[changed]
    frame.loc[asked, "function"] = codes[changed]
    frame.loc[asked, "confidence"] = rule["by_product"]
    frame.loc[asked, "decided_by"] = "product"
    kept = np.ones(len(product))
    kept[asked] = 0.0
    added = sparse.csr_matrix((np.full(len(asked), rule["by_product"]), (asked, best)), shape=members.shape)
    result = (sparse.diags_array(kept).tocsr() @ members + added).tocsr()
    result.eliminate_zeros()
    return result


def _best_columns(matrix: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of a matrix without negative entries the first of the greatest entries: its column, and the entry.

    scipy's argmax goes through the rows one by one.
    """
    matrix.sort_indices()
    top = matrix.max(axis=1).toarray().ravel()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    greatest = np.flatnonzero(matrix.data == top[row])
    filled, first = np.unique(row[greatest], return_index=True)
    column = np.zeros(matrix.shape[0], dtype=np.int64)
    column[filled] = matrix.indices[greatest[first]]
    return column, top


def _function_of_product(
    stock: Inventory,
    labels: Labels,
    named: list[tuple[int, ...]],
    job: Distinct,
    scores: sparse.csr_matrix,
    known: Taxonomy,
) -> Distinct:
    """The function as far as one product is concerned.

    A product for any business (forms, groupware) is one whatever it is used for; so is a platform (GIS) unless the name
    says another function, which makes a module (PasCAL道路).
    """
    sign = load("overlaps")["classification"]["platform_sign"]
    platforms = {"", *(entry.code for entry in known.functions if entry.platform)}
    modular = [code not in platforms for code in labels.module.tolist()]
    module = [any(modular[n] for n in held) for held in named]
    plain = ~np.array(module, dtype=bool)[stock.names.of]
    code, of = list(job.values), job.of.copy()
    columns = scores.tocsc()
    for number, entry in enumerate(known.functions):
        if entry.platform or entry.for_all:
            code.append(entry.code)
            held = slice(columns.indptr[number], columns.indptr[number + 1])
            rows = columns.indices[held][columns.data[held] >= sign]
            of[rows[plain[rows]] if entry.platform else rows] = len(code) - 1
    # Whatever the words around it say, a row that goes by such a product is that product (desknet's 公用車予約).
    any_business = labels.any_business.tolist()
    by_name = [next(filter(None, map(any_business.__getitem__, held)), "") for held in named]
    called = Distinct(by_name, stock.names.of).remade(list)
    said = called.of != called.values.index("") if "" in called.values else np.ones(len(of), dtype=bool)
    of[said] = len(code) + called.of[said]
    code += called.values
    return Distinct(code, of).remade(list)


def _standard_names(stock: Inventory, job: Distinct, known: Taxonomy) -> pd.DataFrame:
    """stem, function of every name of a row that does a standardised business."""
    _, first = combined(stock.names.of, job.of)
    rows = [
        (stem, code)
        for names, code in (
            (stock.names.values[stock.names.of[row]], job.values[job.of[row]]) for row in first.tolist()
        )
        if code and known[code].standard
        for stem in names.own
    ]
    return pd.DataFrame(dict.fromkeys(rows), columns=["stem", "function"])


def _cores(
    stock: Inventory,
    named: list[tuple[int, ...]],
    frame: pd.DataFrame,
    job: Distinct,
    function: Distinct,
    reviews: Reviews,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Core of each row; a row that people decided about stands alone, so that a verdict can hold for it alone."""
    own = np.zeros(len(frame), dtype=np.int64)
    decided = sorted(reviews.rows())
    own[decided] = np.arange(1, len(decided) + 1)
    called = stock.names.remade(lambda _: named)
    core, first = combined(called.of, stock.vendor.of, function.of, job.of, stock.package.of, own)
    held = {"labels": called, "vendor": stock.vendor, "function": function, "job": job, "package": stock.package}
    cores = pd.DataFrame({name: Distinct(column.values, column.of[first]).rows() for name, column in held.items()})
    count = np.bincount(core, minlength=len(cores))
    sure = np.bincount(core, weights=frame["confidence"], minlength=len(cores)) / np.maximum(count, 1)
    return core, cores.assign(sure=sure)


def _at_cores(pairs: list[tuple[int, int]], core: np.ndarray) -> list[tuple[int, int]]:
    return [(int(core[a]), int(core[b])) for a, b in pairs]


def _product_of_rows(products: Products, core: np.ndarray) -> np.ndarray:
    """Product of each row, numbered from 1; rows of a core too vague to be one product stand alone."""
    if not len(core):
        return np.zeros(0, dtype=np.int64)
    claim = load("overlaps")["bands"]["candidate"]
    vague = products.own["confidence"].to_numpy() < claim
    alone = vague & (np.bincount(products.product)[products.product] == 1)
    numbers = np.where(alone[core], len(products.product) + np.arange(len(core)), products.product[core])
    return np.unique(numbers, return_inverse=True)[1] + 1
