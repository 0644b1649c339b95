"""Current-state analysis of a municipality before its digital transformation (自治体DX 現状分析)."""

from dxaudit.errors import DxauditError
from dxaudit.settings import Settings
from dxaudit.state import CurrentState, from_tables

__version__ = "0.1.0"

__all__ = ["CurrentState", "DxauditError", "Settings", "from_tables"]
