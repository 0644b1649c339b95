"""One worker process: takes a job from its input, answers with the outcome, until its input ends."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading

# jsonschema looks for this optional checker of addresses, which builds 35 parsers (1.3 s) that no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)

import nbclient  # noqa: E402, F401
import papermill  # noqa: E402, F401

from dxaudit.publish import html  # noqa: E402, F401
from dxaudit.publish.kernels import end_kernels  # noqa: E402
from dxaudit.publish.run import Job, run  # noqa: E402


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
