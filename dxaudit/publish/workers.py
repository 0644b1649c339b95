"""Processes that run reports side by side: each takes a job, runs its notebook, and asks for the next.

The batch talks to a worker over its standard input and output, one JSON line a job and one an outcome. A worker
whose batch is gone sees the end of its input, ends its kernel and itself. A worker that dies is replaced, and its
job is given out once more.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

from dxaudit.publish.run import Job, Outcome
from dxaudit.vocabulary import text

ATTEMPTS = 2
"""How often a job is given out when its worker dies."""
REPORT_SECONDS = 900
"""Longest that a whole report may take before its worker is replaced."""


def work(jobs: Sequence[Job], processes: int, environment: Mapping[str, str]) -> Iterator[Outcome]:
    """Run ``jobs`` in worker processes; each outcome as soon as it is known, in the order of ending."""
    todo: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        todo.put(job)
    ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    stop = threading.Event()
    desks = [
        threading.Thread(target=_desk, args=(todo, ended, environment, stop), daemon=True)
        for _ in range(min(processes, len(jobs)))
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


def _desk(todo: queue.SimpleQueue, ended: queue.SimpleQueue, environment: Mapping[str, str], stop) -> None:
    """Hand jobs to one worker, and to its successor where it dies."""
    worker: subprocess.Popen | None = None
    try:
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except queue.Empty:
                return
            outcome = None
            for _ in range(ATTEMPTS):
                if worker is None or worker.poll() is not None:
                    worker = _start(environment)
                outcome = _ask(worker, job, stop)
                if outcome is not None or stop.is_set():
                    break
                _end(worker)
            died = text("publish.failed.worker", job.lang, times=ATTEMPTS)
            ended.put(outcome or Outcome(job.department, died))
    finally:
        if worker is not None:
            _end(worker)


def _start(environment: Mapping[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "dxaudit.publish.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
        encoding="ascii",
        # Ctrl-C in the terminal is the batch's to handle; it ends its workers itself.
        start_new_session=True,
    )


def _ask(worker: subprocess.Popen, job: Job, stop: threading.Event) -> Outcome | None:
    """The worker's outcome for ``job``, None where it died or took too long."""
    late = threading.Timer(REPORT_SECONDS, worker.kill)
    late.start()
    try:
        worker.stdin.write(job.json() + "\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except OSError:
        return None
    finally:
        late.cancel()
    return Outcome(**json.loads(line)) if line.endswith("\n") else None


def _end(worker: subprocess.Popen) -> None:
    """Close the worker's input, which ends it and its kernel; kill it where that does not help."""
    for stream in (worker.stdin, worker.stdout):
        try:
            stream.close()
        except OSError:
            continue
    try:
        worker.wait(timeout=5)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
