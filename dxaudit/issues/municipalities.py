"""How do several municipalities stand beside each other, by figures they agreed to share?

Only figures of the whole city leave a municipality, only those named, and names can be replaced by letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.issues.register import IssueRegister
from dxaudit.vocabulary import text


def side_by_side(
    registers: Mapping[str, IssueRegister],
    codes: Sequence[str] | None = None,
    *,
    anonymous: bool = False,
    lang: str = "ja",
) -> pd.DataFrame:
    """The city figures of several municipalities, one column each.

    Parameters
    ----------
    registers : mapping of municipality to IssueRegister
        Each municipality's own register, from its own folder.
    codes : sequence of str, optional
        The issues whose figures may be shown; all that are stated for a city where None.
    anonymous : bool
        Call the municipalities A, B, C … in an order that does not follow that of ``registers`` (by their median
        figure), so that the order gives nobody away.

    Returns
    -------
    DataFrame
        code, issue, unit, then one column per municipality with the value (NaN where not assessed), then ``median``
        and ``assessed``, the number of municipalities that could state the figure. One row per issue, in the order
        of the catalogue.

    Raises
    ------
    DxauditError
        An unknown code, or registers whose anchors differ: severities would not mean the same.
    """
    if not registers:
        return pd.DataFrame(columns=["code", "issue", "unit", "median", "assessed"])
    first = next(iter(registers.values()))
    known = [code for code, entry in first.entries.items() if "city" in entry.scopes]
    chosen = known if codes is None else list(codes)
    unknown = [code for code in chosen if code not in known]
    if unknown:
        raise DxauditError(f"全庁の数字のない課題です: {'、'.join(unknown)}", remedy="課題コードを確かめてください")
    for name, register in registers.items():
        for code in chosen:
            if code not in register.entries or register.entries[code].criteria != first.entries[code].criteria:
                raise DxauditError(
                    f"{name} は {code} のしきい値を変えているため、並べて比べられません",
                    remedy="同じ設定で比べてください",
                )
    city = text("common.city")
    figures = {}
    for name, register in registers.items():
        rows = register.frame[register.frame["department"] == city].set_index("code")
        figures[name] = rows["value"].where(rows["assessed"].astype(bool)).reindex(chosen).astype(float)
    values = pd.DataFrame(figures, index=chosen)
    if anonymous:
        order = values.rank(axis=1).mean().sort_values(kind="stable").index
        values = values[order].set_axis([chr(65 + i % 26) + "'" * (i // 26) for i in range(len(order))], axis=1)
    rows = first.frame_in(lang)
    rows = rows[first.frame["department"].to_numpy() == city].set_index("code").reindex(chosen)
    found = pd.DataFrame({"code": chosen, "issue": rows["issue"].to_numpy(), "unit": rows["unit"].to_numpy()})
    found = pd.concat([found, values.reset_index(drop=True)], axis=1)
    found["median"] = values.median(axis=1).to_numpy()
    found["assessed"] = values.notna().sum(axis=1).to_numpy()
    return found
