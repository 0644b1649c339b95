"""The working session with department heads: what they change is seen at once, and kept with who and why."""

from dxaudit.session.lab import open_lab
from dxaudit.session.minutes import write_minutes
from dxaudit.session.working import WorkingSession

__all__ = ["WorkingSession", "open_lab", "write_minutes"]
