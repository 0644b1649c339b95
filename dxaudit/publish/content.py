"""What a batch rests on, as one hash, so that nothing is read again where nothing has changed."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dxaudit
from dxaudit.errors import DxauditError
from dxaudit.settings import FILE_NAME, Settings, read_settings

if TYPE_CHECKING:
    from dxaudit.state import CurrentState

FRAMES = (
    "businesses", "systems", "survey", "organization", "governance", "workflow",
    "findings", "sheets", "columns", "rows_outside", "readability",
)  # fmt: skip


def content_key(source: Path | CurrentState) -> str:
    """SHA-256 over what an analysis rests on: every input file's name and bytes, settings, decisions, our version.

    Two folders with the same files give the same key; one changed byte, setting, decision or release gives another.
    Nothing is read as a table. Hidden files count as little as they do in an analysis.

    Raises
    ------
    DxauditError
        A file cannot be read, or the settings are none.
    """
    digest = hashlib.sha256(f"dxaudit {dxaudit.__version__} pandas {version('pandas')}".encode())
    if not isinstance(source, Path):
        for name in FRAMES:
            digest.update(pickle.dumps(getattr(source, name)))
        digest.update(pickle.dumps(plain_settings(source.settings)))
        for decision in source.decisions:
            digest.update(decision.line().encode())
        return digest.hexdigest()
    for name, file in _files(source):
        digest.update(f"\0{name}\0".encode("utf-8", "surrogatepass"))
        try:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError as error:
            raise DxauditError(f"読めません ({error.strerror})", where=str(file)) from None
    return digest.hexdigest()


def _files(source: Path) -> Iterator[tuple[str, Path]]:
    """Every file that an analysis of ``source`` looks at, with a name that does not tell where it lies."""
    folder = source if source.is_dir() else source.parent
    found = [source]
    if source.is_dir():
        found = sorted(p for p in source.rglob("*") if p.is_file())
        found = [p for p in found if not any(part.startswith(".") for part in p.relative_to(source).parts)]
    own = folder / FILE_NAME
    settings = read_settings(own) if own.is_file() else Settings()
    # Beside a single file, and where the settings point elsewhere, these two are not among the files sent.
    beside = [file for file in (own, folder / settings.decisions) if file.is_file() and file not in found]
    for file in [*found, *beside]:
        yield file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name, file


def plain_settings(settings: Settings) -> dict[str, Any]:
    """The settings as plain dictionaries, without the path they were read from."""

    def plain(value: Any) -> Any:
        return {k: plain(v) for k, v in sorted(value.items())} if isinstance(value, Mapping) else value

    return {k: plain(v) for k, v in sorted(vars(settings).items()) if k != "path"}
