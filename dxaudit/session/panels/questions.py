"""What stays open after the session, and who finds out by when."""

from html import escape

import ipywidgets as widgets

from dxaudit.errors import DxauditError
from dxaudit.session.minutes import tables
from dxaudit.session.panels.parts import LABEL, WIDE, panel, sayer, sign, table_html
from dxaudit.session.working import WorkingSession
from dxaudit.vocabulary import text


def questions(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """Open questions with owner and due date, as they will stand in the minutes."""
    say = sayer("questions", lang)
    question = widgets.Text(description=text("session.minutes.question", lang), style=LABEL, layout=WIDE)
    owner = widgets.Text(description=text("session.minutes.owner", lang), style=LABEL)
    due = widgets.Text(description=text("session.minutes.due", lang), placeholder="2026-12-31", style=LABEL)
    shown = widgets.HTML(layout=WIDE)

    def show() -> None:
        frame = tables(session, lang)["open"]
        shown.value = (
            table_html([escape(c) for c in frame.columns], [[escape(str(v)) for v in row] for row in frame.to_numpy()])
            if len(frame)
            else f"<p>{escape(text('session.minutes.no_open', lang))}</p>"
        )

    def keep(who: str, why: str) -> str:
        if not question.value.strip() or not owner.value.strip():
            raise DxauditError(say("incomplete"))
        made = session.ask(question.value, owner.value, who=who, why=why, due=due.value)
        question.value = ""
        show()
        return made.id

    show()
    fields = widgets.HBox([owner, due])
    return panel(say("title"), say("lead"), shown, question, fields, sign([(text("session.record", lang), keep)], lang))
