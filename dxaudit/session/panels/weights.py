"""The five perspectives weighed before everybody's eyes: ranking and stability follow the sliders."""

from __future__ import annotations

import time
from html import escape

import ipywidgets as widgets

from dxaudit.session.minutes import issue_name
from dxaudit.session.panels.parts import WIDE, bar, panel, sayer, sign, table_html
from dxaudit.session.working import WorkingSession
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import numbers, style
from dxaudit.vocabulary import load, text

TOP = 10
WEIGHT_MAX = 3.0
WEIGHTINGS = 2000
"""Weightings drawn while a slider moves; the report draws more."""


def weights(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """Sliders for the five perspectives; the ranking and its stability follow at once."""
    say = sayer("weights", lang)
    sliders = {
        name: widgets.FloatSlider(
            value=session.state.settings.weights[name],
            min=0,
            max=WEIGHT_MAX,
            step=0.1,
            readout_format=".1f",
            description=text(f"common.perspective.{name}", lang),
            style={"description_width": "5em"},
            continuous_update=True,
            layout=widgets.Layout(width="23em"),
        )
        for name in PERSPECTIVES
    }
    city = text("common.city")
    scope = widgets.Dropdown(
        options=[city, *session.register.departments()],
        description=text("session.department", lang),
        style={"description_width": "5em"},
        layout=widgets.Layout(width="20em"),
    )
    table = widgets.HTML(layout=widgets.Layout(flex="1 1 auto"))

    def show(_change: object = None) -> None:
        began = time.perf_counter()
        chosen = {name: slider.value for name, slider in sliders.items()}
        if not sum(chosen.values()):
            return
        table.value = _ranking(session, scope.value, chosen, lang, began)

    for control in (scope, *sliders.values()):
        control.observe(show, names="value")

    def keep(who: str, why: str) -> str:
        made = session.weigh({name: slider.value for name, slider in sliders.items()}, who=who, why=why)
        show()
        return made.id

    show()
    controls = widgets.VBox([scope, *sliders.values()], layout=widgets.Layout(flex="0 0 24em", overflow="hidden"))
    side_by_side = widgets.HBox([controls, table], layout=WIDE)
    return panel(say("title"), say("lead"), side_by_side, sign([(text("session.record", lang), keep)], lang))


def _ranking(session: WorkingSession, scope: str, chosen: dict[str, float], lang: str, began: float) -> str:
    register = session.register.reweighted(chosen)
    top = register.top(TOP, department=scope, lang=lang)
    stability = register.robustness(department=scope, samples=WEIGHTINGS).set_index("code")["top10"]
    before = session.before.top(len(session.before.frame), department=scope)
    was = dict(zip(before["code"], range(1, len(before) + 1), strict=True))
    rows = []
    for place, line in enumerate(top.itertuples(index=False), start=1):
        share = float(stability.get(line.code, float("nan")))
        rows.append(
            [
                str(place),
                str(was.get(line.code, "－")),
                escape(issue_name(session, line.code, lang)),
                bar(line.priority / 100, f"{line.priority:.1f}", style.perspective_colour(line.perspective)),
                bar(share, numbers.percent(share, 0, lang), load("look")["ink"]["muted"]),
            ]
        )
    head = [
        text("session.weights.rank", lang),
        text("session.weights.was", lang),
        text("session.issue", lang),
        text("session.weights.priority", lang),
        text("session.weights.stability", lang, n=f"{WEIGHTINGS:,}"),
    ]
    took = text("session.weights.took", lang, ms=f"{1000 * (time.perf_counter() - began):.0f}")
    return table_html(head, rows) + f'<small class="dxaudit-took">{took}</small>'
