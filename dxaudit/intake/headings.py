"""What does a header mean that no dictionary knows, going by how many other hands headed the same columns?

``vocabulary/headings.toml`` holds some thousand headings with their columns. Two headings are as alike as their sets of
pieces of one to three letters (cosine). From these likenesses the columns of a new header are estimated by kernel ridge
regression on the columns of the headings on file (Hastie, Tibshirani and Friedman, The Elements of Statistical
Learning, 2nd edition, 5.8.2): unlike the nearest heading alone it learns which pieces tell columns apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy.linalg import solve
from scipy.sparse import csr_array

from dxaudit.intake.sheets import folded
from dxaudit.intake.wording import without_item
from dxaudit.vocabulary import load

LONGEST_PIECE = 3
RIDGE = 0.2
"""What is added to each heading's likeness to itself, which is 1."""
SHARPNESS = 10.0
"""Factor in the exponent that makes shares of the estimates: of the columns given half, some 95 of 100 are right."""
NONE = "none"
"""Where the file keeps the headings that are no column of the table."""


LEAST, ADDED = 0.42, 0.29
"""Evidence of a column that no headings have, and what all of them add; `LEAST_SHARE` of them are worth offering it."""
LEAST_SHARE = 0.3
OWN = 0.2
"""What a column's share adds to the evidence that words give it."""
AGAINST = {"meaning": 0.25, "likeness": 0.25, "pattern": 0.15}
"""What the largest share of another column takes from the evidence of each kind; a name stands whatever others say."""
AGAINST_ALL = {"meaning": 0.15, "likeness": 0.15, "pattern": 0.0}
"""The same for the share of `NONE`."""


@dataclass(frozen=True)
class _Model:
    """Columns, the numbers of the pieces, and what each piece says for each column (pieces, columns)."""

    columns: tuple[str, ...]
    pieces: dict[str, int]
    weights: np.ndarray


@lru_cache(maxsize=20_000)
def likely(table: str, header: str) -> Mapping[str, float]:
    """Columns of ``table`` that headings like ``header`` have, with their shares in [0, 1], which add up to 1.

    `NONE` among them stands for no column of the table. Empty where no headings of ``table`` are on file or none has a
    piece in common with ``header``.
    """
    model = _model(table)
    pieces = _pieces(header)
    known = [model.pieces[piece] for piece in pieces if piece in model.pieces] if model else []
    if not known:
        return {}
    estimates = model.weights[known].sum(axis=0) / np.sqrt(len(pieces))
    shares = np.exp(SHARPNESS * (estimates - estimates.max()))
    shares /= shares.sum()
    return dict(zip(model.columns, shares.tolist(), strict=True))


def weighed(offers: Mapping[str, tuple[float, str]], shares: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """Columns that words offer (evidence and its kind) and those that ``shares`` of `likely` offer, each with the
    evidence that is left or added."""
    found: dict[str, tuple[float, str]] = {}
    for column, (weight, kind) in offers.items():
        if shares and kind in AGAINST:
            other = max((share for name, share in shares.items() if name not in (column, NONE)), default=0.0)
            weight += OWN * shares.get(column, 0.0) - AGAINST[kind] * other - AGAINST_ALL[kind] * shares.get(NONE, 0.0)
        found[column] = (weight, kind)
    for column, share in shares.items():
        weight = LEAST + ADDED * share
        if column != NONE and share >= LEAST_SHARE and weight > found.get(column, (0.0, ""))[0]:
            found[column] = (weight, "headings")
    return [(column, weight, kind) for column, (weight, kind) in found.items()]


def _pieces(header: str) -> frozenset[str]:
    """Pieces of the whole heading and, marked apart, of its lowest level."""
    whole = folded(without_item(header))
    texts = (f"^{whole}$", f"^^{whole.rsplit('_', 1)[-1]}$$")
    return frozenset(
        text[start : start + size]
        for text in texts
        for size in range(1, LONGEST_PIECE + 1)
        for start in range(len(text) - size + 1)
    )


@cache
def _model(table: str) -> _Model | None:
    held = load("headings").get(table)
    if not held:
        return None
    numbers: dict[str, int] = {}
    found = [_pieces(heading) for headings in held.values() for heading in headings]
    places = [numbers.setdefault(piece, len(numbers)) for pieces in found for piece in sorted(pieces)]
    ends = np.cumsum([0, *map(len, found)])
    lengths = np.diff(ends)
    vectors = csr_array((np.repeat(1 / np.sqrt(lengths), lengths), places, ends), shape=(len(found), len(numbers)))
    belongs = np.repeat(np.eye(len(held)), [len(headings) for headings in held.values()], axis=0)
    alike = (vectors @ vectors.T).toarray()
    alike[np.diag_indices_from(alike)] += RIDGE
    coefficients = solve(alike, belongs, assume_a="pos", overwrite_a=True, overwrite_b=True)
    return _Model(tuple(held), numbers, vectors.T @ coefficients)
