"""What reading takes from a label, and the doubt about the unit of EMG."""

import numpy as np
import pytest

import emgkit as ek


@pytest.fixture
def table(tmp_path):
    def write(names, columns):
        path = tmp_path / "squat.csv"
        rows = "\n".join(",".join(f"{value:.9g}" for value in row) for row in np.transpose(columns))
        path.write_text(f"{','.join(names)}\n{rows}\n", encoding="utf-8")
        return path

    return write


EMG = np.random.default_rng(1).normal(0, 0.1, 400)  # mV


def described(trial):
    return [(c.name, c.muscle, c.side, c.muscle_source) for c in trial.emg.channels]


def test_muscle_and_side_are_recognised_with_their_source(table):
    trial = ek.read(table(["R_GMAX (mV)", "recto femoral izq (mV)", "GM (mV)", "EMG 1 (mV)"], [EMG] * 4), sfreq=1000)
    assert described(trial) == [
        ("R_GMAX", "gluteus_maximus", "right", "heuristic"),
        ("recto femoral izq", "rectus_femoris", "left", "heuristic"),
        ("GM", None, None, "header"),
        ("EMG 1", None, None, "header"),
    ]
    assert trial.notices == ()


def test_what_the_user_says_goes_before_the_label(table):
    path = table(["R_GMAX (mV)", "L VL (mV)", "BF (mV)"], [EMG] * 3)
    channels = {"R_GMAX (mV)": {"muscle": "gluteus_medius"}, 2: {"side": "right"}, "BF (mV)": {"name": "ST"}}
    assert described(ek.read(path, sfreq=1000, channels=channels)) == [
        ("R_GMAX", "gluteus_medius", None, "user"),
        ("L VL", None, "right", "user"),
        ("ST", "biceps_femoris", None, "heuristic"),
    ]


def test_channels_that_are_no_emg_have_no_muscle(table):
    trial = ek.read(table(["VL (mV)", "ACC X VL (g)", "angle RF (deg)"], [EMG] * 3), sfreq=1000)
    assert [trial[s].channels[0].muscle for s in ("emg", "acc", "angle")] == ["vastus_lateralis", None, None]


def test_two_channels_of_one_muscle_and_side_stay_open(table):
    trial = ek.read(table(["VL 1 (mV)", "VL 2 (mV)", "R VL (mV)"], [EMG] * 3), sfreq=1000)
    assert [c.muscle for c in trial.emg.channels] == [None, None, "vastus_lateralis"]


def test_a_data_set_that_names_muscles_is_taken_at_its_word(tmp_path):
    channels = [ek.Channel(name="VL", unit="V"), ek.Channel(name="BF", unit="V", muscle="my_muscle")]
    emg = ek.Recording(data=np.array([EMG, EMG]) / 1000, sfreq=1000.0, channels=channels)
    trial = ek.Trial(streams={"emg": emg}, context={"participant": "01", "task": "squat"})
    (path,) = ek.io.bids.recordings(ek.io.write_bids([trial], tmp_path / "set", name="one"))
    assert described(ek.read(path)) == [("VL", None, None, "header"), ("BF", "my_muscle", None, "header")]


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (1000, "The amplitude of EMG is 233 mV in 'VL (mV)', where 0.1 µV to 10 mV are likely. Is this in volts?"),
        (1e-4, "The amplitude of EMG is 23.3 nV in 'VL (mV)', where 0.1 µV to 10 mV are likely. Is this in volts?"),
    ],
)
def test_emg_of_no_likely_amplitude_asks_for_its_unit(table, factor, text):
    values = np.linspace(-0.2378, 0.2378, 401) * factor  # half the range from 1 % to 99 % is 0.98 times the largest
    trial = ek.read(table(["VL (mV)", "BF (mV)"], [values, EMG[:1].repeat(401)]), sfreq=1000)
    notice, constant = trial.notices
    assert notice.code == "amplitude-unlikely"
    assert notice.text == text
    assert (constant.code, constant.text) == (
        "channel-constant", "All samples of 'BF (mV)' are equal: nothing was measured there.",
    )  # fmt: skip
    assert notice.hint == "If the unit is another, say it: units={'VL (mV)': 'µV'}; nothing was rescaled."
    assert trial.emg.data[0] == pytest.approx(values / 1000)  # as the file says


@pytest.mark.parametrize("amplitude", [9.9, 1.1e-4])
def test_likely_amplitudes_artefacts_and_offsets_do_not_ask(table, amplitude):
    values = np.linspace(-amplitude / 0.98, amplitude / 0.98, 401)
    values[7] = 4000
    assert ek.read(table(["VL (mV)"], [values]), sfreq=1000).notices == ()
    assert ek.read(table(["VL (mV)"], [EMG + 2500]), sfreq=1000).notices == ()
    assert ek.read(table(["VL (mV)", "A (deg)"], [EMG, EMG * 1e6]), sfreq=1000).notices == ()


@pytest.mark.parametrize(
    ("labels", "others"),
    [
        # force plates and treadmills on the converter of a laboratory whose EMG is called EMG
        (["FP1_FX", "TAPIS FZ1", "Channel_08", "EMG 1", "EMG 2", "Sensor 3.IM EMG3", "R VL"],
         ["FP1_FX", "TAPIS FZ1", "Channel_08"]),
        (["Voltage.1", "Delt_ant.EMG1", "Infra.EMG10"], ["Voltage.1"]),
        (["EMG1", "CH2"], []),
        (["VL", "BF", "Pedal"], []),
    ],
)  # fmt: skip
def test_channels_in_volts_beside_those_called_emg_are_no_emg(table, labels, others):
    trial = ek.read(table([f"{label} (mV)" for label in labels], [EMG] * len(labels)), sfreq=1000)
    assert list(trial.emg.names) == [label for label in labels if label not in others]
    assert list(trial["other"].names if others else []) == others
    told = [notice for notice in trial.notices if notice.code == "kind-likely"]
    assert [notice.hint for notice in told] == (
        [f"If one is EMG, say it: channels={{'{others[0]} (mV)': {{'kind': 'EMG'}}}}."] if others else []
    )
    if others:
        said = ek.read(
            table([f"{label} (mV)" for label in labels], [EMG] * len(labels)), sfreq=1000,
            channels={f"{others[0]} (mV)": {"kind": "EMG"}},
        )  # fmt: skip
        assert others[0] in said.emg.names


def test_a_unit_that_the_user_gives_keeps_a_channel_among_the_emg(table):
    trial = ek.read(table(["EMG1", "EMG2", "CH3"], [EMG] * 3), sfreq=1000, units="mV")
    assert trial.emg.names == ("EMG1", "EMG2", "CH3")


@pytest.mark.parametrize(
    ("label", "stream", "kind"),
    [
        ("ECG_1", "ecg", "ECG"), ("FECG", "ecg", "ECG"), ("MLII", "ecg", "ECG"), ("EKG2", "ecg", "ECG"),
        ("EEG Fpz-Cz", "other", "EEG"), ("EOG horizontal", "other", "EEG"),
        ("VL", "emg", "EMG"), ("EMG submental", "emg", "EMG"),
    ],
)  # fmt: skip
def test_other_biosignals_in_volts_are_no_emg(table, label, stream, kind):
    trial = ek.read(table([f"{label} (mV)"], [EMG]), sfreq=1000)
    assert [(name, one.channels[0].kind) for name, one in trial.items()] == [(stream, kind)]


def test_a_channel_that_holds_one_value_is_told(table):
    trial = ek.read(table(["VL (mV)", "BF (mV)", "RF (mV)"], [EMG, EMG * 0, EMG * 0 - 1.65]), sfreq=1000)
    (notice,) = trial.notices
    assert notice.code == "channel-constant"
    assert notice.text == "All samples of 'BF (mV)' and 'RF (mV)' are equal: nothing was measured there."
    assert ek.read(table(["VL (mV)"], [EMG[:99] * 0]), sfreq=1000).notices == ()


def test_a_quantity_that_no_emg_is_in_is_kept_without_its_unit(table):
    trial = ek.read(table(["VL (mV)", "Pes (cmH2O)", "flow (L/min)", "heart (bpm)"], [EMG] * 4), sfreq=1000)
    assert [(c.name, c.kind, c.unit) for c in trial["other"].channels] == [
        (name, "MISC", "n/a") for name in ("Pes", "flow", "heart")
    ]
    (notice,) = trial.notices
    assert notice.code == "unit-unknown"
    assert notice.text.endswith("does not know it: 'Pes (cmH2O)', 'flow (L/min)' and 'heart (bpm)'.")
    assert trial["other"].data[0] == pytest.approx(EMG)
    # EMG, and a unit that the user gives, are asked for
    for labels, units in ((["VL (%)"], None), (["EMG 1 (%)"], None), (["Pes (V)"], {"Pes (V)": "cmH2O"})):
        with pytest.raises(ek.errors.UnitError, match="Unknown unit"):
            ek.read(table(labels, [EMG]), sfreq=1000, units=units)
