"""Which blank workbooks go to the departments, so that what comes back reads without a question?

One header row that names the unit, drop-downs, checks of what is typed, a filled example and instructions on sheets of
their own: the sheets that are filled in keep all the machine-readability rules themselves. What is asked, in which
order, and the examples are data (``vocabulary/templates.toml``).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dxaudit.state import CurrentState
from dxaudit.vocabulary import code_label, column_label, load, tables, text
from dxaudit.writing import whole_file

EARLIEST = dt.date(1980, 1, 1)
MOST_MESSAGE, MOST_TITLE = 255, 32
"""What Excel allows for the message beside a cell and for its title."""


def write_templates(folder: Path, state: CurrentState | None = None, lang: str = "ja") -> list[Path]:
    """Write the blank workbooks.

    Parameters
    ----------
    folder : Path
        Made where missing. Files of the same names are replaced.
    state : CurrentState, optional
        With an organisation list: one inventory workbook for each of its departments, which alone can be chosen as
        department in it. Otherwise one blank set, with the workbooks for organisation list, survey and governance.
    lang : {"ja", "en"}

    Returns
    -------
    list of Path
        In the order written.

    Raises
    ------
    DxauditError
        The folder cannot be written.
    """
    units = [] if state is None else list(dict.fromkeys(state.organization["department"].dropna()))
    if not units:
        return [
            _write(folder / f"{file_stem(text(f'templates.file.{kind}', lang))}.xlsx", kind, None, lang)
            for kind in load("templates")["workbooks"]
        ]
    written, taken = [], set()
    for unit in units:
        stem = file_stem(f"{unit}_{text('templates.file.inventory', lang)}")
        while stem.casefold() in taken:
            stem += "_"
        taken.add(stem.casefold())
        written.append(_write(folder / f"{stem}.xlsx", "inventory", unit, lang))
    return written


def file_stem(name: str, most: int = 80) -> str:
    """A name that any file system takes and that leads nowhere else: no separators, no leading dots, no reserved words.

    Examples
    --------
    >>> file_stem("../../etc"), file_stem("総務課/庶務係"), file_stem("CON")
    ('_.._etc', '総務課_庶務係', '_CON')
    """
    stem = (
        re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]', "_", unicodedata.normalize("NFC", name)).strip().lstrip(".").rstrip(". ")
    )
    if not stem or re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", stem):
        stem = f"_{stem}"
    return stem[:most]


@dataclass
class _Book:
    """A workbook being written, the department it is for, and its formats."""

    book: xlsxwriter.Workbook
    lang: str
    unit: str | None
    example: str
    """The department whose work the example rows show."""
    formats: dict[str, Format] = field(default_factory=dict)

    def format(self, name: str, **properties: object) -> Format:
        if name not in self.formats:
            look = {"font_name": "Yu Gothic", "font_size": 10, "valign": "top", **properties}
            self.formats[name] = self.book.add_format(look)
        return self.formats[name]


def _write(path: Path, kind: str, unit: str | None, lang: str) -> Path:
    names = load("templates")["workbooks"][kind]
    with whole_file(path) as part:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(part), options) as book:
            made = _Book(book, lang, unit, _example_of(unit))
            sheets = {name: book.add_worksheet(_sheet_name(tables()[name]["label"][lang])) for name in names}
            samples = {
                name: book.add_worksheet(
                    _sheet_name(text("templates.sheet.example", lang, table=tables()[name]["label"][lang]))
                )
                for name in names
            }
            about = book.add_worksheet(text("templates.sheet.about", lang))
            _about_sheet(made, about, names)
            for name in names:
                _form(made, sheets[name], name)
                _form(made, samples[name], name, example=True)
            sheets[names[0]].activate()
    return path


def _example_of(unit: str | None) -> str:
    """The department itself where the example is of its kind of work; otherwise the one that the example is of."""
    known = load("templates")["example"]
    return unit if unit and any(word in unit for word in known["same"]) else known["department"]


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "", name)[:31]


def _form(made: _Book, sheet: Worksheet, table: str, *, example: bool = False) -> None:
    """The sheet to fill in, or its filled example."""
    spec = load("templates")[table]
    columns = spec["columns"]
    for place, column in enumerate(columns):
        kind = tables()[table]["columns"][column]["type"]
        width = 28 if column in spec["wide"] else 16 if kind in ("str", "list", "text") else 14
        sheet.set_column(place, place, width, _cell_format(made, table, column))
        sheet.write_string(0, place, heading(table, column, made.lang), _head_format(made, table, column))
        if not example:
            _check(made, sheet, table, column, place)
    if example:
        for row, answers in enumerate(spec["example"], start=1):
            _answers(made, sheet, table, row, answers)
        if made.unit and made.unit != made.example:
            # Not in a cell: whoever copies the rows would copy it with them.
            below = len(spec["example"]) + 2
            sheet.insert_textbox(below, 0, _of_another(made), {"width": 560, "height": 48, "font": {"bold": True}})
    else:
        _rule(made, sheet, table)
        if table == "governance":
            for row, question in enumerate(load("issues")["questions"].values(), start=1):
                sheet.write_string(
                    row, 0, question["text"][made.lang], _cell_format(made, table, "question", ruled=True)
                )
    sheet.set_row(0, 48)
    name_at = next((i for i, c in enumerate(columns) if c in ("business", "system", "department")), 0)
    sheet.freeze_panes(1, name_at + 1)
    # A3 landscape; a wide form goes over several pages, each with the names on its left.
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.set_print_scale(70)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, name_at)
    sheet.set_footer("&L&F &A&R&P / &N")


def _rule(made: _Book, sheet: Worksheet, table: str) -> None:
    """Lines around the first empty rows: only these make a printer draw a form that can be filled in by hand."""
    templates = load("templates")
    for row in range(1, templates["ruled"] + 1):
        sheet.set_row(row, templates["ruled_height"])
        for place, column in enumerate(templates[table]["columns"]):
            sheet.write_blank(row, place, None, _cell_format(made, table, column, ruled=True))


def _of_another(made: _Book) -> str:
    """That the example is of another department's work."""
    return text("templates.about.other", made.lang, example=_example_name(made.lang), name=made.example)


def _example_name(lang: str) -> str:
    """What the sheets of examples are called, without the table."""
    return text("templates.sheet.example", lang, table="").rstrip("_")


def heading(table: str, column: str, lang: str) -> str:
    """A column's heading: its label, with the unit of its numbers."""
    spec = tables()[table]["columns"][column]
    label = column_label(table, column, lang)
    if spec["type"] == "likert":
        item = load("questionnaire")["items"].get(column)
        return f"{label}：{item[lang]}" if item else label
    return f"{label}（{spec['unit']}）" if spec["type"] == "num" and "unit" in spec else label


def _head_format(made: _Book, table: str, column: str) -> Format:
    grade = _grade(table, column)
    shades = {1: ("#00118f", "#ffffff"), 2: ("#9db7f9", "#1a1a1a"), 3: ("#e6e6e6", "#1a1a1a")}
    face, ink = shades[grade]
    return made.format(
        f"head{grade}", bold=True, bg_color=face, font_color=ink, text_wrap=True, valign="vcenter", border=1
    )


def _cell_format(made: _Book, table: str, column: str, *, ruled: bool = False) -> Format:
    kind = tables()[table]["columns"][column]["type"]
    lines = {"border": 1, "border_color": "#b3b3b3"} if ruled else {}
    suffix = "_ruled" if ruled else ""
    if kind == "date":
        return made.format(f"date{suffix}", num_format="yyyy/m/d", **lines)
    if kind in ("str", "cat", "tri", "list"):
        # Text, so that codes keep their zeros and 1-2 stays what it is.
        return made.format(f"text{suffix}", num_format="@", **lines)
    return made.format(f"{'wrapped' if kind == 'text' else 'plain'}{suffix}", text_wrap=kind == "text", **lines)


def _grade(table: str, column: str) -> int:
    """1 required, 2 wanted, 3 if known: the grade of `dxaudit.coverage`, or what the template itself says."""
    for block in load("coverage")["columns"]:
        if block["table"] == table and any(column in name.split("|") for name in block["weights"]):
            return block["grade"]
    spec = load("templates")[table]
    if "required" in spec:
        return 1 if column in spec["required"] else 2 if column in spec["wanted"] else 3
    return 3 if table in ("businesses", "systems") else 1


def _answers(made: _Book, sheet: Worksheet, table: str, row: int, answers: dict[str, object]) -> None:
    for place, column in enumerate(load("templates")[table]["columns"]):
        spec = tables()[table]["columns"][column]
        value = answers.get(column)
        if value is None and column in ("department", "owner_department"):
            value = made.example
        if value is None:
            continue
        if spec["type"] == "date":
            sheet.write_datetime(row, place, dt.datetime.fromisoformat(str(value)), _cell_format(made, table, column))
        elif isinstance(value, (int, float)):
            sheet.write_number(row, place, value)
        else:
            sheet.write_string(row, place, code_label(table, column, str(value), made.lang))


# --- drop-downs and checks -------------------------------------------------------------------------------------------


def _options(made: _Book, table: str, column: str) -> list[str]:
    """What can be chosen in a column; empty where anything may be written."""
    spec = tables()[table]["columns"][column]
    if column in ("department", "owner_department") and made.unit:
        return [made.unit]
    if spec["type"] == "tri":
        return [text(f"common.answer.{answer}", made.lang) for answer in ("true", "partial", "false")]
    if spec["type"] == "cat" and spec.get("values"):
        return [code_label(table, column, code, made.lang) for code in spec["values"]]
    free = load("templates")["choices"]
    return list(free.get("months" if column == "peak_period" else column, ()))


def _check(made: _Book, sheet: Worksheet, table: str, column: str, place: int) -> None:
    spec = tables()[table]["columns"][column]
    lang = made.lang
    rows = load("templates")["rows"]
    rule: dict[str, object] = {"validate": "any"}
    reason = ""
    options = _options(made, table, column)
    if options and len(",".join(options)) <= MOST_MESSAGE:
        reason = "choice"
        rule = {"validate": "list", "source": options}
        # A list of several may hold more than one choice; a free column more than we foresee.
        rule["error_type"] = "warning" if spec["type"] in ("list", "str") else "stop"
    elif spec["type"] == "likert":
        reason = "likert"
        rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 5}
    elif spec["type"] == "num" and spec.get("unit") == "%":
        reason = "percent"
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
    elif spec["type"] == "num":
        reason = "num"
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
    elif spec["type"] == "date":
        reason = "date"
        rule = {"validate": "date", "criteria": ">=", "value": EARLIEST}
    if reason:
        rule["error_title"] = text("templates.error.title", lang)[:MOST_TITLE]
        rule["error_message"] = text(f"templates.error.{reason}", lang)[:MOST_MESSAGE]
    said = how(table, column, lang, options)
    rule["input_title"] = column_label(table, column, lang)[:MOST_TITLE]
    rule["input_message"] = said[:MOST_MESSAGE]
    sheet.data_validation(1, place, rows, place, rule)


def how(table: str, column: str, lang: str, options: list[str]) -> str:
    """How a column is answered, in one line."""
    kind = tables()[table]["columns"][column]["type"]
    if options and kind != "tri":
        return text("templates.how.choice", lang, choices="／".join(options))
    return text(f"templates.how.{'str' if kind == 'cat' else kind}", lang)


def _about_sheet(made: _Book, sheet: Worksheet, names: list[str]) -> None:
    lang = made.lang
    wrapped = made.format("wrapped", text_wrap=True)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 3, 12)
    sheet.set_column(4, 4, 96)
    said = re.findall(r"[^。.]+[。.]\)?", text("templates.about.rules", lang, example=_example_name(lang)))
    if made.unit and made.unit != made.example:
        said.append(_of_another(made))
    for table in names:
        said += re.findall(r"[^。]+。", text(f"templates.notes.{table}", lang)) or [
            text(f"templates.notes.{table}", lang)
        ]
    if made.unit:
        said.insert(0, text("templates.about.department", lang, name=made.unit))
    for row, sentence in enumerate(said):
        sheet.write_string(row, 0, sentence.strip())
    top = len(said) + 1
    keys = ("sheet", "column", "need", "unit", "how")
    for place, key in enumerate(keys):
        head = made.format("about_head", bold=True, bg_color="#e6e6e6", border=1)
        sheet.write_string(top, place, text(f"templates.about.{key}", lang), head)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    row = top
    for table in names:
        label = tables()[table]["label"][lang]
        for column in load("templates")[table]["columns"]:
            row += 1
            need = text(f"templates.need.{_grade(table, column)}", lang)
            unit = tables()[table]["columns"][column].get("unit", "")
            answer = how(table, column, lang, _options(made, table, column))
            for place, value in enumerate((label, column_label(table, column, lang), need, unit, answer)):
                sheet.write_string(row, place, value, wrapped)
