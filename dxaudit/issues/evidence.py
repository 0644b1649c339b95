"""What did an indicator find, and do the rows behind it add up to the figure?

An indicator never returns a bare number. It returns the rows with what each contributes and the rule that joins
them (`join`); the figure is computed from just those, so a drill-down cannot differ from the figure it explains.
Sums are exact (`math.fsum`), so the order of rows cannot move a figure, not even by its last bit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

JOINS = ("share", "ratio", "sum", "maximum", "minimum", "spread", "group_maximum", "group_share", "group_ratio", "peak")
MONTHS = 12


def join(
    how: str, numerator: np.ndarray, denominator: np.ndarray | None = None, group: np.ndarray | None = None
) -> float:
    """The figure that rows make together. NaN where there is no row, or a base of zero.

    Parameters
    ----------
    how : str
        ``share`` 100·Σn÷Σd · ``ratio`` Σn÷Σd · ``sum`` Σn · ``maximum``, ``minimum`` of n · ``spread`` max n − min n ·
        ``group_maximum`` largest Σn of a group · ``group_share`` 100·(largest Σn of a group)÷Σd ·
        ``group_ratio`` the largest max n ÷ min n within a group · ``peak`` largest Σn of a month ÷ mean of 12 months.
    numerator, denominator : array of float, shape (rows,)
    group : array of object, shape (rows,)

    Examples
    --------
    >>> n = np.array([30.0, 0.0, 30.0]); d = np.array([30.0, 40.0, 30.0])
    >>> join("share", n, d)
    60.0
    >>> join("group_maximum", np.ones(3), group=np.array(["a", "b", "a"], dtype=object))
    2.0
    """
    if len(numerator) == 0:
        return math.nan
    if how in ("share", "ratio"):
        base = math.fsum(denominator)
        return math.nan if base == 0 else (100.0 if how == "share" else 1.0) * math.fsum(numerator) / base
    if how == "sum":
        return math.fsum(numerator)
    if how == "maximum":
        return float(np.max(numerator))
    if how == "minimum":
        return float(np.min(numerator))
    if how == "spread":
        return float(np.max(numerator) - np.min(numerator))
    parts = grouped(numerator, group)
    if how == "group_maximum":
        return max(math.fsum(part) for part in parts.values())
    if how == "group_share":
        base = math.fsum(denominator)
        return math.nan if base == 0 else 100.0 * max(math.fsum(part) for part in parts.values()) / base
    if how == "group_ratio":
        return max(max(part) / min(part) for part in parts.values())
    if how == "peak":
        whole = math.fsum(numerator)
        return math.nan if whole == 0 else MONTHS * max(math.fsum(part) for part in parts.values()) / whole
    raise KeyError(how)


def grouped(numerator: np.ndarray, group: np.ndarray) -> dict[object, list[float]]:
    """The numbers of each group."""
    parts: dict[object, list[float]] = {}
    for key, number in zip(group, numerator, strict=True):
        parts.setdefault(key, []).append(float(number))
    return parts


@dataclass(frozen=True)
class Evidence:
    """The rows of one figure, what each contributes, and the rule that joins them.

    Attributes
    ----------
    how : str
        One of `JOINS`.
    numerator, affected : arrays, shape (rows,)
        Contribution of each row, and whether the row makes the issue (the rest is the base).
    denominator, group : arrays, shape (rows,), or None
        As `join` wants them.
    width : array, shape (rows,), or None
        Half-width of the error band of each row's hours, as a share; None where the figure has no hours.
    table : str or None
        The canonical table the rows are of; then ``rows`` are its index labels and ``columns`` the cells shown.
    listed : mapping of column name to list, or None
        Where the figure rests on something else (aggregates of the survey, groups of systems): its lines,
        with ``file``, ``sheet``, ``cell`` and ``item``; ``places`` where a line has several cells.
    """

    how: str
    numerator: np.ndarray
    affected: np.ndarray
    denominator: np.ndarray | None = None
    group: np.ndarray | None = None
    width: np.ndarray | None = None
    table: str | None = None
    rows: np.ndarray | None = None
    columns: tuple[str, ...] = ()
    listed: Mapping[str, list] | None = None

    @property
    def value(self) -> float:
        """The figure."""
        return join(self.how, self.numerator, self.denominator, self.group)

    @property
    def affected_rows(self) -> np.ndarray:
        """Index labels of the rows that make the issue, each once; empty where there is no table."""
        if self.rows is None:
            return np.empty(0, dtype=int)
        return np.unique(self.rows[self.affected])

    def interval(self) -> tuple[float, float]:
        """The lowest and highest value while every row's hours move within their band.

        For a share the extremes are reached where the affected rows sit at one end of their bands and the
        others at the opposite end. Figures without hours have no band: both ends are the value.
        """
        value = self.value
        if self.width is None or math.isnan(value):
            return value, value
        less, more = 1.0 - self.width, 1.0 + self.width
        n, d = self.numerator, self.denominator
        if self.how == "share":
            rest = d - n
            low = 100.0 * _part(math.fsum(n * less), math.fsum(rest * more))
            high = 100.0 * _part(math.fsum(n * more), math.fsum(rest * less))
        elif self.how == "ratio":
            low, high = join("ratio", n * less, d), join("ratio", n * more, d)
        else:
            low, high = join(self.how, n * less, d, self.group), join(self.how, n * more, d, self.group)
        return min(low, value), max(high, value)


def _part(one: float, other: float) -> float:
    return one / (one + other) if one + other > 0 else math.nan


@dataclass(frozen=True)
class Measured:
    """What one indicator found in one scope.

    Attributes
    ----------
    evidence : Evidence or None
        None where nothing could be measured; then ``reason`` says why.
    coverage : float
        Share of rows (by hours where there are hours) that carry what the indicator needs.
    reason, reason_values
        Key of the sentence (``labels/issues.toml`` [reason]) and what it names.
    figures : mapping
        Values of the entry's further criteria, by key.
    beside : mapping
        Further figures shown with the explanation, by key (``labels/issues.toml`` [beside]); never scored.
    severity : float or None
        Where the entry judges row by row (G02) instead of through its own anchors.
    shares : mapping
        Shares of the reach that rows cannot give (staff), by name.
    """

    evidence: Evidence | None = None
    coverage: float = math.nan
    reason: str | None = None
    reason_values: Mapping[str, object] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    beside: Mapping[str, float | str] = field(default_factory=dict)
    severity: float | None = None
    shares: Mapping[str, float] = field(default_factory=dict)


def not_assessed(reason: str, coverage: float = math.nan, **values: object) -> Measured:
    """未評価, with the reason."""
    return Measured(reason=reason, reason_values=values, coverage=coverage)
