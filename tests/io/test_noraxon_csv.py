"""CSV exports of Noraxon MyoResearch, combined and a file a signal, written by their layout."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import EmgkitError, FormatError, UnitError
from emgkit.io import detect, read

RNG = np.random.default_rng(0)
VL, BF = RNG.normal(scale=60, size=(2, 400)).round(5)
SIGNALS = {"LT VASTUS LAT. (uV)": VL, "RT BICEPS FEM. (uV)": BF}
PERSON = {"last_name": "Doe", "first_name": "Jane", "born": "1999-01-02", "sex": "female"}


def combined(
    signals: Mapping[str, Sequence[float]] = SIGNALS,
    *,
    rate: float = 2000.0,
    stated: object = None,
    activity: Mapping[int, str] | None = None,
    marker: Mapping[int, str] | None = None,
    sep: str = ",",
    decimal: str = ".",
    quoted: bool = False,
    begin: float = 0.0,
    time: str = "time",
    count: int | None = None,
) -> str:
    """A combined export: facts, an empty line, a table of times, activities, markers and signals."""

    def cell(text: object) -> str:
        return f'"{text}"' if quoted else str(text)

    def written(value: float, form: str) -> str:
        return format(value, form).replace(".", decimal)

    rows = len(next(iter(signals.values())))
    facts = {
        "type": "record", "begin_time": written(begin, ".5f"), "frequency": f"{rate:g}" if stated is None else stated,
        "count": rows if count is None else count, "created with version": "Noraxon MR 4.0.22",
        "exported with version": "4.0.22", **PERSON, "measurement_date": "2025-08-26T17:29:12.325+07:00",
        "record_name": "Squat",
    }  # fmt: skip
    lines = [sep.join(map(cell, facts)), sep.join(map(cell, facts.values())), ""]
    lines.append(sep.join(map(cell, [time, "Activity", "Marker", *signals])))
    for row in range(rows):
        texts = [cell(text) if text else "" for text in ((activity or {}).get(row), (marker or {}).get(row))]
        numbers = [written(values[row], ".10g") for values in signals.values()]
        lines.append(sep.join([written(begin + row / rate, ".5f"), *texts, *numbers]))
    return "\n".join([*lines, ""])


def separated(name: str, values: Sequence[Sequence[float]], *, unit: str = "uV", rate: float = 2000.0) -> str:
    """A separated export: the facts of one signal, and its values, or x and y."""
    columns = ["value"] if len(values) == 1 else ["x", "y"]
    facts = {
        "type": "signal" if len(values) == 1 else "signal_2d", "name": name, "time_units": "s", "begin_time": "0.00000",
        "frequency": f"{rate:g}", "count": len(values[0]), "units": unit,
    }  # fmt: skip
    rows = [
        ",".join([f"{row / rate:.5f}", *(f"{one:.10g}" for one in cells)])
        for row, cells in enumerate(zip(*values, strict=True))
    ]
    return "\n".join([",".join(facts), ",".join(map(str, facts.values())), "", ",".join(["time", *columns]), *rows, ""])


@pytest.fixture
def written(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "a.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def codes(trial) -> list[str]:
    return [notice.code for notice in trial.notices]


@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", ","), ("\t", ","), (";", ".")])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_combined_export_is_read_in_any_language(written, sep, decimal, quoted, encoding):
    path = written(combined(sep=sep, decimal=decimal, quoted=quoted), encoding)
    if encoding != "utf-16":
        assert detect(path).name == "noraxon-csv"
    trial = read(path, format="noraxon-csv")
    assert trial.emg.names == ("LT VASTUS LAT.", "RT BICEPS FEM.")
    assert trial.emg.data == pytest.approx(np.array([VL, BF]) * 1e-6)
    assert (trial.emg.sfreq, trial.emg.sfreq_source, trial.notices) == (2000, "header", ())


def test_a_rate_with_a_decimal_point_beside_decimal_commas_holds(written):
    # as MyoResearch 4.2 writes it in Spanish
    trial = read(written(combined(rate=2000.4, sep=";", decimal=",", quoted=True)))
    assert trial.emg.sfreq == 2000.4


def test_units_stand_in_headings(written):
    signals = {
        "LT VL, V": VL * 1e-6, "Accel X (mG)": VL, "Accel Y (mg)": VL, "Knee Flexion (deg)": BF, "LT Force (N)": BF,
        "MyoMotion-Trajectories-Heel LT-x (mm)": BF,
    }  # fmt: skip
    trial = read(written(combined(signals, sep=";")))
    assert trial.emg.data == pytest.approx(VL[np.newaxis] * 1e-6)
    assert trial["acc"].data == pytest.approx(np.array([VL, VL]) * 9.80665e-3)
    assert (trial["angle"].channels[0].unit, trial["force"].channels[0].unit) == ("deg", "N")
    assert trial["position"].data == pytest.approx(BF[np.newaxis] * 1e-3)
    assert trial["acc"].names == ("Accel X", "Accel Y")


def test_emg_without_a_unit_is_in_microvolts_with_a_notice(written):
    signals = {"LT VL": VL, "Pressure Platform-Velocity": VL, "LT Force": np.abs(VL) + 500, "Insole-LT-Total (%)": BF}
    trial = read(written(combined(signals)))
    assert trial.emg.data == pytest.approx(VL[np.newaxis] * 1e-6)
    assert trial.emg.channels[0].unit_source == "heuristic"
    assert codes(trial) == ["units-assumed", "unit-unknown"]
    assert "'LT VL': µV, in which MyoResearch writes EMG, was taken" in trial.notices[0].text
    assert {one.unit for name in ("position", "force", "other") for one in trial[name].channels} == {"n/a"}
    # the user goes before what was assumed
    assert read(written(combined({"LT VL": VL})), units="mV").emg.data == pytest.approx(VL[np.newaxis] * 1e-3)
    # numbers of another size are no microvolts
    with pytest.raises(UnitError, match="'LT VL' has no unit"):
        read(written(combined({"LT VL": VL * 1e-6})))


def test_activities_and_markers_are_events(written):
    trial = read(written(combined(activity={0: "REST", 100: "SQUAT"}, marker={50: "M1", 300: "M2"})))
    assert [(event.label, event.onset, round(event.duration, 9)) for event in trial.events] == [
        ("REST", 0, 0.05), ("M1", 0.025, 0), ("SQUAT", 0.05, 0.15), ("M2", 0.15, 0),
    ]  # fmt: skip


def test_an_activity_that_is_repeated_in_every_row_ends_with_its_last(written):
    activity = {**dict.fromkeys(range(20, 40), "A, slow"), **dict.fromkeys(range(40, 60), "B")}
    trial = read(written(combined(activity=activity, quoted=True)))
    assert [(event.label, event.onset, round(event.duration, 9)) for event in trial.events] == [
        ("A, slow", 0.01, 0.01), ("B", 0.02, 0.01),
    ]  # fmt: skip


def test_a_record_that_begins_later_keeps_its_times(written):
    trial = read(written(combined(begin=2.5, marker={10: "M"})))
    assert trial.emg.start == 2.5
    assert trial.events[0].onset == pytest.approx(2.505)


def test_a_separated_export_holds_one_signal(written):
    path = written(separated("Ultium_EMG-LT_BICEPS_FEM.", [VL]))
    assert detect(path).name == "noraxon-csv"
    trial = read(path)
    assert trial.emg.names == ("Ultium_EMG-LT_BICEPS_FEM.",)
    assert trial.emg.data == pytest.approx(VL[np.newaxis] * 1e-6)
    trial = read(written(separated("Pressure_Platform-LT_COP", [VL, BF], unit="mm", rate=100)))
    assert trial["position"].names == ("Pressure_Platform-LT_COP-x", "Pressure_Platform-LT_COP-y")
    assert trial["position"].sfreq == 100


def test_lines_of_older_versions_are_read(written):
    table = combined({"LT VL,uV": VL}, sep=";", time="Time,s", rate=1500).split("\n", 3)[3]
    trial = read(written(f"Noraxon MR3;3.14\nName;Jane Doe\nFrequency (Hz);1500\n\n{table}"))
    assert (trial.emg.names, trial.emg.sfreq) == (("LT VL",), 1500)
    trial = read(written(f"MyoResearch XP\nName;Jane Doe\n\n{table}"))
    assert trial.emg.sfreq == pytest.approx(1500, rel=1e-4)


def test_times_go_before_a_rate_that_they_contradict(written):
    trial = read(written(combined(rate=1500, stated=2000)))
    assert trial.emg.sfreq == pytest.approx(1500, rel=1e-4)
    assert codes(trial) == ["rate-contradiction"]


def test_a_rate_that_the_header_rounds_is_that_of_the_times(tmp_path):
    """The heading and the facts of an export by myoRESEARCH 4.2 on a computer with decimal commas."""
    n, rate = 40_000, 2000.3516
    facts = {"type": "record", "begin_time": "0,00000", "frequency": "2000.4", "count": str(n),
             "created with version": "Noraxon myoRESEARCH Software 4.2.22", "exported with version": "4.2.22", **PERSON,
             "measurement_date": "2025-12-02T11:31:19.387+01:00", "record_name": "Free Capture"}  # fmt: skip
    quoted = [";".join(f'"{one}"' for one in row) for row in (facts, facts.values())]
    rows = [f"{i / rate:.5f};{'' if i else chr(34) + 'Activity' + chr(34)};;{i % 7 - 3.25}" for i in range(n)]
    text = "\n".join(
        [*quoted, "", '"time";"Activity";"Marker";"BICEPS BR. LT (uV)"', *(r.replace(".", ",") for r in rows)]
    )
    (tmp_path / "a.csv").write_text(text + "\n")
    trial = read(tmp_path / "a.csv")
    assert trial.emg.sfreq == pytest.approx(rate, abs=1e-3)
    assert trial.emg.data[0, :3] == pytest.approx([-3.25e-6, -2.25e-6, -1.25e-6])
    assert (trial.emg.channels[0].muscle, trial.emg.channels[0].side, codes(trial)) == ("biceps_brachii", "left", [])
    assert [one.label for one in trial.events] == ["Activity"]


def test_nothing_that_names_a_person_is_kept(written):
    trial = read(written(combined()))
    assert dict(trial.context) == {}
    assert not any(text in repr(trial) + repr(trial.events) for text in (*PERSON.values(), "Squat", "2025"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (combined(count=401), r"file is cut off.*Allowed: 401 rows.*Got: 400 rows"),
        (combined().replace("\n0.00100,", "\n0.20000,"), r"times are not even.*row 7, column 1.*Got: 0\.2 s"),
        (combined().replace("0.00100,,,", "0.00100,,,x"), r"cell is not a number.*row 7, column 4 \('LT VASTUS"),
        (combined().replace("0.00100,,,", "0.00100,,,,"), r"wrong number of cells.*row 7.*Allowed: 5 cells.*Got: 6"),
        (combined()[:-20], r"last row is cut off|file is cut off"),
        (combined().split("0.00000,,,")[0], r"file holds no values"),
        (combined().replace("time,Activity", "t,Activity"), r"file has no table.*begins with 'time'"),
        (combined({"LT VL (uV)": [1.0, 2.0, 3.0]}).replace("0.00100", "-1.0"), r"times do not rise|not even"),
        ("Noraxon MR3,3.14\nName,Smith\n", r"file has no table.*Got: 2 lines without one"),
    ],
)
def test_damage_is_refused_with_its_place(written, text, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(written(text))
    assert len(str(caught.value)) <= 600


def test_empty_cells_between_numbers_are_refused(written):
    lines = combined().split("\n")
    lines[10] = ",".join([*lines[10].split(",")[:-1], ""])
    with pytest.raises(FormatError, match=r"cell is empty.*row 11, column 5 \('RT BICEPS"):
        read(written("\n".join(lines)))


@pytest.mark.parametrize(
    "text",
    [
        "time,Noraxon VL (uV)\n0.000,1\n0.001,2\n0.002,3\n",
        "type,frequency\n1,2\n3,4\n5,6\n",
        "time,Activity (mV),Marker (mV)\n0.000,1,2\n0.001,2,3\n0.002,4,6\n",
    ],
)
def test_plain_tables_are_not_taken_for_noraxon(written, text):
    assert detect(written(text)).name == "delimited"


# --- damage ------------------------------------------------------------------------------------------

SMALL = {name: values[:30] for name, values in SIGNALS.items()}
WHOLE = [
    combined(SMALL, activity={0: "REST", 7: "SQUAT"}, marker={3: "M1"}).encode(),
    combined(SMALL, sep=";", decimal=",", quoted=True, activity=dict.fromkeys(range(30), "A; b")).encode(),
    separated("Pressure_Platform-LT_COP", [VL[:30], BF[:30]], unit="mm").encode(),
]
JUNK = (
    b"", b"-1", b"0", b"1e999", b"nan", b"inf", b"1,5", b'"', b";", b"\t", b"\r", b"\n", b"\0", b"\xff", b"time",
    b"time,s", b"Marker", b"Activity", b"(uV)", b"(%)", b"(parsecs)", b"frequency", b"type", b"9" * 400,
    b"\xef\xbb\xbf", b"\xff\xfe",
)  # fmt: skip


def outcome(run):
    """What the call gives back, or the error of emgkit's own that it raises."""
    try:
        return run()
    except EmgkitError as error:
        return error


def tried(path) -> bool:
    """Whether the file is read, else it is refused by emgkit's own error; soon."""
    began = time.process_time()
    trial = outcome(lambda: read(path, format="noraxon-csv"))
    if isinstance(trial, EmgkitError):
        assert len(str(trial)) <= (600 if isinstance(trial, FormatError) else 3000)
    else:
        assert all(np.isfinite(stream.data).all() and stream.sfreq > 0 for stream in trial.values())
        assert all(np.isfinite([event.onset, event.duration]).all() for event in trial.events)
    assert time.process_time() - began < 5
    return not isinstance(trial, EmgkitError)


@pytest.mark.parametrize("which", range(3))
def test_a_file_that_ends_early_is_read_or_refused(tmp_path, which):
    path, raw = tmp_path / "a.csv", WHOLE[which]
    path.write_bytes(raw)
    assert tried(path)
    for end in range(1, len(raw), 16):
        path.write_bytes(raw[:end])
        # the number of rows that the header says shows it, but for the last characters
        assert not tried(path) or end > len(raw) - 16


@pytest.mark.fuzz("noraxon-csv")
@pytest.mark.parametrize("seed", range(6))
def test_junk_anywhere_is_read_or_refused(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / "a.csv"
    for _ in range(60):
        raw = WHOLE[rng.integers(3)]
        for _ in range(rng.integers(1, 4)):
            first = int(rng.integers(len(raw)))
            if rng.integers(2):
                raw = raw[:first] + bytes([rng.integers(256)]) + raw[first + 1 :]
            else:
                junk = JUNK[rng.integers(len(JUNK))]
                raw = raw[:first] + junk + raw[first + (len(junk) if rng.integers(2) else int(rng.integers(20))) :]
        path.write_bytes(raw or b" ")
        tried(path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 40), text=st.text(max_size=12), which=st.integers(0, 2))
def test_headers_of_any_text_are_read_or_refused(tmp_path, place, text, which):
    lines = WHOLE[which].decode().split("\n")
    row, sep = (0, 1, 2, 3)[place % 4], ";" if which == 1 else ","
    cells = lines[row].split(sep)
    cells[place // 4 % len(cells)] = text
    lines[row] = sep.join(cells)
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(lines).encode("utf-8", "replace"))
    tried(path)
