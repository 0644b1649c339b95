"""The batch: inventories in, one report per department and one for the city out.

Read, analyse, hand the analysed city to worker processes, run one notebook per department, make sure that the
departments add up to the city, write the page that lists them all.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import process
from tqdm import tqdm

import dxaudit
from dxaudit.errors import DxauditError
from dxaudit.publish import formats as report_formats
from dxaudit.publish.analysis import City, analyse, content_key, packed, plain_settings
from dxaudit.publish.index import write_index
from dxaudit.publish.manifest import (
    Record,
    clear_parts,
    fingerprint,
    give_way,
    hash_of,
    note,
    read_records,
    write_manifest,
)
from dxaudit.publish.names import folder_names
from dxaudit.publish.readback import differing, wrong_file
from dxaudit.publish.run import Job, Outcome, check_parameters
from dxaudit.publish.shipped import CITY_NOTEBOOK, DEPARTMENT_NOTEBOOK, shipped
from dxaudit.publish.workers import Crew, crew
from dxaudit.state import CurrentState
from dxaudit.vocabulary import text

CITY = ""
"""The department of the city's own report."""


@dataclass(frozen=True)
class BatchResult:
    """What a batch left.

    Attributes
    ----------
    out : Path
    index : Path
        The page that lists every report.
    done : tuple of str
        Departments whose report was written.
    failed : mapping of str to str
        Department (全庁 for the city) → reason, for those without one.
    """

    out: Path
    index: Path
    done: tuple[str, ...]
    failed: Mapping[str, str]


def report(
    source: str | Path | CurrentState,
    out: str | Path,
    departments: Sequence[str] | None = None,
    formats: Sequence[str] = ("html",),
    jobs: int | str = "auto",
    lang: str = "ja",
    notebook: str | Path | None = None,
    scheduler: str | None = None,
) -> BatchResult:
    """Write a report per department, one for the city, and an index page.

    Parameters
    ----------
    source : path or CurrentState
        The folder (or one file) of inventories, or what was read from it.
    out : path
        Folder for the reports, made where missing.
    departments : sequence of str, optional
        Only these; all of them and the city where not given.
    formats : sequence of str
        Names of `dxaudit.publish.formats.FORMATS`.
    jobs : int or "auto"
        Reports made at the same time; as many as processors by default.
    lang : {"ja", "en"}
    notebook : path, optional
        A department notebook of your own, with ``department``, ``source`` and ``lang`` in its ``parameters`` cell.
    scheduler : str, optional
        Address of a dask.distributed scheduler that runs the reports instead of this machine.

    Returns
    -------
    BatchResult

    Raises
    ------
    DxauditError
        Nothing was written: the input cannot be read, names no department, a department or a format is unknown,
        or the folder cannot be written.
    """
    formats = report_formats.known(formats)
    processes = _processes(jobs)
    notebook = Path(notebook).resolve() if notebook else shipped(DEPARTMENT_NOTEBOOK)
    # Workers have folders of their own to work in.
    out = Path(out).resolve()
    state = _state(source)
    every = state.departments()
    chosen = _chosen(every, departments)
    given = {"source": "" if isinstance(source, CurrentState) else str(Path(source).resolve()), "lang": lang}
    check_parameters(notebook, {**given, "department": ""})
    _writable(out)

    folders = {CITY: text("common.city", lang), **folder_names(every, taken=[text("common.city", lang)])}
    templates = given["source"] if given["source"] and Path(given["source"]).is_dir() else ""
    plan = [
        Job(name, str(notebook), {**given, "department": name}, str(out / folders[name]), formats, lang, templates)
        for name in chosen
    ]
    if departments is None:
        beside = report_formats.of_city(formats)
        plan.insert(0, Job(CITY, str(shipped(CITY_NOTEBOOK)), given, str(out / folders[CITY]), beside, lang, templates))
    key = content_key(state if isinstance(source, CurrentState) else Path(source))
    prints = {job.department: fingerprint(job, key) for job in plan}
    records = _remembered(out, folders)
    outcomes = {
        job.department: records[job.department].outcome(job.formats)
        for job in plan
        if job.department in records and records[job.department].holds(out, prints[job.department], job.formats)
    }
    todo = [job for job in plan if job.department not in outcomes]
    with crew(min(processes, len(todo)), key) if todo and not scheduler else nullcontext() as running:
        city = analyse(state)
        for job in todo:
            if job.department in records:
                give_way(out, records.pop(job.department))
        for outcome in _progress(_made(todo, city, key, running, scheduler), len(todo), lang):
            outcomes[outcome.department] = outcome
            records[outcome.department] = _noted(out, outcome, folders, prints)
    outcomes = _verified({job.department: outcomes[job.department] for job in plan}, out, folders, lang)
    about = {"dxaudit": dxaudit.__version__, "inputs": key, "notebook": hash_of(notebook), "lang": lang}
    write_manifest(out, records, {**about, "settings": plain_settings(state.settings)})
    index = write_index(out / "index.html", city, outcomes, folders, lang)
    return BatchResult(
        out,
        index,
        tuple(name for name in chosen if not outcomes[name].reason),
        {name or text("common.city", lang): o.reason for name, o in outcomes.items() if o.reason},
    )


def _made(todo: Sequence[Job], city: City, key: str, running: Crew | None, scheduler: str | None) -> Iterator[Outcome]:
    """Outcomes of the jobs, from this machine's crew or from a cluster."""
    if not todo:
        return iter(())
    if scheduler:
        from dxaudit.publish.cluster import work_on_cluster

        return work_on_cluster(todo, packed(city), key, scheduler)
    running.receive(packed(city))
    return running.work(todo)


def _remembered(out: Path, folders: Mapping[str, str]) -> dict[str, Record]:
    """Records of earlier batches; reports of departments that are no more are removed with theirs."""
    records = read_records(out)
    for name in list(records):
        clear_parts(out / records[name].folder)
        if folders.get(name) != records[name].folder:
            gone = records.pop(name)
            give_way(out, gone)
            with suppress(OSError):
                (out / gone.folder).rmdir()
    for folder in folders.values():
        clear_parts(out / folder)
    clear_parts(out)
    return records


def _noted(out: Path, outcome: Outcome, folders: Mapping[str, str], prints: Mapping[str, str]) -> Record:
    """The record of a finished report, kept in the journal at once."""
    folder = folders[outcome.department]
    files = {kind: hash_of(out / folder / file) or "" for kind, file in outcome.files.items()}
    record = Record(
        outcome.department,
        folder,
        prints[outcome.department],
        outcome.reason,
        round(outcome.seconds, 3),
        files,
        outcome.facts,
    )
    note(out, record)
    return record


def _verified(outcomes: dict[str, Outcome], out: Path, folders: Mapping[str, str], lang: str) -> dict[str, Outcome]:
    """Outcomes with those turned into failures whose files are another department's, or do not sum to the city.

    The sum can only be asked when every report of the batch was written.
    """
    for name, outcome in outcomes.items():
        wrong = "" if outcome.reason else wrong_file(out / folders[name], outcome)
        if wrong:
            outcomes[name] = replace(outcome, reason=text("publish.failed.file", lang, file=wrong))
    if CITY in outcomes and not any(o.reason for o in outcomes.values()):
        found = differing([o.facts for name, o in outcomes.items() if name != CITY], outcomes[CITY].facts)
        if found:
            figure, total, whole = found
            why = text("publish.failed.sum", lang, departments=total, city=whole, figure=figure)
            outcomes[CITY] = replace(outcomes[CITY], reason=why)
    return outcomes


def _state(source: str | Path | CurrentState) -> CurrentState:
    if isinstance(source, CurrentState):
        state, where = source, None
    else:
        from dxaudit.intake import read

        if not Path(source).exists():
            raise DxauditError(
                text("publish.error.no_source"), where=str(source), remedy=text("publish.error.no_source_remedy")
            )
        state, where = read(source), str(source)
    if not len(state.sheets):
        raise DxauditError(text("publish.error.empty"), where=where, remedy=text("publish.error.empty_remedy"))
    if not state.departments():
        raise DxauditError(
            text("publish.error.no_departments"), where=where, remedy=text("publish.error.no_departments_remedy")
        )
    return state


def _chosen(every: Sequence[str], departments: Sequence[str] | None) -> list[str]:
    """The departments to report on; an unknown name is an error that names the nearest ones."""
    if departments is None:
        return list(every)
    for name in departments:
        if name not in every:
            near = [found for found, score, _ in process.extract(name, every, limit=3) if score >= 30]
            remedy = (
                text("publish.error.department_remedy", near="、".join(near))
                if near
                else text("publish.error.department_none")
            )
            raise DxauditError(text("publish.error.department", name=name), remedy=remedy)
    return list(dict.fromkeys(departments))


def _processes(jobs: int | str) -> int:
    if jobs == "auto":
        return os.process_cpu_count() if hasattr(os, "process_cpu_count") else len(_processors())
    try:
        count = int(jobs)
    except ValueError:
        count = 0
    if count < 1:
        raise DxauditError(text("publish.error.jobs", value=jobs), remedy=text("publish.error.jobs_remedy"))
    return count


def _processors() -> Sequence[int]:
    # A container or a batch queue may grant fewer processors than the machine has.
    return list(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


def _writable(out: Path) -> None:
    """Find out before the work whether the folder can be written; leave no trace of having asked."""
    probe = out / f".{uuid.uuid4().hex[:12]}"
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        for folder in made:
            if folder.is_dir():
                folder.rmdir()
        raise DxauditError(
            text("publish.error.out", error=error.strerror or error),
            where=str(out),
            remedy=text("publish.error.out_remedy"),
        ) from None


def _progress(outcomes, total: int, lang: str):
    """Outcomes as they come, with a bar on a terminal and silence elsewhere."""
    failed = 0
    with tqdm(total=total, unit="", desc=text("publish.progress.left", lang), disable=None, leave=False) as bar:
        for outcome in outcomes:
            failed += bool(outcome.reason)
            bar.set_postfix_str(
                f"{outcome.department or text('common.city', lang)}, {text('publish.progress.failed', lang)} {failed}"
            )
            bar.update()
            yield outcome
