"""What was wrong in the files: one finding, its sentence, and the table of all findings.

A finding names rule, severity, file, sheet and cell and says in one sentence what a clerk can do about it.
The sentences are in ``vocabulary/labels/intake.toml`` under ``finding.<rule>``; a rule of the government's
「行政データにおける機械可読性に関するルール」(2026-03-31) that says the same is named behind the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from dxaudit.state import FINDING_COLUMNS
from dxaudit.vocabulary import load, text

SEVERITIES = ("error", "warning", "info")
MOST_OF_ONE_KIND = 200
"""Findings of one rule in one column; what goes beyond is counted in the last one."""

FEWEST_IN_ONE_LINE = 3
"""Findings in the same words about one sheet from which they are shown as one line."""


class Finding(NamedTuple):
    """One thing that was wrong, at one place. The fields are `dxaudit.state.FINDING_COLUMNS`."""

    severity: str
    rule: str
    file: str
    sheet: str
    cell: str
    message: str
    table: str = ""
    department: str = ""


def finding(rule: str, file: str, sheet: str = "", cell: str = "", table: str = "", /, **values: object) -> Finding:
    """The finding ``rule`` with its sentence filled from ``values``.

    Severity and the official rule come from ``vocabulary/findings.toml``.
    """
    entry = load("findings")[rule]
    shown = {
        key: _short(value) if value.__class__ is str and (len(value) > 60 or not value.isprintable()) else value
        for key, value in values.items()
    }
    message = text(f"intake.finding.{rule}", "ja", **shown)
    if "official" in entry:
        message += text("intake.official", "ja", rule=entry["official"])
    return Finding(entry["severity"], rule, file, sheet, cell, message, table)


def for_department(message: str) -> str:
    """A finding's sentence without what only the analyst can do: a department has no ``dxaudit.toml``."""
    return message.partition(text("intake.analyst"))[0]


def _short(written: str, most: int = 60) -> str:
    line = " ".join(written.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def as_frame(found: Iterable[Finding]) -> pd.DataFrame:
    """All findings as `CurrentState.findings`, errors first, otherwise in the order found."""
    frame = pd.DataFrame(list(found), columns=list(FINDING_COLUMNS)).astype("str")
    order = frame["severity"].map({name: i for i, name in enumerate(SEVERITIES)})
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def in_lines(found: pd.DataFrame, lang: str = "ja") -> pd.DataFrame:
    """Findings as people read them: what one sheet says three times or more in the same words is one line.

    Parameters
    ----------
    found : DataFrame
        Rows of `CurrentState.findings`.
    lang : {"ja", "en"}

    Returns
    -------
    DataFrame
        The columns of ``found`` and ``count``, how many findings a line stands for; in the order of the first of each,
        whose cell ``cell`` names together with how many more there are.
    """
    same = ["severity", "rule", "file", "sheet", "message"]
    times = found.groupby(same, sort=False, dropna=False)["message"].transform("size")
    several = times >= FEWEST_IN_ONE_LINE
    lines = found[~(several & found.duplicated(same))].assign(count=times.where(several, 1))
    cells = [
        text("intake.cell.several", lang, cell=cell, count=count - 1) if count > 1 else cell
        for cell, count in zip(lines["cell"], lines["count"], strict=True)
    ]
    return lines.assign(cell=cells)


def figure(value: float) -> str:
    """A number as a sentence shows it: a conversion's endless fraction says nothing, so two places, of small figures
    three signs."""
    return f"{round(value, 2) if abs(value) >= 1 else float(f'{value:.3g}'):,.12g}"
