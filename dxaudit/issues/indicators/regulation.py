"""制度: what do rules, forms and networks stand in the way of? (R01–R10)"""

from __future__ import annotations

import math

import numpy as np

from dxaudit.issues.catalogue import Entry
from dxaudit.issues.evidence import Evidence, Measured, not_assessed
from dxaudit.issues.indicators.business import count_of_rows, share_of_hours, share_of_rows
from dxaudit.issues.indicators.governance import TABLE as GOVERNANCE
from dxaudit.issues.indicators.governance import answer_number, answer_yes, question_row, yes
from dxaudit.issues.inventory import Scope, equals, flagged, folded, says

TABLE = "businesses"


def analog(scope: Scope, entry: Entry) -> Measured:
    """R01: businesses with an analog regulation; those that say it was never reviewed beside."""
    kinds = scope.column(TABLE, "regulation_kind")
    if not scope.filled(TABLE, "regulation_kind").any():
        return not_assessed("column_empty", 0.0, column="businesses.regulation_kind")
    open_ = np.array([isinstance(k, tuple) and any(says("not_reviewed", w) for w in k) for k in kinds], dtype=bool)
    unreviewed = float(np.count_nonzero(open_))
    if scope.department is None and len(scope.rows(GOVERNANCE)):
        row = question_row(scope.inventory, "analog_review")
        unreviewed += row is not None and yes(scope.inventory.column(GOVERNANCE, "answer")[row]) == 0.0
    carried = scope.carried(TABLE, "regulation_kind")
    return count_of_rows(
        scope, carried, flagged(kinds), ("regulation_kind",), figures={"not_reviewed": float(unreviewed)}
    )


def mandated(scope: Scope, entry: Entry) -> Measured:
    """R02: of procedures, those whose own rules demand writing, or a seal or presence.

    A seal or presence counts where the writing column is empty and the legal basis is an ordinance, rule or outline.
    """
    procedures = equals(scope.column(TABLE, "online_available"), "true", "partial", "false")
    writing = scope.column(TABLE, "writing_mandated")
    demanded = equals(scope.column(TABLE, "seal"), "true") | equals(scope.column(TABLE, "in_person"), "true")
    own_rule = np.array([says("ordinance", text) for text in scope.column(TABLE, "legal_basis")], dtype=bool)
    said = equals(writing, "ordinance", "law", "none")
    affected = equals(writing, "ordinance") | (~said & demanded & own_rule)
    answered = said | scope.filled(TABLE, "seal") | scope.filled(TABLE, "in_person")
    if not answered.any():
        return not_assessed("column_empty", 0.0, column="businesses.writing_mandated")
    # Where a department uses these columns at all, a blank says that nothing is demanded.
    asked = np.any([scope.carried(TABLE, c) for c in ("writing_mandated", "seal", "in_person")], axis=0)
    columns = ("writing_mandated", "seal", "in_person", "legal_basis")
    least = int(entry.parameters["at_least"])
    return share_of_rows(scope, TABLE, procedures & asked, affected, columns, covered=asked, at_least=least)


def enabling_ordinance(scope: Scope, entry: Entry) -> Measured:
    """R03: no enabling ordinance for online procedures."""
    return answer_yes(scope, ("online_ordinance",))


def paper_approval(scope: Scope, entry: Entry) -> Measured:
    """R04: businesses approved electronically ÷ all with an approval filled."""
    approval = scope.column(TABLE, "approval")
    electronic = equals(approval, "electronic")
    known = equals(approval, "electronic", "paper")
    measured = share_of_rows(scope, TABLE, known, electronic, ("approval",))
    if measured.evidence is None:
        return measured
    # The rows that make the issue are those that are not electronic.
    evidence = measured.evidence
    turned = Evidence(
        evidence.how, evidence.numerator, ~evidence.affected, evidence.denominator,
        table=evidence.table, rows=evidence.rows, columns=evidence.columns,
    )  # fmt: skip
    return Measured(turned, measured.coverage)


def ai_rules(scope: Scope, entry: Entry) -> Measured:
    """R05: no rules for generative AI."""
    return answer_yes(scope, ("ai_rules",))


def payment(scope: Scope, entry: Entry) -> Measured:
    """R06: of businesses that charge a fee, those without an online or cashless way to pay."""
    fees = scope.column(TABLE, "fee_payment")
    filled = flagged(fees)
    free = np.array([says("no_fee", text) for text in fees], dtype=bool)
    online = np.array([_pays_online(text) for text in fees], dtype=bool)
    charged = filled & ~free
    least = int(entry.parameters["at_least"])
    covered = scope.carried(TABLE, "fee_payment")
    return share_of_rows(scope, TABLE, charged, ~online, ("fee_payment",), covered=covered, at_least=least)


def _pays_online(text: object) -> bool:
    return says("online_payment", text) and not says("negated", text)


def zones(scope: Scope, entry: Entry) -> Measured:
    """R07: the largest number of network zones that one business's systems lie in."""
    found = [scope.inventory.zones_of_business[row] for row in scope.rows(TABLE)]
    uses = flagged(scope.column(TABLE, "systems_used"))
    known = np.array([len(z) > 0 for z in found], dtype=bool)
    if not known.any():
        return not_assessed("no_known_system")
    coverage = float(np.count_nonzero(known)) / np.count_nonzero(uses)
    numbers = np.array([float(len(z)) for z in found])[known]
    evidence = Evidence(
        "maximum",
        numerator=numbers,
        affected=numbers >= 2,
        table=TABLE,
        rows=scope.rows(TABLE)[known],
        columns=("systems_used",),
    )
    return Measured(evidence, coverage, beside={"across": float(np.count_nonzero(numbers >= 2))})


def forms(scope: Scope, entry: Entry) -> Measured:
    """R08: the largest number of different forms for one procedure that stands in several departments."""
    keys = scope.inventory.business_keys[scope.rows(TABLE)]
    departments = scope.column(TABLE, "department")
    numbers = scope.column(TABLE, "form_number")
    usable = flagged(numbers) & (keys != "")
    owners: dict[str, set] = {}
    for key, department in zip(keys[usable], departments[usable], strict=True):
        owners.setdefault(key, set()).add(department)
    shared = usable & np.array([len(owners.get(key, ())) > 1 for key in keys], dtype=bool)
    if not shared.any():
        return not_assessed("no_shared_procedure", scope.coverage(TABLE, usable))
    seen: dict[str, set] = {}
    new = []
    for key, names in zip(keys[shared], numbers[shared], strict=True):
        known = seen.setdefault(key, set())
        fresh = {folded(name) for name in names} - known
        known |= fresh
        new.append(float(len(fresh)))
    affected = np.array([len(seen[key]) >= entry.criteria[0].warn for key in keys[shared]], dtype=bool)
    evidence = Evidence(
        "group_maximum",
        numerator=np.array(new),
        affected=affected,
        group=keys[shared],
        table=TABLE,
        rows=scope.rows(TABLE)[shared],
        columns=("form_number",),
    )
    return Measured(evidence, 1.0, beside={"names": float(len(seen))})


def targets(scope: Scope, entry: Entry) -> Measured:
    """R09: share of measures with a numeric target, as the questionnaire says."""
    row = question_row(scope.inventory, "kpi")
    if row is None:
        return not_assessed("not_asked", question="kpi")
    answer = yes(scope.inventory.column(GOVERNANCE, "answer")[row])
    measured = answer_number(scope, "kpi", "sum")
    if measured.evidence is not None and not math.isnan(measured.evidence.value) and measured.evidence.value > 0:
        return measured
    if math.isnan(answer):
        return not_assessed("no_answer", question="kpi")
    value = {1.0: 100.0, 0.5: float(entry.parameters["partly"]), 0.0: 0.0}[answer]
    evidence = Evidence(
        "sum",
        numerator=np.array([value]),
        affected=np.array([True]),
        table=GOVERNANCE,
        rows=np.array([row]),
        columns=("question", "answer", "note"),
    )
    return Measured(evidence, 1.0)


def hours_across(scope: Scope, entry: Entry) -> Measured:
    """R10: hours of businesses across two or more zones ÷ hours of those whose systems' zones are known."""
    found = [scope.inventory.zones_of_business[row] for row in scope.rows(TABLE)]
    known = np.array([len(z) > 0 for z in found], dtype=bool)
    if not known.any():
        return not_assessed("no_known_system")
    across = np.array([len(z) >= 2 for z in found], dtype=bool)
    uses = flagged(scope.column(TABLE, "systems_used"))
    measured = share_of_hours(scope, known, across, ("systems_used",))
    coverage = float(np.count_nonzero(known)) / np.count_nonzero(uses)
    return Measured(measured.evidence, coverage, measured.reason, measured.reason_values)


INDICATORS = {
    "R01": analog,
    "R02": mandated,
    "R03": enabling_ordinance,
    "R04": paper_approval,
    "R05": ai_rules,
    "R06": payment,
    "R07": zones,
    "R08": forms,
    "R09": targets,
    "R10": hours_across,
}
