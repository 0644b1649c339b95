"""The look of every page: our templates, and the style sheet with the colours and sizes of ``look.toml``."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader

from dxaudit.vocabulary import load


@cache
def templates() -> Environment:
    """Our page templates; whatever is filled in is escaped."""
    return Environment(loader=PackageLoader("dxaudit.publish"), autoescape=True, trim_blocks=True)


@cache
def style_sheet() -> str:
    """The style sheet of every page."""
    return templates().get_template("page.css.j2").render(look=load("look"))
