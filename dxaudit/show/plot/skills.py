"""What the staff survey says: answers as diverging bars, levels by department and area, gaps to target, response."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Patch, Rectangle

from dxaudit.privacy import CITY
from dxaudit.show import style
from dxaudit.skills import SkillProfile
from dxaudit.vocabulary import load, text

SIDES = {"1": -1, "2": -1, "low": -1, "3": 0, "middle": 0, "4": 1, "5": 1, "high": 1}
"""On which side of the middle an answer is drawn."""


def _colour(name: str) -> str:
    return load("look")["likert"][name]


def likert(profile: SkillProfile, area: str = "", by: str = "tier", ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Diverging stacked bars of the answers of each group to the questions of one area (all by default).

    The middle answer is drawn half on either side of the middle line. Suppressed groups are hatched and named.
    """
    found = profile.distribution(area, by)
    label = profile.questionnaire.area_label(area, lang) if area else text("skills.all_questions", lang)
    names = {g: _group(g, by, lang) for g in found["group"]}
    ax = diverging(found.assign(group=found["group"].map(names)), ax=ax, lang=lang)
    ax.set_title(text("skills.title.likert", lang, area=label))
    return ax


def likert_items(profile: SkillProfile, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Diverging stacked bars of every question for the whole city."""
    items = profile.items()
    short = {item.code: f"{item.code.upper()} {item.short[lang]}" for item in profile.questionnaire.items}
    long = items.melt(["item", "respondents"], ["1", "2", "3", "4", "5"], var_name="answer", value_name="share")
    long = long.assign(group=long["item"].map(short), shown=True)
    order = [short[code] for code in items["item"]]
    ax = diverging(long, groups=order, ax=ax, lang=lang)
    ax.set_title(text("skills.title.likert_items", lang))
    return ax


def diverging(
    answers: pd.DataFrame, groups: Sequence[str] | None = None, ax: Axes | None = None, lang: str = "ja"
) -> Axes:
    """Diverging stacked bars from shares.

    Parameters
    ----------
    answers : DataFrame
        group, answer (a key of `SIDES`), share (0–1, missing counts as 0), respondents, shown.
    groups : sequence of str, optional
        Order from the top; as they come by default.
    """
    ax = ax or _axes(len(answers["group"].unique()))
    groups = list(dict.fromkeys(answers["group"])) if groups is None else list(groups)
    if not groups or not answers["shown"].any():
        return style.nothing_to_show(ax, text("skills.nothing_released" if groups else "skills.no_survey", lang))
    table = answers.pivot_table(index="group", columns="answer", values="share", aggfunc="first")
    order = [a for a in SIDES if a in table.columns]
    respondents = answers.groupby("group", sort=False)["respondents"].first()
    low = [a for a in order if SIDES[a] < 0]
    middle = [a for a in order if SIDES[a] == 0]
    for row, group in enumerate(groups):
        shares = table.loc[group].reindex(order).fillna(0.0) * 100 if group in table.index else None
        if shares is None or shares.sum() <= 0:
            ax.add_patch(style.missing_patch((-50, row - 0.36), 100, 0.72, suppressed=True))
            _boxed(ax, -25, row, text("common.suppressed", lang))
            continue
        # Everything hangs on the middle line, whatever answers are absent.
        left = -float(shares[low].sum()) - float(shares[middle].sum()) / 2
        for answer in order:
            width = float(shares[answer])
            if width > 0:
                ax.barh(row, width, left=left, height=0.72, color=_colour(answer), edgecolor="white", linewidth=0.5)
                if width >= 7:
                    ax.text(left + width / 2, row, f"{width:.0f}", ha="center", va="center", fontsize=7.5,
                            color=_ink(_colour(answer)))  # fmt: skip
            left += width
    # Behind the bars: the number of the middle answer stands on this line.
    ax.axvline(0, color=load("look")["ink"]["muted"], linewidth=0.8, zorder=0)
    ax.set_xlim(-100, 100)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xticks(range(-100, 101, 50), [str(abs(x)) for x in range(-100, 101, 50)])
    ax.set_yticks(range(len(groups)), [_with_number(g, respondents.get(g), lang) for g in groups])
    ax.set_xlabel(text("skills.share_of_answers", lang))
    handles = [Patch(facecolor=_colour(a), edgecolor="white", label=_answer(a, lang)) for a in order]
    # Below the axis, so that it covers no bar however many groups there are.
    ax.legend(handles=handles, ncols=len(handles), loc="upper left", bbox_to_anchor=(0, _below(ax, len(groups))),
              frameon=False, fontsize=load("look")["type"]["chart_small"], handlelength=1.2)  # fmt: skip
    return ax


def skill_heat_map(profile: SkillProfile, by: str = "department", ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Mean level of every group in every area; suppressed cells are hatched and named as such."""
    columns = [("level", text("skills.ability", lang))]
    columns += [(f"level:{a}", profile.questionnaire.area_label(a, lang)) for a in profile.areas]
    frames = [profile.measure(name, by).set_index("group") for name, _ in columns]
    groups = list(frames[0].index)
    ax = ax or _axes(len(groups))
    if not groups:
        return style.nothing_to_show(ax, text("skills.no_survey", lang))
    scale = LinearSegmentedColormap.from_list("dxaudit_level", load("look")["likert"]["scale"])
    for column, frame in enumerate(frames):
        for row, group in enumerate(groups):
            value = frame["value"].get(group, np.nan)
            if np.isnan(value):
                ax.add_patch(style.missing_patch((column - 0.5, row - 0.5), 1, 1, suppressed=True))
                _boxed(ax, column, row, text("common.suppressed", lang))
                continue
            face = scale((value - 1) / 4)
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=0.5))
            ax.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8, color=_ink(face))
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xticks(range(len(columns)), [label for _, label in columns])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_yticks(
        range(len(groups)), [_with_number(_group(g, by, lang), frames[0]["respondents"].get(g), lang) for g in groups]
    )
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(text("skills.title.heat_map", lang, by=text(f"skills.by.{by}", lang)), pad=24)
    return ax


def skill_areas(profile: SkillProfile, department: str | None = None, ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Level of one department in every area with its interval, beside the city's; the city alone by default."""
    names = ["level", *(f"level:{a}" for a in profile.areas)]
    labels = [text("skills.ability", lang), *(profile.questionnaire.area_label(a, lang) for a in profile.areas)]
    ax = ax or _axes(len(names))
    whole = [profile.measure(name, "city") for name in names]
    if not len(whole[0]):
        return style.nothing_to_show(ax, text("skills.no_survey", lang))
    ink = load("look")["ink"]
    for row, (name, city) in enumerate(zip(names, whole, strict=True)):
        city = city.iloc[0] if len(city) else None
        if city is not None and city["shown"]:
            ax.plot([city["value"]] * 2, [row - 0.3, row + 0.3], color=ink["muted"], linewidth=2, zorder=2)
        own = profile.measure(name, "department" if department else "city").set_index("group")
        own = own.loc[department] if department and department in own.index else (None if department else city)
        if own is None or not own["shown"]:
            ax.add_patch(style.missing_patch((1, row - 0.18), 4, 0.36, suppressed=True))
            _boxed(ax, 1.45, row, text("common.suppressed", lang))
            continue
        ax.plot([own["low"], own["high"]], [row, row], color=style.perspective_colour("people"), linewidth=2, zorder=3)
        ax.plot(own["value"], row, marker="o", color=style.perspective_colour("people"), markersize=7, zorder=4)
        free = own["high"] + 0.06
        if city is not None and city["shown"] and free - 0.06 < city["value"] < free + 0.3:
            # Beyond the city's mark, which would stand on the number.
            free = city["value"] + 0.06
        ax.text(free, row, f"{own['value']:.1f}", ha="left", va="center", fontsize=8)
    ax.set_xlim(1, 5)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xticks([1, 2, 3, 4, 5])
    ax.set_yticks(range(len(names)), labels)
    ax.set_xlabel(f"{text('skills.level', lang)}   ｜ {text('skills.city_mean', lang)}")
    ax.set_title(text("skills.title.areas", lang, department=department or text("common.city", lang)))
    return ax


def skill_gap(profile: SkillProfile, by: str = "department", ax: Axes | None = None, lang: str = "ja") -> Axes:
    """How far every group stands from the target levels for all staff, with its interval; the farthest first.

    Filled marks: the whole interval lies on one side of the target; hollow: it may be on either.
    """
    found = profile.measure("gap", by)
    ax = ax or _axes(len(found))
    if not len(found) or not found["shown"].any():
        return style.nothing_to_show(ax, text("skills.nothing_released" if len(found) else "skills.no_survey", lang))
    hidden = list(found.loc[~found["shown"], "group"])
    found = found[found["shown"]].sort_values("value", kind="stable").reset_index(drop=True)
    colour = style.perspective_colour("people")
    for row in found.itertuples():
        sure = row.high < 0 or row.low > 0
        ax.plot([row.low, row.high], [row.Index] * 2, color=colour, linewidth=1.8, zorder=2)
        ax.plot(row.value, row.Index, "o", color=colour, markerfacecolor=colour if sure else "white", zorder=3)
    key = load("look")["ink"]["key"]
    ax.axvline(0, color=key, linewidth=1.2)
    ax.annotate(text("skills.target", lang), (0, 1), (4, -3), ("data", "axes fraction"), "offset points", va="top",
                fontsize=8, color=key)  # fmt: skip
    ax.set_xlim(min(-0.25, found["low"].min() * 1.08), max(0.25, found["high"].max() * 1.08))
    rows = [_with_number(_group(r.group, by, lang), r.respondents, lang) for r in found.itertuples()]
    if hidden:
        ax.add_patch(style.missing_patch((0, len(rows) - 0.3), 1, 0.6, suppressed=True))
        ax.patches[-1].set_transform(ax.get_yaxis_transform())
        rows.append(text("skills.suppressed_rows", lang, count=len(hidden)))
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.4, -1.3)
    ax.grid(axis="x")
    ax.set_xlabel(text("skills.gap", lang))
    ax.set_title(text("skills.title.gap", lang))
    return ax


def response_map(profile: SkillProfile, by: str = "department", ax: Axes | None = None, lang: str = "ja") -> Axes:
    """Response rate of every group as a bar, with the mark of the questionnaire.

    Rates below the mark are hatched; groups that may not be shown are cross-hatched and named as such.
    """
    found = profile.response(by)
    ax = ax or _axes(len(found))
    if not len(found) or (found["shown"].any() and found["headcount"].isna().all()):
        return style.nothing_to_show(ax, text("skills.no_headcount" if len(found) else "skills.no_survey", lang))
    ink, colour = load("look")["ink"], style.perspective_colour("people")
    mark = load("questionnaire")["marks"]["low_response"]["value"] * 100
    for row in found.itertuples():
        if not row.shown or np.isnan(row.response):
            ax.add_patch(style.missing_patch((0, row.Index - 0.36), 100, 0.72, suppressed=not row.shown))
            _boxed(ax, 50, row.Index, text("common.suppressed" if not row.shown else "common.not_assessed", lang))
            continue
        share = min(row.response, 1.0) * 100
        ax.barh(row.Index, 100, height=0.72, color=load("look")["ink"]["panel"])
        ax.barh(row.Index, share, height=0.72, color=colour if not row.low_response else "white", edgecolor=colour,
                hatch="" if not row.low_response else "\\\\\\")  # fmt: skip
        words = f"{row.response * 100:.0f}%  {row.respondents:.0f}/{row.headcount:.0f}"
        # At the start of the bar no mark and no end of a bar can cross the words.
        ax.text(1.5, row.Index, words, va="center", fontsize=7.5,
                color=ink["text"], bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})  # fmt: skip
    ax.axvline(mark, color=ink["key"], linewidth=1.2)
    ax.annotate(text("skills.mark_response", lang, mark=mark), (mark, 1), (4, -3), ("data", "axes fraction"),
                "offset points", va="top", fontsize=8, color=ink["key"])  # fmt: skip
    ax.set_xlim(0, 100)
    ax.set_ylim(len(found) - 0.4, -1.2)
    ax.set_yticks(range(len(found)), [_group(g, by, lang) for g in found["group"]])
    ax.set_xlabel(text("skills.response", lang))
    ax.set_title(text("skills.title.response", lang, by=text(f"skills.by.{by}", lang)))
    return ax


def _axes(rows: int) -> Axes:
    width = load("look")["page"]["chart_width_in"]
    _, ax = plt.subplots(figsize=(width, max(2.2, 1.3 + 0.3 * rows)), layout="constrained")
    return ax


def _below(ax: Axes, rows: int) -> float:
    """Where a legend clears the axis label, in heights of the axes."""
    height = ax.get_position().height * ax.figure.get_figheight()
    return -0.45 / max(height, 0.5)


def _boxed(ax: Axes, x: float, y: float, words: str) -> None:
    ax.text(x, y, words, ha="center", va="center", fontsize=7.5, color=load("look")["ink"]["muted"],
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})  # fmt: skip


def _ink(colour) -> str:
    red, green, blue = to_rgb(colour)
    return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.45 else "#1a1a1a"


def _answer(answer: str, lang: str) -> str:
    return text(f"skills.answer.{answer}", lang) if answer in ("low", "middle", "high") else answer


def _group(group: str, by: str, lang: str) -> str:
    if group == CITY:
        return text("common.city", lang)
    return text(f"skills.tier.{group}", lang) if by == "tier" and group in ("manager", "staff") else group


def _with_number(name: str, respondents: float | None, lang: str) -> str:
    if respondents is None or np.isnan(respondents):
        return name
    return f"{name}  {text('skills.respondents', lang, n=respondents)}"
