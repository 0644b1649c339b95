"""The figures of the survey, each as a ratio of two sums over people, ready for the gate of `dxaudit.privacy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dxaudit.privacy import Family, Measure, response
from dxaudit.settings import Settings
from dxaudit.skills.groups import MANAGER
from dxaudit.skills.questionnaire import Item, Questionnaire
from dxaudit.vocabulary import load

FIVE = {"1": (1, 1), "2": (2, 2), "3": (3, 3), "4": (4, 4), "5": (5, 5)}
THREE = {"low": (1, 2), "middle": (3, 3), "high": (4, 5)}
"""Classes of answers and the levels they span."""


def families(
    survey: pd.DataFrame, answered: pd.DataFrame, asked: Questionnaire, tier: pd.Series, settings: Settings
) -> list[Family]:
    """All families of measures of one survey.

    A figure over several questions is pooled over answers (Σ answers ÷ number of answers), so that a person who
    skipped a question weighs less and figures over more questions follow from those over fewer. Questions that fewer
    than ``settings.min_coverage`` of the respondents answered (asked of some only) count in no figure over several.
    """
    items = {item.code: item for item in asked.items if item.code in answered}
    number = answered.notna().sum()
    answered = answered.loc[:, number >= settings.minimum_group]
    given = {code: answered[code].to_numpy() for code in answered}
    common = [code for code in given if number[code] >= settings.min_coverage * len(answered)]
    found = [response(len(survey))]
    core = _levels(given, common, items)
    if core:
        found.append(Family("answers", tuple(core)))
        found += _distributions(given, common, items)
        found.append(Family("items", tuple(_each_item(given)), follows="answers", city_only=True))
        roles = _role_targets(given, survey, tier, items)
        if roles:
            found.append(Family("roles", tuple(roles), follows="answers", city_only=True))
    product = load("questionnaire")
    for name, column, counted in (
        ("leaders", "dx_role", product["dx_role"]["counted_as_leader"]),
        ("training", "training", product["training"]["taken"]),
        ("ai_use", "ai_use", product["ai_use"]["regular"]),
    ):
        said = survey[column].notna().to_numpy()
        if said.any():
            measure = Measure(name, (survey[column].isin(counted).to_numpy() & said).astype(float), said.astype(float))
            found.append(Family(name, (measure,)))
    return found


def _stack(given: Mapping[str, np.ndarray], codes: Sequence[str]) -> np.ndarray:
    """Answers to some questions, people × questions, NaN where unanswered."""
    return np.column_stack([given[code] for code in codes])


def _pooled(name: str, values: np.ndarray) -> Measure:
    """A measure over several questions; ``values`` people × questions, NaN where unanswered."""
    said, each = ~np.isnan(values), np.ones(values.shape[1])
    return Measure(name, np.where(said, values, 0.0) @ each, said @ each)


def _levels(given: Mapping[str, np.ndarray], codes: list[str], items: Mapping[str, Item]) -> list[Measure]:
    positive_from = load("questionnaire")["positive_from"]
    found: list[Measure] = []
    areas = list(dict.fromkeys(items[c].area for c in codes))
    scopes = [("", codes)] + [(f":{area}", [c for c in codes if items[c].area == area]) for area in areas]
    for suffix, chosen in scopes:
        if not chosen:
            continue
        values = _stack(given, chosen)
        if suffix:
            found.append(_pooled(f"level{suffix}", values))
        else:
            found.append(_pooled("positive", _marked(values, values >= positive_from)))
        aimed = [c for c in chosen if "all" in items[c].target]
        if aimed:
            target = np.array([items[c].target["all"] for c in aimed])
            values = _stack(given, aimed)
            found.append(_pooled(f"at_target{suffix}", _marked(values, values >= target)))
            found.append(_pooled(f"gap{suffix}", values - target))
    for name, chosen in (
        ("level", [c for c in codes if items[c].scale == "skill"]),
        ("attitude", [c for c in codes if items[c].scale == "attitude"]),
        ("security", [c for c in codes if items[c].security]),
    ):
        if chosen:
            found.append(_pooled(name, _stack(given, chosen)))
    # What is left of an area when figures over some of its questions are taken off: it speaks of those who answered
    # just these, so it must hold as many people as any other figure.
    parts: dict[tuple, list[str]] = {}
    for code in codes:
        item = items[code]
        parts.setdefault((item.area, item.scale, "all" in item.target, item.security), []).append(code)
    found += [_pooled(f"part:{n}", _stack(given, chosen)) for n, chosen in enumerate(parts.values(), start=1)]
    return found


def _marked(values: np.ndarray, yes: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, yes.astype(float))


def _distributions(given: Mapping[str, np.ndarray], codes: list[str], items: Mapping[str, Item]) -> list[Family]:
    """Shares of the answers 1 to 5, and of low, middle and high, over all questions and by area."""
    found: list[Family] = []
    areas = list(dict.fromkeys(items[c].area for c in codes))
    for area in ("", *areas):
        values = _stack(given, [c for c in codes if not area or items[c].area == area])
        rounded = np.round(values)
        for classes in (FIVE, THREE):
            measures = tuple(
                _pooled(f"answers:{area}:{name}", _marked(values, (rounded >= first) & (rounded <= last)))
                for name, (first, last) in classes.items()
            )
            found.append(Family(f"answers:{area}:{len(classes)}", measures, follows="answers"))
    return found


def _each_item(given: Mapping[str, np.ndarray]) -> list[Measure]:
    found: list[Measure] = []
    for code, column in given.items():
        values = column[:, None]
        found.append(_pooled(f"item:{code}", values))
        found += [_pooled(f"item:{code}:{name}", _marked(values, np.round(values) == float(name))) for name in FIVE]
    return found


def _role_targets(
    given: Mapping[str, np.ndarray], survey: pd.DataFrame, tier: pd.Series, items: Mapping[str, Item]
) -> list[Measure]:
    """Share of answers at the target of a role, among the people of that role, for the whole city only.

    In a department it would speak of its one head.
    """
    leaders = survey["dx_role"].isin(load("questionnaire")["dx_role"]["leader"]).to_numpy()
    found: list[Measure] = []
    for role, people in (("manager", (tier == MANAGER).to_numpy()), ("leader", leaders)):
        aimed = [c for c in given if role in items[c].target]
        if aimed and people.any():
            target = np.array([items[c].target[role] for c in aimed])
            values = np.where(people[:, None], _stack(given, aimed), np.nan)
            found.append(_pooled(f"at_target:{role}", _marked(values, values >= target)))
    return found
