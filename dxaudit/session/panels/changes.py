"""What this session changed, and its decisions, each of which can be taken back."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from dxaudit.decisions import active
from dxaudit.errors import DxauditError
from dxaudit.session.minutes import changes_table, sentence
from dxaudit.session.panels.parts import WIDE, offer, panel, sayer, sign, table_html
from dxaudit.session.working import WorkingSession
from dxaudit.vocabulary import text


def changes(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """What this session changed, and its decisions, each of which can be taken back."""
    say = sayer("changes", lang)
    shown = widgets.HTML(layout=WIDE)
    chooser = widgets.Dropdown(layout=WIDE)

    def show() -> None:
        session.refresh()
        frame = changes_table(session, lang)
        shown.value = (
            table_html(
                [escape(str(c)) for c in frame.columns], [[escape(str(v)) for v in row] for row in frame.to_numpy()]
            )
            if len(frame)
            else f"<p>{escape(say('none'))}</p>"
        )
        standing = [d for d in active(session.decisions) if d.kind != "rating"]
        decided = [(f"{d.at[:16].replace('T', ' ')} {d.who}: {sentence(d, session, lang)}", d.id) for d in standing]
        offer(chooser, decided)

    def undo(who: str, why: str) -> str:
        if chooser.value is None:
            raise DxauditError(text("session.nothing", lang))
        made = session.undo(chooser.value, who=who, why=why)
        show()
        return made.id

    show()
    return panel(say("title"), "", shown, chooser, sign([(text("session.undo", lang), undo)], lang))
