"""Who answered, how completely, and how much of the staff's time is explained, on one page."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from dxaudit.show import numbers, style
from dxaudit.vocabulary import load, text

ROW_IN = 0.27
SHARES = ("grade_1", "grade_2", "grade_3", "hours_share")
COUNTS = ("businesses", "systems", "respondents")


def coverage(frame: pd.DataFrame, ax: Axes | None = None, lang: str = "ja", most: int = 60) -> Axes:
    """Departments × inventories: rows answered, share filled by grade, hours inventoried ÷ staff hours.

    Parameters
    ----------
    frame : DataFrame
        What `dxaudit.coverage.coverage` gives.
    most : int
        Departments shown; beyond that those with the least answers, and how many were left out is said.

    What was not answered is hatched, what is suppressed cross-hatched; darker is more complete.
    """
    city = frame["department"] == text("common.city")
    departments = frame[~city]
    left_out = max(0, len(departments) - most)
    if left_out:
        rank = departments["status"].map({"none": 0, "unread": 0, "answered": 2}).fillna(1)
        order = pd.DataFrame({"rank": rank, "filled": departments["completeness"].fillna(0)})
        kept = order.sort_values(["rank", "filled"], kind="stable").index[:most]
        departments = departments.loc[sorted(kept)]
    lines = pd.concat([frame[city], departments])
    with style.applied():
        if ax is None:
            width = load("look")["page"]["chart_width_in"]
            height = max(1.8, ROW_IN * len(lines) + 1.4)
            ax = plt.subplots(figsize=(width, height), layout="constrained")[1]
        if departments.empty:
            return style.nothing_to_show(ax, text("coverage.nothing", lang))
        surveyed = not any("survey" in missing for missing in frame.loc[city, "missing"])
        for y, line in enumerate(lines.itertuples(index=False)):
            for x, column in enumerate(COUNTS):
                _count(ax, x, y, column, line, surveyed, lang)
            for x, column in enumerate(SHARES, start=len(COUNTS)):
                _share(ax, x, y, getattr(line, column), lang)
        _frame_of(ax, lines, left_out, lang)
        answered = int((frame.loc[~city, "status"] == "answered").sum())
        ax.set_title(text("coverage.chart", lang, answered=answered, departments=int((~city).sum())), pad=32)
    return ax


def _count(ax: Axes, x: float, y: int, column: str, line: tuple, collected: bool, lang: str) -> None:
    value = getattr(line, column)
    if column == "respondents" and not collected:
        _cell(ax, x, y, text("common.not_assessed", lang), hatch=True)
    elif column == "respondents" and not line.respondents_shown:
        _cell(ax, x, y, text("common.suppressed", lang), hatch=True, suppressed=True)
    elif not value and column == "businesses" and column in line.missing:
        _cell(ax, x, y, text(f"coverage.{'unread' if line.status == 'unread' else 'not_answered'}", lang), hatch=True)
    else:
        _cell(ax, x, y, numbers.number(value, 0, lang))


def _share(ax: Axes, x: float, y: int, value: float, lang: str) -> None:
    if np.isnan(value):
        _cell(ax, x, y, text("common.not_assessed", lang), hatch=True)
    else:
        shade = _scale()(min(value, 1.0))
        _cell(ax, x, y, numbers.percent(value, 0, lang), face=shade, light=_luminance(shade) < 0.2)


def _luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance (WCAG 2): below 0.2 white reads better than black."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _cell(
    ax: Axes, x: float, y: int, said: str, *, face: object = None, light: bool = False, hatch: bool = False,
    suppressed: bool = False,
) -> None:  # fmt: skip
    look = load("look")
    if hatch:
        ax.add_patch(style.missing_patch((x - 0.5, y - 0.5), 1, 1, suppressed=suppressed))
    elif face is not None:
        ax.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="none"))
    ink = look["ink"]["paper"] if light else look["ink"]["text"]
    # Words over hatching need paper behind them to be read.
    behind = {"facecolor": look["ink"]["paper"], "edgecolor": "none", "pad": 1.2} if hatch else None
    ax.text(x, y, said, ha="center", va="center", color=ink, fontsize=look["type"]["chart_small"], bbox=behind)


def _scale() -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("dxaudit_filled", load("look")["coverage"]["scale"])


def _frame_of(ax: Axes, lines: pd.DataFrame, left_out: int, lang: str) -> None:
    look = load("look")
    for edge in np.arange(-0.5, len(lines), 1):
        ax.axhline(edge, color=look["ink"]["paper"] if edge != 0.5 else look["ink"]["text"], lw=1)
    for edge in np.arange(0.5, len(COUNTS) + len(SHARES) - 1, 1):
        ax.axvline(edge, color=look["ink"]["grid"] if edge < len(COUNTS) - 1 else look["ink"]["paper"], lw=1)
    heads = [text(f"coverage.{name}", lang) for name in ("businesses", "systems", "survey")]
    heads += [load("coverage")["grade"][str(grade)][lang] for grade in (1, 2, 3)] + [text("coverage.hours_head", lang)]
    ax.set(xlim=(-0.5, len(heads) - 0.5), ylim=(len(lines) - 0.5, -0.5))
    ax.set_xticks(range(len(heads)), heads, fontsize=look["type"]["chart_small"])
    city = text("common.city")
    shown = [text("common.city", lang) if name == city else name for name in lines["department"]]
    ax.set_yticks(range(len(lines)), shown, fontsize=look["type"]["chart_small"])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    missing = look["missing"]
    keys = [
        Patch(facecolor=missing["face"], edgecolor=missing["edge"], hatch=missing["hatch"],
              label=text("coverage.hatched", lang)),
        Patch(facecolor=missing["face"], edgecolor=missing["edge"], hatch=missing["suppressed_hatch"],
              label=text("common.suppressed", lang)),
    ]  # fmt: skip
    more = [Patch(visible=False, label=text("coverage.left_out", lang, count=left_out))] if left_out else []
    ax.legend(
        handles=keys + more, loc="upper left", bbox_to_anchor=(0, 0), ncols=3, frameon=False,
        fontsize=look["type"]["chart_small"],
    )  # fmt: skip
