"""A report as PDF: the HTML page, laid out for A4 by WeasyPrint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dxaudit.publish.html import page


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write an executed notebook as PDF."""
    write_pdf(page(notebook, department, lang), path)


def write_pdf(content: str, path: Path) -> None:
    """Lay out a page of ours; nothing is fetched, not even from this machine."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    HTML(string=content, url_fetcher=URLFetcher(allowed_protocols={"data"})).write_pdf(str(path))
