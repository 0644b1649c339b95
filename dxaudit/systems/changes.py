"""What changed between two maps of one city: last year's and this year's, or before and after a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap

CHANGE_COLUMNS = ("change", "group", "label", "systems", "departments", "saving_middle")


def compare_maps(before: SystemMap, after: SystemMap) -> pd.DataFrame:
    """Groups that appeared, went, grew or shrank; columns `CHANGE_COLUMNS`.

    Groups of one function are known by the function, groups of one product by the systems they share. ``systems`` are
    those that came or went; ``saving_middle`` is that of the group afterwards (before, where it went).
    """
    old = list(before.overlaps().itertuples(index=False))
    lines = []
    for group in after.overlaps().itertuples(index=False):
        match = next((o for o in old if _is_one(o, group)), None)
        if match is None:
            lines.append(("appeared", group.group, group.label, group.systems, group.departments, group.saving_middle))
            continue
        old.remove(match)
        came, went = set(group.systems) - set(match.systems), set(match.systems) - set(group.systems)
        for change, moved in (("grown", came), ("shrunk", went)):
            if moved:
                names = tuple(sorted(moved))
                lines.append((change, group.group, group.label, names, group.departments, group.saving_middle))
    lines += [("gone", o.group, o.label, o.systems, o.departments, o.saving_middle) for o in old]
    return pd.DataFrame(lines, columns=list(CHANGE_COLUMNS))


def _is_one(one, other) -> bool:
    if one.kind != other.kind:
        return False
    if one.kind == "same_function":
        return one.group == other.group
    return bool(set(one.systems) & set(other.systems))
