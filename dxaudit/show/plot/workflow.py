"""Charts of work: the swim-lane flow of a business, the worst bottlenecks, and where the hours concentrate."""

from __future__ import annotations

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from dxaudit.errors import DxauditError
from dxaudit.show import numbers, style
from dxaudit.vocabulary import code_label, load, text
from dxaudit.workflow import WorkflowMap
from dxaudit.workflow.flows import END, Flow
from dxaudit.workflow.layout import HEADER, Layout, lay_out, page_count, paper, wrap
from dxaudit.workflow.same_work import label_of
from dxaudit.workflow.whatif import WhatIf

TEXT_PT = 7.0
SMALL_PT = 6.0
_SHOWN = ("touch_hours", "throughput_days", "annual_hours", "rework_hours", "handovers", "media_breaks", "rekeyings")


def flow_chart(
    flows: WorkflowMap, key: str | None = None, ax: Axes | None = None, lang: str = "ja", page: int | None = None
) -> Axes:
    """One business's flow as swim lanes: medium, system, work and waiting times, branches and rework.

    Parameters
    ----------
    flows
        `dx.map_workflows(state)`.
    key
        A flow of ``flows.flows["key"]``; the first where not given.
    ax
        Where to draw; a figure that fits where not given. A smaller Axes shrinks the letters with the boxes.
    page
        One A4 page of the chart (from 1); the whole chart where not given.

    Raises
    ------
    DxauditError
        No such flow or page, or Graphviz is missing.
    """
    if not len(flows.flows):
        return style.nothing_to_show(ax or _figure(4, 2), text("workflow.chart.no_flow", lang))
    key = flows.flows["key"].iloc[0] if key is None else key
    if key not in flows.parts:
        raise DxauditError(text("workflow.error.key", name=key), remedy=text("workflow.error.key_remedy"))
    flow = flows.parts[key]
    layout = lay_out(flow, page)
    with style.applied():
        ax = ax or _paper(layout, *paper(flow, page))
        return _Chart(flows, flow, layout, ax, lang).draw(page)


def _paper(layout: Layout, width: float, height: float) -> Axes:
    """An Axes on which an inch of the layout is an inch of paper, with room for the title and the key."""
    figure = plt.figure(figsize=(width, height))
    return figure.add_axes((0, 0, 1, (layout.height + 0.3) / height))


def _figure(width: float, height: float) -> Axes:
    with style.applied():
        return plt.subplots(figsize=(width, height), layout="constrained")[1]


class _Chart:
    """One drawing of a layout; inches of paper are data units, y downwards."""

    def __init__(self, flows: WorkflowMap, flow: Flow, layout: Layout, ax: Axes, lang: str) -> None:
        self.flows, self.flow, self.layout, self.ax, self.lang = flows, flow, layout, ax, lang
        look = load("look")
        self.ink, self.alarm = look["ink"], look["severity"]["major"]["colour"]
        self.caution = look["severity"]["caution"]["colour"]
        box = ax.get_window_extent()
        dpi = ax.figure.dpi
        self.scale = min(1.0, box.width / dpi / layout.width, box.height / dpi / layout.height)
        self.line = flows.flows.set_index("key").loc[flow.key]
        self.worst = self.line["dominant_step"]
        self.labels: list[tuple[float, float, float, float]] = []

    def draw(self, page: int | None) -> Axes:
        ax, layout = self.ax, self.layout
        ax.set_xlim(-0.15, layout.width + 0.15)
        ax.set_ylim(layout.height + 0.28, -0.02)
        ax.set_aspect("equal")
        ax.set_axis_off()
        self._lanes()
        for row, points in layout.routes:
            self._route(row, points)
        for key in layout.boxes.index:
            self._box(key)
        # Labels last, once every box and arrow that they must keep clear of is known.
        for row, points in layout.routes:
            self._condition(row, points)
        for key in layout.boxes.index:
            self._tags(key)
        self._write(0, layout.height + 0.17, text("workflow.chart.legend.text", self.lang), SMALL_PT, ha="left")
        ax.set_title(self._title(page), fontsize=9 * max(self.scale, 0.8), x=0.15 / (layout.width + 0.3))
        return ax

    def _write(self, x: float, y: float, said: str, size: float, **options) -> None:
        options = {"ha": "center", "va": "center", "color": self.ink["text"], "linespacing": 1.15, **options}
        self.ax.text(x, y, said, fontsize=size * self.scale, **options)

    def _title(self, page: int | None) -> str:
        flow, lang = self.flow, self.lang
        title = text("workflow.chart.title", lang, business=flow.business or flow.key)
        if page is not None:
            title += text("workflow.chart.page", lang, page=page, pages=page_count(flow))
        line = self.line
        if pd.isna(line["throughput_hours"]):
            return f"{title}\n{text('workflow.chart.no_figures', lang)}"
        hours = {k: text("workflow.chart.hours", lang, value=f"{line[f'{k}_hours']:,.1f}") for k in ("touch", "wait")}
        days = f"{line['throughput_days']:,.1f}"
        return f"{title}\n{text('workflow.chart.figures', lang, **hours, days=days)}"

    def _lanes(self) -> None:
        layout = self.layout
        for i, lane in enumerate(layout.lanes.itertuples(index=False)):
            face = self.ink["paper"] if i % 2 else "#fafafa"
            size = (lane.right - lane.left, layout.height)
            self.ax.add_patch(
                Rectangle((lane.left, 0), *size, facecolor=face, edgecolor=self.ink["line"], linewidth=0.6, zorder=0)
            )
            self.ax.add_patch(
                Rectangle(
                    (lane.left, 0), size[0], HEADER - 0.1, facecolor=self.ink["panel"], edgecolor=self.ink["line"],
                    linewidth=0.6, zorder=1,
                )
            )  # fmt: skip
            said = "\n".join(wrap(lane.lane, (size[0] - 0.1) * 72 / (TEXT_PT + 1), 2))
            self._write((lane.left + lane.right) / 2, (HEADER - 0.1) / 2, said, TEXT_PT + 1, zorder=2)

    def _route(self, row: int, points: list[tuple[float, float]]) -> None:
        rework = self.flow.arcs.at[row, "kind"] == "rework"
        colour = self.alarm if rework else self.ink["muted"]
        x, y = zip(*points, strict=True)
        dashes = (0, (3, 1.5)) if rework else "solid"
        self.ax.plot(x, y, color=colour, linewidth=0.9, linestyle=dashes, zorder=3, solid_joinstyle="miter")
        self.ax.annotate(
            "", points[-1], points[-2], zorder=4,
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 0.0, "shrinkA": 0, "shrinkB": 0,
                        "mutation_scale": 10 * self.scale},
        )  # fmt: skip

    def _box(self, key: str) -> None:
        box, step = self.layout.boxes.loc[key], self.flow.steps.loc[key]
        left, top = box["x"] - box["width"] / 2, box["y"] - box["height"] / 2
        self.labels.append((left, top, left + box["width"], top + box["height"]))
        self.ax.add_patch(
            FancyBboxPatch(
                (left, top), box["width"], box["height"], boxstyle="round,pad=0,rounding_size=0.05", zorder=5,
                facecolor=self.ink["paper"], edgecolor=self.ink["text"], linewidth=2.4 if key == self.worst else 0.9,
            )
        )  # fmt: skip
        tag = 0.17
        self._medium(step["medium"], left, top, tag, box["height"])
        inner = box["width"] - tag - 0.09
        action = step["action"] if isinstance(step["action"], str) else ""
        if isinstance(step["actor"], str) and step["actor"] != box["lane"]:
            # Too many actors for lanes of their own: the lane is the department.
            actor = step["actor"].removeprefix(box["lane"]).strip() or step["actor"]
            action = text("workflow.chart.acted_by", self.lang, actor=actor, action=action)
        lines = wrap(f"{key}. {action}", inner * 72 / TEXT_PT - 0.4, 3)
        self._write(left + tag + 0.05, top + 0.2, "\n".join(lines), TEXT_PT, ha="left", zorder=6)
        foot = top + box["height"] - 0.08
        if not np.isnan(step["work_minutes"]):
            said = text("workflow.chart.minutes", self.lang, minutes=f"{step['work_minutes']:g}")
            self._write(left + box["width"] - 0.05, foot, said, SMALL_PT, ha="right", zorder=6)
        if isinstance(step["system"], str):
            said = "".join(wrap(step["system"], inner * 72 / SMALL_PT - 0.4, 1))
            link = self.ink["link"]
            self._write(left + tag + 0.05, foot - 0.115, said, SMALL_PT, ha="left", color=link, zorder=6)
        self._waiting(step["wait_hours"], left + tag + 0.07, foot)

    def _medium(self, medium: object, left: float, top: float, width: float, height: float) -> None:
        if not isinstance(medium, str):
            return
        dark = medium == "digital"
        self.ax.add_patch(
            Rectangle(
                (left, top), width, height, zorder=6, linewidth=0.6, edgecolor=self.ink["text"],
                facecolor=self.ink["key"] if dark else self.ink["paper"], hatch=None if dark else "",
            )
        )  # fmt: skip
        known = load("tables")["workflow"]["columns"]["medium"]["values"]
        said = text(f"workflow.chart.medium.{medium}", self.lang) if medium in known else medium[:1]
        colour = self.ink["paper"] if dark else self.ink["text"]
        self._write(left + width / 2, top + height / 2, said, TEXT_PT, color=colour, zorder=7)

    def _waiting(self, hours: float, x: float, y: float) -> None:
        if not hours > 0:
            return
        long = hours >= load("workflow")["chart"]["long_wait"]
        said = text("workflow.chart.wait", self.lang, hours=f"{hours:g}")
        self._write(
            x, y, said, SMALL_PT, ha="left", zorder=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": self.caution if long else self.ink["paper"],
                  "edgecolor": self.ink["muted"], "linewidth": 0.5},
        )  # fmt: skip

    def _said(self, row: int) -> str:
        arc = self.flow.arcs.loc[row]
        parts = [" ".join(wrap(arc["label"], 9, 1))] if arc["label"] else []
        if arc["kind"] == "rework" and not parts and arc["share"] < 0.9995:
            parts.append(text("workflow.chart.rework", self.lang))
        if arc["kind"] != "parallel" and arc["share"] < 0.9995:
            parts.append(numbers.percent(arc["share"], 0 if arc["share"] >= 0.01 else 1, self.lang))
        return " ".join(parts)

    def _condition(self, row: int, points: list[tuple[float, float]]) -> None:
        """The branch's condition, on the first free stretch of its arrow."""
        said = self._said(row)
        if not said:
            return
        height = SMALL_PT / 72 * 1.25
        width = sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in said) * SMALL_PT / 72 + 0.03
        best = None
        for (x0, y0), (x1, y1) in pairwise(points):
            for part in (0.5, 0.25, 0.75, 0.12, 0.88):
                x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
                for dx, dy in ((0, 0), (width / 2 + 0.04, 0), (-width / 2 - 0.04, 0), (0, -height), (0, height)):
                    place = (x + dx - width / 2, y + dy - height / 2, x + dx + width / 2, y + dy + height / 2)
                    best = best or place
                    if place[0] >= 0 and place[2] <= self.layout.width and not self._covers(place):
                        best = place
                        break
                else:
                    continue
                break
            else:
                continue
            break
        self.labels.append(best)
        colour = self.alarm if self.flow.arcs.at[row, "kind"] == "rework" else self.ink["text"]
        self._write(
            (best[0] + best[2]) / 2, (best[1] + best[3]) / 2, said, SMALL_PT, color=colour, zorder=9,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": self.ink["paper"], "edgecolor": "none", "alpha": 0.9},
        )  # fmt: skip

    def _covers(self, place: tuple[float, float, float, float]) -> bool:
        return any(
            place[0] < b[2] and b[0] < place[2] and place[1] < b[3] + 0.02 and b[1] - 0.07 < place[3]
            for b in self.labels
        )

    def _tags(self, key: str) -> None:
        """Where the case begins, ends, or crosses to another page."""
        box = self.layout.boxes.loc[key]
        right, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        said = []
        for row in self.layout.leaving.get(key, ()):
            arc = self.flow.arcs.loc[row]
            name = (
                text("workflow.chart.end", self.lang)
                if arc["target"] == END
                else text("workflow.chart.to_page", self.lang, step=arc["target"])
            )
            said.append(" ".join(part for part in (name, self._said(row)) if part))
        if said:
            self._tag(right, bottom + 0.07, " / ".join(said), end=True)
        above = [
            text("workflow.chart.from_page", self.lang, step=self.flow.arcs.at[row, "source"])
            for row in self.layout.entering.get(key, ())
        ]
        if key == self.flow.start:
            above.insert(0, text("workflow.chart.start", self.lang))
        if above:
            self._tag(right, box["y"] - box["height"] / 2 - 0.055, " / ".join(above), end=False)

    def _tag(self, x: float, y: float, said: str, *, end: bool) -> None:
        self.ax.text(
            x, y, said, fontsize=SMALL_PT * self.scale, ha="right", va="center", zorder=10, color=self.ink["text"],
            bbox={"boxstyle": "round,pad=0.25", "facecolor": self.ink["panel"], "edgecolor": self.ink["text"],
                  "linewidth": 1.0 if end else 0.5},
        )  # fmt: skip


def bottlenecks(
    flows: WorkflowMap, department: str | None = None, ax: Axes | None = None, lang: str = "ja", most: int = 10
) -> Axes:
    """The ``most`` businesses held up most: hours at stake of their hours per year, with the kind of hold-up."""
    with style.applied():
        found = flows.bottlenecks(department, lang).dropna(subset="stake_hours").head(most)
        scope = department or text("common.city", lang)
        if found.empty:
            return style.nothing_to_show(ax or _figure(7, 1.6), text("workflow.chart.nothing", lang))
        ax = ax or _figure(load("look")["page"]["chart_width_in"], 1.0 + 0.42 * len(found))
        look = load("look")
        at = np.arange(len(found))
        colour = style.perspective_colour("business")
        ax.barh(at, found["hours"], color=look["ink"]["grid"], height=0.62)
        ax.barh(at, found["stake_hours"], color=colour, height=0.62)
        ax.set_yticks(at, [_name(line, department) for line in found.itertuples()])
        most = found["hours"].max()
        for y, line in zip(at, found.itertuples(), strict=True):
            kind = text(f"workflow.factor.{line.kind}", lang)
            ax.text(line.hours + most * 0.01, y, f"{kind} {line.stake_hours:,.0f}", va="center", ha="left", fontsize=8)
        ax.set_xlim(0, most * 1.25)
        ax.invert_yaxis()
        ax.set_xlabel(text("workflow.chart.stake", lang))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        ax.set_title(text("workflow.chart.bottlenecks", lang, scope=scope))
        return ax


def _name(line, department: str | None) -> str:
    said = "\n".join(wrap(str(line.business), 16, 2))
    return said if department is not None else said + "\n" + "".join(wrap(str(line.department), 16, 1))


def pareto(flows: WorkflowMap, department: str | None = None, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Hours of the fifteen largest businesses with the cumulative share of all hours: which few hold most."""
    with style.applied():
        found = flows.pareto(department)
        scope = department or text("common.city", lang)
        if found.empty:
            return style.nothing_to_show(ax or _figure(7, 1.6), text("workflow.chart.nothing", lang))
        shown = found.head(15)
        ax = ax or _figure(load("look")["page"]["chart_width_in"], 1.2 + 0.36 * len(shown))
        look = load("look")
        at = np.arange(len(shown))
        colours = {"A": style.perspective_colour("business"), "B": look["ink"]["muted"], "C": look["ink"]["line"]}
        ax.barh(at, shown["hours"], color=[colours[c] for c in shown["class"]], height=0.62)
        ax.set_yticks(at, ["\n".join(wrap(str(name), 18, 2)) for name in shown["business"]])
        most = shown["hours"].max()
        for y, line in zip(at, shown.itertuples(), strict=True):
            said = f"{line.hours:,.0f}（{100 * line.cumulative:.0f}%）"
            ax.text(line.hours + most * 0.01, y, said, va="center", ha="left", fontsize=8)
        ax.set_xlim(0, most * 1.22)
        ax.invert_yaxis()
        ax.set_xlabel(f"{text('workflow.chart.axis_hours', lang)}（{text('workflow.chart.cumulative', lang)}）")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        few = found[found["class"] == "A"]
        share = f"{100 * few['share'].sum():.0f}"
        ax.set_title(text("workflow.chart.pareto", lang, scope=scope, count=len(few), share=share))
        return ax


def same_work(flows: WorkflowMap, pattern: str | None = None, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Minutes per case of the departments that do the same work, side by side; the best of the house is filled.

    Parameters
    ----------
    pattern
        A code of ``flows.same_work()["pattern"]``; the one with the most hours among those that can be compared,
        where not given.
    """
    with style.applied():
        work = flows.same_work()
        compared = work[work["comparable"].astype(bool)] if len(work) else work
        if pattern is None and len(compared):
            several = compared.groupby("pattern", sort=False)["department"].nunique()
            pattern = next(iter(several[several >= 2].index), None)
        shown = compared[compared["pattern"] == pattern].sort_values("minutes").head(15)
        if shown.empty:
            return style.nothing_to_show(ax or _figure(7, 1.6), text("workflow.chart.nothing_alike", lang))
        look = load("look")
        ax = ax or _figure(look["page"]["chart_width_in"], 1.2 + 0.42 * len(shown))
        at = np.arange(len(shown))
        key, line = style.perspective_colour("organization"), look["ink"]["line"]
        ax.hlines(at, 0, shown["minutes"], color=line, linewidth=1)
        best = shown["best"].astype(bool).to_numpy()
        ax.scatter(shown["minutes"][~best], at[~best], s=42, facecolor=look["ink"]["paper"], edgecolor=key, zorder=3)
        ax.scatter(shown["minutes"][best], at[best], s=60, color=key, zorder=3)
        ax.axvline(shown["median"].iloc[0], color=look["ink"]["muted"], linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        most, unit = shown["minutes"].max(), text("workflow.chart.minute", lang)
        for y, member in zip(at, shown.itertuples(), strict=True):
            medium = code_label("businesses", "medium", member.medium, lang) if isinstance(member.medium, str) else ""
            cases = "" if np.isnan(member.cases) else text("workflow.chart.cases", lang, cases=f"{member.cases:,.0f}")
            said = text("workflow.comma", lang).join(
                part for part in (f"{member.minutes:,.0f}{unit}", medium, cases) if part
            )
            ax.text(
                member.minutes + most * 0.02, y, said, va="center", ha="left", fontsize=8, zorder=4,
                bbox={"facecolor": look["ink"]["paper"], "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        ax.set_yticks(at, [_name(member, None) for member in shown.itertuples()])
        ax.set_xlim(0, most * 1.6)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlabel(text("workflow.chart.minutes_per_case", lang))
        ax.set_title(text("workflow.chart.same_work", lang, label=label_of(str(pattern), lang)))
        return ax


def what_if(done: WhatIf, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """What a change leaves of each measure (before = 100 %), as a range from the hopeful to the cautious assumption."""
    with style.applied():
        effect = done.effect
        shown = effect[(effect["before"] > 0) & effect.index.isin(_SHOWN)]
        if shown.empty:
            return style.nothing_to_show(ax or _figure(7, 1.6), text("workflow.chart.no_figures", lang))
        look = load("look")
        ax = ax or _figure(look["page"]["chart_width_in"], 1.1 + 0.5 * len(shown))
        at = np.arange(len(shown))
        left = {s: 100 * shown[f"after_{s}"] / shown["before"] for s in ("low", "middle", "high")}
        # A change may add to a measure: paper behind an online form has to be printed again.
        edge = max(100.0, *left["low"], *left["high"])
        ax.barh(at, np.full(len(shown), 100), color=look["ink"]["grid"], height=0.6)
        ax.barh(at, left["middle"], color=style.perspective_colour("business"), height=0.6)
        spread = [left["middle"] - left["high"], left["low"] - left["middle"]]
        colour = look["severity"]["caution"]["colour"]
        ax.errorbar(
            left["middle"], at, xerr=[s.clip(lower=0) for s in spread], fmt="none", ecolor=colour, elinewidth=2.2,
            capsize=4, capthick=1.6,
        )  # fmt: skip
        for y, line in zip(at, shown.itertuples(), strict=True):
            digits = 0 if line.before >= 100 else 1
            said = [numbers.number(v, digits, lang) for v in (line.before, line.after_high, line.after_low)]
            ends = said[1] if said[1] == said[2] else text("workflow.chart.range", lang, low=said[1], high=said[2])
            ax.text(edge + 4, y, f"{said[0]} → {ends}", va="center", ha="left", fontsize=8)
        ax.set_yticks(at, [text(f"workflow.measure.{name}", lang) for name in shown.index])
        ax.set_xlim(0, edge * 1.42)
        ax.set_xticks(range(0, int(edge) + 1, 25 if edge <= 150 else 50))
        ax.invert_yaxis()
        ax.set_xlabel(text("workflow.chart.of_before", lang))
        ax.set_title(text("workflow.chart.what_if", lang, name="\n".join(wrap(done.key, 22, 2))))
        return ax
