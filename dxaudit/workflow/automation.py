"""Which businesses a robot could do, which a language model could help with, and in which phase.

RPA wants rules and structured data: routine work that is at least partly electronic. Routine work on paper alone has
to be read first (AI-OCR). AI is for text and judgement: non-routine work whose name says that it writes, answers or
judges. A business whose routine or medium was not answered is no candidate and is counted as not assessed.
Phases: 導入 (rules first), 活用 (efficiency), 発展 (policy); words and thresholds in ``vocabulary/automation.toml``.
"""

from __future__ import annotations

import unicodedata

import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.vocabulary import code_label, load, text

KINDS = ("rpa", "ai_ocr", "ai")
PHASES = ("introduction", "use", "growth")
COLUMNS = (
    "kind", "phase", "business_row", "department", "business_id", "business", "hours", "words", "reason", "sources",
)  # fmt: skip


def candidates(
    state: CurrentState, burden: pd.DataFrame, department: str | None = None, lang: str = "ja"
) -> pd.DataFrame:
    """Candidates for automation, most hours first.

    Returns
    -------
    DataFrame
        kind (``rpa``, ``ai_ocr``, ``ai``), phase (``introduction``, ``use``, ``growth``), business_row, department,
        business_id, business, hours (h/year), words (that spoke for it), reason (one sentence), sources (addresses).
        ``attrs["unassessed"]``: businesses of enough hours whose routine or medium was not answered.
    """
    rules = load("automation")
    rows = state.businesses if department is None else state.businesses[state.businesses["department"] == department]
    lines, unassessed = [], 0
    for label, row in rows.iterrows():
        hours = burden.at[label, "hours"]
        if not hours >= rules["least_hours"]:
            continue
        kind, words = kind_of(row)
        if kind is None:
            unassessed += 1
        elif kind:
            lines.append(_line(state, label, row, hours, kind, words, lang))
    found = pd.DataFrame(lines, columns=list(COLUMNS)).sort_values("hours", ascending=False, kind="stable")
    found = found.reset_index(drop=True)
    found.attrs["unassessed"] = unassessed
    return found


def kind_of(row: pd.Series) -> tuple[str | None, tuple[str, ...]]:
    """The kind of automation that a business invites, ``""`` for none, None where it cannot be told; and its words."""
    rules = load("automation")
    name = " ".join(
        unicodedata.normalize("NFKC", row[c]) for c in ("business", "category_minor") if isinstance(row[c], str)
    )
    if any(word in name for word in rules["physical"]["words"]):
        return "", ()
    structured = tuple(word for word in rules["rpa"]["words"] if word in name)
    wordy = tuple(word for word in rules["ai"]["words"] if word in name)
    if row["routine"] == "routine":
        if not isinstance(row["medium"], str):
            return None, ()
        if row["medium"] == "paper":
            return "ai_ocr", structured
        # Answering in words is no work for a robot even where it follows a routine.
        return ("ai", wordy) if wordy and not structured else ("rpa", structured)
    if row["routine"] == "nonroutine":
        return ("ai", wordy) if wordy else ("", ())
    return None, ()


def phase_of(row: pd.Series) -> str:
    """``introduction`` where rules come first, ``growth`` where policy is made, else ``use``."""
    phases = load("automation")["phase"]
    if row["personal_information"] in phases["introduction"]["personal_information"]:
        return "introduction"
    name = row["business"] if isinstance(row["business"], str) else ""
    return "growth" if any(word in name for word in phases["growth"]["words"]) else "use"


def _line(
    state: CurrentState, label: int, row: pd.Series, hours: float, kind: str, words: tuple[str, ...], lang: str
) -> dict[str, object]:
    phase = phase_of(row) if kind == "ai" or row["personal_information"] == "specific" else "use"
    said = {
        "hours": f"{hours:,.0f}",
        "routine": code_label("businesses", "routine", row["routine"], lang),
        "medium": code_label("businesses", "medium", row["medium"], lang) if isinstance(row["medium"], str) else "–",
        "words": text("workflow.comma", lang).join(words) or text("workflow.automation.no_words", lang),
    }
    columns = ["business", "routine", "medium"] if isinstance(row["medium"], str) else ["business", "routine"]
    return {
        "kind": kind,
        "phase": phase,
        "business_row": label,
        "department": row["department"],
        "business_id": row["business_id"],
        "business": row["business"],
        "hours": hours,
        "words": words,
        "reason": text(f"workflow.automation.{kind}", lang, **said),
        "sources": tuple(state.address("businesses", int(label), column) for column in columns),
    }
