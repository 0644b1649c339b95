"""What was decided, by whom and why: an append-only file in the city's folder, replayed on every read.

One decision is one line of JSON in ``decisions.jsonl``. Lines are only ever appended: undoing a decision is a further
line. The source files are never written; corrections lie over them.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from dxaudit.errors import DxauditError
from dxaudit.identity import Roster, facts_of, system_ids
from dxaudit.state import FINDING_COLUMNS, TABLES, CurrentState
from dxaudit.vocabulary import columns as canonical_columns
from dxaudit.vocabulary import tables as canonical_tables
from dxaudit.vocabulary import text

KINDS = ("weights", "value", "accept_risk", "overlap", "rating", "question", "release_quote", "undo")
"""What can be decided:

weights        the weight of each perspective: ``{perspective: weight}``
value          a cell read wrongly or answered wrongly: ``{table, file, sheet, block, row, name, column, old, new}``
accept_risk    an issue the city lives with: ``{code, department}``
overlap        verdict on systems: ``{verdict: accept|reject|split|merge|classify|one_system|two_systems,
               systems: [ids], known_by: [facts of each], function: code}``
rating         one rater's placing of an issue: ``{rater, code, department, impact, ease, rank}``
question       what stays open: ``{question, owner, due}``
release_quote  a free-text answer the analyst allows to be quoted: ``{theme, quote}``
undo           takes an earlier decision back: ``{decision: id}``
"""

LOCK_SECONDS = 10


@dataclass(frozen=True)
class Decision:
    """One decision. ``at`` is ISO local time with offset; ``what`` depends on ``kind`` (see `KINDS`)."""

    kind: str
    who: str
    why: str
    what: Mapping[str, Any]
    at: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def line(self) -> str:
        """The decision as its line in the file."""
        return json.dumps({**asdict(replace(self, what={})), "what": dict(self.what)}, ensure_ascii=False)


def decide(path: Path, kind: str, what: Mapping[str, Any], *, who: str, why: str) -> Decision:
    """Append one decision to ``path`` and return it once it is on the disk.

    Raises
    ------
    DxauditError
        An unknown kind, no name, no reason, or a file that cannot be written. Then nothing was written.
    """
    if kind not in KINDS:
        raise DxauditError(f"決定の種類 {kind!r} はありません", remedy=f"{', '.join(KINDS)} のいずれかにしてください")
    if not who.strip():
        raise DxauditError("誰の決定かが書かれていません", remedy="氏名または役職を入れてください")
    if not why.strip() and kind != "rating":
        raise DxauditError("決定の理由が書かれていません", remedy="理由を入れてください")
    made = Decision(
        kind, who.strip(), why.strip(), dict(what), datetime.now().astimezone().isoformat(timespec="seconds")
    )
    append(path, [made])
    return made


def append(path: Path, decisions: Iterable[Decision]) -> None:
    """Append decisions to ``path``, on the disk before this returns.

    A byte-range lock keeps two people on a file share from writing into each other's line; a line that a power cut
    left half-written is closed first, so that it spoils no other.
    """
    content = "".join(decision.line() + "\n" for decision in decisions).encode()
    try:
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS), path.open("ab") as out:
            if _ends_mid_line(path):
                content = b"\n" + content
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except Timeout:
        raise DxauditError(
            f"ほかの人が書き込み中のまま {LOCK_SECONDS} 秒たちました", where=str(path), remedy="もう一度試してください"
        ) from None
    except OSError as error:
        raise DxauditError(
            f"決定を書き込めません ({error.strerror})", where=str(path), remedy="フォルダの権限を確かめてください"
        ) from None


def _ends_mid_line(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as source:
        source.seek(-1, os.SEEK_END)
        return source.read(1) != b"\n"


def read_decisions(path: Path) -> tuple[tuple[Decision, ...], list[int]]:
    """The decisions of a file in order, and the numbers of lines that hold none (half-written, not JSON).

    A missing file holds no decisions.
    """
    if not path.exists():
        return (), []
    found: list[Decision] = []
    broken: list[int] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            found.append(
                Decision(
                    kind=str(raw["kind"]),
                    who=str(raw["who"]),
                    why=str(raw["why"]),
                    what=dict(raw["what"]),
                    at=str(raw["at"]),
                    id=str(raw["id"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            broken.append(number)
    return tuple(found), broken


def active(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Decisions that stand: those undone, and the undoings, left out. An undoing can itself be undone."""
    in_order = list(decisions)
    undone: set[str] = set()
    for decision in reversed(in_order):
        if decision.kind == "undo" and decision.id not in undone:
            undone.add(str(decision.what.get("decision")))
    return tuple(d for d in in_order if d.kind != "undo" and d.id not in undone)


def apply(state: CurrentState, decisions: Iterable[Decision]) -> CurrentState:
    """``state`` with the standing decisions laid over it; the same inputs and decisions give the same result.

    Corrected values replace what was read (what the file says stays in ``decisions`` as ``old``), weights replace the
    settings'. A correction whose cell no longer holds what it held when the correction was decided, or whose row is
    another's now, is not applied but becomes a finding: the file has changed since, and people have to look again. So
    does a verdict on a system that can no longer be found; the others are laid over by `dxaudit.systems.map_systems`.
    """
    standing = active(decisions)
    tables = {name: state.table(name) for name in TABLES}
    changed: dict[str, pd.DataFrame] = {}
    findings: list[dict[str, Any]] = []
    rows: dict[str, dict[tuple, int]] = {}
    settings = state.settings
    for decision in standing:
        if decision.kind == "weights":
            settings = replace(settings, weights={**settings.weights, **decision.what})
        elif decision.kind == "value":
            problem = _correct(tables, changed, rows, decision)
            if problem:
                findings.append(_finding(decision, problem))
    findings += _uncertain(changed.get("systems", state.systems), standing, settings.decisions)
    if findings:
        added = pd.DataFrame(findings, columns=list(FINDING_COLUMNS))
        all_findings = pd.concat([state.findings, added], ignore_index=True) if len(state.findings) else added
    else:
        all_findings = state.findings
    return state.replace(**changed, findings=all_findings, settings=settings, decisions=standing)


def _correct(
    tables: Mapping[str, pd.DataFrame],
    changed: dict[str, pd.DataFrame],
    rows: dict[str, dict[tuple, int]],
    decision: Decision,
) -> str | None:
    """Lay one corrected value over its cell; the label of what is wrong where it cannot be laid."""
    what = decision.what
    table, column = str(what.get("table")), str(what.get("column"))
    if table not in tables or column not in canonical_columns(table):
        return "decisions.no_such_column"
    frame = changed.get(table)
    if frame is None:
        frame = tables[table].copy()
    if table not in rows:
        keys = zip(frame["source_file"], frame["source_sheet"], frame["source_block"], frame["source_row"], strict=True)
        rows[table] = {(f, s, int(b), int(r)): label for (f, s, b, r), label in zip(keys, frame.index, strict=True)}
    key = (what.get("file"), what.get("sheet", ""), int(what.get("block", 1)), int(what.get("row", 0)))
    label = rows[table].get(key)
    if label is None:
        return "decisions.no_such_row"
    kind = canonical_tables()[table]["columns"][column]["type"]
    now, old, new = _plain(frame.at[label, column]), what.get("old"), what.get("new")
    if now == new:
        return None
    if now != old or ("name" in what and what["name"] != _name(table, frame.loc[label])):
        return "decisions.cell_has_changed"
    if new is not None and kind in ("num", "likert"):
        new = float(new)
    elif new is not None and kind == "list":
        new = tuple(new)
    frame.at[label, column] = float("nan") if new is None else new
    changed[table] = frame
    return None


def _plain(value: Any) -> Any:
    """A cell as it stands in the decisions file: None for missing, a list for several values."""
    if isinstance(value, tuple):
        return list(value)
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


_NAMES = {"businesses": "business", "systems": "system", "organization": "department", "workflow": "action"}
"""What a row is called: a line inserted above it gives its place in the file to another row."""


def _name(table: str, line: pd.Series) -> Any:
    return _plain(line[_NAMES[table]]) if table in _NAMES else None


def cell_of(state: CurrentState, table: str, row: int, column: str) -> dict[str, Any]:
    """The ``what`` of a ``value`` decision for one cell, with its present value as ``old``; add ``new``."""
    line = state.table(table).loc[row]
    return {
        "table": table,
        "file": line["source_file"],
        "sheet": line["source_sheet"],
        "block": int(line["source_block"]),
        "row": int(line["source_row"]),
        "name": _name(table, line),
        "column": column,
        "old": _plain(line[column]),
    }


def verdict_on(state: CurrentState, verdict: str, systems: Iterable[str], **more: Any) -> dict[str, Any]:
    """The ``what`` of an ``overlap`` decision: the systems' ids, and what each is known by, to find it again.

    Raises
    ------
    DxauditError
        A system is not in the list.
    """
    ids = list(systems)
    row_of = {name: row for row, name in enumerate(system_ids(state.systems))}
    gone = [name for name in ids if name not in row_of]
    if gone:
        raise DxauditError(f"システム番号 {gone[0]!r} は一覧にありません", remedy="番号を確かめてください")
    return {
        "verdict": verdict,
        "systems": ids,
        "known_by": [facts_of(state.systems, row_of[name]) for name in ids],
        **more,
    }


@dataclass(frozen=True)
class Meant:
    """The systems a verdict speaks of, as they stand in today's list.

    Attributes
    ----------
    rows : list of int
        Row numbers of those found, in order, each once.
    missing : list of str
        How those are called that are not found.
    by_number : bool
        Whether one of them was found by its number in an earlier version alone.
    """

    rows: list[int]
    missing: list[str]
    by_number: bool


def systems_meant(decision: Decision, roster: Roster) -> Meant:
    """Which systems an ``overlap`` decision speaks of."""
    ids = [str(s) for s in decision.what.get("systems", ())]
    known_by = decision.what.get("known_by", ())
    rows, missing, by_number = [], [], False
    for system, facts in zip_longest(ids, known_by[: len(ids)]):
        row = roster.row(system, facts)
        if row is None and facts is None:
            row = roster.row_by_number(system)
            by_number |= row is not None
        if row is None:
            missing.append(facts["system"] if facts and facts.get("system") else system)
        else:
            rows.append(row)
    return Meant(sorted(set(rows)), missing, by_number)


def _uncertain(systems: pd.DataFrame, standing: Iterable[Decision], log: str) -> list[dict[str, Any]]:
    """Findings about verdicts whose systems are gone, or were found by a number that may have moved."""
    verdicts = [d for d in standing if d.kind == "overlap"]
    if not verdicts:
        return []
    roster = Roster(systems, system_ids(systems))
    found = []
    for decision in verdicts:
        meant = systems_meant(decision, roster)
        here = "、".join(str(_plain(systems["system"].iloc[row])) for row in meant.rows)
        if meant.missing:
            found.append(_look_again(decision, "decisions.no_such_system", log, "、".join(meant.missing)))
        elif meant.by_number:
            found.append(_look_again(decision, "decisions.system_by_number", log, here))
    return found


def _look_again(decision: Decision, problem: str, log: str, systems: str) -> dict[str, Any]:
    return {
        "severity": "warning",
        "rule": problem.replace(".", "-").replace("_", "-"),
        "file": log,
        "sheet": "",
        "cell": "",
        "message": text(problem, who=decision.who, at=decision.at[:10], systems=systems),
        "table": "systems",
        "department": None,
    }


def _finding(decision: Decision, problem: str) -> dict[str, Any]:
    what = decision.what
    return {
        "severity": "warning",
        "rule": problem.replace(".", "-").replace("_", "-"),
        "file": what.get("file", ""),
        "sheet": what.get("sheet", ""),
        "cell": str(what.get("row", "")),
        "message": text(problem, who=decision.who, at=decision.at[:10], column=what.get("column", "")),
        "table": what.get("table", ""),
        "department": None,
    }
