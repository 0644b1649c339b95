"""The formats a report comes in: each is one module that writes a file from an executed notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import text
from dxaudit.writing import whole_file


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    file : str
        Name of the file within a report's folder.
    module : str
        Module of ``dxaudit.publish`` whose ``write(notebook, path, department, lang)`` makes it; where ``templated``,
        with an ``opened(templates)`` that opens the city's template.
    needs : tuple of str
        The import and the extra of an optional library; empty where nothing beyond the install is needed.
    templated : bool
        Whether the city may give a template of its own, in the folder of its files.
    """

    file: str
    module: str
    needs: tuple[str, ...] = ()
    templated: bool = False

    def writer(self) -> Callable[..., None]:
        return import_module(f"dxaudit.publish.{self.module}").write


FORMATS: Mapping[str, Format] = {
    "html": Format("report.html", "html"),
    "xlsx": Format("report.xlsx", "workbook"),
    "docx": Format("report.docx", "document", ("docx", "office"), templated=True),
    "pptx": Format("report.pptx", "slides", ("pptx", "office"), templated=True),
    "pdf": Format("report.pdf", "pdf", ("weasyprint", "pdf")),
    "ipynb": Format("report.ipynb", "ipynb"),
}
OF_THE_CITY: Mapping[str, Mapping[str, Format]] = {
    "html": {"A3": Format("summary_a3.html", "poster")},
    "pdf": {"A3 pdf": Format("summary_a3.pdf", "poster")},
}
"""What comes beside a format in the city's own folder: the A3 sheet."""


def file_of(kind: str) -> str:
    """The file name of a format, or of what comes beside one."""
    return _every()[kind].file


def of_city(names: Sequence[str]) -> tuple[str, ...]:
    """``names`` with what comes beside them for the city."""
    return (*names, *(extra for name in names for extra in OF_THE_CITY.get(name, ())))


def _every() -> dict[str, Format]:
    return {**FORMATS, **{kind: made for group in OF_THE_CITY.values() for kind, made in group.items()}}


def known(names: Sequence[str]) -> tuple[str, ...]:
    """``names`` without repeats, each one a format that can be written here.

    Raises
    ------
    DxauditError
        An unknown format, or one whose optional library is not installed.
    """
    for name in names:
        if name not in FORMATS:
            raise DxauditError(
                text("publish.error.format", name=name),
                remedy=text("publish.error.format_remedy", known=", ".join(FORMATS)),
            )
        if FORMATS[name].needs:
            library, extra = FORMATS[name].needs
            try:
                import_module(library)
            except (ImportError, OSError):
                # WeasyPrint raises OSError where its system libraries are missing.
                raise DxauditError(
                    text("publish.error.extra", name=name, library=library),
                    remedy=text("publish.error.extra_remedy", extra=extra),
                ) from None
    if not names:
        raise DxauditError(
            text("publish.error.no_format"), remedy=text("publish.error.format_remedy", known=", ".join(FORMATS))
        )
    return tuple(dict.fromkeys(names))


def check_templates(folder: Path | None, names: Sequence[str]) -> None:
    """Find out before the work whether the city's own templates of these formats can be used.

    Raises
    ------
    DxauditError
        Naming the file that is no document of its kind.
    """
    for name in names:
        if FORMATS[name].templated:
            import_module(f"dxaudit.publish.{FORMATS[name].module}").opened(folder)


def write_all(
    notebook: Any,
    folder: Path,
    names: Sequence[str],
    *,
    department: str,
    lang: str = "ja",
    templates: Path | None = None,
) -> dict[str, str]:
    """Write ``notebook`` in each format; returns the file name of each."""
    every = _every()
    for name in names:
        made = every[name]
        given = {"templates": templates} if made.templated else {}
        with whole_file(folder / made.file) as part:
            made.writer()(notebook, part, department, lang, **given)
    return {name: every[name].file for name in names}
