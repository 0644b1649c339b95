"""Charts of the issue register: perspectives, matrix, top issues, impact × ease, and how stable the ranking is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from dxaudit.issues.register import IssueRegister
from dxaudit.issues.robustness import rank_shares, tornado
from dxaudit.issues.scoring import priority as priority_of
from dxaudit.issues.scoring import severity as severity_of
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import style
from dxaudit.vocabulary import load, text

BANDS = (30, 60)
ROW_IN = 0.34
"""Height of one line of a chart."""
LEGEND_IN = 0.42
"""From the axes to the key below them: room for ticks and the axis label."""


def _axes(ax: Axes | None, height: float, width: float | None = None) -> Axes:
    if ax is not None:
        return ax
    width = load("look")["page"]["chart_width_in"] if width is None else width
    return plt.subplots(figsize=(width, max(1.6, height)), layout="constrained")[1]


def _where(register: IssueRegister, department: str | None, lang: str) -> str:
    return text("common.city", lang) if department in (None, text("common.city")) else department


def perspectives(
    register: IssueRegister, department: str | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """The five scores of one scope as bars, the range that unassessed issues leave open as a line, the city as a mark.

    A perspective without any assessed issue is hatched. ``department=None`` is the city.
    """
    city = register.perspectives(text("common.city")).set_index("perspective")["score"]
    own = register.perspectives(text("common.city") if department is None else department)
    with style.applied():
        ax = _axes(ax, ROW_IN * 5 + 1.5)
        if own.empty:
            return style.nothing_to_show(ax, text("issues.chart.nothing", lang))
        look = load("look")
        at = np.flatnonzero(own["score"].notna())
        known = own.iloc[at]
        ax.barh(at, known["score"], 0.6, color=[style.perspective_colour(p) for p in known["perspective"]])
        _ranges(ax, at, known["low"], known["high"])
        for y, line in enumerate(own.itertuples(index=False)):
            if np.isnan(line.score):
                ax.add_patch(style.missing_patch((0, y - 0.3), 100, 0.6))
            shown = f"{line.score:.0f}" if not np.isnan(line.score) else text("common.not_assessed", lang)
            count = text("issues.chart.assessed_of", lang, assessed=line.assessed, total=line.total)
            ax.text(102, y, f"{shown}  {count}", va="center", fontsize=look["type"]["chart_small"])
        if department is not None:
            beside = own["perspective"].map(city).to_numpy(float)
            mark = dict(marker="D", mfc="white", mec=look["ink"]["text"], ms=6, ls="", zorder=4)
            ax.plot(beside, range(len(own)), **mark)
        for limit in BANDS:
            ax.axvline(limit, color=look["ink"]["line"], lw=0.8, ls="--", zorder=0)
        ax.set(xlim=(0, 100), ylim=(len(own) - 0.5, -0.5), xlabel=text("issues.chart.score", lang))
        ax.set_yticks(range(len(own)), [text(f"common.perspective.{p}", lang) for p in own["perspective"]])
        ax.tick_params(axis="y", length=0)
        ax.set_title(text("issues.chart.perspectives", lang, department=_where(register, department, lang)))
        keys = [Line2D([], [], color=look["ink"]["text"], marker="|", label=text("issues.chart.interval", lang))]
        if department is not None:
            mark = dict(marker="D", mfc="white", mec=look["ink"]["text"], ls="")
            keys.append(Line2D([], [], **mark, label=text("issues.chart.city_mark", lang)))
        keys.append(_not_assessed_key(lang))
        _legend_below(ax, keys)
    return ax


def _ranges(ax: Axes, at: np.ndarray, low: ArrayLike, high: ArrayLike) -> None:
    """Lines from ``low`` to ``high`` with a stroke at each end; one artist, broken between them."""
    ends = np.column_stack([low, high, np.full(len(at), np.nan)]).ravel()
    ax.plot(ends, np.repeat(at, 3), color=load("look")["ink"]["text"], lw=1.2, marker="|", ms=7)


def _not_assessed_key(lang: str) -> Patch:
    missing = load("look")["missing"]
    return Patch(
        facecolor=missing["face"], edgecolor=missing["edge"], hatch=missing["hatch"],
        label=text("common.not_assessed", lang),
    )  # fmt: skip


def _legend_below(ax: Axes, keys: list) -> None:
    small = load("look")["type"]["chart_small"]
    ax.legend(
        handles=keys, loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=style.below(ax, LEGEND_IN),
        ncols=len(keys), frameon=False, fontsize=small,
    )  # fmt: skip


def perspective_matrix(
    register: IssueRegister, departments: list[str] | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """Departments × perspectives: score by shade and number, how many were assessed below it, 未評価 hatched."""
    table = register.perspectives()
    if departments is not None:
        table = table[table["department"].isin([text("common.city"), *departments])]
    names = list(dict.fromkeys(table["department"]))
    with style.applied():
        ax = _axes(ax, 0.30 * len(names) + 1.2)
        if table.empty:
            return style.nothing_to_show(ax, text("issues.chart.nothing", lang))
        look = load("look")
        scale = style.severity_scale()
        row_of = {name: y for y, name in enumerate(names)}
        size = look["type"]["chart_small"] if len(names) <= 60 else 6
        for line in table.itertuples(index=False):
            x, y = PERSPECTIVES.index(line.perspective), row_of[line.department]
            if np.isnan(line.score):
                ax.add_patch(style.missing_patch((x - 0.5, y - 0.5), 1, 1))
                continue
            ax.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=scale(line.score / 100), edgecolor="none"))
            ink = "#ffffff" if line.score > 62 else look["ink"]["text"]
            ax.text(x, y, f"{line.score:.0f}", ha="center", va="center", color=ink, fontsize=size + 1)
            ax.text(
                x + 0.46, y, f"{line.assessed}/{line.total}", ha="right", va="center", color=ink, fontsize=size - 2
            )  # fmt: skip
        for edge in np.arange(-0.5, len(names), 1):
            ax.axhline(edge, color=look["ink"]["paper"], lw=1)
        ax.axhline(0.5, color=look["ink"]["text"], lw=1)
        ax.set(xlim=(-0.5, len(PERSPECTIVES) - 0.5), ylim=(len(names) - 0.5, -0.5))
        ax.set_xticks(range(len(PERSPECTIVES)), [text(f"common.perspective.{p}", lang) for p in PERSPECTIVES])
        shown = [text("common.city", lang) if name == text("common.city") else name for name in names]
        ax.set_yticks(range(len(names)), shown, fontsize=size)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_title(text("issues.chart.matrix", lang), pad=24)
        keys = [
            Patch(facecolor=scale(score / 100), edgecolor=look["ink"]["line"], label=label)
            for score, label in ((10, "0–29"), (45, "30–59"), (85, "60–100"))
        ]
        ax.legend(
            handles=[*keys, _not_assessed_key(lang)], loc="upper left", bbox_to_anchor=(0, 0), ncols=4,
            frameon=False, fontsize=look["type"]["chart_small"],
        )  # fmt: skip
    return ax


def top_issues(
    register: IssueRegister, n: int = 10, department: str | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """The issues of highest priority as bars; a line shows where the priority lies within the band of the hours."""
    top = register.top(n, department, lang)
    with style.applied():
        ax = _axes(ax, ROW_IN * 1.35 * max(1, len(top)) + 1.3)
        if top.empty:
            return style.nothing_to_show(ax, text("issues.chart.nothing", lang))
        look = load("look")
        small = look["type"]["chart_small"]
        at = np.arange(len(top))
        ax.barh(at, top["priority"], 0.6, color=[style.perspective_colour(p) for p in top["perspective"]])
        ranges = np.array([_priority_range(register, line) for line in top.itertuples(index=False)])
        wide = ranges[:, 1] - ranges[:, 0] > 0.5
        _ranges(ax, at[wide], ranges[wide, 0], ranges[wide, 1])
        ends = np.maximum(top["priority"].to_numpy(float), ranges[:, 1])
        for y, (end, priority) in enumerate(zip(ends, top["priority"], strict=True)):
            ax.text(end + 1.5, y, f"{priority:.0f}", va="center", fontsize=small)
        ax.set_yticks(
            range(len(top)), [f"{_wrap(t, 24)} ({c})" for t, c in zip(top["issue"], top["code"], strict=True)]
        )
        ax.set(
            xlim=(0, max(100, ends.max() + 8)), ylim=(len(top) - 0.5, -0.5), xlabel=text("issues.chart.priority", lang)
        )
        ax.tick_params(axis="y", length=0)
        ax.set_title(text("issues.chart.top", lang, department=_where(register, department, lang)))
        present = [p for p in PERSPECTIVES if p in set(top["perspective"])]
        keys = [Patch(color=style.perspective_colour(p), label=text(f"common.perspective.{p}", lang)) for p in present]
        _legend_below(ax, keys)
    return ax


def _wrap(words: str, width: int) -> str:
    """Japanese has no spaces to break at: break after ``width`` characters, never before a closing sign."""
    if len(words) <= width or " " in words:
        import textwrap

        return textwrap.fill(words, width * 2) if " " in words else words
    cut = width
    while cut < len(words) and words[cut] in "、。)）」・ー":
        cut += 1
    return words[:cut] + ("\n" + _wrap(words[cut:], width) if cut < len(words) else "")


def _priority_range(register: IssueRegister, line) -> tuple[float, float]:
    """Priority at both ends of the value's interval, the reach staying as it is."""
    entry = register.entries[line.code]
    weight = entry.weight * register.weights[entry.perspective]
    if line.low == line.high or np.isnan(line.low) or np.isnan(line.high):
        return line.priority, line.priority
    ends = [priority_of(severity_of(v, entry.criteria[0]), line.reach, weight) for v in (line.low, line.high)]
    return min(*ends, line.priority), max(*ends, line.priority)


def impact_ease(
    register: IssueRegister,
    ease: pd.Series,
    department: str | None = None,
    n: int = 20,
    ax: Axes | None = None,
    lang: str = "ja",
) -> Axes:
    """Impact (priority) × ease (1 hard … 5 easy, set by people) of the gravest issues; labels do not collide.

    Parameters
    ----------
    ease : Series
        Ease by issue code; issues nobody has rated are left out.
    """
    top = register.top(n, department, lang)
    top = top[top["code"].isin(ease.dropna().index)]
    with style.applied():
        ax = _axes(ax, 4.6)
        if top.empty:
            return style.nothing_to_show(ax, text("issues.chart.no_ratings", lang))
        look = load("look")
        x = top["code"].map(ease).to_numpy(float)
        y = top["priority"].to_numpy(float)
        for px, py, line in zip(x, y, top.itertuples(index=False), strict=True):
            spec = look["perspective"][line.perspective]
            ax.plot(px, py, marker=spec["marker"], color=spec["colour"], mec="white", ms=9, zorder=3)
        ax.set(xlim=(0.5, 5.5), ylim=(0, max(100.0, y.max() + 8)), xticks=range(1, 6))
        ax.axhline(50, color=look["ink"]["line"], lw=0.8, ls="--")
        ax.axvline(3, color=look["ink"]["line"], lw=0.8, ls="--")
        ax.set(xlabel=text("issues.chart.ease_axis", lang), ylabel=text("issues.chart.priority_axis", lang))
        ax.set_title(text("issues.chart.impact", lang, department=_where(register, department, lang)))
        present = [p for p in PERSPECTIVES if p in set(top["perspective"])]
        keys = [
            Line2D([], [], marker=look["perspective"][p]["marker"], color=style.perspective_colour(p), ls="", ms=8,
                   label=text(f"common.perspective.{p}", lang))
            for p in present
        ]  # fmt: skip
        ax.legend(
            handles=keys, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=len(keys), frameon=False,
            fontsize=look["type"]["chart_small"],
        )  # fmt: skip
        _place_labels(
            ax,
            x,
            y,
            [f"{c} {t[:14]}" + ("…" if len(t) > 14 else "") for c, t in zip(top["code"], top["issue"], strict=True)],
        )
    return ax


def _place_labels(ax: Axes, x: np.ndarray, y: np.ndarray, labels: list[str]) -> None:
    """Put each label at the first free place around its point, going outwards; a thin line leads back to it."""
    figure = ax.figure
    # Labels are placed in pixels, so the layout has to be settled before.
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    small = load("look")["type"]["chart_small"] - 1
    ink = load("look")["ink"]
    points = ax.transData.transform(np.column_stack([x, y]))
    box = ax.get_window_extent(renderer)
    taken = [(px - 7, py - 7, px + 7, py + 7) for px, py in points]
    unit = figure.dpi / 72
    for (px, py), label in sorted(zip(points, labels, strict=True), key=lambda item: -item[0][1]):
        probe = ax.text(0, 0, label, fontsize=small, transform=None)
        size = probe.get_window_extent(renderer)
        probe.remove()
        for dx, dy in _around():
            left = px + dx * unit if dx >= 0 else px + dx * unit - size.width
            bottom = py + dy * unit - size.height / 2
            spot = (left, bottom, left + size.width, bottom + size.height)
            inside = spot[0] >= box.x0 and spot[2] <= box.x1 and spot[1] >= box.y0 and spot[3] <= box.y1
            if inside and not any(_cross(spot, other) for other in taken):
                break
        else:
            # Nowhere free: better a missing label than two that cannot be read; the register has them all.
            continue
        taken.append(spot)
        at = ax.transData.inverted().transform((left, bottom + size.height / 2))
        note = ax.annotate(
            label, _data(ax, px, py), at, fontsize=small, va="center", ha="left", color=ink["text"],
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": ink["line"], "shrinkA": 0, "shrinkB": 4},
        )  # fmt: skip
        note.set_in_layout(False)


def _data(ax: Axes, px: float, py: float) -> tuple[float, float]:
    """Data coordinates of a pixel."""
    return tuple(ax.transData.inverted().transform((px, py)))


def _around():
    """Offsets in points, right and left first, then further up and down."""
    for far in range(0, 120, 7):
        for up in (far, -far) if far else (0,):
            for side in (9, -9, 30, -30):
                yield side, up


def _cross(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def rank_acceptability(
    register: IssueRegister,
    department: str | None = None,
    n: int = 10,
    ax: Axes | None = None,
    lang: str = "ja",
) -> Axes:
    """In what share of random weightings each issue takes each rank: issues down, ranks across."""
    table = rank_shares(register, department, places=n).head(n)
    with style.applied():
        ax = _axes(ax, ROW_IN * max(1, len(table)) + 1.4)
        if table.empty:
            return style.nothing_to_show(ax, text("issues.chart.nothing", lang))
        look = load("look")
        ax.imshow(table.to_numpy(), cmap=style.severity_scale(), vmin=0, vmax=1, aspect="auto")
        small = look["type"]["chart_small"]
        for y, values in enumerate(table.to_numpy()):
            for x, value in enumerate(values):
                if value >= 0.005:
                    ink = "#ffffff" if value > 0.62 else look["ink"]["text"]
                    ax.text(x, y, f"{100 * value:.0f}", ha="center", va="center", color=ink, fontsize=small)
        titles = [f"{_wrap(register.entries[code].label[lang], 24)} ({code})" for code in table.index]
        ax.set_yticks(range(len(table)), titles)
        ax.set_xticks(range(table.shape[1]), list(table.columns))
        ax.set_xlabel(f"{text('issues.chart.rank_axis', lang)} ({text('issues.chart.share_of_weightings', lang)}, %)")
        ax.tick_params(length=0)
        ax.set_title(text("issues.chart.ranks", lang, department=_where(register, department, lang)))
    return ax


def weight_tornado(
    register: IssueRegister, department: str | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """How the lead of the first issue moves when one perspective weighs half or twice as much."""
    table = tornado(register, department)
    with style.applied():
        ax = _axes(ax, ROW_IN * 5 + 1.4)
        if table.empty:
            return style.nothing_to_show(ax, text("issues.chart.nothing", lang))
        look = load("look")
        now = table["now"].iloc[0]
        for y, line in enumerate(table.itertuples(index=False)):
            for value, mark, hatch in ((line.low, "½", "...."), (line.high, "2", "")):
                ax.barh(
                    y, value - now, 0.6, left=now, color=style.perspective_colour(line.perspective), hatch=hatch,
                    edgecolor="white", alpha=0.75 if hatch else 1.0,
                )  # fmt: skip
                if abs(value - now) > 0.02 * (
                    table[["low", "high"]].to_numpy().max() - table[["low", "high"]].to_numpy().min()
                ):
                    side = "left" if value > now else "right"
                    ax.annotate(f"×{mark}", (value, y), (4 if side == "left" else -4, 0), textcoords="offset points",
                                ha=side, va="center", fontsize=look["type"]["chart_small"])  # fmt: skip
        ax.axvline(now, color=look["ink"]["text"], lw=1)
        ax.axvline(0, color=look["severity"]["major"]["colour"], lw=1, ls="--")
        ax.margins(x=0.12)
        ax.set_yticks(range(len(table)), [text(f"common.perspective.{p}", lang) for p in table["perspective"]])
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.set_xlabel(text("issues.chart.lead_axis", lang))
        ax.set_title(text("issues.chart.tornado", lang, department=_where(register, department, lang)))
    return ax
