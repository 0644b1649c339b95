"""組織: who carries the work, and does the house steer it? (O01–O08)"""

from __future__ import annotations

import math

import numpy as np

from dxaudit.issues.catalogue import Entry
from dxaudit.issues.evidence import Evidence, Measured, not_assessed
from dxaudit.issues.indicators.business import share_of_hours, share_of_rows
from dxaudit.issues.indicators.governance import answer_number, answer_yes
from dxaudit.issues.inventory import Scope, equals, flagged, is_number
from dxaudit.skills import profile_skills

TABLE = "businesses"


def one_person(scope: Scope, entry: Entry) -> Measured:
    """O01: hours of businesses with one person in charge ÷ hours of all with a number of persons."""
    staff = scope.column(TABLE, "assigned_staff")
    return share_of_hours(scope, is_number(staff), staff == 1, ("assigned_staff",))


def no_manual(scope: Scope, entry: Entry) -> Measured:
    """O02: businesses without a manual ÷ all that answered (a partial one is not none)."""
    manual = scope.column(TABLE, "manual")
    return share_of_rows(scope, TABLE, equals(manual, "true", "partial", "false"), equals(manual, "false"), ("manual",))


def dx_staff(scope: Scope, entry: Entry) -> Measured:
    """O03: the number of staff whose only duty is DX, as the questionnaire says; who lacks a leader beside."""
    measured = answer_number(scope, "dx_staff", "sum")
    if measured.evidence is None:
        return measured
    leaders = profile_skills(scope.inventory.state).measure("leaders", by="department")
    shown = leaders[leaders["shown"].astype(bool)]
    without = [str(group) for group in shown.loc[shown["value"] == 0, "group"]]
    beside: dict[str, float | str] = {"departments_without_leader": float(len(without))} if len(shown) else {}
    if without:
        beside["list_without_leader"] = "、".join(without)
    return Measured(measured.evidence, measured.coverage, beside=beside)


def plan_and_body(scope: Scope, entry: Entry) -> Measured:
    """O04: how many of overall plan and cross-department body are missing (partly counts half)."""
    return answer_yes(scope, ("overall_plan", "cross_body"))


def overtime(scope: Scope, entry: Entry) -> Measured:
    """O05: overtime per person and month; the city's is the mean weighted by headcount."""
    hours, heads = scope.column("organization", "overtime_hours"), scope.column("organization", "headcount")
    known = is_number(hours)
    coverage = scope.coverage("organization", known)
    if not known.any():
        return not_assessed("column_empty", coverage, column="organization.overtime_hours")
    if not (is_number(heads[known]).all() and math.fsum(heads[known]) > 0):
        heads = np.ones(len(hours))
    affected = hours[known] >= entry.criteria[0].warn
    evidence = Evidence(
        "ratio",
        numerator=(hours * heads)[known],
        denominator=heads[known],
        affected=affected,
        table="organization",
        rows=scope.rows("organization")[known],
        columns=("overtime_hours", "headcount"),
    )
    share = math.fsum(heads[known][affected]) / math.fsum(heads[known])
    return Measured(evidence, coverage, shares={"staff": share})


def same_work(scope: Scope, entry: Entry) -> Measured:
    """O06: the largest number of departments that hold a business of one name, common work excepted."""
    keys = scope.inventory.business_keys[scope.rows(TABLE)]
    departments = scope.column(TABLE, "department")
    usable = (keys != "") & flagged(departments) & ~scope.inventory.common_work[scope.rows(TABLE)]
    if not usable.any():
        return not_assessed("no_base")
    first: set[tuple] = set()
    holders: dict[str, int] = {}
    new = []
    for key, department in zip(keys[usable], departments[usable], strict=True):
        is_new = (key, department) not in first
        first.add((key, department))
        holders[key] = holders.get(key, 0) + is_new
        new.append(float(is_new))
    warn = entry.criteria[0].warn
    affected = np.array([holders[key] >= warn for key in keys[usable]], dtype=bool)
    evidence = Evidence(
        "group_maximum",
        numerator=np.array(new),
        affected=affected,
        group=keys[usable],
        table=TABLE,
        rows=scope.rows(TABLE)[usable],
        columns=("business",),
    )
    hours = scope.hours[usable]
    beside = {
        "names_in_two": float(sum(n == 2 for n in holders.values())),
        "names_in_three": float(sum(n >= 3 for n in holders.values())),
        "repeated_hours": math.fsum(h for h in hours[affected] if not math.isnan(h)),
    }
    return Measured(evidence, scope.coverage(TABLE, flagged(scope.column(TABLE, "business"))), beside=beside)


def load_rate(scope: Scope, entry: Entry) -> Measured:
    """O07: hours of all businesses ÷ (headcount × standard hours); both too much and too little count."""
    heads = scope.column("organization", "headcount")
    heads = heads[is_number(heads)]
    capacity = math.fsum(heads) * scope.settings.hours_per_year
    if capacity <= 0:
        return not_assessed("no_headcount")
    hours = scope.hours
    known = is_number(hours)
    coverage = scope.coverage(TABLE, known)
    if not known.any():
        return not_assessed("no_hours", coverage)
    evidence = Evidence(
        "ratio",
        numerator=100.0 * hours[known],
        # The capacity is one figure of the department; it stands with the first row so that the rows add up.
        denominator=np.concatenate([[capacity], np.zeros(int(known.sum()) - 1)]),
        affected=np.ones(int(known.sum()), dtype=bool),
        width=scope.width[known],
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("annual_hours",),
    )
    beside = {"headcount": math.fsum(heads), "hours_per_year": scope.settings.hours_per_year}
    return Measured(evidence, coverage, figures={"under": evidence.value}, beside=beside)


def no_owner(scope: Scope, entry: Entry) -> Measured:
    """O08: of businesses that report an issue, those without idea, owner and date."""
    reported = flagged(scope.column(TABLE, "reported_issue"))
    columns = ("improvement_idea", "improvement_owner", "improvement_due")
    asked = np.any([scope.carried(TABLE, c) for c in columns], axis=0)
    if not asked.any():
        return not_assessed("no_column", column="businesses.improvement_idea")
    empty = ~np.any([flagged(scope.column(TABLE, c)) for c in columns], axis=0)
    least = int(entry.parameters["at_least"])
    return share_of_rows(
        scope, TABLE, reported & asked, empty, ("reported_issue", *columns), covered=asked, at_least=least
    )


INDICATORS = {
    "O01": one_person,
    "O02": no_manual,
    "O03": dx_staff,
    "O04": plan_and_body,
    "O05": overtime,
    "O06": same_work,
    "O07": load_rate,
    "O08": no_owner,
}
