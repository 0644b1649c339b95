"""What may be published about people: the one gate between answers and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dxaudit.privacy.hierarchy import UNSTATED, Family, Hierarchy, Sums
from dxaudit.privacy.suppression import followed, masks_of

PUBLISHED_COLUMNS = ("hierarchy", "level", "group", "parent", "measure", "respondents", "base", "total", "squares")
FACT_COLUMNS = (
    "hierarchy", "node", "above", "level", "group", "parent", "headcount", "measure", "shown",
    "respondents", "base", "total", "total_squared", "base_squared", "total_base",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Release:
    """Everything about people that may be published, and nothing else; no answer can be had from it.

    Attributes
    ----------
    facts : DataFrame
        One row per hierarchy, group and measure: `FACT_COLUMNS`. ``node`` numbers the groups of a hierarchy and
        ``above`` is the number of the group it is part of (−1 for the city); ``respondents`` how many answered,
        ``base`` and ``total`` the sums whose ratio is the figure, and the sums of squares an interval needs; all NaN
        where ``shown`` is false.
    minimum : int
        The smallest number of respondents shown.
    """

    facts: pd.DataFrame
    minimum: int
    _index: dict = field(default_factory=dict, repr=False)

    def rows(self, measure: str, level: str) -> pd.DataFrame:
        """The facts of one measure at one level (``city``, ``department``, …); empty where not published.

        People who did not say where they belong are counted above and are no group of their own here.
        """
        facts = self.facts
        if not self._index:
            self._index.update(facts.groupby(["measure", "level"], sort=False).indices)
        found = facts.iloc[self._index.get((measure, level), np.array([], dtype=int))]
        found = found[found["group"] != UNSTATED]
        # The city stands at the top of every hierarchy with the same figure.
        return (
            found.drop_duplicates("group").reset_index(drop=True) if level == "city" else found.reset_index(drop=True)
        )

    def measures(self) -> list[str]:
        """Names of all measures of this release."""
        return list(dict.fromkeys(self.facts["measure"]))

    def published(self) -> pd.DataFrame:
        """Every linear fact an outsider can read or work out: `PUBLISHED_COLUMNS`, one row a shown group and measure.

        A published mean with its number of respondents gives its sum, and its interval the sum of squares; they are
        listed as such. What anybody may know besides is the tree of groups and their headcounts (`facts`).
        """
        seen = self.facts[self.facts["shown"]].rename(columns={"total_squared": "squares"})
        return seen[list(PUBLISHED_COLUMNS)].reset_index(drop=True)

    def hidden(self, level: str = "department", measure: str = "response") -> list[str]:
        """Groups of ``level`` of which ``measure`` is not shown."""
        found = self.rows(measure, level)
        return list(found.loc[~found["shown"], "group"])


def publish(hierarchies: Sequence[Hierarchy], families: Sequence[Family], minimum: int) -> Release:
    """Sums over people become facts, or are hidden; the only way from answers to published figures.

    Parameters
    ----------
    hierarchies : sequence of Hierarchy
        The first is the organisation; where two hierarchies together would tell too much, the others yield.
    families : sequence of Family
        The first is who responded: a group hidden in it is hidden in every other.
    minimum : int
        Smallest number of respondents shown.
    """
    allowed = [np.ones(len(h.groups), dtype=bool) for h in hierarchies]
    decided: dict[str, list[np.ndarray]] = {}
    columns: list[dict[str, np.ndarray]] = []
    for number, family in enumerate(families):
        sums = Sums.over(hierarchies, family)
        if family.city_only:
            masks = [m & (np.arange(len(m)) == 0) for m in decided[family.follows]]
        elif family.follows:
            masks = [followed(h, s, m) for h, s, m in zip(hierarchies, sums, decided[family.follows], strict=True)]
        else:
            masks = masks_of(hierarchies, family, sums, allowed, minimum, is_response=number == 0)
        if number == 0:
            allowed = masks
        decided[family.name] = masks
        for hierarchy, part, mask in zip(hierarchies, sums, masks, strict=True):
            columns.append(_facts(hierarchy, family, part, mask, minimum))
            if family.city_only:
                break
    facts = pd.DataFrame({name: np.concatenate([part[name] for part in columns]) for name in FACT_COLUMNS})
    return Release(facts, minimum)


def _facts(hierarchy: Hierarchy, family: Family, sums: Sums, mask: np.ndarray, minimum: int) -> dict[str, np.ndarray]:
    """The facts of one family in one hierarchy: measure by measure, each over all groups."""
    rows = np.array([0]) if family.city_only else np.arange(len(hierarchy.groups))
    asked = np.flatnonzero(sums.people[0] > 0)
    shown = mask[rows][:, None] & (sums.people[rows][:, asked] >= minimum)
    names = np.array([m.name for m in family.measures], dtype=object)[asked]
    levels, groups = (np.array(v, dtype=object)[rows] for v in (hierarchy.levels, hierarchy.groups))
    above = np.array([hierarchy.groups[p] if p >= 0 else "" for p in hierarchy.parents[rows]], dtype=object)
    found = {
        "hierarchy": np.full(len(rows) * len(asked), hierarchy.name, dtype=object),
        "node": np.tile(rows, len(asked)),
        "above": np.tile(hierarchy.parents[rows], len(asked)),
        "level": np.tile(levels, len(asked)),
        "group": np.tile(groups, len(asked)),
        "parent": np.tile(above, len(asked)),
        "headcount": np.tile(hierarchy.headcounts[rows], len(asked)),
        "measure": np.repeat(names, len(rows)),
        "shown": shown.T.ravel(),
    }
    values = (sums.people, sums.base, sums.total, sums.total_squared, sums.base_squared, sums.total_base)
    for name, value in zip(FACT_COLUMNS[-6:], values, strict=True):
        found[name] = np.where(shown, value[rows][:, asked], np.nan).T.ravel()
    return found
