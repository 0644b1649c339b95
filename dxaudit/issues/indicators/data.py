"""データ: what do the system inventory and the files themselves say? (D01–D13)"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

import numpy as np
import pandas as pd

from dxaudit.issues.catalogue import Criterion, Entry
from dxaudit.issues.evidence import Evidence, Measured, grouped, not_assessed
from dxaudit.issues.indicators.business import count_of_rows, share_of_rows, spreadsheet_columns, unnamed_spreadsheets
from dxaudit.issues.indicators.governance import answer_yes
from dxaudit.issues.inventory import DEPARTMENT_COLUMN, Inventory, Scope, equals, is_number
from dxaudit.issues.scoring import severity
from dxaudit.systems import map_systems
from dxaudit.systems.standard import read_statement
from dxaudit.systems.vendors import vendor_key
from dxaudit.vocabulary import load

TABLE = "systems"
BUSINESSES = "businesses"
INVENTORIES = {table: DEPARTMENT_COLUMN[table] for table in (BUSINESSES, TABLE, "workflow")}
"""Tables whose rows speak for a department, and the column that names it."""
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


def unlinked(scope: Scope, entry: Entry) -> Measured:
    """D01: systems without a link ÷ systems whose link method is known."""
    method = scope.column(TABLE, "link_method")
    return share_of_rows(scope, TABLE, scope.filled(TABLE, "link_method"), equals(method, "none"), ("link_method",))


def duplicates(scope: Scope, entry: Entry) -> Measured:
    """D02: the largest number of departments in one group of systems of the same product or function."""
    if len(scope.rows(TABLE)) == 0:
        return not_assessed("no_rows", table=TABLE)
    rows = scope.rows(TABLE)
    lines = _owned_groups(scope)
    if not lines:
        # Every system stands alone: that is a figure (one department each), not a missing one.
        evidence = Evidence(
            "maximum",
            numerator=np.ones(len(rows)),
            affected=np.zeros(len(rows), dtype=bool),
            table=TABLE,
            rows=rows,
            columns=("system", "owner_department"),
        )
        return Measured(evidence, 1.0, figures={"cost": 0.0}, beside={"groups": 0.0})
    numbers = np.array([float(len(line["owners"])) for line in lines])
    costs = np.nan_to_num([line["cost"] for line in lines])
    listed = {name: [line[name] for line in lines] for name in ("file", "sheet", "cell", "places", "item", "cost")}
    listed["departments"] = ["、".join(line["owners"]) for line in lines]
    evidence = Evidence("maximum", numerator=numbers, affected=numbers >= entry.criteria[0].warn, listed=listed)
    members = {row for line in lines for row in line["rows"]}
    inside = np.array([row in members for row in rows], dtype=bool)
    shares = {"rows": float(inside.mean()), "cost": scope.share(TABLE, "annual_cost", rows[inside])}
    beside = {"groups": float(len(lines)), "group_cost": math.fsum(costs)}
    return Measured(evidence, 1.0, figures={"cost": float(costs.max())}, beside=beside, shares=shares)


def _owned_groups(scope: Scope) -> list[dict]:
    """Groups of systems owned by two or more departments: the city's, or those this scope owns part of."""
    lines = scope.inventory.state.derived("issues.owned_groups", lambda: _group_lines(scope.inventory))
    if scope.department is None:
        return lines
    return [line for line in lines if scope.department in line["owners"]]


def _group_lines(inventory: Inventory) -> list[dict]:
    systems = map_systems(inventory.state)
    row_of = {str(i): row for row, i in enumerate(systems.systems["system_id"])}
    cells, addresses = inventory.cells(TABLE, "system"), inventory.addresses(TABLE, "system")
    cost = inventory.column(TABLE, "annual_cost")
    frame = inventory.state.systems
    files, sheets, names = (frame[c].astype(str).tolist() for c in ("source_file", "source_sheet", "system"))
    lines = []
    for group in systems.overlaps().itertuples(index=False):
        rows = [row_of[str(i)] for i in group.systems]
        owners = group.departments
        if group.band != "candidate" or len(owners) < 2:
            continue
        known = [cost[r] for r in rows if not math.isnan(cost[r])]
        lines.append(
            {
                "file": "、".join(dict.fromkeys(files[r] for r in rows)),
                "sheet": "、".join(dict.fromkeys(sheets[r] for r in rows)),
                "cell": "、".join(cells[r] for r in rows),
                "places": [addresses[r] for r in rows],
                "item": "／".join(names[r] for r in rows),
                "cost": math.fsum(known) if known else math.nan,
                "owners": owners,
                "rows": rows,
            }
        )
    return lines


def _vendors(scope: Scope) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Vendor key and weight of each system that names one, which rows, and whether the weights are costs."""
    names = scope.column(TABLE, "vendor")
    keys = np.array([vendor_key(n) if isinstance(n, str) else "" for n in names], dtype=object)
    cost = scope.column(TABLE, "annual_cost")
    named = keys != ""
    by_cost = named & is_number(cost)
    enough = np.count_nonzero(by_cost) >= scope.settings.min_coverage * max(1, np.count_nonzero(named))
    if enough and math.fsum(cost[by_cost]) > 0:
        return keys[by_cost], cost[by_cost], by_cost, True
    return keys[named], np.ones(int(named.sum())), named, False


def hhi(keys: np.ndarray, weights: np.ndarray) -> float:
    """Herfindahl–Hirschman index, 0 to 1: the sum of squared shares.

    Examples
    --------
    >>> hhi(np.array(["a", "b", "c", "d"], dtype=object), np.array([30.0, 30.0, 20.0, 20.0]))
    0.26
    """
    whole = math.fsum(weights)
    return math.fsum((math.fsum(part) / whole) ** 2 for part in grouped(weights, keys).values())


def lock_in(scope: Scope, entry: Entry) -> Measured:
    """D03: the largest vendor's share of running cost (of systems, where costs are missing); HHI judged beside it."""
    keys, weights, rows, by_cost = _vendors(scope)
    coverage = scope.coverage(TABLE, rows)
    if len(keys) == 0:
        return not_assessed("column_empty", coverage, column="systems.vendor")
    parts = {key: math.fsum(part) for key, part in grouped(weights, keys).items()}
    largest = max(parts, key=lambda key: (parts[key], key))
    method = scope.column(TABLE, "contract_method")
    known = scope.filled(TABLE, "contract_method")
    beside: dict[str, float | str] = {"vendors": float(len(parts)), "by_cost": float(by_cost)}
    if known.any():
        beside["negotiated"] = 100.0 * float(np.count_nonzero(equals(method, "negotiated"))) / np.count_nonzero(known)
    evidence = Evidence(
        "group_share",
        numerator=weights,
        denominator=weights,
        affected=keys == largest,
        group=keys,
        table=TABLE,
        rows=scope.rows(TABLE)[rows],
        columns=("vendor", "annual_cost"),
    )
    return Measured(evidence, coverage, figures={"hhi": hhi(keys, weights)}, beside=beside)


def migration(scope: Scope, entry: Entry) -> Measured:
    """D04: standardised systems whose migration is not done; those under special support judged beside."""
    business = scope.column(TABLE, "standardized_business")
    target = np.array([read_statement(b).standard is True for b in business], dtype=bool)
    if not target.any():
        return not_assessed("no_standardised")
    status = scope.column(TABLE, "standardization_status")
    known = target & scope.filled(TABLE, "standardization_status")
    coverage = float(np.count_nonzero(known)) / np.count_nonzero(target)
    if not known.any():
        return not_assessed("coverage", coverage)
    open_ = ~equals(status, "done")[known]
    figures = {"specified": float(np.count_nonzero(equals(status, "specified_support") & known))}
    new, old = scope.column(TABLE, "annual_cost"), scope.column(TABLE, "old_annual_cost")
    both = known & is_number(new) & is_number(old)
    beside: dict[str, float | str] = {"standardised": float(np.count_nonzero(known))}
    if both.any() and math.fsum(old[both]) > 0:
        beside["cost_ratio"] = math.fsum(new[both]) / math.fsum(old[both])
    evidence = Evidence(
        "sum",
        numerator=open_.astype(float),
        affected=open_,
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("standardized_business", "standardization_status"),
    )
    return Measured(evidence, coverage, figures=figures, beside=beside)


def fiscal_year(date: object) -> int | None:
    """The Japanese fiscal year (April to March) of an ISO date, a month, a year or ``FY2024``.

    Examples
    --------
    >>> [fiscal_year(d) for d in ("2024-03-31", "2024-04", "2024", "FY2024", None)]
    [2023, 2024, 2024, 2024, None]
    """
    if not isinstance(date, str):
        return None
    if date.startswith("FY"):
        return int(date[2:6])
    found = _DATE.match(date)
    if not found:
        return None
    year, month = int(found.group(1)), found.group(2)
    return year - 1 if month and int(month) < 4 else year


def contract_ends(scope: Scope, entry: Entry) -> Measured:
    """D05: the largest share of contracts that end in one fiscal year; the share of missing end dates judged beside."""
    carried = scope.carried(TABLE, "contract_to")
    years = np.array([fiscal_year(d) for d in scope.column(TABLE, "contract_to")], dtype=object)
    dated = np.array([y is not None for y in years], dtype=bool)
    if not dated.any():
        return not_assessed("column_empty", 0.0, column="systems.contract_to")
    empty = carried & ~scope.filled(TABLE, "contract_to")
    return _cliff(
        scope, years, dated, np.ones(len(years)), scope.coverage(TABLE, carried),
        figures={"empty": 100.0 * float(np.count_nonzero(empty)) / np.count_nonzero(carried)},
    )  # fmt: skip


def cost_cliff(scope: Scope, entry: Entry) -> Measured:
    """D13: the largest share of running cost whose contracts end in one fiscal year."""
    cost = scope.column(TABLE, "annual_cost")
    years = np.array([fiscal_year(d) for d in scope.column(TABLE, "contract_to")], dtype=object)
    known = np.array([y is not None for y in years], dtype=bool) & is_number(cost)
    if not known.any() or math.fsum(cost[known]) == 0:
        return not_assessed("no_base", scope.coverage(TABLE, known))
    return _cliff(scope, years, known, cost, scope.coverage(TABLE, known))


def _cliff(
    scope: Scope, years: np.ndarray, known: np.ndarray, weights: np.ndarray, coverage: float, **more
) -> Measured:
    parts = {year: math.fsum(part) for year, part in grouped(weights[known], years[known]).items()}
    largest = max(parts, key=lambda year: (parts[year], -year))
    evidence = Evidence(
        "group_share",
        numerator=weights[known],
        denominator=weights[known],
        affected=years[known] == largest,
        group=years[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("contract_to", "annual_cost"),
    )
    return Measured(evidence, coverage, beside={"largest_year": f"FY{largest}"}, **more)


def cost_per_head(scope: Scope, entry: Entry) -> Measured:
    """D06: running cost of all systems ÷ population, against the nation and the population band."""
    population = scope.settings.population
    if not population:
        return not_assessed("no_population")
    cost = scope.column(TABLE, "annual_cost")
    known = is_number(cost)
    coverage = scope.coverage(TABLE, known)
    if not known.any():
        return not_assessed("column_empty", coverage, column="systems.annual_cost")
    evidence = Evidence(
        "ratio",
        numerator=cost[known],
        denominator=np.concatenate([[float(population)], np.zeros(int(known.sum()) - 1)]),
        affected=np.ones(int(known.sum()), dtype=bool),
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("annual_cost",),
    )
    first = entry.criteria[0]
    alert = 1.5 * band_mean(population) / 1000.0
    anchors = sorted([first.good, first.warn, max(alert, first.warn), max(first.worst, 2 * alert)])
    judged = severity(evidence.value, Criterion(first.key, first.label, first.unit, *anchors))
    return Measured(evidence, coverage, severity=judged, beside={"population": float(population), "band_alert": alert})


def band_mean(population: int) -> float:
    """Mean yen per head of the population band; the national mean where no figure of the band is known."""
    bands = load("benchmark")["cost_per_head"]
    for band in bands["bands"]:
        if band["from"] <= population < band["below"]:
            return float(band["mean"])
    return float(bands["mean"])


def readability(scope: Scope, entry: Entry) -> Measured:
    """D07: mean level 1 score of the sheets handed in (of a department: of its own), each weighing as its rows."""
    verdicts = scope.inventory.state.readability
    if verdicts is None or verdicts.empty:
        return not_assessed("no_readability")
    once = scope.inventory.state.derived
    scores = once("issues.readability", lambda: _scored(verdicts))
    if scope.department is None:
        counts = _rows_by_sheet(scope.inventory, (*INVENTORIES, "organization", "governance"))
    else:
        counts = once("issues.rows_by_sheet", lambda: _rows_by_sheet(scope.inventory, INVENTORIES))
        authors = once("issues.authors", lambda: _authors(scope.inventory))
        counts = {place: count for place, count in counts.items() if authors.get(place) == scope.department}
    weights = {place: count for place, count in counts.items() if place in scores}
    if not counts and any(len(scope.lines(table)) for table in INVENTORIES):
        return not_assessed("no_own_file")
    if not weights:
        return not_assessed("no_readability")
    rows = np.array([float(count) for count in weights.values()])
    points = np.array([scores[place][0] for place in weights])
    listed = {
        "file": [place[0] for place in weights],
        "sheet": [place[1] for place in weights],
        "cell": [""] * len(weights),
        "item": [scores[place][1] for place in weights],
    }
    below = points < entry.criteria[0].warn
    evidence = Evidence("ratio", numerator=points * rows, denominator=rows, affected=below, listed=listed)
    return Measured(evidence, 1.0, shares={"rows": math.fsum(rows[below]) / math.fsum(rows)})


def _rows_by_sheet(inventory: Inventory, tables: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many rows stand in each sheet; never survey rows, whose number in a file may be a secret."""
    counts: dict[tuple[str, str], int] = {}
    for table in tables:
        for file, sheet, _ in inventory.places(table):
            counts[file, sheet] = counts.get((file, sheet), 0) + 1
    return counts


def _authors(inventory: Inventory) -> dict[tuple[str, str], str]:
    """The department whose work a sheet is: the only one that speaks in it, else the one in its or its file's name.

    A ledger of many departments' rows is the work of none of them, whoever reads its rows.
    """
    speaking: dict[tuple[str, str], set[str]] = {}
    for table, column in INVENTORIES.items():
        for (file, sheet, _), name in zip(inventory.places(table), inventory.column(table, column), strict=True):
            speaking.setdefault((file, sheet), set()).update({name} if isinstance(name, str) else ())
    known = inventory.state.departments()
    found = {}
    for (file, sheet), names in speaking.items():
        named = names if len(names) == 1 else _named(sheet, known) or _named(PurePath(str(file)).stem, known)
        if len(named) == 1:
            (found[file, sheet],) = named
    return found


def _named(words: object, departments: list[str]) -> set[str]:
    """The departments that a name holds (06_上下水道課); one within another's name (総務課 in 消防総務課) is none."""
    folded = unicodedata.normalize("NFKC", words) if isinstance(words, str) else ""
    found = {name for name in departments if name and unicodedata.normalize("NFKC", name) in folded}
    return {name for name in found if not any(name != other and name in other for other in found)}


def _scored(verdicts: pd.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    """Level 1 score per sheet: max(0, 100 − Σ deductions), 0 where a fatal rule fails; no rule judged, no score."""
    spec = load("readability")
    scored = {rule for rule, raw in spec["rules"].items() if raw["scored"] and rule.startswith("L1")}
    found = {}
    level = verdicts[verdicts["rule"].isin(scored) & verdicts["verdict"].isin(["ok", "ng"])]
    for (file, sheet), judged in level.groupby(["file", "sheet"], sort=False, dropna=False):
        failed = judged[judged["verdict"] == "ng"]
        grades = [spec["rules"][rule]["severity"] for rule in failed["rule"].drop_duplicates()]
        lost = sum(spec["deductions"][grade][0] for grade in grades if grade != "FATAL")
        score = 0.0 if "FATAL" in grades else max(0.0, 100.0 - lost)
        found[file, sheet] = (score, "、".join(failed["rule"].drop_duplicates()))
    return found


def unresolved(scope: Scope, entry: Entry) -> Measured:
    """D08: rows whose department the organisation list does not know ÷ rows, over businesses, systems and workflow.

    Survey rows count for the city alone: how many of a department's answers stand where is nobody's business.
    """
    lines: dict[tuple[str, str, str], list[float]] = {}
    for table in ("businesses", "systems", "workflow", *(("survey",) if scope.department is None else ())):
        resolved, written = scope.inventory.resolution(table)
        places = scope.inventory.places(table)
        for row in scope.lines(table):
            if resolved[row] is not None:
                bad = not resolved[row]
                # Survey rows stand in one line for all files: how many a department's file holds is not told.
                alone = (*places[row][:2], written[row] if bad else "")
                key = (*scope.inventory.survey_files, "") if table == "survey" else alone
                line = lines.setdefault(key, [0.0, 0.0])
                line[0] += bad
                line[1] += 1.0
    if not lines:
        sent = scope.inventory.state.was_sent("organization")
        return not_assessed("no_rows", table="businesses") if sent else not_assessed("no_organization")
    numbers = np.array(list(lines.values()))
    listed = {name: [key[i] for key in lines] for i, name in enumerate(("file", "sheet", "item"))}
    listed["cell"] = [""] * len(lines)
    evidence = Evidence(
        "share", numerator=numbers[:, 0], denominator=numbers[:, 1], affected=numbers[:, 0] > 0, listed=listed
    )
    return Measured(evidence, 1.0, shares={"rows": evidence.value / 100.0})


def personal_spreadsheets(scope: Scope, entry: Entry) -> Measured:
    """D09: spreadsheet-only businesses with personal data; those with sensitive or specific data judged beside."""
    if (unknown := unnamed_spreadsheets(scope)) is not None:
        return unknown
    personal = scope.column(BUSINESSES, "personal_information")
    only = scope.inventory.spreadsheet_only[scope.rows(BUSINESSES)]
    base = scope.filled(BUSINESSES, "personal_information")
    affected = only & equals(personal, "specific", "sensitive", "personal")
    grave = only & equals(personal, "specific", "sensitive")
    columns = ("personal_information", *spreadsheet_columns(scope))
    return count_of_rows(scope, base, affected, columns, figures={"sensitive": float(np.count_nonzero(grave & base))})


def open_data(scope: Scope, entry: Entry) -> Measured:
    """D10: open data not published."""
    return answer_yes(scope, ("open_data",))


def legacy(scope: Scope, entry: Entry) -> Measured:
    """D11: systems whose support has ended or ends within two years ÷ systems with a date; bands beside."""
    today = as_of(scope)
    if today is None:
        return not_assessed("no_date")
    ends = [_last_day(d) for d in scope.column(TABLE, "support_end")]
    known = np.array([e is not None for e in ends], dtype=bool)
    if not known.any():
        return not_assessed("column_empty", 0.0, column="systems.support_end")
    years = int(entry.parameters["years"])
    limit = (today[0] + years, today[1], today[2])
    ended = np.array([e is not None and e < today for e in ends], dtype=bool)
    soon = np.array([e is not None and today <= e < limit for e in ends], dtype=bool)
    measured = share_of_rows(scope, TABLE, known, ended | soon, ("support_end",))
    beside = {
        "ended": float(np.count_nonzero(ended)),
        "soon": float(np.count_nonzero(soon)),
        "later": float(np.count_nonzero(known & ~ended & ~soon)),
        "as_of": "-".join(f"{part:02d}" for part in today),
    }
    return Measured(measured.evidence, measured.coverage, measured.reason, measured.reason_values, beside=beside)


def as_of(scope: Scope) -> tuple[int, int, int] | None:
    """The day the analysis speaks of: the setting, else the last day of the fiscal year; None without either."""
    if scope.settings.as_of:
        return _last_day(scope.settings.as_of)
    if scope.settings.fiscal_year:
        return (scope.settings.fiscal_year + 1, 3, 31)
    return None


def _last_day(date: object) -> tuple[int, int, int] | None:
    """The last day that a date as precise as its cell can mean."""
    if not isinstance(date, str):
        return None
    if date.startswith("FY"):
        return (int(date[2:6]) + 1, 3, 31)
    found = _DATE.match(date)
    if not found:
        return None
    year, month, day = (int(p) if p else None for p in found.groups())
    return (year, month or 12, day or 31)


def vendor_concentration(scope: Scope, entry: Entry) -> Measured:
    """D12: HHI of a department's vendors by running cost (by count where costs are missing)."""
    keys, weights, rows, by_cost = _vendors(scope)
    coverage = scope.coverage(TABLE, rows)
    least = int(entry.parameters["at_least"])
    if len(keys) < least:
        return not_assessed("too_few", coverage, count=len(keys), least=least)
    parts = {key: math.fsum(part) for key, part in grouped(weights, keys).items()}
    whole = math.fsum(weights)
    largest = max(parts, key=lambda key: (parts[key], key))
    # Each row brings its weight times its vendor's share, so that the rows add up to the index.
    evidence = Evidence(
        "ratio",
        numerator=np.array([w * parts[k] / whole for k, w in zip(keys, weights, strict=True)]),
        denominator=weights,
        affected=keys == largest,
        table=TABLE,
        rows=scope.rows(TABLE)[rows],
        columns=("vendor", "annual_cost"),
    )
    return Measured(evidence, coverage, beside={"vendors": float(len(parts)), "by_cost": float(by_cost)})


INDICATORS = {
    "D01": unlinked,
    "D02": duplicates,
    "D03": lock_in,
    "D04": migration,
    "D05": contract_ends,
    "D06": cost_per_head,
    "D07": readability,
    "D08": unresolved,
    "D09": personal_spreadsheets,
    "D10": open_data,
    "D11": legacy,
    "D12": vendor_concentration,
    "D13": cost_cliff,
}
