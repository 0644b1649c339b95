"""What free text speaks of: counted by theme for the whole city, and quoted only where the analyst released it."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from dxaudit.privacy.masking import masked
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, text

OTHER = "other"


def themes_of(comment: str) -> tuple[str, ...]:
    """Themes whose words stand in a comment (``vocabulary/themes.toml``), without widths and case; () for none."""
    plain = _plain(comment)
    return tuple(
        theme
        for theme, spec in load("themes")["themes"].items()
        if any(_plain(word) in plain for word in spec["words"])
    )


def theme_label(theme: str, lang: str = "ja") -> str:
    """What people call a theme; ``""`` is all comments, ``other`` those without any listed word."""
    if theme in ("", OTHER):
        return text(f"skills.theme.{theme or 'all'}", lang)
    return load("themes")["themes"][theme]["label"][lang]


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).casefold()


def themes(comments: pd.Series, minimum: int) -> pd.DataFrame:
    """How many of those who left a comment speak of each theme; counts below ``minimum`` are hidden.

    Returns
    -------
    DataFrame
        theme (``""`` all comments, then the themes by number, ``other`` those without any listed word), comments,
        share (of all comments), shown. A comment may count under several themes.
    """
    said = comments.dropna()
    found = [themes_of(comment) for comment in said]
    names = [*load("themes")["themes"], OTHER]
    counts = {name: sum(name in held if name != OTHER else not held for held in found) for name in names}
    table = pd.DataFrame({"theme": ["", *counts], "comments": [len(said), *counts.values()]})
    table["shown"] = table["comments"] >= minimum
    table["comments"] = table["comments"].where(table["shown"]).astype(float)
    table["share"] = table["comments"] / (len(said) or np.nan)
    # Among hidden themes no order may tell the larger one.
    ranked = table.iloc[1:].sort_values("comments", ascending=False, kind="stable", na_position="last")
    table = pd.concat([table.iloc[:1], ranked], ignore_index=True) if len(said) else table.iloc[:0]
    return table[["theme", "comments", "share", "shown"]]


def comments_to_read(state: CurrentState) -> pd.DataFrame:
    """Every comment, masked, for the analyst who decides which may be quoted; for no report.

    Sorted by theme and text, without department, position or row: a quotation must stand for itself.

    Returns
    -------
    DataFrame
        theme (the first of its themes), quote.
    """
    units = [*state.departments(), *state.organization["bureau"].dropna().unique()]
    said = state.survey["comment"].dropna().unique()
    rows = [{"theme": (themes_of(c) or (OTHER,))[0], "quote": masked(c, units)} for c in said]
    found = pd.DataFrame(rows, columns=["theme", "quote"])
    return found.sort_values(["theme", "quote"]).reset_index(drop=True)


def quotes(state: CurrentState) -> pd.DataFrame:
    """Comments that somebody released (decisions of the kind ``release_quote``), masked once more.

    Returns
    -------
    DataFrame
        theme, quote, released_by.
    """
    units = [*state.departments(), *state.organization["bureau"].dropna().unique()]
    rows = [
        {
            "theme": str(d.what.get("theme", OTHER)),
            "quote": masked(str(d.what.get("quote", "")), units),
            "released_by": d.who,
        }
        for d in state.decisions
        if d.kind == "release_quote"
    ]
    return pd.DataFrame(rows, columns=["theme", "quote", "released_by"])
