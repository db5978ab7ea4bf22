"""CSV exports of EMGworks: with a line a channel, and with headings alone."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.errors import FormatError
from emgkit.io import detect, read

EMG, ACC = 17 * 2000 / 27, 2 * 2000 / 27
RNG = np.random.default_rng(0)
FAST, SLOW = RNG.normal(scale=1e-4, size=170).round(9), RNG.normal(size=20).round(5)
CHANNELS = [
    ("Mini sensor 10: EMG 10", "V", EMG, FAST),
    ("Mini sensor 10: ACC.X 10", "g", ACC, SLOW),
    ("Mini sensor 10: GYRO.Y 10", "°/s", ACC, SLOW[:19]),
    ("Trigno IM sensor 2: Mag Z 2 (IM)", "uT", ACC, SLOW),
]


def codes(trial) -> list[str]:
    return [notice.code for notice in trial.notices]


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", ","), ("\t", ",")])
def test_every_channel_has_its_own_rate_and_length(written, lines, sep, decimal):
    path = written("emgworks", CHANNELS, lines=lines, sep=sep, decimal=decimal)
    assert detect(path).name == "delsys-emgworks"
    trial = read(path)
    assert trial.emg.data == pytest.approx(FAST[np.newaxis])
    assert trial["acc"].data == pytest.approx(SLOW[np.newaxis] * 9.80665)
    assert trial["gyro"].data == pytest.approx(SLOW[np.newaxis, :19])
    assert trial["other"].channels[0].kind == "MAGN"
    assert trial["other"].data == pytest.approx(SLOW[np.newaxis] * 1e-6)
    assert [trial[name].sfreq for name in ("emg", "acc", "gyro", "other")] == [EMG, ACC, ACC, ACC]
    assert {one.channels[0].unit_source for one in trial.values()} == {"header" if lines else "heuristic"}
    assert ("units-assumed" in codes(trial)) is not lines


def test_words_for_units_are_understood(written):
    assert read(written("emgworks", [("s 1: EMG 1", "Volts", EMG, FAST)])).emg.data == pytest.approx(FAST[np.newaxis])


def test_one_column_of_times_may_serve_several_channels(written):
    def once(text):
        return "\n".join(
            ",".join([*cells[:2], *cells[3:]]) if len(cells := line.split(",")) == 4 else line
            for line in text.split("\n")
        )

    channels = [("s 1: EMG 1", "V", EMG, FAST), ("s 2: EMG 2", "V", EMG, FAST[::-1])]
    trial = read(written("emgworks", channels, change=once))
    assert trial.emg.data == pytest.approx(np.array([FAST, FAST[::-1]]))


def test_a_file_that_holds_less_than_it_says_is_read_with_a_notice(written):
    trial = read(written("emgworks", CHANNELS, counts=[81141, 9546, 9546, 20]))
    text = next(notice.text for notice in trial.notices if notice.code == "shorter-than-stated")
    assert text.startswith(
        "'Mini sensor 10: EMG 10' holds 170 samples where its header says 81141, and 2 other channels"
    )


def test_zeros_that_fill_a_slow_channel_up_are_left_out(written):
    filled = [*SLOW, *[0.0] * 150]
    channels = [CHANNELS[0], ("s 1: ACC.X 1", "g", ACC, filled), ("s 1: ACC.Y 1", "g", ACC, filled)]
    trial = read(written("emgworks", channels))
    assert trial["acc"].data.shape == (2, 20)
    assert "padding-left-out" in codes(trial)
    # a number behind the end shows that it is none, as in a file that was cut by rows
    channels[2] = ("s 1: ACC.Y 1", "g", ACC, [*filled[:-1], 0.1])
    trial = read(written("emgworks", channels))
    assert trial["acc"].data.shape == (2, 170)
    assert "padding-left-out" not in codes(trial)


def test_a_channel_alone_is_recognised(written):
    path = written("emgworks", CHANNELS[:1], lines=False)
    assert detect(path).name == "delsys-emgworks"
    assert read(path).emg.sfreq == EMG


def test_a_plain_table_with_x_for_times_is_none(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("X [s],VL (mV)\n" + "".join(f"{row / 1000},{(-1) ** row * 0.5}\n" for row in range(20)))
    assert detect(path).name == "delimited"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("ACC.X 10 Sampling", "ACC.X 11 Sampling"), r"column has no line above.*column 4"),
        (lambda text: text.replace("1.259259e+03", "fast"), r"line of a channel is damaged.*row 1.*Got: '"),
        (lambda text: text.replace("Number of points: 20", "Number"), r"line of a channel is damaged.*row 2"),
        (lambda text: text.replace("X[s]", "Y"), r"no row of headings"),
        (lambda text: text[: text.index("\n0,")], r"holds no values"),
        (lambda text: text.replace("0.0007941176", "0.5", 1), r"times of a channel do not fit its rate.*sample 2"),
        (lambda text: text[: text.rindex(",")], r"last row is cut off"),
        (lambda text: text.replace(",,,,,,", ",,x,,,,", 1), r"cell is not a number.*row 29, column 4.*Got: 'x'"),
    ],
)
def test_damage_is_refused_with_its_place(written, change, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(written("emgworks", CHANNELS, change=change), format="delsys-emgworks")
    assert len(str(caught.value)) <= 600


def test_times_that_do_not_rise_are_refused(written):
    with pytest.raises(FormatError, match=r"times of a channel do not rise"):
        read(written("emgworks", [("s 1: EMG 1", "V", EMG, FAST[:1])], lines=False), format="delsys-emgworks")


def test_a_real_export_without_lines(recordings):
    trial = read(recordings / "delsys_discover_csv" / "emgworks.csv")
    rates = {name: recording.sfreq for name, recording in trial.items()}
    assert rates == {
        "emg": 26 * 2000 / 27, "emg_2": EMG, "acc": ACC, "gyro": ACC, "ecg": EMG, "other": 7 * 2000 / 27,
        "other_2": 30 * 2000 / 27,
    }  # fmt: skip
    assert {recording.data.shape[1] for recording in trial.values()} == {200}
    assert not trial.emg.data.any()
    text = next(notice.text for notice in trial.notices if notice.code == "sensor-silent")
    assert "The EMG of 4 channels is zero throughout" in text


def test_a_real_export_with_lines(recordings):
    path = recordings / "delsys_emgworks_label_csv" / "truncated_trigno_sample.csv"
    trial = read(path)
    assert {name: recording.data.shape for name, recording in trial.items()} == {
        "emg": (2, 2519), "acc": (6, 297), "gyro": (6, 297),
    }  # fmt: skip
    assert trial.emg.sfreq == EMG
    assert trial.emg.times[-1] == pytest.approx(1.999588, abs=1e-6)
    assert trial["acc"].times[-1] == pytest.approx(1.998, abs=1e-6)
    assert trial.emg.data[:, -1] == pytest.approx([0.0002955825, -1.762417e-05], rel=1e-12)
