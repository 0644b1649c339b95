"""A folder → the files in it that can hold a table, what each really is, and which were passed over and why.

What a file is follows from its first bytes, never from its name: municipalities have published HTML pages
named ``.xlsx``. Workbooks that would unpack beyond bounds are refused before anything is unpacked.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from dxaudit.errors import DxauditError
from dxaudit.intake.bpmn import is_bpmn
from dxaudit.settings import FILE_NAME
from dxaudit.vocabulary import load

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
FLOWS = (".bpmn", ".xml")
OWN = (".jsonl", ".lock", ".toml")
"""Endings of files that this product itself keeps beside the answers."""
MOST_BYTES = 600_000_000
"""Most bytes a workbook may unpack to, and a text file may hold."""
MOST_LETTERS = 16_384
MOST_SCATTERED = 50_000_000
"""Bytes of sheets up to which a workbook with far cells is read cell by cell."""
MOST_CELLS = 12_000_000
"""Most cells of the rectangle that a sheet's outermost cells span; the reader lays it out in memory."""


@dataclass(frozen=True)
class SourceFile:
    """A file to read: its path, the name shown to people, what it is, and a text file's encoding.

    ``scattered``: the cells of some sheet span a rectangle that must not be laid out in memory.
    """

    path: Path
    name: str
    kind: str
    encoding: str = ""
    scattered: bool = False


@dataclass(frozen=True)
class Refused:
    """A file that is not read, by finding rule, with the values of its sentence.

    Rule ``left_behind``: a file that Windows or Office left there by itself; nobody sent it.
    """

    name: str
    rule: str
    detail: str = ""


def find_files(path: Path) -> tuple[list[SourceFile], list[Refused]]:
    """Files below ``path`` (or the file itself) that can hold tables, and those refused with the reason.

    Raises
    ------
    DxauditError
        The path does not exist, or the folder holds no file at all.
    """
    if not path.exists():
        raise DxauditError("ファイルまたはフォルダがありません", where=str(path), remedy="パスを確かめてください")
    if path.is_file():
        found = _look(path, path.name)
        return ([found], []) if isinstance(found, SourceFile) else ([], [found])
    files: list[SourceFile] = []
    refused: list[Refused] = []
    any_file = False
    for child in sorted(path.rglob("*"), key=lambda p: p.relative_to(path).as_posix()):
        name = child.relative_to(path).as_posix()
        if not child.is_file() or any(part.startswith(".") for part in child.relative_to(path).parts):
            continue
        if child.name == FILE_NAME or child.name.lower().endswith(OWN):
            continue
        if child.name.startswith("~$") or child.name.lower() in load("files")["left_behind"]:
            refused.append(Refused(name, "left_behind"))
            continue
        any_file = True
        found = _look(child, name)
        (files if isinstance(found, SourceFile) else refused).append(found)
    if not any_file:
        raise DxauditError(
            "フォルダにファイルがありません", where=str(path), remedy="各課の提出ファイルを置いてください"
        )
    return files, refused


def _look(path: Path, name: str) -> SourceFile | Refused:
    suffix = path.suffix.lower()
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(4096)
    except OSError as error:
        return Refused(name, "file_unreadable", error.strerror or str(error))
    if size == 0:
        return Refused(name, "file_empty")
    if head[:4] == b"PK\x03\x04":
        return _look_into_zip(path, name, suffix)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _look_into_ole(path, name, size)
    if suffix in FLOWS and size < MOST_BYTES and (suffix == ".bpmn" or is_bpmn(head)):
        return SourceFile(path, name, "bpmn")
    if suffix not in WORKBOOKS + TEXTS:
        return _no_table(name, suffix)
    if size > MOST_BYTES:
        return Refused(name, "file_too_large", f"{size / 1e6:,.0f} MB")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")) or b"<html" in start or b"<table" in start:
        return Refused(name, "file_is_html", suffix)
    if suffix in WORKBOOKS and head[:5] == b"%PDF-":
        return Refused(name, "file_is_other", "PDF")
    encoding = _encoding(path, head)
    if encoding is None:
        return Refused(name, "file_is_other" if suffix in WORKBOOKS else "file_not_text", "")
    if suffix in WORKBOOKS and (b"," not in head and b"\t" not in head):
        return Refused(name, "file_is_other", "")
    return SourceFile(path, name, "csv", encoding)


def _no_table(name: str, suffix: str) -> Refused:
    known = load("files")
    rules = {"file_document": known["documents"], "file_archive": known["archives"]}
    rule = next((rule for rule, suffixes in rules.items() if suffix in suffixes), "file_no_table")
    return Refused(name, rule, suffix or name)


def _encoding(path: Path, head: bytes) -> str | None:
    """UTF-8, UTF-16 or cp932, whichever the bytes can be; None where they are no text."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    content = path.read_bytes()
    if content.count(b"\x00") > len(content) / 4:
        # UTF-16 without a mark: every other byte of ASCII signs is zero.
        even, odd = content[0:4096:2].count(0), content[1:4096:2].count(0)
        return None if abs(even - odd) < 0.2 * max(even, odd, 1) else ("utf-16-le" if odd > even else "utf-16-be")
    content = content.replace(b"\x00", b"")
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    # A few broken bytes (a gaiji, a cut last line) must not lose a whole file.
    for encoding in ("utf-8", "cp932"):
        broken = content.decode(encoding, errors="replace").count("\ufffd")
        if broken <= max(2, len(content) // 500):
            return encoding
    return None


def _look_into_ole(path: Path, name: str, size: int) -> SourceFile | Refused:
    content = path.read_bytes() if size < MOST_BYTES else b""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Refused(name, "file_encrypted")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return SourceFile(path, name, "xls")
    return (
        Refused(name, "file_is_other", "") if path.suffix.lower() in WORKBOOKS else _no_table(name, path.suffix.lower())
    )


def _look_into_zip(path: Path, name: str, suffix: str) -> SourceFile | Refused:
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" in names:
                kind = "xlsx"
            elif "content.xml" in names:
                kind = "ods"
            else:
                return Refused(name, "file_is_other", suffix) if suffix in WORKBOOKS else _no_table(name, suffix)
            if any(entry.flag_bits & 1 for entry in entries):
                return Refused(name, "file_encrypted")
            # The directory of the archive may lie about sizes; deflate cannot pass 1:1032.
            claimed = sum(entry.file_size for entry in entries)
            possible = sum(min(entry.compress_size * 1032, 1 << 40) for entry in entries)
            if claimed > MOST_BYTES:
                return Refused(name, "file_too_large", f"{claimed / 1e6:,.0f} MB")
            if possible > MOST_BYTES and claimed < possible / 20 and _unpacks_beyond(path, entries):
                return Refused(name, "file_too_large", f"> {MOST_BYTES / 1e6:,.0f} MB")
            spread = _spread(archive, kind, entries)
    except (BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        return Refused(name, "file_broken")
    if not spread:
        return SourceFile(path, name, kind)
    if kind == "xlsx" and claimed <= MOST_SCATTERED:
        return SourceFile(path, name, kind, scattered=True)
    return Refused(name, "sheet_too_wide", spread)


def _unpacks_beyond(path: Path, entries: list) -> bool:
    """Whether the entries unpack to more than `MOST_BYTES`, by unpacking and counting, holding nothing."""
    total = 0
    with path.open("rb") as source:
        for entry in entries:
            source.seek(entry.header_offset + 26)
            lengths = source.read(4)
            source.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), 1)
            if entry.compress_type != 8:
                continue
            unpack, left = zlib.decompressobj(-15), entry.compress_size
            while left > 0 and not unpack.eof:
                piece = source.read(min(left, 65_536))
                if not piece:
                    break
                left -= len(piece)
                while piece:
                    total += len(unpack.decompress(piece, 1 << 20))
                    if total > MOST_BYTES:
                        return True
                    piece = unpack.unconsumed_tail
    return False


_FAR_ROW = re.compile(rb"r=\"\d{4}")
"""A row number of four figures: up to there a sheet of any width is small. Most sheets are passed by this alone."""
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=\"(\d+)\"")
_HELD = re.compile(rb"<(?:\w+:)?c\b[^>]*?\sr=\"([A-Z]{1,3})(\d+)\"[^>]*(?<!/)>")


def _spread(archive: ZipFile, kind: str, entries: list) -> str:
    """Where a sheet's cells span a rectangle beyond `MOST_CELLS`, its size as text; "" otherwise."""
    for entry in entries:
        if kind == "xlsx" and not re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
            continue
        if kind == "ods" and entry.filename != "content.xml":
            continue
        content = archive.read(entry)
        if kind == "ods":
            filled = _ods_filled(content)
            if filled > MOST_CELLS:
                return f"{filled:,}"
            continue
        if not _FAR_ROW.search(content):
            continue
        rows = max((int(n) for n in _ROW.findall(content)), default=0)
        if rows * MOST_LETTERS <= MOST_CELLS:
            continue
        # Only cells that hold something count: rows formatted down to the last one are common and harmless.
        held = _HELD.findall(content)
        height = max((int(row) for _, row in held), default=0)
        width = max((_number(name) for name in {name for name, _ in held}), default=0)
        if height * width > MOST_CELLS:
            return f"{height:,} × {width:,}"
    return ""


def _number(name: bytes) -> int:
    value = 0
    for sign in name:
        value = value * 26 + sign - 64
    return value


def _ods_filled(content: bytes) -> int:
    """Cells that repeated non-empty rows and columns of an ods stand for, at most."""
    most = 0
    for block in re.finditer(
        rb"<table:table-row\b[^>]*?(?:number-rows-repeated=\"(\d+)\")?[^>]*>(.*?)</table:table-row>", content, re.S
    ):
        inner = block.group(2)
        if b"office:value" not in inner and b"<text:p" not in inner:
            continue
        times = (
            int(re.search(rb"number-rows-repeated=\"(\d+)\"", block.group(0)[:300]).group(1))
            if (b"number-rows-repeated" in block.group(0)[:300])
            else 1
        )
        columns = sum(int(n) for n in re.findall(rb"number-columns-repeated=\"(\d+)\"[^>]*office:value", inner)) or 1
        most += times * columns
    return most
