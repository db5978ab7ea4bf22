"""Signals: what is drawn is what was recorded, in µV, with the repetitions behind."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.figures.raw_signals import extremes

SFREQ = 1000.0


def trial(seconds=12.0, *, phases=True, **context):
    n = round(seconds * SFREQ)
    x = 1e-4 * np.random.default_rng(4).standard_normal(n)
    events = []
    for k in range(3):
        onset, accepted = 1.0 + 3.5 * k, k != 1
        columns = {"repetition": k + 1, "accepted": accepted, "reason": "" if accepted else "too short"}
        events.append(ek.Event(onset=onset, duration=3.0, label="repetition", columns=columns))
        for phase, shift in (("eccentric", 0.0), ("concentric", 1.5)) if phases else ():
            more = {**columns, "phase": phase}
            events.append(ek.Event(onset=onset + shift, duration=1.5, label="phase", columns=more))
    channel = ek.Channel(name="VL", unit="V", muscle="vastus_lateralis", side="right")
    return ek.Recording(data=x[None], sfreq=SFREQ, channels=(channel,), events=events, context=context)


def envelope_of(recording):
    return ek.Pipeline(ek.Rectify(), ek.Envelope(cutoff=6))(recording)


def bands(ax):
    """(start, end, colour, hatch) of each band behind the signal."""
    spans = [(patch.get_x(), patch.get_x() + patch.get_width(), patch) for patch in ax.patches]
    return [(a, b, plt.matplotlib.colors.to_hex(patch.get_facecolor()), patch.get_hatch()) for a, b, patch in spans]


def test_a_short_signal_is_drawn_sample_by_sample_in_microvolts(legible):
    recording = trial(5.0)
    ax = figures.signals(recording, channel="VL")
    x, y = ax.lines[0].get_data()
    assert np.array_equal(x, recording.times)
    assert y == pytest.approx(recording.data[0] * 1e6)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Time (s)", "EMG (µV)")
    legible(ax.figure)


def test_thinning_keeps_every_bin_sextremes_and_both_ends():
    y = np.random.default_rng(0).standard_normal(123_457)
    y[77_777], y[3] = 50.0, -60.0
    keep = extremes(y)
    assert keep.size < 4500
    assert np.all(np.diff(keep) > 0)
    assert {0, 3, 77_777, y.size - 1} <= set(keep)
    length = -(-y.size // 2000)
    for start in range(0, y.size - length, length):
        own = y[start : start + length]
        inside = y[keep[(keep >= start) & (keep < start + length)]]
        assert inside.min() == own.min()
        assert inside.max() == own.max()


def test_an_envelope_in_the_same_unit_shares_the_axis(legible):
    recording = trial()
    envelope = envelope_of(recording)
    ax = figures.signals(recording, envelope, channel="VL")
    assert ax.figure.axes == [ax]
    assert ax.lines[1].get_ydata() == pytest.approx((1e6 * envelope.data[0])[extremes(envelope.data[0])])
    assert "envelope (µV)" in legible(ax.figure)


def test_an_envelope_in_percent_has_an_axis_with_zero_at_the_same_height(legible):
    recording = trial()
    percent = envelope_of(recording)
    percent = percent.derive(percent.data / 1e-4 * 100, unit="%MVC")
    ax = figures.signals(recording, percent, channel="VL")
    over = ax.figure.axes[1]
    assert over.get_ylabel() == "Envelope (%MVC)"
    for axes in (ax, over):
        low, high = axes.get_ylim()
        assert low == -high
    assert over.get_ylim()[1] > percent.data.max()
    assert min(over.get_yticks()) >= 0
    legible(ax.figure)


def test_accepted_phases_are_tinted_and_rejected_repetitions_hatched():
    ax = figures.signals(trial(), channel="VL")
    eccentric, concentric = style.PHASES["eccentric"], style.PHASES["concentric"]
    assert [(a, b, colour) for a, b, colour, hatch in bands(ax) if not hatch] == [
        (1.0, 2.5, eccentric), (2.5, 4.0, concentric), (8.0, 9.5, eccentric), (9.5, 11.0, concentric),
    ]  # fmt: skip
    assert [(a, b) for a, b, _, hatch in bands(ax) if hatch] == [(4.5, 7.5)]
    assert ax.get_title(loc="left") == "Vastus lateralis (VL), right · 2 of 3 repetitions accepted"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["signal", "eccentric", "concentric", "rejected"]


def test_repetitions_without_phases_are_tinted_whole_and_numbered(legible):
    ax = figures.signals(trial(phases=False), channel="VL")
    assert [(a, b) for a, b, _, hatch in bands(ax) if not hatch] == [(1.0, 4.0), (8.0, 11.0)]
    assert {"1", "2", "3"} <= {text.get_text() for text in ax.texts}
    legible(ax.figure)


def test_simulated_signals_say_so(legible):
    assert "simulated data" in legible(figures.signals(trial(simulated=True), channel="VL").figure)
    assert "simulated data" in legible(figures.signals(trial(), channel="VL", simulated=True).figure)
    assert "simulated data" not in legible(figures.signals(trial(), channel="VL").figure)


def test_it_draws_on_the_axes_given_and_leaves_the_recording_alone():
    recording = trial()
    before = recording.data.copy()
    ax = plt.subplots(1, 2)[1][1]
    assert figures.signals(recording, channel="VL", ax=ax) is ax
    assert np.array_equal(recording.data, before)
    assert ax.get_xlim() == (recording.times[0], recording.times[-1])


def test_a_whole_trial_is_refused_with_the_stream_to_give():
    emg = ek.Recording(data=[[0.0, 2e-4]], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V"),))
    with pytest.raises(ArgumentError, match=r"signals works on one Recording, not on a whole Trial.*Use trial\.emg"):
        figures.signals(ek.Trial(streams={"emg": emg}), channel="VL")
    with pytest.raises(ArgumentError, match=r"Use trial\.emg"):
        figures.signals(emg, ek.Trial(streams={"emg": emg}), channel="VL")


def test_refusals_name_the_channel_and_the_times():
    with pytest.raises(ArgumentError, match=r"Unknown channel 'VM'.*'VL'"):
        figures.signals(trial(), channel="VM")
    with pytest.raises(ArgumentError, match=r"do not overlap in time\. Allowed: 0 to 1.999 s\. Got: 5 to 5.999 s"):
        figures.signals(trial().crop(0, 2), envelope_of(trial()).crop(5, 6), channel="VL")


def test_a_filtered_layer_lies_over_the_raw_signal_on_its_axis(legible):
    recording = trial(4.0)
    filtered = ek.Pipeline(ek.Bandpass(low=20, high=450))(recording)
    ax = figures.signals(recording, envelope_of(recording), filtered=filtered, channel="VL")
    raw, over, envelope = ax.lines[:3]
    assert raw.get_ydata() == pytest.approx(recording.data[0] * 1e6)
    assert over.get_ydata() == pytest.approx(filtered.data[0] * 1e6)
    assert raw.get_zorder() < over.get_zorder() < envelope.get_zorder()
    assert len({raw.get_color(), over.get_color(), envelope.get_color()}) == 3
    assert {"raw signal", "filtered", "envelope (µV)"} <= set(legible(ax.figure))


def test_a_filtered_layer_in_percent_is_refused():
    recording = trial()
    percent = recording.derive(recording.data / 1e-4 * 100, unit="%MVC")
    with pytest.raises(ArgumentError, match=r"another unit than the raw one.*Allowed: 'V'.*Got: '%MVC'"):
        figures.signals(recording, filtered=percent, channel="VL")
    late = recording.crop(8.0, 10.0)
    with pytest.raises(ArgumentError, match="Signal and filtered signal do not overlap"):
        figures.signals(recording.crop(0.0, 2.0), filtered=late, channel="VL")
