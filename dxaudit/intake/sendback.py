"""What goes back to the departments, so that they can mend their own files?

For every file a page (one html file that opens anywhere, nothing fetched, everything that came in escaped) with its
findings and its readability by level, a copy of the workbook with the cells marked and commented, and, where rows were
set aside, a workbook of just these rows that reads back once mended. The sources are never touched.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.intake.findings import for_department, in_lines
from dxaudit.intake.marking import mark_copy, write_mend
from dxaudit.intake.readability import scores
from dxaudit.intake.templates import file_stem
from dxaudit.settings import FILE_NAME
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, tables, text
from dxaudit.writing import write_text

COUNTS = ("read", "accepted", "set_aside", "ignored")
MOST_NAMES = 4
"""Departments of one file that the index names."""
MOST_LINES = 500
"""Lines of one table on a page; the marked workbook has all."""


def write_sendback(state: CurrentState, folder: Path, lang: str = "ja") -> list[Path]:
    """Write a page, a marked copy and, where needed, a workbook to mend for every file that was read.

    Parameters
    ----------
    state : CurrentState
        As `read` gives it: ``state.folder`` says where the sources stand.
    folder : Path
        Made where missing; files of the same names are replaced.
    lang : {"ja", "en"}

    Returns
    -------
    list of Path
        The index page first, then each file's page, marked copy and workbook to mend.

    Raises
    ------
    DxauditError
        The folder cannot be written, or is the folder that was read.
    """
    if state.folder is not None and Path(folder).resolve() == Path(state.folder).resolve():
        raise DxauditError(
            "読み取ったフォルダ自身には書けません", where=str(folder), remedy="別のフォルダを指定してください"
        )
    ours = ("", FILE_NAME, state.settings.decisions)
    files = [
        f
        for f in dict.fromkeys([*state.sheets["file"], *state.findings["file"]])
        if isinstance(f, str) and f not in ours
    ]
    stems = _stems(files)
    points = scores(state.readability) if len(state.readability) else pd.DataFrame(columns=["file", "sheet", "level"])
    written: list[Path] = []
    lines = []
    for file in files:
        stem = stems[file]
        page = folder / f"{text('sendback.file.page', lang, stem=stem)}.html"
        book = folder / f"{text('sendback.file.book', lang, stem=stem)}.xlsx"
        mend = folder / f"{text('sendback.file.mend', lang, stem=stem)}.xlsx"
        said = mark_copy(state, file, book, lang)
        has_mend = write_mend(state, file, mend, lang)
        write_text(
            page, _page(state, file, points, book if book.is_file() else None, mend if has_mend else None, said, lang)
        )
        written += [page, *([book] if book.is_file() else []), *([mend] if has_mend else [])]
        lines.append(_index_line(state, file, page, points, lang))
    index = folder / f"{text('sendback.file.index', lang)}.html"
    write_text(index, _index(state, lines, lang))
    return [index, *written]


def _index(state: CurrentState, lines: list[tuple], lang: str) -> str:
    head = [text(f"sendback.column.{name}", lang) for name in ("file", "department", *COUNTS)]
    head += [text(f"common.severity.{name}", lang) for name in ("error", "warning")]
    head += [text("sendback.level", lang, level=level) for level in (1, 2, 3)]
    title = text("sendback.index_title", lang)
    if state.settings.municipality:
        title = text("sendback.of_city", lang, title=title, city=state.settings.municipality)
    body = f"<h1>{_e(title)}</h1>"
    if state.settings.as_of:
        body += f"<p>{_e(text('sendback.as_of', lang, date=state.settings.as_of))}</p>"
    return _document(title, body + _table(head, lines, raw_first=True), lang)


def _stems(files: list[str]) -> dict[str, str]:
    """A file name of its own for every file, whatever folder it stood in."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        base = stem = file_stem(re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file))
        number = 2
        while stem.casefold() in taken:
            stem, number = f"{base}_{number}", number + 1
        taken.add(stem.casefold())
        found[file] = stem
    return found


# --- pages -----------------------------------------------------------------------------------------------------------


def _page(
    state: CurrentState, file: str, points: pd.DataFrame, book: Path | None, mend: Path | None, said: str, lang: str
) -> str:
    findings = state.findings[state.findings["file"] == file]
    asked = findings[findings["severity"] != "info"]
    sheets = state.sheets[state.sheets["file"] == file]
    title = text("sendback.title", lang, file=file)
    parts = [f"<h1>{_e(title)}</h1>", f"<p class='lead'>{_e(_lead(sheets, asked, lang))}</p>"]
    names = _departments(state, file)
    if names:
        parts.append(f"<p>{_e(text('sendback.departments', lang, names='、'.join(names)))}</p>")
    if book is not None:
        parts.append(f"<p>{_e(text('sendback.marked', lang))}{_link(book)}</p>")
    parts.append(f"<p class='note'>{_e(said)}</p>")
    if mend is not None:
        parts.append(f"<p>{_e(text('sendback.mended', lang))}{_link(mend)}</p>")
    parts.append(f"<h2>{_e(text('sendback.findings_head', lang))}</h2>" + _findings(asked, lang))
    outside = state.rows_outside
    if len(outside):
        outside = outside[(outside["file"] == file) & (outside["kind"] == "set_aside")]
    if len(outside):
        head = [text(f"sendback.column.{name}", lang) for name in ("sheet", "row", "reason", "text")]
        lines = [(o.sheet, int(o.row), o.reason, o.text) for o in outside.itertuples(index=False)]
        parts.append(f"<h2>{_e(text('sendback.outside_head', lang))}</h2>" + _table(head, lines))
    parts.append(_readability(state, file, points, lang))
    head = [
        text(f"sendback.column.{name}", lang) for name in ("sheet", "table", "read", "accepted", "set_aside", "ignored")
    ]
    lines = [
        (s.sheet, tables()[s.table]["label"][lang] if isinstance(s.table, str) else "",
         int(s.read), int(s.accepted), int(s.set_aside), int(s.ignored))
        for s in sheets.itertuples(index=False)
    ]  # fmt: skip
    parts.append(f"<h2>{_e(text('sendback.rows_head', lang))}</h2>" + _table(head, lines))
    infos = findings[findings["severity"] == "info"]
    if len(infos):
        parts.append(f"<h2>{_e(text('sendback.infos_head', lang))}</h2>" + _findings(infos, lang))
    return _document(title, "\n".join(parts), lang)


def _lead(sheets: pd.DataFrame, asked: pd.DataFrame, lang: str) -> str:
    if not len(sheets):
        return text("sendback.lead_unread", lang)
    rows, accepted = f"{int(sheets['read'].sum()):,}", f"{int(sheets['accepted'].sum()):,}"
    if not len(asked):
        return text("sendback.lead_clean", lang, rows=rows, accepted=accepted)
    errors = int((asked["severity"] == "error").sum())
    return text(
        "sendback.lead",
        lang,
        rows=rows,
        accepted=accepted,
        asked=len(asked),
        errors=errors,
        warnings=len(asked) - errors,
    )


def _departments(state: CurrentState, file: str) -> list[str]:
    found: dict[str, None] = {}
    for table, column in (("businesses", "department"), ("systems", "owner_department"), ("workflow", "department")):
        frame = state.table(table)
        for name in frame.loc[frame["source_file"] == file, column].dropna():
            found.setdefault(name)
    # Of a file that could not be read its name may tell whose it is.
    unread = state.findings[(state.findings["file"] == file) & (not (state.sheets["file"] == file).any())]
    return list(found) or [name for name in unread["department"].unique() if name]


def _findings(findings: pd.DataFrame, lang: str) -> str:
    head = [text(f"sendback.column.{name}", lang) for name in ("severity", "sheet", "cell", "message")]
    shown = in_lines(findings, lang)
    lines = [
        (text(f"common.severity.{f.severity}", lang), _said(f.sheet), _said(f.cell), for_department(f.message))
        for f in shown.itertuples(index=False)
    ]
    return _table(head, lines, lang=lang, classes=list(shown["severity"]))


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""


def _readability(state: CurrentState, file: str, points: pd.DataFrame, lang: str) -> str:
    words = load("readability")
    lead = text("sendback.readability_lead", lang, source=words["source"], disclaimer=words["disclaimer"][lang])
    parts = [
        f"<h2>{_e(text('sendback.readability_head', lang))}</h2><p class='note'>{_e(lead)}</p><div class='levels'>"
    ]
    for level in (1, 2, 3):
        score = _points(points, file, level)
        label = text("sendback.level", lang, level=level)
        shown = (
            text("sendback.no_score", lang) if np.isnan(score) else text("sendback.points", lang, score=f"{score:.0f}")
        )
        bar = "<i class='none'></i>" if np.isnan(score) else f"<i style='width:{score:.0f}%'></i>"
        parts.append(f"<div><b>{_e(label)}</b><span class='bar'>{bar}</span><span>{_e(shown)}</span></div>")
    parts.append("</div>")
    verdicts = state.readability
    broken = verdicts[(verdicts["file"] == file) & (verdicts["verdict"] == "ng")] if len(verdicts) else verdicts
    if len(broken):
        head = [
            text(f"sendback.column.{name}", lang) for name in ("rule", "sheet", "deduction", "count", "cell", "example")
        ]
        lines = []
        for b in broken.itertuples(index=False):
            rule = words["rules"][b.rule]
            if b.severity == "FATAL":
                cost = text("sendback.fatal", lang)
            else:
                cost = text("sendback.minus", lang, points=words["deductions"][b.severity][b.level - 1])
            lines.append(
                (
                    f"{b.rule} {rule['name']}",
                    _said(b.sheet),
                    cost if rule["scored"] else "",
                    b.count,
                    b.cells,
                    b.example,
                )
            )
        parts.append(f"<h3>{_e(text('sendback.broken_head', lang))}</h3>" + _table(head, lines, lang=lang))
    return "".join(parts)


def _points(points: pd.DataFrame, file: str, level: int) -> float:
    if not len(points):
        return np.nan
    own = points[(points["file"] == file) & points["sheet"].isna() & (points["level"] == level)]["score"]
    return float(own.iloc[0]) if len(own) else np.nan


def _index_line(state: CurrentState, file: str, page: Path, points: pd.DataFrame, lang: str) -> tuple:
    sheets = state.sheets[state.sheets["file"] == file]
    severity = state.findings.loc[state.findings["file"] == file, "severity"]
    levels = [_points(points, file, level) for level in (1, 2, 3)]
    names = _departments(state, file)
    named = "、".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        named = text("sendback.and_more", lang, names=named, count=len(names) - MOST_NAMES)
    return (
        _link(page, file),
        named,
        *(int(sheets[name].sum()) if len(sheets) else "" for name in COUNTS),
        *(int((severity == name).sum()) for name in ("error", "warning")),
        *("" if np.isnan(score) else round(score) for score in levels),
    )


def _link(path: Path, shown: str = "") -> str:
    return f"<a href='{quote(path.name)}'>{_e(shown or path.name)}</a>"


def _table(
    head: list[str],
    lines: list[tuple],
    *,
    lang: str = "ja",
    classes: list[str] | None = None,
    raw_first: bool = False,
) -> str:
    """An html table, columns of whole numbers to the right; every cell is escaped, but for the first of a line where
    ``raw_first`` says it is markup of ours."""
    if not lines:
        return f"<p>{_e(text('sendback.nothing', lang))}</p>"
    right = [
        all(value == "" or isinstance(value, (int, np.integer)) for value in column)
        for column in zip(*lines, strict=True)
    ]
    kinds = [" class='n'" if is_right else "" for is_right in right]
    heads = "".join(f"<th{kind}>{_e(name)}</th>" for name, kind in zip(head, kinds, strict=True))
    body = []
    for number, line in enumerate(lines[:MOST_LINES]):
        cells = []
        for place, value in enumerate(line):
            said = value if raw_first and place == 0 else _e(value)
            cells.append(f"<td{kinds[place]}>{said}</td>")
        kind = f" class='{_e(classes[number])}'" if classes else ""
        body.append(f"<tr{kind}>{''.join(cells)}</tr>")
    rest = len(lines) - MOST_LINES
    more = f"<p class='note'>{_e(text('sendback.more', lang, count=f'{rest:,}'))}</p>" if rest > 0 else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>{more}"


def _e(value: object) -> str:
    return html.escape("" if value is None or value is pd.NA else str(value), quote=True)


def _document(title: str, body: str, lang: str) -> str:
    look = load("look")
    ink, kind = look["ink"], look["type"]
    families = ", ".join(f"'{name}'" for name in kind["page_family"])
    caution, major = look["severity"]["caution"]["colour"], look["severity"]["major"]["colour"]
    style = f"""
@page {{ size: A4; margin: 16mm }}
body {{ font-family: {families}, sans-serif; font-size: {kind["body_pt"]}pt; line-height: 1.6; color: {ink["text"]};
  background: {ink["paper"]}; max-width: 190mm; margin: 8mm auto; padding: 0 4mm }}
h1 {{ font-size: {kind["heading_pt"][0]}pt; overflow-wrap: anywhere }} h2 {{ font-size: {kind["heading_pt"][1]}pt }}
h3 {{ font-size: {kind["heading_pt"][2]}pt }} .lead {{ font-size: 12pt }} .note {{ color: {ink["muted"]} }}
table {{ border-collapse: collapse; width: 100%; font-size: 9.5pt; margin: 2mm 0 6mm }}
th, td {{ border: 1px solid {ink["line"]}; padding: 1mm 2mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere }}
th {{ background: {ink["panel"]}; white-space: nowrap }}
thead {{ display: table-header-group }} tr {{ break-inside: avoid }}
th.n, td.n {{ text-align: right; white-space: nowrap }}
tr.error td:first-child {{ border-left: 4px solid {major}; font-weight: bold; white-space: nowrap }}
tr.warning td:first-child {{ border-left: 4px solid {caution}; white-space: nowrap }}
.levels div {{ display: flex; gap: 4mm; align-items: center; margin: 1mm 0 }} .levels b {{ width: 20mm }}
.bar {{ flex: 0 0 80mm; height: 5mm; background: {ink["grid"]}; border: 1px solid {ink["line"]} }}
.bar i {{ display: block; height: 100%; background: {ink["key"]} }}
.bar i.none {{ background: repeating-linear-gradient(45deg, {ink["paper"]} 0 3px, {ink["line"]} 3px 4px) }}
a {{ color: {ink["link"]} }}
"""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f"<!DOCTYPE html>\n<html lang='{_e(lang)}'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>{_e(title)}</title>"
        f"<style>{style}</style></head><body>\n{body}\n</body></html>\n"
    )
