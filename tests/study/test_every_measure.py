"""A small study that uses every measure and every axis of curves, on signals whose numbers are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError, EmgkitError, StudyError
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.plan import plan_of
from emgkit.study.writing.methods import methods_of
from emgkit.study.writing.tables import study_tables

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

SFREQ, REPETITIONS, LASTS = 1000, 4, 1.6
HEAD = """
[study]
title = "Every measure"
question = "Do all of them come out?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 1000
[channels]
"VL_L" = { muscle = "vastus_lateralis", side = "left" }
"VL_R" = { muscle = "vastus_lateralis", side = "right" }
"BF_L" = { muscle = "biceps_femoris", side = "left" }
"BF_R" = { muscle = "biceps_femoris", side = "right" }
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.thrust]
task = "thrust"
starts = "concentric"
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Bandpass"
low = 20
high = 400
[[steps]]
step = "MovingRMS"
window = 0.05
[summary]
over = ["repetition", "side"]
"""
MEASURES = """
[[measures]]
name = "mean"
primary = true
[[measures]]
name = "band_power"
low = 80
high = 140
[[measures]]
name = "angle_of_peak"
phase = "concentric"
[[measures]]
name = "co_contraction"
muscles = ["vastus_lateralis", "biceps_femoris"]
[[measures]]
name = "co_contraction"
label = "shared"
muscles = [["vastus_lateralis", "biceps_femoris"]]
formula = "rudolph"
[[measures]]
name = "symmetry"
of = "mean"
[[measures]]
name = "symmetry"
label = "angle of symmetry"
of = "rms"
formula = "symmetry-angle"
[[measures]]
name = "slope"
of = "median_frequency"
[[measures]]
name = "slope"
label = "in_time"
of = "rms"
window = 0.2
phase = "concentric"
[[measures]]
name = "onset_latency"
method = "tkeo"
[[measures]]
name = "burst_duration"
method = "tkeo"
[[measures]]
name = "synergy_vaf"
synergies = 1
[[curves]]
[[curves]]
against = "phases"
[[curves]]
against = "angle"
phase = "concentric"
[[curves]]
phase = "concentric"
most_repeatable = 3
"""
COMPARED = (
    "band_power", "angle_of_peak", "co_contraction", "shared", "symmetry", "slope", "onset_latency", "synergy_vaf",
)  # fmt: skip
COMPARISONS = '[[comparisons]]\nwithin = "exercise"\nby = "muscle"\n' + "".join(
    f'[[comparisons]]\nname = "{name}"\nmeasure = "{name}"\nwithin = "exercise"\nlog = false\n'
    + ("" if name == "synergy_vaf" else 'by = "muscle"\n')
    for name in COMPARED
)
# parts of the MVC: the right side has 1.5 times the left, the biceps a third of the vastus
LEVEL = {"VL_L": 0.2, "VL_R": 0.3, "BF_L": 0.2 / 3, "BF_R": 0.1}
# Hz that the median frequency falls from one repetition to the next
FALLS = {"squat": 2.0, "thrust": 4.0}


def record(folder: Path, people: int = 3) -> None:
    """Sines whose amplitude follows the knee, in the vastus and the biceps of both sides."""
    times = np.arange(0, 10, 1 / SFREQ)
    rng = np.random.default_rng(3)
    starts = 1.0 + 2.1 * np.arange(REPETITIONS)
    place = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)
    inside = (times >= starts[place]) & (times < starts[place] + LASTS)
    bent = np.where(inside, (1 - np.cos(2 * np.pi * (times - starts[place]) / LASTS)) / 2, 0.0)
    folder.mkdir(parents=True)
    for who in range(1, people + 1):
        for task, scale in (("squat", 1.0 + 0.1 * who), ("thrust", 0.5), ("mvc", 0.0)):
            table = {}
            for name, level in LEVEL.items():
                if task == "mvc":
                    x = (abs(times - 5) < 2) * np.sin(2 * np.pi * 110 * times)
                else:
                    x = scale * level * bent * np.sin(2 * np.pi * (120 - FALLS[task] * place) * times)
                table[f"{name} (mV)"] = x + 1e-4 * rng.normal(size=len(times))
            table["bar (m)"] = (-0.3 if task == "squat" else 0.3) * bent
            table["knee (deg)"] = 90 * bent
            pd.DataFrame(table).round(6).to_csv(folder / f"P{who}_{task}.csv", index=False)


@pytest.fixture(scope="module")
def folder(shared: Callable[[str, Callable[[Path], Any]], Any]) -> Path:
    """The recordings of three people, and the study file."""

    def make(path: Path) -> Path:
        record(path / "data")
        (path / "study.toml").write_text(HEAD + MEASURES + COMPARISONS, encoding="utf-8")
        return path

    found: Path = shared("every_measure", make)
    return found


def computed(folder: Path, text: str, quiet: Any) -> Analysis:
    file = parse(text, where="study.toml")
    assert isinstance(file, StudyFile)
    return analyse(file, plan_of(file), folder / "data", progress=quiet)


@pytest.fixture(scope="module")
def analysis(folder: Path, quiet: Any) -> Analysis:
    return computed(folder, HEAD + MEASURES + COMPARISONS, quiet)


@pytest.fixture(scope="module")
def tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    return study_tables(analysis)


def rows_of(tables: dict[str, pd.DataFrame], name: str, **facts: str) -> pd.DataFrame:
    rows = tables["measures"]
    rows = rows[rows["measure"] == name]
    for column, value in facts.items():
        rows = rows[rows[column] == value]
    assert len(rows), (name, facts)
    return rows


def test_band_power_is_that_of_the_sine_in_the_band(tables):
    rows = rows_of(tables, "band_power", participant="P1", exercise="squat", channel="VL_R")
    # (0.33 mV)^2 / 2 times the mean square of the bell, in the two windows of Hann that fit into it
    times = np.arange(0, LASTS, 1 / SFREQ)
    squared, weight = ((1 - np.cos(2 * np.pi * times / LASTS)) / 2) ** 2, np.hanning(SFREQ) ** 2
    bell = np.mean([np.average(squared[first : first + SFREQ], weights=weight) for first in (0, 500)])
    assert rows["value"].tolist() == pytest.approx([0.33e-3**2 / 2 * bell] * REPETITIONS, rel=0.02)
    assert set(rows["unit"]) == {"V^2"}
    assert set(rows["reference"]) == {"none"}


def test_the_peak_lies_where_the_joint_is_bent_most(tables):
    rows = rows_of(tables, "angle_of_peak")
    assert rows["value"].min() > 85
    assert set(rows["unit"]) == {"deg"}


def test_co_contraction_and_symmetry_have_their_closed_forms(tables):
    both = rows_of(tables, "co_contraction", exercise="thrust")
    assert both["value"].to_numpy() == pytest.approx(100 * 2 * (1 / 3) / (4 / 3), rel=0.01)
    assert set(both["muscle"]) == {"vastus_lateralis / biceps_femoris"}
    assert set(both["side"]) == {"left", "right"}
    assert set(rows_of(tables, "shared")["unit"]) == {"%MVC"}
    for name, value in (("symmetry", 40.0), ("angle of symmetry", 100 * (45 - np.degrees(np.arctan(2 / 3))) / 90)):
        own = rows_of(tables, name)
        assert own["value"].to_numpy() == pytest.approx(value, rel=0.03)
        assert own["side"].isna().all()
        assert len(own) == 3 * 2 * 2
        assert set(own["n_repetitions"]) == {REPETITIONS}


def test_a_slope_is_the_fall_of_the_frequency_and_has_its_interval(tables):
    for exercise, fall in FALLS.items():
        rows = rows_of(tables, "slope", exercise=exercise, muscle="vastus_lateralis")
        assert rows["value"].to_numpy() == pytest.approx(-fall, abs=0.5)
        assert set(rows["unit"]) == {"Hz/repetition"}
    lines = tables["slopes"]
    own = lines[lines["measure"] == "slope"]
    assert (own["ci_low"] <= own["slope"]).all()
    assert (own["slope"] <= own["ci_high"]).all()
    assert set(own["of"]) == {"median_frequency"}
    # in the concentric half of the squat the amplitude falls with the knee, in that of the thrust it rises
    falling = rows_of(tables, "in_time", exercise="squat", muscle="vastus_lateralis")
    assert (falling["value"] < 0).all()
    assert (rows_of(tables, "in_time", exercise="thrust", muscle="vastus_lateralis")["value"] > 0).all()
    assert set(falling["unit"]) == {"V/s"}
    assert falling["repetition"].notna().all()


def test_bursts_begin_and_end_with_the_movement(tables):
    rows = rows_of(tables, "onset_latency", muscle="vastus_lateralis")
    assert rows["value"].abs().max() < 0.25
    lasts = rows_of(tables, "burst_duration", muscle="vastus_lateralis")["value"]
    assert lasts.between(LASTS - 0.6, LASTS).all()
    assert set(tables["onsets"]["method"]) == {"tkeo"}
    # two measures are of the same bursts, which stand there once
    assert not tables["onsets"].duplicated().any()


def test_one_synergy_accounts_for_muscles_that_work_together(tables):
    rows = rows_of(tables, "synergy_vaf")
    assert rows["value"].min() > 99
    assert len(rows) == 3 * 2
    weights = tables["synergies"]
    assert set(weights["channel"]) == set(LEVEL)
    assert weights.groupby(["participant", "exercise"])["weight"].max().to_numpy() == pytest.approx(1.0)


def test_every_comparison_is_of_its_measure(analysis, tables):
    for compared in analysis.compared[1:]:
        assert set(compared.cells["measure"]) == {compared.spec.name}
        assert compared.contrasts is not None
        assert len(tables[f"contrasts_{compared.spec.name}"])
    assert set(tables["cells"]["measure"]) == {"mean"}
    own = tables["contrasts_slope"].set_index("muscle")["difference"]
    assert own["vastus_lateralis"] == pytest.approx(2.0, abs=0.5)
    # a number of several repetitions says of how many
    assert set(tables["cells_symmetry"]["n_repetitions"]) == {REPETITIONS}


def test_curves_have_their_axes(tables):
    assert tables["curves"]["point"].max() == 100
    on_phases = tables["curves_phases"]
    vastus = on_phases[on_phases["muscle"] == "vastus_lateralis"]
    for exercise, at in (("squat", 50), ("thrust", 0)):
        own = vastus[vastus["exercise"] == exercise].set_index("point")["mean"]
        # the boundary of the phases is where the knee is bent most; a thrust is bent most where it goes down
        assert own[at] > 0.9 * own.max()
    angles = tables["curves_angle_concentric"]
    thrust = angles[(angles["exercise"] == "thrust") & (angles["muscle"] == "vastus_lateralis")]
    middle = thrust[thrust["point"].between(20, 70)]
    # the amplitude follows the angle: in percent of the MVC, 0.5 times the mean level of the sides
    assert (middle["mean"] / middle["point"]).to_numpy() == pytest.approx(50 * 0.25 / 90, rel=0.06)
    assert set(thrust["n"]) == {3}
    assert len(tables["curves_concentric"]) == len(tables["curves"])


def test_the_methods_name_formulas_and_sources(analysis, tables):
    text = methods_of(analysis, plan_of(analysis.file).pipeline, tables).text
    for part in (
        "the power of the filtered EMG between 80 and 140 Hz (Welch 1967) over the whole repetition",
        "the joint angle at the largest sample of the envelope in the concentric phase",
        "the co-contraction index 100 · Σ 2 min(a, b) / Σ (a + b) (Falconer and Winter 1985) of vastus lateralis and "
        "biceps femoris over the whole repetition",
        "(Rudolph et al. 2000)",
        "(Robinson et al. 1987) of the mean over the whole repetition",
        "(Zifchock et al. 2008) of the root mean square",
        "the slope of the median frequency of the filtered EMG over the whole repetition, from repetition to repetit",
        "the slope over time of the root mean square of the filtered EMG in windows of 0.2 s within the concentric",
        "the latency of the onset of the burst after the start of the repetition",
        "(Solnik et al. 2010)",
        "the variance accounted for by 1 muscle synergy",
        "seed 1, over all repetitions of a recording together",
        "the phases of each repetition were put in one order (eccentric, then concentric)",
        "first passed each whole degree in the concentric phase",
        "Of each set, the 3 repetitions nearest to the mean of the others were kept for them.",
        "“Slope”, of the slope of the median frequency of the filtered EMG over the whole repetition, from repetition "
        "to repetition, was made in the same way as “Band power”",
    ):
        assert part in text
    assert "vastus lateralis / biceps femoris" not in text.partition("were")[0]
    assert "The muscles recorded were biceps femoris and vastus lateralis," in text


@pytest.mark.long
def test_the_whole_study_has_a_figure_for_every_measure_and_axis(folder, tmp_path):
    (tmp_path / "study.toml").write_text((folder / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    result = Study.load(tmp_path).run(tmp_path / "out", folder / "data", quick=True)
    page = result.report.read_text(encoding="utf-8")
    for heading in ("Onset latency", "Symmetry", "Activation against the joint angle, concentric phase"):
        assert f". {heading}<" in page
    assert "Time course of the phases, each with the same share" in page
    assert "onset latency activation" not in page.lower()
    written = pd.read_csv(tmp_path / "out" / "tables" / "measures.csv")
    assert {*COMPARED, "in_time"} < set(written["measure"])


ONE = HEAD + '[[measures]]\nname = "mean"\nprimary = true\n[[measures]]\n{}\n[[comparisons]]\nwithin = "exercise"\n'


@pytest.mark.parametrize(
    ("table", "error", "text"),
    [
        (
            'name = "band_power"\nlow = 10',
            StudyError,
            r"'band_power' needs 'high'. .*Allowed: low = …, high = …. Got: low",
        ),
        ('name = "peak"\nlow = 10', StudyError, r"The measure 'peak' does not use 'low'. .*Allowed: no further key"),
        ('name = "cocontraction"', ArgumentError, r"Unknown measure 'cocontraction'.*Did you mean 'co_contraction'"),
        ('name = "slope"', StudyError, r"The measure 'slope' needs 'of'"),
        (
            'name = "slope"\nof = "symmetry"',
            ArgumentError,
            r"Unknown measure 'symmetry'. Where: \[\[measures\]\] slope, of",
        ),
        (
            'name = "slope"\nof = "band_power"',
            StudyError,
            r"The measure 'slope' of 'band_power' needs 'low' and 'high'",
        ),
        (
            'name = "onset_latency"\nduring = "half"',
            StudyError,
            r"'onset_latency' cannot be taken during 'half'.*Allowed: 'repetition' and 'phase'",
        ),
        ('name = "onset_latency"\nmethod = "tkeos"', ArgumentError, r"Unknown method 'tkeos'.*Did you mean 'tkeo'"),
        (
            'name = "co_contraction"\nmuscles = ["vastus_lateralis", "biceps_femoris"]\nformula = "winter"',
            ArgumentError,
            r"Unknown formula 'winter'. Where: \[\[measures\]\] co_contraction. Allowed: 'falconer-winter', 'rudolph'",
        ),
        ('name = "symmetry"\nof = "mean"\nformula = "ratio"', ArgumentError, r"Unknown formula 'ratio'.*robinson"),
    ],
)
def test_keys_that_do_not_fit_are_refused_before_anything_is_read(table, error, text):
    file = parse(ONE.replace("{}", table), where="study.toml")
    with pytest.raises(error, match=text):
        plan_of(file)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ('name = "mean"\nduring = "recording"', r"Two measures are called 'mean'.*label = \"…\""),
        ('name = "peak"\nlabel = "mean"', r"Two measures are called 'mean'"),
        ('name = "co_contraction"\nmuscles = ["VL"]', r"muscles is a pair, such as"),
        ('name = "co_contraction"\nmuscles = [["VL", "BF"], ["VL", "BF", "RF"]]', r"muscles is a pair, such as"),
        ('name = "peak"\n[[curves]]\nagainst = "angle"', r"curves against the angle are of one phase"),
        ('name = "peak"\n[[curves]]\n[[curves]]\nmost_repeatable = 2', r"differs in against or phase from the others"),
        ('name = "peak"\n[[curves]]\nchannel = "knee"', r'channel goes with against = "angle"'),
    ],
)
def test_a_study_file_whose_measures_do_not_hold_together_is_refused(table, text):
    with pytest.raises(StudyError, match=text):
        parse(ONE.replace("{}", table), where="study.toml")


def test_a_comparison_names_a_measure_that_there_is():
    text = ONE.replace("{}", 'name = "mean"\nduring = "phase"')
    with pytest.raises(StudyError, match=r"no measure 'means' to compare. Where: .*contrasts, measure.*mean"):
        parse(f'{text}measure = "means"\n', where="study.toml")
    with pytest.raises(StudyError, match=r"several measures 'mean' to compare.*label"):
        parse(f'{text}measure = "mean"\n', where="study.toml")


@pytest.mark.parametrize(
    ("table", "change", "text"),
    [
        (
            'name = "co_contraction"\nmuscles = ["vastus_lateralis", "biceps_femori"]',
            "",
            r"There is no muscle 'biceps_femori'.*P1_squat.csv.*measures.*'biceps_femoris'.*Did",
        ),
        (
            'name = "symmetry"\nof = "mean"',
            '[exclude]\nchannels = [{ participant = "P1", channel = "BF_L", reason = "dead" }]\n',
            r"A symmetry index needs one number of each side. Where: participant P1, .*biceps.*symmetry.*Got: 'right'",
        ),
        (
            'name = "slope"\nof = "mean"\nwindow = 1.0',
            "",
            r"too few windows of 1 s for a slope. Where: P1_squat.csv, \[\[measures\]\] slope. .*at least 3. Got: 1",
        ),
        (
            'name = "band_power"\nlow = 100\nhigh = 50',
            "",
            r"The band cannot be used. Where: P1_squat.csv, \[\[measures\]\] band_power. .*low 100 Hz, high 50 Hz",
        ),
        ('name = "angle_of_peak"\nchannel = "hip"', "", r"There is no joint angle 'hip'.*channel = .*knee"),
        ('name = "synergy_vaf"\nsynergies = 9', "", r"There are more synergies than channels. .*Allowed: at most 4"),
    ],
)
def test_what_the_recordings_cannot_give_is_refused_in_plain_words(folder, quiet, table, change, text):
    with pytest.raises(EmgkitError, match=text):
        computed(folder, ONE.replace("{}", table) + change, quiet)


def test_too_few_repetitions_have_no_slope(folder, quiet):
    text = ONE.replace("{}", 'name = "slope"\nof = "mean"')
    rejected = 'repetitions = [{ participant = "P1", task = "squat", repetition = [1, 2], reason = "a cough" }]'
    with pytest.raises(StudyError, match=r"too few repetitions for a slope.*Got: 2. Hint: Take it over time .*window"):
        computed(folder, f"{text}[exclude]\n{rejected}\n", quiet)


def test_a_recording_without_an_angle_is_told_how_to_get_one(folder, quiet):
    text = ONE.replace("{}", 'name = "angle_of_peak"').replace('"VL_L" =', '"knee" = { kind = "MISC" }\n"VL_L" =')
    with pytest.raises(StudyError, match=r"no joint angle in the recording.*JNTANG"):
        computed(folder, text, quiet)


def test_a_pair_on_one_side_alone_is_noticed(folder, quiet):
    text = ONE.replace("{}", 'name = "co_contraction"\nmuscles = ["vastus_lateralis", "biceps_femoris"]')
    out = "".join(f'{{ participant = "P{who}", channel = "BF_L", reason = "dead" }},' for who in (1, 2, 3))
    text = text.replace('within = "exercise"', 'within = "exercise"\nby = "muscle"')
    found = computed(folder, f"{text}[exclude]\nchannels = [{out}]\n", quiet)
    notices = [notice.text for session in found.sessions for notice in session.notices]
    assert any("no co_contraction of vastus lateralis and biceps femoris on the left side" in text for text in notices)
