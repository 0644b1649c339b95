"""Processes that run reports side by side: each takes a job, runs its notebook, and asks for the next.

The batch talks to a worker over its standard input and output, one JSON line a job and one an outcome. A worker
whose batch is gone sees the end of its input, ends its kernel and itself. A worker that dies is replaced, and its
job is given out once more. Workers and the fork server start while the batch is still analysing, since importing
their libraries takes as long.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psutil

from dxaudit.publish.run import FORK_SERVER, HANDOVER, Job, Outcome, fits_sockets
from dxaudit.vocabulary import text

ATTEMPTS = 2
"""How often a job is given out when its worker dies."""
FOLDER = "dxaudit-"
"""How the private folder of a batch begins; the number of its process follows."""
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
    closing : Event
        Set when no worker is to be replaced any more.
    """

    handed: Path
    environment: Mapping[str, str]
    waiting: deque[subprocess.Popen]
    server: subprocess.Popen | None
    closing: threading.Event

    def receive(self, content: bytes) -> None:
        """Put the packed city where kernels open it, and let the server take it in."""
        self.handed.write_bytes(content)
        if self.server is not None:
            # A server that died on the way is none: kernels are launched plainly then.
            with suppress(OSError):
                self.server.stdin.write(b"1")
                self.server.stdin.flush()
            self.server.stdout.readline()

    def work(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Do ``jobs`` side by side; each outcome as soon as it is known, in the order of ending."""
        with ThreadPoolExecutor(max(1, len(self.waiting))) as desks:
            try:
                for ended in as_completed([desks.submit(self.do, job) for job in jobs]):
                    yield ended.result()
            except BaseException:
                self.end()
                desks.shutdown(cancel_futures=True)
                raise

    def do(self, job: Job) -> Outcome:
        """Have one report made by a waiting worker, by its successor where it dies."""
        worker = self.waiting.popleft()
        try:
            for _ in range(ATTEMPTS):
                if worker.poll() is not None:
                    worker = _start_worker(self.environment)
                outcome = _ask(worker, job)
                if outcome is not None:
                    return outcome
                _end(worker)
                if self.closing.is_set():
                    break
            return Outcome(job.department, text("publish.failed.worker", job.lang, times=ATTEMPTS))
        finally:
            self.waiting.append(worker)

    def end(self) -> None:
        """End every process of the crew."""
        self.closing.set()
        processes = [*self.waiting, *([self.server] if self.server else [])]
        if not self.handed.exists():
            # They are still importing and have started nothing; who typed a wrong name is not to wait for that.
            for process in processes:
                process.kill()
        for process in processes:
            _end(process)


@contextmanager
def crew(processes: int, key: str) -> Iterator[Crew]:
    """Start workers and fork server for a batch over the inputs of ``key``; end them and their files at the end."""
    _sweep()
    with TemporaryDirectory(prefix=f"{FOLDER}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        handed = Path(folder) / f"{key[:16]}.pickle"
        environment = {
            HANDOVER: str(handed),
            "JUPYTER_RUNTIME_DIR": folder,
            # Side by side, processes with a thread per processor each would only wait for one another.
            **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        server = None
        if sys.platform.startswith("linux") and fits_sockets(folder):
            environment[FORK_SERVER] = str(Path(folder) / "forkserver")
            server = _start(["dxaudit.publish.forkserver", environment[FORK_SERVER], str(handed)], environment)
        workers = deque(_start_worker(environment) for _ in range(processes))
        running = Crew(handed, environment, workers, server, threading.Event())
        try:
            yield running
        finally:
            running.end()


def _sweep() -> None:
    """Remove folders of batches that were killed together with all their processes; they hold staff answers."""
    for folder in Path(gettempdir()).glob(f"{FOLDER}*-*"):
        owner = folder.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


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
