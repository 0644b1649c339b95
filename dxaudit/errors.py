"""What a user can mend, said in one line: what is wrong, where, and what to do."""

from __future__ import annotations


class DxauditError(Exception):
    """An error the user can mend.

    Parameters
    ----------
    what : str
        What is wrong, one sentence.
    where : str, optional
        File, sheet and cell, as in ``"業務.xlsx › 一覧!D4"``; or file and key of a settings file.
    remedy : str, optional
        What to do about it.

    Everything that is not a DxauditError is a bug and keeps its traceback.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        if self.remedy:
            line = f"{line} → {self.remedy}"
        # A cell's text may hold line breaks; the promise is one line.
        return " ".join(line.split())

    def __reduce__(self):
        return (_rebuild, (type(self), self.what, self.where, self.remedy))

    def _render_traceback_(self) -> list[str]:
        """Jupyter and papermill show the one line instead of a traceback."""
        return [f"dxaudit: {self}"]


def _rebuild(kind: type[DxauditError], what: str, where: str | None, remedy: str | None) -> DxauditError:
    return kind(what, where=where, remedy=remedy)
