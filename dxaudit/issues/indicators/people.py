"""人材: what does the staff survey say, with small groups protected? (H01–H08)

Every figure comes from `SkillProfile.measure`, which never holds a group below the smallest size. The rows behind a
figure are groups with their counts, never answers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dxaudit.issues.catalogue import Entry
from dxaudit.issues.evidence import Evidence, Measured, not_assessed
from dxaudit.issues.inventory import Inventory, Scope
from dxaudit.skills import profile_skills

TABLE = "survey"


def group_figures(inventory: Inventory, name: str, by: str) -> pd.DataFrame:
    """What the profile says about every group; the same frame for every scope of one assessment."""
    profile = profile_skills(inventory.state)
    return inventory.state.derived(f"issues.skills.{name}.{by}", lambda: profile.measure(name, by=by))


def _line(scope: Scope, name: str) -> pd.Series | None:
    if scope.department is None:
        frame = group_figures(scope.inventory, name, "city")
        return frame.iloc[0] if len(frame) else None
    frame = group_figures(scope.inventory, name, "department")
    found = frame[frame["group"] == scope.department]
    return found.iloc[0] if len(found) else None


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["shown"].astype(bool) & frame["value"].notna()]


def _listed(scope: Scope, groups: pd.DataFrame) -> pd.DataFrame:
    """Lines of an explanation: one per group, with the files its answers came from."""
    frame = scope.inventory.state.survey
    files = "、".join(dict.fromkeys(str(f) for f in frame["source_file"]))
    sheets = "、".join(dict.fromkeys(str(s) for s in frame["source_sheet"] if isinstance(s, str) and s))
    return pd.DataFrame(
        {
            "file": files,
            "sheet": sheets,
            "cell": "",
            "item": groups["group"].astype(str).to_numpy(),
            "respondents": groups["respondents"].to_numpy(),
        }
    )


def one_group(scope: Scope, entry: Entry, name: str, scale: float = 1.0, shares=lambda value: 1.0) -> Measured:
    """The figure of the scope's own group, with the interval the profile gives."""
    line = _line(scope, name)
    if line is None or not bool(line["shown"]):
        # Also where nobody answered: to know which hidden groups are empty would narrow the others.
        return not_assessed("suppressed")
    if pd.isna(line["value"]):
        return not_assessed("no_answers")
    value = scale * float(line["value"])
    evidence = Evidence(
        "sum",
        numerator=np.array([value]),
        affected=np.array([True]),
        listed=_listed(scope, pd.DataFrame([line])),
    )
    band = {}
    if not pd.isna(line["low"]) and not pd.isna(line["high"]):
        band = {"low": scale * float(line["low"]), "high": scale * float(line["high"])}
    return Measured(evidence, 1.0, beside=band, shares={"staff": float(shares(float(line["value"])))})


def skill_gap(scope: Scope, entry: Entry) -> Measured:
    """H01: highest minus lowest department mean, among departments large enough to be shown; by age band beside."""
    groups = _shown(group_figures(scope.inventory, "level", "department"))
    if len(groups) < 2:
        return not_assessed("too_few_groups", count=len(groups))
    values = groups["value"].to_numpy(float)
    middle = (values.max() + values.min()) / 2
    people = groups["respondents"].to_numpy(float)
    ages = _shown(group_figures(scope.inventory, "level", "age_band"))
    figures = {"age": float(ages["value"].max() - ages["value"].min())} if len(ages) > 1 else {}
    evidence = Evidence(
        "spread",
        numerator=values,
        affected=values < middle,
        listed=_listed(scope, groups),
    )
    return Measured(
        evidence, 1.0, figures=figures, shares={"staff": float(people[values < middle].sum() / people.sum())}
    )


def level(scope: Scope, entry: Entry) -> Measured:
    """H02: mean of all skill items."""
    return one_group(scope, entry, "level")


def managers(scope: Scope, entry: Entry) -> Measured:
    """H03: mean of managers minus mean of the rest."""
    groups = _shown(group_figures(scope.inventory, "level", "tier")).set_index("group", drop=False)
    if not {"manager", "staff"} <= set(groups.index):
        return not_assessed("suppressed")
    both = groups.loc[["manager", "staff"]]
    numbers = np.array([float(both.loc["manager", "value"]), -float(both.loc["staff", "value"])])
    evidence = Evidence("sum", numerator=numbers, affected=np.array([True, False]), listed=_listed(scope, both))
    return Measured(evidence, 1.0)


def leaders(scope: Scope, entry: Entry) -> Measured:
    """H04: DX leaders ÷ respondents."""
    return one_group(scope, entry, "leaders", scale=100.0)


def training(scope: Scope, entry: Entry) -> Measured:
    """H05: respondents with any training in the last year ÷ respondents."""
    return one_group(scope, entry, "training", scale=100.0, shares=lambda value: 1.0 - value)


def ai_use(scope: Scope, entry: Entry) -> Measured:
    """H06: respondents who use generative AI weekly or daily ÷ respondents."""
    return one_group(scope, entry, "ai_use", scale=100.0, shares=lambda value: 1.0 - value)


def security(scope: Scope, entry: Entry) -> Measured:
    """H07: mean of the security items."""
    return one_group(scope, entry, "security")


def response(scope: Scope, entry: Entry) -> Measured:
    """H08: respondents ÷ headcount."""
    return one_group(scope, entry, "response", scale=100.0, shares=lambda value: max(0.0, 1.0 - value))


INDICATORS = {
    "H01": skill_gap,
    "H02": level,
    "H03": managers,
    "H04": leaders,
    "H05": training,
    "H06": ai_use,
    "H07": security,
    "H08": response,
}
