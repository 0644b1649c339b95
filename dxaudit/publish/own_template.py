"""A city's own template of an office format, opened; refused in one line where it is no such file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from lxml.etree import XMLSyntaxError

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import text


def own_template(
    folder: Path | None, name: str, kind: str, read: Callable[[str], Any], no_package: type[Exception]
) -> Any | None:
    """What ``read`` makes of the file ``name`` in ``folder``, None where the city has none.

    Parameters
    ----------
    kind : str
        What the office calls the format (Word), for the reader of an error.
    no_package : type of Exception
        What the format's library raises for a file that is no package.

    Raises
    ------
    DxauditError
        The file is not of that format.
    """
    own = folder / name if folder else None
    if own is None or not own.is_file():
        return None
    try:
        return read(str(own))
    except (OSError, KeyError, ValueError, no_package, BadZipFile, XMLSyntaxError):
        # Not a package, a package of something else, one that is cut off, or one whose parts are no XML.
        raise DxauditError(
            text("publish.error.template", kind=kind),
            where=str(own),
            remedy=text("publish.error.template_remedy", kind=kind, suffix=own.suffix),
        ) from None
