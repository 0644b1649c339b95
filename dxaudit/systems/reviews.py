"""What people decided about systems: kept with who, when and why, and laid over every run.

A decision (``dxaudit.decisions``, kind ``overlap``) names systems and a verdict: ``accept`` (it is so), ``reject``
(neither one product nor one function), ``split`` (not one product, though perhaps one function), ``merge`` (one
product), ``classify`` (these systems do this function; ``what["function"]`` holds its code), ``one_system`` (rows of
several lists are one system), ``two_systems`` (each is a system of its own).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from dxaudit.decisions import systems_meant
from dxaudit.identity import Roster

Pair = tuple[int, int]

_SAYS_ONE = {"one_system": True, "two_systems": False, "accept": False, "reject": False, "split": False}


@dataclass(frozen=True)
class Reviews:
    """Decisions as pairs of row numbers (a < b). A later decision about a pair replaces an earlier one.

    Attributes
    ----------
    verdicts : dict of pair to verdict
    one : dict of pair to bool
        Whether the two rows are one system; a verdict on how two systems are related says that they are two.
    functions : dict of row number to function code
    notes : DataFrame
        One row per decision: verdict, systems (tuple of today's ids), missing (tuple of names: systems that are no
        longer in the list, or whose id is another's now), who, at, why, applied (False where some are missing, so that
        people have to look again; what it says of the others holds).
    """

    verdicts: dict[Pair, str] = field(default_factory=dict)
    one: dict[Pair, bool] = field(default_factory=dict)
    functions: dict[int, str] = field(default_factory=dict)
    notes: pd.DataFrame = field(default_factory=pd.DataFrame)

    def pairs(self, *verdicts: str) -> list[Pair]:
        """Pairs with one of the verdicts."""
        return [pair for pair, verdict in self.verdicts.items() if verdict in verdicts]

    def moved(self, counts: np.ndarray, ids: np.ndarray) -> Reviews:
        """What was said of a row, laid on the row that counts for it (``counts``: row → row); notes carry its id."""
        pairs = {(int(counts[a]), int(counts[b])): verdict for (a, b), verdict in self.verdicts.items()}
        row_of = {name: row for row, name in enumerate(ids)}
        return replace(
            self,
            verdicts={(min(p), max(p)): verdict for p, verdict in pairs.items() if p[0] != p[1]},
            functions={int(counts[row]): code for row, code in self.functions.items()},
            notes=self.notes.assign(
                systems=[tuple(ids[counts[[row_of[s] for s in systems]]]) for systems in self.notes["systems"]]
            ),
        )

    def rows(self) -> set[int]:
        """Every row whose product or function a decision speaks of."""
        return {row for pair in self.verdicts for row in pair} | set(self.functions)


def read_reviews(decisions: Iterable[Any], systems: pd.DataFrame, ids: np.ndarray) -> Reviews:
    """The decisions about systems among ``decisions``, against today's list and its ids."""
    mine = [d for d in decisions if d.kind == "overlap"]
    if not mine:
        return Reviews()
    roster = Roster(systems, ids)
    verdicts: dict[Pair, str] = {}
    one: dict[Pair, bool] = {}
    functions: dict[int, str] = {}
    notes: list[dict[str, Any]] = []
    for decision in mine:
        meant = systems_meant(decision, roster)
        verdict = str(decision.what.get("verdict", ""))
        if verdict == "classify":
            functions |= {row: str(decision.what.get("function", "")) for row in meant.rows}
        else:
            pairs = list(combinations(meant.rows, 2))
            if verdict in _SAYS_ONE:
                one |= dict.fromkeys(pairs, _SAYS_ONE[verdict])
            if verdict not in ("one_system", "two_systems"):
                verdicts |= dict.fromkeys(pairs, verdict)
        notes.append(
            {"verdict": verdict, "systems": tuple(ids[meant.rows]), "missing": tuple(meant.missing),
             "who": decision.who, "at": decision.at, "why": decision.why,
             "applied": bool(meant.rows) and not meant.missing}
        )  # fmt: skip
    return Reviews(verdicts, one, functions, pd.DataFrame(notes))
