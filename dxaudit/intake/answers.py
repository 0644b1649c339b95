"""What is wrong with the answers of a survey: the same person twice, one answer to everything, names in the file.

No message quotes an answer, a comment or a name, and none names a department: a finding about one row of a small
department would speak of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from dxaudit.intake.findings import Finding
from dxaudit.privacy import population
from dxaudit.privacy.masking import names_somebody
from dxaudit.settings import Settings
from dxaudit.vocabulary import columns, load, text

FEWEST_ALIKE = 10
"""Answered questions from which one and the same answer to all, or two equal sheets of answers, are worth a look."""


def check_answers(survey: pd.DataFrame, settings: Settings, extras: pd.DataFrame | None = None) -> list[Finding]:
    """Findings about the rows of a survey; nothing is taken away.

    Parameters
    ----------
    survey : DataFrame
        The canonical table, with its source columns.
    settings : Settings
        For the reversed questions of the city's own questionnaire.
    extras : DataFrame, optional
        Source columns that map to nothing, on the same index.

    Returns
    -------
    list of Finding
        ``cell`` is the source row. Rules: ``survey_twice`` (one number twice in a department; the last counts),
        ``survey_number_shared`` (one number in several departments; all count), ``survey_same_sheet`` (equal answers
        to everything; all count), ``survey_one_answer`` (the same answer to every question; counts),
        ``survey_out_of_scale``, ``survey_no_department`` (counts in the city only), ``survey_names`` (a column or
        the numbers name persons), ``survey_comment_names`` (a comment names somebody; masked wherever it is shown).
    """
    if survey.empty:
        return []
    items = [c for c in columns("survey") if re.fullmatch(r"q\d\d", c)]
    answers = survey[items]
    found = [
        *_rows("survey_twice", survey, _twice(survey)),
        *_rows("survey_number_shared", survey, _shared(survey)),
        *_rows("survey_same_sheet", survey, _same_sheet(survey, answers)),
        *_rows("survey_one_answer", survey, _one_answer(answers)),
        *_rows("survey_out_of_scale", survey, ((answers < 1) | (answers > 5)).any(axis=1)),
        *_rows("survey_no_department", survey, survey["department"].isna()),
        *_rows("survey_comment_names", survey, _comments(survey["comment"])),
    ]
    return found + _naming_columns(survey, extras)


def _rows(rule: str, survey: pd.DataFrame, marked: pd.Series) -> Iterable[Finding]:
    severity = load("questionnaire")["findings"][rule]
    for row in survey.loc[marked.to_numpy(), ["source_file", "source_sheet", "source_row"]].itertuples(index=False):
        message = text(f"skills.finding.{rule}")
        sheet = row.source_sheet if isinstance(row.source_sheet, str) else ""
        yield Finding(severity, rule, str(row.source_file), sheet, str(int(row.source_row)), message, "survey")


def _twice(survey: pd.DataFrame) -> pd.Series:
    """Rows that a later row with the same number in the same department replaces."""
    return pd.Series(~survey.index.isin(population(survey).index), index=survey.index)


def _shared(survey: pd.DataFrame) -> pd.Series:
    """Numbers in several departments, where numbers seem to be the city's and not each department's own."""
    numbers = survey.dropna(subset=["respondent_id", "department"]).drop_duplicates(["respondent_id", "department"])
    places = numbers.groupby("respondent_id")["department"].nunique()
    if places.empty or (places > 1).mean() > 0.2:
        return pd.Series(False, index=survey.index)
    return survey["respondent_id"].isin(places.index[places > 1])


def _same_sheet(survey: pd.DataFrame, answers: pd.DataFrame) -> pd.Series:
    """Rows of one department that answer everything as an earlier row does, though not with one answer throughout."""
    enough = (answers.notna().sum(axis=1) >= FEWEST_ALIKE) & (answers.nunique(axis=1) > 2) & ~_twice(survey)
    compared = survey[["department", *answers.columns, "training", "ai_use", "comment"]]
    return enough & compared[enough].duplicated(keep="first").reindex(survey.index, fill_value=False)


def _one_answer(answers: pd.DataFrame) -> pd.Series:
    return (answers.notna().sum(axis=1) >= FEWEST_ALIKE) & (answers.nunique(axis=1) == 1)


def _comments(comments: pd.Series) -> pd.Series:
    said = comments.dropna()
    return said.map(names_somebody).astype(bool).reindex(comments.index, fill_value=False)


def personal(survey: pd.DataFrame, extras: pd.DataFrame | None) -> dict[str, pd.Index]:
    """Columns that name persons, by source header, with the rows where they hold something.

    By their header or, in more than half of their cells, a mail address; "" are numbers of respondents that are
    names or addresses.
    """
    person = load("themes")["person"]
    named = survey["respondent_id"].dropna()
    named = named[named.str.contains(_NAMING, regex=True)]
    found = {"": named.index} if len(named) else {}
    for header in extras.columns if extras is not None else ():
        held = extras[header].dropna()
        if held.empty or any(word in str(header) for word in person["never_headers"]):
            continue
        addresses = held.map(lambda value: isinstance(value, str) and "@" in value).mean()
        if addresses > 0.5 or any(word in str(header) for word in person["headers"]):
            found[str(header)] = held.index
    return found


_NAMING = r"@|^[一-龥々]{1,4}[ 　][一-龥々ぁ-ん]{1,5}$"


def _naming_columns(survey: pd.DataFrame, extras: pd.DataFrame | None) -> list[Finding]:
    severity = load("questionnaire")["findings"]["survey_names"]
    found: list[Finding] = []
    for header, rows in personal(survey, extras).items():
        header = header or text("skills.finding.respondent_column")
        places = survey.loc[rows, ["source_file", "source_sheet"]].astype("str").drop_duplicates()
        for place in places.itertuples(index=False):
            message = text("skills.finding.survey_names", header=" ".join(header.split())[:40])
            found.append(
                Finding(severity, "survey_names", place.source_file, place.source_sheet, "", message, "survey")
            )
    return found
