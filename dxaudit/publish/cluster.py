"""The batch over several machines: the same jobs on a dask.distributed cluster, their files in a shared folder.

Every machine needs the product installed and the folder of the reports under the same path. The analysed city
travels once to each; there, a crew of workers and a fork server serve its tasks as they do on one machine. A task
whose machine dies is given to another.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from dxaudit.publish.run import Job, Outcome, reason
from dxaudit.publish.workers import Crew, crew
from dxaudit.scheduler import connected

RETRIES = 3
"""How often a report is given to another machine when its own dies."""


@dataclass(frozen=True)
class Parcel:
    """What a machine needs beside the jobs: the packed city and the notebooks, by the path the jobs know them by."""

    key: str
    city: bytes
    notebooks: dict[str, bytes]


def work_on_cluster(jobs: Sequence[Job], city: bytes, key: str, address: str) -> Iterator[Outcome]:
    """Do ``jobs`` on the cluster of a scheduler; each outcome as soon as it is known.

    Raises
    ------
    DxauditError
        As `dxaudit.scheduler.connected`.
    """
    with connected(address) as client:
        from distributed import as_completed

        notebooks = {job.notebook: Path(job.notebook).read_bytes() for job in jobs}
        # A task and not scattered data, which is lost with the machines that hold it.
        parcel = client.submit(_packed, Parcel(key, city, notebooks), pure=False, retries=RETRIES)
        futures = [client.submit(do_there, job, parcel, pure=False, retries=RETRIES) for job in jobs]
        asked = {future.key: job for future, job in zip(futures, jobs, strict=True)}
        try:
            for future in as_completed(futures):
                yield _outcome(future, asked[future.key])
        finally:
            client.cancel(futures)
            client.run(leave, key, on_error="ignore")


def _outcome(future, job: Job) -> Outcome:
    try:
        return future.result()
    except Exception as error:
        # A report that no machine could make is listed; the others are done.
        return Outcome(job.department, reason(error, job.lang))


def _packed(parcel: Parcel) -> Parcel:
    return parcel


_open: dict[str, tuple[ExitStack, Crew, Path]] = {}
_opening = threading.Lock()


def do_there(job: Job, parcel: Parcel) -> Outcome:
    """Make one report on the machine of a dask worker."""
    running, folder = _crew(parcel)
    # A task may run on more threads than there were at the start; it waits for a worker to come free.
    return running.do(replace(job, notebook=str(_notebook(job.notebook, parcel, folder))))


def leave(key: str) -> None:
    """End this machine's crew of a batch."""
    with _opening:
        stack, _, _ = _open.pop(key, (None, None, None))
    if stack is not None:
        stack.close()


def _crew(parcel: Parcel) -> tuple[Crew, Path]:
    """This process's crew for the batch, started by the first of its tasks."""
    from distributed import get_worker

    with _opening:
        if parcel.key not in _open:
            stack = ExitStack()
            running = stack.enter_context(crew(get_worker().state.nthreads, parcel.key))
            running.receive(parcel.city)
            _open[parcel.key] = (stack, running, running.handed.parent)
            atexit.register(leave, parcel.key)
        _, running, folder = _open[parcel.key]
    return running, folder


def _notebook(path: str, parcel: Parcel, folder: Path) -> Path:
    """The notebook where it lies, or our copy of it where this machine does not see it there."""
    found = Path(path)
    if found.is_file() and found.read_bytes() == parcel.notebooks[path]:
        return found
    copy = folder / found.name
    if not copy.exists():
        copy.write_bytes(parcel.notebooks[path])
    return copy
