"""Pairs of systems with their confidence: the named signals, their weights, and the sentence that says why.

Same product: name, vendor, function (`dxaudit.systems.products`). Same function by different products: function,
written function, data held, businesses, text. The confidence is the sum of the contributions, cut at 0 and 0.99.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.errors import DxauditError
from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.likeness import pairs_of_equals
from dxaudit.systems.similarity import cosine, neighbours, ngrams
from dxaudit.vocabulary import load

FUNCTION_SIGNALS = ("function", "written", "data", "businesses", "text")
LARGEST = 3_000_000
_NEAREST = 15
_ALIKE = 0.03


def too_many(count: int) -> DxauditError:
    """The error of a list whose pairs nobody can read."""
    return DxauditError(
        f"組が多すぎて一覧にできません (約{count:,}組、上限{LARGEST:,}組)",
        remedy="groups() または --groups でグループの一覧を出してください",
    )


def expected_pairs(possible: sparse.csr_matrix) -> int:
    """At most so many pairs share a function of ``possible`` (systems × functions)."""
    holders = np.bincount(possible.indices, minlength=possible.shape[1]).astype(np.int64)
    return int((holders * (holders - 1) // 2).sum())


def function_candidates(
    possible: sparse.csr_matrix, text: sparse.csr_matrix, vendor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs a < b that may share a function, whose texts are among each other's nearest, or that one vendor made.

    ``possible`` is systems × functions, non-zero where a system shows any sign of the function.
    """
    n = possible.shape[0]
    expected = expected_pairs(possible)
    if expected > LARGEST:
        raise too_many(expected)
    sign = (possible > 0).astype(np.int32)
    shared = sparse.triu(sign @ sign.T, k=1).tocoo()
    near_a, near_b, _ = neighbours(text, _NEAREST, _ALIKE)
    made_a, made_b = pairs_of_equals(vendor, 1)
    code = np.unique(
        np.concatenate([shared.row.astype(np.int64) * n + shared.col, near_a * n + near_b, made_a * n + made_b])
    )
    return code // n, code % n


def function_confidence(
    a: np.ndarray, b: np.ndarray, members: sparse.csr_matrix, signs: sparse.csr_matrix, text: sparse.csr_matrix,
    fields: dict[str, list[str]], known: Taxonomy,
) -> pd.DataFrame:  # fmt: skip
    """Contribution of each of `FUNCTION_SIGNALS` and the confidence, for given pairs of rows."""
    weight = load("overlaps")["function"]
    left, right = members[a], members[b]
    shared = _in_common(left, right)
    hinted = _in_common(signs[a], signs[b])
    open_a, open_b = np.diff(members.indptr)[a] == 0, np.diff(members.indptr)[b] == 0
    apart = np.asarray((left @ known.apart().astype(float)).multiply(right).sum(axis=1)).ravel() > 0
    other = (shared == 0) & (hinted == 0) & ~open_a & ~open_b
    # Two decided functions that agree are a claim; how surely they were decided lifts it.
    agreed = weight["function"] * (weight["function_base"] + (1 - weight["function_base"]) * shared)
    function = np.where(
        shared > 0, agreed,
        np.where(hinted > 0, weight["function"] * weight["function_hint"] * hinted,
        np.where(other & apart, weight["function_apart"], np.where(other, weight["function_other"], 0.0))),
    )  # fmt: skip
    written = np.array(fields["function"], dtype=object)
    frame = pd.DataFrame(
        {
            "a": a,
            "b": b,
            "function": function,
            "written": weight["written"] * ((written[a] == written[b]) & (written[a] != "")),
            "data": weight["data"] * _common(fields["data"], a, b),
            "businesses": weight["businesses"] * _common(fields["businesses"], a, b),
            "text": weight["text"] * cosine(text, a, b),
        }
    )
    frame["confidence"] = frame[list(FUNCTION_SIGNALS)].sum(axis=1).clip(0.0, 0.99)
    return frame


def _in_common(left: sparse.csr_matrix, right: sparse.csr_matrix) -> np.ndarray:
    """Of two rows, the best function both have: the lesser of the two scores."""
    if not left.shape[0]:
        return np.zeros(0)
    return left.minimum(right).max(axis=1).toarray().ravel()


def _common(values: list[str], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Share of the shorter list that the longer one has too."""
    parts = [frozenset(p for p in v.replace("/", " ").split() if p) for v in values]
    return np.array(
        [len(parts[i] & parts[j]) / min(len(parts[i]), len(parts[j])) if parts[i] and parts[j] else 0.0
         for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    )  # fmt: skip


def text_matrix(fields: dict[str, list[str]]) -> sparse.csr_matrix:
    """What a row says about itself, as n-grams: name, function, businesses, purpose and data together."""
    joined = [" ".join(filter(None, parts)) for parts in zip(*fields.values(), strict=True)]
    return ngrams(joined)
