"""One working session on one municipality: what stood at its start, what people changed, and what that did.

The session holds the files as read, lays the standing decisions over them and assesses again after each decision;
everything it keeps is in the city's decisions file, so that closing the notebook loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import isfinite, nan
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pandas as pd

from dxaudit.decisions import Decision, apply, cell_of, decide, read_decisions, verdict_on
from dxaudit.errors import DxauditError
from dxaudit.intake import read
from dxaudit.issues import IssueRegister, assess
from dxaudit.settings import PERSPECTIVES
from dxaudit.state import CurrentState
from dxaudit.systems import SystemMap, map_systems
from dxaudit.vocabulary import tables as canonical_tables

VERDICTS = ("accept", "reject", "split", "merge", "one_system", "two_systems")
"""What a session says of systems (`dxaudit.systems.reviews`)."""


class WorkingSession:
    """A session on the city in ``folder``.

    Parameters
    ----------
    folder : str or Path
        The municipality's folder. Its files are read and never written; decisions go to the decisions file in it.

    Attributes
    ----------
    files : CurrentState
        What the files say, without any decision.
    start : int
        How many lines the decisions file had when the session began; later ones are this session's.

    Raises
    ------
    DxauditError
        No such folder, or nothing in it that can be read.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).resolve()
        if not self.folder.is_dir():
            raise DxauditError("フォルダがありません", where=str(folder), remedy="自治体のフォルダを指定してください")
        self.files: CurrentState = read(self.folder, decisions=False)
        self.log = self.folder / self.files.settings.decisions
        self._all: tuple[Decision, ...] = read_decisions(self.log)[0]
        self.start = len(self._all)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every decision on file, in order, undone ones too."""
        return self._all

    @property
    def taken_here(self) -> tuple[Decision, ...]:
        """The decisions of this session, in order."""
        return self._all[self.start :]

    @cached_property
    def before(self) -> IssueRegister:
        """The register as it stood when the session began."""
        return assess(apply(self.files, self._all[: self.start]))

    @cached_property
    def state(self) -> CurrentState:
        """The inventories with all standing decisions laid over them."""
        return apply(self.files, self._all)

    @cached_property
    def register(self) -> IssueRegister:
        """The register under all standing decisions."""
        return assess(self.state)

    @property
    def systems(self) -> SystemMap:
        """The system map under all standing decisions."""
        return map_systems(self.state)

    def decide(self, kind: str, what: Mapping[str, Any], *, who: str, why: str) -> Decision:
        """Record a decision; once this returns it is on the disk and everything shows its effect."""
        made = decide(self.log, kind, what, who=who, why=why)
        self.refresh()
        return made

    def refresh(self) -> None:
        """Take in what others have written to the decisions file meanwhile."""
        self._all = read_decisions(self.log)[0]
        for name in ("state", "register"):
            self.__dict__.pop(name, None)

    def weigh(self, weights: Mapping[str, float], *, who: str, why: str) -> Decision:
        """Record the weights of the five perspectives."""
        checked = {}
        for name in PERSPECTIVES:
            weight = float(weights.get(name, 1.0))
            if not 0 <= weight < float("inf"):
                raise DxauditError(f"重みは0以上の数です ({name}: {weight:g})", remedy="値を直してください")
            checked[name] = weight
        if not sum(checked.values()):
            raise DxauditError("重みがすべて0です", remedy="少なくとも一つを正の数にしてください")
        return self.decide("weights", checked, who=who, why=why)

    def correct(self, table: str, row: int, column: str, new: str, *, who: str, why: str) -> Decision:
        """Record another value for one cell; the file itself stays as it is.

        ``new`` is text as a person types it: a number where the column holds numbers, one of the column's codes where
        it holds codes, several values separated by ``;`` where it holds a list, empty for "not known".
        """
        what = cell_of(self.state, table, row, column)
        return self.decide("value", {**what, "new": _typed(table, column, new)}, who=who, why=why)

    def accept_risk(self, code: str, department: str, *, who: str, why: str) -> Decision:
        """Record that the city lives with an issue. The figure stays; its status says so."""
        return self.decide("accept_risk", {"code": code, "department": department}, who=who, why=why)

    def review(self, verdict: str, systems: list[str], *, who: str, why: str) -> Decision:
        """Record a verdict on systems: one of `VERDICTS`."""
        if verdict not in VERDICTS:
            raise DxauditError(f"判定 {verdict!r} はありません", remedy=f"{'・'.join(VERDICTS)} のいずれかです")
        return self.decide("overlap", verdict_on(self.state, verdict, systems), who=who, why=why)

    def rate(self, rater: str, code: str, department: str, *, impact: int, ease: int) -> Decision:
        """Record where one rater places an issue: impact and ease, 1 (low) to 5 (high)."""
        for name, value in (("impact", impact), ("ease", ease)):
            if value not in (1, 2, 3, 4, 5):
                raise DxauditError(f"{name} は1～5の整数です ({value!r})", remedy="値を直してください")
        what = {"rater": rater, "code": code, "department": department, "impact": impact, "ease": ease}
        return self.decide("rating", what, who=rater, why="")

    def ask(self, question: str, owner: str, *, who: str, why: str, due: str = "") -> Decision:
        """Record what stays open, why it matters, and who finds out by when."""
        return self.decide("question", {"question": question, "owner": owner, "due": due}, who=who, why=why)

    def undo(self, decision: str, *, who: str, why: str) -> Decision:
        """Take back the decision with this id."""
        if decision not in {d.id for d in self._all}:
            raise DxauditError(f"決定 {decision!r} はありません", remedy="議事録にある番号を指定してください")
        return self.decide("undo", {"decision": decision}, who=who, why=why)

    def changes(self) -> pd.DataFrame:
        """What this session changed in the register, biggest change of priority first.

        Returns
        -------
        DataFrame
            department, code, perspective, value_before, value_after, priority_before, priority_after, rank_before,
            rank_after (ranks within the department); only rows in which value, priority or being assessed differ.
        """
        keys = ["department", "code", "perspective"]
        columns = ["value", "priority", "assessed", "rank"]
        both = _ranked(self.before).merge(_ranked(self.register), on=keys, how="outer", suffixes=("_before", "_after"))
        differs = pd.Series(False, index=both.index)
        for name in columns[:3]:
            old, new = both[f"{name}_before"], both[f"{name}_after"]
            differs |= ~((old == new) | (old.isna() & new.isna()))
        found = both[differs].copy()
        size = (found["priority_after"].fillna(0) - found["priority_before"].fillna(0)).abs()
        order = size.sort_values(ascending=False, kind="stable").index
        return found.loc[order, [*keys, *(f"{c}_{w}" for c in columns for w in ("before", "after"))]].reset_index(
            drop=True
        )

    def ratings(self) -> pd.DataFrame:
        """Each rater's latest placing of each issue: rater, code, department, impact, ease."""
        rows = [dict(d.what) for d in self.state.decisions if d.kind == "rating"]
        frame = pd.DataFrame(rows, columns=["rater", "code", "department", "impact", "ease"])
        return frame.drop_duplicates(["rater", "code", "department"], keep="last").reset_index(drop=True)


def _ranked(register: IssueRegister) -> pd.DataFrame:
    frame = register.frame
    priority = frame["priority"].where(frame["assessed"].astype(bool))
    rank = priority.groupby(frame["department"]).rank(ascending=False, method="min")
    return frame.assign(rank=rank)[["department", "code", "perspective", "value", "priority", "assessed", "rank"]]


def _typed(table: str, column: str, written: str) -> Any:
    spec = canonical_tables()[table]["columns"][column]
    written = written.strip()
    if not written:
        return None
    kind = spec["type"]
    if kind in ("num", "likert"):
        try:
            number = float(normalize("NFKC", written).replace(",", ""))
        except ValueError:
            number = nan
        if not isfinite(number) or (kind == "likert" and number not in (1, 2, 3, 4, 5)):
            raise DxauditError(f"{spec['label']['ja']} は数です ({written!r})", remedy="数を入れてください")
        return number
    if kind == "list":
        return [part.strip() for part in written.split(";") if part.strip()]
    codes = ("true", "partial", "false") if kind == "tri" else tuple(spec.get("values", {}))
    if codes and written not in codes:
        raise DxauditError(
            f"{spec['label']['ja']} に {written!r} は入れられません", remedy=f"{', '.join(codes)} のいずれかです"
        )
    return written
