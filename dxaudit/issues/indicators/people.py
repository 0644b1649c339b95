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


def group_figures(inventory: Inventory, name: str, by: str) -> dict[str, dict]:
    """What the profile says about every group, by group; the same for every scope of one assessment."""
    frame = lambda: profile_skills(inventory.state).measure(name, by=by)  # noqa: E731
    return inventory.state.derived(
        f"issues.skills.{name}.{by}", lambda: {str(line["group"]): line for line in frame().to_dict("records")}
    )


def _line(scope: Scope, name: str) -> dict | None:
    if scope.department is None:
        return next(iter(group_figures(scope.inventory, name, "city").values()), None)
    return group_figures(scope.inventory, name, "department").get(scope.department)


def _shown(groups: dict[str, dict]) -> list[dict]:
    return [line for line in groups.values() if line["shown"] and not pd.isna(line["value"])]


def _listed(scope: Scope, groups: list[dict]) -> dict[str, list]:
    """Lines of an explanation: one per group, with the files its answers came from; never a row."""
    files, sheets = scope.inventory.survey_files
    count = len(groups)
    return {
        "file": [files] * count,
        "sheet": [sheets] * count,
        "cell": [""] * count,
        "item": [str(line["group"]) for line in groups],
        "respondents": [line["respondents"] for line in groups],
    }


def one_group(scope: Scope, entry: Entry, name: str, scale: float = 1.0, shares=lambda value: 1.0) -> Measured:
    """The figure of the scope's own group, with the interval the profile gives; it rests on those of the group's
    respondents who answered what it asks."""
    line = _line(scope, name)
    if line is None or not line["shown"]:
        # Also where nobody answered: to know which hidden groups are empty would narrow the others.
        return not_assessed("suppressed")
    if pd.isna(line["value"]):
        return not_assessed("no_answers")
    evidence = Evidence(
        "sum",
        numerator=np.array([scale * float(line["value"])]),
        affected=np.array([True]),
        listed=_listed(scope, [line]),
    )
    band = {}
    if not pd.isna(line["low"]) and not pd.isna(line["high"]):
        band = {"low": scale * float(line["low"]), "high": scale * float(line["high"])}
    # Who responded is shown wherever any other figure is.
    answered = line["respondents"] / _line(scope, "response")["respondents"]
    return Measured(evidence, answered, beside=band, shares={"staff": float(shares(float(line["value"])))})


def skill_gap(scope: Scope, entry: Entry) -> Measured:
    """H01: highest minus lowest department mean, among departments large enough to be shown; by age band beside."""
    groups = _shown(group_figures(scope.inventory, "level", "department"))
    if len(groups) < 2:
        return not_assessed("too_few_groups", count=len(groups))
    values = np.array([float(line["value"]) for line in groups])
    lower = values < (values.max() + values.min()) / 2
    people = np.array([float(line["respondents"]) for line in groups])
    ages = [float(line["value"]) for line in _shown(group_figures(scope.inventory, "level", "age_band"))]
    figures = {"age": max(ages) - min(ages)} if len(ages) > 1 else {}
    evidence = Evidence("spread", numerator=values, affected=lower, listed=_listed(scope, groups))
    return Measured(evidence, 1.0, figures=figures, shares={"staff": float(people[lower].sum() / people.sum())})


def level(scope: Scope, entry: Entry) -> Measured:
    """H02: mean of all skill items."""
    return one_group(scope, entry, "level")


def managers(scope: Scope, entry: Entry) -> Measured:
    """H03: mean of managers minus mean of the rest."""
    shown = {line["group"]: line for line in _shown(group_figures(scope.inventory, "level", "tier"))}
    if not {"manager", "staff"} <= set(shown):
        return not_assessed("suppressed")
    both = [shown["manager"], shown["staff"]]
    numbers = np.array([float(both[0]["value"]), -float(both[1]["value"])])
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
