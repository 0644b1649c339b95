"""A row beneath a header → a record, or something else: totals, notes, repeated headers, samples, headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank, picking, shown


@dataclass(frozen=True)
class Outside:
    """A row that is no record: its number (0-based), ``ignored`` or ``set_aside``, the reason's key and its detail."""

    row: int
    kind: str
    reason: str
    detail: str = ""


_TOTAL = re.compile(
    r"^[(\[【〔<＜]?(?:[^0-9]{0,20}?(?:小計|合計|総計|累計|中計|総合計|年計|部計|課計|局計|係計|室計|頁計|ページ計|ぺーじ計|表計|前頁計|次頁繰越)|計|\(計\))[)\]】〕>＞]?(?:[(\[][^)\]]*[)\]])?(?:[:：])?$"
)
_TOTAL_WORD = re.compile(r"^(?:total|subtotal|sum|grandtotal|全体計|再掲|平均|平均値)$")
_NOTE = re.compile(
    r"^(?:※|＊|\*|注(?![文意射力目視入連])|\(注|\[注|備考[:：]|【注|〔注|注意[:：]|注釈|出典|資料[:：]|\(※|（※|・※|記入上の注意|凡例)"
)
_HEADING = re.compile(
    r"[■●○◆◇□▼▽★☆◎]|[【〔［\[<＜《〈≪「『].+[】〕］\]>＞》〉≫」』]$|[(（]\s*[\d０-９一二三四五]+\s*[)）]"
    r"|[\d０-９]{1,2}[\s.．、　]|第[\d０-９一二三四五]+"
)
_SAMPLE = re.compile(
    r"^[(\[【〔<＜〈《]*(?:記入例|記載例|入力例|作成例|例|例\d+|サンプル|sample|見本|example"
    r"|書き方|書きかた|(?:記入|記載|入力|回答)(?:方法|要領|上の注意))[)\]】〕>＞〉》:：]*\d*$"
)
_SAMPLE_LEAD = re.compile(r"^[(\[【〔<＜〈《](?:記入例|記載例|入力例|作成例|例|サンプル)[)\]】〕>＞〉》]")


_WHOLE = frozenset(["全庁", "全体", "全市", "市全体", "町全体", "村全体", "区全体", "全部局", "全課"])
"""Names of the whole: beside figures alone they add up; beside other words they may be an answer (利用課: 全庁)."""
_TELLING = re.compile("[計掲全均※＊*注備典資例サｻ本書方要#mMｍＭoOｏＯ]")
"""Signs of which any text has one that the patterns above take (sum, total, 再掲 …): spares asking them all others."""


def is_total(filled: Sequence[Cell], width: int) -> bool:
    """Whether a row (its filled cells, of ``width`` columns) adds up others: 計, 小計, 税務課計 … in one of its first
    texts, few texts beside it."""
    texts = [v for v in filled if v.__class__ is str]
    if len(filled) >= 3 and folded(shown(filled[0])) in _WHOLE and not any(map(_is_worded, filled[1:])):
        return True
    for text in texts[:4]:
        if len(text) <= 24 and _totals(text):
            return sum(map(_is_worded, texts)) <= max(2, width // 3)
    return False


def _is_worded(value: Cell) -> bool:
    """Whether a cell holds words, not only a figure."""
    if value.__class__ is not str:
        return False
    return not re.fullmatch(r"[\d,.%▲△\-−+\s]+", unicodedata.normalize("NFKC", value))


@lru_cache(maxsize=1 << 16)
def _totals(text: str) -> bool:
    key = folded(text)
    return bool(_TOTAL.match(key) or _TOTAL_WORD.match(key))


def is_note(filled: Sequence[Cell]) -> bool:
    """Whether a row is a remark under the table: ※…, 注…, in one or two cells."""
    if not filled or len(filled) > 2 or not isinstance(filled[0], str):
        return False
    return bool(_NOTE.match(unicodedata.normalize("NFKC", filled[0]).strip()))


def is_sample(filled: Sequence[Cell]) -> bool:
    """Whether a row shows how to fill in the form: 例, 記入例 in one of its first cells."""
    return any(v.__class__ is str and len(v) <= 40 and _samples(v) for v in filled[:3])


@lru_cache(maxsize=1 << 16)
def _samples(text: str) -> bool:
    key = folded(text)
    return bool(_SAMPLE.match(key) or _SAMPLE_LEAD.match(key))


def classify(
    sheet: Sheet,
    rows: Sequence[int],
    columns: Sequence[int],
    headers: Sequence[str],
    header_rows: tuple[int, int],
) -> tuple[list[int], list[Outside]]:
    """Rows that hold records, and rows that hold something else. Blank rows are in neither."""
    body: list[int] = []
    outside: list[Outside] = []
    names = [folded(h) for h in headers]
    levels = [
        [folded(shown(sheet.rows[r][c])) if not is_blank(sheet.rows[r][c]) else "" for c in columns]
        for r in range(header_rows[0], header_rows[1] + 1)
    ]
    first_name = {key for level in (*levels, names) for key in level if key}
    tops = {s[0]: s for s in sheet.merged if s[3] - s[1] + 1 >= max(3, 0.5 * len(columns))}
    number_column = _numbering(sheet, header_rows[1], columns)
    marked, sums = _marked(sheet, rows, columns)
    pick = picking(columns)
    wide_rows = 0
    single: dict[int, int] = {}
    for r in rows:
        row = sheet.rows[r]
        filled = [v for v in pick(row) if v not in BLANKS]
        if not filled:
            continue
        lead = filled[0]
        reason = ""
        if len(filled) == 1:
            single[r] = next(c for c in columns if row[c] not in BLANKS)
        again = lead.__class__ is str and folded(lead) in first_name
        if again and is_header_again(row, columns, names, levels):
            reason = "repeated_header"
        elif not marked.isdisjoint(filled):
            reason = "total" if filled[0] in sums else _reason(filled, len(columns))
        if not reason and len(filled) == 1 and r in tops and lead.__class__ is str:
            reason = "note" if len(lead) > 40 else "heading"
        if not reason and r in single and single[r] == number_column:
            reason = "number_only"
        if reason:
            outside.append(Outside(r, "ignored", reason))
        else:
            body.append(r)
            wide_rows += len(filled) > 2
    if wide_rows and len(columns) > 3:
        body = _without_lone(sheet, body, single, columns, outside)
    outside.sort(key=lambda o: o.row)
    return body, outside


def telling(texts: Iterable[str]) -> frozenset[str]:
    """Those of some texts by which a row may be a total, a remark, an example or the like; no other row is one."""
    return frozenset(text for text in texts if _TELLING.search(text) and _tells(text))


@lru_cache(maxsize=1 << 16)
def _tells(text: str) -> bool:
    return bool(_reason([text, ""], 2)) or folded(text) in _WHOLE


def _marked(sheet: Sheet, rows: Sequence[int], columns: Sequence[int]) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """The texts of a table that can make their row something else than a record, and those of them that add up what
    another one names (教育委員会計 beneath 教育委員会); each is looked at once."""
    pick = picking(columns)
    distinct = {v for v in set().union(*(pick(sheet.rows[r]) for r in rows)) if v.__class__ is str}
    sums = frozenset(text for text in distinct if text[-1:] == "計" and len(text) > 2 and text[:-1].strip() in distinct)
    return sums | telling(distinct), sums


def _reason(filled: Sequence[Cell], width: int) -> str:
    """Why a row (its filled cells, of ``width`` columns) is no record; "" where nothing says so."""
    lead = filled[0]
    if lead.__class__ is str:
        if lead[:1] == "#" and len(filled) > 1 and re.match(r"#[A-Za-z_]+$", lead.strip()):
            return "metadata"
        if is_total(filled, width):
            return "total"
        if is_note(filled):
            return "note"
        return "sample" if is_sample(filled) else ""
    if is_total(filled, width):
        return "total"
    return "sample" if is_sample(filled) else ""


def _without_lone(
    sheet: Sheet, body: list[int], single: Mapping[int, int], columns: Sequence[int], outside: list[Outside]
) -> list[int]:
    """Rows of one text in the first columns are headings of a group; behind the last record they are notes."""
    last = next((r for r in reversed(body) if r not in single), -1)
    kept = []
    for r in body:
        at = single.get(r)
        if at is not None and isinstance(sheet.rows[r][at], str):
            text = sheet.rows[r][at]
            if r > last and (len(text) > 12 or at == columns[0]):
                outside.append(Outside(r, "ignored", "note"))
                continue
            if at == columns[0] or _HEADING.match(text.strip()):
                outside.append(Outside(r, "ignored", "heading" if len(text) <= 60 else "note"))
                continue
        kept.append(r)
    return kept


def is_header_again(
    row: Sequence[Cell], columns: Sequence[int], names: Sequence[str], levels: Sequence[Sequence[str]] = ()
) -> bool:
    """Whether a row repeats the header (folded names, joined or by level) in the columns where it stands."""
    cells = [(i, folded(shown(row[c]))) for i, c in enumerate(columns) if not is_blank(row[c])]
    for texts in (names, *levels):
        same = sum(key == texts[i] for i, key in cells)
        if same >= 2 and same >= 0.6 * len(cells):
            return True
    return False


def _numbering(sheet: Sheet, header_row: int, columns: Sequence[int]) -> int | None:
    """The column that only counts the rows (No), if the first one does."""
    values = [sheet.rows[r][columns[0]] for r in range(header_row + 1, min(len(sheet.rows), header_row + 40))]
    held = [v for v in values if not is_blank(v)]
    if not held:
        return None
    whole = [v for v in held if re.fullmatch(r"\d{1,5}(?:\.0)?", unicodedata.normalize("NFKC", shown(v)).strip())]
    return columns[0] if len(whole) >= 0.8 * len(held) else None
