"""Who answered, by department, as far as it may be said: what coverage and the skill profile both start from."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from dxaudit.privacy.hierarchy import Family, Hierarchy, Measure, nested
from dxaudit.privacy.release import publish
from dxaudit.state import CurrentState

FEW_ALIKE = 0.5
"""Share of equal answers under equal numbers from which two sheets are taken for two submissions of the same people."""


def population(survey: pd.DataFrame) -> pd.DataFrame:
    """The rows of the survey that count: of several answers under one number in one department, the last.

    Two sheets of a department that each number their people from 1 are told from one sheet sent twice by the
    answers: equal numbers with different answers throughout are different people, and all of them count.
    """
    numbered = survey["respondent_id"].notna()
    again = survey.duplicated(["department", "respondent_id"], keep=False) & numbered
    if not again.any():
        return survey
    place = survey["source_file"].astype("str") + "\0" + survey["source_sheet"].astype("str")
    series = pd.Series("", index=survey.index)
    for _, rows in survey[again].groupby("department", dropna=False):
        if _numbered_anew(rows, place[rows.index]):
            # Within each sheet a number still is one person.
            of_department = survey["department"].eq(rows["department"].iloc[0]).fillna(False)
            series[of_department] = place[of_department]
    keys = survey[["department", "respondent_id"]].assign(series=series)
    return survey[~(keys.duplicated(keep="last") & numbered)]


def _numbered_anew(rows: pd.DataFrame, place: pd.Series) -> bool:
    """Whether the sheets of one department use equal numbers for different people."""
    apart = rows.assign(place=place).drop_duplicates(["respondent_id", "place"])
    apart = apart[apart.duplicated("respondent_id", keep=False)]
    items = [c for c in rows.columns if re.fullmatch(r"q\d\d", c)]
    first = apart.drop_duplicates("respondent_id", keep="first").set_index("respondent_id")[items]
    last = apart.drop_duplicates("respondent_id", keep="last").set_index("respondent_id")[items].reindex(first.index)
    both = first.notna() & last.notna()
    if len(first) < 3 or not both.to_numpy().any():
        return False
    return bool(((first == last) & both).to_numpy().sum() < FEW_ALIKE * both.to_numpy().sum())


def response(people: int) -> Family:
    """The family that counts who responded; the first of every release."""
    ones = np.ones(people)
    return Family("response", (Measure("response", ones, ones),))


def organisation(state: CurrentState, survey: pd.DataFrame) -> Hierarchy:
    """City, bureaus and departments with the headcounts of the organisation list; ``survey`` as `population` gives it.

    A department's bureau is that of the organisation list, else the one most of its respondents named.
    """
    listed = state.organization
    listed = listed[listed["department"].notna()]
    bureaus = listed.dropna(subset=["bureau"]).groupby("department", sort=False)["bureau"].first()
    named = survey.dropna(subset=["department", "bureau"])
    if len(named):
        counted = named.groupby(["department", "bureau"], sort=False).size().reset_index(name="people")
        most = counted.sort_values("people", ascending=False, kind="stable").drop_duplicates("department")
        guessed = most.set_index("department")["bureau"]
        guessed = guessed[~guessed.index.isin(listed["department"])]
        bureaus = pd.concat([bureaus, guessed])
    bureau = survey["department"].map(bureaus)
    # Whoever names a bureau and no department still belongs to the bureau.
    bureau = bureau.where(survey["department"].notna(), survey["bureau"])
    people = pd.DataFrame({"bureau": bureau.astype(object), "department": survey["department"].astype(object)})
    known = pd.DataFrame(
        {
            "bureau": listed["department"].map(bureaus).astype(object),
            "department": listed["department"].astype(object),
            "headcount": listed["headcount"],
        }
    ).drop_duplicates("department", keep="last")
    return nested("organization", people, known)


def respondents(state: CurrentState) -> pd.DataFrame:
    """Respondents of each department, where that may be said.

    Returns
    -------
    DataFrame
        department, headcount, respondents (NaN where hidden), response (respondents ÷ headcount), shown. The same
        groups are hidden as in the skill profile, so that the two side by side tell no more than one.
    """

    def compute() -> pd.DataFrame:
        survey = population(state.survey)
        release = publish([organisation(state, survey)], [response(len(survey))], state.settings.minimum_group)
        found = release.rows("response", "department")[["group", "headcount", "respondents", "shown"]]
        found = found.rename(columns={"group": "department"})
        found["response"] = found["respondents"] / found["headcount"].where(found["headcount"] > 0)
        return found[["department", "headcount", "respondents", "response", "shown"]]

    return state.derived("privacy.respondents", compute)
