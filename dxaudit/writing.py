"""How a file gets written: whole or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dxaudit.errors import DxauditError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path in the folder of ``path``; what stands there at the end takes the name of ``path``.

    An exception leaves ``path`` as it was and no temporary file behind. The folder is made where missing.

    Raises
    ------
    DxauditError
        The folder cannot be made or written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "a.txt"
    >>> with whole_file(target) as part:
    ...     _ = part.write_text("whole", encoding="utf-8")
    >>> target.read_text(encoding="utf-8")
    'whole'
    """
    # The suffix stays, since writers of workbooks and pictures tell the format by it.
    part = path.with_name(f".{uuid.uuid4().hex[:12]}{path.suffix}")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
        except OSError as error:
            raise _unwritable(path, error) from None
        yield part
        try:
            part.replace(path)
        except OSError as error:
            # On Windows a workbook that Excel holds open cannot be replaced.
            raise _unwritable(path, error) from None
    finally:
        # Where the folder is a file there is nothing to remove either.
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8, whole or not at all; line ends as given.

    Bytes of a file name that are no UTF-8 (lone surrogates) are written as ``\\udcXX``.
    """
    with whole_file(path) as part:
        part.write_text(content, encoding="utf-8", errors="backslashreplace", newline="")


def _unwritable(path: Path, error: OSError) -> DxauditError:
    return DxauditError(
        f"書き込めません ({error.strerror or error})",
        where=str(path),
        remedy="フォルダの有無と権限、ファイルが開かれたままでないかを確かめてください",
    )
