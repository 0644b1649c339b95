"""What does a header mean that no dictionary knows, going by how many other hands headed the same columns?

``vocabulary/headings.toml`` holds some 18,000 headings with their columns. Two headings are as alike as their
sets of pieces of one to three letters (cosine). From these likenesses the columns of a new header are estimated by
kernel ridge regression on the columns of the headings on file (Hastie, Tibshirani and Friedman, The Elements of
Statistical Learning, 2nd edition, 5.8.2): unlike the nearest heading alone it learns which pieces tell columns apart.

Learning takes a minute, so what was learnt lies beside the headings (``headings.npz``); ``make headings`` writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files

import numpy as np
from scipy.linalg import solve
from scipy.sparse import csr_array

from dxaudit.intake.sheets import folded
from dxaudit.intake.wording import without_item
from dxaudit.vocabulary import load

LONGEST_PIECE = 3
LONGEST = 100
"""Letters beyond which a header is no heading."""
RIDGE = 0.25
"""What is added to each heading's likeness to itself, which is 1."""
SHARPNESS = 10.0
"""Factor in the exponent that makes shares of estimates: of the columns given a quarter, some 95 of 100 are right."""
NONE = "none"
"""Where the file keeps the headings that are no column of the table."""
LARGEST = 127
"""Estimates are kept in steps of the largest one of a table divided by this, as whole numbers of one byte."""

LEAST, ADDED = 0.42, 0.46
"""Evidence of a column that most like headings have (`MOST_SHARE`): at the least, and what all of them add."""
MOST_SHARE = 0.5
LEAST_SHARE, ASKED = 0.3, 0.5
"""Share from which a column is worth asking about, and its evidence, with which none is mapped."""
OWN = 0.3
"""What a column's share adds to the evidence that words give it."""
BELOW_NAMES = 0.93
"""Most evidence that words and like headings give together: a name of the dictionary goes before them."""
AGAINST = {"meaning": 0.3, "likeness": 0.3, "pattern": 0.2}
"""What the largest share of another column takes from the evidence of each kind; a name stands whatever others say."""
AGAINST_ALL = {"meaning": 0.15, "likeness": 0.15, "pattern": 0.0}
"""The same for the share of `NONE`."""


@dataclass(frozen=True)
class Learnt:
    """What headings of one table tell.

    Attributes
    ----------
    columns : tuple of str
    pieces : dict of str to int
        The number of each piece of letters.
    weights : ndarray of shape (pieces, columns)
        What each piece says for each column: summed over the n pieces of a heading and divided by √n, the estimate of
        how far the heading is one of the column's (about 1 for its own, 0 for others').
    """

    columns: tuple[str, ...]
    pieces: dict[str, int]
    weights: np.ndarray


@lru_cache(maxsize=20_000)
def likely(table: str, header: str) -> Mapping[str, float]:
    """Columns of ``table`` that headings like ``header`` have, with their shares in [0, 1], which add up to 1.

    `NONE` among them stands for no column of the table. Empty where no headings of ``table`` are on file or none has a
    piece in common with ``header``.
    """
    # Names of fields in Latin letters (output_val2) say nothing by their pieces, nor does an instruction.
    held = None if header.isascii() or len(header) > LONGEST else _learnt().get(table)
    pieces = pieces_of(header)
    known = [held.pieces[piece] for piece in pieces if piece in held.pieces] if held else []
    if not known:
        return {}
    estimates = held.weights[known].sum(axis=0) / np.sqrt(len(pieces))
    shares = np.exp(SHARPNESS * (estimates - estimates.max()))
    shares /= shares.sum()
    return dict(zip(held.columns, shares.tolist(), strict=True))


def nearest(table: str, column: str, header: str, count: int = 2) -> tuple[str, ...]:
    """The headings on file of ``column`` that are likest to ``header`` by their pieces, the likest first."""
    pieces = pieces_of(header)
    headings = load("headings")[table][column]
    alike = [len(pieces & held) / np.sqrt(len(held)) for held in map(pieces_of, headings)]
    return tuple(headings[i] for i in np.argsort(-np.array(alike), kind="stable")[:count])


def weighed(offers: Mapping[str, tuple[float, str]], shares: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """Columns that words offer (evidence and its kind) and those that ``shares`` of `likely` offer, each with the
    evidence that is left or added."""
    found: dict[str, tuple[float, str]] = {}
    for column, (weight, kind) in offers.items():
        if shares and kind in AGAINST:
            other = max((share for name, share in shares.items() if name not in (column, NONE)), default=0.0)
            weight += OWN * shares.get(column, 0.0) - AGAINST[kind] * other - AGAINST_ALL[kind] * shares.get(NONE, 0.0)
            weight = min(weight, BELOW_NAMES)
        found[column] = (weight, kind)
    for column, share in shares.items():
        weight = LEAST + ADDED * share if share >= MOST_SHARE else ASKED
        if column != NONE and share >= LEAST_SHARE and weight > found.get(column, (0.0, ""))[0]:
            found[column] = (weight, "headings")
    return [(column, weight, kind) for column, (weight, kind) in found.items()]


def pieces_of(header: str) -> frozenset[str]:
    """Pieces of the whole heading and, marked apart, of its lowest level."""
    whole = folded(without_item(header))
    texts = (f"^{whole}$", f"^^{whole.rsplit('_', 1)[-1]}$$")
    return frozenset(
        text[start : start + size]
        for text in texts
        for size in range(1, LONGEST_PIECE + 1)
        for start in range(len(text) - size + 1)
    )


# ------------------------------------------------------------------------------------------ learning


def learn(headings: Mapping[str, Sequence[str]]) -> Learnt:
    """What ``headings`` by column tell.

    Memory and time grow with the square and the cube of their number: 7,000 take 200 MB and some 10 s.
    """
    numbers: dict[str, int] = {}
    found = [pieces_of(heading) for given in headings.values() for heading in given]
    places = [numbers.setdefault(piece, len(numbers)) for pieces in found for piece in sorted(pieces)]
    lengths = np.array([len(pieces) for pieces in found])
    vectors = csr_array(
        (np.repeat(1 / np.sqrt(lengths), lengths), places, np.cumsum([0, *lengths])), shape=(len(found), len(numbers))
    )
    belongs = np.repeat(np.eye(len(headings)), [len(given) for given in headings.values()], axis=0)
    alike = (vectors @ vectors.T).toarray().astype(np.float32)
    alike[np.diag_indices_from(alike)] += RIDGE
    weights = vectors.T @ solve(alike, belongs, assume_a="pos", overwrite_a=True)
    return Learnt(tuple(headings), numbers, weights)


_FILES = files("dxaudit.vocabulary")


def state_of_headings() -> str:
    """What tells one state of the headings on file from another."""
    return hashlib.sha256((_FILES / "headings.toml").read_bytes().replace(b"\r\n", b"\n")).hexdigest()


@cache
def _learnt() -> Mapping[str, Learnt]:
    """What was learnt, by table."""
    with (_FILES / "headings.npz").open("rb") as source, np.load(source, allow_pickle=False) as held:
        return {
            table: Learnt(
                tuple(held[f"{table}.columns"].tolist()),
                {piece: i for i, piece in enumerate(str(held[f"{table}.pieces"]).split("\n"))},
                held[f"{table}.weights"] * held[f"{table}.step"],
            )
            for table in held["tables"].tolist()
        }


def write() -> None:
    """Learn from the headings on file and keep it beside them."""
    kept: dict[str, object] = {"tables": list(load("headings")), "state": state_of_headings()}
    for table, headings in load("headings").items():
        held = learn(headings)
        step = np.abs(held.weights).max() / LARGEST
        kept[f"{table}.columns"] = list(held.columns)
        kept[f"{table}.pieces"] = "\n".join(held.pieces)
        kept[f"{table}.step"] = np.float32(step)
        kept[f"{table}.weights"] = np.round(held.weights / step).astype(np.int8)
    with as_file(_FILES) as folder:
        np.savez_compressed(folder / "headings.npz", **kept)
