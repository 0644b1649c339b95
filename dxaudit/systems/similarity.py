"""Which of many short texts are alike, without comparing all with all.

Character n-grams weighted by how rare they are (TF-IDF, cosine), the n nearest of each text by a sparse product.
n-grams that stand in more than 0.2 % of a large list are left out: they cost quadratically and decide nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_COMMON_SHARE = 0.002
_COMMON_AT_LEAST = 60


def ngrams(texts: list[str], sizes: tuple[int, ...] = (2, 3), *, prune: bool = True) -> sparse.csr_matrix:
    """TF-IDF rows of length one, texts × n-grams; an empty text is an empty row.

    Parameters
    ----------
    texts : list of str
        Folded texts. Their begin and end count as characters, so that short names have n-grams too.
    sizes : tuple of int
        Lengths of n-grams.
    prune : bool
        Leave out n-grams that stand in too many texts.
    """
    n = len(texts)
    if not n or not any(texts):
        return sparse.csr_matrix((n, 1), dtype=np.float32)
    joined = "\n" + "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    edge = codes == ord("\n")
    owner = np.cumsum(edge) - 1
    grams: list[np.ndarray] = []
    owners: list[np.ndarray] = []
    value = codes.copy()
    for size in range(2, max(sizes) + 1):
        with np.errstate(over="ignore"):
            value = value[:-1] * _PRIME + codes[size - 1 :]
        if size not in sizes:
            continue
        # No n-gram reaches over the edge between two texts, and none is made of edges alone.
        who = owner[: len(value)]
        crossings = owner[size - 1 :] - who
        fits = (crossings == 0) | ((crossings == 1) & edge[size - 1 :] & ~edge[: len(value)])
        keep = np.flatnonzero(fits & (who < n))
        grams.append(value[keep])
        owners.append(who[keep])
    gram, text = np.concatenate(grams), np.concatenate(owners)
    column, distinct = pd.factorize(gram, sort=True)
    counts = sparse.csr_matrix((np.ones(len(column), dtype=np.float32), (text, column)), shape=(n, len(distinct)))
    counts.sum_duplicates()
    holders = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = (np.log((1 + n) / (1 + holders)) + 1).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * rarity[counts.indices]
    norm = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    norm[norm == 0] = 1
    counts.data *= np.repeat((1 / norm).astype(np.float32), np.diff(counts.indptr))
    # An n-gram of one text alone cannot join two; it keeps its part in the length of the row.
    useful = (holders > 1) & ((holders <= max(_COMMON_AT_LEAST, _COMMON_SHARE * n)) | (not prune))
    if not useful.any():
        return sparse.csr_matrix((n, 1))
    kept = useful[counts.indices]
    start = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    column = (np.cumsum(useful) - 1)[counts.indices[kept]]
    return sparse.csr_matrix((counts.data[kept], column, start), shape=(n, int(useful.sum())))


def neighbours(matrix: sparse.csr_matrix, top: int, at_least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs a < b among the ``top`` nearest of each row, with their cosine.

    Returns
    -------
    a, b : int arrays
    cosine : float array, each at least ``at_least``
    """
    if matrix.nnz == 0:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0)
    matrix = matrix.astype(np.float32)
    found = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=top + 1, threshold=at_least).tocoo()
    a, b = np.minimum(found.row, found.col).astype(np.int64), np.maximum(found.row, found.col).astype(np.int64)
    apart = a < b
    code = a[apart] * matrix.shape[0] + b[apart]
    distinct, first = np.unique(code, return_index=True)
    return distinct // matrix.shape[0], distinct % matrix.shape[0], found.data[apart][first].astype(float)


def cosine(matrix: sparse.csr_matrix, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cosine of given pairs of rows."""
    found = np.zeros(len(a))
    # In slices, so that a million pairs do not copy a million rows at once.
    for start in range(0, len(a), 200_000):
        part = slice(start, start + 200_000)
        found[part] = np.asarray(matrix[a[part]].multiply(matrix[b[part]]).sum(axis=1)).ravel()
    return found
