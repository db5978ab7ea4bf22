"""Every public name is there, says what it is, and takes the arguments that scripts rely on."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import emgkit
import emgkit as ek

STEPS = (
    "RemoveMean", "Highpass", "Lowpass", "Bandpass", "Notch", "Rectify", "Envelope", "MovingRMS", "MovingMean", "TKEO",
    "Resample", "Downsample", "Edited", "EditedEvents", "InterpolateSpikes", "RemoveMains", "RemoveECG", "Normalize",
)  # fmt: skip

# the calls that scripts, studies and outside checks use: name -> (positional, by keyword)
CALLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "read": (("path",), ("format", "sfreq", "units", "channels", "sheet")),
    "join": (("trial", "other"), ("offset", "by")),
    "find_repetitions": (("trial",), ("by", "starts")),
    "find_onsets": (("recording",), ("method", "baseline")),
    "mark_repetitions": (("trial", "table"), ("starts", "unit", "fps", "offset")),
    "reference": (("trials", "pipeline"), ("window",)),
    "measure": (("recording", "name"), ("during", "phase")),
    "summarize": (("rows",), ("over",)),
    "quality": (("recording",), ("mains", "baseline")),
    "time_normalize": (("recording",), ("during", "points")),
    "stats.contrasts": (("cells",), ("outcome", "participant", "within", "by", "log", "adjust", "family")),
    "stats.to_wide": (("cells",), ("within", "between", "outcome", "participant")),
    "stats.rm_anova": (("cells",), ("outcome", "participant", "within", "between", "log")),
    "stats.mixed_model": (("cells", "formula"), ("participant", "random", "df", "log")),
    "stats.mixed_model_many": (("cells", "formula"), ("outcomes", "participant", "df", "log")),
    "stats.effect_sizes": (("cells",), ("outcome", "participant", "within", "by", "between", "log")),
    "stats.equivalence": (("cells",), ("outcome", "participant", "within", "bounds", "by", "log", "adjust", "family")),
    "stats.influence": (("cells",), ("outcome", "participant", "within", "by", "log", "adjust", "family")),
    "stats.reliability": (("cells",), ("outcome", "participant", "within", "by")),
    "stats.waveform_test": (
        ("curves",),
        ("outcome", "participant", "point", "within", "by", "log", "method", "flips", "alpha", "seed"),
    ),
    "stats.reconstruct": ((), ("n", "mean1", "sd1", "mean2", "sd2", "p", "t", "ci", "d_av", "d_z", "r_range", "study")),
    "stats.meta_analysis": (("studies",), ("measure", "method", "knapp_hartung", "moderator", "r")),
    "stats.planned_contrasts": (("cells",), ("outcome", "participant", "within", "weights", "by", "log", "adjust")),
    "stats.post_hoc": (("omnibus", "cells"), ("term", "by", "adjust")),
    "stats.friedman": (("cells",), ("outcome", "participant", "within", "by")),
    "stats.bayes_factors": (("cells",), ("outcome", "participant", "within", "by", "log", "r", "against")),
    "stats.normality": (("cells",), ("outcome", "participant", "within", "by", "log")),
    "stats.compare_models": (("smaller", "larger"), ()),
    "stats.from_wide": (("wide", "pattern"), ("columns", "participant", "outcome")),
    "stats.power_paired": ((), ("effect", "n", "power", "alpha")),
    "stats.power_between": ((), ("effect", "n", "power", "alpha")),
    "stats.power_within": ((), ("f", "n", "power", "levels", "r", "epsilon", "alpha")),
    "stats.power_equivalence": ((), ("bound", "n", "power", "effect", "alpha")),
    "stats.power_simulate": ((), ("means", "sd_condition", "sd_repetition", "n", "repetitions", "studies", "seed")),
    "literature.figures": ((), ("study",)),
    "literature.claim": (("number",), ()),
    "simulate.study": (("spec", "out"), ("seed",)),
    "Study.load": (("path",), ()),
    "Study.run": (("self",), ("out", "data")),
    "Pipeline.from_json": (("text",), ()),
    "Recording": ((), ("data", "sfreq", "channels")),
    "Channel": ((), ("name", "unit", "kind", "muscle", "side")),
    "Bandpass": ((), ("low", "high", "order")),
    "Envelope": ((), ("cutoff", "order")),
    "MovingRMS": ((), ("window",)),
}
MEMBERS = {
    "Recording": (
        "data", "sfreq", "channels", "names", "times", "duration", "events", "context", "history",
        "pick", "crop", "to_frame", "to_mne", "from_mne",
    ),
    "Pipeline": ("then", "methods", "to_json", "from_json"),
    "Curves": ("to_frame",),
    "Study": ("load", "run"),
    "literature": ("figures", "sources", "claims", "claim"),
    "figures": ("signals", "contrasts", "activation", "curves"),
    "signal": ("highpass", "lowpass", "bandpass", "notch", "rectify", "envelope", "moving_mean", "moving_rms", "tkeo"),
}  # fmt: skip

MODULES = sorted(module.name for module in pkgutil.walk_packages(emgkit.__path__, "emgkit."))


def resolve(dotted: str) -> Any:
    """The object that ``ek.<dotted>`` names."""
    found: Any = ek
    for part in dotted.split("."):
        found = getattr(found, part)
    return found


def instance_attributes(cls: type) -> set[str]:
    """Attributes that a dataclass's instances have besides those of the class."""
    return set(getattr(cls, "__dataclass_fields__", {}))


@pytest.mark.parametrize("name", ek.__all__)
def test_every_public_name_resolves_and_is_documented(name: str) -> None:
    found = getattr(ek, name)
    if name != "__version__":
        assert inspect.getdoc(found), f"ek.{name} has no docstring"


def test_dir_lists_the_public_names() -> None:
    assert dir(ek) == sorted(ek.__all__)
    assert set(STEPS) < set(dir(ek))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'emgkit' has no attribute 'Bandpas'"):
        _ = ek.Bandpas


@pytest.mark.parametrize("name", CALLS)
def test_the_arguments_that_scripts_use(name: str) -> None:
    positional, keywords = CALLS[name]
    parameters = inspect.signature(resolve(name)).parameters
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    bound = ("self",) if "self" in positional and "self" not in parameters else ()
    wanted = [each for each in positional if each not in bound]
    assert [each for each, value in parameters.items() if value.kind in by_position][: len(wanted)] == wanted
    missing = [each for each in keywords if each not in parameters]
    assert not missing, f"ek.{name} lacks {missing}"


@pytest.mark.parametrize("name", MEMBERS)
def test_the_members_that_scripts_use(name: str) -> None:
    owner = resolve(name)
    have = set(dir(owner)) | (instance_attributes(owner) if isinstance(owner, type) else set())
    assert set(MEMBERS[name]) <= have


@pytest.mark.parametrize(
    "before",
    [
        "import emgkit",
        "import emgkit as ek; ek.quality",
        "import emgkit.signal_quality",
        "from emgkit.signal_quality import Scorecard, duplicates",
        "from emgkit import quality; from emgkit import signal_quality",
        "from emgkit import signal_quality; from emgkit import quality",
        "import emgkit as ek; ek.signal_quality.duplicates; ek.quality",
        "import emgkit.study",
        "from emgkit import *",
    ],
)
def test_quality_is_the_function_whatever_was_imported_before(before: str) -> None:
    code = f"""{before}
import inspect, sys, types
import emgkit as ek
from emgkit import quality
assert inspect.isfunction(ek.quality) and ek.quality is quality, ek.quality
assert ek.signal_quality.quality is ek.quality
import emgkit.signal_quality
assert inspect.isfunction(ek.quality) and inspect.ismodule(ek.signal_quality)
assert type(sys.modules["emgkit"]) is types.ModuleType and "emgkit.quality" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_stub_and_the_package_agree() -> None:
    stub = ast.parse(Path(emgkit.__file__).with_suffix(".pyi").read_text())
    modules, names = set[str](), dict[str, str]()
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name.startswith("_"):
                    continue
                assert alias.asname == alias.name, f"{alias.name} is no re-export"
                if node.module == "emgkit":
                    modules.add(alias.name)
                else:
                    names[alias.name] = str(node.module).removeprefix("emgkit.")
    assert names == ek._PUBLIC
    assert modules == set(ek._MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_lists_and_documents_its_public_names(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    assert sorted(set(module.__all__)) == sorted(module.__all__), "a name stands twice"
    for public in module.__all__:
        found = getattr(module, public)
        if inspect.isfunction(found) or inspect.isclass(found):
            assert inspect.getdoc(found), f"{name}.{public} has no docstring"


def test_python_m_emgkit_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "emgkit", "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ek.__version__ in done.stdout
