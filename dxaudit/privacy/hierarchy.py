"""Who belongs to which group: hierarchies of groups and the sums of people's figures over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from dxaudit.vocabulary import text

CITY = text("common.city")
UNSTATED = text("privacy.unstated")


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Groups of people, each part of its parent; the first is everyone.

    Attributes
    ----------
    name : str
        ``organization``, ``position``, ``age_band``.
    groups, levels : tuple of str
        Each group's name and level (``city``, ``bureau``, ``department``, …).
    parents : array of int
        Index of each group's parent, −1 for the first; a parent stands before its parts.
    headcounts : array of float
        How many people belong to the group by the organisation list; NaN where unknown. Public knowledge.
    place : array of int
        For each person the index of the smallest group they belong to; always a group without parts.
    concealed : array of bool
        Groups that are never shown (people who did not say where they belong).
    """

    name: str
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    parents: np.ndarray
    headcounts: np.ndarray
    place: np.ndarray
    concealed: np.ndarray

    @cached_property
    def _members(self) -> csr_array:
        people = np.arange(len(self.place))
        return csr_array((np.ones(len(people)), (self.place, people)), shape=(len(self.groups), len(people)))

    def summed(self, values: np.ndarray) -> np.ndarray:
        """Sums of per-person ``values`` (people × measures) for every group (groups × measures)."""
        totals = self._members @ values
        for group in range(len(self.groups) - 1, 0, -1):
            totals[self.parents[group]] += totals[group]
        return totals


def nested(name: str, people: pd.DataFrame, known: pd.DataFrame | None = None) -> Hierarchy:
    """A hierarchy from columns that run from coarse to fine.

    Parameters
    ----------
    name : str
    people : DataFrame
        One row a person, one column a level, coarse first. A missing coarse level hangs the finer group directly
        under the city; who lacks the finest level is counted in the group above and never shown alone.
    known : DataFrame, optional
        Groups that exist whether or not anybody answered: the same columns, and ``headcount``.
    """
    levels = list(people.columns)
    groups, kinds, parents, concealed = [CITY], ["city"], [-1], [False]
    index: dict[tuple, int] = {(): 0}

    def reach(path: Sequence[object]) -> int:
        node, key = 0, ()
        for level, value in zip(levels, path, strict=True):
            finest = level == levels[-1]
            if not isinstance(value, str) or not value:
                if not finest:
                    continue
                value = None
            key = (*key, (level, value))
            if key not in index:
                index[key] = len(groups)
                groups.append(UNSTATED if value is None else value)
                kinds.append(level)
                parents.append(node)
                concealed.append(value is None)
            node = index[key]
        return node

    heads: dict[int, float] = {}
    if known is not None:
        for *path, headcount in known[[*levels, "headcount"]].itertuples(index=False, name=None):
            if isinstance(path[-1], str) and path[-1]:
                node = reach(path)
                heads[node] = heads.get(node, 0.0) + headcount
    codes = np.zeros(len(people), dtype=int)
    for level in levels:
        numbers, names = pd.factorize(people[level])
        codes = codes * (len(names) + 1) + numbers + 1
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    places = [reach(path) for path in people.iloc[first].itertuples(index=False, name=None)]
    place = np.array(places, dtype=int)[codes]
    headcounts = np.full(len(groups), np.nan)
    inner = set(parents)
    for node in range(len(groups) - 1, -1, -1):
        if node not in inner:
            headcounts[node] = heads.get(node, np.nan)
        else:
            # A written name that the list does not know is mostly an old or second name of people it does count.
            parts = headcounts[(np.array(parents) == node) & ~np.isnan(headcounts)]
            headcounts[node] = parts.sum() if len(parts) else np.nan
    return Hierarchy(name, tuple(groups), tuple(kinds), np.array(parents), headcounts, place, np.array(concealed))


@dataclass(frozen=True, eq=False)
class Measure:
    """One published figure: the ratio of two sums over people, ``Σ total / Σ base``.

    ``base`` is 0 for those who did not answer; ``total`` then is 0 too. A mean of one answer has base 1; a mean over
    several questions has as base the number of answers a person gave, so that figures over more questions follow
    from those over fewer and tell nothing beyond them.
    """

    name: str
    total: np.ndarray
    base: np.ndarray


@dataclass(frozen=True, eq=False)
class Family:
    """Measures that are shown or hidden together, because one follows from others.

    Attributes
    ----------
    name : str
    measures : tuple of Measure
    follows : str
        Name of an earlier family that decides which groups are shown. Where a hierarchy then has a remainder that
        is alike in a measure, the family is published for the city alone.
    city_only : bool
        Published for everyone together and for no smaller group; follows another family.
    """

    name: str
    measures: tuple[Measure, ...]
    follows: str = ""
    city_only: bool = False


@dataclass(eq=False)
class Sums:
    """Sums of one family over the groups of one hierarchy (groups × measures)."""

    people: np.ndarray
    base: np.ndarray
    total: np.ndarray
    base_squared: np.ndarray
    total_squared: np.ndarray
    total_base: np.ndarray

    @classmethod
    def over(cls, hierarchies: Sequence[Hierarchy], family: Family) -> list[Sums]:
        """The sums of ``family`` over each of ``hierarchies``."""
        base = np.column_stack([m.base for m in family.measures]).astype(float)
        total = np.column_stack([m.total for m in family.measures]).astype(float)
        if family.city_only:
            products = [np.einsum("ij,ij->j", *pair) for pair in ((base, base), (total, total), (total, base))]
            sums = [(base > 0).sum(axis=0).astype(float), base.sum(axis=0), total.sum(axis=0), *products]
            return [cls(*(part[None, :] for part in sums))] * len(hierarchies)
        found = [[] for _ in hierarchies]
        for values in ((base > 0).astype(float), base, total, base * base, total * total, total * base):
            for number, hierarchy in enumerate(hierarchies):
                found[number].append(hierarchy.summed(values))
        return [cls(*parts) for parts in found]

    def uniform(self, block: np.ndarray) -> bool:
        """Whether in a remainder (its leaves) a measure is one for all who answered, and not for the whole city."""
        alike = self._alike(*(part[block].sum(axis=0) for part in self._parts()))
        return bool((alike & ~self._alike(*(part[0] for part in self._parts()))).any())

    def _parts(self) -> tuple[np.ndarray, ...]:
        return self.people, self.base, self.total, self.base_squared, self.total_squared, self.total_base

    @staticmethod
    def _alike(people, base, total, base_squared, total_squared, total_base) -> np.ndarray:
        ratio = np.divide(total, base, out=np.zeros_like(total), where=base > 0)
        scale = total_squared + ratio**2 * base_squared
        return (people > 0) & (scale - 2 * ratio * total_base <= 1e-9 * np.maximum(scale, 1.0))
