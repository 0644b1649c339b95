"""Where does one figure of the register come from? Rule, arithmetic, thresholds, and the rows with their cells."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.issues.catalogue import ANCHORS, LEVELS, PRIMARY, Criterion
from dxaudit.issues.evidence import Evidence, grouped
from dxaudit.issues.scoring import band
from dxaudit.vocabulary import code_label, column_heading, load, tables, text, text_keys

if TYPE_CHECKING:
    from dxaudit.issues.register import IssueRegister, Result

NAME_COLUMN = {"businesses": "business", "systems": "system", "organization": "department", "governance": "question"}


@dataclass(frozen=True)
class Explanation:
    """One figure, opened up.

    Attributes
    ----------
    sentence : str
        What was found, in one or two plain sentences.
    arithmetic : str
        The computation with its numbers, a line each: figure, severity, reach, priority.
    thresholds : DataFrame
        figure, level, threshold, severity, basis, status of the basis; whether the city changed it.
    rows : DataFrame
        file, sheet, cell, item, the columns used, numerator, denominator, group, affected. Joined as ``how`` says
        (`dxaudit.issues.evidence.join`) they give ``value`` exactly. Empty where not assessed.
    beside : DataFrame
        Further figures that are shown but not scored.
    """

    code: str
    department: str
    title: str
    how: str
    value: float
    unit: str
    sentence: str
    arithmetic: str
    thresholds: pd.DataFrame
    rows: pd.DataFrame
    beside: pd.DataFrame
    lang: str

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self.arithmetic.splitlines())
        tables = "".join(
            frame.to_html(index=False, escape=True, border=0, na_rep="")
            for frame in map(self._headed, (self.thresholds, self.beside, self.rows))
            if len(frame)
        )
        head = f"{html.escape(self.code)} {html.escape(self.title)}"
        return f"<section><h4>{head}</h4><p>{html.escape(self.sentence)}</p><ul>{lines}</ul>{tables}</section>"

    def labelled_rows(self) -> pd.DataFrame:
        """`rows` with the headings a reader sees."""
        return self._headed(self.rows)

    def _headed(self, frame: pd.DataFrame) -> pd.DataFrame:
        known = set(text_keys())
        names = {}
        for column in frame.columns:
            places = [place for place in (f"issues.column.{column}", f"common.{column}") if place in known]
            holders = [name for name, table in tables().items() if column in table["columns"]]
            if places:
                names[column] = text(places[0], self.lang)
            elif holders:
                names[column] = column_heading(holders[0], column, self.lang)
        return frame.rename(columns=names)


def explain(register: IssueRegister, code: str, department: str | None, lang: str) -> Explanation:
    """The `Explanation` of one issue in one scope; see `IssueRegister.explain`."""
    result = register.result(code, department)
    entry = result.entry
    row = register.row(result, lang)
    unit = text(f"issues.unit.{entry.unit}", lang)
    evidence = result.measured.evidence if result.assessed else None
    weight = entry.weight * register.weights[entry.perspective]
    return Explanation(
        code=code,
        department=row["department"],
        title=entry.label[lang],
        how="" if evidence is None else evidence.how,
        value=result.value,
        unit=unit,
        sentence=_sentence(result, row, unit, lang),
        arithmetic="" if evidence is None else "\n".join(_arithmetic(result, weight, row["priority"], lang)),
        thresholds=_thresholds(register, result, lang),
        rows=pd.DataFrame() if evidence is None else _rows(register, evidence, lang),
        beside=_beside(result, lang),
        lang=lang,
    )


def figure(value: float) -> str:
    """A number as people read it: thousands apart, as many digits as it deserves."""
    if math.isnan(value):
        return "–"
    digits = 0 if abs(value) >= 1000 or value == round(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def in_words(value: float, unit: str, lang: str) -> str:
    """A figure with its unit as people say it: ``66.7%``, ``12 systems``, and yes, partly, no for what is there or not.

    Examples
    --------
    >>> in_words(66.66, "percent", "ja"), in_words(1.0, "absent", "ja"), in_words(3.0, "departments", "en")
    ('66.7%', '無', '3 departments')
    """
    if math.isnan(value):
        return text("common.not_assessed", lang)
    if unit == "absent":
        return text(f"common.answer.{'false' if value == 1 else 'true' if value == 0 else 'partial'}", lang)
    space = "" if lang == "ja" or unit == "percent" else " "
    return f"{figure(value)}{space}{text(f'issues.unit.{unit}', lang)}"


def _sentence(result: Result, row: pd.Series, unit: str, lang: str) -> str:
    if not result.assessed:
        return text(
            "issues.sentence.not_assessed", lang,
            department=row["department"], indicator=result.entry.indicator[lang], reason=row["reason"],
        )  # fmt: skip
    said = text(
        "issues.sentence.assessed", lang,
        department=row["department"], indicator=result.entry.indicator[lang], value=row["value_text"],
        severity=f"{result.severity:.2f}", band=text(f"common.band.{band(100 * result.severity)}", lang),
        reach=f"{result.reach:.2f}", priority=f"{row['priority']:.1f}",
    )  # fmt: skip
    if result.low == result.high:
        return said
    key = "survey_interval" if result.entry.perspective == "people" else "interval"
    more = text(f"issues.sentence.{key}", lang, low=figure(result.low), high=figure(result.high), unit=unit)
    return said + ("" if lang == "ja" else " ") + more


def _arithmetic(result: Result, weight: float, priority: float, lang: str) -> list[str]:
    evidence, entry = result.measured.evidence, result.entry
    lines = [_figure_line(evidence, lang)]
    if result.measured.severity is not None:
        lines.append(text("issues.arithmetic.severity_rows", lang, severity=f"{result.measured.severity:.3f}"))
    else:
        figures = {PRIMARY: result.value, **result.measured.figures}
        lines += [_severity_line(c, figures[c.key], lang) for c in entry.criteria if c.key in figures]
    shares = ", ".join(f"{text(f'issues.share.{k}', lang)} {v:.3f}" for k, v in result.shares.items())
    lines.append(text("issues.arithmetic.reach", lang, shares=shares, reach=f"{result.reach:.3f}"))
    lines.append(
        text(
            "issues.arithmetic.priority",
            lang,
            severity=f"{result.severity:.3f}",
            reach=f"{result.reach:.3f}",
            weight=f"{weight:.2f}",
            priority=f"{priority:.1f}",
        )
    )
    return lines


def _figure_line(evidence: Evidence, lang: str) -> str:
    values: dict[str, object] = {"value": figure(evidence.value), "rows": len(evidence.numerator)}
    if evidence.how in ("share", "ratio"):
        values["numerator"] = figure(math.fsum(evidence.numerator))
        values["denominator"] = figure(math.fsum(evidence.denominator))
    elif evidence.how == "spread":
        values["largest"] = figure(float(np.max(evidence.numerator)))
        values["smallest"] = figure(float(np.min(evidence.numerator)))
    elif evidence.how.startswith("group") or evidence.how == "peak":
        parts = grouped(evidence.numerator, evidence.group)
        size = (lambda p: max(p) / min(p)) if evidence.how == "group_ratio" else math.fsum
        largest = max(parts, key=lambda key: size(parts[key]))
        values["group"] = largest
        values["numerator"] = figure(math.fsum(parts[largest]))
        base = evidence.denominator if evidence.denominator is not None else evidence.numerator
        values["denominator"] = figure(math.fsum(base))
    return text(f"issues.arithmetic.{evidence.how}", lang, **values)


def _severity_line(criterion: Criterion, value: float, lang: str) -> str:
    from dxaudit.issues.scoring import severity

    grave = severity(value, criterion)
    shown = {"label": criterion.label[lang], "value": figure(value), "severity": f"{grave:.3f}"}
    levels = [
        f"{text(f'issues.level.{n}', lang)} {a:g}({s:g})"
        for n, a, s in zip(ANCHORS, criterion.anchors, LEVELS, strict=True)
    ]
    if grave in (0.0, 1.0):
        at = 0 if grave == 0 else 3
        return text(
            "issues.arithmetic.severity_end", lang, **shown,
            level=text(f"issues.level.{ANCHORS[at]}", lang), anchor=f"{criterion.anchors[at]:g}",
        )  # fmt: skip
    step = next(i for i in range(3) if LEVELS[i] < grave <= LEVELS[i + 1])
    return text("issues.arithmetic.severity", lang, **shown, below=levels[step], above=levels[step + 1])


def _thresholds(register: IssueRegister, result: Result, lang: str) -> pd.DataFrame:
    entry = result.entry
    changed = register.settings.issues.get(entry.code, {})
    lines = []
    for criterion in entry.criteria:
        own = changed if criterion.key == PRIMARY else changed.get(criterion.key, {})
        for name, anchor, grave in zip(ANCHORS, criterion.anchors, LEVELS, strict=True):
            basis = entry.basis[lang] + (f" {entry.anchors_note[lang]}" if entry.anchors_note else "")
            status = entry.basis_status if name in ("warn", "alert") else "design"
            lines.append(
                {
                    "figure": criterion.label[lang],
                    "level": text(f"issues.level.{name}", lang),
                    "threshold": anchor,
                    "severity": grave,
                    "basis": basis if name in ("warn", "alert") else "",
                    "status": "dxaudit.toml" if name in own else text(f"issues.basis.{status}", lang),
                }
            )
    return pd.DataFrame(lines)


def _beside(result: Result, lang: str) -> pd.DataFrame:
    lines = []
    figures = {k: v for k, v in result.measured.figures.items() if any(c.key == k for c in result.entry.criteria)}
    for key, value in figures.items():
        lines.append((result.entry.criterion(key).label[lang], figure(value)))
    for key, value in result.measured.beside.items():
        label = (
            load("issues")["work_types"][key[5:]]["label"][lang]
            if key.startswith("type_")
            else text(f"issues.beside.{key}", lang)
        )
        lines.append((label, value if isinstance(value, str) else figure(value)))
    return pd.DataFrame(lines, columns=["figure", "value"])


def _rows(register: IssueRegister, evidence: Evidence, lang: str) -> pd.DataFrame:
    """The rows of a figure with their cells; those that make the issue first, each in the order of the files."""
    if evidence.table is None:
        frame = pd.DataFrame({name: values for name, values in evidence.listed.items() if name != "places"})
    else:
        table = register.state.table(evidence.table)
        lines = table.iloc[evidence.rows]
        first = evidence.columns[0] if evidence.columns else None
        cells = np.array(register.inventory.cells(evidence.table, first), dtype=object)
        name = NAME_COLUMN.get(evidence.table)
        frame = pd.DataFrame(
            {
                "file": lines["source_file"].to_numpy(),
                "sheet": lines["source_sheet"].to_numpy(),
                "cell": cells[evidence.rows],
                "item": lines[name].to_numpy() if name else "",
            }
        )
        for column in evidence.columns:
            if column != name:
                frame[column] = [_shown(evidence.table, column, value, lang) for value in lines[column]]
    frame = frame.assign(numerator=evidence.numerator)
    if evidence.denominator is not None:
        frame["denominator"] = evidence.denominator
    if evidence.group is not None:
        frame["group"] = evidence.group
    frame["affected"] = evidence.affected
    return frame.sort_values("affected", ascending=False, kind="stable").reset_index(drop=True)


def _shown(table: str, column: str, value: object, lang: str) -> object:
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    if isinstance(value, str):
        return code_label(table, column, value, lang)
    return value
