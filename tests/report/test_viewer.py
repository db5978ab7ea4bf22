"""What the viewer is given comes back to the digit that its scale promises."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest

from emgkit import Channel, Event, Pipeline, Recording, Trial
from emgkit.report import viewer
from emgkit.report.viewer import View, packed, view
from emgkit.steps import Bandpass, Envelope, Rectify, RemoveMean


def trial(*, seconds: float = 6.0, sfreq: float = 2000.0, name: str = "VL") -> Trial:
    rng = np.random.default_rng(7)
    emg = Recording(
        data=rng.normal(0, 1e-4, (2, int(seconds * sfreq))),
        sfreq=sfreq,
        channels=(
            Channel(name=name, unit="V", muscle="vastus_lateralis", side="right"), Channel(name="BF", unit="V"),
        ),
    )  # fmt: skip
    bar = Recording(
        data=[np.linspace(0, 1, int(seconds * 100))], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),)
    )
    events = (
        Event(onset=1.0, duration=2.0, label="repetition", columns={"repetition": 1, "accepted": True}),
        Event(onset=1.0, duration=1.0, label="phase", columns={"phase": "eccentric", "accepted": True}),
        Event(onset=2.0, duration=1.0, label="phase", columns={"phase": "concentric", "accepted": True}),
        Event(onset=4.0, duration=1.0, label="repetition", columns={"repetition": 2, "accepted": False}),
        Event(onset=4.0, duration=1.0, label="phase", columns={"phase": "eccentric", "accepted": False}),
        Event(onset=0.5, duration=0.0, label="beep"),
    )
    return Trial(streams={"emg": emg, "position": bar}, events=events)


def shown(one: Trial | None = None) -> View:
    one = one or trial()
    filters, amplitude = Pipeline(Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6)).split_at_amplitude()
    filtered = filters(one.emg)
    return view(one, filtered, amplitude(filtered), name="participant 01, squat")


def unpacked(trace: dict[str, object]) -> np.ndarray:
    """As documented: 16 bits, lower byte first, times the scale."""
    return np.frombuffer(base64.b64decode(str(trace["values"])), dtype="<i2") * float(str(trace["scale"]))


def test_every_value_comes_back_within_half_a_step_and_no_peak_is_lost() -> None:
    one = trial()
    (recording,) = json.loads(packed([shown(one)]))["recordings"]
    rows = {row["name"]: row for row in recording["rows"]}
    assert list(rows) == ["VL", "BF", "bar"]
    assert [trace["stage"] for trace in rows["VL"]["traces"]] == ["raw", "filtered", "envelope"]
    raw = rows["VL"]["traces"][0]
    values = unpacked(raw)
    microvolts = one.emg.data[0] * 1e6
    assert raw["unit"] == "µV"
    assert values.size == 2400, "all samples stand beside it"
    assert values.max() == pytest.approx(microvolts.max(), abs=raw["scale"] / 2)
    assert values.min() == pytest.approx(microvolts.min(), abs=raw["scale"] / 2)
    assert raw["scale"] == pytest.approx(np.abs(microvolts).max() / 32767)
    bar = rows["bar"]["traces"][0]
    np.testing.assert_allclose(unpacked(bar), one["position"].data[0], atol=bar["scale"] / 2)


def test_all_samples_of_a_thinned_line_come_back_within_half_a_step() -> None:
    one = trial()
    (recording,) = json.loads(packed([shown(one)]))["recordings"]
    assert recording["thinned"]
    every = recording["rows"][0]["traces"][0]["every"]
    held = b"".join(
        np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.uint8).reshape(2, -1).T.tobytes()
        for text in every["blocks"]
    )
    coded = np.frombuffer(held, dtype="<u2").astype(int)
    steps = np.where(coded % 2, -(coded + 1) // 2, coded // 2).astype(float)
    firsts = np.arange(0, every["size"], every["length"])
    sums = np.concatenate([np.cumsum(part) for part in np.split(steps, firsts[1:])])
    np.testing.assert_allclose(sums * every["scale"], one.emg.data[0] * 1e6, atol=every["scale"] * 0.5001)
    assert every["scale"] == pytest.approx(np.abs(one.emg.data[0]).max() * 1e6 / 100)
    envelope = recording["rows"][0]["traces"][2]
    assert envelope["every"]["scale"] == pytest.approx(np.abs(unpacked(envelope)).max() / 250, rel=1e-4)
    assert "every" not in recording["rows"][2]["traces"][0], "100 samples a second are drawn as they are"


def test_recordings_for_whose_samples_there_is_no_room_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "_CLOSE", 200_000)
    recordings = json.loads(packed([shown()] * 6))["recordings"]
    held = [any("every" in trace for row in each["rows"] for trace in row["traces"]) for each in recordings]
    assert held == sorted(held, reverse=True)
    assert 0 < sum(held) < 6
    assert all(each["thinned"] for each in recordings)
    lines = [unpacked(each["rows"][0]["traces"][0]).size for each in (recordings[0], recordings[-1])]
    assert lines == [2400, 4000], "where all samples stand beside it a shorter line is enough"


def test_bands_are_the_phases_and_what_was_rejected() -> None:
    bands = json.loads(packed([shown()]))["recordings"][0]["bands"]
    assert [(band["kind"], band["from"], band["to"]) for band in bands] == [
        ("eccentric", 1.0, 2.0), ("concentric", 2.0, 3.0), ("rejected", 4.0, 5.0), ("number", 1.0, 3.0),
        ("number", 4.0, 5.0),
    ]  # fmt: skip
    assert [band["text"] for band in bands if band["kind"] == "number"] == ["1", "2"]


def test_the_more_recordings_the_fewer_points_and_the_page_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed([shown()] * 400)
    assert len(many) < 16_000_000
    sizes = {unpacked(row["traces"][0]).size for row in json.loads(many)["recordings"][0]["rows"][:2]}
    assert sizes.pop() < 4000
    monkeypatch.setattr(viewer, "_CLOSE", 0)
    few = json.loads(packed([shown()] * 117))["recordings"][0]["rows"][0]["traces"][0]
    assert unpacked(few).size == 4000


def test_the_size_for_thirteen_people_three_exercises_and_nine_channels_stays_below_the_budget() -> None:
    traces = 13 * 3 * 9 * 3
    assert traces * 4000 * 2 * 4 / 3 < 14_000_000


def test_a_name_cannot_end_the_element_that_the_data_stand_in() -> None:
    text = packed([shown(trial(name="</script><b>"))])
    assert "<" not in text
    assert json.loads(text)["recordings"][0]["rows"][0]["name"] == "</script><b>"


def test_a_silent_channel_is_a_line_at_zero() -> None:
    one = trial()
    silent = Recording(data=np.zeros((1, 100)), sfreq=100.0, channels=(Channel(name="A", unit="V"),))
    made = packed([view(Trial(streams={"emg": silent}, events=one.events), None, silent, name="x")])
    (row,) = json.loads(made)["recordings"][0]["rows"]
    assert [trace["stage"] for trace in row["traces"]] == ["raw", "envelope"]
    np.testing.assert_array_equal(unpacked(row["traces"][0]), np.zeros(100))


def test_the_processing_is_divided_where_a_signal_loses_its_sign() -> None:
    filters, amplitude = Pipeline(
        RemoveMean(), Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6)
    ).split_at_amplitude()
    assert [type(step).__name__ for step in filters.steps] == ["RemoveMean", "Bandpass"]
    assert [type(step).__name__ for step in amplitude.steps] == ["Rectify", "Envelope"]
    assert Pipeline(RemoveMean()).split_at_amplitude()[1] == Pipeline()
