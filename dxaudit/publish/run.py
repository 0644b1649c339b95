"""One report: a notebook executed by papermill, checked to be the right department's, written in every format."""

from __future__ import annotations

import ast
import base64
import json
import os
import struct
import time
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dxaudit.errors import DxauditError
from dxaudit.publish import formats
from dxaudit.publish.marks import MARK
from dxaudit.vocabulary import text

CELL_SECONDS = 120
"""Longest that one cell may take before its report is given up."""


HANDOVER = "DXAUDIT_HANDOVER"
"""Environment variable: path of the file that holds the batch's analysed city."""

FORK_SERVER = "DXAUDIT_FORK_SERVER"
"""Environment variable: the socket of the batch's fork server."""

LONGEST_SOCKET_FOLDER = 84
"""Bytes of a folder's path in which Unix sockets can be named: their whole path has room for 104 (macOS) or 108."""

CHECK = "assert department == {given!r}, f'department is now {{department!r}}'"
"""What the last cell asks."""


def fits_sockets(folder: str) -> bool:
    """Whether sockets can stand in ``folder``; where its path is too long, kernels are launched and asked plainly."""
    return len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER


@dataclass(frozen=True)
class Job:
    """What one report needs, in words that travel between processes and machines.

    Attributes
    ----------
    department : str
        Empty for the city's own report.
    notebook : str
        Path of the notebook to execute.
    parameters : dict
        Given to the notebook; each must stand in its ``parameters`` cell.
    folder : str
        Where the report's files go.
    formats : tuple of str
    lang : str
    templates : str
        Folder that may hold the city's own templates; empty where there is none.
    """

    department: str
    notebook: str
    parameters: dict[str, Any]
    folder: str
    formats: tuple[str, ...]
    lang: str = "ja"
    templates: str = ""

    def json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=True)

    @classmethod
    def from_json(cls, line: str) -> Job:
        values = json.loads(line)
        return cls(**{**values, "formats": tuple(values["formats"])})


@dataclass(frozen=True)
class Outcome:
    """How one report ended.

    Attributes
    ----------
    department : str
    reason : str
        Why there is no report; empty where there is one.
    files : dict of format to file name
        Within the report's folder.
    facts : dict of str to float
        The additive figures that the report states.
    seconds : float
    """

    department: str
    reason: str = ""
    files: dict[str, str] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=True)


def run(job: Job) -> Outcome:
    """Execute the job's notebook and write its report; a failure becomes an `Outcome`, never an exception."""
    began = time.perf_counter()
    try:
        notebook = executed(job)
        facts = checked(notebook, job)
        files = formats.write_all(
            notebook,
            Path(job.folder),
            job.formats,
            department=job.department,
            lang=job.lang,
            templates=Path(job.templates) if job.templates else None,
        )
    except Exception as error:
        # One department's failure must not take the batch with it; it is named and listed.
        return Outcome(job.department, reason(error, job.lang), seconds=time.perf_counter() - began)
    return Outcome(job.department, "", files, facts, time.perf_counter() - began)


def executed(job: Job) -> Any:
    """The executed notebook of ``job``, as papermill makes it.

    A last cell asks inside the kernel whether ``department`` is still the one that was given; it leaves no trace.
    """
    import nbformat
    import papermill

    path = Path(job.notebook)
    source = nbformat.read(str(path), as_version=4)
    for cell in source.cells:
        if cell.cell_type == "code":
            # Outputs that the notebook was saved with are of another city.
            cell.outputs, cell.execution_count = [], None
    if "department" in job.parameters:
        check = nbformat.v4.new_code_cell(CHECK.format(given=job.department))
        source.cells.append(check)
    notebook = papermill.execute_notebook(
        source,
        None,
        job.parameters,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        cwd=str(path.parent),
        execution_timeout=CELL_SECONDS,
        kernel_manager_class="dxaudit.publish.kernels.ReportKernelManager",
        shutdown_kernel="immediate",
    )
    if "department" in job.parameters:
        notebook.cells.pop()
    return notebook


def parameters_of(notebook: Path) -> frozenset[str]:
    """Names that the ``parameters`` cell of ``notebook`` sets.

    Raises
    ------
    DxauditError
        The file is no Python notebook, or has no cell tagged ``parameters``.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
        sources = ["".join(cell["source"]) for cell in tagged]
        lines = [line for source in sources for line in ast.parse(source).body]
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise DxauditError(text("publish.error.no_notebook", error=type(error).__name__), where=str(notebook)) from None
    if not tagged:
        raise DxauditError(
            text("publish.error.no_parameters"), where=str(notebook), remedy=text("publish.error.no_parameters_remedy")
        )
    targets = [t for line in lines if isinstance(line, ast.Assign) for t in line.targets]
    targets += [line.target for line in lines if isinstance(line, ast.AnnAssign)]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def check_parameters(notebook: Path, given: dict[str, Any]) -> None:
    """Refuse parameters that the notebook does not know, which papermill would let pass in silence.

    Raises
    ------
    DxauditError
        Naming the parameter and the ones the notebook has.
    """
    known = parameters_of(notebook)
    unknown = sorted(set(given) - known)
    if unknown:
        raise DxauditError(
            text("publish.error.unknown_parameter", names=", ".join(unknown)),
            where=str(notebook),
            remedy=text("publish.error.unknown_parameter_remedy", known=", ".join(sorted(known))),
        )


def checked(notebook: Any, job: Job) -> dict[str, float]:
    """The facts that an executed notebook states, after making sure that they are its department's.

    Raises
    ------
    DxauditError
        The notebook was run for, or shows an output of, another department.
    """
    facts: dict[str, float] = {}
    shown = {notebook.metadata.papermill["parameters"].get("department", "")}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            mark = output.get("metadata", {}).get(MARK)
            if mark:
                shown.add(mark["department"])
                facts.update(mark.get("facts", {}))
            elif "image/png" in output.get("data", {}):
                # A figure of somebody's own notebook, drawn in a kernel that was asked whose report it is.
                output["metadata"][MARK] = {"department": job.department}
                output["data"]["image/png"] = named_png(output["data"]["image/png"], job.department)
    notebook.metadata[MARK] = {"department": job.department, "lang": job.lang, "facts": facts}
    if shown != {job.department}:
        others = ", ".join(sorted(shown - {job.department})) or text("publish.error.nobody")
        raise DxauditError(text("publish.error.wrong_department", department=job.department, others=others))
    return facts


def named_png(encoded: str, department: str) -> str:
    """A base64 PNG with the department written into its metadata, as `Chart.png` writes it."""
    picture = base64.b64decode(encoded)
    # After the signature (8 bytes) and the header chunk (25 bytes), text chunks may stand anywhere.
    content = b"tEXtSubject\0" + department.encode("unicode_escape")
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return base64.b64encode(picture[:33] + chunk + picture[33:]).decode("ascii")


def reason(error: Exception, lang: str = "ja") -> str:
    """One line that says why a report failed."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        if error.ename == "DxauditError":
            return " ".join(error.evalue.split())
        said = " ".join(f"{error.ename}: {error.evalue}".split())
        return text("publish.failed.cell", lang, cell=error.exec_count, error=said[:300])
    if isinstance(error, DeadKernelError):
        return text("publish.failed.kernel", lang)
    if isinstance(error, CellTimeoutError):
        return text("publish.failed.time", lang, seconds=CELL_SECONDS)
    if isinstance(error, DxauditError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
