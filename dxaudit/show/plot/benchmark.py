"""Charts of the comparison with the country and with chosen municipalities. "Available" and "used" never share one."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dxaudit.benchmark import EDITION, Dashboard, national, same_edition
from dxaudit.benchmark import peers as peer_figures
from dxaudit.show import style
from dxaudit.vocabulary import load, text

ROW_IN = 0.36
LEGEND_IN = 0.5
"""From the axes to the key below them: room for ticks and the axis label."""


def standing(figures: pd.DataFrame, kind: str = "used", ax: Axes | None = None, lang: str = "ja") -> Axes:
    """The city's own figures as marks over the national quartiles (or shares), for one kind of figure.

    Parameters
    ----------
    figures : DataFrame
        `dxaudit.issues.standing.standing`.
    kind : str
        ``used``, ``available`` or ``adoption``: one at a time.
    """
    part = figures[figures["kind"] == kind] if len(figures) else figures
    with style.applied():
        ax = _axes(ax, len(part))
        if part.empty:
            return style.nothing_to_show(ax, text("benchmark.chart.nothing", lang))
        for y, line in enumerate(part.itertuples(index=False)):
            _nation(ax, y, line)
            _mark(ax, line.own, y)
            _say(ax, line.own, y)
        _finish(ax, list(part["indicator"]), lang)
        first = part.iloc[0]
        kind_word = text(f"benchmark.kind.{kind}", lang)
        ax.set_title(text("benchmark.chart.standing", lang, kind=kind_word, group=first["group"]))
        _key_and_credit(ax, lang, first, peers=False)
    return ax


def peers(
    dashboard: Dashboard,
    own: str,
    others: Iterable[str],
    kind: str = "used",
    ax: Axes | None = None,
    lang: str = "ja",
) -> Axes:
    """One municipality against others of its choice over the national quartiles, from one edition.

    Indicators that none of them reported are left out.

    Raises
    ------
    DxauditError
        A municipality is unknown or ambiguous, or the export is of another edition than the national figures.
    """
    same_edition(dashboard.edition, EDITION)
    figures = peer_figures(dashboard, own, others, kind, lang)
    figures = figures[figures["value"].notna()]
    keys = list(dict.fromkeys(figures["key"]))
    with style.applied():
        ax = _axes(ax, len(keys))
        if not keys:
            return style.nothing_to_show(ax, text("benchmark.chart.nothing", lang))
        nation = national("all", lang)
        nation = nation[nation["kind"] == kind].set_index("key")
        ink = load("look")["ink"]
        for y, key in enumerate(keys):
            if key in nation.index:
                _nation(ax, y, nation.loc[key])
            part = figures[figures["key"] == key]
            mates = part.loc[~part["is_own"], "value"]
            ax.plot(mates, [y] * len(mates), ls="", marker="o", mfc="white", mec=ink["muted"], ms=6, zorder=3)
            for value in part.loc[part["is_own"], "value"]:
                _mark(ax, value, y)
                _say(ax, value, y)
        labels = figures.drop_duplicates("key").set_index("key")["indicator"]
        _finish(ax, [labels[key] for key in keys], lang)
        name = figures.loc[figures["is_own"], "municipality"]
        shown = name.iloc[0] if len(name) else own
        ax.set_title(text("benchmark.chart.peers", lang, own=shown, kind=text(f"benchmark.kind.{kind}", lang)))
        _key_and_credit(ax, lang, nation.iloc[0], peers=True)
    return ax


def _axes(ax: Axes | None, rows: int) -> Axes:
    if ax is not None:
        return ax
    height = max(2.6, ROW_IN * rows + 1.7)
    return plt.subplots(figsize=(load("look")["page"]["chart_width_in"], height), layout="constrained")[1]


def _nation(ax: Axes, y: int, line) -> None:
    """Quartiles as a band with the median as a stroke; where there are none, the national share as a stroke."""
    look = load("look")
    if not np.isnan(line.low):
        ax.barh(y, max(line.high - line.low, 0.4), 0.55, left=line.low, color=look["ink"]["grid"], zorder=1)
    middle = line.middle if not np.isnan(line.middle) else line.value
    ax.plot([middle, middle], [y - 0.3, y + 0.3], color=look["ink"]["muted"], lw=2, zorder=2)


def _mark(ax: Axes, value: float, y: int) -> None:
    ax.plot(value, y, marker="D", color=load("look")["ink"]["key"], ms=7, zorder=4)


def _say(ax: Axes, value: float, y: int) -> None:
    small = load("look")["type"]["chart_small"]
    ax.text(103, y, f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}", va="center", fontsize=small)


def _finish(ax: Axes, labels: list[str], lang: str) -> None:
    ax.set(xlim=(-2, 102), ylim=(len(labels) - 0.5, -0.5), xlabel=text("benchmark.chart.share", lang))
    ax.set_yticks(range(len(labels)), [_short(label) for label in labels])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def _short(label: str, width: int = 22) -> str:
    return label if len(label) <= width else f"{label[:width]}\n{label[width : 2 * width]}"


def _broken(words: str, width: int) -> str:
    return "\n".join(words[i : i + width] for i in range(0, len(words), width))


def _key_and_credit(ax: Axes, lang: str, line, *, peers: bool) -> None:
    look = load("look")
    small = look["type"]["chart_small"]
    keys = [Line2D([], [], ls="", marker="D", color=look["ink"]["key"], label=text("benchmark.chart.own", lang))]
    if peers:
        keys.append(
            Line2D(
                [],
                [],
                ls="",
                marker="o",
                mfc="white",
                mec=look["ink"]["muted"],
                label=text("benchmark.chart.peer", lang),
            )
        )
    keys.append(Patch(color=look["ink"]["grid"], label=text("benchmark.chart.nation", lang)))
    credit = _broken(
        text("benchmark.chart.credit", lang, source=line.source, year=line.year), 40 if lang == "ja" else 70
    )
    ax.legend(
        handles=keys, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=style.below(ax, LEGEND_IN),
        ncols=len(keys), frameon=False, fontsize=small, title=credit, title_fontsize=small - 1, alignment="left",
    )  # fmt: skip
