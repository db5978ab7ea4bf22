"""Contact sheets: every channel or repetition is there once, with its unit and its time."""

from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style


def trial(channels=("VL", "BF", "GMAX"), **context):
    rng = np.random.default_rng(1)
    events = [
        ek.Event(onset=1.0 + 3 * k, duration=2.0, label="repetition", columns={"repetition": k + 1, "accepted": k != 1})
        for k in range(3)
    ]
    emg = ek.Recording(
        data=rng.normal(0, 1e-4, (len(channels), 10_000)), sfreq=1000.0,
        channels=tuple(ek.Channel(name=name, unit="V", kind="EMG") for name in channels),
    )  # fmt: skip
    bar = ek.Recording(data=[np.sin(np.arange(1000) / 50)], sfreq=100.0, channels=(ek.Channel(name="bar", unit="m"),))
    return ek.Trial(streams={"emg": emg, "position": bar}, events=events, context=context)


@pytest.mark.parametrize("columns", [None, "single"])
def test_a_trial_has_a_panel_a_channel_of_every_stream(columns, legible):
    made = trial()
    with style.journal("frontiers", columns=columns):
        figure = figures.contact_sheet(made)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["VL", "BF", "GMAX", "bar"]
    assert [ax.get_ylabel() for ax in figure.axes] == ["µV"] * 3 + ["m"]
    assert "Time (s)" in legible(figure)
    for ax, channel in zip(figure.axes, range(3), strict=False):
        assert ax.lines[-1].get_ydata().max() == pytest.approx(1e6 * made.emg.data[channel].max())
        assert len(ax.patches) == 3  # repetitions, one of them hatched
        assert [bool(patch.get_hatch()) for patch in ax.patches].count(True) == 1


def test_several_recordings_are_told_apart_by_what_differs(legible):
    figure = figures.contact_sheet(
        [trial(("VL",), participant=p, task="squat").emg for p in ("P1", "P2")], simulated=True
    )
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["VL · P1", "VL · P2"]
    assert legible(figure).count("simulated data") == 1


def test_repetitions_of_a_channel_share_their_axis(legible):
    figure = figures.contact_sheet(trial(), channel="BF")
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert [title.replace("\n", " ") for title in titles] == ["repetition 1", "repetition 2, rejected", "repetition 3"]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert [tuple(np.round(ax.get_xlim())) for ax in figure.axes] == [(1, 3), (4, 6), (7, 9)]
    legible(figure)


def test_a_cut_repetition_shows_what_there_is():
    made = trial()
    cut = made.emg.crop(0.0, 8.0)
    assert len(figures.contact_sheet(cut, channel="VL").axes) == 3


def test_what_has_no_panels_is_refused():
    bare = ek.Recording(data=[[0.0, 1e-4]], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V"),))
    with pytest.raises(ArgumentError, match=r"'VL' has no repetitions.*ek\.find_repetitions first"):
        figures.contact_sheet(bare, channel="VL")
    with pytest.raises(ArgumentError, match="Unknown channel 'RF'"):
        figures.contact_sheet(trial(), channel="RF")
    with pytest.raises(ArgumentError, match="nothing to draw"):
        figures.contact_sheet([])
