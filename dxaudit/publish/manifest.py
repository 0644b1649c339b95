"""What a batch has written, from what, and whether it still holds: ``manifest.json`` in the folder of the reports.

While a batch runs, each finished report is a line of ``manifest.jsonl``, so that a batch that is killed goes on where
it was; at its end the lines become the manifest.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import dxaudit
from dxaudit.publish.formats import file_of
from dxaudit.publish.run import Job, Outcome
from dxaudit.writing import write_text

NAME = "manifest.json"
JOURNAL = "manifest.jsonl"
# Those whose release can change a report.
PACKAGES = (
    "pandas", "numpy", "matplotlib", "matplotlib-fontja", "networkx", "scipy", "papermill", "nbclient", "nbconvert",
    "ipykernel", "xlsxwriter", "python-docx", "python-pptx", "weasyprint",
)  # fmt: skip
# What `whole_file` leaves in a folder when its process is killed.
_PART = re.compile(r"\.[0-9a-f]{12}(\.\w+)?")


@dataclass(frozen=True)
class Record:
    """One report of the manifest.

    Attributes
    ----------
    department : str
        Empty for the city.
    folder : str
        Beside the manifest.
    fingerprint : str
        SHA-256 over everything that the report rests on.
    reason : str
        Why it failed; empty where it was written.
    seconds : float
    files : dict of format to SHA-256
    facts : dict of str to float
        Its additive figures.
    """

    department: str
    folder: str
    fingerprint: str
    reason: str = ""
    seconds: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)

    def path(self, out: Path, kind: str) -> Path:
        """Where the file of a format is."""
        return out / self.folder / file_of(kind)

    def holds(self, out: Path, fingerprint: str, formats: Iterable[str]) -> bool:
        """Whether the report was written from the same, in these formats, and its files are still as written."""
        if self.reason or self.fingerprint != fingerprint:
            return False
        return all(kind in self.files and hash_of(self.path(out, kind)) == self.files[kind] for kind in formats)

    def outcome(self, formats: Iterable[str]) -> Outcome:
        """The outcome that this record keeps, for the formats asked for."""
        files = {kind: file_of(kind) for kind in self.files if kind in formats}
        return Outcome(self.department, self.reason, files, dict(self.facts), self.seconds)


def fingerprint(job: Job, content: str) -> str:
    """SHA-256 over inputs and settings (``content``), notebook, parameters, language and package versions."""
    given = {**job.parameters, "source": ""}
    parts = [content, hash_of(Path(job.notebook)) or "", job.lang, json.dumps(given, sort_keys=True)]
    parts += [f"{name} {release}" for name, release in packages().items()]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def packages() -> Mapping[str, str]:
    """Releases of what a report is made with; optional ones only where installed."""
    found = {"dxaudit": dxaudit.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)


def hash_of(path: Path) -> str | None:
    """SHA-256 of a file, None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def read_manifest(out: Path) -> dict[str, Any]:
    """What the last finished batch said of itself; nothing where there was none."""
    try:
        found = json.loads((out / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def read_records(out: Path) -> dict[str, Record]:
    """Every report that earlier batches wrote to ``out``, finished ones and those of an interrupted batch."""
    found: dict[str, Record] = {}
    lines: list[Any] = list(read_manifest(out).get("reports", ()))
    try:
        journal = (out / JOURNAL).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        journal = []
    for line in journal:
        try:
            lines.append(json.loads(line))
        except ValueError:
            # The batch was killed while it wrote this line; the report is made again.
            continue
    for line in lines:
        try:
            record = Record(**line)
        except TypeError:
            continue
        found[record.department] = record
    return found


def note(out: Path, record: Record) -> None:
    """Keep a finished report at once, in the journal."""
    line = json.dumps(asdict(record), ensure_ascii=True) + "\n"
    with (out / JOURNAL).open("a", encoding="ascii", newline="") as journal:
        journal.write(line)


def write_manifest(out: Path, records: Mapping[str, Record], about: Mapping[str, Any]) -> Path:
    """Write the manifest whole, and drop the journal that it takes up."""
    content = {
        **about,
        "packages": dict(packages()),
        "platform": sys.platform,
        "reports": [asdict(record) for record in records.values()],
    }
    write_text(out / NAME, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    (out / JOURNAL).unlink(missing_ok=True)
    return out / NAME


def clear_parts(folder: Path) -> None:
    """Remove what a killed process left half-written in a report's folder."""
    if folder.is_dir():
        for path in folder.iterdir():
            if _PART.fullmatch(path.name) and path.is_file():
                # A virus scanner may still hold it; the next batch tries again.
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def give_way(out: Path, record: Record) -> None:
    """Make room for a newer report: remove the files that this record wrote, keep what people have changed since.

    A file that is no longer as it was written was edited by someone; it stays beside the new one under another name.
    """
    for kind, written in record.files.items():
        path = record.path(out, kind)
        found = hash_of(path)
        if found == written:
            path.unlink(missing_ok=True)
        elif found is not None:
            path.rename(_free(path))


def _free(path: Path) -> Path:
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.edited-{number}{path.suffix}")
        if not kept.exists():
            return kept
        number += 1
