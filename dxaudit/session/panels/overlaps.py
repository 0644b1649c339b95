"""Pairs of systems judged one by one, with the evidence beside them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.session.panels.parts import LABEL, WIDE, offer, panel, sayer, sign, table_html
from dxaudit.session.working import VERDICTS, WorkingSession
from dxaudit.vocabulary import text


def overlaps(session: WorkingSession, lang: str = "ja") -> widgets.Widget:
    """Pairs of systems one by one, with the evidence beside them, and a verdict."""
    say = sayer("overlaps", lang)
    chooser = widgets.Select(description=say("pair"), rows=10, style=LABEL, layout=WIDE)
    evidence = widgets.HTML(layout=WIDE)
    left = widgets.HTML()
    queue: dict[tuple[str, str], pd.Series] = {}

    def fill() -> None:
        frame = session.systems.review_queue()
        queue.clear()
        queue.update({(row["system_a"], row["system_b"]): row for _, row in frame.iterrows()})
        offer(chooser, [(_pair_label(row, lang), (row["system_a"], row["system_b"])) for row in queue.values()])
        left.value = say("left", count=len(queue))

    def show(_change: object = None) -> None:
        row = queue.get(chooser.value)
        if row is None:
            evidence.value = f"<p>{escape(text('session.nothing', lang))}</p>"
            return
        signals = session.systems.signals(row["system_a"], row["system_b"])
        evidence.value = (
            table_html(
                [say("signal"), say("weight"), say("value"), say("contribution")],
                [
                    [escape(str(s.label)), f"{s.weight:g}", f"{s.value:.2f}", f"{s.contribution:+.2f}"]
                    for s in signals.itertuples(index=False)
                ],
            )
            + f"<p>{escape(str(row['evidence']))}</p>"
        )

    def verdict(name: str) -> Callable[[str, str], str]:
        def keep(who: str, why: str) -> str:
            row = queue.get(chooser.value)
            if row is None:
                raise DxauditError(text("session.nothing", lang))
            made = session.review(name, [row["system_a"], row["system_b"]], who=who, why=why)
            fill()
            show()
            return made.id

        return keep

    chooser.observe(show, names="value")
    fill()
    show()
    verdicts = [(say(name), verdict(name)) for name in VERDICTS]
    return panel(say("title"), say("lead"), left, chooser, evidence, sign(verdicts, lang))


def _pair_label(row: pd.Series, lang: str) -> str:
    a, b = (f"{row[f'name_{side}']}（{row[f'department_{side}']}）" for side in ("a", "b"))
    sure = text("systems.kind.one_system", lang) if row["kind"] == "one_system" else f"{row['confidence']:.2f}"
    return f"{a} ↔ {b} {sure}"
