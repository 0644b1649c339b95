"""業務: what do the business inventories say about how work is done? (G01–G12)"""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd

from dxaudit.benchmark import procedure_of, quartiles
from dxaudit.issues.catalogue import Criterion, Entry
from dxaudit.issues.evidence import MONTHS, Evidence, Measured, join, not_assessed
from dxaudit.issues.inventory import Scope, equals, flagged, is_number
from dxaudit.issues.scoring import severity
from dxaudit.vocabulary import load
from dxaudit.workflow.peaks import busy_months

TABLE = "businesses"


def share_of_hours(scope: Scope, known: np.ndarray, affected: np.ndarray, columns: tuple[str, ...]) -> Measured:
    """Share of the hours of the rows that are ``known`` which the ``affected`` ones hold, with its band."""
    hours = scope.hours
    known = known & is_number(hours)
    coverage = scope.coverage(TABLE, known)
    if not known.any() or math.fsum(hours[known]) == 0:
        return not_assessed("no_hours", coverage)
    affected = affected[known]
    evidence = Evidence(
        "share",
        numerator=np.where(affected, hours[known], 0.0),
        denominator=hours[known],
        affected=affected,
        width=scope.width[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=(*columns, "annual_hours"),
    )
    return Measured(evidence, coverage)


def share_of_rows(
    scope: Scope,
    table: str,
    base: np.ndarray,
    affected: np.ndarray,
    columns: tuple[str, ...],
    *,
    covered: np.ndarray | None = None,
    at_least: int = 1,
) -> Measured:
    """Share of the rows in ``base`` that are ``affected``; not assessed below ``at_least`` rows."""
    coverage = scope.coverage(table, base if covered is None else covered)
    if np.count_nonzero(base) < at_least:
        return not_assessed("too_few", coverage, count=int(np.count_nonzero(base)), least=at_least)
    affected = affected[base]
    evidence = Evidence(
        "share",
        numerator=affected.astype(float),
        denominator=np.ones(len(affected)),
        affected=affected,
        table=table,
        rows=scope.rows(table)[base],
        columns=columns,
    )
    return Measured(evidence, coverage)


def count_of_rows(scope: Scope, base: np.ndarray, affected: np.ndarray, columns: tuple[str, ...], **more) -> Measured:
    """Number of the businesses in ``base`` that are ``affected``; ``more`` goes into the result."""
    coverage = more.pop("coverage", None)
    affected = affected[base]
    evidence = Evidence(
        "sum",
        numerator=affected.astype(float),
        affected=affected,
        table=TABLE,
        rows=scope.rows(TABLE)[base],
        columns=columns,
    )
    return Measured(evidence, scope.coverage(TABLE, base) if coverage is None else coverage, **more)


def paper(scope: Scope, entry: Entry) -> Measured:
    """G01: hours of businesses on paper or on both ÷ hours of all whose medium is known."""
    medium = scope.column(TABLE, "medium")
    return share_of_hours(
        scope, equals(medium, "paper", "both", "digital"), equals(medium, "paper", "both"), ("medium",)
    )


def online_rate(scope: Scope, entry: Entry) -> Measured:
    """G02: online ÷ all cases per procedure, each judged by the national quartiles of the same procedure."""
    names = scope.column(TABLE, "business")
    cases, online = scope.column(TABLE, "annual_cases"), online_cases(scope)
    which = np.array([procedure_of(name) for name in names], dtype=object)
    national = np.array([key is not None and quartiles(key) is not None for key in which], dtype=bool)
    if not national.any():
        return not_assessed("no_national_figure")
    # Coverage speaks of the procedures that have a national figure; other work has nothing to be compared with.
    known = national & is_number(cases) & is_number(online) & (np.nan_to_num(cases) > 0)
    coverage = float(np.count_nonzero(known)) / np.count_nonzero(national)
    if not known.any():
        return not_assessed("coverage", coverage)
    rates = 100.0 * online[known] / cases[known]
    judged = np.array([severity(r, _quartile_criterion(entry, k)) for r, k in zip(rates, which[known], strict=True)])
    whole = math.fsum(cases[known])
    evidence = Evidence(
        "share",
        numerator=online[known],
        denominator=cases[known],
        affected=judged >= 0.3,
        group=which[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("online_cases", "annual_cases"),
    )
    return Measured(
        evidence,
        coverage,
        severity=math.fsum(judged * cases[known]) / whole,
        beside={"procedures": float(np.count_nonzero(known)), "below": float(np.count_nonzero(judged >= 0.3))},
    )


def _quartile_criterion(entry: Entry, procedure: str) -> Criterion:
    low, middle, high = quartiles(procedure)
    first = entry.criteria[0]
    # Where half of the country stands at 0 %, nobody is below the median.
    good = high if middle > 0 else 0.0
    return Criterion(first.key, first.label, first.unit, good=good, warn=middle, alert=low, worst=0.0)


def online_cases(scope: Scope) -> np.ndarray:
    """Cases filed online; 0 where the business says that it cannot be filed online and gives no number."""
    online = scope.column(TABLE, "online_cases")
    none = equals(scope.column(TABLE, "online_available"), "false")
    return np.where(np.isnan(online) & none, 0.0, online)


def unused_online(scope: Scope, entry: Entry) -> Measured:
    """G03: of businesses that are online, the lowest share filed online."""
    available = equals(scope.column(TABLE, "online_available"), "true")
    if not scope.filled(TABLE, "online_available").any():
        return not_assessed("column_empty", column="businesses.online_available")
    if not available.any():
        return not_assessed("none_online")
    cases, online = scope.column(TABLE, "annual_cases"), scope.column(TABLE, "online_cases")
    known = available & is_number(online) & (np.nan_to_num(cases) > 0)
    coverage = float(np.count_nonzero(known)) / np.count_nonzero(available)
    if not known.any():
        return not_assessed("coverage", coverage)
    rates = 100.0 * online[known] / cases[known]
    evidence = Evidence(
        "minimum",
        numerator=rates,
        affected=rates < entry.criteria[0].warn,
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("online_cases", "annual_cases"),
    )
    return Measured(evidence, coverage, beside={"below": float(np.count_nonzero(evidence.affected))})


def noncore(scope: Scope, entry: Entry) -> Measured:
    """G04: regular staff hours of non-core businesses ÷ regular staff hours of all with core filled."""
    core, hours = scope.column(TABLE, "core"), scope.column(TABLE, "regular_staff_hours")
    known = equals(core, "core", "noncore") & is_number(hours)
    coverage = scope.coverage(TABLE, known)
    if not known.any() or math.fsum(hours[known]) == 0:
        return not_assessed("no_hours", coverage)
    affected = equals(core, "noncore")[known]
    evidence = Evidence(
        "share",
        numerator=np.where(affected, hours[known], 0.0),
        denominator=hours[known],
        affected=affected,
        width=scope.width[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("core", "regular_staff_hours"),
    )
    return Measured(evidence, coverage)


def routine_bulk(scope: Scope, entry: Entry) -> Measured:
    """G05: hours of the largest routine business that is not on paper only; those of 100 h and more listed."""
    routine, medium = scope.column(TABLE, "routine"), scope.column(TABLE, "medium")
    hours = scope.hours
    known = equals(routine, "routine", "nonroutine") & equals(medium, "digital", "both", "paper") & is_number(hours)
    coverage = scope.coverage(TABLE, known)
    if not known.any():
        return not_assessed("no_hours", coverage)
    candidate = (equals(routine, "routine") & equals(medium, "digital", "both"))[known]
    numbers = np.where(candidate, hours[known], 0.0)
    listed = candidate & (numbers >= entry.parameters["listed_from"])
    evidence = Evidence(
        "maximum",
        numerator=numbers,
        affected=listed,
        width=scope.width[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("routine", "medium", "annual_hours"),
    )
    beside = {"candidates": float(np.count_nonzero(listed)), "candidate_hours": math.fsum(numbers[listed])}
    return Measured(evidence, coverage, beside=beside)


def peak(scope: Scope, entry: Entry) -> Measured:
    """G06: hours of the busiest month ÷ mean month, from monthly hours where given, else from the peak period.

    A month named as busy carries a fixed multiple of an ordinary one (``vocabulary/workflow.toml`` [peak], 設計値).
    """
    monthly = _monthly_hours(scope)
    rows = scope.rows(TABLE)
    if monthly is not None:
        known, table = monthly
        beside: dict[str, float | str] = {"monthly_hours": float(np.count_nonzero(known))}
        columns: tuple[str, ...] = ("annual_hours",)
    else:
        ratios = load("workflow")["peak"]["ratio"]
        months = [busy_months(text) for text in scope.column(TABLE, "peak_period")]
        known = np.array([m is not None for m in months], dtype=bool) & is_number(scope.hours)
        table = _by_month(scope.hours, months, ratios["middle"])
        beside = {"peak_ratio": float(ratios["middle"])}
        columns = ("peak_period", "annual_hours")
    coverage = scope.coverage(TABLE, known)
    if not known.any() or math.fsum(np.nan_to_num(table[known]).ravel()) == 0:
        return not_assessed("no_peak_period", coverage)
    table = np.nan_to_num(table[known])
    month = np.tile(np.arange(1, MONTHS + 1), len(table))
    numbers = table.ravel()
    totals = [math.fsum(table[:, m]) for m in range(MONTHS)]
    busiest = int(np.argmax(totals)) + 1
    beside["busiest_month"] = float(busiest)
    if monthly is None:
        # The range of the assumption is the range of the figure.
        for end in ("low", "high"):
            other = np.nan_to_num(_by_month(scope.hours, months, ratios[end])[known])
            beside[end] = join("peak", other.ravel(), group=month)
    evidence = Evidence(
        "peak",
        numerator=numbers,
        affected=(month == busiest) & (numbers > np.repeat(table.mean(axis=1), MONTHS) * (1 + 1e-9)),
        group=month,
        table=TABLE,
        rows=np.repeat(rows[known], MONTHS),
        columns=columns,
    )
    return Measured(evidence, coverage, beside=beside)


def _by_month(hours: np.ndarray, months: list, ratio: float) -> np.ndarray:
    """Hours × 12 months, a busy month carrying ``ratio`` times an ordinary one; shape (businesses, 12)."""
    weights = np.ones((len(months), MONTHS))
    for row, busy in enumerate(months):
        weights[row, [month - 1 for month in busy or ()]] = ratio
    return hours[:, None] * weights / weights.sum(axis=1, keepdims=True)


def _monthly_hours(scope: Scope) -> tuple[np.ndarray, np.ndarray] | None:
    """Hours by month from source columns named 4月 … 3月, for the rows that carry numbers in all of them."""
    extras = scope.inventory.state.extras.get(TABLE)
    if extras is None or extras.empty:
        return None
    columns: dict[int, str] = {}
    for name in extras.columns:
        found = re.fullmatch(r"(?:.*_)?(1[0-2]|[1-9])月(?:時間|\(時間\))?", str(name).strip())
        if found:
            columns.setdefault(int(found.group(1)), name)
    if len(columns) < MONTHS:
        return None
    part = extras.loc[scope.rows(TABLE), [columns[m] for m in range(1, MONTHS + 1)]]
    numbers = part.apply(lambda s: s.astype(str).str.replace(",", "")).apply(_to_numbers).to_numpy(float)
    known = ~np.isnan(numbers).any(axis=1)
    return (known, numbers) if known.any() else None


def _to_numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce")


def unnamed_spreadsheets(scope: Scope) -> Measured | None:
    """未評価 where nobody was asked for tools and nobody names Excel or Access among the systems; else None."""
    if scope.filled(TABLE, "office_tools").any() or scope.inventory.spreadsheets[scope.rows(TABLE)].any():
        return None
    sent = scope.inventory.state.was_sent(TABLE, "office_tools")
    return not_assessed("column_empty" if sent else "no_column", 0.0, column="businesses.office_tools")


def spreadsheet_columns(scope: Scope) -> tuple[str, ...]:
    """The columns that say which businesses rest on spreadsheets, as far as they were sent."""
    sent = scope.inventory.state.was_sent(TABLE, "office_tools")
    return ("office_tools", "systems_used") if sent else ("systems_used",)


def spreadsheets(scope: Scope, entry: Entry) -> Measured:
    """G07: businesses with Excel or Access and no system ÷ all businesses."""
    tools, systems = scope.filled(TABLE, "office_tools"), scope.filled(TABLE, "systems_used")
    if (unknown := unnamed_spreadsheets(scope)) is not None:
        return unknown
    only = scope.inventory.spreadsheet_only[scope.rows(TABLE)]
    # A blank in one of the two is an answer only where the other says how the work is done.
    everything = np.ones(len(only), dtype=bool)
    return share_of_rows(scope, TABLE, everything, only, spreadsheet_columns(scope), covered=tools | systems)


def double_entry(scope: Scope, entry: Entry) -> Measured:
    """G08: businesses that take data from somewhere and pass them on by hand, on paper or by manual CSV."""
    transfer = scope.column(TABLE, "data_transfer")
    source = flagged(scope.column(TABLE, "data_source"))
    by_hand = source & equals(transfer, "manual", "paper", "csv_manual")
    return count_of_rows(scope, scope.filled(TABLE, "data_transfer"), by_hand, ("data_source", "data_transfer"))


def no_legal_basis(scope: Scope, entry: Entry) -> Measured:
    """G09: businesses whose legal basis is empty ÷ all in sheets that ask for it."""
    asked = scope.carried(TABLE, "legal_basis")
    empty = ~flagged(scope.column(TABLE, "legal_basis"))
    return share_of_rows(scope, TABLE, asked, empty, ("legal_basis",))


def common_overhead(scope: Scope, entry: Entry) -> Measured:
    """G10: hours of businesses in the common major category ÷ hours of all."""
    common = scope.inventory.common_work[scope.rows(TABLE)]
    return share_of_hours(scope, scope.filled(TABLE, "category_major"), common, ("category_major",))


def ai_candidates(scope: Scope, entry: Entry) -> Measured:
    """G11: hours of AI and RPA candidates ÷ hours of all, with the hours of each type of work beside it."""
    routine = scope.column(TABLE, "routine")
    known = equals(routine, "routine", "nonroutine")
    kinds = work_types(scope)
    measured = share_of_hours(scope, known, kinds != "", ("business", "routine"))
    if measured.evidence is None:
        return measured
    hours = np.nan_to_num(scope.hours)
    beside = {
        f"type_{kind}": math.fsum(hours[known & (kinds == kind)])
        for kind in load("issues")["work_types"]
        if (known & (kinds == kind)).any()
    }
    return Measured(measured.evidence, measured.coverage, beside=beside)


def work_types(scope: Scope) -> np.ndarray:
    """The type of AI or RPA work each business is, "" for none; the first type of the vocabulary that fits."""
    types = load("issues")["work_types"]
    patterns = {kind: (re.compile(raw["match"]), raw["routine"]) for kind, raw in types.items()}
    names, routine = scope.column(TABLE, "business"), scope.column(TABLE, "routine")
    found = []
    for name, code in zip(names, routine, strict=True):
        text = name if isinstance(name, str) else ""
        fits = (k for k, (words, codes) in patterns.items() if code in codes and words.search(text))
        found.append(next(fits, ""))
    return np.array(found, dtype=object)


def unit_times(scope: Scope, entry: Entry) -> Measured:
    """G12: longest ÷ shortest minutes per case among departments that hold a business of the same name."""
    keys = scope.inventory.business_keys[scope.rows(TABLE)]
    minutes = scope.column(TABLE, "minutes_per_case")
    departments = scope.column(TABLE, "department")
    usable = is_number(minutes) & (np.nan_to_num(minutes) > 0) & (keys != "")
    owners: dict[str, set] = {}
    for key, department in zip(keys[usable], departments[usable], strict=True):
        owners.setdefault(key, set()).add(department)
    shared = usable & np.array([len(owners.get(key, ())) > 1 for key in keys], dtype=bool)
    coverage = scope.coverage(TABLE, usable)
    if not shared.any():
        return not_assessed("no_shared_business", coverage)
    groups = keys[shared]
    numbers = minutes[shared]
    spread: dict[str, float] = {}
    for key in dict.fromkeys(groups):
        of_key = numbers[groups == key]
        spread[key] = float(of_key.max() / of_key.min())
    affected = np.array([spread[key] >= entry.criteria[0].warn for key in groups], dtype=bool)
    evidence = Evidence(
        "group_ratio",
        numerator=numbers,
        affected=affected,
        group=groups,
        table=TABLE,
        rows=scope.rows(TABLE)[shared],
        columns=("minutes_per_case",),
    )
    return Measured(evidence, coverage, beside={"names": float(len(spread))})


INDICATORS = {
    "G01": paper,
    "G02": online_rate,
    "G03": unused_online,
    "G04": noncore,
    "G05": routine_bulk,
    "G06": peak,
    "G07": spreadsheets,
    "G08": double_entry,
    "G09": no_legal_basis,
    "G10": common_overhead,
    "G11": ai_candidates,
    "G12": unit_times,
}
