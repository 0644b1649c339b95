"""How alike product names of many Latin words are: shared rare words, editions, numbers, beside each name's best match.

Folding versions away, right for a city's 文書管理システム V3, is wrong for shop titles such as "visio standard 2007
version upgrade", where edition and year are the product. So such names keep all their words.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import numpy as np
from scipy import sparse

from dxaudit.systems.similarity import cosine, neighbours, ngrams
from dxaudit.vocabulary import load

_COMMON_AT_LEAST = 150
_COMMON_SHARE = 0.01
_NEAREST = 25
_ALIKE = 0.2
_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_SPLIT_DECIMAL = re.compile(r"(?<=[0-9]) \.(?=[0-9])")


def words(text: str) -> tuple[str, ...]:
    """Latin words and numbers of a folded text, ``5.0`` as ``5``."""
    return tuple(w.removesuffix(".0") for w in _WORD.findall(_SPLIT_DECIMAL.sub(".", text)))


def is_wordy(stem: str) -> bool:
    """Whether a folded name without version and edition still is a row of Latin words."""
    return stem.isascii() and len(_WORD.findall(stem)) >= load("names")["wordy"]["from_words"]


@cache
def _groups() -> dict[str, int]:
    return {word: number for number, group in enumerate(load("names")["wordy"]["groups"]) for word in group}


def candidates(texts: list[str], wordy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs a < b of Latin names that share rare words, where at least one is wordy."""
    rows = np.flatnonzero([t.isascii() for t in texts]) if wordy.any() else np.zeros(0, dtype=np.int64)
    bags = [frozenset(words(texts[row])) for row in rows]
    holders = Counter(word for bag in bags for word in bag)
    most = max(_COMMON_AT_LEAST, _COMMON_SHARE * len(rows))
    column = {word: n for n, word in enumerate(w for w, count in holders.items() if 1 < count <= most)}
    if not column:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    entries = [
        (i, column[w], np.log(len(rows) / holders[w]) + 1) for i, bag in enumerate(bags) for w in bag if w in column
    ]
    where, what, weight = zip(*entries, strict=True)
    matrix = sparse.csr_matrix((np.array(weight, dtype=np.float32), (where, what)), shape=(len(rows), len(column)))
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = sparse.diags_array((1 / np.maximum(length, 1e-9)).astype(np.float32)).tocsr() @ matrix
    a, b, _ = neighbours(sparse.csr_matrix(matrix), _NEAREST, _ALIKE)
    one, other = rows[a], rows[b]
    keep = wordy[one] | wordy[other]
    return one[keep], other[keep]


def likeness(texts: list[str], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Likeness (0–1; 0.83 is where a name alone makes a claim) of given pairs of texts.

    Parameters
    ----------
    texts : list of str
        Folded names.
    a, b : int arrays
        Pairs of places in ``texts``.
    """
    if not len(a):
        return np.zeros(0)
    rule = load("names")["wordy"]
    found = {int(i): frozenset(words(texts[i])) for i in np.unique(np.concatenate([a, b]))}
    holders = Counter(word for bag in found.values() for word in bag)
    rarity = {word: np.log((len(found) + 1) / (count + 1)) + 1 for word, count in holders.items()}
    raw = np.array([_pair(found[int(i)], found[int(j)], rarity, rule) for i, j in zip(a, b, strict=True)])
    used = sorted(found)
    place = {text: n for n, text in enumerate(used)}
    letters = ngrams([texts[i].replace(" ", "") for i in used], sizes=(3,))
    near = cosine(letters, np.array([place[int(i)] for i in a]), np.array([place[int(j)] for j in b]))
    raw += rule["letters"] * near
    best = np.zeros(len(texts))
    for side in (a, b):
        np.maximum.at(best, side, raw)
    score = raw - rule["beside_best"] * (np.maximum(best[a], best[b]) - raw)
    weights = load("overlaps")
    needed = weights["bands"]["candidate"] / weights["product"]["name"]
    return np.clip(needed + rule["slope"] * (score - rule["claim"]), 0.0, 1.0)


def _pair(one: frozenset[str], other: frozenset[str], rarity: dict[str, float], rule: dict) -> float:
    shared = one & other
    if not shared:
        return 0.0
    square = [sum(rarity[w] ** 2 for w in bag) for bag in (shared, one, other)]
    plain = [sum(rarity[w] for w in bag) for bag in (shared, one, other)]
    value = rule["cosine"] * square[0] / (square[1] * square[2]) ** 0.5
    value += rule["contained"] * plain[0] / min(plain[1], plain[2])
    groups = [{_groups()[w] for w in bag if w in _groups()} for bag in (one, other)]
    value -= rule["group_other"] * len(groups[0] ^ groups[1])
    numbers = [{w for w in bag if w[0].isdigit() and len(w) <= 4} for bag in (one, other)]
    if all(numbers) and not numbers[0] & numbers[1]:
        value -= rule["number_other"]
    return value
