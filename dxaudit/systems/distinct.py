"""Many rows that share few values: each value held once, so that what is costly is done once per value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Distinct:
    """The distinct values of many rows.

    Attributes
    ----------
    values : list
        In order of first appearance.
    of : int array
        For each row, its value's place in ``values``.
    """

    values: list
    of: np.ndarray

    def remade(self, compute: Callable[[list], Sequence[Any]]) -> Distinct:
        """The values that ``compute`` makes of all these at once, those that became equal being one."""
        number: dict[Any, int] = {}
        places = [number.setdefault(value, len(number)) for value in compute(self.values)]
        return Distinct(list(number), np.array(places, dtype=np.int64)[self.of])

    def rows(self) -> np.ndarray:
        """The value of each row, as an object array."""
        held = np.empty(len(self.values), dtype=object)
        held[:] = self.values
        return held[self.of]


def distinct(values: np.ndarray) -> Distinct:
    """`Distinct` of an array."""
    of, found = pd.factorize(values)
    return Distinct(found.tolist(), of)


def combined(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows with the same numbers in all columns get one number, in order of first appearance.

    Parameters
    ----------
    columns : int arrays of one length, at least 0

    Returns
    -------
    of : int array
        Number of each row.
    first : int array
        First row of each number.
    """
    of = columns[0]
    for column in columns[1:]:
        of = pd.factorize(of * (int(column.max(initial=0)) + 1) + column)[0]
    of, found = pd.factorize(of)
    first = np.zeros(len(found), dtype=np.int64)
    first[of[::-1]] = np.arange(len(of))[::-1]
    return of, first
