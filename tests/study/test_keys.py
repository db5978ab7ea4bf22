"""The content key of a stage follows what the stage uses, and nothing else."""

from __future__ import annotations

import copy
import functools
import hashlib
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from emgkit import io, simulate
from emgkit.errors import ArgumentError, Notice
from emgkit.study import Study
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings import keys
from emgkit.study.recordings.account import account
from emgkit.study.recordings.analysis import Analysis, StudyStages, analyse
from emgkit.study.recordings.keys import File, Folder, Stage, key, plain
from emgkit.study.recordings.plan import Plan, plan_of
from emgkit.study.versions import computed_with

# a stage that finds a number on a doubtful signal warns, and `Study.run` keeps the notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

KeysOf = Callable[[StudyFile, Path], dict[tuple[str, str], tuple[Any, str]]]


@dataclass(frozen=True)
class Case:
    """A change of the study file, the stages that use what is changed, and what the file says besides."""

    sets: dict[str, Any]
    own: set[str]
    base: dict[str, Any] = field(default_factory=dict)


# the stages whose input the output of a stage is
NEXT = {
    "read": {"use_channels"},
    "join_files": {"use_channels"},
    "use_channels": {"segment", "condition_reference", "grade"},
    "segment": {"condition"},
    "condition": {"measure", "show", "show_example"},
    "condition_reference": {"take_reference", "find_windows", "show_references", "gather"},
    "take_reference": {"show_references", "measure", "show", "show_example", "gather"},
    "find_windows": {"show_references", "gather"},
    "show_references": {"gather"},
    "measure": {"gather"},
    "grade": {"gather"},
    "show": {"gather"},
    "show_example": {"gather"},
    "gather": {"rows_of"},
    "rows_of": {"compare"},
}
SWAPPED = {
    "squat": {"task": "thrust", "starts": "eccentric"},
    "thrust": {"task": "squat", "starts": "concentric"},
}
EVENTS = {"exercises": {name: {"task": name, "by": "events"} for name in ("squat", "thrust")}}
TRIGGER = {"exercises": {name: {"task": name, "by": "trigger"} for name in ("squat", "thrust")}}
BURSTS = {"exercises": {name: {"task": name, "by": "emg"} for name in ("squat", "thrust")}}
WHOLE = {"exercises": {name: {"task": name, "by": "none"} for name in ("squat", "thrust")}}


def measures(*second: Any, first: Any = True) -> dict[str, Any]:
    names = ("name", "during", "phase", "primary")
    return {"measures": [{"name": "mean", "primary": first}, dict(zip(names, second, strict=False))]}


def measure(name: str, **keys: Any) -> dict[str, Any]:
    return {"measures": [{"name": "mean", "primary": True}, {"name": name, **({"label": "second"} | keys)}]}


def band(low: float, high: float) -> dict[str, Any]:
    return measure("band_power", low=low, high=high)


def pair(*muscles: str, **keys: Any) -> dict[str, Any]:
    return measure("co_contraction", muscles=list(muscles), **keys)


def curves(**keys: Any) -> dict[str, Any]:
    return {"curves": [keys]}


def comparison(**changed: Any) -> dict[str, Any]:
    return {"comparisons": [{"within": "exercise", "by": "muscle", **changed}]}


def layout(**changed: Any) -> dict[str, Any]:
    return {"data.layouts": [{**({} if "regex" in changed else {"pattern": "{participant}/{task}.csv"}), **changed}]}


def join(**changed: Any) -> dict[str, Any]:
    return {"data.join": [{"pattern": "more/{participant}_{task}.csv", **changed}]}


def channel(**changed: Any) -> dict[str, Any]:
    return {"channels": {"VL": {"muscle": "vastus_lateralis", **changed}}}


CSV = {"pattern": "{participant}_{task}.csv"}
USED = {
    "study.title": Case({"study.title": "Another"}, set()),
    "study.question": Case({"study.question": "Another?"}, set()),
    "study.simulated": Case({"study.simulated": True, "data.simulate": "three_lifts"}, set()),
    "data.bids": Case({"data.bids": "other"}, set()),
    "data.folder": Case({"data.folder": "other"}, set()),
    "data.simulate": Case({"study.simulated": True, "data.simulate": "three_lifts"}, set()),
    "data.seed": Case({"data.seed": 2}, set()),
    "data.registry": Case({"data.registry": "uci_lower_limb"}, {"account"}),
    "data.pattern": Case({"data.pattern": "{participant}_{task}.cs{run}"}, {"account", "read", "show"}),
    "data.sfreq": Case({"data.sfreq": 250.0}, {"account", "read"}),
    "data.units": Case({"data.units": "mV"}, {"account", "read"}),
    "data.unused": Case({"data.unused": "report"}, {"account"}),
    "data.labels": Case({"data.labels": "per study"}, {"account"}),
    "data.up_to_volts": Case({"data.up_to_volts": 3.0}, set()),
    "data.thousands": Case({"data.thousands": ","}, {"account", "read"}),
    # layouts that these files do not have
    "data.layouts.pattern": Case(layout(pattern="{task}/{participant}.csv"), {"account"}),
    "data.layouts.regex": Case(layout(regex="(?P<task>a)(?P<participant>b)"), {"account"}),
    "data.layouts.task": Case(layout(pattern="{participant}.csv", task="squat"), {"account"}),
    "data.layouts.participant": Case(layout(pattern="{task}/a.csv", participant="P1"), {"account"}),
    "data.layouts.values": Case(layout(values={"task": {"a": "b"}}), {"account"}),
    "data.layouts.sfreq": Case(layout(sfreq=5), {"account"}),
    "data.layouts.units": Case(layout(units="mV"), {"account"}),
    "data.layouts.thousands": Case(layout(thousands=","), {"account"}),
    "data.layouts.channels": Case(layout(channels={"VL": {}}), {"account"}),
    "data.layouts.sheet": Case(layout(pattern="{participant}.xlsx", sheet="{task}"), {"account"}),
    "data.sheet": Case(
        {"data.sheet": "EMG_{task}"},
        {"account"},
        base={"data.pattern": "{participant}.xlsx", "data.sheet": "{task}", "data.layouts": [CSV]},
    ),
    "data.join.pattern": Case(join(pattern="other/{participant}_{task}.csv"), {"account", "join_files"}, base=join()),
    "data.join.sheet": Case(
        join(pattern="more/{participant}_{task}.xlsx", sheet="b"),
        {"account", "join_files"},
        base=join(pattern="more/{participant}_{task}.xlsx", sheet="a"),
    ),
    "data.join.values": Case(join(values={"task": {"squat": "squat"}}), {"account"}, base=join()),
    "data.join.sfreq": Case(join(sfreq=100), {"account", "join_files"}, base=join()),
    "data.join.thousands": Case(join(thousands=","), {"account", "join_files"}, base=join()),
    "data.join.units": Case(join(units={"knee": "deg"}), {"account", "join_files"}, base=join()),
    "data.join.channels": Case(join(channels={"knee": {"unit": "deg"}}), {"account", "join_files"}, base=join()),
    "data.join.offset": Case(join(offset=0.5), {"account", "join_files"}, base=join()),
    "data.join.by": Case(join(by="trigger"), {"account", "join_files"}, base=join()),
    "channels.muscle": Case(channel(muscle="gluteus_maximus"), {"read"}),
    "channels.side": Case(channel(side="left"), {"read"}),
    "channels.kind": Case(channel(kind="EMG"), {"read"}),
    "channels.unit": Case(channel(unit="mV"), {"read"}),
    "channels.name": Case(channel(name="lateral"), {"read"}),
    "exercises.task": Case({"exercises": SWAPPED}, {"account", "segment", "show"}),
    "exercises.starts": Case({"exercises.squat.starts": "concentric"}, {"segment"}),
    "exercises.rest": Case({"exercises.squat.rest": "low"}, {"segment"}),
    "exercises.by": Case({"exercises.squat.by": "angle"}, {"segment"}),
    "exercises.start": Case({"exercises.squat.start": 1.0}, {"segment"}, base=WHOLE),
    "exercises.stop": Case({"exercises.squat.stop": 1.0}, {"segment"}, base=WHOLE),
    "exercises.channel": Case({"exercises.squat.channel": "bar"}, {"segment"}),
    "exercises.channels": Case({"exercises.squat.channels": ["VL"]}, {"segment"}, base=BURSTS),
    "exercises.events": Case({"exercises.squat.events": {"repetition": "rep"}}, {"segment"}, base=EVENTS),
    "exercises.events.start": Case(
        {"exercises.squat.events": {"start": {"left": "L", "right": "R"}}}, {"segment"}, base=EVENTS
    ),
    "exercises.edge": Case({"exercises.squat.edge": "fall"}, {"segment"}, base=TRIGGER),
    "exercises.threshold": Case({"exercises.squat.threshold": 1.0}, {"segment"}, base=TRIGGER),
    "exercises.beat": Case({"exercises.squat.beat": 1.0}, {"segment"}, base=TRIGGER),
    "exercises.beats_per_repetition": Case({"exercises.squat.beats_per_repetition": 2}, {"segment"}, base=TRIGGER),
    "exercises.phases": Case({"exercises.squat.phases": {"eccentric": 1}}, {"segment"}, base=TRIGGER),
    "mvc.tasks": Case({"mvc.tasks": ["mvc", "max*"]}, {"account"}),
    "mvc.window": Case({"mvc.window": 0.4}, {"take_reference", "find_windows"}),
    "mvc.own_task_maximum": Case(
        {"mvc.own_task_maximum": True}, {"condition_reference", "take_reference", "find_windows", "gather"}
    ),
    "mvc.across_sessions": Case({"mvc.across_sessions": True}, {"take_reference", "find_windows"}),
    "mvc.all_positions": Case({"mvc.all_positions": False}, set()),
    "steps": Case(
        {"steps": [{"step": "MovingRMS", "window": 0.2}]},
        {"condition", "condition_reference", "take_reference", "find_windows"},
    ),
    "repetitions": Case({"repetitions": {"prominence": 0.2}}, {"segment"}),
    "measures.name": Case(measures("iemg", "phase"), {"measure"}),
    "measures.during": Case(measures("peak", "repetition"), {"measure"}),
    "measures.phase": Case(measures("peak", "phase", "concentric"), {"measure"}),
    "measures.label": Case(measure("mean", label="level"), {"measure"}, base=measure("mean", label="other")),
    "measures.of": Case(measure("slope", of="median_frequency"), {"measure"}, base=measure("slope", of="rms")),
    "measures.low": Case(band(30.0, 100.0), {"measure"}, base=band(20.0, 100.0)),
    "measures.high": Case(band(20.0, 90.0), {"measure"}, base=band(20.0, 100.0)),
    "measures.muscles": Case(pair("VL", "VM"), {"measure"}, base=pair("VL", "BF")),
    "measures.formula": Case(pair("VL", "BF", formula="rudolph"), {"measure"}, base=pair("VL", "BF")),
    "measures.method": Case(measure("onset_latency", method="tkeo"), {"measure"}, base=measure("onset_latency")),
    "measures.baseline": Case(
        measure("onset_latency", baseline=[0.0, 0.5]), {"measure"}, base=measure("onset_latency")
    ),
    "measures.channel": Case(measure("angle_of_peak", channel="knee"), {"measure"}, base=measure("angle_of_peak")),
    "measures.synergies": Case(
        measure("synergy_vaf", synergies=2), {"measure"}, base=measure("synergy_vaf", synergies=3)
    ),
    "measures.window": Case(
        measure("slope", of="rms", window=1.0), {"measure"}, base=measure("slope", of="rms", window=0.5)
    ),
    "curves.against": Case(curves(against="phases"), {"measure"}),
    "curves.phase": Case(curves(phase="concentric"), {"measure"}),
    "curves.channel": Case(
        curves(against="angle", phase="concentric", channel="knee"),
        {"measure"},
        base=curves(against="angle", phase="concentric"),
    ),
    "curves.most_repeatable": Case(curves(most_repeatable=2), {"measure"}),
    "measures.primary": Case(measures("peak", "phase", None, True, first=False), {"compare"}),
    "angle_bins.width": Case({"angle_bins.width": 10.0}, set()),
    "angle_bins.by": Case({"angle_bins.by": "position"}, set()),
    "summary.over": Case({"summary.over": ["repetition", "side"]}, {"compare"}),
    "comparisons.name": Case(comparison(name="other"), {"compare"}),
    "comparisons.measure": Case(comparison(measure="peak"), {"compare"}),
    "comparisons.title": Case(comparison(title="Other"), set()),
    "comparisons.within": Case(comparison(within="phase"), {"compare"}),
    "comparisons.by": Case(comparison(by=["side"]), {"compare"}),
    "comparisons.log": Case(comparison(log=False), {"compare"}),
    "comparisons.adjust": Case(comparison(adjust="none"), {"compare"}),
    "comparisons.family": Case(comparison(family="all"), {"compare"}),
    "comparisons.missing": Case(comparison(missing="pairwise"), {"compare"}),
    "comparisons.crossed": Case(comparison(crossed="muscle"), {"compare"}),
    "comparisons.order": Case(comparison(order=["thrust", "squat"]), {"compare"}),
    "comparisons.against": Case(comparison(against="squat"), {"compare"}),
    "comparisons.keep": Case(comparison(keep=["P9_squat.csv"]), {"account"}),
    "exclude.allow": Case({"exclude.allow": True}, set()),
    "exclude.files": Case(
        {"exclude.files": [{"path": "P4_squat.csv", "reason": "noise"}]}, {"account", "gather", "compare"}
    ),
    "exclude.participants": Case(
        {"exclude.participants": [{"participant": "P4", "reason": "ill"}]}, {"account", "compare"}
    ),
    "exclude.channels": Case(
        {"exclude.channels": [{"participant": "P4", "channel": "VL", "reason": "dead"}]},
        {"use_channels", "compare"},
    ),
    "exclude.repetitions": Case(
        {"exclude.repetitions": [{"participant": "P4", "task": "squat", "repetition": 1, "reason": "a cough"}]},
        {"segment"},
    ),
    "published": Case({"published": [{"level": "vastus_lateralis", "claims": [1]}]}, set()),
    "expected": Case({"expected": [{"table": "contrasts", "column": "ratio", "value": "1.0"}]}, set()),
    "metadata": Case({"metadata": {"ElectrodeType": "wet"}}, set()),
    "multiverse": Case({"multiverse": {"mvc": [{"window": 0.5, "kind": "E", "why": "long enough"}]}}, set()),
}
# what a parameter does depends on others
BESIDE = {
    "several streams": Case({"exercises.squat.by": ["position", "angle"]}, {"segment"}),
    "channels of each side": Case({"exercises.squat.channel": {"left": "L", "right": "R"}}, {"segment"}),
    "a repetition of one side": Case(
        {
            "exclude.repetitions": [
                {"participant": "P4", "task": "squat", "repetition": 1, "side": "left", "reason": "a cough"}
            ]
        },
        {"segment"},
    ),
    "bins of an angle that a measure needs": Case(
        {"angle_bins.width": 10.0}, {"segment"}, base=measures("mean", "angle")
    ),
    "halves that a measure needs": Case(measures("mean", "half"), {"segment", "measure"}),
    "a number of both sides, which a session puts together": Case(
        measure("symmetry", of="peak"), {"measure", "gather"}, base=measure("symmetry", of="mean")
    ),
    "a search that is not made": Case({"repetitions": {"prominence": 0.2}}, set(), base=EVENTS),
}


@pytest.fixture
def file_with(study: Study) -> Callable[..., StudyFile]:
    """The study file with other values at keys such as ``"exercises.squat.by"``."""

    def make(*changes: Mapping[str, Any]) -> StudyFile:
        tables = tomllib.loads(study.text)
        for path, value in (item for change in changes for item in change.items()):
            *parents, last = path.split(".")
            inner = functools.reduce(lambda table, name: table.setdefault(name, {}), parents, tables)
            inner[last] = copy.deepcopy(value)
        return StudyFile.model_validate(tables)

    return make


@pytest.fixture
def keys_of(every_stage: Any) -> KeysOf:
    """Parameters and content key of every stage by its name and what it is about."""

    def found(file: StudyFile, folder: Path) -> dict[tuple[str, str], tuple[Any, str]]:
        plan = plan_of(file)
        first = Stage(function=account, inputs=(Folder(path=folder),), parameters=plan.accounting)
        sources = first.run().sources
        (spec,) = file.comparisons
        used = [source for source in sources if not source.excluded or source.name in spec.keep]
        stages = every_stage((first, StudyStages(plan, sources).comparison(spec, used)))
        return {(one.function.__name__, one.about): (plain(one.parameters), one.key) for one in stages}

    return found


def changed(one: Mapping[Any, Any], other: Mapping[Any, Any], place: int) -> set[str]:
    """The stages that are other, of those that both files have."""
    both = [key for key in one if key in other]
    gone = {name for name, _ in one} - {name for name, _ in both}
    return gone | {key[0] for key in both if one[key][place] != other[key][place]}


def followed(names: set[str]) -> set[str]:
    """These stages and all that come after them."""
    after = set().union(*(NEXT.get(name, set()) for name in names))
    return names if after <= names else followed(names | after)


@pytest.mark.parametrize("case", [*USED.values(), *BESIDE.values()], ids=[*USED, *BESIDE])
def test_a_key_follows_what_a_stage_uses_and_nothing_else(
    study: Study, file_with: Any, keys_of: KeysOf, case: Case, tmp_path: Path
) -> None:
    folder = study.folder / "data"
    if "data.join" in case.base:
        folder = with_second_files(folder, tmp_path / "data")
    before, after = keys_of(file_with(case.base), folder), keys_of(file_with(case.base, case.sets), folder)
    assert changed(before, after, 0) == case.own
    assert changed(before, after, 1) == followed(case.own)


def with_second_files(folder: Path, copy: Path) -> Path:
    """A copy of a folder in which each recording has second files of several kinds."""
    shutil.copytree(folder, copy)
    for first in folder.glob("*.csv"):
        for place in ("more", "other"):
            (copy / place).mkdir(exist_ok=True)
            (copy / place / first.name).write_text("knee (deg)\n1\n2\n", encoding="utf-8")
        with pd.ExcelWriter(copy / "more" / f"{first.stem}.xlsx") as writer:
            for sheet in ("a", "b"):
                pd.DataFrame({"knee (deg)": [1, 2]}).to_excel(writer, sheet_name=sheet, index=False)
    return copy


def leaves(table: type[BaseModel]) -> Iterator[str]:
    """Every key of the study file, such as ``"comparisons.log"``."""
    for name, info in table.model_fields.items():
        inner = table_in(info.annotation)
        yield from [name] if inner is None else (f"{name}.{leaf}" for leaf in leaves(inner))


def table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := table_in(inner))), None)


def test_every_key_of_the_study_file_has_its_case() -> None:
    lacking = [leaf for leaf in leaves(StudyFile) if not any(f"{leaf}.".startswith(f"{case}.") for case in USED)]
    assert lacking == []


def test_other_trials_for_the_reference_give_another_reference(study: Study, file_with: Any, keys_of: KeysOf) -> None:
    folder = study.folder / "data"
    one = keys_of(file_with(), folder)
    other = keys_of(file_with({"mvc.tasks": ["squat"]}), folder)
    assert changed(one, other, 1) >= {"account", "take_reference", "find_windows", "grade", "compare"}
    assert not changed(one, other, 1) & {"read", "segment", "condition"}


def test_another_sample_gives_another_key_and_another_place_does_not(
    study: Study, keys_of: KeysOf, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(study.folder / "data", folder)
    one, moved = keys_of(study.file, study.folder / "data"), keys_of(study.file, folder)
    # the account says where each file lies; no other stage asks for that
    assert {name for name in one if one[name] != moved[name]} == {("account", "")}
    text = (folder / "P1_squat.csv").read_text(encoding="utf-8")
    (folder / "P1_squat.csv").write_text(text.replace("0", "1", 1), encoding="utf-8")
    other = keys_of(study.file, folder)
    different = {key for key in one if one[key] != other[key]}
    assert ("read", "P1_squat.csv") in different
    assert {about for name, about in different if about} == {"P1_squat.csv", "participant P1"}
    assert ("take_reference", "participant P1") not in different
    assert {name for name, about in different if not about} == {"account", "compare"}


def test_a_file_s_key_is_its_hash_and_with_sidecars_that_of_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"abc")
    assert File(path=tmp_path / "a.csv").key == hashlib.sha256(b"abc").hexdigest()
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 1})
    root = simulate.study(spec, tmp_path / "set", seed=1)
    path = root / "sub-01" / "emg" / "sub-01_task-squat_emg.bdf"
    names = {one.name for one in io.bids.files_of(path)}
    assert {path.name, "sub-01_task-squat_channels.tsv", "participants.tsv"} <= names
    for one in io.bids.files_of(path):
        before, text = File(path=path).key, one.read_bytes()
        one.write_bytes(text + b" ")
        assert File(path=path).key != before, one
        one.write_bytes(text)
        assert File(path=path).key == before
    other = root / "sub-01" / "emg" / "sub-01_task-deadlift_emg.bdf"
    before = File(path=path).key
    other.write_bytes(other.read_bytes() + b" ")
    assert File(path=path).key == before


def test_a_key_depends_on_stage_version_and_order_of_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    one = key("read", {"a": 1, "b": 2}, ["x", "y"])
    assert key("read", {"b": 2, "a": 1}, ["x", "y"]) == one
    assert len({one, key("reads", {"a": 1, "b": 2}, ["x", "y"]), key("read", {"a": 1, "b": 2}, ["y", "x"])}) == 3
    assert key("read", None, [["x", "y"]]) != key("read", None, [["x"], ["y"]])
    assert {"emgkit", "numpy", "scipy", "pandas", "statsmodels"} <= set(computed_with())
    others = set()
    for name in computed_with():
        monkeypatch.setattr(keys, "computed_with", lambda name=name: {**computed_with(), name: "999"})
        others.add(key("read", {"a": 1, "b": 2}, ["x", "y"]))
    assert len(others - {one}) == len(computed_with())


def test_the_key_of_what_was_computed_follows_the_file_the_notices_and_the_stages(
    study: Study, plan: Plan, analysis: Analysis, file_with, quiet
):
    one = analysis.key
    assert replace(analysis, file=file_with({"study.title": "Another"})).key != one
    assert replace(analysis, stages=analysis.stages[1:]).key != one
    assert replace(analysis, excluded=pd.DataFrame([{"recording": "a", "why": "b"}])).key != one
    assert replace(analysis, notices=(Notice(code="a", text="b"),)).key != one
    assert replace(analysis, simulated=True).key != one
    assert analyse(study.file, plan, study.folder / "data", progress=quiet).key == one
    # a file whose name tells nothing has no facts
    more = pd.concat([analysis.files, pd.DataFrame([{"file": "notes.txt", "role": "not a recording"}])])
    assert len({one, replace(analysis, files=more).key}) == 2


def test_what_has_no_content_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"cannot be part of a content key.*Got: ndarray"):
        key("read", {"a": np.zeros(2)})
    with pytest.raises(ValueError, match="not JSON compliant"):
        key("read", float("nan"))


def test_no_key_is_computed_where_nobody_asks(
    study: Study, plan: Plan, quiet: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> str:
        raise AssertionError("a key was computed")

    monkeypatch.setattr(keys, "key", refuse)
    monkeypatch.setattr(keys, "sha256", refuse)
    done = analyse(study.file, plan, study.folder / "data", progress=quiet)
    with pytest.raises(AssertionError, match="a key was computed"):
        _ = done.stages[0].key
