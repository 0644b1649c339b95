"""The minutes (議事録) of a working session: who decided what and why, what it changed, and what stays open.

The same content as a docx that staff can edit and as one html file without outside addresses.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from dxaudit.decisions import Decision, active
from dxaudit.errors import DxauditError
from dxaudit.session.working import WorkingSession
from dxaudit.show import numbers
from dxaudit.vocabulary import column_label, load, text
from dxaudit.writing import whole_file, write_text


def sentence(decision: Decision, session: WorkingSession, lang: str = "ja") -> str:
    """A decision as one sentence."""
    what = dict(decision.what)
    if decision.kind == "weights":
        parts = [f"{text(f'common.perspective.{name}', lang)} {weight:g}" for name, weight in what.items()]
        return text("session.kind.weights", lang, weights="・".join(parts))
    if decision.kind == "value":
        place = f"{session.state.place(what['file'], what['sheet'])}!{what['row']}"
        return text(
            "session.kind.value",
            lang,
            place=place,
            column=column_label(what["table"], what["column"], lang),
            old=_written(what["old"], lang),
            new=_written(what["new"], lang),
        )
    if decision.kind == "overlap":
        names = session.files.systems.set_index("system_id")["system"].to_dict()
        named = (
            [facts["system"] for facts in what["known_by"]] if "known_by" in what else map(names.get, what["systems"])
        )
        shown = "・".join(f"{name}（{s}）" if name else s for name, s in zip(named, what["systems"], strict=True))
        return text(f"session.kind.overlap_{what['verdict']}", lang, systems=shown)
    if decision.kind in ("accept_risk", "rating"):
        what["issue"] = issue_name(session, what["code"], lang)
    return text(f"session.kind.{decision.kind}", lang, **what)


def issue_name(session: WorkingSession, code: str, lang: str = "ja") -> str:
    """An issue's code and name."""
    entry = session.register.entries.get(code)
    return f"{code} {entry.label[lang]}" if entry else code


def tables(session: WorkingSession, lang: str = "ja") -> dict[str, pd.DataFrame]:
    """What the minutes tell, as tables with labelled columns: decisions, changes, open questions, ratings."""
    say = lambda key: text(f"session.{key}", lang)  # noqa: E731
    standing = {d.id for d in active(session.decisions)}
    taken = [d for d in session.taken_here if d.kind not in ("question", "rating")]
    decided = [
        {
            say("minutes.id"): d.id,
            say("minutes.at"): d.at[:16].replace("T", " "),
            say("minutes.what"): sentence(d, session, lang)
            + ("" if d.id in standing or d.kind == "undo" else f"（{say('undone')}）"),
            say("who"): d.who,
            say("why"): d.why,
        }
        for d in taken
    ]
    questions = [
        {
            say("minutes.question"): d.what.get("question", ""),
            say("minutes.owner"): d.what.get("owner", ""),
            say("minutes.due"): d.what.get("due", ""),
            say("who"): d.who,
        }
        for d in active(session.decisions)
        if d.kind == "question"
    ]
    ratings = session.ratings()
    if len(ratings):
        ratings = ratings.assign(code=[issue_name(session, c, lang) for c in ratings["code"]])
        ratings.columns = [
            say("prioritise.rater"), say("issue"), say("department"), say("prioritise.impact"), say("prioritise.ease")
        ]  # fmt: skip
    return {
        "decisions": pd.DataFrame(decided),
        "changes": changes_table(session, lang),
        "open": pd.DataFrame(questions),
        "ratings": ratings if len(ratings) else pd.DataFrame(),
    }


def changes_table(session: WorkingSession, lang: str = "ja") -> pd.DataFrame:
    """Before and after of every issue this session changed, labelled; empty where nothing changed."""
    changed = session.changes()
    rows = []
    for row in changed.itertuples(index=False):
        line: dict[str, str] = {
            text("session.department", lang): row.department,
            text("session.issue", lang): issue_name(session, row.code, lang),
        }
        for name, digits in (("value", 2), ("priority", 1), ("rank", 0)):
            for when in ("before", "after"):
                label = f"{text(f'session.changes.{name}', lang)}（{text(f'session.changes.{when}', lang)}）"
                line[label] = numbers.number(getattr(row, f"{name}_{when}"), digits, lang)
        rows.append(line)
    return pd.DataFrame(rows)


def lead(session: WorkingSession, lang: str = "ja") -> str:
    """The first sentence of the minutes."""
    taken = [d for d in session.taken_here if d.kind not in ("question", "rating", "undo")]
    questions = [d for d in active(session.decisions) if d.kind == "question"]
    return text(
        "session.minutes.lead",
        lang,
        decisions=len(taken),
        changed=len(session.changes()),
        open=len(questions),
    )


def _heading(session: WorkingSession, lang: str) -> str:
    name = session.files.settings.municipality or text("session.minutes.city_unknown", lang)
    return text("session.minutes.heading", lang, name=name)


def _period(session: WorkingSession, lang: str) -> str:
    stamps = [d.at[:16].replace("T", " ") for d in session.taken_here]
    if not stamps:
        return ""
    return text("session.minutes.period", lang, first=min(stamps), last=max(stamps))


def _written(value: Any, lang: str) -> str:
    if value is None:
        return text("session.kind.missing", lang)
    if isinstance(value, list):
        return "・".join(map(str, value))
    return f"{value:,g}" if isinstance(value, (int, float)) else str(value)


def write_minutes(session: WorkingSession, path: str | Path, *, lang: str = "ja") -> Path:
    """Write the minutes as ``.docx`` or ``.html``, by the ending of ``path``.

    Raises
    ------
    DxauditError
        Another ending, a path that cannot be written, or (docx) the ``office`` extra is missing.
    """
    path = Path(path)
    if path.suffix.lower() == ".docx":
        _write_docx(session, path, lang)
    elif path.suffix.lower() in (".html", ".htm"):
        write_text(path, as_html(session, lang))
    else:
        raise DxauditError("議事録は .docx か .html で書けます", where=str(path), remedy="名前の終わりを変えてください")
    return path


_SECTIONS = (("decisions", "no_decisions"), ("changes", None), ("open", "no_open"), ("ratings", None))


def _section_title(name: str, lang: str) -> str:
    return text("session.changes.title" if name == "changes" else f"session.minutes.{name}", lang)


def as_html(session: WorkingSession, lang: str = "ja") -> str:
    """The minutes as one html page; every text that people wrote is escaped."""
    look = load("look")
    parts = [
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(_heading(session, lang))}</title><style>",
        f"body{{font-family:{','.join(look['type']['page_family'])},sans-serif;color:{look['ink']['text']};",
        "max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.7}",
        "table{border-collapse:collapse;width:100%;font-size:.9rem}",
        f"th,td{{border:1px solid {look['ink']['line']};padding:.3rem .5rem;text-align:left;vertical-align:top}}",
        f"th{{background:{look['ink']['panel']}}}h1{{font-size:1.5rem}}h2{{font-size:1.15rem;margin-top:2rem}}",
        "@page{size:A4;margin:15mm}</style></head><body>",
        f"<h1>{escape(_heading(session, lang))}</h1><p>{escape(_period(session, lang))}</p>",
        f"<p>{escape(lead(session, lang))}</p>",
    ]
    for name, nothing in _SECTIONS:
        frame = tables(session, lang)[name]
        if len(frame) == 0 and nothing is None:
            continue
        parts.append(f"<h2>{escape(_section_title(name, lang))}</h2>")
        if len(frame) == 0:
            parts.append(f"<p>{escape(text(f'session.minutes.{nothing}', lang))}</p>")
            continue
        parts.append(frame.to_html(index=False, escape=True, border=0))
    parts.append("</body></html>\n")
    return "".join(parts)


def _write_docx(session: WorkingSession, path: Path, lang: str) -> None:
    try:
        from docx import Document
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt
    except ImportError:
        raise DxauditError(
            "docxを書く部品が入っていません", remedy="pip install 'dxaudit[office]' で入れてください"
        ) from None
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    font = load("look")["type"]
    normal = document.styles["Normal"]
    normal.font.size = Pt(font["body_pt"])
    normal.font.name = "Yu Gothic"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "游ゴシック")
    document.core_properties.title = _heading(session, lang)
    document.add_heading(_heading(session, lang), 0)
    document.add_paragraph(_period(session, lang))
    document.add_paragraph(lead(session, lang))
    for name, nothing in _SECTIONS:
        frame = tables(session, lang)[name]
        if len(frame) == 0 and nothing is None:
            continue
        document.add_heading(_section_title(name, lang), 1)
        if len(frame) == 0:
            document.add_paragraph(text(f"session.minutes.{nothing}", lang))
            continue
        _add_table(document, frame, Pt(9))
    with whole_file(path) as part:
        document.save(str(part))


def _add_table(document, frame: pd.DataFrame, size) -> None:
    table = document.add_table(rows=1, cols=len(frame.columns), style="Table Grid")
    for cell, label in zip(table.rows[0].cells, frame.columns, strict=True):
        cell.text = str(label)
    for row in frame.itertuples(index=False):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            # Control characters are not allowed in the document's XML.
            cell.text = "".join(c for c in str(value) if c >= " " or c == "\n")
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = size
