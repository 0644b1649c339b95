"""WorkflowMap: all flows of a state, what they cost, and the businesses worth drawing next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.state import CurrentState
from dxaudit.vocabulary import text
from dxaudit.workflow import bottlenecks as _bottlenecks
from dxaudit.workflow import inventory
from dxaudit.workflow.chain import Expectation, expect
from dxaudit.workflow.flows import Flow, read_flows


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

    def __repr__(self) -> str:
        return f"WorkflowMap({len(self.flows)} flows, {len(self.inventory)} businesses)"

    def bottlenecks(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """Businesses with their worst hold-up, worst first (`dxaudit.workflow.bottlenecks.bottlenecks`)."""
        self._known(department)
        return _bottlenecks.bottlenecks(
            self.state, self.flows, self.parts, self.expectations, self.inventory, department, lang
        )

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

    def _known(self, department: str | None) -> None:
        # An unknown name must not read as "this department has no bottleneck".
        if department is not None and department not in self.state.departments():
            raise DxauditError(
                text("workflow.error.department", department=department),
                remedy=text("workflow.error.department_remedy"),
            )


def build(state: CurrentState) -> WorkflowMap:
    """Read the step tables, compute every flow's expectation and every business's burden."""
    flows, findings = read_flows(state)
    expectations = {flow.key: expect(flow, state.settings.min_coverage) for flow in flows}
    lines = [_bottlenecks.figures(state, flow, expectations[flow.key]) for flow in flows]
    return WorkflowMap(
        flows=pd.DataFrame(lines, columns=list(_bottlenecks.FLOW_COLUMNS)),
        parts={flow.key: flow for flow in flows},
        expectations=expectations,
        findings=findings,
        inventory=inventory.burdens(state),
        state=state,
    )
