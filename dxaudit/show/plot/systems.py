"""Charts of systems: groups that overlap, the evidence of one pair, the reference map, and who depends on what."""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.patches import Circle, Rectangle

from dxaudit.errors import DxauditError
from dxaudit.show import style
from dxaudit.systems import SystemMap
from dxaudit.systems.graph import BETWEEN_SYSTEMS
from dxaudit.vocabulary import code_label, load, text

GROUPS_SHOWN = 12
LABEL_LETTERS = 22
MAP_COLUMNS = 4
EGO_SHOWN = 12
NAME_LETTERS = 22
THICKEST = 5
"""Links that make a line of full width, where none stands for more."""
ZONES = {"mynumber": "business", "lgwan": "data", "internet": "people", "": ""}
"""Network zones, and the perspective in whose colour their systems are drawn; systems of none known are hollow."""
HIGHEST = 0.99
"""At which the confidence of a pair is cut (`dxaudit.systems.pairs`)."""


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
        label = dict(zip(groups["group"], groups["label"], strict=True))
        for y, line in zip(place, rows.itertuples(index=False), strict=True):
            _group_marks(ax, y, line, longest, label.get(line.within, ""), lang)
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


def _group_marks(ax: Axes, y: float, line, longest: float, within: str, lang: str) -> None:
    end = line.cost if math.isfinite(line.cost) else 0.0
    note = text("systems.chart.group_note", lang, systems=len(line.systems), departments=len(line.departments))
    if within:
        note += " " + text("systems.saving.part", lang, label=_short(within, LABEL_LETTERS))
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

    Where the contributions come to more than a confidence may be (or to less than none), a bar of its own takes back
    the difference.

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
        value, names = signals["contribution"].to_numpy(), list(signals["label"])
        total = float(np.clip(value.sum(), 0.0, HIGHEST))
        if abs(total - value.sum()) >= 0.005:
            names.append(
                text("systems.chart.highest" if value.sum() > total else "systems.chart.lowest", lang, bound=total)
            )
            value = np.append(value, total - value.sum())
        start = np.concatenate([[0.0], np.cumsum(value)[:-1]])
        colours = [style.perspective_colour("data") if v > 0 else look["severity"]["major"]["colour"] for v in value]
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
        ax.set_xticks(place, [*("\n".join(textwrap.wrap(s, 7)) for s in names), text("systems.chart.sum", lang)])
        ax.set_ylim(min(0.0, float(np.cumsum(value).min())) - 0.05, max(1.0, float(np.cumsum(value).max())) + 0.12)
        ax.set_ylabel(text("systems.chart.confidence", lang))
        pair = [str(systems.systems["system"].iloc[systems.row(s)]) for s in (system_a, system_b)]
        ax.set_title(" － ".join(_short(n, 18) for n in pair))
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
            text(
                "systems.chart.reference_map",
                lang,
                systems=int(systems.counted.sum()),
                open=len(systems.unclassified()),
            ),
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

    ``by`` = "area", "bureau" or "department": one disc per field, bureau or department with its systems as dots in the
    colour of their network zone, named where there is room, and the links between discs as lines, as wide as they are
    many. With ``system`` (an id): that system with all it
    touches, by name.

    Raises
    ------
    DxauditError
        No such system, or another ``by``.
    """
    with style.applied():
        if system is not None:
            line = systems.systems.iloc[systems.row(system)]
            return _ego(systems, f"system:{line['same_as'] or line['system_id']}", ax or _axes(7.5, 6.0), lang)
        if by not in ("area", "bureau", "department"):
            raise DxauditError(
                f"並べ方 {by!r} はありません", remedy="area, bureau, department のいずれかにしてください"
            )
        ax = ax or _axes(11.0, 6.6)
        if systems.systems.empty:
            return style.nothing_to_show(ax, text("systems.chart.no_systems", lang))
        return _blocks(systems, by, ax, lang)


def _blocks(systems: SystemMap, by: str, ax: Axes, lang: str) -> Axes:
    frame = systems.systems[systems.counted]
    open_label = text("systems.chart.open", lang)
    if by == "area":
        labels = {f.area: f.area_label[lang] for f in systems.taxonomy.functions}
        block = frame["area"].map(labels).fillna(open_label)
    else:
        block = (frame["owner_department"] if by == "department" else _bureaus(systems)[frame.index]).fillna(open_label)
    counts = block.value_counts(sort=False)
    # The order of a fixed list keeps two years comparable; each block a disc on a ring, as large as its systems need.
    order = [b for b in [*labels.values(), open_label] if b in counts] if by == "area" else sorted(counts.index)
    sizes = np.sqrt(counts[order].to_numpy() + 0.5)
    # The discs take the ring but for a gap between them; a few small ones stay small.
    gap = min(0.05, math.pi / len(order) / 2)
    unit = min(0.08, (2 * math.pi - gap * len(order)) / (2 * sizes.sum()), 0.35 / sizes.max())
    width = 2 * unit * sizes + gap
    middle = np.cumsum(width) - width / 2
    angle = 2 * math.pi * middle / width.sum() - math.pi / 2
    place = {name: np.array([math.cos(a), math.sin(a)]) for name, a in zip(order, angle, strict=True)}
    look = load("look")
    links = _links_between(systems, dict(zip("system:" + frame["system_id"], block, strict=True)))
    widest = max(links.values(), default=1)
    for (one, other), count in links.items():
        if one != other:
            # From middle to middle: the discs cover the ends, so that every line meets what it links.
            ax.plot(*_curve(place[one], place[other]), color=look["ink"]["muted"],
                    linewidth=0.6 + 4 * count / max(widest, THICKEST), alpha=0.45, zorder=1)  # fmt: skip
    zone = systems.state.systems["network_zone"].fillna("").to_numpy(dtype=object)
    dots: dict[str, list[np.ndarray]] = {name: [] for name in ZONES}
    for name, size in zip(order, sizes, strict=True):
        rows = np.flatnonzero((block == name).to_numpy())
        ax.add_patch(Circle(place[name], unit * size + gap / 4, facecolor=look["ink"]["panel"],
                            edgecolor=look["ink"]["line"], linewidth=0.6, zorder=2))  # fmt: skip
        # Sunflower order: any number of dots in a disc, none on another; those of one zone side by side.
        held = sorted(zone[rows], key=lambda z: list(ZONES).index(z if z in ZONES else ""))
        k = np.arange(len(rows))
        radius, turn = unit * np.sqrt(k + 0.5), k * 2.399963
        at = place[name] + np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]) * size / (size + 0.6)
        for z, point in zip(held, at, strict=True):
            dots[z if z in ZONES else ""].append(point)
    for z, points in dots.items():
        if points:
            ax.add_collection(_dots(ax, points, 1.15 * unit, ZONES[z]))
    reach = 1 + unit * sizes.max() + gap
    names = [systems.systems["system"][block == name].to_list() for name in order]
    _label_blocks(ax, [place[n] for n in order], unit * sizes + gap / 4, order, names, reach)
    ax.set_xlim(-2.15, 2.15)
    ax.set_ylim(-reach, reach)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(text(f"systems.chart.graph_{by}", lang, systems=len(frame), links=sum(links.values())))
    _zone_key(ax, [z for z, points in dots.items() if points], lang)
    return ax


def _zone_colour(look: str) -> str:
    return load("look")["ink"]["paper"] if not look else style.perspective_colour(look)


def _dots(ax: Axes, points: list[np.ndarray], size: float, look: str) -> EllipseCollection:
    """Dots as large as the data say, on paper of any size."""
    ink = load("look")["ink"]["muted" if not look else "text"]
    across = np.full(len(points), size)
    return EllipseCollection(
        across, across, np.zeros(len(points)), units="xy", offsets=points, offset_transform=ax.transData,
        facecolors=_zone_colour(look), edgecolors=ink, linewidths=0.5, zorder=3,
    )  # fmt: skip


def _zone_key(ax: Axes, zones: list[str], lang: str) -> None:
    keys = [
        plt.Line2D([], [], marker="o", linestyle="", markerfacecolor=_zone_colour(ZONES[z]), markeredgewidth=0.5,
                   markeredgecolor=load("look")["ink"]["text"],
                   label=code_label("systems", "network_zone", z, lang) if z else text("systems.chart.no_zone", lang))
        for z in zones
    ]  # fmt: skip
    if any(zones):
        ax.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=len(keys), frameon=False,
                  fontsize=load("look")["type"]["chart_small"])  # fmt: skip


def _label_blocks(
    ax: Axes, centres: list[np.ndarray], radii: np.ndarray, order: list[str], names: list[list], reach: float
) -> None:
    """What each disc is, in a column on its side of the ring with a line to it; where there is room, its systems."""
    look = load("look")
    for side in (-1, 1):
        mine = [n for n, centre in enumerate(centres) if (centre[0] >= 0) == (side > 0)]
        mine.sort(key=lambda n: centres[n][1])
        if not mine:
            continue
        pitch = 2 * reach / len(mine)
        size = 9 if pitch > 0.075 else 7 if pitch > 0.045 else 5.5
        lines = int(min(3, (pitch - 0.09) // 0.05)) if size == 9 else 0
        told = [_names_in(names[n], lines) for n in mine]
        need = [min(pitch, 0.09 + 0.05 * len(more)) for more in told]
        for n, more, y in zip(mine, told, _spread([centres[n][1] for n in mine], need, reach), strict=True):
            x, centre = side * (reach + 0.06), centres[n]
            edge = centre + radii[n] * (np.array([x, y]) - centre) / np.hypot(*(np.array([x, y]) - centre))
            ax.plot([edge[0], x], [edge[1], y], color=look["ink"]["line"], linewidth=0.5, zorder=1.5)
            align = dict(ha="left" if side > 0 else "right", zorder=4)
            at = x + side * 0.02
            ax.text(at, y, f"{_short(str(order[n]), 14)} ({len(names[n])})", va="center", fontsize=size, **align)
            if more:
                ax.text(at, y - 0.04, "\n".join(more), va="top", fontsize=6.5, color=look["ink"]["muted"], **align)


def _names_in(names: list, lines: int) -> list[str]:
    """The names of a block's systems, as many as so many lines hold, and how many more there are."""
    known = [name for name in names if isinstance(name, str)]
    shown: list[str] = []
    while known and len(shown) < lines:
        line = _short(known.pop(0), NAME_LETTERS)
        while known and len(line) + 1 + len(known[0]) <= NAME_LETTERS:
            line += "、" + known.pop(0)
        shown.append(line)
    if shown and known:
        shown[-1] = _short(shown[-1], NAME_LETTERS - 4) + f" +{len(known)}"
    return shown


def _spread(wanted: list[float], need: list[float], reach: float) -> np.ndarray:
    """Heights next to the ``wanted`` ones, in their order from below, none nearer than the label above it needs."""
    found, low = [], -reach
    for want, room in zip(wanted, need, strict=True):
        found.append(max(want, low + room - 0.04))
        low = found[-1] + 0.04
    high = reach
    for n in range(len(found) - 1, -1, -1):
        found[n] = min(found[n], high - 0.04)
        high = found[n] + 0.04 - need[n]
    return np.array(found)


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
