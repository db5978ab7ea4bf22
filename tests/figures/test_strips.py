"""Strips of repetitions: each repetition once, on one scale, tinted by phase or hatched with the reason."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style


def trial(count: int = 3, *, rejected: tuple[int, ...] = (), phases: bool = False, task: str = "squat") -> ek.Trial:
    events = []
    for k in range(count):
        facts = {
            "repetition": k + 1,
            "accepted": k + 1 not in rejected,
            "reason": "too short" if k + 1 in rejected else None,
        }
        events.append(ek.Event(onset=1.0 + 3 * k, duration=2.0 - 0.1 * k, label="repetition", columns=facts))
        for name, at in (("eccentric", 0.0), ("concentric", 0.9)) if phases and k + 1 not in rejected else ():
            events.append(ek.Event(onset=1.0 + 3 * k + at, duration=0.9, label="phase", columns={"phase": name}))
    rng, length = np.random.default_rng(1), 3 * count + 2
    emg = ek.Recording(
        data=rng.uniform(0, 100, (2, length * 500)), sfreq=500.0,
        channels=tuple(ek.Channel(name=name, unit="%MVC", kind="EMG") for name in ("VL", "BF")),
    )  # fmt: skip
    bar = ek.Recording(
        data=[np.sin(np.arange(length * 100) / 50)], sfreq=100.0, channels=(ek.Channel(name="bar", unit="m"),)
    )
    context = {"participant": "P1", "task": task}
    return ek.Trial(streams={"emg": emg, "position": bar}, events=events, context=context)


def of(ax, kind):
    return [one for one in ax.collections if isinstance(one, kind)]


@pytest.mark.parametrize("columns", [None, "single"])
def test_every_repetition_stands_once_with_its_duration_and_every_channel_in_a_row(columns, legible):
    with style.journal("frontiers", columns=columns):
        figure = figures.repetition_sheet([trial(), trial(14, task="lunge")], simulated=True)
    texts = legible(figure)
    assert {"P1, squat", "P1, lunge", "1: 2.0 s", "2: 1.9 s", "14: 0.7 s", "simulated data", "repetition"} <= set(texts)
    for ax, count in zip(figure.axes, (3, 14), strict=True):
        lines = of(ax, LineCollection)
        assert [len(one.get_segments()) for one in lines] == [count] * 3
    # the movement comes first
    names = [text for text in texts if text in ("bar", "VL", "BF")]
    assert names[:3] == ["bar", "VL", "BF"]


def test_a_channel_has_one_scale_and_repetitions_one_scale_of_time():
    (ax,) = figures.repetition_sheet(trial()).axes
    widths = [one[:, 0].max() - one[:, 0].min() for one in of(ax, LineCollection)[0].get_segments()]
    assert np.array(widths) / widths[0] == pytest.approx([1.0, 0.95, 0.9], abs=0.01)
    assert any(text.get_text().endswith("%MVC") and text.get_text().startswith("0 to") for text in ax.texts)


def test_phases_are_tinted_and_rejected_repetitions_hatched_with_the_reason(legible):
    figure = figures.repetition_sheet(trial(rejected=(2,), phases=True))
    texts = legible(figure)
    assert {"rejected 2: too short", "eccentric", "concentric", "rejected"} <= set(texts)
    (ax,) = figure.axes
    boxes = of(ax, PolyCollection)
    assert sorted(len(one.get_paths()) for one in boxes) == [1, 2, 2]
    assert [bool(one.get_hatch()) for one in boxes].count(True) == 1


def test_what_has_no_repetitions_is_refused():
    with pytest.raises(ArgumentError, match=r"'P1, squat' has no repetitions.*ek\.find_repetitions first"):
        figures.repetition_sheet(trial(0))
    with pytest.raises(ArgumentError, match="nothing to draw"):
        figures.repetition_sheet([])
    with pytest.raises(ArgumentError, match="Each recording needs its name"):
        figures.repetition_sheet(trial(), names=("a", "b"))


def test_a_repetition_of_one_side_shows_the_channels_of_that_side():
    sides = ("left", "right")
    channels = tuple(ek.Channel(name=f"VL {side}", unit="V", side=side) for side in sides)
    events = [
        ek.Event(
            onset=0.5 * place, duration=2.0, label=label, columns={"repetition": 1, "side": side, "phase": "eccentric"}
        )
        for place, side in enumerate(sides)
        for label in ("repetition", "phase")
    ]
    emg = ek.Recording(
        data=np.ones((2, 4000)) * [[1e-4], [2e-4]], sfreq=1000.0, channels=channels, events=tuple(events)
    )
    (ax,) = figures.repetition_sheet(emg).axes
    assert [text.get_text() for text in ax.texts if ": 2.0 s" in text.get_text()] == ["L1: 2.0 s", "R1: 2.0 s"]
    lines = [one for one in ax.collections if isinstance(one, LineCollection)]
    assert [len(one.get_segments()) for one in lines] == [1, 1]


@pytest.mark.parametrize("journal", [None, "frontiers"])
def test_names_and_scales_are_cut_to_the_room_that_they_have(journal):
    names = ("EMG Semitendinoso", "WWWWWWWWWWWWWWWWWWWW", "iiiiiiiiiiiiiiiiiiii", "VL")
    events = [ek.Event(onset=0.0, duration=2.0, label="repetition", columns={"repetition": 1})]
    wide = ek.Recording(
        data=np.outer([1.0, 1e-3, 12345.678, 0.0], np.linspace(-3333.3, 3333.3, 200)), sfreq=100.0, events=events,
        channels=tuple(ek.Channel(name=name, unit="%task", kind="EMG") for name in names),
    )  # fmt: skip
    with style.journal(journal) if journal else style.theme():
        figure = figures.repetition_sheet(wide)
        figure.canvas.draw()
        (ax,) = figure.axes
        beside = [text for text in ax.texts if text.get_ha() == "right"]
        assert len(beside) == 2 * len(names)
        for text in beside:
            box = text.get_window_extent()
            assert box.x0 >= 0, text.get_text()
            assert box.x1 < ax.get_window_extent().x0
    shown = [text.get_text() for text in beside[::2]]
    assert "VL" in shown
    assert shown[2] == names[2], "narrow letters need no cut"
    assert shown[1].endswith("…")
    assert shown[0].startswith("EMG Semitend")
