"""Whether the hands suffice in the busiest month, and how many cases lie about: utilisation and Little's law.

Both are estimates from an inventory, not measurements. Utilisation ρ = cases of the busiest month × own touch hours per
case ÷ hours that the assigned people have in a month. Cases in progress L = λ W (Little 1961 [R]): cases per working
hour × throughput hours. The assumptions that each figure rests on are returned with it.
"""

from __future__ import annotations

import numpy as np

from dxaudit.state import CurrentState
from dxaudit.vocabulary import load
from dxaudit.workflow.chain import Expectation
from dxaudit.workflow.flows import Flow
from dxaudit.workflow.peaks import busy_months, peak_index


def capacity(state: CurrentState, flow: Flow, expected: Expectation | None) -> dict[str, object]:
    """Utilisation in the busiest month and cases in progress of a flow.

    Returns
    -------
    dict
        cases (per year); own_hours (touch hours per case within the department that owns the flow);
        utilisation, utilisation_low, utilisation_high (1 is all the hours there are; the range is that of the peak
        ratio); in_progress (cases); capacity_assumptions (tuple of keys of ``labels/workflow.toml``). NaN where
        cases, staff or times are not known.
    """
    blank = dict.fromkeys(("cases", "own_hours", "utilisation", "utilisation_low", "utilisation_high", "in_progress"))
    found: dict[str, object] = {**dict.fromkeys(blank, np.nan), "capacity_assumptions": ()}
    if flow.business_row is None:
        return found
    business = state.businesses.loc[flow.business_row]
    cases = business["annual_cases"]
    found["cases"] = cases
    if expected is None or np.isnan(expected.touch_hours):
        return found
    own = (flow.steps["unit"] == flow.department) & ~flow.steps["external"].astype(bool)
    found["own_hours"] = float(expected.steps.loc[own, "work_hours"].sum())
    settings = state.settings
    assumptions = []
    staff, basis = _staff(business)
    months = busy_months(business["peak_period"])
    if not np.isnan(staff) and not np.isnan(cases):
        ratios = load("workflow")["peak"]["ratio"]
        hours = staff * settings.hours_per_year / 12
        for column, ratio in (("", "middle"), ("_low", "low"), ("_high", "high")):
            peak = 1.0 if months is None else peak_index(months, ratios[ratio])
            found[f"utilisation{column}"] = cases / 12 * peak * found["own_hours"] / hours
        assumptions += [basis, "peak_ratio" if months else "peak_unknown" if months is None else "no_peak"]
    if not np.isnan(expected.throughput_hours) and not np.isnan(cases):
        office = load("workflow")["office"]["days_per_year"] * settings.hours_per_day
        found["in_progress"] = cases / office * expected.throughput_hours
        assumptions.append("little")
    found["capacity_assumptions"] = tuple(assumptions)
    return found


def _staff(business) -> tuple[float, str]:
    """People in full-time terms. Those merely assigned do other work too, so the utilisation is then a lower bound."""
    if business["full_time_equivalents"] > 0:
        return business["full_time_equivalents"], "full_time_equivalents"
    if business["assigned_staff"] > 0:
        return business["assigned_staff"], "assigned_staff"
    return np.nan, ""
