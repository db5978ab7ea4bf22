"""Every figure at the widths and text sizes of every journal, light and dark: nothing overlaps, is cut, or fades."""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import runpy
import tempfile
import warnings
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

import emgkit as ek
from emgkit import figures
from emgkit.figures.drawing import style

HERE = Path(__file__).parent
MUSCLES = ("vastus_lateralis", "biceps_femoris", "gluteus_maximus")
LIFTS = ("hip_thrust", "back_squat", "deadlift")
# presets that ask the same are drawn once
PRESETS = list({(asked.single, asked.double, asked.font): name for name, asked in style.JOURNALS.items()}.values())
SIZES = [(name, columns) for name in PRESETS for columns in ("single", "double")]
# the narrowest column and the largest text, in every run; `make calibrate` draws the others
QUICK = [("springer", "single")]


@cache
def other(name: str):
    """Another file of tests, for the data that it draws."""
    spec = importlib.util.spec_from_file_location(f"every_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def cells() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        {"participant": f"{person:02d}", "exercise": lift, "muscle": muscle, "measure": "mean", "unit": "%MVC",
         "value": 60 * size * np.exp(rng.normal(0, 0.3)) * (1 + 0.4 * k)}
        for person in range(12)
        for size in [np.exp(rng.normal(0, 0.3))]
        for k, lift in enumerate(LIFTS)
        for muscle in MUSCLES
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs["simulated"] = True
    return table


@cache
def contrasts():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ek.stats.contrasts(cells(), within="exercise", by="muscle")


@cache
def trial() -> ek.Trial:
    return other("test_strips").trial(3, rejected=(2,), phases=True)


@cache
def volts() -> ek.Recording:
    x = np.random.default_rng(2).normal(0, 1e-4, 4000)
    channel = ek.Channel(name="VL", unit="V", kind="EMG", muscle="vastus_lateralis", side="right")
    events = [ek.Event(onset=0.4, duration=1.0, label="repetition", columns={"repetition": 1, "accepted": True})]
    return ek.Recording(data=[x], sfreq=2000.0, channels=(channel,), events=events, context={"simulated": True})


@cache
def sessions() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    true = rng.uniform(30, 90, 12)
    table = pd.DataFrame({"participant": [f"{k:02d}" for k in range(12)] * 2, "unit": "%MVC",
                          "session": ["1"] * 12 + ["2"] * 12,
                          "value": np.concatenate([true, true + rng.normal(4, 5, 12)])})  # fmt: skip
    return table, ek.stats.reliability(table, within="session")


@cache
def phases() -> pd.DataFrame:
    one = other("test_curve_plots").ensemble(3)
    return pd.concat([one.assign(phase=phase) for phase in ("eccentric", "concentric")], ignore_index=True)


def mvc(draw, **which):
    module = other("test_mvc_plots")
    recordings = module.trial("P1", 2e-4), module.trial("P2", 1e-4, at=1.0)
    return draw(recordings, [module.PIPELINE(one) for one in recordings], module.table(*recordings), **which)


@cache
def meta():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ek.stats.meta_analysis(other("test_forest_plots").SUMMARIES)


def waveforms():
    return other("test_curve_plots").waveforms("max-t")


CASES = {
    "activation": lambda: figures.activation(cells(), contrasts=contrasts()),
    "activation_grid": lambda: figures.activation_grid(cells(), contrasts=contrasts()),
    "angle": lambda: figures.angle(other("test_angle_plots").table(), muscle="vastus_lateralis", joint="knee"),
    "angle_grid": lambda: figures.angle_grid(other("test_angle_plots").table(), joint="knee"),
    "bland_altman": lambda: figures.bland_altman(*sessions(), conditions=("1", "2"), simulated=True),
    "body_map": lambda: figures.body_map(cells()[cells()["exercise"] == "deadlift"]),
    "body_map_grid": lambda: figures.body_map_grid(cells()),
    "contact_sheet": lambda: figures.contact_sheet(trial()),
    "contrasts": lambda: figures.contrasts(contrasts()),
    "curves": lambda: figures.curves(waveforms()[0], muscle="vastus_lateralis", unit="%MVC", test=waveforms()[1]),
    "curves_grid": lambda: figures.curves_grid(phases(), unit="%MVC", simulated=True),
    "detection": lambda: figures.detection(other("test_detection_plots").table(), muscle="gluteus_maximus"),
    "detection_grid": lambda: figures.detection_grid(other("test_detection_plots").table()),
    "effect_matrix": lambda: figures.effect_matrix(contrasts()),
    "forest": lambda: figures.forest(meta()),
    "lifts": lambda: figures.lifts(other("test_lift_plots").ROWS, other("test_lift_plots").RUN),
    "mvc": lambda: mvc(figures.mvc, channel="VL"),
    "mvc_grid": lambda: mvc(figures.mvc_grid),
    "onsets": lambda: figures.onsets(
        other("test_onset_plots").EMG, other("test_onset_plots").FOUND, channel="VL", simulated=True
    ),
    "paired": lambda: figures.paired(
        cells(), contrasts(), conditions=("hip_thrust", "back_squat"), muscle="gluteus_maximus"
    )[0],
    "published": lambda: figures.published(other("test_published_plots").table()),
    "raincloud": lambda: figures.raincloud(cells(), muscle="gluteus_maximus", contrasts=contrasts()),
    "repetition_sheet": lambda: figures.repetition_sheet(trial(), simulated=True),
    "signals": lambda: figures.signals(volts(), ek.Rectify()(volts()), filtered=volts(), channel="VL"),
    "spectrogram": lambda: figures.spectrogram(volts(), channel="VL"),
    "spectrum": lambda: figures.spectrum({"raw": volts(), "filtered": volts()}, channel="VL"),
}


def from_gallery(name: str):
    """A figure without a case of its own here is drawn by its script in the gallery."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(None):
        return runpy.run_path(str(HERE.parents[1] / "docs" / "examples" / f"{name}.py"))["figure"]


FUNCTIONS = sorted(
    name for name in figures.__all__ if inspect.isfunction(getattr(figures, name)) and name not in ("save", "close")
)


def drawn(name: str, journal: str, columns: str):
    with style.journal(journal, columns=columns):
        made = CASES[name]() if name in CASES else from_gallery(name)
    return made.get_figure(root=True) if isinstance(made, Axes) else made


def luminance(color) -> float:
    """Relative luminance as WCAG defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def check_every_part(name: str, journal: str, columns: str, legible) -> None:
    figure = drawn(name, journal, columns)
    with style.theme():  # as a figure is saved
        assert not [text for text in legible(figure) if "$" in text]
    smallest = style.JOURNALS[journal].font
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text().strip() and text.get_visible()]
    assert min(text.get_fontsize() for text in texts) >= smallest
    letters = [text.get_text() for text in texts if text.get_gid() == "panel letter"]
    assert letters == list("ABCDEFGH"[: len(letters)])
    for ground in (figure, style.dark(figure)):
        faded = {text.get_text(): contrast(text.get_color(), ground.get_facecolor()) for text in texts}
        assert min(faded.values()) >= 2.9, min(faded, key=faded.get)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(("journal", "columns"), QUICK)
def test_it_fits_the_narrowest_column(name, journal, columns, legible):
    check_every_part(name, journal, columns, legible)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_fits_every_journal(name, legible):
    for journal, columns in (size for size in SIZES if size not in QUICK):
        check_every_part(name, journal, columns, legible)
