"""One worker process: takes a job from its input, answers with the outcome, until its input ends."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading

from dxaudit.publish.kernels import end_kernels
from dxaudit.publish.run import Job, run


def main() -> None:
    """Serve as a worker until the batch closes our input."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    # Whatever a library prints must not be taken for an outcome.
    os.dup2(2, 1)
    jobs: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        outcome = run(Job.from_json(jobs.get()))
        answers.write(outcome.json() + "\n")
        answers.flush()


def _listen(jobs: queue.SimpleQueue) -> None:
    for line in sys.stdin:
        jobs.put(line)
    end_kernels()
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
