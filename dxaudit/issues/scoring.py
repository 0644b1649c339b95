"""How grave is a figure, how far does it reach, and which issue comes first?

Everything here is absolute: a figure is judged by the anchors of its catalogue entry alone, never by the other
departments' figures, so that adding, dropping or renaming one department moves no other score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from dxaudit.issues.catalogue import LEVELS, Criterion
from dxaudit.settings import PERSPECTIVES


def severity(value: float, criterion: Criterion) -> float:
    """Severity of ``value`` in [0, 1]: piecewise linear through good 0, warn 0.3, alert 0.6, worst 1.

    Where two anchors are equal there is a step. A rising threshold reads "from … on", so a value on the step takes the
    graver severity; a falling one reads "below …", so it takes the milder. NaN stays NaN.

    Examples
    --------
    >>> from dxaudit.issues.catalogue import catalogue
    >>> paper = catalogue()["G01"].criteria[0]      # anchors 20, 50, 67, 100 %
    >>> [round(severity(v, paper), 3) for v in (10, 50, 58.5, 67, 83.5, 100)]
    [0.0, 0.3, 0.45, 0.6, 0.8, 1.0]
    """
    if math.isnan(value):
        return math.nan
    anchors = criterion.anchors
    rising = anchors[3] > anchors[0]
    turn = 1.0 if rising else -1.0
    position = [turn * a for a in anchors]
    x = turn * value
    if x <= position[0]:
        return LEVELS[0]
    if x >= position[3] and rising:
        # The last anchor that is reached counts, also where two are equal.
        return LEVELS[3]
    for left, right, low, high in zip(position, position[1:], LEVELS, LEVELS[1:], strict=False):
        if x < right or (x == right and not rising):
            return low + (high - low) * (x - left) / (right - left)
    return LEVELS[3]


def reach(shares: Mapping[str, float]) -> float:
    """Mean of the shares that could be had, each in [0, 1]; NaN where there is none."""
    known = [share for share in shares.values() if not math.isnan(share)]
    return math.fsum(known) / len(known) if known else math.nan


def priority(severity: float, reach: float, weight: float) -> float:
    """100 · √(severity · reach) · weight.

    Examples
    --------
    >>> round(priority(0.45, 0.8, 1.0), 1)
    60.0
    """
    return 100.0 * math.sqrt(severity * reach) * weight


def perspective_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """The five weights scaled to a mean of 1, so that priorities stay on one scale whatever the city weighs."""
    total = math.fsum(weights[p] for p in PERSPECTIVES)
    return {p: len(PERSPECTIVES) * weights[p] / total for p in PERSPECTIVES}


def perspective_score(assessed: Iterable[tuple[float, float]], open_weight: float) -> tuple[float, float, float]:
    """Score of one perspective and the interval that its unassessed issues leave open.

    Parameters
    ----------
    assessed : iterable of (severity, weight)
    open_weight : float
        Sum of the weights of the issues that could not be assessed.

    Returns
    -------
    score, low, high : float
        100 × weighted mean severity; the same with every unassessed issue at severity 0, and at 1.
        ``score`` is NaN where nothing of positive weight was assessed.

    Examples
    --------
    >>> [round(x, 1) for x in perspective_score([(0.6, 1.0), (0.2, 1.0)], open_weight=2.0)]
    [40.0, 20.0, 70.0]
    """
    pairs = list(assessed)
    gravity = math.fsum(s * w for s, w in pairs)
    known = math.fsum(w for _, w in pairs)
    whole = known + open_weight
    score = 100.0 * gravity / known if known > 0 else math.nan
    if whole <= 0:
        return score, math.nan, math.nan
    return score, 100.0 * gravity / whole, 100.0 * (gravity + open_weight) / whole


def band(score: float) -> str:
    """``none`` below 30, ``caution`` below 60, ``major`` from 60, ``not_assessed`` for NaN; of a score of 0–100.

    Examples
    --------
    >>> [band(s) for s in (29.9, 30, 60, float("nan"))]
    ['none', 'caution', 'major', 'not_assessed']
    """
    if math.isnan(score):
        return "not_assessed"
    return "none" if score < 30 else "caution" if score < 60 else "major"
