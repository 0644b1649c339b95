"""The reading of a pool's many texts, done by several machines: chunks of distinct texts go to dask workers.

What is costly by row is folding names and searching texts for words of functions, and each text stands for itself; so
the result is the same wherever a text is read. Which systems belong together is decided here, on distinct keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from dxaudit.scheduler import connected

_RETRIES = 2
_SMALLEST = 2000


class Spread(Protocol):
    """Does ``compute`` on all of ``values``, perhaps in chunks: one result per chunk, in order."""

    def __call__(self, compute: Callable[[list], Any], values: list) -> list[Any]: ...


def here(compute: Callable[[list], Any], values: list) -> list[Any]:
    """All of ``values`` in one chunk, in this process."""
    return [compute(values)]


@contextmanager
def spread_over(address: str) -> Iterator[Spread]:
    """Chunks of values spread over the workers of the dask.distributed scheduler at ``address``.

    A chunk whose worker dies is done by another one. Few values are not worth the way and stay here.

    Raises
    ------
    DxauditError
        As `dxaudit.scheduler.connected`.
    """
    with connected(address) as client:
        threads = sum(worker["nthreads"] for worker in client.scheduler_info()["workers"].values())

        def spread(compute: Callable[[list], Any], values: list) -> list[Any]:
            size = max(_SMALLEST, -(-len(values) // (4 * threads)))
            if len(values) <= size:
                return here(compute, values)
            # A task and not scattered data, which is lost with the machine that holds it.
            work = client.submit(_itself, compute, pure=False, retries=_RETRIES)
            chunks = [values[start : start + size] for start in range(0, len(values), size)]
            return client.gather([client.submit(_done, work, chunk, pure=False, retries=_RETRIES) for chunk in chunks])

        yield spread


def _itself(compute: Callable[[list], Any]) -> Callable[[list], Any]:
    return compute


def _done(compute: Callable[[list], Any], values: list) -> Any:
    return compute(values)
