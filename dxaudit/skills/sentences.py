"""What the survey found, in plain sentences with their numbers and denominators, for reports and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dxaudit.vocabulary import load, text

if TYPE_CHECKING:
    from dxaudit.skills.profile import SkillProfile


def sentences(profile: SkillProfile, lang: str = "ja") -> tuple[str, ...]:
    """The findings of a profile, most general first; () where nothing may be said of the city."""
    whole = _city(profile, "level")
    if whole is None:
        return ()
    found = [_response(profile, lang), _level(profile, whole, lang)]
    found += [_managers(profile, lang), _departments(profile, lang)]
    found += [_share(profile, name, lang) for name in ("at_target", "leaders", "training", "ai_use")]
    found.append(_hidden(profile, lang))
    return tuple(sentence for sentence in found if sentence)


def _city(profile: SkillProfile, name: str) -> pd.Series | None:
    figure = profile.measure(name, "city")
    return figure.iloc[0] if len(figure) and figure["shown"].iloc[0] else None


def _response(profile: SkillProfile, lang: str) -> str:
    city, mark = profile.response("city").iloc[0], load("questionnaire")["marks"]["low_response"]["value"]
    if pd.isna(city["response"]):
        return text("skills.sentence.respondents", lang, respondents=city["respondents"])
    low = int(profile.response("department")["low_response"].sum())
    return text(
        "skills.sentence.response", lang, headcount=city["headcount"], respondents=city["respondents"],
        share=100 * city["response"], mark=100 * mark, low=low,
    )  # fmt: skip


def _level(profile: SkillProfile, whole: pd.Series, lang: str) -> str:
    areas = [(a, _city(profile, f"gap:{a}")) for a in profile.areas]
    short = [(line["value"], a) for a, line in areas if line is not None]
    if not short:
        return text("skills.sentence.level", lang, **whole[["value", "low", "high"]])
    gap, area = min(short)
    label = profile.questionnaire.area_label(area, lang)
    return text("skills.sentence.level_area", lang, area=label, gap=gap, **whole[["value", "low", "high"]])


def _managers(profile: SkillProfile, lang: str) -> str:
    found = profile.managers()
    found = found[found["measure"] == "level"]
    if not len(found):
        return ""
    line = found.iloc[0]
    key = "same" if not line["different"] else "below" if line["difference"] < 0 else "above"
    values = {"difference": abs(line["difference"]), "low": line["low"], "high": line["high"]}
    return text(f"skills.sentence.managers_{key}", lang, managers=line["managers"], staff=line["staff"], **values)


def _departments(profile: SkillProfile, lang: str) -> str:
    found = profile.differences("level")
    if not len(found):
        return ""
    apart = found[found["different"].astype(bool)]
    low, high = int((apart["difference"] < 0).sum()), int((apart["difference"] > 0).sum())
    return text("skills.sentence.departments", lang, compared=len(found), low=low, high=high)


def _share(profile: SkillProfile, name: str, lang: str) -> str:
    line = _city(profile, name)
    if line is None:
        return ""
    values = {key: 100 * line[key] for key in ("value", "low", "high")}
    if name == "leaders":
        departments = profile.leaders()
        mark = 100 * load("questionnaire")["marks"]["leaders"]["value"]
        values |= {"mark": mark, "below": int((departments["verdict"] == "below").sum())}
    return text(f"skills.sentence.{name}", lang, respondents=line["respondents"], **values)


def _hidden(profile: SkillProfile, lang: str) -> str:
    count = len(profile.release.hidden("department", "level"))
    return text("skills.sentence.hidden", lang, count=count, minimum=profile.minimum) if count else ""
