"""How the register leaves the library: xlsx for people who work on it, csv and json for programs.

In the workbook people keep what is theirs (status, owner, related departments, due date, ease, urgency, note, and
columns, comments and sheets they added). Writing again into the same file merges all of it back by issue and
department; entries whose issue is gone move to a sheet of their own and return when the issue does.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import xlsxwriter

from dxaudit.errors import DxauditError
from dxaudit.issues.catalogue import ANCHORS
from dxaudit.issues.scoring import band
from dxaudit.vocabulary import LANGUAGES, load, text
from dxaudit.writing import whole_file, write_text

if TYPE_CHECKING:
    from dxaudit.issues.register import IssueRegister

SHOWN_SOURCES = 3
LINE_HEIGHT = 12.5

ENTRIES = ("status", "owner", "related", "due", "urgency", "ease", "note")
"""Columns that people fill in."""

PRINTED = (
    "no", "perspective", "code", "department", "issue", "phenomenon", "band", "severity", "priority", "cause", "scope",
    "sources", "comparison", "basis", "remedy", "kpi",
)  # fmt: skip
"""Columns on paper, with `ENTRIES` behind them."""

FIGURES = ("value", "unit", "low", "high", "reach", "coverage", "reason", "decisions")
"""Columns beyond the printed part, for sorting and checking."""

JSON_KEYS = (
    "code", "perspective", "department", "value", "unit", "severity", "reach", "priority", "assessed", "coverage",
    "cause", "scope", "sources",
)  # fmt: skip

_WIDTHS = {
    "no": 5, "code": 6, "perspective": 7, "department": 14, "issue": 22, "phenomenon": 26, "value": 9, "unit": 9,
    "low": 9, "high": 9, "severity": 8, "reach": 8, "priority": 8, "band": 8, "comparison": 11, "coverage": 9,
    "reason": 24, "cause": 22, "scope": 24, "sources": 26, "basis": 28, "remedy": 20, "kpi": 16, "decisions": 12,
    "status": 9, "owner": 14, "related": 14, "due": 11, "urgency": 7, "ease": 7, "note": 20,
}  # fmt: skip
_FORMATS = {
    "value": "#,##0.0##", "low": "#,##0.0##", "high": "#,##0.0##", "severity": "0.00", "reach": "0.00",
    "priority": "0.0", "coverage": "0%", "due": "yyyy-mm-dd",
}  # fmt: skip


def write(register: IssueRegister, path: Path, lang: str = "ja") -> None:
    """Write by suffix; see `IssueRegister.write`."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        write_text(path, as_json(register, lang))
    elif suffix == ".csv":
        # Excel takes a csv for the system's code page unless a byte order mark says otherwise.
        write_text(path, "\ufeff" + as_csv(register, lang))
    elif suffix == ".xlsx":
        _write_workbook(register, path, lang)
    else:
        raise DxauditError(
            f"課題一覧表の形式 {path.suffix!r} は書けません",
            where=str(path),
            remedy=".xlsx .csv .json のいずれかにしてください",
        )


def as_json(register: IssueRegister, lang: str = "ja") -> str:
    """The register as a list of objects; what was not measured is null."""
    frame = register.frame_in(lang)
    found = []
    for line in frame[list(JSON_KEYS)].to_dict("records"):
        found.append({key: _plain(value) for key, value in line.items()})
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.item() if hasattr(value, "item") else value


def table(register: IssueRegister, lang: str = "ja") -> pd.DataFrame:
    """The register as the workbook and the csv show it: the city first, each scope by falling priority."""
    frame = register.frame_in(lang)
    order = {name: i for i, name in enumerate(frame["department"].drop_duplicates())}
    frame = frame.assign(scope_order=frame["department"].map(order))
    frame = frame.sort_values(
        ["scope_order", "assessed", "priority", "code"], ascending=[True, False, False, True], kind="stable"
    )
    ranks = _ranks(register, lang)
    shown = pd.DataFrame(
        {
            "no": range(1, len(frame) + 1),
            "perspective": [text(f"common.perspective.{p}", lang) for p in frame["perspective"]],
            "code": frame["code"],
            "issue": frame["issue"],
            "department": frame["department"],
            "phenomenon": [_phenomenon(register, line, lang) for line in frame.itertuples(index=False)],
            "value": frame["value"],
            "unit": frame["unit"],
            "low": frame["low"],
            "high": frame["high"],
            "severity": frame["severity"],
            "reach": frame["reach"],
            "priority": frame["priority"],
            "band": [_band(line.severity, lang) for line in frame.itertuples(index=False)],
            "comparison": [ranks.get((c, d), "") for c, d in zip(frame["code"], frame["department"], strict=True)],
            "coverage": frame["coverage"],
            "reason": frame["reason"],
            "cause": frame["cause"],
            "scope": frame["scope"],
            "sources": [_sources(cells, lang) for cells in frame["sources"]],
            "basis": [_basis(register, code, lang) for code in frame["code"]],
            "remedy": frame["remedy"],
            "kpi": frame["kpi"],
            "decisions": ["、".join(ids) for ids in frame["decisions"]],
        }
    )
    return shown[[*PRINTED, *FIGURES]].reset_index(drop=True)


def heading(column: str, lang: str) -> str:
    """What a column of the register is called."""
    place = "workbook" if column in ("no", "related", "urgency", "comparison") else "column"
    return text(f"issues.{place}.{column}", lang)


def as_csv(register: IssueRegister, lang: str = "ja") -> str:
    """`table` as csv; text that a spreadsheet would run as a formula is disarmed."""
    shown = table(register, lang)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading(c, lang) for c in shown.columns])
    for line in shown.itertuples(index=False):
        writer.writerow([_csv_cell(value) for value in line])
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _phenomenon(register: IssueRegister, line: Any, lang: str) -> str:
    if not line.assessed:
        return f"{text('common.not_assessed', lang)}: {line.reason}"
    indicator = register.entries[line.code].indicator[lang]
    return text("issues.sentence.finding", lang, indicator=indicator, value=line.value_text)


def _band(severity: float, lang: str) -> str:
    if math.isnan(severity):
        return text("common.not_assessed", lang)
    return text(f"common.band.{band(100 * severity)}", lang)


def _sources(cells: list[str], lang: str) -> str:
    shown = "、".join(cells[:SHOWN_SOURCES])
    left = len(cells) - SHOWN_SOURCES
    return shown if left <= 0 else f"{shown} {text('issues.workbook.more', lang, count=left)}"


def _basis(register: IssueRegister, code: str, lang: str) -> str:
    entry = register.entries[code]
    status = "dxaudit.toml" if code in register.settings.issues else text(f"issues.basis.{entry.basis_status}", lang)
    if entry.basis_status == "design" and code not in register.settings.issues:
        return entry.basis[lang]
    return f"[{status}] {entry.basis[lang]}"


def _ranks(register: IssueRegister, lang: str) -> dict[tuple[str, str], str]:
    """Rank of each department's severity among the departments assessed; shown, never scored."""
    frame = register.frame_in(lang)
    part = frame[(frame["department"] != text("common.city", lang)) & frame["assessed"]]
    rank = part.groupby("code")["severity"].rank(ascending=False, method="min").astype(int)
    total = part.groupby("code")["severity"].transform("size")
    return {
        (c, d): text("issues.workbook.rank", lang, total=t, rank=r)
        for c, d, r, t in zip(part["code"], part["department"], rank, total, strict=True)
    }


# ---------------------------------------------------------------- what people wrote


@dataclass(frozen=True)
class Kept:
    """What people wrote into an earlier workbook.

    ``entries`` by (code, department): value by column key, or by heading for columns of their own; ``comments`` the
    same way; ``titles`` names issues that may be gone; ``own_columns`` are headings, ``own_sheets`` cells by sheet.
    """

    entries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    comments: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    own_columns: list[str] = field(default_factory=list)
    own_sheets: dict[str, list[list[Any]]] = field(default_factory=dict)


def read_entries(path: Path) -> Kept:
    """What people wrote into the register at ``path``; nothing where there is no such file.

    Raises
    ------
    DxauditError
        The file is no workbook, or none of ours: writing over it would lose something.
    """
    if not path.exists():
        return Kept()
    try:
        book = openpyxl.load_workbook(path)
    except Exception as error:
        # openpyxl raises whatever the damage happens to trip over.
        raise DxauditError(
            f"既存のファイルを読めないため、上書きしません ({type(error).__name__})",
            where=path.name,
            remedy="別の名前で保存するか、ファイルを確かめてください",
        ) from None
    keys = {heading(c, lang): c for lang in LANGUAGES for c in _WIDTHS}
    sheets = {text(f"issues.workbook.{n}", lang): n for lang in LANGUAGES for n in ("register", "former")}
    ours = set(sheets) | {
        text(f"issues.workbook.{n}", lang) for lang in LANGUAGES for n in ("perspectives", "thresholds", "lists")
    }
    kept = Kept()
    known = False
    for name in book.sheetnames:
        if name in sheets:
            known |= _read_sheet(book[name], keys, kept)
        elif name not in ours:
            kept.own_sheets[name] = [list(row) for row in book[name].iter_rows(values_only=True)]
    if not known:
        raise DxauditError(
            "既存のファイルは課題一覧表ではないため、上書きしません",
            where=path.name,
            remedy="別の名前で保存してください",
        )
    return kept


def _read_sheet(sheet: Any, keys: dict[str, str], kept: Kept) -> bool:
    rows = sheet.iter_rows()
    head = [str(c.value).strip() if c.value is not None else "" for c in next(rows, ())]
    columns = [keys.get(name, name) for name in head]
    if "code" not in columns or "department" not in columns:
        return False
    own = [i for i, c in enumerate(columns) if c and c not in _WIDTHS]
    kept.own_columns.extend(columns[i] for i in own if columns[i] not in kept.own_columns)
    wanted = [i for i, c in enumerate(columns) if c in ENTRIES] + own
    at = {c: i for i, c in enumerate(columns)}
    for cells in rows:
        code, department = cells[at["code"]].value, cells[at["department"]].value
        if not code or not department:
            continue
        key = (str(code).strip(), _department(str(department).strip()))
        if "issue" in at and cells[at["issue"]].value:
            kept.titles[key] = str(cells[at["issue"]].value)
        for i in wanted:
            if cells[i].value not in (None, ""):
                kept.entries.setdefault(key, {})[columns[i]] = cells[i].value
            if cells[i].comment:
                kept.comments.setdefault(key, {})[columns[i]] = cells[i].comment.text
    return True


def _department(name: str) -> str:
    """The city under one name, in whatever language the workbook was written."""
    return text("common.city") if name in {text("common.city", lang) for lang in LANGUAGES} else name


# ---------------------------------------------------------------- the workbook


def _write_workbook(register: IssueRegister, path: Path, lang: str) -> None:
    kept = read_entries(path)
    with whole_file(path) as part:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(part), {**options, "nan_inf_to_errors": False})
        look = _Look(book)
        shown = table(register, lang)
        _write_register(book, look, register, shown, kept, lang)
        _write_perspectives(book, look, register, lang)
        _write_thresholds(book, look, register, lang)
        _write_former(book, look, shown, kept, lang)
        _write_lists(book, register, lang)
        for name, rows in kept.own_sheets.items():
            sheet = book.add_worksheet(name)
            for y, row in enumerate(rows):
                for x, value in enumerate(row):
                    _cell(sheet, y, x, value, look)
        try:
            book.close()
        except OSError as error:
            raise DxauditError(f"書き込めません ({error.strerror or error})", where=str(path)) from None


class _Look:
    """Formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.ink = load("look")["ink"]
        self._known: dict[tuple, Any] = {}

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._known:
            base = {"font_name": "BIZ UDPGothic", "font_size": 9, "valign": "top", "text_wrap": True}
            border = {"border": 1, "border_color": self.ink["line"]}
            self._known[key] = self.book.add_format({**base, **border, **properties})
        return self._known[key]

    @property
    def head(self) -> Any:
        return self(bold=True, bg_color=self.ink["key"], font_color="#ffffff", valign="vcenter")

    @property
    def entry_head(self) -> Any:
        return self(bold=True, bg_color=self.ink["muted"], font_color="#ffffff", valign="vcenter")


def _write_register(
    book: Any, look: _Look, register: IssueRegister, shown: pd.DataFrame, kept: Kept, lang: str
) -> None:
    sheet = book.add_worksheet(text("issues.workbook.register", lang))
    columns = [*PRINTED, *ENTRIES, *FIGURES, *kept.own_columns]
    _page(sheet, register, lang)
    for x, name in enumerate(columns):
        filled_in = name in ENTRIES or name in kept.own_columns
        label = heading(name, lang) if name in _WIDTHS else name
        sheet.write_string(0, x, label, look.entry_head if filled_in else look.head)
        sheet.set_column(x, x, _WIDTHS.get(name, 16))
    accepted = _accepted(register)
    city = {text("common.city", lang): text("common.city")}
    for y, line in enumerate(shown.to_dict("records"), start=1):
        key = (line["code"], city.get(line["department"], line["department"]))
        entries = dict(kept.entries.get(key, {}))
        if key in accepted:
            decision = accepted[key]
            entries.setdefault("status", text("issues.status.accepted", lang))
            entries.setdefault("note", text("issues.workbook.accepted_by", lang, who=decision.who, why=decision.why))
        lines = 1
        for x, name in enumerate(columns):
            value = line[name] if name in line else _translated(name, entries.get(name), lang)
            _cell(sheet, y, x, value, look, _properties(name, line, name not in line))
            lines = max(lines, _lines(value, _WIDTHS.get(name, 16)))
        sheet.set_row(y, LINE_HEIGHT * min(lines, 8) + 3)
        for name, comment in kept.comments.get(key, {}).items():
            sheet.write_comment(y, columns.index(name), comment)
    _drop_downs(sheet, columns, len(shown), register, lang)
    sheet.freeze_panes(1, 5)
    sheet.print_area(0, 0, max(1, len(shown)), len(PRINTED) + len(ENTRIES) - 1)
    sheet.autofilter(0, 0, max(1, len(shown)), len(columns) - 1)


def _accepted(register: IssueRegister) -> dict[tuple[str, str], Any]:
    """Accepted risks by issue and scope."""
    risks = (d for d in register.state.decisions if d.kind == "accept_risk")
    return {(d.what.get("code"), d.what.get("department") or text("common.city")): d for d in risks}


def _properties(name: str, line: dict[str, Any], filled_in: bool) -> dict[str, Any]:
    """Format of one cell: number format, band colour, hatching of what was not assessed, colour of people's cells."""
    found: dict[str, Any] = {"num_format": _FORMATS[name]} if name in _FORMATS else {}
    missing = math.isnan(line["severity"])
    if filled_in:
        return found | {"bg_color": "#fffbe6"}
    if missing and name in ("value", "low", "high", "severity", "reach", "priority", "band"):
        return found | {"pattern": 14, "fg_color": load("look")["missing"]["edge"], "bg_color": "#ffffff"}
    if not missing and name in ("severity", "band"):
        colours = load("look")["severity"][band(100 * line["severity"])]
        return found | {"bg_color": colours["colour"], "font_color": colours["on"]}
    return found


def _lines(value: Any, width: int) -> int:
    """Lines a text takes in a column; a Japanese letter is two wide, and 9 points are narrower than a unit's 11."""
    if not isinstance(value, str):
        return 1
    units = sum(1.0 if c.isascii() else 2.0 for c in value) * 0.86
    return max(1, math.ceil(units / max(1, width - 1)))


def _translated(name: str, value: Any, lang: str) -> Any:
    """A choice of ours in the language of this workbook; what people typed themselves stays as it is."""
    if name in ("status", "urgency") and isinstance(value, str):
        words = {"status": ("open", "under_way", "done", "accepted"), "urgency": ("high", "middle", "low")}[name]
        for word in words:
            if value in {text(f"issues.{name}.{word}", other) for other in LANGUAGES}:
                return text(f"issues.{name}.{word}", lang)
    return value


def _cell(sheet: Any, y: int, x: int, value: Any, look: _Look, properties: dict[str, Any] | None = None) -> None:
    style = look(**(properties or {}))
    if value is None or (isinstance(value, float) and math.isnan(value)):
        sheet.write_blank(y, x, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(y, x, value, style)
    elif isinstance(value, (datetime, date)):
        sheet.write_datetime(y, x, value, look(**{**(properties or {}), "num_format": _FORMATS["due"]}))
    elif isinstance(value, (int, float)) or hasattr(value, "item"):
        sheet.write_number(y, x, float(value), style)
    else:
        # A cell holds 32,767 characters; written as text, so that nothing of it can run.
        sheet.write_string(y, x, str(value)[:32767], style)


def _drop_downs(sheet: Any, columns: list[str], rows: int, register: IssueRegister, lang: str) -> None:
    last = max(1, rows)
    at = {name: x for x, name in enumerate(columns)}
    say = {"input_title": text("issues.workbook.fill_in", lang)}
    words = [text(f"issues.status.{w}", lang) for w in ("open", "under_way", "done", "accepted")]
    sheet.data_validation(1, at["status"], last, at["status"], {"validate": "list", "source": words, **say})
    words = [text(f"issues.urgency.{w}", lang) for w in ("high", "middle", "low")]
    sheet.data_validation(1, at["urgency"], last, at["urgency"], {"validate": "list", "source": words, **say})
    sheet.data_validation(
        1, at["ease"], last, at["ease"], {"validate": "list", "source": ["1", "2", "3", "4", "5"], **say}
    )
    count = len(register.departments())
    if count:
        source = f"='{text('issues.workbook.lists', lang)}'!$A$1:$A${count}"
        # An owner may be a person or a body that is no department: the list offers, it does not forbid.
        listed = {"validate": "list", "source": source, "error_type": "information", **say}
        sheet.data_validation(1, at["owner"], last, at["owner"], listed)
        sheet.data_validation(1, at["related"], last, at["related"], listed)
    dated = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1), "error_type": "information"}
    sheet.data_validation(1, at["due"], last, at["due"], dated)


def _page(sheet: Any, register: IssueRegister, lang: str) -> None:
    """A3 landscape, one page wide, heading repeated, whose register of which day."""
    settings = register.settings
    who = " ".join(p for p in (settings.municipality, text("issues.title", lang), settings.as_of) if p).replace(
        "&", "&&"
    )
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.5)
    sheet.set_header(f"&L{who}&R&P / &N")
    sheet.set_footer("&L" + text("issues.workbook.footer", lang))
    sheet.set_row(0, 30)


def _write_perspectives(book: Any, look: _Look, register: IssueRegister, lang: str) -> None:
    sheet = book.add_worksheet(text("issues.workbook.perspectives", lang))
    frame = register.perspectives()
    names = ["department", "perspective", "score", "low", "high", "assessed", "total", "band"]
    _page(sheet, register, lang)
    for x, name in enumerate(names):
        sheet.write_string(
            0, x, heading(name, lang) if name in _WIDTHS else text(f"issues.column.{name}", lang), look.head
        )
        sheet.set_column(x, x, 18 if x < 2 else 10)
    city = text("common.city")
    for y, line in enumerate(frame.itertuples(index=False), start=1):
        word = (
            text("common.not_assessed", lang) if line.band == "not_assessed" else text(f"common.band.{line.band}", lang)
        )
        department = text("common.city", lang) if line.department == city else line.department
        values = [department, text(f"common.perspective.{line.perspective}", lang), *line[2:7], word]
        for x, value in enumerate(values):
            _cell(sheet, y, x, value, look, {"num_format": "0.0"} if names[x] in ("score", "low", "high") else {})
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(frame)), len(names) - 1)


def _write_thresholds(book: Any, look: _Look, register: IssueRegister, lang: str) -> None:
    """Every entry's anchors, weight and basis, and below them each setting that differs from the default."""
    sheet = book.add_worksheet(text("issues.workbook.thresholds", lang))
    heads = [heading("code", lang), heading("issue", lang), text("issues.column.figure", lang), heading("unit", lang)]
    heads += [text(f"issues.level.{a}", lang) for a in ANCHORS]
    heads += [text("issues.workbook.weight", lang), heading("basis", lang)]
    _page(sheet, register, lang)
    for x, label in enumerate(heads):
        sheet.write_string(0, x, label, look.head)
        sheet.set_column(x, x, (6, 30, 34, 10, 8, 8, 8, 8, 8, 70)[x])
    y = 1
    for entry in register.entries.values():
        for criterion in entry.criteria:
            unit = text(f"issues.unit.{criterion.unit}", lang)
            weight = entry.weight * register.weights[entry.perspective]
            values = [entry.code, entry.label[lang], criterion.label[lang], unit, *criterion.anchors, weight]
            for x, value in enumerate([*values, _basis(register, entry.code, lang)]):
                _cell(sheet, y, x, value, look)
            y += 1
    changed = register.changed()
    y += 1
    _cell(sheet, y, 0, text("issues.changed.heading" if changed else "issues.changed.none", lang), look, {"bold": True})
    for key, value in changed.items():
        y += 1
        _cell(sheet, y, 0, key, look)
        _cell(sheet, y, 1, str(value), look)
    sheet.freeze_panes(1, 2)


def _write_former(book: Any, look: _Look, shown: pd.DataFrame, kept: Kept, lang: str) -> None:
    """Entries of issues that are not in the register any more (a department renamed, an issue switched off)."""
    departments = [_department(d) for d in shown["department"]]
    here = set(zip(shown["code"], departments, strict=True))
    gone = [key for key in {**kept.entries, **kept.comments} if key not in here]
    if not gone:
        return
    sheet = book.add_worksheet(text("issues.workbook.former", lang))
    columns = ["code", "department", "issue", *ENTRIES, *kept.own_columns]
    for x, name in enumerate(columns):
        sheet.write_string(0, x, heading(name, lang) if name in _WIDTHS else name, look.entry_head)
        sheet.set_column(x, x, _WIDTHS.get(name, 16))
    for y, key in enumerate(sorted(gone), start=1):
        entries = kept.entries.get(key, {})
        for x, value in enumerate([*key, kept.titles.get(key), *(entries.get(c) for c in columns[3:])]):
            _cell(sheet, y, x, value, look)
        for name, comment in kept.comments.get(key, {}).items():
            sheet.write_comment(y, columns.index(name), comment)


def _write_lists(book: Any, register: IssueRegister, lang: str) -> None:
    sheet = book.add_worksheet(text("issues.workbook.lists", lang))
    for y, name in enumerate(register.departments()):
        sheet.write_string(y, 0, name)
    sheet.hide()
