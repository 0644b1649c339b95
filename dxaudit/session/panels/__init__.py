"""The widgets of the working session; each function takes a WorkingSession and returns one ipywidgets box.

The widgets ship with JupyterLab's own packages, nothing is fetched. Text from files is escaped before it is shown.
"""

from dxaudit.session.panels.changes import changes
from dxaudit.session.panels.contest import contest
from dxaudit.session.panels.overlaps import overlaps
from dxaudit.session.panels.prioritise import prioritise
from dxaudit.session.panels.questions import questions
from dxaudit.session.panels.weights import weights

__all__ = ["changes", "contest", "overlaps", "prioritise", "questions", "weights"]
