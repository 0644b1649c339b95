"""Who acts: the department behind an actor's name, and whether it is outside of the house."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from dxaudit.vocabulary import load


class Departments:
    """Which department acts, by an actor's name."""

    def __init__(self, known: Iterable[str]) -> None:
        words = load("workflow")["words"]
        # The longest first, so that 市民課窓口センター is not taken for 市民課.
        self._known = sorted({name for name in known if len(name) > 1}, key=len, reverse=True)
        self._own = tuple(words["own_department"])
        self._other = tuple(words["other_department"])
        self._external = words["external"]
        self._suffix = re.compile(rf"^(.+?(?:{'|'.join(map(re.escape, words['department_suffix']))}))")

    def of(self, actor: object, own: str) -> tuple[str, bool]:
        """(department, outside of the house)."""
        if not isinstance(actor, str) or not actor.strip():
            return own, False
        said = unicodedata.normalize("NFKC", actor).strip()
        if own and said.startswith(own.split()[-1]):
            return own, False
        for name in self._known:
            if said.startswith(name) or name.split()[-1] == said:
                return name, False
        if said.startswith(self._own):
            return own, False
        if said.startswith(self._other):
            return next(word for word in self._other if said.startswith(word)), False
        found = self._suffix.match(said)
        named = found.group(1) if found and len(found.group(1)) > 2 else ""
        # 事業所 ends like a department and is none; 市民課 begins like a resident and is none either.
        if named and named not in self._external:
            return named, False
        if any(said == word or (len(word) > 1 and said.startswith(word)) for word in self._external):
            return said, True
        return own, False
