"""Files → CurrentState: each sheet is looked at, taken into its canonical table or said not to be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from dxaudit.collection import uncollected
from dxaudit.decisions import apply, read_decisions
from dxaudit.errors import DxauditError
from dxaudit.intake import answers, contradictions, departments, readability, twice
from dxaudit.intake.accounting import check_totals
from dxaudit.intake.assemble import Rows, Taken, take
from dxaudit.intake.bpmn import read_bpmn
from dxaudit.intake.columns import Mapping_, Match, table_of
from dxaudit.intake.evidence import profile
from dxaudit.intake.files import Refused, SourceFile, find_files
from dxaudit.intake.findings import MOST_OF_ONE_KIND, Finding, as_frame, finding
from dxaudit.intake.headers import Block, find_blocks
from dxaudit.intake.headings import nearest
from dxaudit.intake.marking import LIST_COLUMNS
from dxaudit.intake.options import decoded, explained, legend
from dxaudit.intake.owners import levels_of
from dxaudit.intake.rows import Outside
from dxaudit.intake.schemas import violations
from dxaudit.intake.sheets import Sheet, folded, is_blank, read_sheets, shown
from dxaudit.intake.ticked import joined_ticks
from dxaudit.intake.together import addressed, bureaus_of_places, identify, joined, of_departments
from dxaudit.intake.wording import header_unit
from dxaudit.settings import FILE_NAME, Settings, read_settings
from dxaudit.state import COLUMN_COLUMNS, FINDING_COLUMNS, SHEET_COLUMNS, TABLES, CurrentState, complete, letters
from dxaudit.vocabulary import LANGUAGES, column_label, load, text
from dxaudit.vocabulary import columns as canonical_columns


@dataclass
class _Gathered:
    """What the sheets gave so far."""

    rows: dict[str, Rows] = field(default_factory=lambda: {name: Rows(name) for name in TABLES})
    findings: list[Finding] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    outside: list[dict[str, Any]] = field(default_factory=list)
    data_sheets: list[Sheet] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    titles: dict[tuple[str, str, int], str] = field(default_factory=dict)


@uncollected()
def read(path: str | Path, settings: Settings | None = None, *, decisions: bool = True) -> CurrentState:
    """Read what the departments sent: a folder (with all folders in it) or one file.

    Parameters
    ----------
    path : str or Path
        xlsx, xlsm, xls, ods, csv and tsv files, whatever their layout.
    settings : Settings, optional
        Default: ``dxaudit.toml`` in the folder (beside the file), else the defaults.
    decisions : bool
        Lay the decisions that the city has recorded over what the files say.

    Returns
    -------
    CurrentState
        Canonical tables, findings, header map, rows outside the tables.

    Raises
    ------
    DxauditError
        The path does not exist, the folder holds no file, or nothing in it can be read as a table.
    """
    path = Path(path)
    files, refused = find_files(path)
    folder = path if path.is_dir() else path.parent
    if settings is None:
        own = folder / FILE_NAME
        settings = read_settings(own) if own.is_file() else Settings()
    gathered = _Gathered()
    _check_settings(settings, gathered)
    broken: list[tuple[str, DxauditError]] = []
    by_itself = [item.name for item in refused if item.rule == "left_behind"]
    if by_itself:
        # Nobody sent them: they are told once, and no page about them goes to anybody.
        gathered.findings.append(finding("left_behind", "", count=len(by_itself), names="、".join(by_itself)))
    refused = [item for item in refused if item.rule != "left_behind"]
    for item in refused:
        gathered.findings.append(finding(item.rule, item.name, detail=item.detail or Path(item.name).suffix))
        gathered.refused.append(item.name)
    for source in files:
        try:
            if source.kind == "bpmn":
                _take_flow(source, settings, gathered)
                continue
            sheets = read_sheets(source)
        except DxauditError as error:
            broken.append((source.name, error))
            gathered.findings.append(
                Finding("error", "file_unreadable", source.name, "", "", f"{error.what} → {error.remedy}")
            )
            continue
        _take_file(source, sheets, settings, gathered)
    known = {name for s in gathered.sheets for name in (s["file"], CurrentState.place(s["file"], s["sheet"]))}
    gathered.findings += [finding("left_out_unknown", FILE_NAME, name=n) for n in settings.left_out if n not in known]
    # In a folder a file without a table is a finding; alone it is all there is.
    tables_seen = [s for s in gathered.sheets if s["note"] not in ("no_header", "empty")]
    if not gathered.sheets or (path.is_file() and not tables_seen):
        raise _nothing_read(path, refused, broken, gathered.findings)
    return _state(gathered, settings, folder, decisions)


def _nothing_read(
    path: Path, refused: list[Refused], broken: list[tuple[str, DxauditError]], findings: list[Finding]
) -> DxauditError:
    if broken:
        return broken[0][1]
    grave = sorted((f for f in findings if f.severity != "info"), key=lambda f: f.severity)
    if grave and (grave[0].severity == "error" or not path.is_file()):
        return DxauditError(grave[0].message, where=grave[0].file or str(path))
    if path.is_file():
        remedy = grave[0].message if grave else "1行目に列の名前のある表を渡してください"
        return DxauditError("このファイルには業務・システムなどの表がありません", where=path.name, remedy=remedy)
    return DxauditError("表のあるファイルがありません", where=str(path), remedy="Excel・CSVのファイルを置いてください")


def _check_settings(settings: Settings, gathered: _Gathered) -> None:
    for table, mapping in settings.columns.items():
        if table not in TABLES:
            raise DxauditError(
                f"[columns.{table}] という表はありません",
                where=FILE_NAME,
                remedy=f"{', '.join(TABLES)} のいずれかにしてください",
            )
        if not isinstance(mapping, Mapping):
            raise DxauditError(f"[columns.{table}] は表である必要があります", where=FILE_NAME)
        for column in mapping.values():
            if column and column not in canonical_columns(table):
                gathered.findings.append(
                    finding("column_setting_unknown", FILE_NAME, "", "", table, table=table, column=str(column))
                )


# ------------------------------------------------------------------------------------------ one file, one sheet


def _take_file(source: SourceFile, sheets: list[Sheet], settings: Settings, gathered: _Gathered) -> None:
    if source.kind == "csv":
        suffix = source.path.suffix.lower()
        if suffix not in (".csv", ".tsv", ".txt"):
            gathered.findings.append(finding("file_is_text", source.name, detail=suffix))
        if not source.encoding.startswith("utf-8"):
            gathered.findings.append(finding("encoding_not_utf8", source.name, encoding=source.encoding))
    else:
        suffix = source.path.suffix.lower()
        if suffix.lstrip(".") != source.kind and (suffix, source.kind) != (".xlsm", "xlsx"):
            gathered.findings.append(finding("file_misnamed", source.name, detail=suffix, kind=source.kind))
    for sheet in sheets:
        if sheet.torn:
            gathered.findings.append(finding("quote_open", sheet.file))
        if sheet.cut:
            gathered.findings.append(finding("sheet_cut", sheet.file, sheet.name, bound=sheet.cut))
        first = len(gathered.sheets)
        _take_sheet(sheet, settings, gathered)
        if sheet.stray:
            _set_apart(sheet, gathered.sheets[first], gathered)


def _set_apart(sheet: Sheet, entry: dict[str, Any], gathered: _Gathered) -> None:
    """Cells far from the table: told, and their rows counted as ignored."""
    for r, c, value in sheet.stray:
        at = f"{letters(c + 1)}{r + 1}"
        gathered.findings.append(finding("stray_cell", sheet.file, sheet.name, at, value=shown(value)))
    rows: dict[int, list[str]] = {}
    for r, _, value in sheet.stray:
        rows.setdefault(r, []).append(shown(value).strip())
    beyond = {r: texts for r, texts in rows.items() if r >= len(sheet.rows)}
    entry["read"] += len(beyond)
    entry["ignored"] += len(beyond)
    gathered.outside += [
        dict(
            file=sheet.file, sheet=sheet.name, row=r + 1, kind="ignored", reason=text("intake.reason.stray"),
            text=" | ".join(texts)[:500],
        )
        for r, texts in beyond.items()
    ]  # fmt: skip


def _take_flow(source: SourceFile, settings: Settings, gathered: _Gathered) -> None:
    """A BPMN file: its steps are rows of the workflow table, its lines their addresses."""
    rows, found = read_bpmn(source.path)
    size = len(rows)
    if source.name in settings.left_out:
        gathered.findings.append(finding("sheet_left_out", source.name, rows=size))
        gathered.sheets.append(
            dict(
                file=source.name, sheet="", block=1, table=None, header_first=None, header_last=None,
                read=size, accepted=0, set_aside=0, ignored=size, transposed=False, note="left_out",
            )
        )  # fmt: skip
        return
    given = {name: [None if _absent(v) else v for v in rows[name]] for name in rows.columns}
    given |= {"source_file": [source.name] * size, "source_sheet": [""] * size, "source_block": [1] * size}
    gathered.rows["workflow"].extend(given, {}, size)
    gathered.sheets.append(
        dict(
            file=source.name, sheet="", block=1, table="workflow", header_first=None, header_last=None,
            read=size, accepted=size, set_aside=0, ignored=0, transposed=False, note="bpmn",
        )
    )  # fmt: skip
    gathered.findings += [
        Finding(str(f["severity"]), str(f["rule"]), source.name, "", str(f["cell"]), str(f["message"]), "workflow")
        for f in found
    ]


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _take_sheet(sheet: Sheet, settings: Settings, gathered: _Gathered) -> None:
    add = gathered.findings.append
    if not sheet.rows:
        gathered.sheets.append(_sheet_row(sheet, 1, None, None, 0, 0, 0, False, "empty"))
        add(finding("sheet_empty", sheet.file, sheet.name))
        return
    seen, blocks, ticked = joined_ticks(*find_blocks(sheet))
    for one in ticked:
        at = (one.column + 1, blocks[0].first + 1)
        row, column = at if blocks[0].transposed else at[::-1]
        told = {"source": one.question, "count": len(one.answers), "value": "・".join(one.answers)}
        add(finding("ticks_joined", sheet.file, sheet.name, f"{letters(column)}{row}", **told))
    mappings = [_mapping(seen, block, settings) for block in blocks]
    passed = _passed_over(sheet, mappings, settings)
    if not blocks:
        rows = [r for r, row in enumerate(sheet.rows) if any(not is_blank(v) for v in row)]
        _all_ignored(sheet, rows, None, passed or "no_header", gathered)
        return
    if not passed:
        gathered.data_sheets.append(sheet)
    if len(blocks) > 1 and not any(m is not None for m in mappings):
        blocks, mappings = blocks[:1], mappings[:1]
        blocks = [_swallow(seen, blocks[0])]
    kept = [(b, m) for b, m in zip(blocks, mappings, strict=True) if m is not None] or [(blocks[0], None)]
    if len(kept) > 1:
        add(finding("several_tables", sheet.file, sheet.name, count=len(kept)))
    for number, (block, chosen) in enumerate(kept, 1):
        block = replace(block, number=number)
        if number == 1:
            others = [b for b in blocks if all(b.first != k.first or b.columns != k.columns for k, _ in kept)]
            block = replace(
                block, outside=tuple(sorted((*block.outside, *_as_notes(seen, others, block)), key=lambda o: o.row))
            )
        if passed:
            rows = [*block.body, *(o.row for o in block.outside)]
            _all_ignored(sheet, sorted(rows), block, passed, gathered)
            continue
        _take_block(seen, block, chosen, settings, gathered, blocks[0].above)


def _mapping(sheet: Sheet, block: Block, settings: Settings) -> Mapping_ | None:
    headers = [explained(header, block.above) for header in block.headers]
    held = block.values(sheet)
    profiles = [profile(decoded(values, legend(header))) for values, header in zip(held, headers, strict=True)]
    # Titles are short; a long text above is an instruction, and may speak of any table.
    above = block.above if len(block.above) <= 60 else " ".join(w for w in block.above.split() if len(w) <= 30)
    titles = (above, sheet.name, sheet.file.rsplit(".", 1)[0])
    chosen = table_of(headers, profiles, settings, titles)
    if chosen is None or chosen.table != "organization":
        return chosen
    # In a list of levels (局, 部, 課, 室, 係) the department is 課, whatever the columns are called.
    levels = levels_of(block.headers)
    if len(levels) < 3:
        return chosen
    matches = list(chosen.matches)
    wanted = {1: "bureau", 3: "department"}
    if 1 not in levels.values():
        wanted[2] = "bureau"
    for i, level in levels.items():
        column = wanted.get(level)
        matches[i] = Match(column, 1.0 if column else 0.0, "levels" if column else "")
    placed = {i for i, level in levels.items() if level in wanted}
    for i, match in enumerate(matches):
        if match.column in ("bureau", "department") and i not in placed:
            matches[i] = Match(None)
    return replace(chosen, matches=tuple(matches))


def _passed_over(sheet: Sheet, mappings: list[Mapping_ | None], settings: Settings) -> str:
    """Why a sheet's rows are no answers: left out, hidden, a sample, a legend; "" where they are."""
    if {sheet.file, CurrentState.place(sheet.file, sheet.name)} & set(settings.left_out):
        return "left_out"
    if _is_findings_list(sheet):
        return "own_sheet"
    words = load("headers")["skip"]
    own = _of_template(sheet.name)
    if own:
        return own
    name = folded(sheet.name)
    stem = folded(Path(sheet.file).stem)
    kinds = [{found.evidence for found in m.matches} for m in mappings if m is not None]
    is_table = any("values" not in held and held - {"", "headings"} for held in kinds)
    # A file named 「調査票（記入例付き）」 holds answers: only one that is called nothing else is a sample.
    samples = [folded(w) for w in words["sample"]]
    if any(w in name for w in samples) or (not stem.isascii() and stem.strip("_-()0123456789") in samples):
        return "sample_sheet"
    if not sheet.visible:
        return "hidden_sheet"
    if not is_table and name and any(folded(w) in name for w in words["legend"]):
        return "legend_sheet"
    # Instructions name the columns too; a table of answers names many of them.
    if name and any(folded(w) in name for w in words["cover"]) and _named(mappings) < MANY_COLUMNS:
        return "legend_sheet"
    return ""


MANY_COLUMNS = 4
"""Columns known by name from which a sheet called 記入要領 or 説明 holds answers all the same."""


def _named(mappings: list[Mapping_ | None]) -> int:
    return max(
        (sum(m.evidence not in ("", "values", "meaning", "headings") for m in c.matches) for c in mappings if c),
        default=0,
    )


def _is_findings_list(sheet: Sheet) -> bool:
    """Whether a sheet is the list of findings that the product itself put into a marked copy."""
    return any(
        sheet.name.startswith(text("sendback.sheet.list", lang))
        and [shown(v) for v in sheet.rows[0][: len(LIST_COLUMNS)]]
        == [text(f"sendback.column.{name}", lang) for name in LIST_COLUMNS]
        for lang in LANGUAGES
    )


def _of_template(name: str) -> str:
    """Whether a sheet is one that the product's own templates carry along, and which."""
    for lang in LANGUAGES:
        if name == text("templates.sheet.about", lang):
            return "legend_sheet"
        if name.startswith(text("templates.sheet.example", lang, table="")):
            return "sample_sheet"
    return ""


def _swallow(sheet: Sheet, block: Block) -> Block:
    """A block of no canonical table takes in whatever stands beneath it, as records."""
    known = {*block.body, *(o.row for o in block.outside)}
    rest = [
        r
        for r in range(block.last + 1, len(sheet.rows))
        if r not in known and any(not is_blank(sheet.rows[r][c]) for c in block.columns)
    ]
    return replace(block, body=tuple(sorted((*block.body, *rest))))


def _as_notes(sheet: Sheet, others: list[Block], block: Block) -> list[Outside]:
    """Rows of small tables that are none of ours, beneath or beside the table that is: counted as notes."""
    known = {*block.body, *(o.row for o in block.outside), *range(block.first, block.last + 1), *block.above_rows}
    rows = {
        r
        for other in others
        for r in (*other.above_rows, *range(other.first, other.last + 1), *other.body, *(o.row for o in other.outside))
    }
    return [Outside(r, "ignored", "note") for r in sorted(rows - known) if r > block.last]


def _all_ignored(sheet: Sheet, rows: list[int], block: Block | None, reason: str, gathered: _Gathered) -> None:
    """Every row of a sheet passed over, with the reason."""
    outside = [Outside(r, "ignored", reason) for r in rows]
    gathered.outside += _outside_rows(sheet, outside)
    note = reason
    gathered.sheets.append(_sheet_row(sheet, block.number if block else 1, None, block, 0, 0, len(rows), False, note))
    if block:
        for c, header in zip(block.columns, block.headers, strict=True):
            gathered.columns.append(_column_row(sheet, block, None, header, None, c, ""))
    rule = {
        "hidden_sheet": "sheet_hidden",
        "sample_sheet": "sheet_sample",
        "legend_sheet": "sheet_legend",
        "no_header": "sheet_without_header",
        "left_out": "sheet_left_out",
        "own_sheet": "sheet_own",
    }[reason]
    if not _of_template(sheet.name):
        gathered.findings.append(finding(rule, sheet.file, sheet.name, rows=len(rows)))


def _take_block(
    sheet: Sheet, block: Block, chosen: Mapping_ | None, settings: Settings, gathered: _Gathered, heading: str
) -> None:
    add = gathered.findings.append
    table = chosen.table if chosen else None
    if block.transposed:
        add(finding("sheet_transposed", sheet.file, sheet.name, "", table or ""))
    if block.last > block.first:
        add(
            finding(
                "header_levels", sheet.file, sheet.name, f"A{block.first + 1}", table or "",
                count=block.last - block.first + 1,
            )
        )  # fmt: skip
    if block.above_rows:
        add(finding("rows_above_header", sheet.file, sheet.name, "A1", table or "", count=len(block.above_rows)))
    _report_outside(sheet, block, table, gathered)
    gathered.titles[sheet.file, sheet.name, block.number] = block.above
    if chosen is None:
        taken = Taken(block.body, (), ())
        add(finding("sheet_without_table", sheet.file, sheet.name, rows=len(block.body)))
        matches = [Match(None)] * len(block.columns)
    else:
        rows = gathered.rows[chosen.table]
        taken = take(sheet, block, chosen, rows, settings, heading)
        matches = list(chosen.matches)
        gathered.findings += taken.findings
        gathered.findings += check_totals(sheet, block, chosen, rows, settings)
        _report_columns(sheet, block, chosen, gathered)
    for c, header, found in zip(block.columns, block.headers, matches, strict=True):
        gathered.columns.append(_column_row(sheet, block, table, header, found.column, c, found.evidence))
    for i, column in taken.shared:
        gathered.columns.append(_column_row(sheet, block, table, block.headers[i], column, block.columns[i], "span"))
    outside = sorted((*block.outside, *taken.set_aside), key=lambda o: o.row)
    gathered.outside += _outside_rows(sheet, outside)
    gathered.outside += _outside_rows(sheet, [Outside(r, "above", "title") for r in block.above_rows])
    gathered.sheets.append(
        _sheet_row(
            sheet, block.number, table, block, len(taken.accepted), len(taken.set_aside), len(block.outside),
            block.transposed, "",
        )
    )  # fmt: skip


def _report_outside(sheet: Sheet, block: Block, table: str | None, gathered: _Gathered) -> None:
    rules = {
        "total": "row_total", "note": "row_note", "sample": "row_sample", "heading": "row_heading",
        "repeated_header": "row_repeated_header",
    }  # fmt: skip
    for row in block.outside:
        if table and row.reason in rules:
            at = f"{letters(row.row + 1)}1" if block.transposed else f"A{row.row + 1}"
            gathered.findings.append(finding(rules[row.reason], sheet.file, sheet.name, at, table))


def _report_columns(sheet: Sheet, block: Block, chosen: Mapping_, gathered: _Gathered) -> None:
    for c, header, found in zip(block.columns, block.headers, chosen.matches, strict=True):
        at = f"A{c + 1}" if block.transposed else f"{letters(c + 1)}{block.last + 1}"
        if found.evidence == "values":
            label = f"{column_label(chosen.table, found.column)} ({found.column})"
            gathered.findings.append(
                finding("column_assumed", sheet.file, sheet.name, at, chosen.table, source=header, column=label)
            )
        if found.evidence == "headings":
            label = f"{column_label(chosen.table, found.column)} ({found.column})"
            like = "".join(f"「{heading}」" for heading in nearest(chosen.table, found.column, header))
            gathered.findings.append(
                finding(
                    "column_likened", sheet.file, sheet.name, at, chosen.table,
                    source=header, column=label, like=like,
                )
            )  # fmt: skip
        if found.column is not None or not header:
            continue
        if found.question:
            names = "、".join(f"{column_label(chosen.table, q)} ({q})" for q in found.question)
            gathered.findings.append(
                finding("column_question", sheet.file, sheet.name, at, chosen.table, source=header, candidates=names)
            )
        elif found.evidence != "settings":
            gathered.findings.append(
                finding("column_unmapped", sheet.file, sheet.name, at, chosen.table, source=header)
            )


def _sheet_row(sheet, number, table, block, accepted, set_aside, ignored, transposed, note) -> dict[str, Any]:
    first = block.first + 1 if block else None
    last = block.last + 1 if block else None
    if block and block.transposed:
        # The labels of a turned table are columns; where a row on top names the records instead, it is that row.
        top = min(block.columns)
        if all(is_blank(v) for row in sheet.rows[block.first : block.last + 1] for v in row[top : top + 1]):
            first = last = top + 1
    return dict(
        file=sheet.file, sheet=sheet.name, block=number, table=table, header_first=first, header_last=last,
        read=accepted + set_aside + ignored, accepted=accepted, set_aside=set_aside, ignored=ignored,
        transposed=transposed, note=note,
    )  # fmt: skip


def _column_row(sheet, block, table, header, column, position, evidence) -> dict[str, Any]:
    return dict(
        file=sheet.file, sheet=sheet.name, block=block.number, table=table, source=header, column=column,
        position=position + 1, unit=header_unit(header), evidence=evidence,
    )  # fmt: skip


def _outside_rows(sheet: Sheet, outside: list[Outside]) -> list[dict[str, Any]]:
    return [
        dict(
            file=sheet.file,
            sheet=sheet.name,
            row=o.row + 1,
            kind=o.kind,
            reason=text(f"intake.reason.{o.reason}", detail=o.detail),
            text=" | ".join(shown(v).strip() for v in sheet.rows[o.row] if not is_blank(v))[:500],
        )
        for o in outside
    ]


def _state(gathered: _Gathered, settings: Settings, folder: Path, decisions: bool) -> CurrentState:
    tables: dict[str, pd.DataFrame] = {}
    extras: dict[str, pd.DataFrame] = {}
    for name, rows in gathered.rows.items():
        frame = pd.DataFrame(rows.columns, index=range(rows.count), dtype=object)
        tables[name] = complete(name, frame)
        tables[name]["source_row"] = tables[name]["source_row"].astype(int)
        tables[name]["source_block"] = tables[name]["source_block"].astype(int)
        extras[name] = pd.DataFrame(
            {header: pd.Series(held, dtype=object) for header, held in rows.extras.items()}, index=range(rows.count)
        )
    gathered.findings += bureaus_of_places(tables, gathered.titles)
    resolved, department_findings = departments.resolve(tables, settings)
    gathered.findings += identify(resolved)
    header_map = pd.DataFrame(gathered.columns, columns=list(COLUMN_COLUMNS))
    state = CurrentState(
        **{name: resolved[name] for name in TABLES},
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)),
        sheets=pd.DataFrame(gathered.sheets, columns=list(SHEET_COLUMNS)),
        columns=header_map,
        extras=extras,
        rows_outside=pd.DataFrame(gathered.outside, columns=["file", "sheet", "row", "kind", "reason", "text"]),
        settings=settings,
        folder=folder,
    )
    gathered.findings += violations(state)
    parts = [
        of_departments(as_frame(gathered.findings), state),
        addressed(department_findings, state),
        as_frame(answers.check_answers(state.survey, settings, extras["survey"])),
        as_frame(contradictions.find(state)),
        as_frame(twice.find(state)),
    ]
    pages = readability.find_pages(gathered.data_sheets)
    parts.append(as_frame(_without_value(pages)))
    judged = [readability.judge_pages(pages), readability.refused_files(gathered.refused)]
    state = state.replace(findings=joined(parts), readability=pd.concat(judged, ignore_index=True))
    if not decisions:
        return state
    made, broken = read_decisions(folder / settings.decisions)
    state = apply(state, made)
    if broken:
        lines = [finding("decision_unreadable", settings.decisions, "", str(number), line=number) for number in broken]
        state = state.replace(findings=joined([state.findings, as_frame(lines)]))
    return state


def _without_value(pages: list[readability.Page]) -> list[Finding]:
    """Formulas that failed, each; and one finding a sheet about those whose results the file does not hold."""
    found = []
    for page in pages:
        place = (page.sheet.file, page.sheet.name)
        for row, column, shown_ in readability.failed(page)[:MOST_OF_ONE_KIND]:
            found.append(finding("formula_failed", *place, f"{letters(column + 1)}{row + 1}", written=shown_))
        cells = readability.unvalued(page)
        if cells:
            row, column = cells[0]
            at = f"{letters(column + 1)}{row + 1}"
            found.append(finding("formula_without_value", *place, at, count=len(cells) - 1))
    return found
