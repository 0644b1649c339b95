"""Who stands where besides the organisation: position and tier, age band, role in the programme."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from dxaudit.privacy import CITY, Hierarchy, nested
from dxaudit.vocabulary import load

MANAGER, STAFF = "manager", "staff"


def tidy(names: pd.Series) -> pd.Series:
    """Group names with character widths and blanks made one; NaN where nothing was said."""
    spelling = {
        name: re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)) or np.nan for name in names.dropna().unique()
    }
    return names.map(spelling).astype(object)


def age_bands(written: pd.Series) -> pd.Series:
    """Age bands in one spelling: ``30代``, ``30歳代`` and ``30～39歳`` are one group, and so is ``34歳``."""

    def one(name: object) -> object:
        if not isinstance(name, str):
            return np.nan
        found = re.search(r"\d{2}", name)
        if found is None:
            return name
        ten = int(found.group()) // 10 * 10
        tail = re.search(r"(以上|以下|未満)", name)
        return f"{found.group() if tail else ten}代{tail.group()}" if tail else f"{ten}代"

    plain = tidy(written)
    spelling = {name: one(name) for name in plain.dropna().unique()}
    return plain.map(spelling).astype(object)


def tiers(positions: pd.Series) -> pd.Series:
    """``manager`` (課長補佐 and above) or ``staff`` by the ending of the position; NaN where no position was said."""
    spec = load("questionnaire")["tiers"]

    def one(name: str) -> str:
        name = re.sub(r"[((].*", "", name)
        managers = max((len(e) for e in spec["manager_endings"] if name.endswith(e)), default=0)
        staff = max((len(e) for e in spec["staff_endings"] if name.endswith(e)), default=0)
        return MANAGER if managers > staff else STAFF

    known = {name: one(name) for name in positions.dropna().unique()}
    return positions.map(known).astype(object)


def hierarchies(survey: pd.DataFrame) -> tuple[Hierarchy, Hierarchy]:
    """City > tier > position, and city > age band."""
    position = tidy(survey["position"])
    by_position = pd.DataFrame({"tier": tiers(position), "position": position})
    by_age = pd.DataFrame({"age_band": age_bands(survey["age_band"])})
    return nested("position", by_position), nested("age_band", by_age)


def in_order(level: str, groups: list[str]) -> list[str]:
    """Groups as a reader expects them: positions from the top, ages from the young; others by their text, behind."""
    known = [MANAGER, STAFF] if level == "tier" else load("questionnaire")["order"].get(level, [])
    place = {name: number for number, name in enumerate(known)}
    if level in ("city", "bureau", "department"):
        return groups
    return sorted(groups, key=lambda g: (g != CITY, place.get(g, len(place)), g))
