"""Files → CurrentState."""

from dxaudit.intake.read import read

__all__ = ["read"]
