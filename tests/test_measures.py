"""Numbers with closed forms, windows to the sample, and cells that average only what belongs together."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import Channel, Event, Recording, Trial
from emgkit.errors import ArgumentError, DesignError, EmgkitWarning, SignalError
from emgkit.measures import COLUMNS, MEASURES, measure, summarize
from emgkit.steps import ChannelReference, Normalize, Rectify

CHANNELS = (
    Channel(name="VL_R", unit="%MVC", muscle="vastus_lateralis", side="right"),
    Channel(name="BF_R", unit="%MVC", muscle="biceps_femoris", side="right"),
)


def repetition(onset: float, duration: float, **columns: object) -> Event:
    return Event(onset=onset, duration=duration, label="repetition", columns={"repetition": 1, **columns})


def phase(onset: float, duration: float, name: str, **columns: object) -> Event:
    return Event(onset=onset, duration=duration, label="phase", columns={"repetition": 1, "phase": name, **columns})


def recording(data, *, sfreq: float = 1000.0, events=(), channels=CHANNELS[:1], **changes) -> Recording:
    context = changes.pop("context", {"participant": "01", "task": "squat"})
    return Recording(data=data, sfreq=sfreq, channels=channels, events=events, context=context, **changes)


@pytest.mark.parametrize("sfreq", [10.0, 1000.0, 1259.259, 2148.148])
def test_the_integral_of_one_over_five_seconds_is_five_at_any_rate(sfreq):
    n_samples = round(10 * sfreq)
    rows = measure(recording(np.ones((1, n_samples)), sfreq=sfreq, events=[repetition(2.0, 5.0)]), "iemg")
    assert rows["value"].item() == pytest.approx(5.0, abs=1 / sfreq)
    assert rows["unit"].item() == "%MVC·s"


def test_the_integral_of_whole_periods_of_a_rectified_sine_is_its_closed_form():
    x = np.abs(np.sin(2 * np.pi * 5 * np.arange(4000) / 1000))
    rows = measure(recording([x], events=[repetition(1.0, 2.0)]), "iemg")
    assert rows["value"].item() == pytest.approx(2.0 * 2 / np.pi, rel=1e-3)


def test_integrals_of_neighbouring_phases_add_up_to_the_repetition():
    x = np.random.default_rng(0).random((1, 3000))
    events = [repetition(0.5, 2.0), phase(0.5, 0.7001, "eccentric"), phase(1.2001, 1.2999, "concentric")]
    whole = measure(recording(x, events=events), "iemg")["value"].sum()
    parts = measure(recording(x, events=events), "iemg", during="phase")["value"].sum()
    assert parts == pytest.approx(whole)


@settings(max_examples=40, deadline=None)
@given(sfreq=st.sampled_from([100.0, 1000.0, 2148.148]), onset=st.integers(0, 50), n=st.integers(1, 40))
def test_a_window_holds_the_samples_from_onset_to_before_the_end(sfreq, onset, n):
    x = np.arange(100.0)
    event = repetition(onset / sfreq, n / sfreq)
    rows = measure(recording([x], sfreq=sfreq, events=[event]), "mean")
    assert rows["value"].item() == pytest.approx(onset + (n - 1) / 2)


def test_mean_and_peak_are_per_channel_and_keep_the_unit():
    x = np.array([[1.0, 2.0, 6.0, 99.0], [4.0, 4.0, 1.0, 99.0]])
    emg = recording(x, sfreq=1.0, events=[repetition(0.0, 3.0)], channels=CHANNELS)
    assert measure(emg, "mean")["value"].tolist() == [3.0, 3.0]
    assert measure(emg, "peak")["value"].tolist() == [6.0, 4.0]
    assert measure(emg, "peak")["unit"].tolist() == ["%MVC", "%MVC"]
    assert measure(emg, "peak")["muscle"].tolist() == ["vastus_lateralis", "biceps_femoris"]


def test_the_page_on_the_study_file_names_every_measure():
    page = (Path(__file__).parents[1] / "docs" / "how_to" / "study-file.md").read_text(encoding="utf-8")
    assert set(MEASURES) >= {"mean", "peak", "iemg"}
    for name in MEASURES:
        assert f'"{name}"' in page, name


def test_one_row_a_number_in_the_columns_of_the_design():
    events = [
        repetition(0.0, 1.0, exercise="back_squat", set=2, load_kg=80.0),
        phase(0.0, 0.4, "eccentric", exercise="back_squat", set=2, load_kg=80.0),
        phase(0.4, 0.6, "concentric", exercise="back_squat", set=2, load_kg=80.0),
    ]
    emg = recording(np.ones((2, 1000)), events=events, channels=CHANNELS)
    rows = measure(emg, "mean", during="repetition", phase="concentric")
    assert tuple(rows.columns) == COLUMNS
    assert rows.iloc[0].to_dict() == {
        "participant": "01", "group": None, "session": None, "task": "squat", "exercise": "back_squat", "set": 2,
        "load_kg": 80.0, "repetition": 1, "phase": "concentric", "channel": "VL_R", "muscle": "vastus_lateralis",
        "side": "right", "measure": "mean", "value": 1.0, "unit": "%MVC", "reference": "none",
    }  # fmt: skip
    assert rows["repetition"].dtype == np.int64
    assert rows["load_kg"].dtype == np.float64
    assert measure(emg, "mean")["phase"].tolist() == ["whole", "whole"]
    assert measure(emg, "mean", during="phase")["phase"].tolist() == ["eccentric"] * 2 + ["concentric"] * 2


def test_the_types_of_columns_do_not_depend_on_what_is_missing():
    bare = measure(recording(np.ones((1, 100)), sfreq=10.0, events=[repetition(0.0, 1.0)], context={}), "mean")
    full = measure(
        recording(
            np.ones((1, 100)), sfreq=10.0, events=[repetition(0.0, 1.0, set=1, load_kg=20.0)],
            context={"participant": "01", "group": "a", "session": "1", "task": "squat"},
        ),
        "mean",
    )  # fmt: skip
    assert bare.dtypes.tolist() == full.dtypes.tolist()
    assert bare["exercise"].item() is None


def test_the_exercise_is_the_task_where_the_event_names_none():
    assert measure(recording(np.ones((1, 2000)), events=[repetition(0.0, 1.0)]), "mean")["exercise"].item() == "squat"


def test_the_whole_recording_is_measured_without_events():
    rows = measure(recording([[1.0, 2.0, 3.0]]), "mean", during="recording")
    assert (rows["value"].item(), rows["phase"].item(), rows["repetition"].item()) == (2.0, "whole", None)


def test_the_reference_is_the_label_of_the_last_normalisation():
    emg = recording(np.full((1, 2000), 2e-6), channels=(Channel(name="VL", unit="V"),), events=[repetition(0.0, 1.0)])
    value = ChannelReference(channel="VL", value=4e-6, unit="V", trial="mvc", trials=(("mvc", 4e-6),))
    normalize = Normalize(participant="01", session="pre", window=0.5, values=(value,))
    rows = measure(normalize(recording(emg.data, channels=emg.channels, events=emg.events,
                                       context={"participant": "01", "session": "pre"})), "mean")  # fmt: skip
    assert (rows["value"].item(), rows["unit"].item(), rows["reference"].item()) == (50.0, "%MVC", "mvc:pre")


def test_rejected_repetitions_give_no_row():
    events = [
        repetition(0.0, 1.0, accepted=True),
        Event(onset=1.0, duration=1.0, label="repetition", columns={"repetition": 2, "accepted": False, "reason": "x"}),
    ]
    assert measure(recording(np.ones((1, 3000)), events=events), "mean")["repetition"].tolist() == [1]
    with pytest.raises(SignalError, match=r"All 1 repetition events are rejected.*Got: x.*audit"):
        measure(recording(np.ones((1, 3000)), events=events[1:]), "mean")
    odd = repetition(0.0, 1.0, accepted="no")
    with pytest.raises(ArgumentError, match="Repetition 1 is neither accepted nor rejected"):
        measure(recording(np.ones((1, 3000)), events=[odd]), "mean")


def test_a_window_cut_by_a_crop_is_refused_and_the_missing_part_named():
    emg = recording(np.ones((1, 5000)), events=[repetition(1.0, 2.0)])
    with pytest.raises(SignalError, match=r"Repetition 1 \(1–3 s\).*missing 2\.5–3 s.*Allowed: 0–2\.5 s"):
        measure(emg.crop(0.0, 2.5), "mean")
    with pytest.raises(SignalError, match=r"missing 1–1\.5 s and 2–3 s"):
        measure(emg.crop(1.5, 2.0), "mean")
    assert measure(emg.crop(1.0, 3.0), "iemg")["value"].item() == pytest.approx(2.0)


def test_errors_tell_what_to_do():
    emg = recording(np.ones((1, 2000)), events=[repetition(0.0, 1.0)])
    with pytest.raises(SignalError, match=r"no repetition events.*find_repetitions"):
        measure(recording(np.ones((1, 10))), "mean")
    with pytest.raises(SignalError, match=r"have no phases.*starts=None"):
        measure(emg, "mean", phase="eccentric")
    with pytest.raises(SignalError, match=r"No repetition has a phase 'ecentric'.*Did you mean 'eccentric'"):
        measure(recording(np.ones((1, 2000)), events=[phase(0.0, 1.0, "eccentric")]), "mean", phase="ecentric")
    with pytest.raises(SignalError, match=r"holds no sample.*at 0\.5 s.*at least one sample"):
        measure(recording(np.ones((1, 2000)), events=[repetition(0.5, 0.0)]), "mean")
    with pytest.raises(ArgumentError, match=r"Unknown measure 'iEMG'.*Did you mean 'iemg'"):
        measure(emg, "iEMG")
    with pytest.raises(ArgumentError, match=r"'during'.*Did you mean 'repetition'"):
        measure(emg, "mean", during="repetitions")
    with pytest.raises(ArgumentError, match=r"no phases.*phase='eccentric'"):
        measure(emg, "mean", during="recording", phase="eccentric")


def table(**columns: list[object]) -> pd.DataFrame:
    """Rows of a table of numbers; what is not said is the same in all."""
    n = len(columns["value"])
    same = {
        "participant": "01", "group": None, "session": None, "task": "squat", "exercise": "squat", "set": None,
        "load_kg": np.nan, "repetition": 1, "phase": "whole", "channel": "VL", "muscle": "vastus_lateralis",
        "side": "right", "measure": "mean", "unit": "%MVC", "reference": "mvc",
    }  # fmt: skip
    rows = pd.DataFrame({key: pd.Series([value] * n, dtype=object) for key, value in same.items()})
    rows["load_kg"] = np.nan
    for key, values in columns.items():
        rows[key] = values
    return rows[[*COLUMNS, *(key for key in columns if key not in COLUMNS)]]


def test_repetitions_are_averaged_arithmetically_and_counted():
    cells = summarize(table(participant=["01", "01", "02"], repetition=[1, 2, 1], value=[10.0, 30.0, 5.0]))
    assert cells["value"].tolist() == [20.0, 5.0]
    assert cells["n_repetitions"].tolist() == [2, 1]
    assert list(cells.columns) == [*(c for c in COLUMNS if c != "repetition"), "n_repetitions"]
    assert cells["group"].tolist() == [None, None]


def test_sets_and_sides_stay_apart_unless_named():
    rows = table(
        set=[1, 1, 2, 2] * 2, repetition=[1, 2] * 4, side=["left"] * 4 + ["right"] * 4,
        channel=["VL_L"] * 4 + ["VL_R"] * 4, value=[1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0],
    )  # fmt: skip
    assert summarize(rows)["value"].tolist() == [2.0, 6.0, 10.0, 14.0]
    assert summarize(rows, over=("repetition", "set"))["value"].tolist() == [4.0, 12.0]
    both = summarize(rows, over=["repetition", "set", "side"])
    assert (both["value"].item(), both["n_repetitions"].item()) == (8.0, 4)
    assert "channel" not in both
    # a set with one repetition less weighs as much as the others: left (2, 6), right (10, 13)
    uneven = summarize(rows.iloc[:-1], over=["repetition", "set", "side"])
    assert (uneven["value"].item(), uneven["n_repetitions"].item()) == (7.75, 4)


def test_sessions_are_averaged_only_if_named_and_join_their_references():
    rows = table(
        session=["1", "1", "2"], repetition=[1, 2, 1], value=[1.0, 3.0, 8.0], reference=["mvc:1", "mvc:1", "mvc:2"]
    )
    assert summarize(rows)["value"].tolist() == [2.0, 8.0]
    both = summarize(rows, over=("repetition", "session"))
    assert both["value"].item() == 5.0
    assert both["reference"].item() == "mvc:1+mvc:2"
    assert both["n_repetitions"].item() == 3


def test_further_columns_are_kept_and_keep_cells_apart():
    cells = summarize(table(sex=["f", "f", "m"], repetition=[1, 2, 3], value=[1.0, 2.0, 3.0]))
    assert cells["sex"].tolist() == ["f", "m"]


def test_summaries_refuse_what_a_mean_would_hide():
    with pytest.raises(DesignError, match=r"1 of 2 values are NaN.*participant 01.*repetition 2"):
        summarize(table(repetition=[1, 2], value=[1.0, np.nan]))
    with pytest.raises(DesignError, match=r"more than one unit.*participant 01.*'%MVC' and 'V'"):
        summarize(table(repetition=[1, 2], value=[1.0, 2.0], unit=["%MVC", "V"]))
    with pytest.raises(DesignError, match=r"more than one reference.*'mvc' and 'none'"):
        summarize(table(repetition=[1, 2], value=[1.0, 2.0], reference=["mvc", "none"]))
    with pytest.raises(DesignError, match=r"lacks columns.*without 'set' and 'unit'"):
        summarize(table(value=[1.0]).drop(columns=["unit", "set"]))
    cells = summarize(table(repetition=[1, 2], value=[1.0, 2.0]))
    with pytest.raises(
        DesignError, match=r"averaged already.*with 'n_repetitions'\. Hint: Use it as it is.*over=\['rep"
    ):
        summarize(cells)
    with pytest.raises(DesignError, match="averaged already"):
        summarize(cells, over="side")
    with pytest.raises(DesignError, match="The table is empty"):
        summarize(table(value=[1.0]).iloc[:0])
    with pytest.raises(ArgumentError, match=r"Unknown column to average over 'repetitions'.*'repetition'"):
        summarize(table(value=[1.0]), over="repetitions")
    with pytest.raises(ArgumentError, match="Unknown column to average over 'participant'"):
        summarize(table(value=[1.0]), over=("repetition", "participant"))
    with pytest.raises(ArgumentError, match="nothing to average over"):
        summarize(table(value=[1.0]), over=())


@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order):
    rows = table(
        participant=["01", "01", "01", "02", "02", "02"], repetition=[1, 2, 3] * 2, value=[1.0, 2.0, 6.0, 4.0, 4.0, 7.0]
    )
    cells = summarize(rows.iloc[list(order)]).sort_values("participant")
    assert cells["value"].tolist() == [3.0, 5.0]


def test_a_study_of_thirteen_is_measured_in_well_under_a_second():
    events = [
        event
        for i in range(5)
        for event in (
            repetition(2.0 * i, 1.8, repetition=i + 1),
            *(phase(2.0 * i + 0.6 * j, 0.6, name, repetition=i + 1)
              for j, name in enumerate(("eccentric", "hold", "concentric"))),
        )
    ]  # fmt: skip
    channels = (*CHANNELS, Channel(name="GM_R", unit="%MVC"))
    emg = recording(np.ones((3, 20_000)), sfreq=2000.0, events=events, channels=channels)
    began = time.process_time()
    rows = pd.concat([measure(emg, "mean", during="phase") for _ in range(39)], ignore_index=True)
    summarize(rows)
    assert len(rows) == 39 * 45
    assert time.process_time() - began < 1.0


# --- slips ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mean", "iemg"])
def test_a_mean_of_emg_that_is_not_rectified_is_remarked_and_given(name):
    raw = recording([[1e-4, -3e-4, 1e-4]], channels=(Channel(name="VL", unit="V"),))
    with pytest.warns(EmgkitWarning, match=r"not rectified \('VL'\).*Rectify and Envelope, or MovingRMS") as caught:
        rows = measure(raw, name, during="recording")
    assert caught[0].message.notice.code == "not-rectified"
    assert caught[0].filename == __file__
    assert rows["value"].item() < 0
    assert [notice["code"] for notice in rows.attrs["notices"]] == ["not-rectified"]


def test_an_amplitude_a_peak_and_an_angle_are_not_remarked():
    raw = recording([[1e-4, -3e-4, 1e-4]], channels=(Channel(name="VL", unit="V"),))
    assert measure(raw, "peak", during="recording").attrs == {}
    assert measure(Rectify()(raw), "mean", during="recording").attrs == {}
    # a filter may undershoot after rectifying
    below = Rectify()(raw).derive([[1e-4, -1e-9, 1e-4]])
    assert measure(below, "mean", during="recording").attrs == {}
    angle = recording([[1.0, -1.0]], channels=(Channel(name="knee", unit="deg", kind="JNTANG"),))
    assert measure(angle, "mean", during="recording").attrs == {}


def test_a_whole_trial_is_refused_with_the_stream_to_give():
    trial = Trial(streams={"emg": recording(np.ones((1, 10)))})
    with pytest.raises(ArgumentError, match=r"measure works on one Recording, not on a whole Trial.*Use trial\.emg"):
        measure(trial, "mean")


def test_rows_without_a_participant_are_not_averaged_as_one_person():
    rows = table(participant=["01", None, None], repetition=[1, 1, 2], value=[1.0, 2.0, 4.0])
    with pytest.raises(DesignError, match=r"2 of 3 rows have no participant.*different people.*with_context\(part"):
        summarize(rows)


@pytest.mark.parametrize("labels", [("P1", "p1"), ("P1", "P1 "), ("Zo\u00eb", "Zoe\u0308")])
def test_people_whose_labels_read_alike_are_refused_in_quotes(labels):
    rows = table(participant=list(labels), repetition=[1, 1], value=[1.0, 2.0])
    with pytest.raises(
        DesignError, match=r"'participant' holds labels that differ by blanks, case or Unicode form"
    ) as e:
        summarize(rows)
    assert " and ".join(ascii(one) if labels[0][0] == "Z" else repr(one) for one in labels) in str(e.value)


def test_a_further_column_is_a_fact_of_the_cell_and_never_averaged_over_unless_named():
    rows = table(participant=["01"] * 4, repetition=[1, 2, 1, 2], value=[1.0, 3.0, 10.0, 30.0])
    rows["load"] = ["60", "60", "80", "80"]
    cells = summarize(rows)
    assert cells[["load", "value"]].to_numpy().tolist() == [["60", 2.0], ["80", 20.0]]
    both = summarize(rows, over=("repetition", "load"))
    assert "load" not in both
    assert both["value"].tolist() == [11.0]


def whole(x, name, *, sfreq=1000.0, **changes):
    """One measure of a whole recording."""
    return measure(recording(np.atleast_2d(x), sfreq=sfreq, **changes), name, during="recording")


# a ramp from 0 to 100, and what each measure of it is in closed form
RAMP = np.linspace(0.0, 100.0, 2001)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("p10", 10.0, "%MVC"),
        ("p50", 50.0, "%MVC"),
        ("p90", 90.0, "%MVC"),
        ("peak_100ms", 97.5, "%MVC"),  # the mean of the last 101 samples
        ("peak_500ms", 87.5, "%MVC"),
        ("time_of_peak", 100.0, "%"),
        ("burst_duration", 1.001, "s"),
    ],
)
def test_measures_of_a_ramp_have_their_closed_forms(name, value, unit):
    rows = whole(RAMP, name)
    assert rows["value"].item() == pytest.approx(value, abs=1e-6)
    assert rows["unit"].item() == unit


@pytest.mark.parametrize("sfreq", [1000.0, 2148.148])
def test_measures_of_a_sine_are_those_of_the_signal_with_two_signs(sfreq):
    x = 3.0 * np.sin(2 * np.pi * 101 * np.arange(round(4 * sfreq)) / sfreq)
    closed = {"arv": 6 / np.pi, "rms": 3 / np.sqrt(2), "mean_frequency": 101.0, "median_frequency": 101.0}
    for name, value in closed.items():
        rows = whole(x, name, sfreq=sfreq, channels=(Channel(name="VL", unit="V"),))
        assert rows["value"].item() == pytest.approx(value, rel=5e-3)
        assert rows["unit"].item() == ("Hz" if "frequency" in name else "V")


def test_a_window_longer_than_the_stretch_takes_all_of_it():
    assert whole(RAMP[:200], "peak_500ms")["value"].item() == pytest.approx(RAMP[:200].mean())


def test_measures_of_the_signal_refuse_an_amplitude():
    made = Rectify()(recording([np.sin(np.arange(2000.0))], channels=(Channel(name="VL", unit="V"),)))
    with pytest.raises(SignalError, match=r"'median_frequency' is of EMG with its two signs.*the result of 'Rectify'"):
        measure(made, "median_frequency", during="recording")


def test_a_measure_says_its_name_in_words():
    assert {one.words or one.name for one in MEASURES.values()} >= {"mean", "peak", "iEMG"}
    assert MEASURES["p10"].words == "10th percentile of the amplitude (APDF)"
    assert all(one.of in ("amplitude", "signal") for one in MEASURES.values())


def test_band_power_of_a_sine_is_half_its_squared_amplitude_in_the_band_alone():
    times = np.arange(4000) / 1000
    emg = recording([3e-4 * np.sin(2 * np.pi * 100 * times)], channels=(Channel(name="VL", unit="V"),))
    inside = measure(emg, "band_power", during="recording", low=90, high=110)
    outside = measure(emg, "band_power", during="recording", low=20, high=80)
    assert inside["value"].item() == pytest.approx(4.5e-8, rel=1e-6)
    assert outside["value"].item() < 1e-14
    assert inside["unit"].item() == "V^2"


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("band_power", {"low": 20}, r"'band_power' is taken with other options. Allowed: low=…, high=…. Got: low=…"),
        ("mean", {"low": 20, "high": 80}, r"'mean' is taken with other options. Allowed: no options. Got: low=…, high"),
    ],
)
def test_options_that_do_not_belong_to_a_measure_are_refused(name, options, text):
    with pytest.raises(ArgumentError, match=text):
        measure(recording(np.ones((1, 4000))), name, during="recording", **options)


def test_a_number_of_several_repetitions_keeps_their_count():
    row = dict.fromkeys(COLUMNS) | {"participant": "01", "measure": "slope", "unit": "Hz", "reference": "none"}
    rows = pd.DataFrame([row | {"set": n, "value": 1.0, "n_repetitions": 5} for n in (1, 2)])
    assert summarize(rows)["n_repetitions"].tolist() == [5, 5]
    assert summarize(rows, over=["repetition", "set"])["n_repetitions"].tolist() == [10]


def of_own_sides():
    """Three repetitions of the left side at 10, 20 and 30 %MVC, two of the right side at 100 and 200."""
    channels = tuple(
        Channel(name=f"VL_{side[0].upper()}", unit="%MVC", muscle="vastus_lateralis", side=side)
        for side in ("left", "right")
    )
    data = np.zeros((2, 4000))
    events = []
    for row, (side, values) in enumerate((("left", (10, 20, 30)), ("right", (100, 200)))):
        for number, value in enumerate(values, 1):
            onset = number - 1 + 0.5 * row
            data[row, round(onset * 1000) : round((onset + 1) * 1000)] = value
            events.append(repetition(onset, 1.0, repetition=number, side=side))
    return recording(data, events=events, channels=channels)


def test_repetitions_that_each_side_has_of_its_own_are_averaged_side_by_side():
    rows = measure(of_own_sides(), "mean")
    assert rows["repetition_side"].tolist() == rows["side"].tolist() == ["left", "right", "left", "right", "left"]
    by_side = summarize(rows)
    assert "repetition_side" not in by_side.columns
    assert by_side.set_index("side")["value"].to_dict() == {"left": 20.0, "right": 150.0}
    both = summarize(rows, over=["repetition", "side"])
    assert both["value"].tolist() == [85.0]
    assert both["n_repetitions"].tolist() == [5]
    for over in ("side", ["side", "repetition"]):
        with pytest.raises(
            DesignError, match=r"repetition 1 of one is not repetition 1 of the other.*\('repetition', 's"
        ):
            summarize(rows, over=over)


def test_repetitions_without_a_side_have_no_column_for_it():
    emg = of_own_sides()
    shared = recording(
        emg.data, events=[repetition(0.5, 1.0), repetition(1.5, 1.0, repetition=2)], channels=emg.channels
    )
    rows = measure(shared, "mean")
    assert "repetition_side" not in rows.columns
    assert summarize(rows, over=["side", "repetition"])["n_repetitions"].tolist() == [2]
