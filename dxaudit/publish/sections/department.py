"""A department's report, top to bottom: who and how complete, perspectives, issues, systems, skills, what to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.intake.findings import for_department
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
    not_collected,
    overlap_table,
    place_of,
    register_table,
    source_rows,
    unassessed_table,
)
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import numbers, plot
from dxaudit.vocabulary import code_label, column_heading, load, text
from dxaudit.workflow.layout import page_count, paper

GRAVEST = 5
OVERLAPS = 12
HELD_UP = 6
WORST = 3
"""Bottlenecks whose flow is drawn, where the department sent one."""
SOURCE_ROWS = 12
"""Source rows shown per issue; the register of the workbook holds all."""


def who(city: City, department: str, lang: str = "ja") -> Section:
    """Who is reported on, what was sent, and how complete it is.

    Raises
    ------
    DxauditError
        The city has no such department.
    """
    if department not in city.departments():
        raise DxauditError(text("publish.error.department", lang, name=department))
    line = _coverage(city, department)
    # A department told apart by its bureau, or written with it, carries the bureau in its name already.
    bureau = "" if pd.isna(line["bureau"]) or department.startswith(line["bureau"]) else f"{line['bureau']} "
    facts = additive(city, department)
    values = {
        "businesses": ("businesses", facts["businesses"], "items"),
        "hours": ("businesses", line["inventoried_hours"], "hours_per_year"),
        "hours_share": ("businesses", 100 * line["hours_share"], "percent"),
        "budget": ("businesses", line["budget"], "thousand_yen_per_year"),
        "systems": ("systems", facts["systems"], "items"),
        "headcount": ("organization", line["headcount"], "persons"),
        "respondents": ("survey", line["respondents"], "persons"),
    }
    rows = [
        (text(f"report.who.{name}", lang), value, text(f"common.unit.{unit}", lang))
        for name, (table, value, unit) in values.items()
        if city.state.was_sent(table)
    ]
    if pd.notna(line["completeness"]):
        rows.append(
            (text("report.who.completeness", lang), 100 * line["completeness"], text("common.unit.percent", lang))
        )
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in ("item", "value", "unit")])
    amounts = answered(facts, lang)
    named = f"{bureau}{department}"
    if amounts:
        filled = numbers.percent(line["completeness"], lang=lang)
        said = text("report.who.finding", lang, department=named, amounts=amounts, completeness=filled)
        if facts["businesses"] and pd.isna(line["inventoried_hours"]):
            said = text("report.sentences", lang, first=said, second=text("report.who.no_hours", lang))
    else:
        said = text("report.who.nothing", lang, department=named)
    sentences = [said, *not_collected(city, lang)]
    missing = [text(f"report.table.{t}", lang) for t in line["missing"]]
    if missing and amounts:
        sentences.append(text("report.who.missing", lang, tables=text("report.and", lang).join(missing)))
    changed = city.state.settings.changed()
    if changed:
        named = text("report.and", lang).join(f"{key} = {value}" for key, value in changed.items())
        sentences.append(text("report.who.changed", lang, settings=named))
    return Section(
        "who",
        department,
        text("report.who.title", lang, department=department),
        tuple(sentences),
        tables=(Table(frame, text("report.who.caption", lang), missing=text("common.not_assessed", lang)),),
        level=1,
        facts=facts,
        lang=lang,
    )


def perspectives(city: City, department: str, lang: str = "ja") -> Section:
    """The five perspectives of the department against the city."""
    scores = city.register.perspectives(department).set_index("perspective")
    whole = city.register.perspectives(text("common.city")).set_index("perspective")
    assessed = int(scores["assessed"].sum())
    total = int(scores["total"].sum())
    if not assessed:
        return nothing("perspectives", department, lang, "report.perspectives.none", total=total)
    rows = []
    for name in PERSPECTIVES:
        if name not in scores.index:
            continue
        line = scores.loc[name]
        rows.append(
            (
                text(f"common.perspective.{name}", lang),
                line["score"],
                text(f"common.band.{line['band']}", lang)
                if isinstance(line["band"], str) and line["assessed"]
                else text("common.not_assessed", lang),
                whole["score"].get(name),
                _interval(line, lang),
                text("report.of", lang, part=int(line["assessed"]), whole=int(line["total"])),
            )
        )
    names = ("perspective", "score", "band", "city_score", "interval", "assessed")
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    worst = scores["score"].astype(float).idxmax()
    sentences = (
        text(
            "report.perspectives.finding",
            lang,
            perspective=text(f"common.perspective.{worst}", lang),
            score=numbers.number(scores.at[worst, "score"], lang=lang),
            city=numbers.number(whole["score"].get(worst), lang=lang),
            assessed=assessed,
            total=total,
        ),
        text("report.perspectives.note", lang),
    )
    return Section(
        "perspectives",
        department,
        text("report.perspectives.title", lang),
        sentences,
        charts=(
            Chart(
                lambda ax: plot.perspectives(city.register, department=department, ax=ax, lang=lang),
                2.8,
                sentences[0],
            ),
        ),
        tables=(Table(frame, text("report.perspectives.caption", lang), missing=text("common.not_assessed", lang)),),
        lang=lang,
    )


def issues(city: City, department: str, lang: str = "ja") -> Section:
    """The gravest issues with cause, scope and the rows they rest on; and what could not be assessed, and why."""
    own = city.register.of(department, lang)
    assessed = own[own["assessed"].astype(bool)]
    unassessed = own[~own["assessed"].astype(bool)]
    top = city.register.top(GRAVEST, department, lang)
    tables = []
    if len(top):
        tables.append(issue_table(top, text("report.issues.caption", lang, count=len(top)), lang))
    tables += [source_rows(city, code, department, SOURCE_ROWS, lang) for code in top["code"]]
    if len(unassessed):
        caption = text("report.issues.unassessed_caption", lang, count=len(unassessed))
        tables.append(unassessed_table(unassessed, caption, lang))
    tables += decided_tables(city, department, lang)
    tables.append(register_table(city, department, lang))
    counted = {"assessed": len(assessed), "unassessed": len(unassessed)}
    if len(top):
        first = top.iloc[0]
        sentence = text(
            "report.issues.finding",
            lang,
            issue=first["issue"],
            value=first["value_text"],
            **counted,
        )
        charts = (
            Chart(
                lambda ax: plot.top_issues(city.register, n=GRAVEST, department=department, ax=ax, lang=lang),
                0.9 + 0.42 * len(top),
                sentence,
            ),
        )
    else:
        sentence = text("report.issues.none" if len(assessed) else "report.issues.unassessed", lang, **counted)
        charts = ()
    return Section(
        "issues",
        department,
        text("report.issues.title", lang),
        (sentence,),
        charts,
        tuple(tables),
        lang=lang,
    )


def systems(city: City, department: str, lang: str = "ja") -> Section:
    """Systems that the department owns, and where they overlap with others."""
    mine = (city.state.systems["owner_department"] == department) & city.systems.counted
    owned = city.state.systems[mine]
    groups = candidates(city.systems.overlaps(department, lang))
    if not city.state.was_sent("systems"):
        return unsent("systems", department, lang)
    if not len(owned) and not len(groups):
        return nothing("systems", department, lang, "report.systems.none")
    columns = ("system", "vendor", "annual_cost", "contract_to", "network_zone")
    names = {c: column_heading("systems", c, lang) for c in columns}
    listed = pd.DataFrame({names[c]: owned[c].to_list() for c in columns})
    zone = names["network_zone"]
    listed[zone] = [
        code_label("systems", "network_zone", z, lang) if isinstance(z, str) else None for z in listed[zone]
    ]
    place = [city.state.address("systems", row, "system") for row in owned.index]
    listed[text("common.source", lang)] = place
    known = owned["annual_cost"].notna().sum()
    sentences = (
        text(
            "report.systems.finding",
            lang,
            owned=len(owned),
            groups=len(groups),
            cost=numbers.number(owned["annual_cost"].sum() if known else None, lang=lang),
            known=int(known),
        ),
    )
    tables = (
        Table(listed, text("report.systems.caption", lang, count=len(listed))),
        overlap_table(groups, OVERLAPS, lang),
    )
    charts = ()
    if len(groups):
        charts = (
            Chart(
                lambda ax: plot.overlaps(city.systems, department=department, ax=ax, lang=lang),
                1.2 + 0.5 * min(len(groups), 8),
                sentences[0],
            ),
        )
    return Section(
        "systems",
        department,
        text("report.systems.title", lang),
        sentences,
        charts,
        tables,
        lang=lang,
    )


def skills(city: City, department: str, lang: str = "ja") -> Section:
    """Skill levels of the staff against the city, small groups suppressed."""
    if not city.state.was_sent("survey"):
        return unsent("skills", department, lang)
    rows = []
    for name in ("level", "security", "training", "ai_use"):
        own = _measured(city.skills.measure(name, by="department"), department)
        whole = city.skills.measure(name, by="city")
        city_value = whole["value"].iloc[0] if len(whole) and bool(whole["shown"].iloc[0]) else None
        own_value = own["value"] if own is not None and own["shown"] else None
        if name in ("training", "ai_use"):
            own_value, city_value = (v if v is None else numbers.percent(v) for v in (own_value, city_value))
        why = text("common.suppressed", lang) if own is not None and not own["shown"] else ""
        rows.append((text(f"report.skills.{name}", lang), own_value, city_value, why))
    level = _measured(city.skills.measure("level", by="department"), department)
    if level is None:
        return nothing("skills", department, lang, "report.skills.nobody")
    names = ("item", "department_value", "city_value", "remark")
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    digits = {text("report.column.department_value", lang): 2, text("report.column.city_value", lang): 2}
    if not level["shown"]:
        sentence = text("report.skills.suppressed", lang, minimum=city.state.settings.minimum_group)
        return Section("skills", department, text("report.skills.title", lang), (sentence,), lang=lang)
    sentence = text(
        "report.skills.finding",
        lang,
        value=numbers.number(level["value"], 2, lang=lang),
        city=numbers.number(frame.iloc[0, 2], 2, lang=lang),
        respondents=int(level["respondents"]),
    )
    return Section(
        "skills",
        department,
        text("report.skills.title", lang),
        (sentence,),
        (Chart(lambda ax: plot.skill_areas(city.skills, department=department, ax=ax, lang=lang), 3.0, sentence),),
        (Table(frame, text("report.skills.caption", lang), digits, missing=text("common.suppressed", lang)),),
        lang=lang,
    )


def bottlenecks(city: City, department: str, lang: str = "ja") -> Section:
    """Where the department's workflows wait and turn back."""
    if not (city.state.was_sent("workflow") or city.state.was_sent("businesses")):
        return unsent("bottlenecks", department, lang)
    found = city.flows.bottlenecks(department, lang)
    if not len(found):
        return nothing("bottlenecks", department, lang, "report.bottlenecks.none")
    sentence = bottleneck_sentence(found, lang)
    charts = (
        Chart(
            lambda ax: plot.bottlenecks(city.flows, department=department, ax=ax, lang=lang, most=HELD_UP),
            bottleneck_height(found, HELD_UP, whose=False),
            sentence,
        ),
        *(chart for key in found.head(WORST)["flow"].unique() if key for chart in _flow_charts(city, key, lang)),
    )
    return Section(
        "bottlenecks",
        department,
        text("report.bottlenecks.title", lang),
        (sentence,),
        charts,
        (bottleneck_table(found, 10, text("report.bottlenecks.caption", lang, count=len(found)), lang, whose=False),),
        lang=lang,
    )


def _flow_charts(city: City, key: str, lang: str) -> Iterator[Chart]:
    """The chart of a flow, one for each A4 page it takes."""
    flow = city.flows.parts[key]
    inches = load("look")["page"]["chart_width_in"]
    for page in range(1, page_count(flow) + 1):
        width, height = paper(flow, page)
        yield Chart(
            lambda ax, page=page: plot.flow_chart(city.flows, key, ax=ax, lang=lang, page=page),
            inches * height / width,
            text("report.bottlenecks.flow", lang, page=page),
        )


def hearing(city: City, department: str, lang: str = "ja") -> Section:
    """What to ask the department: causes of its gravest issues, gaps in what it sent, findings in its files."""
    questions: list[tuple[str, str]] = []
    for line in city.register.top(GRAVEST, department, lang).itertuples(index=False):
        asked = text("report.hearing.cause", lang, issue=line.issue, cause=line.cause)
        questions.append((asked, line.value_text))
    own = city.register.of(department, lang)
    own = own[~own["assessed"].astype(bool)]
    for reason, group in own.groupby("reason", sort=False):
        names = text("report.and", lang).join(group["issue"].head(3))
        questions.append((text("report.hearing.gap", lang, reason=reason), names))
    findings = file_findings(city, lang)
    own = findings[(findings["department"] == department) & (findings["severity"] != "info")]
    for line in own.head(5).itertuples(index=False):
        questions.append(
            (text("report.hearing.finding_in_file", lang, message=for_department(line.message)), place_of(city, line))
        )
    if not questions:
        return nothing("hearing", department, lang, "report.hearing.none")
    table = pd.DataFrame(questions, columns=[text(f"report.column.{c}", lang) for c in ("question", "basis")])
    return Section(
        "hearing",
        department,
        text("report.hearing.title", lang),
        (text("report.hearing.finding", lang, count=len(questions)),),
        tables=(Table(table, text("report.hearing.caption", lang)),),
        lang=lang,
    )


def _coverage(city: City, department: str) -> pd.Series:
    table = city.state.derived("coverage", city.state.coverage)
    return table.iloc[:-1].set_index("department").loc[department]


def _measured(frame: pd.DataFrame, department: str) -> pd.Series | None:
    own = frame[frame["group"] == department]
    return own.iloc[0] if len(own) else None


def _interval(line: pd.Series, lang: str) -> str:
    return text(
        "report.interval",
        lang,
        low=numbers.number(line["low"], lang=lang),
        high=numbers.number(line["high"], lang=lang),
    )
