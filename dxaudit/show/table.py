"""Tables as people read them: the library's frames with headings and codes in words, lists written out.

The frames themselves keep their English column names, so that code written against them does not depend on a language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dxaudit.vocabulary import code_label, tables, text, text_keys

_CODES: Mapping[str, str] = {
    "severity": "common.severity",
    "perspective": "common.perspective",
    "band": "common.band",
}
"""Columns whose codes have a word in the labels, and under which key."""


def labelled(frame: pd.DataFrame, columns: Sequence[str] | None = None, lang: str = "ja") -> pd.DataFrame:
    """``frame`` with headings and codes in words.

    Parameters
    ----------
    frame : DataFrame
        Any frame of the library.
    columns : sequence of str, optional
        Which columns, in this order; all where None.

    Returns
    -------
    DataFrame
        Same rows. Lists are joined, figures have two decimals at most, yes and no are ○ and －; a column without a
        word keeps its name.

    Raises
    ------
    KeyError
        A column that the frame does not have.

    Examples
    --------
    >>> labelled(pd.DataFrame({"department": ["市民課"], "systems": [("A", "B")]})).to_dict("records")
    [{'所属': '市民課', 'システム数': 'A、B'}]
    """
    chosen = frame if columns is None else frame[list(columns)]
    shown = {name: _words(chosen[name], str(name), lang) for name in chosen.columns}
    found = pd.DataFrame(shown, index=frame.index, columns=chosen.columns)
    return found.rename(columns={name: heading(str(name), lang) for name in found.columns})


def heading(column: str, lang: str = "ja") -> str:
    """What a column is called."""
    key = f"table.{column}"
    if key in text_keys():
        return text(key, lang)
    for table in tables().values():
        if column in table["columns"]:
            return table["columns"][column]["label"][lang]
    return column


def canonical(frame: pd.DataFrame, table: str, columns: Sequence[str], lang: str = "ja") -> pd.DataFrame:
    """Rows of a canonical table with headings and codes in words."""
    spec = tables()[table]["columns"]
    shown = {}
    for name in columns:
        values = frame[name]
        if spec[name]["type"] in ("cat", "tri"):
            values = values.map(lambda code, name=name: code_label(table, name, code, lang), na_action="ignore")
        shown[spec[name]["label"][lang]] = _words(values, "", lang)
    return pd.DataFrame(shown, index=frame.index)


def _words(values: pd.Series, column: str, lang: str) -> pd.Series:
    if values.dtype == bool:
        return values.map({True: "○", False: "－"})
    if column in _CODES:
        known = set(text_keys())
        prefix = _CODES[column]
        return values.map(
            lambda code: text(f"{prefix}.{code}", lang) if f"{prefix}.{code}" in known else code, na_action="ignore"
        )
    if pd.api.types.is_float_dtype(values):
        return values.round(2)
    if values.dtype == object:
        between = "、" if lang == "ja" else ", "
        return values.map(lambda v: between.join(map(str, v)) if isinstance(v, list | tuple | set) else v)
    return values
