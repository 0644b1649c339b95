"""How does this city stand against the national figures that correspond to its own inventories?

National figures come from `dxaudit.benchmark`; the own ones from the questionnaire, the businesses and the issue
register. Own and national figures are of different times, which every line says.
"""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np
import pandas as pd

from dxaudit.benchmark import national, procedure_of
from dxaudit.issues.indicators.governance import TABLE as GOVERNANCE
from dxaudit.issues.indicators.governance import yes
from dxaudit.issues.register import IssueRegister
from dxaudit.vocabulary import load, text

COLUMNS = (
    "kind", "key", "indicator", "group", "own", "value", "low", "middle", "high", "of", "unit", "edition", "year",
    "source", "status", "note", "sources",
)  # fmt: skip


def standing(register: IssueRegister, municipality_type: str | None = None, lang: str = "ja") -> pd.DataFrame:
    """The city's own figures beside the national ones.

    Parameters
    ----------
    register : IssueRegister
    municipality_type : str, optional
        With whom to compare; the setting ``municipality_type``, else all municipalities.

    Returns
    -------
    DataFrame
        `COLUMNS`: those of `benchmark.national` with ``own`` (the city's figure in the same unit), ``note`` (what
        differs in time) and ``sources`` (its cells). Indicators for which the city has no figure are left out.
        ``adoption``: 100 for yes, 50 for partly, 0 for no. ``available``: share of the nationally surveyed procedures
        found in the inventory that are online. ``used``: online ÷ all cases of the procedure.
    """
    wanted = municipality_type or register.settings.municipality_type or "all"
    nation = national(wanted, lang)
    own = {**_adopted(register), **_procedures(register), **_register_figures(register)}
    found = nation[[key in own for key in zip(nation["kind"], nation["key"], strict=True)]].reset_index(drop=True)
    keys = list(zip(found["kind"], found["key"], strict=True))
    now = register.settings.as_of or text("benchmark.note.own_now", lang)
    return found.assign(
        own=[own[key][0] for key in keys],
        note=[text("benchmark.note.other_time", lang, own=now, national=year) for year in found["year"]],
        sources=[own[key][1] for key in keys],
    )[list(COLUMNS)]


def _adopted(register: IssueRegister) -> dict[tuple[str, str], tuple[float, list[str]]]:
    inventory = register.inventory
    asked = [_folded(q) for q in inventory.column(GOVERNANCE, "question")]
    found = {}
    for key, pattern in load("benchmark")["asks"].items():
        rows = [row for row, question in enumerate(asked) if re.search(pattern, question)]
        if not rows:
            continue
        answer = yes(inventory.column(GOVERNANCE, "answer")[rows[0]])
        if not math.isnan(answer):
            cell = inventory.addresses(GOVERNANCE, "answer")[rows[0]]
            found["adoption", key] = (100.0 * answer, [cell])
    return found


def _folded(question: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", question).lower()) if isinstance(question, str) else ""


def _procedures(register: IssueRegister) -> dict[tuple[str, str], tuple[float, list[str]]]:
    """Own rates by procedure (used), and shares of procedures that are online (available): never mixed."""
    inventory = register.inventory
    column = lambda name: inventory.column("businesses", name)  # noqa: E731
    keys = np.array([procedure_of(name) for name in column("business")], dtype=object)
    cases, online = column("annual_cases"), column("online_cases")
    available = column("online_available")
    found = {}
    sets: dict[str, list[tuple[float, int]]] = {}
    for key in dict.fromkeys(k for k in keys if k is not None):
        rows = np.flatnonzero(keys == key)
        counted = [r for r in rows if not math.isnan(online[r]) and cases[r] > 0]
        if counted:
            rate = 100.0 * math.fsum(online[counted]) / math.fsum(cases[counted])
            found["used", key] = (rate, inventory.addresses("businesses", "online_cases")[counted].tolist())
        said = [(float(available[r] == "true"), int(r)) for r in rows if isinstance(available[r], str)]
        sets.setdefault(load("procedures")[key]["set"], []).extend(said)
    for name, said in sets.items():
        if said and name != "other":
            cells = inventory.addresses("businesses", "online_available")[[row for _, row in said]].tolist()
            found["available", f"available_{name}"] = (100.0 * math.fsum(s for s, _ in said) / len(said), cells)
    return found


def _register_figures(register: IssueRegister) -> dict[tuple[str, str], tuple[float, list[str]]]:
    found = {}
    counterparts = {("cost", "cost_per_head"): "D06"}
    counterparts |= {("single", key): e["code"] for key, e in load("benchmark")["single"].items() if "code" in e}
    city = register.of(None).set_index("code")
    for key, code in counterparts.items():
        if code in city.index and city.loc[code, "assessed"]:
            found[key] = (float(city.loc[code, "value"]), list(city.loc[code, "sources"]))
    return found
