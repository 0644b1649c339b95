"""How far does the ranking depend on how the five perspectives are weighed?

Method: stochastic multicriteria acceptability (SMAA; Lahdelma, Hokkanen and Salminen 1998) over the perspective
weights alone: weightings drawn from a Dirichlet distribution, the ranks counted. The nearest weighting that
changes the first place is exact: the projection of the present weights onto a polytope, a small quadratic program
solved by going through its active sets.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.settings import PERSPECTIVES
from dxaudit.vocabulary import text

if TYPE_CHECKING:
    from dxaudit.issues.register import IssueRegister

PLACES = (3, 5, 10)
COLUMNS = ("department", "code", "perspective", "priority", "rank", "first", "top3", "top5", "top10")


def acceptability(
    register: IssueRegister, department: str | None = None, samples: int = 10_000, seed: int = 20260401
) -> pd.DataFrame:
    """In how many of ``samples`` weightings each assessed issue is first, and among the first 3, 5 and 10.

    Parameters
    ----------
    register : IssueRegister
    department : str, optional
        One department or "全庁"; every scope where None.
    samples : int
        Weightings of the five perspectives, drawn by `draw_weights` around the register's own.
    seed : int
        The same seed gives the same figures.

    Returns
    -------
    DataFrame
        `COLUMNS`: ``rank`` is that of the register's own weights (1 is first), ``first`` … ``top10`` shares in
        [0, 1]. A place counts for an issue when fewer issues lie strictly above it. Issues of severity 0 are left out.
    """
    weights = draw_weights(samples, seed, register.weights)
    frame = register.frame
    wanted = None if department is None else register.of(department)["department"].iloc[0]
    base = np.array([r.base for r in register.results])
    at = frame["perspective"].map({p: i for i, p in enumerate(PERSPECTIVES)}).to_numpy()
    usable = ~np.isnan(base) & (base > 0)
    parts = []
    for name, rows in frame.groupby("department", sort=False).indices.items():
        if wanted is not None and name != wanted:
            continue
        rows = rows[usable[rows]]
        if len(rows) == 0:
            continue
        shares = _shares(base[rows], at[rows], weights)
        lines = frame.iloc[rows][["department", "code", "perspective", "priority"]].reset_index(drop=True)
        lines["rank"] = lines["priority"].rank(ascending=False, method="min").astype(int)
        parts.append(pd.concat([lines, pd.DataFrame(shares, columns=list(COLUMNS[5:]))], axis=1))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)


def draw_weights(samples: int, seed: int, own: Mapping[str, float] | None = None) -> np.ndarray:
    """Weightings from Dirichlet(α) with α = 5·w/Σw of the weights ``own``; shape (samples, 5), each summing to 1.

    Equal weights give the flat distribution: every weighting is as likely as any other. Where a perspective weighs
    more, the weightings lie around that; one of weight 0 stays at 0.
    """
    shape = np.array([1.0 if own is None else own[p] for p in PERSPECTIVES])
    shape = len(PERSPECTIVES) * shape / shape.sum()
    found = np.zeros((samples, len(PERSPECTIVES)))
    found[:, shape > 0] = np.random.default_rng(seed).dirichlet(shape[shape > 0], samples)
    return found


def _shares(base: np.ndarray, at: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of weightings in which each issue is first, and in the first 3, 5, 10; shape (issues, 4)."""
    scores = (weights.T[at] * base[:, None]).astype(np.float32)
    count = len(base)
    places = [1, *PLACES]
    wanted = [k for k in places if k < count]
    found = np.ones((count, len(places)))
    if wanted:
        # The k-th largest of every weighting at once; partition is linear, a full sort is not needed.
        ordered = np.partition(scores.T, [count - k for k in wanted], axis=1)
        for k in wanted:
            found[:, places.index(k)] = (scores >= ordered[:, count - k]).mean(axis=1)
    return found


def rank_shares(
    register: IssueRegister,
    department: str | None = None,
    places: int = 10,
    samples: int = 10_000,
    seed: int = 20260401,
) -> pd.DataFrame:
    """Share of weightings in which each issue takes each rank; issues × ranks 1…places, best expected rank first."""
    weights = draw_weights(samples, seed, register.weights)
    name = register.of(department)["department"].iloc[0]
    base = np.array([r.base for r in register.results])
    rows = np.flatnonzero((register.frame["department"] == name).to_numpy() & ~np.isnan(base) & (base > 0))
    if len(rows) == 0:
        return pd.DataFrame()
    at = register.frame["perspective"].iloc[rows].map({p: i for i, p in enumerate(PERSPECTIVES)}).to_numpy()
    scores = weights.T[at] * base[rows][:, None]
    ranks = (-scores).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    table = np.stack([(ranks == place).mean(axis=1) for place in range(len(rows))], axis=1)
    order = np.argsort(ranks.mean(axis=1), kind="stable")
    shown = pd.DataFrame(table[order], index=register.frame["code"].iloc[rows].to_numpy()[order])
    shown.columns = range(1, len(rows) + 1)
    return shown.iloc[:, :places]


@dataclass(frozen=True)
class Turn:
    """The nearest weighting under which another issue comes first.

    ``weights`` sum to 1; ``distance`` is Euclidean between both weightings (each summing to 1). ``first`` is the
    issue that leads now, ``next`` the one that draws level.
    """

    first: str
    next: str
    weights: Mapping[str, float]
    now: Mapping[str, float]
    distance: float

    def sentence(self, titles: Mapping[str, str], lang: str = "ja") -> str:
        """What has to change, in words."""
        change = {p: self.weights[p] - self.now[p] for p in PERSPECTIVES}
        most = max(change, key=lambda p: abs(change[p]))
        return text(
            "issues.robustness.turn", lang,
            first=titles[self.first], next=titles[self.next], perspective=text(f"common.perspective.{most}", lang),
            now=f"{100 * self.now[most]:.1f}", then=f"{100 * self.weights[most]:.1f}",
        )  # fmt: skip


def nearest_turn(register: IssueRegister, department: str | None = None) -> Turn | None:
    """The nearest weighting that changes the first place; None where no weighting can.

    The leader's perspective against the best issue of each other one: minimise ‖w − now‖² over w ≥ 0, Σw = 1,
    rival·w_q ≥ leader·w_p. Exact (quadratic program, active sets enumerated).
    """
    name = register.of(department)["department"].iloc[0]
    inside = (register.frame["department"] == name).to_numpy()
    best: dict[str, tuple[float, str]] = {}
    for row in np.flatnonzero(inside):
        result = register.results[row]
        if not math.isnan(result.base) and result.base > best.get(result.entry.perspective, (0.0, ""))[0]:
            best[result.entry.perspective] = (result.base, result.entry.code)
    if not best:
        return None
    total = math.fsum(register.weights.values())
    now = {p: register.weights[p] / total for p in PERSPECTIVES}
    leader = max(best, key=lambda p: best[p][0] * now[p])
    turns = []
    for rival in best:
        if rival != leader:
            w = _project(np.array([now[p] for p in PERSPECTIVES]), leader, rival, best[leader][0], best[rival][0])
            gap = float(np.linalg.norm(w - np.array([now[p] for p in PERSPECTIVES])))
            turns.append(
                Turn(best[leader][1], best[rival][1], dict(zip(PERSPECTIVES, w.tolist(), strict=True)), now, gap)
            )
    return min(turns, key=lambda turn: turn.distance) if turns else None


def _project(now: np.ndarray, leader: str, rival: str, leading: float, other: float) -> np.ndarray:
    """The point nearest to ``now`` with w ≥ 0, Σw = 1 and other·w_rival = leading·w_leader."""
    size = len(PERSPECTIVES)
    level = np.zeros(size)
    level[PERSPECTIVES.index(rival)], level[PERSPECTIVES.index(leader)] = other, -leading
    nearest, gap = now, math.inf
    for zeros in itertools.chain.from_iterable(itertools.combinations(range(size), k) for k in range(size)):
        rows = [np.ones(size), level / np.linalg.norm(level), *(np.eye(size)[z] for z in zeros)]
        a, b = np.array(rows), np.array([1.0, *[0.0] * (len(rows) - 1)])
        step, *_ = np.linalg.lstsq(a, b - a @ now, rcond=None)
        w = now + step
        if np.allclose(a @ w, b, atol=1e-9) and (w >= -1e-12).all() and np.linalg.norm(w - now) < gap:
            nearest, gap = np.clip(w, 0.0, None), float(np.linalg.norm(w - now))
    return nearest


def tornado(register: IssueRegister, department: str | None = None, factor: float = 2.0) -> pd.DataFrame:
    """How the lead of the first issue moves when one perspective weighs ``factor`` times less or more.

    Returns
    -------
    DataFrame
        perspective, low, high (lead of today's first issue over the best other one, in priority points, with the
        perspective's weight divided and multiplied by ``factor``), now, first_low, first_high (who leads then);
        the perspective that moves it most first. Empty with fewer than two issues.
    """
    name = register.of(department)["department"].iloc[0]
    inside = (register.frame["department"] == name).to_numpy()
    rows = [r for r, keep in zip(register.results, inside, strict=True) if keep and r.base > 0]
    columns = ["perspective", "now", "low", "high", "first_low", "first_high"]
    if len(rows) < 2:
        return pd.DataFrame(columns=columns)
    base = np.array([r.base for r in rows])
    at = np.array([PERSPECTIVES.index(r.entry.perspective) for r in rows])
    codes = [r.entry.code for r in rows]
    today = np.array([register.weights[p] for p in PERSPECTIVES])

    def lead(weights: np.ndarray) -> tuple[float, str]:
        scores = base * (weights * len(PERSPECTIVES) / weights.sum())[at]
        return float(scores[first] - np.delete(scores, first).max()), codes[int(scores.argmax())]

    first = int((base * today[at]).argmax())
    now, _ = lead(today)
    lines = []
    for i, perspective in enumerate(PERSPECTIVES):
        less, more = today.copy(), today.copy()
        less[i] /= factor
        more[i] *= factor
        (low, first_low), (high, first_high) = lead(less), lead(more)
        lines.append((perspective, now, low, high, first_low, first_high))
    frame = pd.DataFrame(lines, columns=columns)
    return frame.loc[
        (frame["high"] - frame["low"]).abs().sort_values(ascending=False, kind="stable").index
    ].reset_index(drop=True)
