"""Which work is the bottleneck: flows from step tables and BPMN, and where the inventory says work is heavy."""

from __future__ import annotations

from dxaudit.state import CurrentState
from dxaudit.workflow.overview import WorkflowMap, build

__all__ = ["WorkflowMap", "map_workflows"]


def map_workflows(state: CurrentState) -> WorkflowMap:
    """The flows of a municipality and where its work is held up, computed once per state.

    Examples
    --------
    >>> import pandas as pd
    >>> import dxaudit as dx
    >>> state = dx.from_tables(
    ...     businesses=pd.DataFrame(
    ...         {"department": ["税務課"], "business": ["証明発行"], "annual_hours": [900.0], "medium": ["paper"]}
    ...     )
    ... )
    >>> map_workflows(state).shortlist()["business"].tolist()
    ['証明発行']
    """
    return state.derived("workflow", lambda: build(state))
