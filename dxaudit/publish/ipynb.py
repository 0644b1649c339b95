"""The executed notebook itself, for an analyst who wants to go on from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write the notebook as executed; department and figures stand in its metadata already."""
    nbformat.write(notebook, str(path))
