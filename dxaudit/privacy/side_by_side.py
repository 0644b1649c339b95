"""What two publications of one survey tell together that neither tells alone."""

from __future__ import annotations

import pandas as pd

from dxaudit.privacy.release import Release

COLUMNS = ("hierarchy", "level", "group", "measure", "people", "reason")


def side_by_side(first: Release, second: Release) -> pd.DataFrame:
    """Groups of which two releases together tell about fewer people than the minimum.

    A release is safe by itself. Published again with another minimum, or with a late answer added, the two may be
    taken off each other: look here before the second goes out.

    Parameters
    ----------
    first, second : Release

    Returns
    -------
    DataFrame
        hierarchy, level, group, measure, people (how few), reason: ``changed`` (shown in both, and the number of
        respondents differs by fewer than the minimum), ``together`` (what one hides the other leaves open, so that a
        group less its parts is too small). Empty where the two may stand side by side.
    """
    minimum = max(first.minimum, second.minimum)
    keys = ["hierarchy", "measure", "level", "group"]
    one, two = (r.facts.drop_duplicates(keys).set_index(keys) for r in (first, second))
    number = one["respondents"].to_frame("first").join(two["respondents"].rename("second"), how="outer")
    moved = (number["first"] - number["second"]).abs()
    few = moved[(moved > 0) & (moved < minimum)]
    found = [_line(key, people, "changed") for key, people in few.items()]
    either = number["second"].fillna(number["first"])
    for (hierarchy, measure), rows in second.facts.groupby(["hierarchy", "measure"], sort=False):
        found += _left(hierarchy, measure, rows, either, minimum)
    return pd.DataFrame(found, columns=list(COLUMNS))


def _line(key: tuple[str, str, str, str], people: float, reason: str) -> dict[str, object]:
    hierarchy, measure, level, group = key
    return {
        "hierarchy": hierarchy,
        "level": level,
        "group": group,
        "measure": measure,
        "people": people,
        "reason": reason,
    }


def _left(hierarchy, measure, rows, either, minimum) -> list[dict[str, object]]:
    """Remainders of the groups shown in either release, where they are too small."""
    names = {r.node: (hierarchy, measure, r.level, r.group) for r in rows.itertuples()}
    above = dict(zip(rows["node"], rows["above"], strict=True))
    known = {node: either.get(name) for node, name in names.items()}
    known = {node: number for node, number in known.items() if number is not None and not pd.isna(number)}
    left = dict(known)
    for node, number in known.items():
        holder = above[node]
        while holder >= 0 and holder not in known:
            holder = above[holder]
        if holder >= 0:
            left[holder] -= number
    return [_line(names[node], people, "together") for node, people in left.items() if 0 < people < minimum]
