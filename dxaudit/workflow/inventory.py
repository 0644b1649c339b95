"""Where work is heavy, from the inventory alone: most businesses have no drawn flow.

For each business its hours and five factors between 0 and 1 (paper, peak, single person, non-core, volume), each
piecewise linear through the absolute anchors of ``vocabulary/workflow.toml``. The **burden** is the mean of the
factors that could be assessed; what could not is left open as an interval, never counted as good.
**Burdened hours** = hours × burden rank the businesses: no business's figure depends on any other's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.vocabulary import code_label, load, text
from dxaudit.workflow.peaks import busy_months, peak_index

FACTORS = ("paper", "peak", "single_person", "noncore", "volume")


def burdens(state: CurrentState) -> pd.DataFrame:
    """One row per business, on the index of ``state.businesses``.

    Returns
    -------
    DataFrame
        business_id, business, department; hours (h/year; annual_hours, else cases × minutes ÷ 60, else NaN) with
        hours_from; cases; peak_index; one column per factor of `FACTORS` (0 to 1, NaN where not assessed);
        assessed (count of factors); burden, burden_low, burden_high; burdened_hours with low and high (h/year).
    """
    rows = state.businesses
    found = rows[["business_id", "business", "department"]].copy()
    counted = rows["annual_cases"] * rows["minutes_per_case"] / 60
    found["hours"] = rows["annual_hours"].fillna(counted)
    found["hours_from"] = np.select(
        [rows["annual_hours"].notna(), counted.notna()], ["annual_hours", "cases_and_minutes"], default=""
    )
    found["cases"] = rows["annual_cases"]
    found["peak_index"] = pd.Series(
        [peak_index(busy_months(said)) for said in rows["peak_period"]], index=rows.index, dtype=float
    )
    measured = {
        "paper": _coded(rows["medium"], "paper"),
        "peak": _scaled(found["peak_index"], "peak"),
        "single_person": _single_person(rows),
        "noncore": _coded(rows["core"], "noncore"),
        "volume": _scaled(rows["annual_cases"].clip(lower=1), "volume", logarithmic=True),
    }
    factors = pd.DataFrame(measured, index=rows.index)[list(FACTORS)]
    assessed = factors.notna().sum(axis=1)
    total = factors.sum(axis=1)
    found[list(FACTORS)] = factors
    found["assessed"] = assessed
    found["burden"] = factors.mean(axis=1)
    found["burden_low"] = total / len(FACTORS)
    found["burden_high"] = (total + len(FACTORS) - assessed) / len(FACTORS)
    for column, share in (("burdened_hours", "burden"), ("low", "burden_low"), ("high", "burden_high")):
        found[column] = found["hours"] * found[share]
    return found


def between(value: float, anchors: list[list[float]]) -> float:
    """Piecewise linear through ``anchors`` ([value, share] pairs), flat outside; NaN stays NaN."""
    if np.isnan(value):
        return np.nan
    return float(np.interp(value, [a[0] for a in anchors], [a[1] for a in anchors]))


def _coded(codes: pd.Series, factor: str) -> pd.Series:
    return codes.map(load("workflow")["factors"][factor]["codes"]).astype(float)


def _scaled(values: pd.Series, factor: str, *, logarithmic: bool = False) -> pd.Series:
    points = np.array(load("workflow")["factors"][factor]["anchors"])
    at, x = (np.log(points[:, 0]), np.log(values)) if logarithmic else (points[:, 0], values)
    return pd.Series(np.interp(x, at, points[:, 1]), index=values.index).where(values.notna())


def _single_person(rows: pd.DataFrame) -> pd.Series:
    alone = _scaled(rows["assigned_staff"], "single_person")
    # A manual does not make a second person, but the knowledge is not lost with the first.
    return alone.where(rows["manual"] != "true", alone * load("workflow")["factors"]["single_person"]["with_manual"])


def pareto(burden: pd.DataFrame, department: str | None = None) -> pd.DataFrame:
    """Businesses by hours, largest first, with the cumulative share: which few hold most of the time.

    Returns
    -------
    DataFrame
        business_id, business, department, hours (h/year), share, cumulative (0 to 1) and class: A up to 80 % of the
        hours, B up to 95 %, C the rest. Businesses without hours are left out; their count is ``attrs["unmeasured"]``.
    """
    scope = burden if department is None else burden[burden["department"] == department]
    known = scope[scope["hours"] > 0].sort_values("hours", ascending=False, kind="stable")
    found = known[["business_id", "business", "department", "hours"]].copy()
    total = found["hours"].sum()
    found["share"] = found["hours"] / total
    found["cumulative"] = found["share"].cumsum()
    limits = load("workflow")["pareto"]
    # A business belongs to the class in which its first hour lies, so that the largest is always an A.
    before = found["cumulative"] - found["share"]
    found["class"] = np.select([before < limits["a"], before < limits["b"]], ["A", "B"], default="C")
    found.attrs["unmeasured"] = int(scope["hours"].isna().sum())
    return found


def concentration(burden: pd.DataFrame, department: str | None = None) -> pd.Series:
    """How the hours of a scope concentrate: each share weighted by hours, over the businesses that answered it.

    Returns
    -------
    Series
        businesses, hours (h/year), a_businesses (how many hold 80 % of the hours), and per factor of paper, peak,
        single_person and noncore the hours-weighted mean (0 to 1) with ``<factor>_coverage``, the share of the hours
        that could be assessed.
    """
    scope = burden if department is None else burden[burden["department"] == department]
    hours = scope["hours"]
    total = hours.sum()
    found: dict[str, float] = {
        "businesses": len(scope),
        "hours": total,
        "a_businesses": int((pareto(burden, department)["class"] == "A").sum()),
    }
    for factor in ("paper", "peak", "single_person", "noncore"):
        weight = hours.where(scope[factor].notna()).sum()
        found[factor] = (hours * scope[factor]).sum() / weight if weight > 0 else np.nan
        found[f"{factor}_coverage"] = weight / total if total > 0 else np.nan
    return pd.Series(found)


def shortlist(
    state: CurrentState, burden: pd.DataFrame, drawn: set[int], department: str | None = None, lang: str = "ja"
) -> pd.DataFrame:
    """The businesses worth drawing as a flow, each with its reasons.

    As many as hold 80 % of the scope's burdened hours, at most 10 of a department and 20 of the city (design values).

    Parameters
    ----------
    drawn
        Index labels of businesses that have a flow already.

    Returns
    -------
    DataFrame
        rank, department, business_id, business, hours, hours_share (of the scope), burden, burdened_hours, low, high
        (h/year), cumulative (share of the scope's burdened hours), assessed, of (count of factors), factors (tuple of
        those that weigh 0.5 or more), reason, drawn, sources (tuple of addresses).
    """
    scope = burden if department is None else burden[burden["department"] == department]
    rules = load("workflow")["shortlist"]
    known = scope[scope["burdened_hours"] > 0].sort_values("burdened_hours", ascending=False, kind="stable")
    cumulative = known["burdened_hours"].cumsum() / known["burdened_hours"].sum()
    before = cumulative - known["burdened_hours"] / known["burdened_hours"].sum()
    most = rules["city"] if department is None else rules["department"]
    found = known[before < rules["share"]].head(most)
    total = scope["hours"].sum()
    told = answers(state, found)
    lines = []
    for rank, (label, line) in enumerate(found.to_dict("index").items(), start=1):
        heavy = tuple(f for f in FACTORS if line[f] >= 0.5)
        lines.append(
            {
                "rank": rank,
                "department": line["department"],
                "business_id": line["business_id"],
                "business": line["business"],
                "hours": line["hours"],
                "hours_share": line["hours"] / total,
                "burden": line["burden"],
                "burdened_hours": line["burdened_hours"],
                "low": line["low"],
                "high": line["high"],
                "cumulative": cumulative[label],
                "assessed": int(line["assessed"]),
                "of": len(FACTORS),
                "factors": heavy,
                "reason": reason(line, told[label], line["hours"] / total, lang),
                "drawn": label in drawn,
                "sources": sources(state, label, line),
            }
        )
    return pd.DataFrame(lines, columns=SHORTLIST_COLUMNS)


SHORTLIST_COLUMNS = (
    "rank", "department", "business_id", "business", "hours", "hours_share", "burden", "burdened_hours", "low", "high",
    "cumulative", "assessed", "of", "factors", "reason", "drawn", "sources",
)  # fmt: skip


def answers(state: CurrentState, burden: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """What the businesses of ``burden`` answered, by index label: the columns that `reason` tells of."""
    columns = ["medium", "annual_cases", "peak_period", "manual", "assigned_staff"]
    return state.businesses.loc[burden.index, columns].to_dict("index")


def reason(line: Mapping[str, Any], row: Mapping[str, Any], share: float, lang: str = "ja") -> str:
    """One sentence of facts: the hours with their share, each factor that weighs, and what was not answered.

    ``line`` is the business's row of `burdens`, ``row`` its `answers`.
    """
    parts = [text("workflow.reason.hours", lang, hours=f"{line['hours']:,.0f}", share=_percent(share))]
    if line["paper"] >= 0.5:
        medium = code_label("businesses", "medium", row["medium"], lang)
        parts.append(text("workflow.reason.paper", lang, medium=medium))
    if line["volume"] >= 0.5:
        parts.append(text("workflow.reason.volume", lang, cases=f"{row['annual_cases']:,.0f}"))
    if line["peak"] >= 0.5:
        parts.append(text("workflow.reason.peak", lang, period=row["peak_period"], index=f"{line['peak_index']:.1f}"))
    if line["single_person"] >= 0.5:
        known = {"false": "without_manual", "true": "with_manual"}.get(row["manual"], "manual_unknown")
        staff = f"{row['assigned_staff']:g}"
        parts.append(text(f"workflow.reason.single_person.{known}", lang, staff=staff))
    if line["noncore"] >= 0.5:
        parts.append(text("workflow.reason.noncore", lang))
    missing = [text(f"workflow.factor.{f}", lang) for f in FACTORS if np.isnan(line[f])]
    if missing:
        parts.append(text("workflow.reason.missing", lang, factors=text("workflow.comma", lang).join(missing)))
    return text("workflow.stop", lang).join(parts)


def _percent(share: float) -> str:
    # Of a whole city a heavy business is still below one per cent.
    return f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.1f}"


def sources(state: CurrentState, label: int, line: Mapping[str, Any]) -> tuple[str, ...]:
    """The cells that a business's burden rests on; ``line`` is its row of `burdens`."""
    columns = ["annual_hours"] if line["hours_from"] == "annual_hours" else ["annual_cases", "minutes_per_case"]
    for factor in FACTORS:
        column = load("workflow")["factors"][factor]["column"]
        if not np.isnan(line[factor]) and column not in columns:
            columns.append(column)
    return tuple(state.address("businesses", label, column) for column in columns)
