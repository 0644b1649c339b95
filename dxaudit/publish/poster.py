"""The city at a glance on one A3 sheet: findings, the two pictures that matter most, the matrix of departments."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from dxaudit.publish.blocks import Part, Picture, Sentence, parts
from dxaudit.publish.look import style_sheet, templates
from dxaudit.publish.marks import MARK
from dxaudit.vocabulary import text

RIGHT, COLUMN = 136.0, 240.0
"""Millimetres: the widest a picture of the right column may be, and how high the column is."""


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write the A3 page, as HTML or, by the suffix of ``path``, as PDF."""
    content = page(notebook, lang)
    if path.suffix == ".pdf":
        from dxaudit.publish.pdf import write_pdf

        write_pdf(content, path)
    else:
        path.write_text(content, encoding="utf-8", newline="")


def page(notebook: Any, lang: str) -> str:
    """The A3 page of the executed city notebook."""
    found = [part for part in parts(notebook, text("common.city", lang)) if part.blocks]
    pictures = [part.of(Picture) for part in found]
    # The matrix of departments stands second in the section of the perspectives.
    tall = next((group[1] for group in pictures if len(group) > 1), None)
    wide = [group[0] for group in pictures if group and group[0] is not tall and group[0].proportion <= 1][:3]
    return (
        templates()
        .get_template("poster.html.j2")
        .render(
            lang=lang,
            title=found[0].heading.text if found else "",
            facts=notebook.metadata[MARK]["facts"],
            style=style_sheet(),
            findings=[(part.heading.text, _finding(part)) for part in found],
            tall=_inline(tall) if tall else "",
            wide=[(_inline(picture), picture.alt) for picture in wide],
            width=round(min(RIGHT, COLUMN / max(1e-9, sum(picture.proportion for picture in wide))), 1),
            foot=text("publish.page.foot", lang),
        )
    )


def _finding(part: Part) -> str:
    return next((s.text for s in part.of(Sentence)), "")


def _inline(picture: Picture) -> str:
    return base64.b64encode(picture.png).decode("ascii")
