"""What options change in a study, how they are called, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from emgkit.errors import StudyError
from emgkit.multiverse.axes import space_of
from emgkit.steps import Bandpass, InterpolateSpikes, Notch, RemoveMains, RemoveMean
from emgkit.study import Study
from emgkit.study.file.multiverse import AXES, Multiverse
from emgkit.study.file.read import parse

OWN = {
    "artefacts": {"step": "none"},
    "band": {"low": 20, "high": 200},
    "order": {"order": 4},
    "notch": {"step": "none"},
    "envelope": {"step": "Envelope", "cutoff": 6},
    "mvc": {"window": 0.5},
    "phase": {"phase": "whole"},
    "repetitions": {"use": "all"},
    "summary": {"measure": "mean"},
    "scale": {"log": True},
}
OTHER = {
    "artefacts": ({"step": "InterpolateSpikes", "times": 8}, "spikes over 8 × bridged"),
    "band": ({"low": 10, "high": 150}, "10–150 Hz"),
    "order": ({"order": 8}, "8"),
    "notch": ({"step": "RemoveMains", "frequency": 60}, "hum of 60 Hz subtracted, 3 ×"),
    "envelope": (
        {"step": "Envelope", "cutoff": 3, "shape": "critically-damped"},
        "low-pass 3 Hz, order 4, critically-damped",
    ),
    "mvc": ({"window": 1}, "1 s"),
    "phase": ({"phase": "concentric"}, "concentric"),
    "repetitions": ({"use": "without last"}, "without last"),
    "summary": ({"measure": "p90"}, "p90"),
    "scale": ({"log": False}, "differences"),
}


def option(kind: str = "E", **values: Any) -> dict[str, Any]:
    return {**values, "kind": kind, "why": "defensible"}


def multiverse(**axes: list[dict[str, Any]]) -> Multiverse:
    return Multiverse.model_validate(axes)


@pytest.mark.parametrize("name", AXES)
def test_each_axis_has_the_studys_own_option_and_names_the_other(study: Study, name: str) -> None:
    given, label = OTHER[name]
    space = space_of(study.file, multiverse(**{name: [option("N", **given), option(**OWN[name])]}))
    axis = space.axis(name)
    assert axis.own == 1
    assert axis.choices[0].label == label
    assert space.size == 2
    assert [one.name for one in space.varied] == [name]
    assert [curve.label for curve in space.curves()] == ["", f"{name}: {label}"]


def test_kinds_divide_the_specifications_into_curves(study: Study) -> None:
    space = space_of(
        study.file,
        multiverse(
            mvc=[option(window=w) for w in (0.5, 0.25, 1)],
            summary=[option(measure="mean"), option("N", measure="peak"), option("N", measure="p50")],
            phase=[option(phase="whole"), option("N", phase="concentric")],
        ),
    )
    assert space.size == 18
    labels = [curve.label for curve in space.curves()]
    assert labels[0] == ""
    assert len(labels) == 6
    assert "phase: concentric, summary: p50" in labels


def filters_of(text: str, **axes: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [one.steps for one in space_of(parse(text, where="here"), multiverse(**axes)).filters]


def test_steps_take_the_place_of_the_studys_own(study: Study) -> None:
    text = study.text.partition("[multiverse]")[0]
    hum = '[[steps]]\nstep = "RemoveMean"\n[[steps]]\nstep = "Notch"\nfrequency = 50\n[[steps]]\nstep = "Bandpass"'
    text = text.replace('[[steps]]\nstep = "Bandpass"', hum)
    notch = [option(step="Notch", frequency=50), option(step="none"), option(step="RemoveMains")]
    mean, band = RemoveMean(), Bandpass(low=20, high=200)
    assert filters_of(text, notch=notch) == [
        (mean, Notch(frequency=50), band),
        (mean, band),
        (mean, RemoveMains(), band),
    ]
    spikes = [option(step="none"), option(step="InterpolateSpikes")]
    assert filters_of(text, artefacts=spikes)[1] == (InterpolateSpikes(), mean, Notch(frequency=50), band)


def test_a_step_that_the_study_lacks_stands_behind_the_band(study: Study) -> None:
    notch = [option(step="none"), option(step="Notch", frequency=50)]
    band = [option(low=20, high=200), option(low=30, high=150)]
    assert filters_of(study.text, notch=notch, band=band)[3] == (Bandpass(low=30, high=150), Notch(frequency=50))


def test_rectification_before_an_rms_is_no_other_setting(study: Study) -> None:
    text = study.text.replace('step = "Envelope"\ncutoff = 6\n', 'step = "MovingRMS"\nwindow = 0.1\n')
    space = space_of(
        parse(text, where="here"),
        multiverse(envelope=[option(step="MovingRMS", window=0.1), option(step="Envelope", cutoff=6)]),
    )
    assert space.axis("envelope").own == 0


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"mvc": [option(window=1)]}, r"setting is not among the options. Where: \[multiverse\] mvc. Allowed: 0.5 s"),
        ({"mvc": [option(window=0.5), option(window=0.5)]}, r"An option stands twice. Where: \[multiverse\] mvc"),
        ({"mvc": [option("N", window=0.5)]}, 'measures what the study measures.*mvc, 0.5 s. Allowed: kind = "E"'),
        ({"mvc": [option(window=0.5), option(window=0)]}, r"is no duration. Where: \[multiverse\] mvc, option 2"),
        ({"scale": [option(log=True), option(log=False)]}, "A ratio and a difference are not the same quantity"),
        ({"summary": [option(measure="mena")]}, r"measure 'mena'.*summary, option 1.*Did you mean 'mean'"),
        ({"band": [option(low=200, high=20)]}, r"swapped or equal. Where: \[multiverse\] band, option 1"),
        ({"order": [option(order=3)]}, r"order.*\[multiverse\] order, option 1"),
        ({"envelope": [option(step="MovingRMS", cutoff=6)]}, r"cutoff.*\[multiverse\] envelope, option 1"),
        ({"notch": [option(step="none", frequency=50)]}, r"takes no parameters. Where: \[multiverse\] notch, option 1"),
        ({"notch": [option(step="Notch")]}, r"frequency.*\[multiverse\] notch, option 1"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_used_is_named(study: Study, axes: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        space_of(study.file, multiverse(**axes))


def test_the_band_is_that_of_a_band_pass(study: Study) -> None:
    text = study.text.replace('step = "Bandpass"\nlow = 20\nhigh = 200', 'step = "Highpass"\ncutoff = 20')
    with pytest.raises(StudyError, match=r"changes the study's band-pass filter.*one step Bandpass.*Got: 0 of them"):
        space_of(parse(text, where="here"), multiverse(band=[option(low=20, high=200)]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mvc = [", "mvcs = [", "Unknown key 'mvcs'.*Did you mean 'mvc'"),
        ('kind = "E", why = "steadier"', 'kind = "E"', r"The key 'multiverse.mvc.2.why' is missing"),
        ('kind = "E", why = "steadier"', 'why = "steadier"', r"The key 'multiverse.mvc.2.kind' is missing"),
        ('kind = "E", why = "steadier"', 'kind = "X", why = "x"', r"multiverse.mvc.2.kind. Allowed: 'E' or 'N'"),
        ('phase = "concentric"', 'phase = "conc"', "multiverse.phase.2.phase"),
        ("[multiverse]", '[multiverse]\ncomparison = "contrast"', "comparison 'contrast'.*Did you mean 'contrasts'"),
        ("[multiverse]", "[multiverse]\nflips = 9", "multiverse.flips"),
    ],
)  # fmt: skip
def test_a_key_of_the_file_that_is_wrong_is_named(study: Study, old: str, new: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        parse(study.text.replace(old, new, 1), where="here")


def test_a_multiverse_without_an_axis_is_none(study: Study) -> None:
    with pytest.raises(StudyError, match="has no axis; give one of artefacts, band"):
        parse(study.text.partition("[multiverse]")[0] + "[multiverse]\nseed = 3\n", where="here")
