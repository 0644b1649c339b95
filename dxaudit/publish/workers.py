"""Processes that run reports side by side: each takes a job, runs its notebook, and asks for the next.

The batch talks to a worker over its standard input and output, one JSON line a job and one an outcome. A worker
whose batch is gone sees the end of its input, ends its kernel and itself. A worker that dies is replaced, and its
job is given out once more. Workers and the fork server start while the batch is still analysing, since importing
their libraries takes as long.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dxaudit.publish.analysis import HANDOVER, City, hand_over
from dxaudit.publish.run import FORK_SERVER, Job, Outcome
from dxaudit.vocabulary import text

ATTEMPTS = 2
"""How often a job is given out when its worker dies."""
REPORT_SECONDS = 900
"""Longest that a whole report may take before its worker is replaced."""


@dataclass(frozen=True)
class Crew:
    """Worker processes and the server that their kernels are forked from.

    Attributes
    ----------
    handed : Path
        Where the analysed city will be.
    environment : mapping
        By which workers and kernels find it, and the server.
    waiting : deque of Popen
        Workers without a job.
    server : Popen or None
        None where the system cannot fork safely: Windows, and macOS, whose frameworks do not survive it.
    """

    handed: Path
    environment: Mapping[str, str]
    waiting: deque[subprocess.Popen]
    server: subprocess.Popen | None

    def work(self, jobs: Sequence[Job], city: City) -> Iterator[Outcome]:
        """Run ``jobs``; each outcome as soon as it is known, in the order of ending."""
        hand_over(city, self.handed)
        if self.server is not None:
            # A server that died on the way is none: kernels are launched plainly then.
            with suppress(OSError):
                self.server.stdin.write(b"1")
                self.server.stdin.flush()
            self.server.stdout.readline()
        todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
        for job in jobs:
            todo.put(job)
        ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        stop = threading.Event()
        desks = [
            threading.Thread(target=self._desk, args=(worker, todo, ended, stop), daemon=True)
            for worker in list(self.waiting)[: len(jobs)]
        ]
        for desk in desks:
            desk.start()
        try:
            for _ in jobs:
                yield ended.get()
        finally:
            stop.set()
            for desk in desks:
                desk.join()

    def _desk(self, worker: subprocess.Popen, todo: queue.SimpleQueue, ended: queue.SimpleQueue, stop) -> None:
        """Hand jobs to one worker, and to its successor where it dies."""
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            outcome = None
            for _ in range(ATTEMPTS):
                if worker.poll() is not None:
                    worker = _start_worker(self.environment)
                    self.waiting.append(worker)
                outcome = _ask(worker, job)
                if outcome is not None or stop.is_set():
                    break
                _end(worker)
            ended.put(outcome or Outcome(job.department, text("publish.failed.worker", job.lang, times=ATTEMPTS)))


@contextmanager
def crew(processes: int, key: str) -> Iterator[Crew]:
    """Start workers and fork server for a batch over the inputs of ``key``; end them and their files at the end."""
    with TemporaryDirectory(prefix=f"dxaudit-{os.getpid()}-") as folder:
        handed = Path(folder) / f"{key[:16]}.pickle"
        environment = {
            HANDOVER: str(handed),
            "JUPYTER_RUNTIME_DIR": folder,
            # Side by side, processes with a thread per processor each would only wait for one another.
            **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        server = None
        if sys.platform.startswith("linux"):
            environment[FORK_SERVER] = str(Path(folder) / "forkserver")
            server = _start(["dxaudit.publish.forkserver", environment[FORK_SERVER], str(handed)], environment)
        workers = deque(_start_worker(environment) for _ in range(processes))
        try:
            yield Crew(handed, environment, workers, server)
        finally:
            for process in [*workers, *([server] if server else [])]:
                _end(process)


def _start_worker(environment: Mapping[str, str]) -> subprocess.Popen:
    return _start(["dxaudit.publish.worker"], environment)


def _start(module: list[str], environment: Mapping[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", *module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
        # Ctrl-C in the terminal is the batch's to handle; it ends its processes itself.
        start_new_session=True,
    )


def _ask(worker: subprocess.Popen, job: Job) -> Outcome | None:
    """The worker's outcome for ``job``, None where it died or took too long."""
    late = threading.Timer(REPORT_SECONDS, worker.kill)
    late.start()
    try:
        worker.stdin.write(job.json().encode("ascii") + b"\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except (OSError, ValueError):
        return None
    finally:
        late.cancel()
    return Outcome(**json.loads(line)) if line.endswith(b"\n") else None


def _end(process: subprocess.Popen) -> None:
    """Close a process's input, which ends it and its kernels; kill it where that does not help."""
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            stream.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
