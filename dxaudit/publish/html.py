"""A report as one HTML file that opens on a closed network: no outside address, no script, pictures inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from traitlets.config import Config

from dxaudit.publish.look import style_sheet
from dxaudit.publish.marks import MARK
from dxaudit.vocabulary import text

TEMPLATES = Path(__file__).parent / "templates"


# What of an output is shown, the best first; scripts and live widgets have no place in a report.
SHOWN = [
    "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain",
]  # fmt: skip


class ReportExporter(HTMLExporter):
    """nbconvert's HTML exporter without its second parse of the page, whose additions our template makes itself."""

    from_notebook_node = TemplateExporter.from_notebook_node


@cache
def _exporter() -> ReportExporter:
    # Ours or papermill's, the notebook is valid; the page is made without proving so after each of the steps.
    config = Config({"NbConvertBase": {"display_data_priority": SHOWN}, "Exporter": {"optimistic_validation": True}})
    return ReportExporter(config=config, template_name="report", extra_template_basedirs=[str(TEMPLATES)])


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write an executed notebook as a page to read and print."""
    path.write_text(page(notebook, department, lang), encoding="utf-8", newline="")


def page(notebook: Any, department: str, lang: str) -> str:
    """An executed notebook as a page, complete in itself."""
    content, _ = _exporter().from_notebook_node(
        notebook,
        resources={
            MARK: {
                "department": department,
                "lang": lang,
                "title": title(notebook) or department or text("common.city", lang),
                "style": style_sheet(),
                "facts": notebook.metadata[MARK]["facts"],
                "foot": text("publish.page.foot", lang),
            }
        },
    )
    return content


def title(notebook: Any) -> str:
    """The report's own title, empty where the notebook is somebody else's."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            mark = output.get("metadata", {}).get(MARK, {})
            if mark.get("level") == 1:
                return mark["title"]
    return ""
