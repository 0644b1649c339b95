"""WorkflowMap: all flows of a state, what they cost, and the businesses worth drawing next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, text
from dxaudit.workflow import bottlenecks as _bottlenecks
from dxaudit.workflow import inventory, whatif
from dxaudit.workflow.automation import candidates
from dxaudit.workflow.bpmn import write_bpmn
from dxaudit.workflow.chain import Expectation, expect
from dxaudit.workflow.flows import Flow
from dxaudit.workflow.same_work import same_work
from dxaudit.workflow.sheets import finding, read_flows
from dxaudit.workflow.whatif import Change, WhatIf


@dataclass(frozen=True)
class WorkflowMap:
    """What `map_workflows` found. A value; every method makes a new frame from it.

    Attributes
    ----------
    flows : DataFrame
        One row per flow (``bottlenecks.FLOW_COLUMNS``): expected times per case in working hours, hand-overs, breaks
        of media, re-keyings, utilisation, with the assumptions and faults of each.
    parts : mapping of str to Flow
        The flows themselves, by ``flows["key"]``.
    expectations : mapping of str to Expectation or None
        Visits and times of the steps of each flow; None where its sheet has faults.
    findings : DataFrame
        What is wrong in the step tables; columns of ``state.findings``.
    inventory : DataFrame
        One row per business: hours, factors, burden (``inventory.burdens``).
    state : CurrentState
    """

    flows: pd.DataFrame
    parts: Mapping[str, Flow]
    expectations: Mapping[str, Expectation | None]
    findings: pd.DataFrame
    inventory: pd.DataFrame
    state: CurrentState
    _found: dict[tuple[str | None, str], pd.DataFrame] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"WorkflowMap({len(self.flows)} flows, {len(self.inventory)} businesses)"

    def bottlenecks(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """Businesses with their worst hold-up, worst first (`dxaudit.workflow.bottlenecks.bottlenecks`)."""
        self._known(department)
        # A report asks for its chart and for its table; a copy costs nothing until it is written to.
        if (department, lang) not in self._found:
            self._found[department, lang] = _bottlenecks.bottlenecks(
                self.state, self.flows, self.parts, self.expectations, self.inventory, department, lang
            )
        return self._found[department, lang].copy()

    def shortlist(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """Businesses worth drawing, with the reason for each (`dxaudit.workflow.inventory.shortlist`)."""
        self._known(department)
        drawn = {int(row) for row in self.flows["business_row"].dropna()}
        return inventory.shortlist(self.state, self.inventory, drawn, department, lang)

    def pareto(self, department: str | None = None) -> pd.DataFrame:
        """Businesses by hours with the cumulative share (`dxaudit.workflow.inventory.pareto`)."""
        self._known(department)
        return inventory.pareto(self.inventory, department)

    def concentration(self, department: str | None = None) -> pd.Series:
        """Paper, peak, key-person and non-core shares of a scope (`dxaudit.workflow.inventory.concentration`)."""
        self._known(department)
        return inventory.concentration(self.inventory, department)

    def what_if(
        self,
        key: str,
        remove: Sequence[str] = (),
        merge: Sequence[tuple[str, str]] = (),
        online: Sequence[str] = (),
        rpa: Sequence[str] = (),
        ai: Sequence[str] = (),
        lang: str = "ja",
    ) -> WhatIf:
        """Hours and days of one flow before and after a change, as a range (`dxaudit.workflow.whatif`).

        Parameters
        ----------
        key
            A flow of ``flows["key"]``.
        remove, online, rpa, ai
            Keys of steps.
        merge
            Pairs (first step, the step after it that goes into it).
        """
        changes = [Change("online", step) for step in online] + [Change("rpa", step) for step in rpa]
        changes += [Change("ai", step) for step in ai]
        changes += [Change("merge", second, into) for into, second in merge] + [Change("remove", s) for s in remove]
        return whatif.what_if(self.state, self._part(key), changes, lang)

    def everywhere(self, done: WhatIf) -> pd.DataFrame:
        """The same change for all businesses of the same pattern, over departments (`whatif.everywhere`)."""
        row = self._part(done.key).business_row
        work = self.same_work()
        patterns = set(work.loc[work["business_row"] == row, "pattern"])
        alike = sorted(set(work.loc[work["pattern"].isin(patterns), "business_row"]) | ({row} - {None}))
        return whatif.everywhere(self.state, done, self.parts, self.inventory, alike)

    def same_work(self) -> pd.DataFrame:
        """Alike businesses over departments with their unit times (`dxaudit.workflow.same_work.same_work`)."""
        return self.state.derived("workflow.same_work", lambda: same_work(self.state, self.inventory))

    def automation(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """Candidates for RPA, AI-OCR and AI by phase (`dxaudit.workflow.automation.candidates`)."""
        self._known(department)
        return candidates(self.state, self.inventory, department, lang)

    def write_bpmn(self, key: str, path: Path | str) -> Path:
        """Write one flow as BPMN 2.0 XML, with a diagram (`dxaudit.workflow.bpmn.to_bpmn`)."""
        return write_bpmn(self._part(key), Path(path))

    def _part(self, key: str) -> Flow:
        if key not in self.parts:
            raise DxauditError(text("workflow.error.key", name=key), remedy=text("workflow.error.key_remedy"))
        return self.parts[key]

    def _known(self, department: str | None) -> None:
        # An unknown name must not read as "this department has no bottleneck".
        if department is not None and department not in self.state.departments():
            raise DxauditError(
                text("workflow.error.department", department=department),
                remedy=text("workflow.error.department_remedy"),
            )


def hours_apart(state: CurrentState, flows: pd.DataFrame, parts: Mapping[str, Flow]) -> pd.DataFrame:
    """Findings where a flow's minutes × cases and the inventory's hours tell different stories of one business."""
    factor = load("workflow")["flow_factors"]["hours_apart"]
    found = []
    for line in flows[(flows["annual_hours"] > 0) & (flows["inventory_hours"] > 0)].itertuples():
        ratio = line.annual_hours / line.inventory_hours
        if not 1 / factor <= ratio <= factor:
            values = {"flow": f"{line.annual_hours:,.0f}", "inventory": f"{line.inventory_hours:,.0f}"}
            row = int(parts[line.key].steps["row"].iloc[0])
            found.append(finding(state, row, None, "warning", "hours_apart", business=line.key, **values))
    return pd.DataFrame(found, columns=list(state.findings.columns))


def build(state: CurrentState) -> WorkflowMap:
    """Read the step tables, compute every flow's expectation and every business's burden."""
    flows, findings = read_flows(state)
    expectations = {flow.key: expect(flow, state.settings.min_coverage) for flow in flows}
    lines = [_bottlenecks.figures(state, flow, expectations[flow.key]) for flow in flows]
    table = pd.DataFrame(lines, columns=list(_bottlenecks.FLOW_COLUMNS))
    apart = hours_apart(state, table, {flow.key: flow for flow in flows})
    if len(apart):
        findings = pd.concat([findings, apart], ignore_index=True) if len(findings) else apart
    return WorkflowMap(
        flows=table,
        parts={flow.key: flow for flow in flows},
        expectations=expectations,
        findings=findings,
        inventory=inventory.burdens(state),
        state=state,
    )
