"""Which departments do the same kind of work, and how long each takes for one case.

A business belongs to the pattern whose word in its name is longest (``vocabulary/workflow.toml``, ``[patterns]``);
likeness of texts alone does not tell work apart. Businesses outside of every pattern are grouped by their very name.
Unit times stand side by side as the departments gave them; a best practice inside the house is one of them, not an
average. Cases may be counted differently, so that a unit time far from the median is shown but not compared.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.vocabulary import load
from dxaudit.workflow.flows import folded

COLUMNS = (
    "pattern", "label", "business_row", "department", "business", "hours", "cases", "minutes", "minutes_from", "medium",
    "median", "ratio", "comparable", "best", "hours_at_best",
)  # fmt: skip


def same_work(state: CurrentState, burden: pd.DataFrame) -> pd.DataFrame:
    """Businesses of the patterns that stand in two departments or more.

    Parameters
    ----------
    burden
        `dxaudit.workflow.inventory.burdens`.

    Returns
    -------
    DataFrame
        One row per business, patterns with the most hours first: pattern, label ({ja, en}), business_row, department,
        business, hours (h/year), cases (per year), minutes (per case; as given, else hours × 60 ÷ cases) with
        minutes_from, medium, median (minutes, of the pattern's comparable members), ratio (minutes ÷ median),
        comparable, best (the shortest comparable unit time of the pattern), hours_at_best (h/year at that unit time).
    """
    rows = state.businesses
    kinds = [pattern_of(name) for name in rows["business"]]
    found = pd.DataFrame(
        {
            "pattern": kinds,
            "business_row": rows.index,
            "department": rows["department"],
            "business": rows["business"],
            "hours": burden["hours"],
            "cases": rows["annual_cases"],
            "medium": rows["medium"],
        }
    )
    derived = found["hours"] * 60 / found["cases"].where(found["cases"] > 0)
    found["minutes"] = rows["minutes_per_case"].where(rows["minutes_per_case"] > 0).fillna(derived)
    given = rows["minutes_per_case"] > 0
    found["minutes_from"] = np.select([given, found["minutes"].notna()], ["minutes_per_case", "hours_and_cases"], "")
    found = found[found["pattern"] != ""]
    departments = found.groupby("pattern")["department"].transform("nunique")
    found = found[departments >= 2].copy()
    if found.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    rules = load("workflow")["same_work"]
    everyone = found.groupby("pattern")["minutes"].transform("median")
    found["comparable"] = found["minutes"].between(everyone / rules["comparable"], everyone * rules["comparable"])
    compared = found["minutes"].where(found["comparable"])
    found["median"] = compared.groupby(found["pattern"]).transform("median")
    found["ratio"] = found["minutes"] / found["median"]
    exemplary = compared.where(found["cases"].isna() | (found["cases"] >= rules["least_cases"]))
    shortest = exemplary.groupby(found["pattern"]).transform("min")
    # Alone among comparable members, nobody is an example.
    several = compared.groupby(found["pattern"]).transform("count") >= 2
    found["best"] = (exemplary == shortest) & several
    found["hours_at_best"] = (found["cases"] * shortest / 60).where(found["comparable"] & several)
    found["label"] = [label_of(pattern) for pattern in found["pattern"]]
    total = found.groupby("pattern")["hours"].transform("sum")
    order = pd.DataFrame({"total": -total, "pattern": found["pattern"], "minutes": found["minutes"]})
    return found.loc[order.sort_values(["total", "pattern", "minutes"]).index, list(COLUMNS)].reset_index(drop=True)


def pattern_of(name: object) -> str:
    """The pattern's code; ``name:<folded name>`` outside of every pattern; ``""`` where there is no name.

    Examples
    --------
    >>> pattern_of("浄化槽設置補助金の交付")
    'subsidy'
    """
    if not isinstance(name, str) or not name.strip():
        return ""
    said = unicodedata.normalize("NFKC", name)
    best, length = "", 0
    for code, pattern in load("workflow")["patterns"].items():
        if any(word in said for word in pattern.get("not", ())):
            continue
        longest = max((len(word) for word in pattern["words"] if word in said), default=0)
        if longest > length:
            best, length = code, longest
    return best or f"name:{folded(name)}"


def label_of(pattern: str, lang: str = "ja") -> str:
    """What a pattern is called."""
    known = load("workflow")["patterns"].get(pattern)
    return known["label"][lang] if known else pattern.removeprefix("name:")


def by_pattern(work: pd.DataFrame) -> pd.DataFrame:
    """One row per pattern: departments, businesses, hours, the shortest, median and longest comparable unit time.

    ``spread`` is longest ÷ shortest, ``hours_over_best`` what all members together spend beyond the best unit time.
    """
    lines = []
    for pattern, own in work.groupby("pattern", sort=False):
        compared = own.loc[own["comparable"], "minutes"]
        over = (own["hours"] - own["hours_at_best"]).clip(lower=0)
        lines.append(
            {
                "pattern": pattern,
                "label": label_of(str(pattern)),
                "departments": own["department"].nunique(),
                "businesses": len(own),
                "hours": own["hours"].sum(),
                "compared": len(compared),
                "shortest": compared.min(),
                "median": compared.median(),
                "longest": compared.max(),
                "spread": compared.max() / compared.min() if len(compared) > 1 and compared.min() > 0 else np.nan,
                "best_department": ", ".join(own.loc[own["best"], "department"].astype(str).unique()),
                "hours_over_best": over.sum() if over.notna().any() else np.nan,
            }
        )
    columns = ["pattern", "label", "departments", "businesses", "hours", "compared", "shortest", "median", "longest",
               "spread", "best_department", "hours_over_best"]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)
