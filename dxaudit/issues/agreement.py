"""How far do the participants of a working session agree on the order of the issues?

Kendall's coefficient of concordance W with correction for ties (Kendall and Babington Smith 1939):
W = 12·S ÷ (m²(n³ − n) − m·ΣT), S the squared deviations of the rank sums from their mean, T = Σ(t³ − t) over the ties
of one rater.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Agreement:
    """``value`` is W in [0, 1] (NaN with fewer than two raters or issues); ``spread`` has one line per issue."""

    value: float
    raters: int
    issues: int
    spread: pd.DataFrame


def kendall_w(ranks: pd.DataFrame) -> Agreement:
    """Agreement of raters (rows) on issues (columns); 1 is the gravest.

    Parameters
    ----------
    ranks : DataFrame, shape (raters, issues)
        Any numbers in which smaller is first; they are turned into mid-ranks per rater. An issue that a rater left
        open (NaN) drops out for all, since W compares complete rankings.

    Returns
    -------
    Agreement
        ``spread``: issue, mean_rank, lowest, highest, spread (highest − lowest); the most disputed first.

    Examples
    --------
    >>> three = pd.DataFrame([[1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4]], columns=list("abcd"))
    >>> round(kendall_w(three).value, 4)
    0.7778
    """
    complete = ranks.dropna(axis=1)
    m, n = complete.shape
    mid = complete.rank(axis=1, method="average")
    lines = pd.DataFrame(
        {
            "issue": mid.columns,
            "mean_rank": mid.mean().to_numpy(),
            "lowest": mid.min().to_numpy(),
            "highest": mid.max().to_numpy(),
        }
    )
    lines["spread"] = lines["highest"] - lines["lowest"]
    lines = lines.sort_values(["spread", "mean_rank"], ascending=[False, True], kind="stable").reset_index(drop=True)
    if m < 2 or n < 2:
        return Agreement(math.nan, m, n, lines)
    sums = mid.sum()
    s = float(((sums - sums.mean()) ** 2).sum())
    ties = sum(float((c**3 - c).sum()) for c in (row.value_counts() for _, row in mid.iterrows()))
    base = m**2 * (n**3 - n) - m * ties
    return Agreement(12.0 * s / base if base > 0 else math.nan, m, n, lines)
