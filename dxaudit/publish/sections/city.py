"""The whole city's report, top to bottom: who answered, perspectives, issues, overlaps, skills, bottlenecks, limits."""

from __future__ import annotations

import pandas as pd

from dxaudit.publish.analysis import City
from dxaudit.publish.section import Chart, Section, Table, nothing
from dxaudit.publish.sections.common import (
    additive,
    bottleneck_table,
    candidates,
    counted_by_basis,
    issue_table,
    overlap_table,
    register_table,
    source_rows,
    unassessed_table,
)
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import plot, style
from dxaudit.vocabulary import text

GRAVEST = 10
TRAININGS = 12
OVERLAPS = 40


def who(city: City, lang: str = "ja") -> Section:
    """Who answered, and how completely."""
    state = city.state
    facts = additive(city)
    table = state.derived("coverage", state.coverage).iloc[:-1]
    frame = pd.DataFrame(
        {
            text("report.column.bureau", lang): table["bureau"].to_list(),
            text("report.column.department", lang): table["department"].to_list(),
            text("report.column.status", lang): [text(f"coverage.{_status(s)}", lang) for s in table["status"]],
            text("report.column.businesses", lang): table["businesses"].to_list(),
            text("report.column.hours", lang): table["inventoried_hours"].to_list(),
            text("report.column.systems", lang): table["systems"].to_list(),
            text("report.column.completeness", lang): (100 * table["completeness"]).to_list(),
        }
    )
    sentences = [
        text(
            "report.city_who.finding",
            lang,
            departments=len(table),
            businesses=style.number(facts["businesses"]),
            hours=style.number(facts["annual_hours"]) if table["inventoried_hours"].notna().any() else "－",
            systems=style.number(facts["systems"]),
        )
    ]
    nowhere = {
        "businesses": int(state.businesses["department"].isna().sum()),
        "systems": int(state.systems["owner_department"].isna().sum()),
    }
    if any(nowhere.values()):
        sentences.append(text("report.city_who.unassigned", lang, **nowhere))
    unsent = [text(f"report.table.{t}", lang) for t in ("businesses", "systems", "survey") if not state.was_sent(t)]
    if unsent:
        sentences.append(text("report.who.unsent", lang, tables=text("report.and", lang).join(unsent)))
    return Section(
        "who",
        "",
        text("report.city_who.title", lang, city=city.name or text("report.city_who.nameless", lang)),
        tuple(sentences),
        tables=(Table(frame, text("report.city_who.caption", lang, count=len(frame))),),
        level=1,
        facts=facts,
        lang=lang,
    )


def perspectives(city: City, lang: str = "ja") -> Section:
    """The city's five perspectives, and every department's beside them."""
    scores = city.register.perspectives(text("common.city")).set_index("perspective")
    assessed, total = int(scores["assessed"].sum()), int(scores["total"].sum())
    if not assessed:
        return nothing("city_perspectives", "", lang, "report.city_perspectives.none", total=total)
    worst = scores["score"].astype(float).idxmax()
    sentences = (
        text(
            "report.city_perspectives.finding",
            lang,
            perspective=text(f"common.perspective.{worst}", lang),
            score=style.number(scores.at[worst, "score"]),
            assessed=assessed,
            total=total,
        ),
        text("report.perspectives.note", lang),
    )
    return Section(
        "city_perspectives",
        "",
        text("report.city_perspectives.title", lang),
        sentences,
        charts=(
            Chart(lambda ax: plot.perspectives(city.register, ax=ax, lang=lang), 2.8, sentences[0]),
            Chart(
                lambda ax: plot.perspective_matrix(city.register, ax=ax, lang=lang),
                1.2 + 0.24 * len(city.departments()),
                text("report.city_perspectives.caption", lang),
            ),
        ),
        tables=(
            Table(
                _matrix(city, lang),
                text("report.city_perspectives.caption", lang),
                missing=text("common.not_assessed", lang),
            ),
        ),
        lang=lang,
    )


def issues(city: City, lang: str = "ja") -> Section:
    """The city's gravest issues with cause, scope and the rows they rest on."""
    own = city.register.of(None, lang)
    assessed = int(own["assessed"].sum())
    counted = {"assessed": assessed, "unassessed": len(own) - assessed}
    top = city.register.top(GRAVEST, lang=lang)
    if not len(top):
        return nothing("city_issues", "", lang, "report.city_issues.none", **counted)
    first = top.iloc[0]
    sentence = text(
        "report.city_issues.finding",
        lang,
        issue=first["issue"],
        value=first["value_text"],
        **counted,
    )
    return Section(
        "city_issues",
        "",
        text("report.city_issues.title", lang),
        (sentence,),
        (
            Chart(
                lambda ax: plot.top_issues(city.register, n=GRAVEST, ax=ax, lang=lang),
                0.9 + 0.42 * len(top),
                sentence,
            ),
        ),
        (
            issue_table(top, text("report.city_issues.caption", lang, count=len(top)), lang),
            *(source_rows(city, code, None, 8, lang) for code in top["code"].head(5)),
            register_table(city, None, lang),
        ),
        lang=lang,
    )


def systems(city: City, lang: str = "ja") -> Section:
    """Where systems overlap across departments."""
    if not city.state.was_sent("systems"):
        return nothing("city_systems", "", lang, "report.city_systems.unsent")
    groups = candidates(city.systems.overlaps(lang=lang))
    sentence = text("report.city_systems.finding", lang, systems=len(city.state.systems), groups=len(groups))
    charts = ()
    if len(groups):
        charts = (
            Chart(
                lambda ax: plot.overlaps(city.systems, ax=ax, lang=lang),
                1.2 + 0.4 * min(len(groups), 15),
                sentence,
            ),
        )
    return Section(
        "city_systems",
        "",
        text("report.city_systems.title", lang),
        (sentence,),
        charts,
        (overlap_table(groups, OVERLAPS, lang),),
        lang=lang,
    )


def skills(city: City, lang: str = "ja") -> Section:
    """Skill levels of the city and its departments, small groups suppressed."""
    if not city.state.was_sent("survey"):
        return nothing("city_skills", "", lang, "report.city_skills.unsent")
    whole = city.skills.measure("level", by="city")
    if not len(whole) or not bool(whole["shown"].iloc[0]):
        return nothing("city_skills", "", lang, "report.city_skills.suppressed")
    return Section(
        "city_skills",
        "",
        text("report.city_skills.title", lang),
        city.skills.sentences(lang),
        (
            Chart(
                lambda ax: plot.skill_heat_map(city.skills, ax=ax, lang=lang),
                1.6 + 0.24 * len(city.departments()),
                text("report.city_skills.caption", lang),
            ),
            Chart(
                lambda ax: plot.response_map(city.skills, ax=ax, lang=lang),
                1.6 + 0.2 * len(city.departments()),
                text("report.city_skills.response_caption", lang),
            ),
        ),
        (_training(city, lang),),
        lang=lang,
    )


def _training(city: City, lang: str) -> Table:
    """Who should learn what first."""
    plan = city.skills.plan("department").head(TRAININGS)
    rows = [
        (
            line.order,
            line.group or text("skills.column.others", lang),
            city.skills.questionnaire.area_label(line.area, lang),
            line.people,
            line.staff,
            line.gap,
        )
        for line in plan.itertuples(index=False)
    ]
    names = ("rank", "department", "area", "learners", "staff", "gap")
    gap = text("report.column.gap", lang)
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    return Table(frame, text("report.city_skills.training_caption", lang, count=len(frame)), {gap: 2})


def bottlenecks(city: City, lang: str = "ja") -> Section:
    """Where workflows wait and turn back."""
    if not city.state.was_sent("workflow"):
        return nothing("city_bottlenecks", "", lang, "report.city_bottlenecks.unsent")
    found = city.flows.bottlenecks()
    if not len(found):
        return nothing("city_bottlenecks", "", lang, "report.city_bottlenecks.none")
    sentence = text("report.city_bottlenecks.finding", lang, **counted_by_basis(found))
    caption = text("report.city_bottlenecks.caption", lang, count=len(found))
    return Section(
        "city_bottlenecks",
        "",
        text("report.city_bottlenecks.title", lang),
        (sentence,),
        (Chart(lambda ax: plot.bottlenecks(city.flows, ax=ax, lang=lang), 5.5, sentence),),
        (bottleneck_table(found, 15, caption, lang, whose=True),),
        lang=lang,
    )


def limits(city: City, lang: str = "ja") -> Section:
    """What could not be said, and which settings were changed."""
    own = city.register.of(None, lang)
    missing = own[~own["assessed"].astype(bool)]
    changed = city.state.settings.changed()
    setting = pd.DataFrame(
        {
            text("report.city_limits.setting", lang): list(changed),
            text("report.column.value", lang): [str(v) for v in changed.values()],
        }
    )
    findings = city.state.findings
    return Section(
        "city_limits",
        "",
        text("report.city_limits.title", lang),
        (
            text(
                "report.city_limits.finding",
                lang,
                total=len(own),
                unassessed=len(missing),
                findings=int((findings["severity"] != "info").sum()),
            ),
        ),
        tables=(
            unassessed_table(missing, text("report.city_limits.caption", lang, count=len(missing)), lang),
            Table(setting, text("report.city_limits.settings_caption", lang)),
        ),
        lang=lang,
    )


def _matrix(city: City, lang: str) -> pd.DataFrame:
    """Departments × perspectives, scores; missing where not assessed."""
    rows = {}
    for name in city.departments():
        scores = city.register.perspectives(name).set_index("perspective")
        rows[name] = [scores["score"].get(p) for p in PERSPECTIVES]
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=[text(f"common.perspective.{p}", lang) for p in PERSPECTIVES]
    )
    frame.insert(0, text("report.column.department", lang), frame.index)
    return frame


def _status(status: str) -> str:
    return {"answered": "answered", "partly": "partly"}.get(status, "not_answered")
