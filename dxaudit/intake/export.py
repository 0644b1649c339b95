"""Canonical tables → csv files, one per table (`dxaudit check --tables`)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from dxaudit.intake import answers
from dxaudit.state import TABLES, CurrentState
from dxaudit.writing import whole_file

LIST_SEPARATOR = ";"


def write_tables(state: CurrentState, folder: Path) -> list[Path]:
    """Write every table that was sent as ``folder/<table>.csv``, and the unmapped columns as ``<table>.extras.csv``.

    UTF-8 with BOM (Excel opens it as it is), lists joined by ``;``, yes/no as ``true``/``partial``/``false``,
    missing as empty, whole numbers without a decimal point. A text that a spreadsheet would run as a formula is
    kept from it by an apostrophe in front. What names persons in a survey (columns of names and addresses, numbers of
    respondents that are such, texts of rows that were set aside) is left out: its row would tie it to the answers.

    Returns
    -------
    list of Path
        The files written.
    """
    folder = Path(folder)
    written = []
    for name in TABLES:
        frame = state.table(name)
        if not len(frame):
            continue
        extras = state.extras.get(name)
        if name == "survey":
            naming = answers.personal(frame, extras)
            frame = frame.assign(respondent_id=frame["respondent_id"].mask(frame.index.isin(naming.pop("", ()))))
            extras = extras.drop(columns=list(naming)) if extras is not None else None
        written.append(_write(folder / f"{name}.csv", frame))
        if extras is not None and extras.shape[1]:
            written.append(_write(folder / f"{name}.extras.csv", pd.concat([frame[_source(frame)], extras], axis=1)))
    if len(state.rows_outside):
        sheets = state.sheets[state.sheets["table"] == "survey"]
        of_survey = pd.MultiIndex.from_frame(state.rows_outside[["file", "sheet"]]).isin(
            pd.MultiIndex.from_frame(sheets[["file", "sheet"]])
        )
        outside = state.rows_outside.assign(text=state.rows_outside["text"].mask(of_survey, ""))
        written.append(_write(folder / "rows_outside.csv", outside))
    return written


def _source(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame.columns if c.startswith("source_")]


def _write(path: Path, frame: pd.DataFrame) -> Path:
    told = pd.DataFrame({c: [_cell(v) for v in frame[c]] for c in frame.columns})
    told.columns = [_cell(c) for c in frame.columns]
    with whole_file(path) as part:
        told.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return path


def _cell(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return safe(LIST_SEPARATOR.join(map(str, value)))
    if value is None or value != value or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return safe(str(value)) if isinstance(value, str) else str(value)


def safe(text: str) -> str:
    """``text`` as a csv may hold it: an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text
