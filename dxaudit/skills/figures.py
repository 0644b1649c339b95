"""Published facts → figures: the value of each group and how sure it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxaudit.skills import statistics

MEASURE_COLUMNS = ("group", "respondents", "value", "low", "high", "shown", "reason")
SHARES_OF_PEOPLE = ("leaders", "training", "ai_use")
SHARES_OF_ANSWERS = ("positive", "at_target", "answers")
OF_A_ROLE = ("at_target:manager", "at_target:leader")


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    kinds = {"group": object, "reason": object, "shown": bool}
    return frame.astype({c: kinds.get(c, float) for c in frame.columns})


def figures(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Value and interval of each row of facts of the measure ``name``."""
    kind = name.split(":")[0]
    found = rows[["group", "respondents", "shown"]].copy()
    found["reason"] = np.where(rows["shown"], "", "suppressed")
    n, headcount = rows["respondents"], rows["headcount"].where(rows["headcount"] > 0)
    if kind == "response":
        found["value"] = (rows["respondents"] / headcount).to_numpy()
        found["low"] = found["high"] = found["value"]
        found.loc[rows["shown"] & headcount.isna(), "reason"] = "no_headcount"
        return found
    value = (rows["total"] / rows["base"]).to_numpy()
    # Of the headcount of a role the organisation list knows nothing.
    size = np.where(name in OF_A_ROLE, np.nan, headcount)
    variance = variance_of(rows)
    if kind in SHARES_OF_PEOPLE:
        low, high = statistics.wilson_interval(value, n, size)
    elif kind in SHARES_OF_ANSWERS:
        worth = statistics.effective_number(value, variance, n)
        # The list counts people, the share answers: the population grows by the same factor as the number.
        low, high = statistics.wilson_interval(value, worth, size * worth / n)
    else:
        low, high = statistics.mean_interval(value, variance, n, size)
    found["value"], found["low"], found["high"] = value, low, high
    return found


def variance_of(rows: pd.DataFrame) -> np.ndarray:
    """Variance of each figure of a frame of facts, before any finite-population factor."""
    return statistics.ratio_variance(
        rows["respondents"],
        rows["base"],
        rows["total"],
        rows["total_squared"],
        rows["base_squared"],
        rows["total_base"],
    )
