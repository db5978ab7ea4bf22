"""Whoever runs the recordings of a study, in whatever order and however often it is stopped, the results are equal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import EmgkitError, StudyError
from emgkit.study import Study
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.keys import Stage
from emgkit.study.recordings.plan import Plan
from emgkit.study.recordings.walking import Walk, store
from emgkit.workers import workers

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


class Shuffled:
    """Workers that finish in another order than that of the things."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def map(self, function: Any, things: Any, *, each: Any = None) -> Iterator[Any]:
        found: dict[int, Any] = {}
        for place in self.rng.permutation(len(things)).tolist():
            found[place] = function(things[place])
            each(place, found[place])
        return iter([found[place] for place in range(len(things))])


def assert_same_analysis(one: Analysis, other: Analysis) -> None:
    for mine, yours in zip(one.sessions, other.sessions, strict=True):
        for name in ("rows", "repetitions", "references", "extremes", "quality", "checks"):
            pd.testing.assert_frame_equal(getattr(mine, name), getattr(yours, name), check_exact=True)
        assert mine.notices == yours.notices
    for mine, yours in zip(one.compared, other.compared, strict=True):
        pd.testing.assert_frame_equal(mine.cells, yours.cells, check_exact=True)
        pd.testing.assert_frame_equal(mine.contrasts, yours.contrasts, check_exact=True)
    pd.testing.assert_frame_equal(one.files, other.files)
    assert one.notices == other.notices
    assert one.key == other.key


def walked(study: Study, plan: Plan, walk: Walk) -> Analysis:
    return analyse(study.file, plan, study.folder / "data", walk=walk)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_workers_finish_does_not_matter(study: Study, plan: Plan, analysis: Analysis, seed: int):
    shuffled: Any = Shuffled(seed)
    assert_same_analysis(walked(study, plan, Walk(workers=shuffled)), analysis)


def test_processes_give_what_one_gives_and_the_error_that_it_raises(
    study: Study, plan: Plan, analysis: Analysis, tmp_path: Path
):
    seen = []
    # two files are damaged: the error is that of the first
    for path in (study.folder / "data").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name in ("P3_squat.csv", "P1_thrust.csv"):
        (tmp_path / name).write_text("VL (mV),position (m)\n1,a\n")
    with pytest.raises(EmgkitError) as serial:
        analyse(study.file, plan, tmp_path)
    with workers(jobs=2) as found:
        progress = lambda *given: seen.append(given)  # noqa: E731
        assert_same_analysis(walked(study, plan, Walk(workers=found, progress=progress)), analysis)
        with pytest.raises(type(serial.value)) as parallel:
            analyse(study.file, plan, tmp_path, walk=Walk(workers=found))
    assert str(parallel.value) == str(serial.value)
    assert "P1_thrust.csv" in str(serial.value)
    assert [done for what, done, _ in seen if what == "Reading recordings"] == list(range(13))


def test_what_is_stored_is_not_run_again(study: Study, plan: Plan, analysis: Analysis, tmp_path: Path, monkeypatch):
    ran = []
    run = Stage.run
    monkeypatch.setattr(
        Stage, "run", lambda stage, memory=None: ran.append(stage.function.__name__) or run(stage, memory)
    )
    for times in (1, 2):
        with store(tmp_path / "kept", "a", keep=True) as kept:
            assert_same_analysis(walked(study, plan, Walk(store=kept)), analysis)
        assert ran.count("gather") == 4 + 4 * times  # once, and each time what the comparison takes from memory
    with store(tmp_path / "kept", "a", keep=False) as kept:
        assert list(kept.folder.iterdir())
        assert kept.folder.stat().st_mode & 0o777 == 0o700
    assert not kept.folder.exists()


def test_a_damaged_entry_is_none_and_a_full_store_takes_nothing(tmp_path: Path):
    with store(tmp_path / "kept", "a", keep=True) as kept:
        kept.put("one", [1, 2])
        assert kept.get("one") == ([1, 2],)
        (kept.folder / "one").write_bytes((kept.folder / "one").read_bytes()[:-1])
        assert kept.get("one") is None
        kept.room = 3
        kept.put("two", list(range(100)))
        assert kept.get("two") is None


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX ones")
def test_what_another_run_takes_away_meanwhile_does_not_stop_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("one", "two"):
        with store(tmp_path, name, keep=True) as kept:
            kept.put("key", 1)
    there = Path.stat

    def gone(path: Path, **how: Any) -> os.stat_result:
        found = there(path, **how)
        if path == tmp_path / "one":
            shutil.rmtree(path)
        return found

    monkeypatch.setattr(Path, "stat", gone)
    with store(tmp_path, "three", keep=True) as kept:
        kept.put("key", 3)
        assert kept.get("key") is not None


def test_a_store_in_which_others_can_write_is_refused(tmp_path: Path):
    tmp_path.chmod(0o777)
    with pytest.raises(StudyError, match="Others can write"), store(tmp_path, "a", keep=True):
        pass


# a run that is killed when two sessions are finished
KILLED = """
import os, signal, sys
from emgkit.study import Study
def progress(what, done, total):
    if what.startswith("Filtering") and done == 2:
        os.kill(os.getpid(), signal.SIGKILL)
Study.load(sys.argv[1]).run(sys.argv[2], quick=True, progress=progress)
"""


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="there is no such signal")
def test_a_run_that_is_killed_goes_on_where_it_was(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMGKIT_DATA", str(tmp_path / "cache"))
    arguments = [sys.executable, "-c", KILLED, str(study.folder), str(tmp_path / "out")]
    died = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not (tmp_path / "out").exists()
    seen: list[tuple[str, int, int]] = []
    resumed = study.run(tmp_path / "out", quick=True, progress=lambda *given: seen.append(given))
    first = {what: next(done for name, done, _ in seen if name == what) for what, _, _ in seen}
    assert first["Reading recordings"] == 12
    assert first["Filtering, normalising, cutting into repetitions"] == 2
    assert not list((tmp_path / "cache" / "unfinished").iterdir())
    whole = study.run(tmp_path / "whole", quick=True, jobs=2)
    for name in sorted((tmp_path / "whole" / "tables").iterdir()):
        assert (tmp_path / "out" / "tables" / name.name).read_bytes() == name.read_bytes()
    assert resumed.finding == whole.finding


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # what dask warns of is none of ours
def test_a_cluster_gives_the_same_when_a_worker_is_killed(study: Study, plan: Plan, analysis: Analysis):
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
    ) as cluster:

        def kill_one(_what: str, done: int, _total: int) -> None:
            if done == 2 and not killed:
                pid = next(iter(cluster.workers.values())).process.pid
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        with workers(scheduler=cluster.scheduler_address) as found:
            assert_same_analysis(walked(study, plan, Walk(workers=found, progress=kill_one)), analysis)
    assert killed
