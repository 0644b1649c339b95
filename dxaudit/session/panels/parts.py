"""What the panels are built of: a titled box, a name-and-reason line with buttons, tables and bars in html."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import load, text

WIDE = widgets.Layout(width="100%")
LABEL = {"description_width": "7em"}


def offer(chooser: widgets.Dropdown | widgets.Select, options: list[tuple[str, object]]) -> None:
    """Give a chooser its options; what was chosen stays chosen where it is still offered, else the first is."""
    kept = chooser.value
    chooser.options = options
    values = [value for _, value in options]
    if values:
        chooser.value = kept if kept in values else values[0]


def panel(title: str, lead: str, *parts: widgets.Widget) -> widgets.Widget:
    head = widgets.HTML(f"<h3>{escape(title)}</h3><p>{escape(lead)}</p>")
    return widgets.VBox([head, *parts], layout=WIDE)


def sign(verdicts: list[tuple[str, Callable[[str, str], str]]], lang: str) -> widgets.Widget:
    """Name, reason and one button per verdict; a mistake is said in one line, and nothing is recorded."""
    who = widgets.Text(description=text("session.who", lang), placeholder=text("session.who_hint", lang), style=LABEL)
    why = widgets.Text(
        description=text("session.why", lang),
        placeholder=text("session.why_hint", lang),
        style=LABEL,
        layout=widgets.Layout(width="32em"),
    )
    said = widgets.HTML()
    buttons = []
    for label, keep in verdicts:
        button = widgets.Button(description=label, button_style="primary", layout=widgets.Layout(width="auto"))

        def act(_button: object, keep: Callable[[str, str], str] = keep) -> None:
            said.value = attempt(lambda: keep(who.value, why.value), lang)

        button.on_click(act)
        buttons.append(button)
    return widgets.VBox([widgets.HBox([who, why]), widgets.HBox(buttons), said])


def attempt(act: Callable[[], str], lang: str) -> str:
    try:
        return f"<p>{escape(text('session.recorded', lang, id=act()))}</p>"
    except DxauditError as error:
        colour = load("look")["severity"]["major"]["colour"]
        return f'<p style="color:{colour}">{escape(str(error))}</p>'


def sayer(panel: str, lang: str) -> Callable[..., str]:
    return lambda key, **values: text(f"session.{panel}.{key}", lang, **values)


def bar(share: float, label: str, colour: str) -> str:
    width = 0 if pd.isna(share) else max(0, min(100, round(100 * share)))
    return (
        f'<div style="display:flex;align-items:center;gap:.4em"><div style="width:8em;background:#f2f2f2">'
        f'<div style="width:{width}%;height:.8em;background:{colour}"></div></div><span>{escape(label)}</span></div>'
    )


def table_html(head: list[str], rows: list[list[str]]) -> str:
    """An html table; cells come escaped (or are bars made here)."""
    line = load("look")["ink"]["line"]
    cell = f"padding:.15em .5em;border-bottom:1px solid {line};text-align:left;white-space:normal"
    top = "".join(f'<th style="{cell}">{h}</th>' for h in head)
    body = "".join("<tr>" + "".join(f'<td style="{cell}">{c}</td>' for c in row) + "</tr>" for row in rows)
    return f'<table style="border-collapse:collapse;line-height:1.5">{"<tr>" + top + "</tr>" + body}</table>'
