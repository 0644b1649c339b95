"""The whole city's report, top to bottom: who answered, perspectives, issues, overlaps, skills, bottlenecks, limits."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dxaudit.issues.standing import standing as national_standing
from dxaudit.publish.analysis import City
from dxaudit.publish.section import Chart, Section, Table, nothing, unsent
from dxaudit.publish.sections.common import (
    additive,
    answered,
    bottleneck_height,
    bottleneck_sentence,
    bottleneck_table,
    candidates,
    decided_tables,
    file_findings,
    issue_table,
    joined,
    not_collected,
    overlap_table,
    place_of,
    register_table,
    source_rows,
    unassessed_table,
)
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import numbers, plot
from dxaudit.vocabulary import text

GRAVEST = 10
TRAININGS = 12
HELD_UP = 8
FINDINGS = 20
OVERLAPS = 8
WORTH = 8
BEHIND = 8
"""Rows shown on the page; the workbook holds all."""


def who(city: City, lang: str = "ja") -> Section:
    """Who answered, and how completely."""
    state = city.state
    facts = additive(city)
    table = state.derived("coverage", state.coverage).iloc[:-1]
    owned = state.systems.loc[city.systems.counted, "owner_department"].value_counts()
    columns = {
        "bureau": table["bureau"].to_list() if table["bureau"].notna().any() else None,
        "department": table["department"].to_list(),
        "status": [text(f"coverage.{_status(s)}", lang) for s in table["status"]],
        "businesses": table["businesses"].to_list() if state.was_sent("businesses") else None,
        "hours": table["inventoried_hours"].to_list() if table["inventoried_hours"].notna().any() else None,
        "systems": [owned.get(name, 0) for name in table["department"]] if state.was_sent("systems") else None,
        "completeness": (100 * table["completeness"]).to_list() if table["completeness"].notna().any() else None,
    }
    frame = pd.DataFrame(
        {text(f"report.column.{name}", lang): values for name, values in columns.items() if values is not None}
    )
    amounts = answered(facts, lang)
    sentences = [
        text("report.city_who.finding", lang, departments=len(table), amounts=amounts)
        if amounts
        else text("report.city_who.nothing", lang, departments=len(table))
    ]
    nowhere = {
        "businesses": int(state.businesses["department"].isna().sum()),
        "systems": int(state.systems.loc[city.systems.counted, "owner_department"].isna().sum()),
    }
    if any(nowhere.values()):
        amounts = answered({**nowhere, "annual_hours": 0.0}, lang)
        sentences.append(text("report.city_who.unassigned", lang, amounts=amounts))
    sentences += not_collected(city, lang)
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
            score=numbers.number(scores.at[worst, "score"]),
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
            *decided_tables(city, None, lang),
            register_table(city, None, lang),
        ),
        lang=lang,
    )


def systems(city: City, lang: str = "ja") -> Section:
    """Where systems overlap across departments."""
    if not city.state.was_sent("systems"):
        return unsent("city_systems", "", lang)
    groups = candidates(city.systems.overlaps(lang=lang))
    sentence = text("report.city_systems.finding", lang, systems=int(city.systems.counted.sum()), groups=len(groups))
    charts = ()
    if len(groups):
        charts = (
            Chart(
                lambda ax: plot.overlaps(city.systems, ax=ax, lang=lang),
                1.3 + 0.36 * min(len(groups), 12),
                sentence,
            ),
        )
    return Section(
        "city_systems",
        "",
        text("report.city_systems.title", lang),
        (sentence,),
        charts,
        (
            overlap_table(groups, OVERLAPS, lang),
            replace(overlap_table(groups, len(groups), lang), data=True),
        ),
        lang=lang,
    )


def skills(city: City, lang: str = "ja") -> Section:
    """Skill levels of the city and its departments, small groups suppressed."""
    if not city.state.was_sent("survey"):
        return unsent("city_skills", "", lang)
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
                lambda ax: plot.skill_areas(city.skills, ax=ax, lang=lang),
                3.0,
                text("report.city_skills.areas_caption", lang),
            ),
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
    if not (city.state.was_sent("workflow") or city.state.was_sent("businesses")):
        return unsent("city_bottlenecks", "", lang)
    found = city.flows.bottlenecks(lang=lang)
    if not len(found):
        return nothing("city_bottlenecks", "", lang, "report.city_bottlenecks.none")
    sentences = [bottleneck_sentence(found, lang)]
    worth = city.flows.shortlist(lang=lang)
    if len(worth):
        first = worth.iloc[0]
        sentences.append(
            text(
                "report.city_bottlenecks.shortlist",
                lang,
                count=len(worth),
                department=first["department"],
                business=first["business"],
            )
        )
    caption = text("report.city_bottlenecks.caption", lang, count=len(found))
    return Section(
        "city_bottlenecks",
        "",
        text("report.city_bottlenecks.title", lang),
        tuple(sentences),
        (
            Chart(
                lambda ax: plot.bottlenecks(city.flows, ax=ax, lang=lang, most=HELD_UP),
                bottleneck_height(found, HELD_UP, whose=True),
                sentences[0],
            ),
        ),
        (
            bottleneck_table(found, HELD_UP, caption, lang, whose=True),
            _shortlist(worth.head(WORTH), len(worth), lang),
            replace(_shortlist(worth, len(worth), lang), data=True),
        ),
        lang=lang,
    )


def _shortlist(worth: pd.DataFrame, count: int, lang: str) -> Table:
    """Businesses whose flow is worth drawing, each with the reason and the cells it rests on."""
    rows = [
        (
            line.rank,
            line.department,
            line.business,
            line.hours,
            line.burdened_hours,
            line.reason,
            text("report.city_bottlenecks.drawn" if line.drawn else "report.city_bottlenecks.not_drawn", lang),
            joined(line.sources[:2], lang),
        )
        for line in worth.itertuples(index=False)
    ]
    names = ("rank", "department", "work", "hours", "burdened_hours", "why_draw", "drawn", "source")
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    caption = text("report.city_bottlenecks.shortlist_caption", lang, shown=len(frame), count=count)
    return Table(frame, caption, more=count - len(frame))


def standing(city: City, lang: str = "ja") -> Section:
    """Where the city stands against the published national figures; only where it said what kind of city it is."""
    settings = city.state.settings
    if not (settings.municipality_type or settings.population):
        return nothing("city_standing", "", lang, "report.city_standing.unset")
    figures = national_standing(city.register, lang=lang)
    if not len(figures):
        return nothing("city_standing", "", lang, "report.city_standing.none")
    adopted, used = (figures[figures["kind"] == kind] for kind in ("adoption", "used"))
    common = adopted[adopted["value"] >= 50]
    said = {
        "used": (used, int((used["own"] < used["middle"].fillna(used["value"])).sum())),
        "common": (common, int((common["own"] < 100).sum())),
    }
    found = [
        text(f"report.city_standing.{key}", lang, total=len(rows), behind=behind)
        for key, (rows, behind) in said.items()
        if len(rows)
    ]
    # Where no sentence and no chart speaks of a figure, the table that the workbook holds does.
    told = bool(found)
    found = found or [text("report.city_standing.finding", lang, count=len(figures))]
    # One finding of both: the first picture may be of either.
    finding = text("report.sentences", lang, first=found[0], second=found[1]) if len(found) == 2 else found[0]
    sentences = (finding, text("report.city_standing.note", lang))
    return Section(
        "city_standing",
        "",
        text("report.city_standing.title", lang),
        sentences,
        tuple(
            Chart(
                lambda ax, kind=kind: plot.standing(figures, kind, ax=ax, lang=lang),
                1.7 + 0.36 * max(count, 3),
                text("report.city_standing.caption", lang, count=count),
            )
            for kind in ("adoption", "used")
            if (count := int((figures["kind"] == kind).sum()))
        ),
        (_behind(figures, lang), replace(_standing_table(figures, lang), data=told)),
        lang=lang,
    )


def _behind(figures: pd.DataFrame, lang: str) -> Table:
    """The shares in which the city is furthest behind the country."""
    shares = figures[figures["kind"].isin(["adoption", "available", "used"])]
    nation = shares["middle"].fillna(shares["value"])
    gap = (nation - shares["own"]).sort_values(ascending=False, kind="stable")
    worst = gap[gap > 0].head(BEHIND).index
    frame = pd.DataFrame(
        {
            text("report.column.indicator", lang): shares.loc[worst, "indicator"].to_list(),
            text("report.column.own_share", lang): shares.loc[worst, "own"].to_list(),
            text("report.column.nation_share", lang): nation[worst].to_list(),
            text("report.column.kind_of_figure", lang): [
                text(f"benchmark.kind.{kind}", lang) for kind in shares.loc[worst, "kind"]
            ],
            text("report.column.source", lang): [joined(cells[:2], lang) for cells in shares.loc[worst, "sources"]],
        }
    )
    digits = {text(f"report.column.{name}", lang): 1 for name in ("own_share", "nation_share")}
    return Table(frame, text("report.city_standing.behind_caption", lang, count=len(frame)), digits)


def _standing_table(figures: pd.DataFrame, lang: str) -> Table:
    """Own and national figures with unit, time, source and own cells: for the workbook."""
    rows = [
        (
            line.indicator,
            line.own,
            line.value if pd.isna(line.middle) else line.middle,
            text(f"issues.unit.{line.unit}", lang),
            text(f"benchmark.kind.{line.kind}", lang),
            line.group,
            line.year,
            text(f"benchmark.status.{line.status}", lang),
            line.source,
            joined(line.sources[:2], lang),
        )
        for line in figures.itertuples(index=False)
    ]
    names = (
        "indicator", "own", "nation", "unit", "kind_of_figure", "group", "time", "status_of", "published", "source",
    )  # fmt: skip
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    digits = {text(f"report.column.{name}", lang): 1 for name in ("own", "nation")}
    return Table(frame, text("report.city_standing.caption", lang, count=len(frame)), digits, data=True)


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
    findings = file_findings(city, lang)
    grave = findings["severity"] != "info"
    of_flows = grave & (findings["table"] == "workflow")
    key = "finding_flows" if city.state.was_sent("workflow") else "finding"
    return Section(
        "city_limits",
        "",
        text("report.city_limits.title", lang),
        (
            text(
                f"report.city_limits.{key}",
                lang,
                total=len(own),
                unassessed=len(missing),
                findings=int(grave.sum()),
                flows=int(of_flows.sum()),
            ),
        ),
        tables=(
            unassessed_table(missing, text("report.city_limits.caption", lang, count=len(missing)), lang),
            Table(setting, text("report.city_limits.settings_caption", lang)),
            _flow_findings(city, findings[of_flows], lang),
        ),
        lang=lang,
    )


def _flow_findings(city: City, findings: pd.DataFrame, lang: str) -> Table:
    """What is wrong in the step tables of workflows, with its place; where it is long, for the workbook."""
    frame = pd.DataFrame(
        {
            text("report.column.department", lang): findings["department"].to_list(),
            text("report.column.found", lang): findings["message"].to_list(),
            text("report.column.source", lang): [place_of(city, line) for line in findings.itertuples(index=False)],
        }
    )
    caption = text("report.city_limits.flow_findings_caption", lang, count=len(frame))
    return Table(frame, caption, data=len(frame) > FINDINGS)


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
    return status if status in ("answered", "partly", "listed", "unread") else "not_answered"
