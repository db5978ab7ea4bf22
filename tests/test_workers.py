"""Workers give the results in the order of the things, and do again what one of them died over."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
from typing import Any

import pytest

from emgkit.errors import EmgkitError
from emgkit.workers import workers


def say(text: str, seconds: float = 0.0) -> str:
    """A command for `subprocess.getoutput`, which processes can find."""
    return f"sleep {seconds}; echo {text}"


def test_the_results_come_in_the_order_of_the_things() -> None:
    finished: list[str] = []
    with workers(jobs=2) as found:
        things = [say("slow", 0.4), say("quick"), say("also")]
        given = list(found.map(subprocess.getoutput, things, each=lambda _place, result: finished.append(result)))
    assert given == ["slow", "quick", "also"]
    assert finished[-1] == "slow"


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_error_is_that_of_the_first_thing(jobs: int) -> None:
    with workers(jobs) as found, pytest.raises(ValueError, match="'a'"):
        list(found.map(float, ["1", "a", "b"]))


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
def test_what_a_process_died_over_is_done_again() -> None:
    with workers(jobs=2) as found:
        pool: Any = found

        def kill(place: int, _result: str) -> None:
            if place == 0:
                os.kill(next(iter(pool._pool._processes)), signal.SIGKILL)

        things = [say("0"), *(say(str(n), 0.2) for n in range(1, 5))]
        assert list(found.map(subprocess.getoutput, things, each=kill)) == ["0", "1", "2", "3", "4"]


@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
def test_what_every_process_dies_over_is_given_up() -> None:
    with workers(jobs=2) as found, pytest.raises(EmgkitError, match="Workers died 3 times"):
        list(found.map(os._exit, [3, 3]))


def test_unusable_workers_are_refused() -> None:
    with pytest.raises(EmgkitError, match=r"'jobs' cannot be used.*at least 1"), workers(0):
        pass
    with pytest.raises(EmgkitError, match="both asked for"), workers(2, "tcp://127.0.0.1:1"):
        pass


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "foo://node1:8786", ""])
def test_an_address_that_is_none_is_one_message(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with pytest.raises(EmgkitError, match=r"cannot be reached.*such as tcp://node1:8786"), workers(1, address):
        pass
    gc.collect()
    assert capsys.readouterr().err == ""
