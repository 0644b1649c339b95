"""The batch: inventories in, one report per department and one for the city out.

Where all reports stand as asked and nothing has changed since, nothing is read. Else: read, analyse, hand the analysed
city to worker processes, run one notebook per department, make sure that the departments add up to the city, write the
page that lists them all.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

import dxaudit
from dxaudit.errors import DxauditError
from dxaudit.publish import formats as report_formats
from dxaudit.publish.content import content_key, plain_settings
from dxaudit.publish.manifest import (
    JOURNAL,
    Record,
    clear_parts,
    give_way,
    hash_of,
    note,
    read_manifest,
    read_records,
    write_manifest,
)
from dxaudit.publish.plan import CITY, Order, Plan
from dxaudit.publish.readback import differing, wrong_file
from dxaudit.publish.run import Job, Outcome, check_parameters
from dxaudit.publish.shipped import DEPARTMENT_NOTEBOOK, shipped
from dxaudit.publish.workers import Crew, crew
from dxaudit.vocabulary import text

if TYPE_CHECKING:
    from dxaudit.publish.analysis import City
    from dxaudit.state import CurrentState

INDEX = "index.html"


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
        or the folder cannot be written, or lies among the inputs.
    """
    formats = report_formats.known(formats)
    processes = _processes(jobs)
    notebook = Path(notebook).resolve() if notebook else shipped(DEPARTMENT_NOTEBOOK)
    # Workers have folders of their own to work in.
    out = Path(out).resolve()
    if isinstance(source, str | Path):
        source = Path(source).resolve()
        _apart(source, out)
    given = {"source": str(source) if isinstance(source, Path) else "", "lang": lang}
    check_parameters(notebook, {**given, "department": ""})
    templates = source if isinstance(source, Path) and source.is_dir() else None
    report_formats.check_templates(templates, formats)
    order = Order(out, notebook, given, formats, templates, departments, lang, content_key(source))
    _writable(out)
    finished = _finished(order)
    if finished is not None:
        return finished
    # Workers import their libraries while we read; more of them than departments would have nothing to do.
    hands = processes if departments is None else min(processes, len(departments))
    with nullcontext() if scheduler else crew(hands, order.key) as running:
        return _written(order, _state(source), running, scheduler)


def _finished(order: Order) -> BatchResult | None:
    """The result of an earlier batch that was asked for the same; None where anything is missing or has changed."""
    about = read_manifest(order.out)
    if about.get("inputs") != order.key or "departments" not in about or (order.out / JOURNAL).exists():
        return None
    plan = order.plan(about["departments"])
    records = read_records(order.out)
    outcomes = _standing(plan, records, order.out)
    if len(outcomes) < len(plan.jobs) or about.get("index") != _indexed(order, plan):
        return None
    outcomes = _verified(outcomes, order.out, plan.folders, order.lang)
    return None if any(outcome.reason for outcome in outcomes.values()) else _result(order, plan, outcomes)


def _written(order: Order, state: CurrentState, running: Crew | None, scheduler: str | None) -> BatchResult:
    """Analyse, and make every report that does not stand yet."""
    from dxaudit.publish.analysis import analyse
    from dxaudit.publish.index import write_index

    out, lang = order.out, order.lang
    plan = order.plan(state.departments())
    city = analyse(state)
    out.mkdir(parents=True, exist_ok=True)
    records = _remembered(out, plan.folders)
    outcomes = _standing(plan, records, out)
    # Else each kernel would put the whole register into this language for itself.
    city.register.frame_in(lang)
    outcomes |= _blocked([job for job in plan.jobs if job.department not in outcomes], records, out, lang)
    todo = [job for job in plan.jobs if job.department not in outcomes]
    for outcome in _progress(_made(todo, city, order.key, running, scheduler), len(todo), lang):
        outcomes[outcome.department] = outcome
        records[outcome.department] = _noted(out, outcome, plan)
    outcomes = _verified({job.department: outcomes[job.department] for job in plan.jobs}, out, plan.folders, lang)
    write_index(out / INDEX, city, outcomes, plan.folders, lang)
    about = {
        "dxaudit": dxaudit.__version__,
        "inputs": order.key,
        "notebook": hash_of(order.notebook),
        "lang": lang,
        "settings": plain_settings(state.settings),
        "departments": plan.every,
        "index": _indexed(order, plan),
    }
    write_manifest(out, records, about)
    return _result(order, plan, outcomes)


def _result(order: Order, plan: Plan, outcomes: Mapping[str, Outcome]) -> BatchResult:
    return BatchResult(
        order.out,
        order.out / INDEX,
        tuple(name for name in plan.chosen if not outcomes[name].reason),
        {name or text("common.city", order.lang): o.reason for name, o in outcomes.items() if o.reason},
    )


def _indexed(order: Order, plan: Plan) -> dict[str, object]:
    """What the index page shows and its hash, as the manifest keeps them."""
    return {**order.index(plan), "sha256": hash_of(order.out / INDEX)}


def _standing(plan: Plan, records: Mapping[str, Record], out: Path) -> dict[str, Outcome]:
    """Outcomes of the reports that were written before, from the same, and are still as they were written."""
    return {
        job.department: records[job.department].outcome(job.formats)
        for job in plan.jobs
        if job.department in records and records[job.department].holds(out, plan.prints[job.department], job.formats)
    }


def _made(todo: Sequence[Job], city: City, key: str, running: Crew | None, scheduler: str | None) -> Iterator[Outcome]:
    """Outcomes of the jobs, from this machine's crew or from a cluster."""
    from dxaudit.publish.analysis import packed

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
            # One that somebody holds open on Windows stays, and its record, for the next batch to try again.
            with suppress(OSError):
                give_way(out, records[name])
                gone = records.pop(name)
                (out / gone.folder).rmdir()
    for folder in folders.values():
        clear_parts(out / folder)
    clear_parts(out)
    return records


def _blocked(todo: Sequence[Job], records: dict[str, Record], out: Path, lang: str) -> dict[str, Outcome]:
    """Outcomes of jobs whose earlier report cannot be cleared away; the earlier reports of the others are."""
    blocked = {}
    for job in todo:
        try:
            if job.department in records:
                give_way(out, records[job.department])
                del records[job.department]
        except OSError as error:
            # On Windows a workbook that somebody has open can be neither removed nor renamed.
            where = Path(str(error.filename)).name
            blocked[job.department] = Outcome(job.department, text("publish.failed.open", lang, file=where))
    return blocked


def _noted(out: Path, outcome: Outcome, plan: Plan) -> Record:
    """The record of a finished report, kept in the journal at once."""
    folder = plan.folders[outcome.department]
    files = {kind: hash_of(out / folder / file) or "" for kind, file in outcome.files.items()}
    record = Record(
        outcome.department,
        folder,
        plan.prints[outcome.department],
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


def _apart(source: Path, out: Path) -> None:
    """Refuse an input that is not there, and a folder of reports inside the inputs, where they would be read next."""
    if not source.exists():
        raise DxauditError(
            text("publish.error.no_source"), where=str(source), remedy=text("publish.error.no_source_remedy")
        )
    if source.is_dir() and out.is_relative_to(source):
        raise DxauditError(
            text("publish.error.out_inside"), where=str(out), remedy=text("publish.error.out_inside_remedy")
        )


def _state(source: Path | CurrentState) -> CurrentState:
    if isinstance(source, Path):
        from dxaudit.intake import read

        state, where = read(source), str(source)
    else:
        state, where = source, None
    if not len(state.sheets):
        raise DxauditError(text("publish.error.empty"), where=where, remedy=text("publish.error.empty_remedy"))
    if not state.departments():
        raise DxauditError(
            text("publish.error.no_departments"), where=where, remedy=text("publish.error.no_departments_remedy")
        )
    return state


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
        raise DxauditError(
            text("publish.error.out", error=error.strerror or error),
            where=str(out),
            remedy=text("publish.error.out_remedy"),
        ) from None
    finally:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


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
