"""References drawn: each trial a row, the window where it was chosen, the largest sample in it, the value beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style

PIPELINE = ek.Pipeline(ek.MovingRMS(window=0.1))


def trial(who: str, size: float, *, at: float = 2.0, spike: float = 0.0, channels: tuple[str, ...] = ("VL",)):
    """A contraction of half a second about `at`, of a size that grows with the channel."""
    times = np.arange(4000) / 1000
    burst = size * (np.abs(times - at) < 0.5) * np.where(np.arange(4000) % 2, 1, -1)
    rows = [(k + 1) * burst for k in range(len(channels))]
    rows[0][int(at * 1000) + 7] += spike
    named = tuple(ek.Channel(name=name, unit="V", kind="EMG", muscle="vastus_lateralis") for name in channels)
    return ek.Recording(data=rows, sfreq=1000.0, channels=named, context={"participant": who, "task": "mvcKnee"})


def table(*recordings: ek.Recording) -> pd.DataFrame:
    parts = [
        ek.reference([one], PIPELINE).table().merge(ek.normalize.best_windows([one], PIPELINE), on=["channel", "trial"])
        for one in recordings
    ]
    parts = [part.assign(participant=one.context["participant"]) for part, one in zip(parts, recordings, strict=True)]
    return pd.concat(parts, ignore_index=True)


def drawn(*recordings: ek.Recording, windows: pd.DataFrame | None = None, channel: str = "VL"):
    chosen = table(*recordings) if windows is None else windows
    return figures.mvc(recordings, [PIPELINE(one) for one in recordings], chosen, channel=channel, simulated=True)


def shaded(ax) -> list[tuple[float, float]]:
    found = []
    for one in ax.collections:
        if to_hex(one.get_facecolor()[0]) == style.PHASES["concentric"]:
            box = one.get_paths()[0].get_extents()
            found.append((box.x0, box.x1))
    return found


def test_each_trial_is_a_row_with_its_window_and_its_value(legible):
    recordings = trial("P1", 2e-4), trial("P2", 1e-4, at=1.0)
    ax = drawn(*recordings)
    windows = table(*recordings)
    assert shaded(ax) == [pytest.approx(pair) for pair in zip(windows["start"], windows["stop"], strict=True)]
    texts = legible(ax.figure)
    assert {"200 µV", "100 µV", "P1", "P2", "mvcKnee", "simulated data", "Time (s)"} <= set(texts)
    assert "Vastus lateralis (VL)" in texts


def test_the_mark_stands_at_the_largest_sample_of_the_window():
    ax = drawn(trial("P1", 2e-4, spike=5.0))
    (mark,) = (line for line in ax.lines if line.get_marker() == "v")
    assert mark.get_xdata()[0] == pytest.approx(2.007)


def test_a_spike_does_not_flatten_the_rest():
    ax = drawn(trial("P1", 2e-4, spike=2e-3))
    envelope = max((line for line in ax.lines if len(line.get_ydata()) > 100), key=lambda line: len(line.get_ydata()))
    heights = envelope.get_ydata()
    # a quarter of the row's height at the top of the envelope
    assert heights.max() - heights.min() > 0.1


def test_trials_of_one_person_share_their_scale_and_the_others_are_pale():
    one, two = trial("P1", 2e-4), trial("P1", 1e-4)
    windows = table(one, two).assign(won=[True, False], trial=["a", "b"])
    ax = drawn(one, two, windows=windows)
    tops = [line.get_ydata() for line in ax.lines if len(line.get_ydata()) > 100]
    assert (tops[1].max() - tops[1].min()) == pytest.approx((tops[0].max() - tops[0].min()) / 2, rel=0.02)
    assert [line.get_alpha() for line in ax.lines if len(line.get_ydata()) > 100] == [1.0, 0.45]


def test_a_panel_a_channel(legible):
    recordings = [trial(f"P{k}", 1e-4, channels=("VL", "BF")) for k in range(3)]
    figure = figures.mvc_grid(recordings, [PIPELINE(one) for one in recordings], table(*recordings))
    assert len(figure.axes) == 2
    assert {"100 µV", "200 µV"} <= set(legible(figure))
    assert [ax.get_ylabel() for ax in figure.axes] == ["Participant", ""]


def test_what_does_not_fit_together_is_refused():
    one = trial("P1", 2e-4)
    with pytest.raises(ArgumentError, match="Unknown channel 'RF'"):
        drawn(one, channel="RF")
    with pytest.raises(DesignError, match=r"Windows and recordings do not fit.*2 rows, 1 recordings"):
        figures.mvc(one, PIPELINE(one), pd.concat([table(one)] * 2), channel="VL")
    with pytest.raises(DesignError, match="without 'stop'"):
        figures.mvc(one, PIPELINE(one), table(one).drop(columns="stop"), channel="VL")
    with pytest.raises(ArgumentError, match="Each trial needs its envelope"):
        figures.mvc([one, one], PIPELINE(one), table(one), channel="VL")
