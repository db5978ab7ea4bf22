"""The same work on several things: one after the other, or in processes at the same time, with the same results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

__all__ = ["in_order"]

Item = TypeVar("Item")
Output = TypeVar("Output")


def in_order(function: Callable[[Item], Output], items: Sequence[Item], *, jobs: int) -> Iterator[Output]:
    """Give what a function makes of each item, in their order.

    Parameters
    ----------
    function : callable
        A function of a module, or a partial of one: it is sent to other processes.
    items : sequence
        What it is called with.
    jobs : int
        Processes that work at the same time; with 1 everything is done here.

    Examples
    --------
    >>> list(in_order(len, ["a", "bc"], jobs=1))
    [1, 2]
    """
    if jobs == 1 or len(items) < 2:
        yield from map(function, items)
        return
    # a fresh process holds no locks and no threads of this one
    with ProcessPoolExecutor(min(jobs, len(items)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(function, items)
