"""Python's collector of cyclic garbage, kept from going through a state again and again while it is made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector is off meanwhile, as far as it was on.

    Cells read and names folded are very many small values, none of which refers back. Their number alone would make
    the collector search all that the process holds, vocabulary and libraries too, several times over for nothing: a
    tenth of the time. What little garbage is made meanwhile is collected when it goes on.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
