"""The canonical tables as pandera schemas, made from ``vocabulary/tables.toml``; what they find is a finding.

Tables are validated once, where they enter the state, and trusted from there on.
"""

from __future__ import annotations

from functools import cache

import pandera.pandas as pa
from pandera.errors import SchemaErrors

from dxaudit.intake.findings import Finding, finding
from dxaudit.state import TABLES, CurrentState
from dxaudit.vocabulary import column_label, tables

_DATE = r"^(?:\d{4}(?:-\d{2}(?:-\d{2})?)?|FY\d{4})$"
_FRACTION_OF_DAY = {"分/件": (0, 60 * 2000), "時間/月": (0, 744), "%": (0, 100), "年": (0, 80)}
_NEVER_NEGATIVE = ("件/年", "時間/年", "人", "時間", "分")
MOST = 100


@cache
def schema(table: str) -> pa.DataFrameSchema:
    """The schema of a canonical table: types, ranges of units, codes of categories."""
    columns = {}
    for name, spec in tables()[table]["columns"].items():
        kind, unit = spec["type"], spec.get("unit", "")
        checks = []
        if kind == "num":
            if unit in _FRACTION_OF_DAY:
                checks.append(pa.Check.in_range(*_FRACTION_OF_DAY[unit]))
            elif unit in _NEVER_NEGATIVE:
                checks.append(pa.Check.ge(0))
        elif kind == "likert":
            checks.append(pa.Check.in_range(1, 5))
        elif kind == "date":
            checks.append(pa.Check.str_matches(_DATE))
        elif kind == "tri":
            checks.append(pa.Check.isin(["true", "partial", "false"]))
        elif kind == "cat" and spec.get("values"):
            checks.append(pa.Check.isin(list(spec["values"])))
        columns[name] = pa.Column(None, checks=checks, nullable=True, required=True)
    return pa.DataFrameSchema(columns, strict=False)


def violations(state: CurrentState) -> list[Finding]:
    """Findings about values outside what their column allows; the values stay for the analyst to judge."""
    found: list[Finding] = []
    for table in TABLES:
        frame = state.table(table)
        if not len(frame):
            continue
        try:
            schema(table).validate(frame, lazy=True)
        except SchemaErrors as errors:
            cases = errors.failure_cases.dropna(subset="index").head(MOST)
            for case in cases.itertuples(index=False):
                line = frame.loc[int(case.index)]
                cell = state.cell(line, case.column) or str(line["source_row"])
                found.append(
                    finding(
                        "schema", line["source_file"], line["source_sheet"], cell, table,
                        column=column_label(table, case.column), value=str(case.failure_case), check=str(case.check),
                    )
                )  # fmt: skip
    return found
