"""Means, shares, consistency and differences with their intervals, from sums; arithmetic only.

Everything is a function of sums over people (number, Σ, Σ of squares), so that no answer is needed to say how sure a
figure is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

CONFIDENCE = 0.95


def sampling_share(respondents: ArrayLike, population: ArrayLike) -> NDArray[np.float64]:
    """Factor on the variance of a mean when ``respondents`` of a known, finite ``population`` answered: 1 − n/N.

    1 where the population is unknown (NaN) or smaller than the number who answered (the list is then out of date).
    Cochran, *Sampling Techniques* (1977), eq. 2.20.
    """
    n, size = np.asarray(respondents, float), np.asarray(population, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = 1.0 - n / size
    return np.where(np.isfinite(factor) & (factor >= 0), factor, 1.0)


def ratio_variance(
    respondents: ArrayLike,
    base: ArrayLike,
    total: ArrayLike,
    total_squared: ArrayLike,
    base_squared: ArrayLike,
    total_base: ArrayLike,
) -> NDArray[np.float64]:
    """Variance of ``total / base``, a ratio of sums over people, without finite-population factor.

    s² of the residuals yᵢ − r·xᵢ over n·x̄² (Cochran 1977, eq. 6.13, people as clusters of their answers). When
    everyone gave the same number of answers it is the variance of the plain mean of persons' means. NaN below two.
    """
    n, x, y = (np.asarray(v, float) for v in (respondents, base, total))
    yy, xx, xy = (np.asarray(v, float) for v in (total_squared, base_squared, total_base))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = y / x
        residual = np.maximum(yy - 2 * ratio * xy + ratio**2 * xx, 0.0)
        variance = residual / (n - 1) / n / (x / n) ** 2
    return np.where(n >= 2, variance, np.nan)


def mean_interval(
    value: ArrayLike, variance: ArrayLike, respondents: ArrayLike, population: ArrayLike = np.nan,
    confidence: float = CONFIDENCE,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Student's t interval of a mean of ``respondents`` people, corrected for a finite ``population``."""
    n = np.asarray(respondents, float)
    factor = sampling_share(n, population)
    with np.errstate(invalid="ignore"):
        half = stats.t.ppf(0.5 + confidence / 2, np.maximum(n - 1, 1)) * np.sqrt(np.asarray(variance, float) * factor)
    return np.asarray(value, float) - half, np.asarray(value, float) + half


def wilson_interval(
    share: ArrayLike, number: ArrayLike, population: ArrayLike = np.nan, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's score interval of a share out of ``number`` (Wilson 1927).

    With a known finite ``population`` the number is enlarged to n (N − 1) / (N − n), the size of an unlimited sample
    that is as precise; where all answered, low = high = share.
    """
    p, n, size = np.broadcast_arrays(*(np.asarray(v, float) for v in (share, number, population)))
    z = stats.norm.ppf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        enlarged = n * (size - 1) / (size - n)
        n_eff = np.where(np.isfinite(size) & (size > n), enlarged, n)
        centre = (p + z**2 / (2 * n_eff)) / (1 + z**2 / n_eff)
        half = z / (1 + z**2 / n_eff) * np.sqrt(p * (1 - p) / n_eff + z**2 / (4 * n_eff**2))
    census = size == n
    # Rounding must not carry a share out of its interval: at 0 and 1 Wilson's limits touch them.
    low = np.where(census, p, np.where(p == 0, 0.0, np.minimum(centre - half, p)))
    high = np.where(census, p, np.where(p == 1, 1.0, np.maximum(centre + half, p)))
    return low, high


def effective_number(share: ArrayLike, variance: ArrayLike, respondents: ArrayLike) -> NDArray[np.float64]:
    """How many independent answers a share over several questions is worth: p (1 − p) ÷ its variance.

    Several answers of one person are alike, so it lies between the people and their answers (Korn & Graubard 1998);
    never below the number of people, which it is where the variance is 0.
    """
    p, v, n = (np.asarray(x, float) for x in (share, variance, respondents))
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = p * (1 - p) / v
    return np.where(np.isfinite(worth) & (worth > n), worth, n)


@dataclass(frozen=True)
class Consistency:
    """How far several questions measure one thing.

    Attributes
    ----------
    alpha, low, high : float
        Cronbach's α and Feldt's interval; NaN where refused.
    items, respondents : int
        Questions, and people who answered all of them.
    refused : str
        Why there is no figure: ``one_item``, ``too_few``, ``no_variance``; empty otherwise.
    """

    alpha: float
    low: float
    high: float
    items: int
    respondents: int
    refused: str = ""


def consistency(answers: NDArray[np.float64], confidence: float = CONFIDENCE) -> Consistency:
    """Cronbach's α with Feldt's interval, over people who answered every question.

    α = k/(k−1) · (1 − Σ s²ᵢ / s²_total); (1 − α̂) / (1 − α) follows F with n−1 and (n−1)(k−1) degrees of freedom
    (Feldt 1965).

    Parameters
    ----------
    answers : array, people × questions, NaN where unanswered
    """
    full = answers[~np.isnan(answers).any(axis=1)] if answers.size else answers
    people, items = (len(full), answers.shape[1]) if answers.ndim == 2 else (0, 0)
    if items < 2:
        return Consistency(np.nan, np.nan, np.nan, items, people, "one_item")
    if people < 3:
        return Consistency(np.nan, np.nan, np.nan, items, people, "too_few")
    each, whole = full.var(axis=0, ddof=1), full.sum(axis=1).var(ddof=1)
    if (each <= 1e-12).any() or whole <= 1e-12:
        return Consistency(np.nan, np.nan, np.nan, items, people, "no_variance")
    alpha = items / (items - 1) * (1 - each.sum() / whole)
    freedom = (people - 1, (people - 1) * (items - 1))
    tail = (1 - confidence) / 2
    low = 1 - (1 - alpha) * stats.f.ppf(1 - tail, *freedom)
    high = 1 - (1 - alpha) * stats.f.ppf(tail, *freedom)
    return Consistency(float(alpha), float(low), float(high), items, people)


def between_groups(values: NDArray[np.float64], groups: NDArray[np.int64]) -> tuple[float, float, float]:
    """How much of the spread lies between groups: one-way intraclass correlation, and both variances.

    ICC(1) = (MSB − MSW) / (MSB + (n₀ − 1) MSW) with n₀ = (N − Σ nᵢ²/N) / (k − 1) for uneven groups
    (Shrout & Fleiss 1979; Bliese 2000). NaN with fewer than two groups or no person to spare.

    Returns
    -------
    icc, between, within : float
        ``between`` = (MSB − MSW) / n₀ may be negative (less spread between than chance gives).
    """
    sizes = np.bincount(groups)
    sizes = sizes[sizes > 0]
    count, people = len(sizes), int(sizes.sum())
    if count < 2 or people <= count:
        return np.nan, np.nan, np.nan
    _, codes = np.unique(groups, return_inverse=True)
    means = np.bincount(codes, weights=values) / sizes
    msb = float((sizes * (means - values.mean()) ** 2).sum()) / (count - 1)
    msw = float(((values - means[codes]) ** 2).sum()) / (people - count)
    n0 = (people - (sizes**2).sum() / people) / (count - 1)
    whole = msb + (n0 - 1) * msw
    if whole <= 0:
        return np.nan, np.nan, np.nan
    return (msb - msw) / whole, (msb - msw) / n0, msw


def welch(
    first: float, first_variance: float, first_number: float, second: float, second_variance: float,
    second_number: float, confidence: float = CONFIDENCE,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Difference of two means with interval and two-sided p (Welch 1947); variances are those of the means."""
    spread = first_variance + second_variance
    difference = first - second
    if not np.isfinite(spread):
        return difference, np.nan, np.nan, np.nan
    if spread <= 0:
        return difference, difference, difference, float(difference == 0)
    freedom = spread**2 / (first_variance**2 / (first_number - 1) + second_variance**2 / (second_number - 1))
    half = stats.t.ppf(0.5 + confidence / 2, freedom) * np.sqrt(spread)
    p = 2 * stats.t.sf(abs(difference) / np.sqrt(spread), freedom)
    return difference, difference - half, difference + half, float(p)


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Holm's adjusted p-values (1979): with them below 5 %, one false call in all comparisons has at most 5 % chance.

    NaN stays NaN and does not count as a comparison.
    """
    p = np.asarray(p_values, float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    steps = p[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
