"""Each stage of a study runs alone on stored input, in a fresh process, and gives what it gave in the walk."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from emgkit.errors import Notice
from emgkit.study import Study
from emgkit.study.file.recordings import Comparison, Data, MeasureSpec, StudyFile
from emgkit.study.recordings import keys
from emgkit.study.recordings.account import account
from emgkit.study.recordings.analysis import Analysis, StudyStages
from emgkit.study.recordings.keys import Folder, Stage
from emgkit.study.recordings.plan import Plan
from emgkit.study.recordings.session import gather, session_stage, sessions_of
from emgkit.study.recordings.simulated import data_folder
from emgkit.study.writing import recordings_page

# a stage that finds a number on a doubtful signal warns, and `Study.run` keeps the notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

STAGES = (
    "account",
    "read",
    "use_channels",
    "segment",
    "condition",
    "condition_reference",
    "take_reference",
    "find_windows",
    "show_references",
    "measure",
    "grade",
    "show",
    "gather",
    "compare",
)

# what a fresh process does: run every stored stage, and a whole session from its files
ALONE = """
import pickle, sys
from pathlib import Path
folder = Path(sys.argv[1])
for path in sorted(folder.glob("*.input")):
    function, inputs, parameters = pickle.loads(path.read_bytes())
    output = function(*inputs, *([] if parameters is None else [parameters]))
    path.with_suffix(".output").write_bytes(pickle.dumps(output))
stage = pickle.loads((folder / "stage").read_bytes())
(folder / "stage").with_suffix(".output").write_bytes(pickle.dumps((stage.key, stage.run())))
from emgkit.study.writing import recordings_page
study, analysis, pipeline, where = pickle.loads((folder / "analysis").read_bytes())
recordings_page.write(study, analysis, pipeline=pipeline, folder=where, out=where, own=True, quick=True)
"""


def assert_same(one: Any, other: Any) -> None:
    """Two values hold the same, to the last bit."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
        assert_same(dict(one.attrs), dict(other.attrs))
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif is_dataclass(one) and not isinstance(one, type):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, Mapping):
        assert list(one) == list(other)
        assert_same(tuple(one.values()), tuple(other.values()))
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other or (one != one and other != other)


@pytest.fixture(scope="module")
def stored(study: Study, plan: Plan, analysis: Analysis, shared: Any, every_stage: Any) -> tuple[Path, dict[str, Any]]:
    """One stage of each kind with its input stored, its output here, and its output in a fresh process."""

    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        first = Stage(function=account, inputs=(Folder(path=study.folder / "data"),), parameters=plan.accounting)
        memory: dict[Stage[Any], Any] = {}
        for stage in (first, *analysis.stages):
            stage.run(memory)
        kinds = {stage.function.__name__: stage for stage in every_stage((first, *analysis.stages))}
        for name, stage in kinds.items():
            inputs = [keys._output_of(one, memory) for one in stage.inputs]
            (folder / f"{name}.input").write_bytes(pickle.dumps((stage.function, inputs, stage.parameters)))
        (folder / "stage").write_bytes(pickle.dumps(analysis.stages[0]))
        (folder / "written").mkdir()
        (folder / "analysis").write_bytes(pickle.dumps((study, analysis, plan.pipeline, folder / "written")))
        done = subprocess.run([sys.executable, "-c", ALONE, str(folder)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return folder, {name: memory[stage] for name, stage in kinds.items()}

    given: tuple[Path, dict[str, Any]] = shared("stages_alone", make)
    return given


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_runs_alone_on_stored_input(stored: Any, name: str) -> None:
    folder, outputs = stored
    assert_same(pickle.loads((folder / f"{name}.output").read_bytes()), outputs[name])


def test_the_list_of_stages_is_whole(stored: Any) -> None:
    assert set(stored[1]) == {*STAGES, "rows_of", "show_example"}


def test_the_stages_give_what_the_walk_gave(analysis: Analysis) -> None:
    memory: dict[Stage[Any], Any] = {}
    outputs = [stage.run(memory) for stage in analysis.stages]
    n = len(analysis.sessions)
    assert n == 4
    assert_same(tuple(outputs[:n]), analysis.sessions)
    (compared,) = outputs[n:]
    assert_same(compared.contrasts, analysis.compared[0].contrasts)
    assert_same(compared.cells, analysis.compared[0].cells)


def test_a_stage_sent_to_another_process_reads_its_files_there(stored: Any, analysis: Analysis) -> None:
    there, session = pickle.loads((stored[0] / "stage.output").read_bytes())
    assert there == analysis.stages[0].key
    assert_same(session, analysis.sessions[0])


def test_writing_runs_alone_on_a_stored_analysis(stored: Any, study: Study, plan: Plan, analysis: Analysis, tmp_path):
    recordings_page.write(study, analysis, pipeline=plan.pipeline, folder=tmp_path, out=tmp_path, own=True, quick=True)
    written = [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert Path("report.html") in written
    assert len(written) > 20
    for path in written:
        assert (tmp_path / path).read_bytes() == (stored[0] / "written" / path).read_bytes(), path


def test_every_notice_of_a_session_stands_once_and_names_its_recording(analysis: Analysis) -> None:
    session = analysis.stages[0]
    memory: dict[Stage[Any], Any] = {}
    session.run(memory)
    measured, graded, *others = (keys._output_of(one, memory) for one in session.inputs)
    remark, doubt, quiet_muscle = (Notice(code=code, text=f"{code}.") for code in ("remark", "doubt", "quiet"))
    measured = [replace(measured[0], notices=(remark, doubt)), replace(measured[1], notices=())]
    graded = [replace(one, notices=(), remarks=()) for one in graded]
    # the recordings of a participant by name: an MVC trial, the squat, the thrust
    graded[1] = replace(graded[1], notices=(quiet_muscle,), remarks=(remark,))
    got = gather(measured, graded, *others, session.parameters)
    assert [notice.text for notice in got.notices] == [
        "P1_squat.csv: doubt.",
        "P1_squat.csv: quiet.",
        "P1_squat.csv: remark.",
    ]


def test_no_stage_knows_the_whole_study_file(analysis: Analysis, every_stage: Any) -> None:
    modules = {sys.modules[stage.function.__module__] for stage in every_stage(analysis.stages)}
    assert len(modules) == 8
    assert [module.__name__ for module in modules if "StudyFile" in vars(module)] == []
    held = {type(one) for stage in every_stage(analysis.stages) for one in values_in(stage.parameters)}
    assert {Comparison, MeasureSpec} <= held
    assert not held & {Plan, StudyFile}


def values_in(value: Any) -> Iterator[Any]:
    """A value and all that it holds."""
    yield value
    if is_dataclass(value):
        inner = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, BaseModel):
        inner = [getattr(value, name) for name in type(value).model_fields]
    else:
        inner = list(value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple | list) else ())
    for one in inner:
        yield from values_in(one)


def test_nothing_that_makes_a_stage_is_given_the_whole_study_file(plan: Plan) -> None:
    assert not any(isinstance(one, StudyFile) for one in values_in(plan))
    for function in (session_stage, sessions_of, StudyStages, data_folder):
        assert "StudyFile" not in str(inspect.signature(function)), function


def test_the_folder_of_the_recordings_is_named_without_detours(tmp_path: Path) -> None:
    def named(study: Path) -> Path | None:
        data = Data(folder="../data", pattern="{participant}_{task}.csv")
        return data_folder(data, study, lambda _what, _done, _total: None, quick=False)

    study = tmp_path / "study"
    study.mkdir()
    assert named(study) == tmp_path / "data"
    (tmp_path / "data").mkdir()
    assert named(study) == tmp_path / "data"
    # behind a link the way up leads elsewhere
    (tmp_path / "far" / "data").mkdir(parents=True)
    (tmp_path / "far" / "study").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "study")
    assert (tmp_path / "far" / "data").samefile(named(tmp_path / "link") or "")
