"""The city at a glance on one A3 sheet: findings, the two pictures that matter most, the matrix of departments."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from dxaudit.publish.blocks import Part, Picture, Sentence, parts
from dxaudit.publish.look import style_sheet, templates
from dxaudit.publish.section import MARK
from dxaudit.vocabulary import text


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
    pictures = [picture for part in found for picture in part.of(Picture)]
    tall = max(pictures, key=_proportion, default=None)
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
            wide=[(_inline(p), p.alt) for p in pictures if p is not tall][:4],
            foot=text("publish.page.foot", lang),
        )
    )


def _finding(part: Part) -> str:
    return next((s.text for s in part.of(Sentence)), "")


def _proportion(picture: Picture) -> float:
    width, height = int.from_bytes(picture.png[16:20]), int.from_bytes(picture.png[20:24])
    return height / width


def _inline(picture: Picture) -> str:
    return base64.b64encode(picture.png).decode("ascii")
