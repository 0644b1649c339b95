"""Pieces that the department's and the city's sections share: names of issues, values with units, source rows."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from dxaudit.publish.analysis import City
from dxaudit.publish.section import Table
from dxaudit.show import style
from dxaudit.vocabulary import load, text


def issue_name(code: str, lang: str) -> str:
    """What people call an issue of the catalogue."""
    return load("issues")["entries"][code]["label"][lang]


def perspective_name(perspective: str, lang: str) -> str:
    """What people call a perspective."""
    return text(f"common.perspective.{perspective}", lang)


def joined(parts: str | Iterable[object], lang: str) -> str:
    """Several words as one text; a text stays as it is."""
    return parts if isinstance(parts, str) else text("report.and", lang).join(map(str, parts))


def value_with_unit(value: float | None, unit: str, lang: str) -> str:
    """``66.9％``; what is missing is 未評価."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return text("common.not_assessed", lang)
    digits = 0 if float(value).is_integer() or abs(value) >= 100 else 1
    return f"{style.number(float(value), digits)}{unit}"


def additive(city: City, department: str | None = None) -> dict[str, float]:
    """Figures that sum over departments to the city's: businesses, hours, budget, systems and their cost.

    For the city (None), over all rows that name a department.
    """
    state = city.state
    hours = state.derived("coverage.hours", lambda: _hours(state.businesses))
    businesses, systems = state.businesses, state.systems
    mine = businesses["department"].notna() if department is None else businesses["department"] == department
    owned = systems["owner_department"].notna() if department is None else systems["owner_department"] == department
    return {
        "businesses": float(mine.sum()),
        "annual_hours": float(hours[mine].sum()),
        "annual_cases": float(businesses.loc[mine, "annual_cases"].sum()),
        "budget": float(businesses.loc[mine, "budget"].sum()),
        "systems": float(owned.sum()),
        "systems_annual_cost": float(systems.loc[owned, "annual_cost"].sum()),
    }


def _hours(businesses: pd.DataFrame) -> pd.Series:
    from dxaudit.coverage import hours_of

    return hours_of(businesses)


def issue_table(top: pd.DataFrame, caption: str, lang: str) -> Table:
    """The gravest issues with cause and scope."""
    severity = text("report.column.severity", lang)
    frame = pd.DataFrame(
        {
            text("report.column.rank", lang): range(1, len(top) + 1),
            text("report.column.issue", lang): [issue_name(c, lang) for c in top["code"]],
            text("report.column.perspective", lang): [perspective_name(p, lang) for p in top["perspective"]],
            text("report.column.value", lang): [
                value_with_unit(v, u, lang) for v, u in zip(top["value"], top["unit"], strict=True)
            ],
            severity: top["severity"].astype(float).to_list(),
            text("report.column.priority", lang): top["priority"].astype(float).to_list(),
            text("report.column.cause", lang): top["cause"].to_list(),
            text("report.column.scope", lang): top["scope"].to_list(),
            text("report.column.remedy", lang): top["remedy"].to_list(),
        }
    )
    return Table(frame, caption, digits={severity: 2})


def unassessed_table(frame: pd.DataFrame, caption: str, lang: str) -> Table:
    """Items that could not be assessed, with the reason of each."""
    rows = [
        (issue_name(line.code, lang), text(f"common.perspective.{line.perspective}", lang), line.reason)
        for line in frame.itertuples(index=False)
    ]
    names = ("issue", "perspective", "reason")
    return Table(pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names]), caption)


def source_rows(city: City, code: str, department: str | None, most: int, lang: str) -> Table:
    """The rows that an issue rests on, with file, sheet and cell."""
    rows = city.register.explain(code, department).rows
    shown = rows.head(most).copy()
    place = [
        f"{city.state.place(r.file, r.sheet)}{f'!{r.cell}' if isinstance(r.cell, str) and r.cell else ''}"
        for r in shown.itertuples(index=False)
    ]
    kept = shown.drop(columns=[c for c in ("file", "sheet", "cell", "table", "row") if c in shown])
    kept[text("common.source", lang)] = place
    key = "report.issues.rows_caption" if len(rows) <= most else "report.issues.some_rows_caption"
    caption = text(key, lang, issue=issue_name(code, lang), shown=len(shown), count=len(rows))
    return Table(kept, caption)


def overlap_rows(groups: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Overlap groups with the words of a report."""
    names = ("systems", "departments", "relation", "confidence", "evidence", "saving")
    rows = []
    for line in groups.itertuples(index=False):
        rows.append(
            (
                joined(line.names, lang),
                joined(line.departments, lang),
                str(line.relation),
                style.percent(line.confidence, lang=lang),
                joined(line.evidence, lang),
                _range(line.saving_low, line.saving_high, lang),
            )
        )
    return pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])


def _range(low: float, high: float, lang: str) -> str:
    if pd.isna(low) or pd.isna(high):
        return text("common.not_assessed", lang)
    return f"{style.number(low)}～{style.number(high)}"
