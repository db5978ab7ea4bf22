"""Workers: a function over many things, here, in processes, or on a cluster, with the results in the things' order.

All three give the same results in the same order, and raise what the first thing in that order raises. A worker that
dies costs the time of what it was doing: that is done again by another.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from typing import Any, Protocol, TypeVar

from emgkit._checks import check_whole
from emgkit.errors import ArgumentError, EmgkitError

__all__ = ["Workers", "here", "workers"]

Thing = TypeVar("Thing")
Result = TypeVar("Result")
# called with the place of a thing and its result as soon as it is there, whatever the order
Each = Callable[[int, Any], None]

# so often may workers die before anything is finished
_DEATHS = 3
# seconds to find a cluster
_FIND = 15


class Workers(Protocol):
    """What applies a function to many things."""

    def map(
        self, function: Callable[[Thing], Result], things: Sequence[Thing], *, each: Each | None = None
    ) -> Iterator[Result]:
        """The results in the order of the things; ``each(place, result)`` is called as soon as one is there."""
        ...


class _Here:
    """One after the other, in this process."""

    def map(
        self, function: Callable[[Thing], Result], things: Sequence[Thing], *, each: Each | None = None
    ) -> Iterator[Result]:
        for place, thing in enumerate(things):
            result = function(thing)
            if each is not None:
                each(place, result)
            yield result


here: Workers = _Here()


@contextmanager
def workers(jobs: int = 1, scheduler: str | None = None) -> Iterator[Workers]:
    """Workers of this machine, or of a dask cluster.

    Parameters
    ----------
    jobs : int
        Processes on this machine; 1 is this process itself.
    scheduler : str, optional
        The address of the scheduler of a dask.distributed cluster. Its workers must see the same files under the same
        paths, and have the same versions of emgkit and of the libraries that numbers depend on.

    Raises
    ------
    ArgumentError
        `jobs` is not a whole number above 0, or both are given.
    EmgkitError
        The cluster cannot be reached, or dask is not installed.

    Examples
    --------
    >>> with workers() as found:
    ...     list(found.map(abs, [-2, 1]))
    [2, 1]
    """
    check_whole("jobs", jobs)
    if scheduler is None:
        if jobs == 1:
            yield here
            return
        processes = _Processes(jobs)
        try:
            yield processes
        finally:
            processes.close()
        return
    if jobs != 1:
        raise ArgumentError(
            "Processes of this machine and a cluster were both asked for",
            allowed="jobs or scheduler",
            got=f"jobs={jobs}, scheduler={scheduler!r}",
        )
    cluster = _Cluster(scheduler)
    try:
        yield cluster
    finally:
        cluster.close()


class _Processes:
    """Processes of this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # children of a server that has loaded the libraries are there at once
        context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(["emgkit.study.recordings.analysis"])
        return ProcessPoolExecutor(self._jobs, mp_context=context, initializer=_alone)

    def map(
        self, function: Callable[[Thing], Result], things: Sequence[Thing], *, each: Each | None = None
    ) -> Iterator[Result]:
        waiting: dict[Future[Any], int] = {}
        left, deaths = dict(enumerate(things)), 0
        found = _Ordered(each)
        try:
            while left:
                try:
                    waiting = {self._pool.submit(function, thing): place for place, thing in left.items()}
                    while waiting:
                        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                            place = waiting.pop(future)
                            problem = future.exception()
                            if isinstance(problem, BrokenProcessPool):
                                raise problem
                            del left[place]
                            deaths = 0
                            found.add(place, None if problem else future.result(), problem)
                        yield from found.ready()
                except BrokenProcessPool:
                    deaths += 1
                    self._pool.shutdown(cancel_futures=True)
                    if deaths == _DEATHS:
                        raise _died() from None
                    self._pool = self._new()
            yield from found.ready()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _alone() -> None:
    """A process of several takes one thread."""
    os.environ["EMGKIT_THREADS"] = "1"


class _Cluster:
    """The workers of a dask.distributed cluster."""

    def __init__(self, address: str) -> None:
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError:
            raise EmgkitError(
                "A cluster needs the library dask.distributed, which is not installed",
                where=address,
                hint='pip install "emgkit[dask]"',
            ) from None
        try:
            # a client of an address that is none cannot be closed
            importlib.import_module("distributed.comm").resolve_address(address)
            self._client: Any = self._dask.Client(address, timeout=_FIND, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise EmgkitError(
                "The scheduler of the cluster cannot be reached",
                where=address,
                allowed="the address of a dask.distributed scheduler, such as tcp://node1:8786",
                got=str(problem),
            ) from None

    def map(
        self, function: Callable[[Thing], Result], things: Sequence[Thing], *, each: Each | None = None
    ) -> Iterator[Result]:
        # things hold paths and parameters, so they go without an array
        futures = self._client.map(function, list(things), pure=False)
        places = {future.key: place for place, future in enumerate(futures)}
        found = _Ordered(each)
        try:
            for future in self._dask.as_completed(futures, loop=self._client.loop, raise_errors=False):
                problem = future.exception() if future.status == "error" else None
                if isinstance(problem, self._dask.scheduler.KilledWorker):
                    raise _died() from None
                found.add(places[future.key], None if problem else future.result(), problem)
                future.release()  # the cluster need not keep what is here
                yield from found.ready()
        finally:
            self._client.cancel(futures)

    def close(self) -> None:
        self._client.close()


class _Ordered:
    """Results that come in any order, and are given in that of the things."""

    def __init__(self, each: Each | None) -> None:
        self._each, self._next = each, 0
        self._found: dict[int, tuple[Any, BaseException | None]] = {}

    def add(self, place: int, result: Any, problem: BaseException | None) -> None:
        if problem is None and self._each is not None:
            self._each(place, result)
        self._found[place] = result, problem

    def ready(self) -> Iterable[Any]:
        while self._next in self._found:
            result, problem = self._found.pop(self._next)
            if problem is not None:
                raise problem
            self._next += 1
            yield result


def _died() -> EmgkitError:
    return EmgkitError(
        f"Workers died {_DEATHS} times over the same recordings",
        allowed="enough memory for each worker",
        hint="Take fewer at a time (--jobs), or give each more memory; what is finished is kept for the next run",
    )
