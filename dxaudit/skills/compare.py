"""Which groups differ: only where the interval of the difference says so, and with many comparisons kept in mind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxaudit.privacy import CITY, Release
from dxaudit.skills import statistics
from dxaudit.skills.figures import variance_of
from dxaudit.skills.groups import MANAGER, STAFF, in_order

SUMS = ["respondents", "base", "total", "total_squared", "base_squared", "total_base"]
REST_COLUMNS = ("group", "respondents", "value", "rest", "difference", "low", "high", "p", "p_adjusted", "different")
TIER_COLUMNS = (
    "measure", "managers", "staff", "manager", "rest", "difference", "low", "high", "p", "p_adjusted", "different"
)  # fmt: skip


def against_rest(release: Release, name: str, by: str) -> pd.DataFrame:
    """Each shown group against everybody else in the city.

    Welch's t for the difference of two means; the other respondents' sums are the city's less the group's. p-values
    are adjusted after Holm (1979) over all groups compared, and ``different`` is whether the adjusted one is below
    5 %: then at most one city in twenty sees a difference called that is none.

    Returns
    -------
    DataFrame
        group, respondents, value, rest (value of all others), difference with low and high (95 %, of this comparison
        alone), p, p_adjusted, different. Hidden groups are not in it.
    """
    rows = release.rows(name, by)
    city = release.rows(name, "city")
    columns = list(REST_COLUMNS)
    if by == "city" or not len(rows) or not len(city) or not city["shown"].iloc[0]:
        return pd.DataFrame(columns=columns)
    rows = rows[rows["shown"] & (rows["respondents"] <= city["respondents"].iloc[0] - 2)]
    rest = rows.copy()
    rest[SUMS] = city[SUMS].iloc[0].to_numpy() - rows[SUMS].to_numpy()
    rest["headcount"] = city["headcount"].iloc[0] - rows["headcount"]
    found = _compared(rows, rest)
    found.insert(0, "group", rows["group"].to_numpy())
    order = [g for g in in_order(by, list(rows["group"])) if g != CITY]
    return (
        found.rename(columns={"first": "value", "second": "rest"}).set_index("group").loc[order].reset_index()[columns]
    )


def tiers_compared(release: Release, names: Sequence[str]) -> pd.DataFrame:
    """Managers less staff for every measure; Welch's t, Holm over the measures.

    Returns
    -------
    DataFrame
        measure, managers and staff (respondents), manager and rest (values), difference, low, high, p, p_adjusted,
        different. Empty where one of the two tiers is hidden.
    """
    first, second, kept = [], [], []
    for name in names:
        rows = release.rows(name, "tier").set_index("group")
        if {MANAGER, STAFF} <= set(rows.index) and rows.loc[[MANAGER, STAFF], "shown"].all():
            first.append(rows.loc[[MANAGER]])
            second.append(rows.loc[[STAFF]])
            kept.append(name)
    columns = list(TIER_COLUMNS)
    if not kept:
        return pd.DataFrame(columns=columns)
    one, two = pd.concat(first), pd.concat(second)
    found = _compared(one, two)
    found["measure"], found["managers"], found["staff"] = (
        kept,
        one["respondents"].to_numpy(),
        two["respondents"].to_numpy(),
    )
    return found.rename(columns={"first": "manager", "second": "rest"})[columns]


def _compared(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Row by row, the figures of two frames of facts against each other."""
    spread = [
        variance_of(rows) * statistics.sampling_share(rows["respondents"], rows["headcount"]) for rows in (one, two)
    ]
    value = [(rows["total"] / rows["base"]).to_numpy() for rows in (one, two)]
    number = [rows["respondents"].to_numpy() for rows in (one, two)]
    results = [
        statistics.welch(value[0][i], spread[0][i], number[0][i], value[1][i], spread[1][i], number[1][i])
        for i in range(len(one))
    ]
    found = pd.DataFrame(results, columns=["difference", "low", "high", "p"])
    found["respondents"], found["first"], found["second"] = number[0], value[0], value[1]
    found["p_adjusted"] = statistics.holm(found["p"])
    found["different"] = found["p_adjusted"] < 1 - statistics.CONFIDENCE
    return found.replace({np.inf: np.nan})
