"""The survey as a SkillProfile: what groups of staff can do, how sure that is, and what may be said of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from dxaudit.privacy import Release, organisation, population, publish
from dxaudit.skills import statistics
from dxaudit.skills.comments import quotes, themes
from dxaudit.skills.compare import against_rest, tiers_compared
from dxaudit.skills.figures import MEASURE_COLUMNS, SHARES_OF_ANSWERS, SHARES_OF_PEOPLE, figures, typed
from dxaudit.skills.groups import hierarchies, in_order, tidy, tiers
from dxaudit.skills.measures import FIVE, THREE, families
from dxaudit.skills.questionnaire import ROLES, Questionnaire, answers, questionnaire
from dxaudit.skills.sentences import sentences
from dxaudit.skills.training import training_plan
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load

BY = ("city", "bureau", "department", "tier", "position", "age_band")


@dataclass(frozen=True, eq=False)
class SkillProfile:
    """What the survey says of groups of staff. Holds no answer of anybody: only what `dxaudit.privacy` released.

    Attributes
    ----------
    release : Release
        Every published fact; `Release.published` lists them.
    questionnaire : Questionnaire
        The questions asked, their areas, targets and versions.
    areas : tuple of str
        Areas in which anything was answered.
    unanswered : tuple of str
        Questions that nobody answered, or whose column (``header`` of a city's own question) no file held.
    reliability : DataFrame
        Internal consistency by area, and of the ability questions together (area ``""``): items, respondents,
        alpha, low, high, refused.
    between : mapping
        ``icc``, ``between``, ``within`` of the level over the departments shown; ``departments`` and ``respondents``.
    themes : DataFrame
        What free text speaks of, in the city as a whole: theme, comments (NaN where too few), share
        of those who left a comment, shown. The first row, theme ``""``, is all comments.
    quotes : DataFrame
        Comments that the analyst released, masked: theme, quote, released_by.
    """

    release: Release
    questionnaire: Questionnaire
    areas: tuple[str, ...]
    unanswered: tuple[str, ...]
    reliability: pd.DataFrame
    between: Mapping[str, float]
    themes: pd.DataFrame
    quotes: pd.DataFrame
    _measured: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def minimum(self) -> int:
        """The smallest number of respondents shown."""
        return self.release.minimum

    def measure(self, name: str, by: str = "department") -> pd.DataFrame:
        """One figure for every group, with its interval; nothing about groups that are too small.

        Parameters
        ----------
        name : str
            ``level`` (mean of the questions on the ability scale, 1–5), ``attitude`` (those on agreement),
            ``level:<area>`` (all questions of an area), ``security`` (1–5), ``gap``, ``gap:<area>`` (levels above the
            target for all staff, negative below), ``positive``, ``at_target``, ``at_target:<area>`` (share of
            answers), ``leaders``, ``training``, ``ai_use`` (share of people), ``response`` (respondents ÷ headcount);
            for the city also ``at_target:manager``, ``at_target:leader`` and ``item:<code>``.
        by : str
            One of `BY`. ``tier`` has the groups ``manager`` and ``staff``.

        Returns
        -------
        DataFrame
            `MEASURE_COLUMNS`. Where ``shown`` is false the numbers are NaN and ``reason`` says why: ``suppressed``
            (too few respondents, or the figure would give a small group away), ``no_headcount`` (response only).
            Means have Student's t interval, shares Wilson's, both corrected for the finite number of staff where
            the organisation list gives it; a response rate is a count and has no interval.

        Raises
        ------
        KeyError
            ``by`` is none of `BY`, or no figure has this name.
        """
        if by not in BY:
            raise KeyError(by)
        kind = name.split(":")[0]
        known = ("response", "level", "attitude", "security", "gap", "item", *SHARES_OF_PEOPLE, *SHARES_OF_ANSWERS)
        part = name.partition(":")[2]
        if kind not in known or (
            kind in ("level", "gap", "at_target") and part not in ("", *self.questionnaire.areas, *ROLES)
        ):
            raise KeyError(name)
        # Every department's report asks for the figures of all: made once, handed out as copies that cost nothing
        # until they are written to.
        if (name, by) not in self._measured:
            self._measured[name, by] = self._measure(name, by)
        return self._measured[name, by].copy()

    def _measure(self, name: str, by: str) -> pd.DataFrame:
        rows = self.release.rows(name, by)
        if not len(rows):
            return typed(pd.DataFrame(columns=list(MEASURE_COLUMNS)))
        found = figures(rows, name)
        order = in_order(by, list(found["group"]))
        return typed(found.set_index("group").loc[order].reset_index()[list(MEASURE_COLUMNS)])

    def distribution(self, area: str = "", by: str = "department") -> pd.DataFrame:
        """Shares of the answers for every group: 1 to 5, or low (1–2), middle and high (4–5) where five would tell.

        Parameters
        ----------
        area : str
            Of one area; all questions by default.
        by : str
            One of `BY`.

        Returns
        -------
        DataFrame
            group, answer (``1`` … ``5``, or ``low``, ``middle``, ``high``), share (NaN where hidden), respondents,
            shown. Empty where the hierarchy allows no distribution.
        """
        if by not in BY:
            raise KeyError(by)
        columns = ["group", "answer", "share", "respondents", "shown"]
        for classes in (FIVE, THREE):
            frames = [self.release.rows(f"answers:{area}:{c}", by).assign(answer=c) for c in classes]
            found = pd.concat(frames, ignore_index=True)
            if found["shown"].any():
                found["share"] = found["total"] / found["base"]
                groups = {g: n for n, g in enumerate(in_order(by, list(dict.fromkeys(found["group"]))))}
                # Stable: within a group the answers keep their order, from low to high.
                return found.sort_values("group", key=lambda s: s.map(groups), kind="stable")[columns].reset_index(
                    drop=True
                )
        return pd.DataFrame(columns=columns)

    def items(self) -> pd.DataFrame:
        """Every question for the city as a whole: item, area, text, respondents, value, low, high, shares of 1 to 5."""
        rows = []
        for item in self.questionnaire.items:
            figure = self.measure(f"item:{item.code}", "city")
            if not len(figure) or not figure["shown"].iloc[0]:
                continue
            line = {"item": item.code, "area": item.area, "text": item.text["ja"], "reverse": item.reverse}
            line |= figure.iloc[0][["respondents", "value", "low", "high"]].to_dict()
            for answer in FIVE:
                part = self.release.rows(f"item:{item.code}:{answer}", "city")
                line[answer] = float(part["total"].iloc[0] / part["base"].iloc[0])
            rows.append(line)
        columns = ["item", "area", "text", "reverse", "respondents", "value", "low", "high", *FIVE]
        return pd.DataFrame(rows, columns=columns)

    def response(self, by: str = "department") -> pd.DataFrame:
        """Response rates, with ``headcount`` and whether they are ``low`` (below the mark of the questionnaire)."""
        found = self.measure("response", by).rename(columns={"value": "response"})
        rows = self.release.rows("response", by).set_index("group")
        found["headcount"] = found["group"].map(rows["headcount"])
        found["low_response"] = found["response"] < load("questionnaire")["marks"]["low_response"]["value"]
        return found[["group", "headcount", "respondents", "response", "low_response", "shown", "reason"]]

    def leaders(self) -> pd.DataFrame:
        """DX leaders among the respondents of each department against the mark of 20 %.

        `MEASURE_COLUMNS`, ``mark``, and ``verdict``: ``below`` or ``reached`` where the whole interval lies on one
        side of the mark, else ``open``; empty where hidden.
        """
        found = self.measure("leaders", "department")
        mark = load("questionnaire")["marks"]["leaders"]["value"]
        found["mark"] = mark
        found["verdict"] = np.select(
            [found["high"] < mark, found["low"] >= mark, found["shown"]], ["below", "reached", "open"], ""
        )
        return found

    def managers(self) -> pd.DataFrame:
        """Managers against staff: level, areas, attitude, security (see `dxaudit.skills.compare`)."""
        names = ["level", *(f"level:{area}" for area in self.areas), "attitude", "security"]
        return tiers_compared(self.release, names)

    def differences(self, name: str = "level", by: str = "department") -> pd.DataFrame:
        """Each shown group against everybody else: see `dxaudit.skills.compare`."""
        if by not in BY:
            raise KeyError(by)
        return against_rest(self.release, name, by)

    def sentences(self, lang: str = "ja") -> tuple[str, ...]:
        """What the survey found, in plain sentences with numbers and denominators."""
        return sentences(self, lang)

    def plan(self, by: str = "department") -> pd.DataFrame:
        """Who should learn what first, by group and area: see `dxaudit.skills.training`."""
        if by not in BY:
            raise KeyError(by)
        return training_plan(self.release, self.areas, by)


def profile_skills(state: CurrentState) -> SkillProfile:
    """The skill profile of a state, made once and remembered.

    Groups with fewer respondents than ``settings.minimum_group`` are counted in the groups above and appear nowhere.
    """
    return state.derived("skills", lambda: _profile(state))


def _profile(state: CurrentState) -> SkillProfile:
    survey = population(state.survey)
    asked = questionnaire(state.settings)
    answered = answers(state, survey, asked)
    tier = tiers(tidy(survey["position"]))
    groups = (organisation(state, survey), *hierarchies(survey))
    release = publish(groups, families(survey, answered, asked, tier, state.settings), state.settings.minimum_group)
    used = {item.area for item in asked.items if item.code in answered}
    areas = tuple(a for a in asked.areas if a in used)
    return SkillProfile(
        release=release,
        questionnaire=asked,
        areas=areas,
        unanswered=tuple(i.code for i in asked.items if i.code not in answered),
        reliability=_reliability(answered, asked, areas, state.settings.minimum_group),
        between=_between(answered, survey, asked, release),
        themes=themes(survey["comment"], state.settings.minimum_group),
        quotes=quotes(state),
    )


def _reliability(answered: pd.DataFrame, asked: Questionnaire, areas: tuple[str, ...], minimum: int) -> pd.DataFrame:
    rows = []
    for area in ("", *areas):
        counted = [i for i in asked.items if (i.area == area if area else i.scale == "skill")]
        codes = [i.code for i in counted if i.code in answered]
        found = statistics.consistency(answered[codes].to_numpy())
        if found.respondents < minimum:
            found = replace(found, alpha=np.nan, low=np.nan, high=np.nan, respondents=np.nan, refused="too_few")
        rows.append({"area": area, **vars(found)})
    columns = ["area", "items", "respondents", "alpha", "low", "high", "refused"]
    return pd.DataFrame(rows, columns=columns)


def _between(answered: pd.DataFrame, survey: pd.DataFrame, asked: Questionnaire, release: Release) -> dict[str, float]:
    """Spread of the level between departments; over those that are shown, so that no hidden one can be worked out."""
    rows = release.rows("level", "department")
    ability = [i.code for i in asked.items if i.code in answered and i.scale == "skill"]
    seen = survey["department"].isin(rows.loc[rows["shown"], "group"]) & answered[ability].notna().any(axis=1)
    level = answered.loc[seen, ability].mean(axis=1).to_numpy()
    codes, names = pd.factorize(survey.loc[seen, "department"])
    icc, between, within = statistics.between_groups(level, codes)
    return {"icc": icc, "between": between, "within": within, "departments": len(names), "respondents": len(level)}
