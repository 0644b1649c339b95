"""Current-state analysis of a municipality before its digital transformation (自治体DX 現状分析).

What an analyst types::

    import dxaudit as dx

    state = dx.read("data/samples/shionagi")
    register = dx.assess(state)
    register.top(10)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Name → where it lives. Loaded when first used, so that `dxaudit check` does not pay for charts and graphs.
_NAMES = {
    "CurrentState": "dxaudit.state",
    "DxauditError": "dxaudit.errors",
    "Settings": "dxaudit.settings",
    "from_tables": "dxaudit.state",
    "read": "dxaudit.intake",
    "assess": "dxaudit.issues",
    "compare": "dxaudit.issues",
    "side_by_side": "dxaudit.issues.municipalities",
    "map_systems": "dxaudit.systems",
    "profile_skills": "dxaudit.skills",
    "map_workflows": "dxaudit.workflow",
    "report": "dxaudit.publish",
    "plot": "dxaudit.show.plot",
    "table": "dxaudit.show.table",
    "style": "dxaudit.show.style",
}

__all__ = [*_NAMES, "__version__"]

if TYPE_CHECKING:
    from dxaudit.errors import DxauditError as DxauditError
    from dxaudit.intake import read as read
    from dxaudit.issues import assess as assess
    from dxaudit.issues import compare as compare
    from dxaudit.issues.municipalities import side_by_side as side_by_side
    from dxaudit.publish import report as report
    from dxaudit.settings import Settings as Settings
    from dxaudit.show import plot as plot
    from dxaudit.show import style as style
    from dxaudit.show import table as table
    from dxaudit.skills import profile_skills as profile_skills
    from dxaudit.state import CurrentState as CurrentState
    from dxaudit.state import from_tables as from_tables
    from dxaudit.systems import map_systems as map_systems
    from dxaudit.workflow import map_workflows as map_workflows


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'dxaudit' has no attribute {name!r}")
    where = import_module(_NAMES[name])
    return where if where.__name__.rpartition(".")[2] == name else getattr(where, name)


def __dir__() -> list[str]:
    return sorted(__all__)
