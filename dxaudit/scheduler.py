"""A connection to the dask.distributed scheduler whose machines share the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import text

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 30


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at ``address``, which has at least one worker.

    Raises
    ------
    DxauditError
        distributed is not installed, nobody answers at ``address``, or the scheduler has no worker.
    """
    try:
        from distributed import Client
    except ImportError:
        raise DxauditError(
            text("publish.error.extra", name="--scheduler", library="distributed"),
            remedy=text("publish.error.extra_remedy", extra="cluster"),
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise DxauditError(
            text("publish.error.scheduler", error=type(error).__name__),
            where=address,
            remedy=text("publish.error.scheduler_remedy"),
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise DxauditError(
                text("publish.error.no_workers"), where=address, remedy=text("publish.error.no_workers_remedy")
            )
        yield client
