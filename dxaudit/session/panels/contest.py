"""A contested figure: its arithmetic and rows, a corrected value, or the risk accepted."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.session.minutes import issue_name
from dxaudit.session.panels.parts import LABEL, offer, panel, sayer, sign
from dxaudit.session.working import WorkingSession
from dxaudit.show import numbers
from dxaudit.vocabulary import column_label, columns, load, text

CORRECTABLE = ("businesses", "systems", "organization", "governance")
"""Tables whose cells can be corrected before others; answers of the survey are nobody's to show or change."""


def contest(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """One figure: its arithmetic and rows, a corrected value, or the risk accepted."""
    say = sayer("contest", lang)
    department = widgets.Dropdown(description=text("session.department", lang), style=LABEL)
    issue = widgets.Dropdown(description=text("session.issue", lang), style=LABEL, layout=widgets.Layout(width="40em"))
    explained = widgets.HTML(layout=widgets.Layout(width="100%", max_height="24em", overflow="auto"))
    table = widgets.Dropdown(
        description=say("table"),
        style=LABEL,
        options=[(load("tables")[name]["label"][lang], name) for name in CORRECTABLE],
    )
    row = widgets.Dropdown(description=say("row"), style=LABEL, layout=widgets.Layout(width="40em"))
    column = widgets.Dropdown(description=say("column"), style=LABEL)
    new = widgets.Text(description=say("new"), style=LABEL)
    now = widgets.HTML()
    effect = widgets.HTML()

    def fill_issues(_change: object = None) -> None:
        frame = session.register.frame
        own = frame[(frame["department"] == department.value) & frame["assessed"].astype(bool)]
        own = own.sort_values("priority", ascending=False, kind="stable")
        offer(issue, [(issue_name(session, code, lang), code) for code in own["code"]])

    def explain(_change: object = None) -> None:
        if issue.value is None:
            explained.value = f"<p>{escape(text('session.nothing', lang))}</p>"
            return
        explained.value = session.register.explain(issue.value, department=department.value)._repr_html_()

    def fill_rows(_change: object = None) -> None:
        frame = session.state.table(table.value)
        owner = {"systems": "owner_department"}.get(table.value, "department")
        name = {"businesses": "business", "systems": "system", "governance": "question"}.get(table.value, "department")
        if owner in frame and department.value != text("common.city"):
            frame = frame[frame[owner] == department.value]
        offer(row, [(f"{frame.at[i, name]}（{session.state.address(table.value, i)}）", i) for i in frame.index])
        offer(column, [(column_label(table.value, c, lang), c) for c in columns(table.value)])

    def show_now(_change: object = None) -> None:
        if row.value is None or column.value is None:
            now.value = ""
            return
        value = session.state.table(table.value).at[row.value, column.value]
        shown = text("session.kind.missing", lang) if not isinstance(value, tuple) and pd.isna(value) else str(value)
        place = session.state.address(table.value, row.value, column.value)
        now.value = escape(say("now", value=shown, place=place))

    def after(old: pd.Series | None) -> None:
        fill_issues()
        explain()
        show_now()
        fresh = _line(session, issue.value, department.value)
        if old is not None and fresh is not None:
            effect.value = escape(
                say(
                    "effect",
                    issue=issue_name(session, issue.value, lang),
                    value_before=numbers.number(old["value"], 2, lang),
                    value_after=numbers.number(fresh["value"], 2, lang),
                    before=numbers.number(old["priority"], 1, lang),
                    after=numbers.number(fresh["priority"], 1, lang),
                )
            )

    def correct(who: str, why: str) -> str:
        if row.value is None:
            raise DxauditError(text("session.nothing", lang))
        old = _line(session, issue.value, department.value)
        made = session.correct(table.value, row.value, column.value, new.value, who=who, why=why)
        after(old)
        return made.id

    def accept(who: str, why: str) -> str:
        if issue.value is None:
            raise DxauditError(text("session.nothing", lang))
        old = _line(session, issue.value, department.value)
        made = session.accept_risk(issue.value, department.value, who=who, why=why)
        after(old)
        return made.id

    offer(department, [(name, name) for name in (text("common.city"), *session.state.departments())])
    department.observe(fill_issues, names="value")
    department.observe(fill_rows, names="value")
    issue.observe(explain, names="value")
    table.observe(fill_rows, names="value")
    row.observe(show_now, names="value")
    column.observe(show_now, names="value")
    fill_issues()
    explain()
    fill_rows()
    show_now()
    return panel(
        say("title"),
        say("lead"),
        widgets.HBox([department, issue]),
        explained,
        widgets.HBox([table, row]),
        widgets.HBox([column, new, now]),
        effect,
        sign([(say("correct"), correct), (say("accept_risk"), accept)], lang),
    )


def _line(session: WorkingSession, code: str | None, department: str) -> pd.Series | None:
    frame = session.register.frame
    found = frame[(frame["code"] == code) & (frame["department"] == department)]
    return found.iloc[0] if len(found) else None
