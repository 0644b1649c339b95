"""Impact and ease as each participant places them, and how far they agree."""

from __future__ import annotations

from html import escape
from math import isnan

import ipywidgets as widgets
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.issues.agreement import kendall_w
from dxaudit.session.minutes import issue_name
from dxaudit.session.panels.parts import LABEL, WIDE, attempt, offer, panel, sayer, table_html
from dxaudit.session.working import WorkingSession
from dxaudit.vocabulary import text

TOP = 10


def prioritise(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """Participants place the top issues by impact and ease; agreement and what they disagree on most."""
    say = sayer("prioritise", lang)
    rater = widgets.Text(description=say("rater"), style=LABEL)
    top = session.register.top(TOP, department=text("common.city", "ja"))
    issue = widgets.Dropdown(
        description=text("session.issue", lang),
        style=LABEL,
        layout=widgets.Layout(width="40em"),
    )
    offer(issue, [(issue_name(session, line.code, lang), (line.code, line.department)) for line in top.itertuples()])
    impact = widgets.IntSlider(value=3, min=1, max=5, description=say("impact"), style=LABEL)
    ease = widgets.IntSlider(value=3, min=1, max=5, description=say("ease"), style=LABEL)
    result = widgets.HTML(layout=WIDE)
    said = widgets.HTML()
    button = widgets.Button(description=text("session.record", lang), button_style="primary")

    def show() -> None:
        result.value = agreement(session, lang)

    def keep(_button: object) -> None:
        def act() -> str:
            if issue.value is None:
                raise DxauditError(text("session.nothing", lang))
            code, department = issue.value
            made = session.rate(rater.value, code, department, impact=impact.value, ease=ease.value)
            show()
            return made.id

        said.value = attempt(act, lang)

    button.on_click(keep)
    show()
    return panel(
        say("title"), say("lead"), widgets.HBox([rater, issue]), widgets.HBox([impact, ease, button]), said, result
    )


def agreement(session: WorkingSession, lang: str = "ja") -> str:
    """The ratings as a table, with Kendall's W over the issues that every rater has placed."""
    say = sayer("prioritise", lang)
    ratings = session.ratings()
    if not len(ratings):
        return f"<p>{escape(say('agreement_missing'))}</p>"
    score = ratings.assign(score=ratings["impact"] * 10 + ratings["ease"])
    grid = score.pivot(index="rater", columns=["code", "department"], values="score")
    ranks = grid.rank(axis=1, ascending=False)
    agreed = kendall_w(ranks)
    shown = table_html(
        [say("rater"), *(escape(issue_name(session, code, lang)) for code, _ in grid.columns)],
        [[escape(str(name)), *(_pair(ratings, name, *key) for key in grid.columns)] for name in grid.index],
    )
    if isnan(agreed.value):
        return shown + f"<p>{escape(say('agreement_missing'))}</p>"
    most = agreed.spread.iloc[0]
    lines = [
        say("agreement", raters=agreed.raters, items=agreed.issues, w=f"{agreed.value:.2f}"),
        say(
            "disagree",
            issue=issue_name(session, most["issue"][0], lang),
            low=f"{most['lowest']:g}",
            high=f"{most['highest']:g}",
        ),
    ]
    return shown + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _pair(ratings: pd.DataFrame, rater: str, code: str, department: str) -> str:
    own = ratings[(ratings["rater"] == rater) & (ratings["code"] == code) & (ratings["department"] == department)]
    return "" if not len(own) else f"{own['impact'].iloc[0]} / {own['ease'].iloc[0]}"
