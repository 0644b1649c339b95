"""The executed notebook itself, for an analyst who wants to go on from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from dxaudit.publish.section import MARK


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write the notebook as executed, the department in its metadata."""
    notebook.metadata[MARK] = {"department": department, "lang": lang}
    nbformat.write(notebook, str(path))
