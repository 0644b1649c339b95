"""Who should learn what first: groups and areas by the number of people below the target; never a person."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dxaudit.privacy import Release
from dxaudit.skills.compare import SUMS
from dxaudit.skills.figures import figures

PLAN_COLUMNS = (
    "order", "group", "area", "respondents", "staff", "below", "people", "people_low", "people_high", "gap", "gap_low",
    "gap_high", "sure",
)  # fmt: skip
OTHERS = ""


def training_plan(release: Release, areas: Sequence[str], by: str) -> pd.DataFrame:
    """A training plan from published figures.

    ``people`` is how many seats the area needs in the group: staff (headcount where the list knows it, else
    respondents) × share of answers below the target for all staff. It assumes that those who did not answer are like
    those who did; the range is that of the share's interval. Whoever is hidden is counted together in one last
    group, ``""``, so that the seats of a city add up.

    Parameters
    ----------
    release : Release
    areas : sequence of str
    by : str
        A level of the release.

    Returns
    -------
    DataFrame
        order (1 first: most people below the target), group, area, respondents, staff, below (share), people with
        low and high, gap (mean levels above the target, negative below) with low and high, and sure: the whole
        interval of the gap lies below the target.
    """
    frames = []
    for area in areas:
        share, gap = (_with_others(release, f"{kind}:{area}", by) for kind in ("at_target", "gap"))
        if not len(share):
            continue
        below, short = figures(share, f"at_target:{area}"), figures(gap, f"gap:{area}")
        staff = share["headcount"].where(share["headcount"].notna(), share["respondents"]).to_numpy()
        frames.append(
            pd.DataFrame(
                {
                    "group": share["group"].to_numpy(),
                    "area": area,
                    "respondents": share["respondents"].to_numpy(),
                    "staff": staff,
                    "below": 1 - below["value"].to_numpy(),
                    "people": staff * (1 - below["value"].to_numpy()),
                    "people_low": staff * (1 - below["high"].to_numpy()),
                    "people_high": staff * (1 - below["low"].to_numpy()),
                    "gap": short["value"].to_numpy(),
                    "gap_low": short["low"].to_numpy(),
                    "gap_high": short["high"].to_numpy(),
                    "sure": short["high"].to_numpy() < 0,
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(PLAN_COLUMNS))
    plan = pd.concat(frames, ignore_index=True).sort_values(["people", "gap"], ascending=[False, True], kind="stable")
    plan.insert(0, "order", range(1, len(plan) + 1))
    return plan.reset_index(drop=True)[list(PLAN_COLUMNS)]


def _with_others(release: Release, name: str, by: str) -> pd.DataFrame:
    """The shown groups, and all others together: the city less them, which anybody can subtract."""
    rows, city = release.rows(name, by), release.rows(name, "city")
    if not len(rows) or not len(city) or not city["shown"].iloc[0]:
        return rows.iloc[:0]
    shown = rows[rows["shown"]].reset_index(drop=True)
    left = city[SUMS].iloc[0] - shown[SUMS].sum()
    if by == "city" or left["respondents"] < release.minimum:
        return shown
    others = city.iloc[[0]].assign(group=OTHERS, **left.to_dict())
    others["headcount"] = city["headcount"].iloc[0] - shown["headcount"].sum(skipna=False)
    return pd.concat([shown, others], ignore_index=True)
