"""Which rows of two lists are one system: the central ledger and a department's own return both name it.

Two rows of different files or sheets count as one system where one department owns both, they are called alike or are
surely one product, and vendor, cost and end of contract do not contradict each other. Where that is less sure (one
product by a bare claim, or an owner not written) the cost must be the very same. One of them counts; the other stays in
the list and points to it. People may say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.intake.dates import day
from dxaudit.systems.distinct import combined, distinct
from dxaudit.systems.names import fold_all
from dxaudit.systems.products import Products
from dxaudit.vocabulary import columns as canonical_columns
from dxaudit.vocabulary import load

if TYPE_CHECKING:
    from dxaudit.systems.reviews import Pair

MOST_OF_ONE_NAME = 50
"""Rows of one name or product in one department beyond which the list is no inventory of a department."""


def counted_rows(
    systems: pd.DataFrame,
    vendor: np.ndarray,
    product: np.ndarray,
    core: np.ndarray,
    products: Products,
    answers: dict[Pair, bool],
) -> np.ndarray:
    """For each row of a systems table the number of the row that counts for it: its own, unless it is a second source.

    Parameters
    ----------
    systems : DataFrame
        The canonical table, n rows.
    vendor : object array, n
        Vendor keys, "" where none is known.
    product, core : int array, n
        Product and core of each row.
    products : Products
    answers : dict of pair to bool
        What people said of pairs of rows: one system, or not.
    """
    counts = np.arange(len(systems))
    place, _ = combined(*(pd.factorize(systems[c], use_na_sentinel=False)[0] for c in ("source_file", "source_sheet")))
    said = [pair for pair, one in answers.items() if one]
    if not said and place.max(initial=0) == 0:
        return counts
    rows = _Rows(systems, vendor, place)
    found = sorted({pair for pair in _candidates(systems, product, rows) if answers.get(pair) is not False})
    sure = dict(zip(found, _confidence(found, core, products), strict=True))
    agreed = [pair for pair in found if rows.agree(*pair, sure[pair])]
    # The likeliest first: of two rows of one list only one can be the row of the other list.
    agreed.sort(key=lambda pair: (not rows.same_cost(*pair), -sure[pair], pair))
    apart = [pair for pair, one in answers.items() if not one]
    members: dict[int, set[int]] = {}
    for a, b in [*said, *agreed]:
        one, other = members.setdefault(a, {a}), members.setdefault(b, {b})
        if one is other or any((x in one and y in other) or (x in other and y in one) for x, y in apart):
            continue
        if (a, b) not in said and {place[r] for r in one} & {place[r] for r in other}:
            continue
        one |= other
        members.update(dict.fromkeys(other, one))
    for held in {id(group): group for group in members.values() if len(group) > 1}.values():
        counts[list(held)] = min(held, key=rows.poverty)
    return counts


class _Rows:
    """What the rows say of owner, vendor, cost and contract, for comparing two of them."""

    def __init__(self, systems: pd.DataFrame, vendor: np.ndarray, place: np.ndarray) -> None:
        self.place = place
        self.vendor = vendor
        written = distinct(systems["system"].fillna("").to_numpy(dtype=object))
        self.name = written.remade(fold_all).rows()
        self.owner = systems["owner_department"].fillna("").to_numpy(dtype=object)
        self.cost = systems["annual_cost"].to_numpy(dtype=float)
        self.ends = [(day(v, "first"), day(v, "last")) for v in systems["contract_to"]]
        self._filled = systems[list(canonical_columns("systems"))].notna().sum(axis=1).to_numpy()
        self._rule = load("overlaps")["one_system"]
        self._claim = load("overlaps")["bands"]["candidate"]

    def agree(self, a: int, b: int, confidence: float) -> bool:
        """Whether two rows that may be one system are taken for one."""
        if self.vendor[a] and self.vendor[b] and self.vendor[a] != self.vendor[b]:
            return False
        if self._apart(a, b, self._rule["cost_within"]):
            return False
        (first_a, last_a), (first_b, last_b) = self.ends[a], self.ends[b]
        known = isinstance(first_a, str) and isinstance(first_b, str)
        if known and (last_a < first_b or last_b < first_a):
            return False
        one_name = self.name[a] != "" and self.name[a] == self.name[b]
        if self.owner[a] != "" and self.owner[a] == self.owner[b] and (one_name or confidence >= self._rule["sure"]):
            return True
        return (one_name or confidence >= self._claim) and self.same_cost(a, b)

    def same_cost(self, a: int, b: int) -> bool:
        """Whether both give one and the same cost, up to the rounding of a unit."""
        both = self.cost[a] > 0 and self.cost[b] > 0
        return bool(both and not self._apart(a, b, self._rule["cost_equal"]))

    def _apart(self, a: int, b: int, within: float) -> bool:
        """Whether both costs are known and one is more than ``within`` times the other."""
        low, high = sorted((self.cost[a], self.cost[b]))
        return bool(high > low * within + 1e-6)

    def poverty(self, row: int) -> tuple:
        """Sorts the row first that says most: a cost, an owner, many cells; of equals the first of the folder."""
        return (np.isnan(self.cost[row]), self.owner[row] == "", -self._filled[row], row)


def _candidates(systems: pd.DataFrame, product: np.ndarray, rows: _Rows) -> Iterator[Pair]:
    """Pairs a < b of two lists that are called alike or are one product, with one owner or an owner not written."""
    for key in (product, rows.name):
        frame = pd.DataFrame({"key": key, "owner": rows.owner})
        frame = frame[(frame["key"] != "") & frame["key"].duplicated(keep=False)]
        silent = set(frame.loc[frame["owner"] == "", "key"])
        known = frame[frame["owner"] != ""]
        groups: list[Sequence[int]] = [*known.groupby(["key", "owner"], sort=False).groups.values()]
        groups += [held for name, held in frame.groupby("key", sort=False).groups.items() if name in silent]
        for held in groups:
            if 1 < len(held) <= MOST_OF_ONE_NAME:
                for a, b in combinations(sorted(int(row) for row in held), 2):
                    one_owner = rows.owner[a] == rows.owner[b] or "" in (rows.owner[a], rows.owner[b])
                    if one_owner and rows.place[a] != rows.place[b]:
                        yield a, b


def _confidence(pairs: list[Pair], core: np.ndarray, products: Products) -> list[float]:
    """How surely each pair of rows is one product, by what the two say: other rows between them prove nothing here."""
    wanted = {(min(core[a], core[b]), max(core[a], core[b])) for a, b in pairs if core[a] != core[b]}
    compared = products.pairs
    kept = compared[np.isin(compared["core_a"], [a for a, _ in wanted])]
    alone = kept["confidence"] - kept["chain"]
    known = dict(zip(zip(kept["core_a"], kept["core_b"], strict=True), alone, strict=True))
    own = products.own["confidence"].to_numpy()
    return [
        float(own[core[a]] if core[a] == core[b] else known.get((min(core[a], core[b]), max(core[a], core[b])), 0.0))
        for a, b in pairs
    ]
