"""Run the notebooks and store their outputs small, for nbval to compare with (``make notebooks``).

Pictures are stored small and with few colours, and widget ids are left out: what stays is what a reader sees.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LIMIT = 200_000
WIDTH, COLOURS = 640, 32
REPORT_WIDTH, REPORT_COLOURS = 260, 32
"""The report notebooks are looked at as reports, never as notebooks: their pictures are stored for comparison only."""

TABLE = "application/vnd.dxaudit.table+json"
"""The values behind a report's table, stored as html already."""

WIDGET = "application/vnd.jupyter.widget-view+json"


def store(path: Path) -> int:
    """Execute one notebook in its folder and write it back; returns the size of its outputs in characters."""
    notebook = nbformat.read(path, as_version=4)
    metadata = dict(notebook.metadata)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    notebook.metadata = nbformat.from_dict({key: metadata[key] for key in ("kernelspec", "language_info")})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                _shrink(output, report=path.stem.endswith("_report"))
    nbformat.write(notebook, path)
    return sum(len(json.dumps(cell.get("outputs", []))) for cell in notebook.cells)


def _shrink(output: dict, *, report: bool) -> None:
    data = output.get("data", {})
    if "image/png" in data:
        with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
            picture = picture.convert("RGB")
            width = REPORT_WIDTH if report else WIDTH
            picture.thumbnail((width, 4 * width))
            small = picture.quantize(REPORT_COLOURS if report else COLOURS, dither=Image.Dither.NONE)
        held = io.BytesIO()
        small.save(held, "PNG", optimize=True)
        data["image/png"] = base64.b64encode(held.getvalue()).decode()
    data.pop(TABLE, None)
    if WIDGET in data:
        # A widget's id changes with every run; what it shows is tested in a browser.
        del data[WIDGET]


if __name__ == "__main__":
    names = sys.argv[1:] or [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    for name in names:
        size = store(NOTEBOOKS / f"{name}.ipynb")
        print(f"{name}: {size:,}", "" if size < LIMIT else f"over {LIMIT:,}: show fewer rows or pictures")
