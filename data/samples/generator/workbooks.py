"""The bureaus' workbooks and the sections' csv files; and, for each sheet, what a reader must find in it."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import xlsxwriter

from . import handwriting as hand
from .city import City, Department
from .layouts import BUSINESS, HEADERS, LAYOUTS, OTHER_HEADERS, PLAIN, SYSTEM, Layout

CREATED = datetime(2026, 9, 18, 9, 0, 0)
LISTS = {
    "systems_used",
    "office_tools",
    "regulation_kind",
    "form_number",
    "user_departments",
    "linked_systems",
    "predecessor",
    "next_step",
}
NUMBERS = {
    "annual_cases", "online_cases", "minutes_per_case", "annual_hours", "regular_staff_hours", "fixed_term_staff_hours",
    "assigned_staff", "budget", "users", "initial_cost", "annual_cost", "old_annual_cost",
}  # fmt: skip
DATES = {"manual_updated", "improvement_due", "in_service_from", "contract_from", "contract_to"}
YES_NO = {"seal", "in_person", "online_available", "outsourcing", "manual"}
HOURS = {"annual_hours", "regular_staff_hours", "fixed_term_staff_hours"}
MONEY = {"budget", "initial_cost", "annual_cost", "old_annual_cost"}
WIDE = {
    "business": 30,
    "legal_basis": 22,
    "reported_issue": 42,
    "improvement_idea": 24,
    "systems_used": 26,
    "purpose": 40,
    "system": 28,
    "vendor": 26,
    "package": 20,
    "fee_payment": 20,
}


@dataclass
class SheetFact:
    """What a careful reader finds in one sheet."""

    file: str
    sheet: str
    table: str
    header_rows: tuple[int, int] = (0, 0)
    accepted: int = 0
    ignored_below_header: int = 0
    rows_above: int = 0
    columns: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool = False
    rows: list[tuple[int, str]] = field(default_factory=list)


def _unit(column: str, value: float, header: str, layout: Layout) -> float:
    """The value in the unit that the header names."""
    if column in HOURS and layout.units["hours"] == "人日":
        return value / 7.75
    if column == "minutes_per_case" and layout.units["minutes"] == "時間":
        return round(value / 60, 2)
    if column in MONEY and "万円" in header:
        return value / 10
    if (column in MONEY and "（円" in header) or (
        column in MONEY and header.endswith("円/年）") and "千" not in header
    ):
        return value * 1000
    return value


def written(column: str, value: object, layout: Layout, dice: random.Random) -> object:
    """One true value as this bureau writes it."""
    header = layout.headers.get(column, HEADERS.get(column, column))
    if column in LISTS:
        if value is None:
            return None
        if not value:
            return None if column in ("linked_systems", "form_number", "predecessor") else "なし"
        return hand.several(tuple(value), layout.joint if column != "regulation_kind" else "、", "なし")
    if value is None:
        return None
    if column in NUMBERS:
        return hand.number(_unit(column, value, header, layout), dice, layout.sloppy)
    if column in DATES:
        return hand.date(str(value), dice, layout.dates)
    if column in YES_NO:
        return hand.yes_no(str(value), layout.marks, dice)
    if column in hand.WORDS:
        return hand.words(column, str(value), layout.other_words)
    return value


class Paper:
    """One workbook in the look of a municipal office: MS Gothic, thin borders, grey headers."""

    def __init__(self, path: Path, author: str) -> None:
        self.path = path
        self.book = xlsxwriter.Workbook(
            str(path), {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties({"author": author, "created": CREATED})
        base = {"font_name": "ＭＳ ゴシック", "font_size": 10, "valign": "vcenter"}
        make = self.book.add_format
        self.title = make({**base, "font_size": 14, "bold": True, "align": "center"})
        self.plain = make(base)
        self.right = make({**base, "align": "right"})
        self.head = make(
            {**base, "bold": True, "border": 1, "bg_color": "#D9E1F2", "align": "center", "text_wrap": True}
        )
        self.cell = make({**base, "border": 1, "text_wrap": True})
        self.number = make({**base, "border": 1, "num_format": "#,##0.##"})
        self.total = make({**base, "border": 1, "bg_color": "#F2F2F2", "bold": True})
        self.grey = make({**base, "border": 1, "font_color": "#808080", "italic": True, "text_wrap": True})
        self.note = make({**base, "font_size": 9})
        self.marked = make({**base, "border": 1, "bg_color": "#FFFF00", "text_wrap": True})
        self.doubtful = make({**base, "border": 1, "bg_color": "#F8CBAD", "text_wrap": True})

    def close(self) -> None:
        self.book.close()


def print_wide(sheet) -> None:
    """A3 landscape, as wide as one page, the way such lists are printed."""
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)


def _height(cells: list[tuple[str, object]]) -> float:
    """A row's height in points, so that wrapped text shows; nobody drags a row taller than five lines."""
    lines = 1
    for column, value in cells:
        for piece in str(value or "").split("\n") if isinstance(value, str) else ():
            wide = sum(2 if ord(c) > 0x2FF else 1 for c in piece)
            lines = max(lines, -(-wide // max(1, WIDE.get(column, 11) - 1)))
        lines = max(lines, str(value).count("\n") + 1 if isinstance(value, str) else 1)
    return 14.0 * min(lines, 5)


def _headers(layout: Layout, columns: list[str]) -> list[tuple[str, str]]:
    """(group or "", header) of each column; groups only over neighbours."""
    of = {c: g for g, members in layout.groups.items() for c in members}
    names = [layout.headers.get(c, HEADERS.get(c, c)) for c in columns]
    if layout.decorated:
        # Broken by hand so that it fits the narrow column.
        names = [n.replace("の", "の\n", 1) if len(n) > 6 and "の" in n else n for n in names]
    return [(of.get(c, ""), n) for c, n in zip(columns, names, strict=True)]


def write_headers(paper: Paper, sheet, top: int, heads: list[tuple[str, str]]) -> int:
    """One header row, or two with merged groups; the last header row (0-based)."""
    two = any(g for g, _ in heads)
    i = 0
    while i < len(heads):
        group, name = heads[i]
        if not two:
            sheet.write(top, i, name, paper.head)
            i += 1
        elif not group:
            sheet.merge_range(top, i, top + 1, i, name, paper.head)
            i += 1
        else:
            j = i
            while j < len(heads) and heads[j][0] == group:
                sheet.write(top + 1, j, heads[j][1], paper.head)
                j += 1
            if j - i > 1:
                sheet.merge_range(top, i, top, j - 1, group, paper.head)
            else:
                sheet.write(top, i, group, paper.head)
            i = j
    sheet.set_row(top + 1 if two else top, 42)
    return top + 1 if two else top


def put(paper: Paper, sheet, r: int, c: int, value: object, grey: bool = False) -> None:
    if value is None:
        sheet.write_blank(r, c, None, paper.grey if grey else paper.cell)
    elif isinstance(value, (int, float)):
        sheet.write_number(r, c, value, paper.grey if grey else paper.number)
    else:
        sheet.write_string(r, c, str(value), paper.grey if grey else paper.cell)


EXAMPLE = {
    "business_id": "例",
    "department": "○○課",
    "category_major": "証明・交付",
    "business": "（記入例）住民票の写しの交付",
    "legal_basis": "住民基本台帳法",
    "annual_cases": 1000.0,
    "minutes_per_case": 10.0,
    "annual_hours": 162.75,
    "regular_staff_hours": 100.75,
    "fixed_term_staff_hours": 62.0,
    "assigned_staff": 3.0,
    "peak_period": "3～4月",
    "core": "noncore",
    "routine": "routine",
    "medium": "both",
    "approval": "paper",
    "systems_used": ("住民記録システム",),
    "manual": "true",
    "personal_information": "personal",
}


def _list_sheet(
    paper: Paper,
    city: City,
    layout: Layout,
    name: str,
    title: str,
    table: str,
    columns: list[str],
    rows: list[dict],
    dice: random.Random,
) -> SheetFact:
    """One list with titles above, headers, data, subtotals and notes."""
    sheet = paper.book.add_worksheet(name)
    fact = SheetFact(Path(paper.path).name, name, table)
    extra = list(layout.spare)
    heads = [*_headers(layout, columns), *(("", e) for e in extra)]
    width = len(heads)
    sheet.merge_range(0, 0, 0, min(width - 1, 14), title, paper.title)
    lines = [
        (
            f"作成日：{hand.date('2026-09-' + str(dice.choice((11, 14, 16, 17))), dice, 'long')}",
            f"記入者：{rows[0].get('bureau', '')} 庶務担当",
        ),
        ("※該当するものを選択し、件数・時間は令和７年度実績を記入してください。", ""),
        ("　網掛けの欄は記入不要です。", ""),
        ("", ""),
    ][: max(1, layout.lead_rows - 1)]
    for i, (left, right) in enumerate(lines, start=1):
        sheet.write(i, 0, left, paper.plain)
        if right:
            sheet.write(i, min(width - 1, 8), right, paper.right)
    top = len(lines) + 1
    last = write_headers(paper, sheet, top, heads)
    fact.header_rows, fact.rows_above = (top + 1, last + 1), top
    fact.columns = [
        (f"{g}_{h}" if g else h, c) for (g, h), c in zip(heads, [*columns, *[""] * len(extra)], strict=True)
    ]
    for i, column in enumerate([*columns, *extra]):
        sheet.set_column(i, i, WIDE.get(column, 11))
    r = last + 1
    if layout.example_row and table == "businesses":
        for i, column in enumerate(columns):
            value = EXAMPLE.get(column)
            put(
                paper,
                sheet,
                r,
                i,
                value
                if column == "business_id"
                else written(column, value, layout, dice)
                if value is not None
                else None,
                grey=True,
            )
        fact.ignored_below_header += 1
        r += 1
    key = "department" if table == "businesses" else "owner_department"
    previous = None
    start = r
    since_header = 0
    group: list[dict] = []

    def close_group() -> None:
        nonlocal r, group
        if layout.departments == "merged" and key in columns and len(group) > 1:
            sheet.merge_range(start, columns.index(key), r - 1, columns.index(key), group[0]["_shown"], paper.cell)
        if layout.subtotals and table == "businesses" and group and len({x[key] for x in rows}) > 1:
            _total(
                paper,
                sheet,
                r,
                columns,
                f"{group[0]['_shown']}　小計" if dice.random() < 0.5 else "小計",
                group,
                layout,
                width,
            )
            fact.ignored_below_header += 1
            r += 1
        group = []

    for row in rows:
        row["_shown"] = row["_department_name"] if "_department_name" in row else row[key]
        if previous is not None and row[key] != previous:
            close_group()
            if layout.decorated:
                r += 1
            if layout.repeat_header and since_header > layout.repeat_header and table == "businesses":
                write_headers(paper, sheet, r, heads)
                fact.ignored_below_header += last - top + 1
                r += last - top + 1
                since_header = 0
            start = r
        elif not group:
            start = r
        shown: list[tuple[str, object]] = []
        for i, column in enumerate(columns):
            if column == key:
                again = layout.departments == "ditto" and row[key] == previous and group
                value = "〃" if again else row["_shown"]
                if layout.departments == "merged" and group:
                    continue
            else:
                value = written(column, row.get(column), layout, dice)
                if (
                    layout.departments == "ditto"
                    and column in ("category_major", "legal_basis", "vendor")
                    and group
                    and row.get(column)
                    and group[-1].get(column) == row.get(column)
                    and dice.random() < 0.6
                ):
                    value = "〃"
            shown.append((column, value))
            put(paper, sheet, r, i, value)
            if layout.decorated and isinstance(value, str) and column in ("business", "system", "purpose"):
                # Yellow: asked again. Red: the section is not sure. Nowhere does the sheet say so.
                colour = dice.choices((None, paper.marked, paper.doubtful), (72, 18, 10))[0]
                if colour:
                    sheet.write_string(r, i, value, colour)
        sheet.set_row(r, _height(shown))
        for i, e in enumerate(extra, start=len(columns)):
            put(paper, sheet, r, i, _spare(e, row, dice))
        fact.rows.append((r + 1, row.get("business_id") or row.get("system_id")))
        group.append(row)
        previous = row[key]
        since_header += 1
        fact.accepted += 1
        r += 1
    close_group()
    if layout.subtotals and table == "businesses":
        _total(paper, sheet, r, columns, "合計", rows, layout, width)
        fact.ignored_below_header += 1
        r += 1
    for note in _notes(table, dice):
        sheet.write(r, 0, note, paper.note)
        fact.ignored_below_header += 1
        r += 1
    if layout.decorated:
        sheet.write_comment(top, 3, "様式は変更しないでください（企画担当）")
        sheet.write_comment(last + 2, min(6, width - 1), "昨年は件数が違っていました。再確認をお願いします。")
        sheet.set_column(width - 1, width - 1, 11, None, {"hidden": True})
    sheet.freeze_panes(last + 1, min(3, width))
    print_wide(sheet)
    return fact


def _spare(header: str, row: dict, dice: random.Random) -> str | None:
    if header == "係名":
        return (
            {"P": "窓口係", "C": "窓口係", "T": "賦課係", "K": "庶務係"}.get(row["_work"].kind, "管理係")
            if "_work" in row
            else None
        )
    if dice.random() < 0.07:
        return dice.choice(("昨年度から増加", "R7制度改正", "要確認", "別紙参照", "件数は概数", "委託分を含む"))
    return None


def _notes(table: str, dice: random.Random) -> list[str]:
    if table == "systems":
        return ["※ 経費は令和８年度当初予算額（消費税込み）。"]
    return dice.choice(
        (
            ["※ 時間は係長への聞き取りによる。"],
            ["※１　件数は令和７年度実績（見込みを含む）。", "※２　会計年度任用職員の時間は勤務割から按分した。"],
            ["※ 休憩時間を除く。"],
        )
    )


def _total(
    paper: Paper, sheet, r: int, columns: list[str], label: str, rows: list[dict], layout: Layout, width: int
) -> None:
    place = columns.index("business")
    for i in range(width):
        sheet.write_blank(r, i, None, paper.total)
    sheet.write_string(r, place, label, paper.total)
    for column in ("annual_cases", "annual_hours", "regular_staff_hours", "fixed_term_staff_hours", "budget"):
        if column in columns:
            total = sum(x[column] for x in rows if x.get(column) is not None)
            header = layout.headers.get(column, HEADERS[column])
            sheet.write_number(r, columns.index(column), round(_unit(column, total, header, layout), 2), paper.total)


def _cover(paper: Paper, bureau: str, names: list[str]) -> SheetFact:
    sheet = paper.book.add_worksheet("表紙")
    sheet.set_column(0, 3, 24)
    sheet.merge_range(3, 0, 3, 3, "業務棚卸・情報システム調査　回答票", paper.title)
    for i, (k, v) in enumerate(
        (
            ("部局名", bureau),
            ("回答課", "、".join(names)),
            ("取りまとめ担当", "庶務担当　内線２１３"),
            ("提出期限", "令和８年９月１８日（金）"),
        ),
        start=6,
    ):
        sheet.write(i, 0, k, paper.head)
        sheet.merge_range(i, 1, i, 3, v, paper.cell)
    sheet.write(12, 0, "提出先：情報政策課　DX推進係", paper.plain)
    sheet.fit_to_pages(1, 1)
    return SheetFact(Path(paper.path).name, "表紙", "")


def _choices(paper: Paper, hidden: bool) -> SheetFact:
    sheet = paper.book.add_worksheet("選択肢")
    columns = (
        ("コア／ノンコア", "コア", "ノンコア"),
        ("定型／非定型", "定型", "非定型"),
        ("紙・電子の別", "電子のみ", "併存", "紙のみ"),
        ("決裁区分", "電子決裁", "紙決裁"),
        ("個人情報", "特定個人情報", "要配慮個人情報", "有", "無"),
        ("連携方式", "API", "ファイル連携", "CSV手動", "手入力", "紙", "なし"),
    )
    for c, values in enumerate(columns):
        for r, value in enumerate(values):
            sheet.write(r, c, value, paper.head if r == 0 else paper.cell)
    if hidden:
        sheet.hide()
    return SheetFact(Path(paper.path).name, "選択肢", "", hidden=hidden)


def _sample(paper: Paper, layout: Layout, columns: list[str], dice: random.Random) -> SheetFact:
    sheet = paper.book.add_worksheet("記入例")
    sheet.write(0, 0, "【記入例】このシートには記入しないでください", paper.title)
    last = write_headers(paper, sheet, 2, _headers(layout, columns))
    rows = (
        {},
        {
            "business_id": "例2",
            "business": "道路台帳の閲覧",
            "annual_cases": 240.0,
            "annual_hours": 62.0,
            "minutes_per_case": 15.0,
            "systems_used": (),
        },
    )
    for r, change in enumerate(rows, start=last + 1):
        for i, column in enumerate(columns):
            value = {**EXAMPLE, **change}.get(column)
            put(paper, sheet, r, i, written(column, value, layout, dice) if value is not None else None)
        sheet.set_row(r, 28)
    for i, column in enumerate(columns):
        sheet.set_column(i, i, WIDE.get(column, 11))
    print_wide(sheet)
    return SheetFact(Path(paper.path).name, "記入例", "", ignored_below_header=2)


def _hidden(paper: Paper, name: str) -> SheetFact:
    sheet = paper.book.add_worksheet(name)
    for r, line in enumerate(
        (("集計用メモ", ""), ("提出", "9/18"), ("未提出", "要督促"), ("前年合計との差", "確認中"))
    ):
        for c, value in enumerate(line):
            sheet.write(r, c, value, paper.plain)
    sheet.hide()
    return SheetFact(Path(paper.path).name, name, "", hidden=True)


def bureau_workbook(
    folder: Path, city: City, bureau: str, departments: list[Department], businesses: list[dict], systems: list[dict]
) -> list[SheetFact]:
    """One bureau's workbook: cover, example, the list(s), the systems, choices."""
    layout = layout_of(city, bureau)
    dice = city.dice("workbook", bureau)
    paper = Paper(folder / layout.file, bureau)
    facts: list[SheetFact] = []
    answering = [d for d in departments if any(b["department"] == d.full_name for b in businesses)]
    if layout.cover:
        facts.append(_cover(paper, bureau, [d.name for d in departments]))
    columns = [c for c in BUSINESS if c not in layout.without]
    if layout.sample_sheet:
        facts.append(_sample(paper, layout, columns, dice))
    names = {d.full_name: d.name for d in departments}
    for row in (*businesses, *systems):
        row["_department_name"] = names[row.get("department") or row.get("owner_department")]
    if layout.sheets == "each":
        for d in answering:
            mine = [b for b in businesses if b["department"] == d.full_name]
            facts.append(
                _list_sheet(paper, city, layout, d.name, f"{layout.title}　{d.name}", "businesses", columns, mine, dice)
            )
    else:
        order = columns
        facts.append(_list_sheet(paper, city, layout, "業務一覧", layout.title, "businesses", order, businesses, dice))
    if systems:
        facts.append(
            _list_sheet(
                paper,
                city,
                layout,
                "情報システム一覧",
                f"情報システム一覧（{bureau}）",
                "systems",
                list(SYSTEM),
                systems,
                dice,
            )
        )
    if layout.choices:
        facts.append(_choices(paper, layout.choices == "hidden"))
    if layout.hidden:
        facts.append(_hidden(paper, layout.hidden))
    paper.close()
    return facts


def layout_of(city: City, bureau: str) -> Layout:
    """The bureau's habits; in the hold-out city every bureau writes like another one, in other words."""
    if city.style == "committed":
        return LAYOUTS[bureau]
    names = list(LAYOUTS)
    turned = LAYOUTS[names[(names.index(bureau) + 4) % len(names)]]
    return replace(
        turned,
        file=f"{bureau}_回答.xlsx",
        title=f"{bureau}　業務の棚卸し（照会回答）",
        headers={**OTHER_HEADERS, **turned.headers},
        lead_rows=turned.lead_rows % 4 + 2,
    )


def section_csv(
    folder: Path, city: City, d: Department, table: str, columns: list[str], rows: list[dict], encoding: str
) -> SheetFact:
    """A section's own answer as a tidy csv: one header, one value a cell."""
    name = f"{d.name}_{'業務' if table == 'businesses' else 'システム'}.csv"
    dice = random.Random(d.code)
    used = [
        c
        for c in columns
        if any(r.get(c) not in (None, ()) for r in rows) or c in ("department", "owner_department", "annual_hours")
    ]
    used += [c for c in columns if c not in used and any(r.get(c) == () for r in rows)]
    used = [c for c in columns if c in used]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    names = HEADERS if city.style == "committed" else OTHER_HEADERS
    writer.writerow([names[c] for c in used])
    fact = SheetFact(name, "", table, (1, 1), columns=[(names[c], c) for c in used])
    for number, row in enumerate(rows, start=2):
        cells = [written(c, row.get(c), PLAIN, dice) if c not in DATES else row.get(c) for c in used]
        cells = [d.name if c in ("department", "owner_department") else x for c, x in zip(used, cells, strict=True)]
        writer.writerow(["" if x is None else x for x in cells])
        fact.accepted += 1
        fact.rows.append((number, row.get("business_id") or row.get("system_id")))
    (folder / name).write_bytes(buffer.getvalue().encode(encoding))
    return fact
