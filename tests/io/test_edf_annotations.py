"""Annotations of EDF+ and BDF+: events, and the time of each data record."""

from __future__ import annotations

import pytest

from emgkit.errors import FormatError
from emgkit.io import read

BOTH = pytest.mark.parametrize("bdf", [False, True])


def clock(onsets):
    return [onset.encode() + b"\x14\x14\x00" for onset in onsets]


def records_at(*onsets):
    return {"records": len(onsets), "clock": clock(onsets)}


@BOTH
@pytest.mark.parametrize("flag", ["+C", "+D", ""])
@pytest.mark.parametrize(
    ("duration", "onsets"),
    [
        ("1", ["+0", "+1", "+2", "+3"]),
        ("1", ["+0.25", "+1.25", "+2.25"]),
        ("1", ["+7.000", "+8.000", "+9.000"]),
        ("0.333333", [f"+{n / 3:.6f}" for n in range(3000)]),
        ("0.135", [f"+{n * 0.135:.3f}" for n in range(50)]),
        ("0.0135", [f"+{n * 0.0135:.3f}" for n in range(50)]),
        ("0.000135", [f"+{n * 0.000135:.3f}" for n in range(50)]),
        ("1", ["+0", "+1.0004", "+1.9996", "+3.0004"]),
    ],
)
def test_records_that_follow_one_another_are_read_whatever_the_flag(written, bdf, flag, duration, onsets):
    kind = f"{'BDF' if bdf else 'EDF'}{flag}" if flag else ""
    trial = read(written({"samples": 2}, bdf=bdf, kind=kind, duration=duration, **records_at(*onsets)))
    assert trial.emg.data.shape == (1, 2 * len(onsets))
    assert trial.notices == ()


@BOTH
@pytest.mark.parametrize("flag", ["+C", "+D", ""])
@pytest.mark.parametrize(
    ("onsets", "record", "gap"),
    [
        (["+0", "+1", "+12", "+13"], 3, "10 s later"),
        (["+0", "+11"], 2, "10 s later"),
        (["+0.5", "+1.5", "+2.51"], 3, "0.01 s later"),
        (["+0", "+1", "+2", "+2.99"], 4, "0.01 s earlier"),
        (["+0", "+1", "+1", "+2"], 3, "1 s earlier"),
        ([*(f"+{n}" for n in range(9)), "+9.002"], 10, "0.002 s later"),
    ],
)
def test_gaps_and_overlaps_are_refused_with_their_place_and_size(written, bdf, flag, onsets, record, gap):
    kind = f"{'BDF' if bdf else 'EDF'}{flag}" if flag else ""
    path = written({"samples": 1000}, bdf=bdf, kind=kind, **records_at(*onsets))
    what = "has a gap between its data records" if "later" in gap else "data records overlap in time"
    with pytest.raises(FormatError, match=rf"{what}.*data record {record} of {len(onsets)}.*{gap}.*one file for each"):
        read(path)
    with pytest.raises(FormatError) as caught:
        read(path)
    assert ("although its header says" in caught.value.what) is (flag == "+C")


def test_a_slow_drift_is_no_continuous_recording(written):
    onsets = [f"+{n * 1.0002:.4f}" for n in range(100)]
    with pytest.raises(FormatError, match=r"data record 4 of 100.*0\.0006 s later"):
        read(written({"samples": 1000}, kind="EDF+D", **records_at(*onsets)))


def test_a_rounded_duration_adds_up_to_no_gap_but_hides_none(written):
    onsets = [f"+{n / 3:.6f}" for n in range(3000)]
    assert read(written({"samples": 200}, duration="0.333333", **records_at(*onsets))).emg.data.shape == (1, 600000)
    # 1 ms has added up there, and 1.2 ms more is within what may add up, but comes at once
    onsets[-1] = f"+{2999 / 3 + 0.0012:.6f}"
    with pytest.raises(FormatError, match=r"has a gap between its data records.*data record 3000 of 3000"):
        read(written({"samples": 200}, duration="0.333333", **records_at(*onsets)))


def test_a_flag_of_gaps_without_times_is_refused(written):
    with pytest.raises(FormatError, match=r"says EDF\+D \(with gaps\), but.*data record 1 of 4.*EDF\+C"):
        read(written(kind="EDF+D"))
    with pytest.raises(FormatError, match=r"says EDF\+D.*data record 3 of 4"):
        read(written(kind="EDF+D", clock=[*clock(["+0", "+1"]), b"", *clock(["+3"])]))
    trial = read(written(kind="EDF+C", clock=[*clock(["+0", "+1"]), b"", *clock(["+3"])]))
    assert trial.emg.data.shape == (1, 40)
    with pytest.raises(FormatError, match=r"time of a data record cannot be read.*data record 2.*Got: '1s'"):
        read(written(kind="EDF+C", clock=[*clock(["+0"]), b"1s", *clock(["+2", "+3"])]))


def test_annotations_become_events_on_the_time_of_the_samples(written):
    notes = [
        b"+0.25\x14\x14first\x14\x00+1.25\x151.5\x14squat\x14deep\x14\x00",
        b"+1.25\x14\x14\x00+0.75\x14go\x14\x00",
        b"+2.25\x14\x14\x00nonsense\x00+3\x15\x14broken\x14",
    ]
    trial = read(written(kind="EDF+C", records=3, clock=notes))
    assert [(event.onset, event.duration, event.label) for event in trial.events] == [
        (0.0, 0.0, "first"), (0.5, 0.0, "go"), (1.0, 1.5, "deep"), (1.0, 1.5, "squat"),
    ]  # fmt: skip
    (notice,) = trial.notices
    assert notice.code == "annotations-left-out"
    assert notice.text == (
        "2 annotations are left out, since no onset and text can be read in them; the first stands in data record 3: "
        "'nonsense'."
    )
