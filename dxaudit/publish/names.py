"""Which folder a department's report goes to: names that every file system takes, no two alike.

Department names come out of files that anyone may have written, so they may hold path separators, reserved
Windows names, trailing dots, control characters, or be hundreds of characters long.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

# Windows allows 260 characters for a whole path and Linux 255 bytes for one name; 60 leaves room on both
# (60 kanji are 180 bytes) and for the city's own folder before it.
LONGEST = 60
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in '<>:"/\\|?*'})


def folder_names(names: Iterable[str], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """A folder name for each of ``names``.

    An ordinary name stays as it is. A name that had to be changed, or that differs from another only by what a
    file system ignores (case, composition of accents), carries a short hash of the original behind it, so that
    the folder depends on the name and not on the order of the list.

    Parameters
    ----------
    names : iterable of str
        Distinct names as read.
    taken : iterable of str
        Folder names that are in use already.
    """
    names = list(dict.fromkeys(names))
    plain = {name: _plain(name) for name in names}
    used = Counter(_seen_by_file_system(folder) for folder in [*plain.values(), *taken])
    return {
        name: folder
        if folder == name and used[_seen_by_file_system(folder)] == 1
        else f"{folder[: LONGEST - 11].rstrip(' .')}-{_hash(name)}"
        for name, folder in plain.items()
    }


def _plain(name: str) -> str:
    written = unicodedata.normalize("NFC", name.translate(_FORBIDDEN))
    # Control, formatting (bidirectional marks) and unpaired surrogate characters have no place in a file name.
    written = "".join(c for c in written if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    written = written.strip().lstrip(".").rstrip(". ")[:LONGEST].rstrip(". ")
    if not written or _DEVICE.fullmatch(written):
        written = f"_{written}"
    return written


def _seen_by_file_system(folder: str) -> str:
    return unicodedata.normalize("NFC", folder.casefold())


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
