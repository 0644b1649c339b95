"""Pieces that the department's and the city's sections share: names of issues, values with units, source rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dxaudit.publish.analysis import City
from dxaudit.publish.section import Table
from dxaudit.show import numbers
from dxaudit.show.table import heading
from dxaudit.vocabulary import text

NAMED_CELLS = 20
UNSHOWN = ("file", "sheet", "cell", "numerator", "denominator", "group", "affected")
"""Columns of an explanation that a page leaves to the workbook; file, sheet and cell become one address."""


def perspective_name(perspective: str, lang: str) -> str:
    """What people call a perspective."""
    return text(f"common.perspective.{perspective}", lang)


def joined(parts: str | Iterable[object], lang: str) -> str:
    """Several words as one text; a text stays as it is."""
    return parts if isinstance(parts, str) else text("report.and", lang).join(map(str, parts))


def additive(city: City, department: str | None = None) -> dict[str, float]:
    """Figures that sum over departments to the city's: businesses, hours, budget, systems and their cost.

    For the city (None), over all rows that name a department.
    """
    state = city.state
    hours = state.derived("coverage.hours", lambda: _hours(state.businesses))
    businesses, systems = state.businesses, state.systems
    mine = businesses["department"].notna() if department is None else businesses["department"] == department
    owned = systems["owner_department"].notna() if department is None else systems["owner_department"] == department
    owned &= city.systems.counted
    return {
        "businesses": float(mine.sum()),
        "annual_hours": float(hours[mine].sum()),
        "annual_cases": float(businesses.loc[mine, "annual_cases"].sum()),
        "budget": float(businesses.loc[mine, "budget"].sum()),
        "systems": float(owned.sum()),
        "systems_annual_cost": float(systems.loc[owned, "annual_cost"].sum()),
    }


def answered(facts: Mapping[str, float], lang: str) -> str:
    """What was answered, in words (12業務、年間900時間、3システム); empty where nothing was."""
    counted = {name: facts[name] for name in ("businesses", "annual_hours", "systems") if facts[name] > 0}
    return joined([text(f"report.amount.{k}", lang, value=numbers.number(v)) for k, v in counted.items()], lang)


def not_collected(city: City, lang: str) -> list[str]:
    """The sentence that names what nobody sent; none where everything was."""
    unsent = [t for t in ("businesses", "systems", "survey") if not city.state.was_sent(t)]
    named = text("report.and", lang).join(text(f"report.table.{table}", lang) for table in unsent)
    return [text("report.who.unsent", lang, tables=named)] if unsent else []


def _hours(businesses: pd.DataFrame) -> pd.Series:
    from dxaudit.coverage import hours_of

    return hours_of(businesses)


def issue_table(top: pd.DataFrame, caption: str, lang: str) -> Table:
    """The gravest issues with cause and scope."""
    severity = text("report.column.severity", lang)
    frame = pd.DataFrame(
        {
            text("report.column.rank", lang): range(1, len(top) + 1),
            text("report.column.issue", lang): [
                text("report.issues.named", lang, issue=issue, perspective=perspective_name(perspective, lang))
                for issue, perspective in zip(top["issue"], top["perspective"], strict=True)
            ],
            text("report.column.value", lang): top["value_text"].to_list(),
            severity: top["severity"].astype(float).to_list(),
            text("report.column.priority", lang): top["priority"].astype(float).to_list(),
            text("report.column.cause", lang): top["cause"].to_list(),
            text("report.column.scope", lang): top["scope"].to_list(),
            text("report.column.remedy", lang): top["remedy"].to_list(),
        }
    )
    return Table(frame, caption, digits={severity: 2})


def register_table(city: City, department: str | None, lang: str) -> Table:
    """Every issue of a scope, assessed or not, with its chain from cause to measure of success: for the workbook."""
    found = city.register.of(department, lang)
    names = ("severity", "reach", "priority", "low", "high")
    frame = pd.DataFrame(
        {
            text("report.column.code", lang): found["code"].to_list(),
            text("report.column.perspective", lang): [perspective_name(p, lang) for p in found["perspective"]],
            text("report.column.issue", lang): found["issue"].to_list(),
            text("report.column.value", lang): found["value"].to_list(),
            text("report.column.unit", lang): found["unit"].to_list(),
            **{text(f"report.column.{name}", lang): found[name].to_list() for name in names},
            text("report.column.reason", lang): found["reason"].to_list(),
            text("report.column.cause", lang): found["cause"].to_list(),
            text("report.column.scope", lang): found["scope"].to_list(),
            text("report.column.remedy", lang): found["remedy"].to_list(),
            text("report.column.kpi", lang): found["kpi"].to_list(),
            text("report.column.source", lang): [_cells(places, lang) for places in found["sources"]],
        }
    )
    digits = {text(f"report.column.{name}", lang): 2 for name in ("value", "severity", "reach", "low", "high")}
    digits[text("report.column.priority", lang)] = 1
    caption = text("report.issues.register_caption", lang, count=len(frame))
    return Table(frame, caption, digits, missing=text("common.not_assessed", lang), data=True)


def decided_tables(city: City, department: str | None, lang: str) -> list[Table]:
    """The figures of a scope that decisions of a working session touched, with who and why; nothing where none did."""
    taken = {decision.id: decision for decision in city.state.decisions}
    found = city.register.of(department, lang)
    rows = [
        (line.issue, line.value_text, taken[name].who, taken[name].at[:10], taken[name].why)
        for line in found.itertuples(index=False)
        for name in line.decisions
        if name in taken
    ]
    if not rows:
        return []
    heads = ["report.column.issue", "report.column.value", "session.who", "session.minutes.at", "session.why"]
    frame = pd.DataFrame(rows, columns=[text(head, lang) for head in heads])
    return [Table(frame, text("report.issues.decided_caption", lang, count=len(rows)))]


def _cells(places: list[str], lang: str) -> str:
    """The first cells behind a figure, and how many more there are."""
    named = joined(places[:NAMED_CELLS], lang)
    more = len(places) - NAMED_CELLS
    return named if more <= 0 else text("report.issues.more_cells", lang, cells=named, more=more)


def unassessed_table(frame: pd.DataFrame, caption: str, lang: str) -> Table:
    """Why items could not be assessed: each reason once, the one that concerns most first, with its items."""
    reasons = frame.groupby("reason", sort=False, dropna=False)
    rows = [(reason, len(those), joined(those["issue"], lang)) for reason, those in reasons]
    rows.sort(key=lambda row: -row[1])
    names = ("reason", "items", "issue")
    return Table(pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names]), caption)


def source_rows(city: City, code: str, department: str | None, most: int, lang: str) -> Table:
    """The rows that make an issue, each with file, sheet and cell."""
    explained = city.register.explain(code, department, lang)
    rows, named = explained.rows, explained.labelled_rows()
    made = rows["affected"].to_numpy(bool) if len(rows) else []
    counted = int(sum(made))
    if not counted:
        return Table(pd.DataFrame(), "")
    unshown = [label for label, name in zip(named.columns, rows.columns, strict=True) if name in UNSHOWN]
    kept = named[made].head(most).drop(columns=unshown).rename(columns=lambda name: heading(name, lang))
    kept[text("common.source", lang)] = [place_of(city, line) for line in rows[made].head(most).itertuples(index=False)]
    key = "report.issues.rows_caption" if counted <= most else "report.issues.some_rows_caption"
    caption = text(key, lang, issue=explained.title, shown=len(kept), count=counted)
    return Table(kept, caption, more=counted - len(kept))


def file_findings(city: City, lang: str) -> pd.DataFrame:
    """What was found wrong in the files: by the reading, and by the analyses of systems and of workflows' steps."""
    return pd.concat([city.state.findings, city.systems.findings, city.flows.findings], ignore_index=True)


def place_of(city: City, line) -> str:
    """File, sheet and cell of a row as shown to people."""
    cell = f"!{line.cell}" if isinstance(line.cell, str) and line.cell else ""
    return city.state.place(line.file, line.sheet) + cell


def overlap_table(groups: pd.DataFrame, most: int, lang: str) -> Table:
    """Groups of systems that could be merged, the surest and dearest first, with what speaks against it."""
    label = dict(zip(groups["group"], groups["label"], strict=True))
    rows = [
        (
            line.label,
            text(f"systems.relation.{line.relation}", lang),
            joined(line.names, lang),
            joined(line.departments, lang),
            joined(line.evidence, lang),
            numbers.percent(line.confidence),
            _range(line.saving_low, line.saving_high, lang)
            + (f" ({text('systems.saving.part', lang, label=label[line.within])})" if line.within in label else ""),
            joined(line.keep_apart, lang),
        )
        for line in groups.head(most).itertuples(index=False)
    ]
    names = ("function", "relation", "systems", "departments", "evidence", "confidence", "saving", "keep_apart")
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    key = "report.systems.overlap_caption" if len(groups) <= most else "report.systems.some_overlaps_caption"
    return Table(frame, text(key, lang, count=len(groups), shown=len(frame)), more=len(groups) - len(frame))


def counted_by_basis(found: pd.DataFrame) -> dict[str, int]:
    """How many bottlenecks were seen in flows, and how many are told from the inventory alone."""
    flows = int((found["basis"] == "flow").sum())
    return {"flows": flows, "inventory": len(found) - flows}


def bottleneck_sentence(found: pd.DataFrame, lang: str) -> str:
    """Where work is held up, as far as anything told it: steps of workflows, the inventory alone."""
    counts = {name: count for name, count in counted_by_basis(found).items() if count}
    key = "both" if len(counts) == 2 else next(iter(counts))
    return text(f"report.held_up.{key}", lang, **counts)


def bottleneck_height(found: pd.DataFrame, most: int, *, whose: bool) -> float:
    """Inches of the chart of the worst bottlenecks: labels of two lines, of three where the department is named."""
    rows = min(most, int(found["stake_hours"].notna().sum()))
    return 1.2 + (0.52 if whose else 0.42) * max(rows, 1)


def bottleneck_table(found: pd.DataFrame, most: int, caption: str, lang: str, *, whose: bool) -> Table:
    """The worst bottlenecks, each with the sentence that says why and the cells it rests on; ``whose`` names them."""
    shown = found.head(most)
    rows = [
        (
            line.department,
            f"{line.business} {line.step} {line.action}".strip(),
            text(f"workflow.factor.{line.kind}", lang),
            line.hours,
            line.reason,
            joined(line.sources[:2], lang),
        )
        for line in shown.itertuples(index=False)
    ]
    names = ("department", "business", "kind", "hours", "why", "source")
    frame = pd.DataFrame(rows, columns=[text(f"report.column.{c}", lang) for c in names])
    return Table(frame if whose else frame.iloc[:, 1:], caption, more=len(found) - len(frame))


def candidates(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups that are sure enough to be named in a report; the others wait for a person's review."""
    return groups[groups["band"] == "candidate"]


def _range(low: float, high: float, lang: str) -> str:
    if pd.isna(low) or pd.isna(high):
        return text("common.not_assessed", lang)
    return f"{numbers.number(low)}～{numbers.number(high)}"
