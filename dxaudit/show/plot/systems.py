"""Charts of systems: groups that overlap, the evidence of one pair, the reference map, and who depends on what."""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dxaudit.errors import DxauditError
from dxaudit.show import style
from dxaudit.systems import SystemMap
from dxaudit.systems.graph import BETWEEN_SYSTEMS
from dxaudit.vocabulary import load, text

GROUPS_SHOWN = 12
LABEL_LETTERS = 22
MAP_COLUMNS = 4
EGO_SHOWN = 12
FEW_BLOCKS = 24


def overlaps(systems: SystemMap, department: str | None = None, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """The dearest groups of overlapping systems: cost a year, and what an integration may save (low, middle, high).

    Only groups of the band "candidate"; a group whose costs nobody gave is hatched. With ``department``, the groups in
    which it owns or uses a system.
    """
    groups = systems.overlaps(department, lang)
    groups = groups[groups["band"] == "candidate"]
    with style.applied():
        rows = groups.head(GROUPS_SHOWN)
        ax = ax or _axes(7.0, 1.3 + 0.36 * max(len(rows), 2))
        if rows.empty:
            return style.nothing_to_show(ax, text("systems.chart.no_groups", lang))
        look = load("look")
        place = np.arange(len(rows))[::-1]
        cost = rows["cost"].to_numpy(dtype=float)
        longest = np.nanmax(cost) if np.isfinite(cost).any() and np.nanmax(cost) > 0 else 1.0
        ax.barh(place, np.nan_to_num(cost), height=0.6, color=look["ink"]["grid"])
        middle = rows["saving_middle"].to_numpy(dtype=float)
        ax.barh(place, np.nan_to_num(middle), height=0.6, color=style.perspective_colour("data"))
        for y, line in zip(place, rows.itertuples(index=False), strict=True):
            _group_marks(ax, y, line, longest, lang)
        ax.set_yticks(place, [_short(label, LABEL_LETTERS) for label in rows["label"]])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        ax.set_xlim(0, longest * 1.45)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        ax.set_xlabel(text("systems.chart.cost_axis", lang))
        ax.spines["left"].set_visible(False)
        shown = f" ({len(rows)}/{len(groups)})" if len(groups) > len(rows) else ""
        ax.set_title(text("systems.chart.overlaps", lang) + shown)
    return ax


def _group_marks(ax: Axes, y: float, line, longest: float, lang: str) -> None:
    end = line.cost if math.isfinite(line.cost) else 0.0
    note = text("systems.chart.group_note", lang, systems=len(line.systems), departments=len(line.departments))
    if not math.isfinite(line.cost):
        ax.add_patch(style.missing_patch((0, y - 0.3), longest * 0.06, 0.6))
        end, note = longest * 0.06, note + " " + text("systems.chart.no_cost", lang)
    elif math.isfinite(line.saving_low):
        ink = load("look")["ink"]["text"]
        ax.plot([line.saving_low, line.saving_high], [y, y], color=ink, linewidth=1)
        for value in (line.saving_low, line.saving_high):
            ax.plot([value, value], [y - 0.12, y + 0.12], color=ink, linewidth=1)
    ax.annotate(
        note, (end, y), xytext=(4, 0), textcoords="offset points", va="center",
        fontsize=load("look")["type"]["chart_small"], color=load("look")["ink"]["muted"],
    )  # fmt: skip


def waterfall(systems: SystemMap, system_a: str, system_b: str, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """How the confidence of one pair adds up: each signal's contribution, then the sum with the two bounds.

    Raises
    ------
    DxauditError
        One of the systems is not in the list.
    """
    signals = systems.signals(system_a, system_b, lang)
    signals = signals[signals["contribution"].abs() >= 0.005]
    with style.applied():
        ax = ax or _axes(7.0, 3.2)
        if signals.empty:
            return style.nothing_to_show(ax, text("systems.chart.no_signals", lang))
        look, bands = load("look"), load("overlaps")["bands"]
        value = signals["contribution"].to_numpy()
        start = np.concatenate([[0.0], np.cumsum(value)[:-1]])
        colours = [style.perspective_colour("data") if v > 0 else look["severity"]["major"]["colour"] for v in value]
        total = float(np.clip(value.sum(), 0.0, 0.99))
        place = np.arange(len(value) + 1)
        ax.bar(place[:-1], value, bottom=start, width=0.6, color=colours)
        ax.bar(place[-1], total, width=0.6, color=look["ink"]["muted"])
        for x, base, v in zip(place, start, value, strict=False):
            ax.annotate(f"{v:+.2f}", (x, max(base, base + v)), xytext=(0, 2), textcoords="offset points", ha="center")
        ax.annotate(f"{total:.2f}", (place[-1], total), xytext=(0, 2), textcoords="offset points", ha="center")
        for x, level in enumerate(np.cumsum(value)):
            ax.plot([x + 0.3, x + 0.7], [level, level], color=look["ink"]["line"], linewidth=0.8)
        for name, bound in (("candidate", bands["candidate"]), ("review", bands["review"])):
            ax.axhline(bound, color=look["ink"]["text"], linewidth=0.8, linestyle="--" if name == "candidate" else ":")
            label = text(f"systems.band.{name}", lang)
            ax.annotate(label, (1, bound), xycoords=("axes fraction", "data"), xytext=(3, 0),
                        textcoords="offset points", va="center", fontsize=look["type"]["chart_small"])  # fmt: skip
        ax.set_xticks(
            place, [*("\n".join(textwrap.wrap(s, 7)) for s in signals["label"]), text("systems.chart.sum", lang)]
        )
        ax.set_ylim(min(0.0, float(np.cumsum(value).min())) - 0.05, max(1.0, float(np.cumsum(value).max())) + 0.12)
        ax.set_ylabel(text("systems.chart.confidence", lang))
        names = [str(systems.systems["system"].iloc[systems.row(s)]) for s in (system_a, system_b)]
        ax.set_title(" － ".join(_short(n, 18) for n in names))
    return ax


def reference_map(systems: SystemMap, ax: Axes | None = None, lang: str = "ja", area: str | None = None) -> Axes:
    """Every function of the taxonomy as one box in one fixed place: how many systems do it, empty ones at a glance.

    The place of a box depends on the taxonomy alone, so that cities and years compare. Darker is more crowded; the
    title counts the systems whose function people should confirm (`SystemMap.unclassified`). With ``area``, that area
    with names.
    """
    known = systems.taxonomy
    areas = {f.area: f.area_label[lang] for f in known.functions}
    if area is not None and area not in areas:
        raise DxauditError(f"分野 {area!r} はありません", remedy=f"{', '.join(areas)} のいずれかにしてください")
    chosen = [area] if area else list(areas)
    columns = 1 if area else MAP_COLUMNS
    boxes = {a: [f for f in known.functions if f.area == a] for a in chosen}
    members = systems.members.tocsc()
    names = systems.systems["system"].to_numpy(dtype=object)
    column_of, height = _columns_of(boxes, columns)
    with style.applied():
        ax = ax or _axes(5.0 if area else 16.5, 0.8 + height * (0.30 if area else 0.165))
        ax.set_xlim(0, columns)
        ax.set_ylim(height, 0)
        ax.set_axis_off()
        scale = style.severity_scale()
        number = {f.code: n for n, f in enumerate(known.functions)}
        for a, (column, top) in column_of.items():
            ax.text(column + 0.02, top + 0.55, areas[a], va="center", fontsize=10, fontweight="bold")
            for line, function in enumerate(boxes[a], start=1):
                rows = members.indices[
                    members.indptr[number[function.code]] : members.indptr[number[function.code] + 1]
                ]
                _box(ax, column, top + line, function.label[lang], names[rows], scale, detailed=bool(area))
        ax.set_title(
            text("systems.chart.reference_map", lang, systems=len(systems.systems), open=len(systems.unclassified())),
            fontsize=12,
            loc="left",
        )
    return ax


def _columns_of(boxes: dict[str, list], columns: int) -> tuple[dict[str, tuple[int, float]], float]:
    """Column and top of each area: areas in order, the least height at which they fit into the columns."""
    sizes = {area: len(held) + 1.6 for area, held in boxes.items()}
    height = max(max(sizes.values()), sum(sizes.values()) / columns)
    while True:
        place: dict[str, tuple[int, float]] = {}
        column, top = 0, 0.0
        for area, size in sizes.items():
            if top + size > height:
                column, top = column + 1, 0.0
            place[area] = (column, top)
            top += size
        if column < columns:
            return place, height
        height += 1.0


def _box(ax: Axes, x: float, y: float, label: str, names: np.ndarray, scale, *, detailed: bool) -> None:
    look = load("look")
    shade = min(len(names), 6) / 8
    face = look["ink"]["paper"] if not len(names) else scale(shade)
    ax.add_patch(
        Rectangle((x + 0.02, y + 0.08), 0.94, 0.84, facecolor=face, edgecolor=look["ink"]["line"], linewidth=0.6)
    )
    ink = "#ffffff" if shade > 0.55 else look["ink"]["text"] if len(names) else look["ink"]["muted"]
    shown = _short(label, 21)
    if detailed and len(names):
        shown = f"{label}: " + _short("、".join(str(n) for n in names), 30)
    ax.text(x + 0.04, y + 0.5, shown, va="center", fontsize=7.5, color=ink)
    if len(names):
        ax.text(x + 0.94, y + 0.5, str(len(names)), va="center", ha="right", fontsize=8, color=ink)


def system_graph(
    systems: SystemMap, by: str = "area", system: str | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """Who depends on what, drawn so that it can be read up to 400 systems.

    ``by`` = "area", "bureau" or "department": one block per field, bureau or department with its systems as dots, and
    the links between blocks as lines, as wide as they are many. With ``system`` (an id): that system with all it
    touches, by name.

    Raises
    ------
    DxauditError
        No such system, or another ``by``.
    """
    with style.applied():
        if system is not None:
            return _ego(systems, f"system:{systems.inventory.ids[systems.row(system)]}", ax or _axes(7.5, 6.0), lang)
        if by not in ("area", "bureau", "department"):
            raise DxauditError(
                f"並べ方 {by!r} はありません", remedy="area, bureau, department のいずれかにしてください"
            )
        ax = ax or _axes(11.0, 11.0)
        if systems.systems.empty:
            return style.nothing_to_show(ax, text("systems.chart.no_systems", lang))
        return _blocks(systems, by, ax, lang)


def _blocks(systems: SystemMap, by: str, ax: Axes, lang: str) -> Axes:
    frame = systems.systems
    open_label = text("systems.chart.open", lang)
    if by == "area":
        labels = {f.area: f.area_label[lang] for f in systems.taxonomy.functions}
        block = frame["area"].map(labels).fillna(open_label)
    else:
        block = (frame["owner_department"] if by == "department" else _bureaus(systems)).fillna(open_label)
    counts = block.value_counts(sort=False)
    # The order of a fixed list keeps two years comparable; each block a disc on a ring, as large as its systems need.
    order = [b for b in [*labels.values(), open_label] if b in counts] if by == "area" else sorted(counts.index)
    crowd = max(1.0, len(order) / 16)
    reach = 0.026 * np.sqrt(counts[order].to_numpy() + 0.5) / math.sqrt(crowd)
    # Every block has as much of the ring as its disc needs, and room for its label.
    width = np.maximum(2 * reach + 0.04, 0.035)
    middle = np.cumsum(width) - width / 2
    angle = dict(zip(order, 2 * math.pi * middle / width.sum() - math.pi / 2, strict=True))
    place = {name: np.array([math.cos(a), math.sin(a)]) for name, a in angle.items()}
    look = load("look")
    links = _links_between(systems, dict(zip("system:" + frame["system_id"], block, strict=True)))
    widest = max(links.values(), default=1)
    for (one, other), count in links.items():
        if one != other:
            a, b = place[one], place[other]
            ax.plot(*_curve(a, b), color=look["ink"]["line"],
                    linewidth=0.6 + 4 * count / widest, alpha=0.6, zorder=1)  # fmt: skip
    dot = dict(markersize=max(4.0, 7.5 / crowd), color=style.perspective_colour("data"), markeredgewidth=0, zorder=3)
    for name in order:
        centre, here = place[name], int(counts[name])
        # Sunflower order: any number of dots in a disc, none on another.
        k = np.arange(here)
        radius, turn = 0.026 * np.sqrt(k + 0.5) / math.sqrt(crowd), k * 2.399963
        ax.plot(centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn), "o", **dot)
        outward = centre * (1.05 + radius.max())
        label = f"{_short(str(name), 14)} ({here})"
        left = centre[0] < -0.01
        if len(order) <= FEW_BLOCKS:
            side = "center" if abs(centre[0]) < 0.3 else "right" if left else "left"
            level = "center" if abs(centre[1]) < 0.8 else "top" if centre[1] < 0 else "bottom"
            ax.text(*outward, label, ha=side, va=level, fontsize=9)
        else:
            turned = math.degrees(angle[name]) + (180 if left else 0)
            ax.text(*outward, label, ha="right" if left else "left", va="center", rotation=turned,
                    rotation_mode="anchor", fontsize=9 if len(order) <= 60 else 7)  # fmt: skip
    ax.set_xlim(-1.42, 1.42)
    ax.set_ylim(-1.42, 1.42)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(text(f"systems.chart.graph_{by}", lang, systems=len(frame), links=sum(links.values())))
    return ax


def _bureaus(systems: SystemMap) -> pd.Series:
    """Bureau of each system: what the list says, else that of its owner in the organisation."""
    known = systems.state.organization.dropna(subset=["department", "bureau"]).drop_duplicates("department")
    of_owner = systems.systems["owner_department"].map(dict(zip(known["department"], known["bureau"], strict=True)))
    return systems.state.systems["bureau"].fillna(of_owner.astype("str"))


def _curve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A quadratic curve from a to b bent towards the middle, so that links do not run along the ring."""
    t = np.linspace(0, 1, 24)[:, None]
    return ((1 - t) ** 2 * a + t**2 * b + 2 * (1 - t) * t * (a + b) * 0.15).T


def _links_between(systems: SystemMap, block_of: dict[str, str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one, other, relation in systems.graph.edges(data="relation"):
        if relation in BETWEEN_SYSTEMS and one in block_of and other in block_of:
            key = (min(block_of[one], block_of[other]), max(block_of[one], block_of[other]))
            found[key] = found.get(key, 0) + 1
    return found


def _ego(systems: SystemMap, node: str, ax: Axes, lang: str) -> Axes:
    """One system in the middle; who owns and uses it and its data on the left, businesses and systems on the right."""
    graph = nx.ego_graph(systems.graph.to_undirected(), node, radius=1)
    look = load("look")
    colours = {"department": "organization", "data": "regulation", "business": "business", "system": "data"}
    colours["outside"] = "people"
    around = {k: sorted(n for n in graph if n != node and graph.nodes[n]["kind"] == k) for k in colours}
    for kinds, side in ((("department", "data"), -1), (("business", "system", "outside"), 1)):
        lines = [(k, other) for k in kinds for other in around[k][:EGO_SHOWN]]
        rest = [(k, len(around[k]) - EGO_SHOWN) for k in kinds if len(around[k]) > EGO_SHOWN]
        total = len(lines) + len(rest)
        height = dict(zip([*lines, *rest], np.linspace(1, -1, total) if total > 1 else [0.0], strict=True))
        for (kind, other), y in height.items():
            offset = dict(xytext=(side * 7, 0), textcoords="offset points", va="center", fontsize=8)
            align = "left" if side > 0 else "right"
            if isinstance(other, int):
                note = f"{text(f'systems.node.{kind}', lang)}: {text('systems.chart.more', lang, count=other)}"
                ax.annotate(note, (side, y), ha=align, color=look["ink"]["muted"], **offset)
                continue
            ax.plot([0, side], [0, y], color=look["ink"]["line"], linewidth=0.9, zorder=1)
            colour = style.perspective_colour(colours[kind])
            ax.plot(side, y, _marker(colours[kind]), color=colour, markersize=6, zorder=2)
            methods = {d.get("method", "") for d in (graph.get_edge_data(node, other) or {}).values()} - {""}
            note = f" [{'・'.join(sorted(_method(m, lang) for m in methods))}]" if methods else ""
            ax.annotate(_short(str(graph.nodes[other]["label"]), 18) + note, (side, y), ha=align, **offset)
    ax.plot(0, 0, "D", color=look["ink"]["text"], markersize=9, zorder=3)
    ax.set_title(_short(str(graph.nodes[node]["label"]), 40))
    handles = [
        plt.Line2D([], [], marker=_marker(colours[k]), linestyle="", color=style.perspective_colour(colours[k]),
                   label=f"{text(f'systems.node.{k}', lang)} ({len(around[k])})")
        for k in colours
        if k != "outside" or around[k]
    ]  # fmt: skip
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False)
    ax.set_xlim(-2.4, 2.4)
    ax.set_ylim(-1.1, 1.1)
    ax.set_axis_off()
    return ax


def _marker(perspective: str) -> str:
    return load("look")["perspective"][perspective]["marker"]


def _method(code: str, lang: str) -> str:
    values = load("tables")["systems"]["columns"]["link_method"]["values"]
    return values.get(code, code) if lang == "ja" else code


def _short(label: str, letters: int) -> str:
    return label if len(label) <= letters else label[: letters - 1] + "…"


def _axes(width: float, height: float) -> Axes:
    return plt.subplots(figsize=(width, height), layout="constrained")[1]
