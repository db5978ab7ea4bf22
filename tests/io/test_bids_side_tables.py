"""participants.tsv and channels.tsv as people write them: each spelling has one reading, or is an error naming rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.errors import FileError, FormatError, NormalizationError
from emgkit.io import bids, read, write_bids
from emgkit.io._tables import typed

MISSING = ["n/a", "N/A", "NA", "na", "NaN", "nan", "", " "]


@pytest.fixture
def one_session(tmp_path: Path, make_trial: Any) -> Path:
    """A recording without a session in its name."""
    write_bids([make_trial()], tmp_path / "set", name="S")
    return tmp_path / "set"


@pytest.fixture
def sessions(tmp_path: Path, make_trial: Any) -> Path:
    """Two sessions of one participant, an MVC and a squat each."""
    trials = [make_trial(seed=s, session=f"0{s}", task=task) for s in (1, 2) for task in ("mvc", "squat")]
    write_bids(trials, tmp_path / "set", name="S")
    return tmp_path / "set"


def people(root: Path, *rows: str) -> None:
    (root / "participants.tsv").write_text("\n".join("\t".join(row.split("|")) for row in rows) + "\n", "utf-8")


def contexts(root: Path) -> list[dict[str, Any]]:
    return [dict(read(path).context) for path in bids.recordings(root)]


def channels(root: Path, *rows: str) -> Any:
    """Read the recording with this channels.tsv."""
    (path,) = bids.recordings(root)
    table = Path(str(path).replace("_emg.bdf", "_channels.tsv"))
    table.write_text("\n".join("\t".join(row.split("|")) for row in rows) + "\n", "utf-8")
    return read(path)


# ------------------------------------------------------------------ participants.tsv


@pytest.mark.parametrize("column", ["session", "ses", "session_id", "Session", "SES_ID"])
@pytest.mark.parametrize("cells", [("1", "2"), ("01", "02"), ("ses-01", "ses-02"), ("ses-1", "02"), ("1.0", "2.0")])
def test_one_row_a_session_gives_each_session_its_own(sessions: Path, column: str, cells: tuple[str, str]) -> None:
    people(sessions, f"participant_id|{column}|sex|mass", f"sub-01|{cells[0]}|F|61.5", f"01|{cells[1]}|F|63.0")
    found = contexts(sessions)
    assert [(one["session"], one["task"], one["mass"]) for one in found] == [
        ("01", "mvc", 61.5), ("01", "squat", 61.5), ("02", "mvc", 63.0), ("02", "squat", 63.0),
    ]  # fmt: skip
    assert all(set(one) >= {"sex"} and column not in set(one) - {"session"} for one in found)
    table = bids.participants(sessions)
    assert table["participant"].tolist() == ["01", "01"]
    assert [float(cell) for cell in table["session"]] == [1, 2]
    assert table["mass"].tolist() == [61.5, 63.0]


def test_a_reference_of_another_session_stays_refused(sessions: Path) -> None:
    people(sessions, "participant_id|session|sex", "sub-01|1|F", "sub-01|2|F")
    mvc, squat = (
        next(read(p) for p in bids.recordings(sessions) if part in str(p)) for part in ("1_task-m", "2_task-s")
    )
    pipeline = ek.Pipeline(ek.Bandpass(low=20, high=400), ek.Rectify(), ek.Envelope(cutoff=6))
    normalize = ek.reference([mvc], pipeline, window=0.5)
    with pytest.raises(NormalizationError, match=r"not of this recording's session.*session '01'.*session '02'"):
        pipeline.then(normalize)(squat.emg)


def test_one_row_a_task(sessions: Path) -> None:
    people(sessions, "participant_id|task|load", "sub-01|squat|80", "sub-01|mvc|n/a")
    assert [(one["task"], one["load"]) for one in contexts(sessions)] == [
        ("mvc", None), ("squat", 80), ("mvc", None), ("squat", 80),
    ]  # fmt: skip


def test_a_row_for_one_session_alone_is_not_that_of_the_other(sessions: Path) -> None:
    people(sessions, "participant_id|session|sex", "sub-01|2|F")
    first, *_, last = (read(path) for path in bids.recordings(sessions))
    assert last.context["sex"] == "F"
    assert dict(first.context) == {"participant": "01", "session": "01", "task": "mvc"}
    (notice,) = first.notices
    assert notice.code == "participant-not-listed"
    assert notice.text == (
        "participants.tsv has no row for participant '01' with session '01' (row 2: session '2'): its facts are not "
        "taken."
    )


def test_what_the_file_name_leaves_open_comes_from_the_table(one_session: Path) -> None:
    people(one_session, "participant_id|session|sex", "sub-01|2|F")
    assert contexts(one_session)[0] == {"participant": "01", "session": "2", "task": "squat", "sex": "F"}


def test_several_rows_need_the_session_in_the_name(one_session: Path) -> None:
    people(one_session, "participant_id|session|mass", "sub-01|1|61", "sub-01|2|63")
    with pytest.raises(FormatError, match=r"2 rows for participant '01', and the file's name has no session") as caught:
        contexts(one_session)
    assert caught.value.where.endswith("participants.tsv, rows 2 and 3")
    assert "ses-01" in caught.value.allowed
    assert caught.value.got == "row 2: session '1'; row 3: session '2'"


@pytest.mark.parametrize(
    ("rows", "what", "where"),
    [
        (["participant_id|sex", "sub-01|F", "sub-02|M", "01|F"], "lists '01' twice", "rows 2 and 4"),
        (["participant_id|sex", "sub-01|F", "sub-01|M"], "lists '01' twice", "rows 2 and 3"),
        (
            ["participant_id|session|sex", "sub-01|1|F", "sub-01|01|F"],
            "lists '01', session '01', twice",
            "rows 2 and 3",
        ),
        (["participant_id|visit|sex", "sub-01|a|F", "sub-01|b|M"], "lists '01' twice", "rows 2 and 3"),
        (["participant_id|session", "sub-01|n/a", "sub-01|NA"], "lists '01' twice", "rows 2 and 3"),
        (["participant_id|sex", "sub-01|F", "|M"], "names no participant", "row 3"),
        (["participant_id|participant", "sub-01|07"], "names two participants", "row 2"),
        (["participant_id|session|ses", "sub-01|1|1"], "Two columns .* name the session", ""),
        (["id|sex", "sub-01|F"], "no column 'participant_id'", ""),
    ],
)
def test_a_table_of_participants_that_says_two_things_is_refused(
    one_session: Path, rows: list[str], what: str, where: str
) -> None:
    people(one_session, *rows)
    for call in (lambda: contexts(one_session), lambda: bids.participants(one_session)):
        with pytest.raises(FileError, match=what) as caught:
            call()
        assert caught.value.where.endswith(where)  # type: ignore[attr-defined]


@pytest.mark.parametrize("cell", [text for text in MISSING if text.strip()] + [""])
def test_a_missing_fact_has_one_reading(one_session: Path, cell: str) -> None:
    people(one_session, "participant_id|age|group|sex", f"sub-01|{cell}|{cell}|F", "sub-02|24|young|M")
    assert contexts(one_session)[0] == {"participant": "01", "task": "squat", "age": None, "group": None, "sex": "F"}
    assert bids.participants(one_session)["age"].tolist()[1] == 24


def test_a_participant_who_is_not_listed_is_noticed(one_session: Path) -> None:
    people(one_session, "participant_id|sex", "sub-1|F", "sub-02|M")
    (trial,) = (read(path) for path in bids.recordings(one_session))
    assert "sex" not in trial.context
    assert [notice.text for notice in trial.notices] == [
        "participants.tsv has no row for participant '01', only for '1' and '02': nothing is known of them."
    ]


def test_no_column_of_the_table_replaces_an_entity(sessions: Path) -> None:
    people(sessions, "participant_id|participant|run|sex", "sub-01|01|n/a|F")
    for found in contexts(sessions):
        assert found["participant"] == "01"
        assert found["session"] in ("01", "02")
        assert "run" not in found


# ------------------------------------------------------------------ channels.tsv

HEAD = "name|type|units|target_muscle|side|status|status_description"


def row(name: str, kind: str = "EMG", unit: str = "uV", **cells: str) -> str:
    known = {"target_muscle": "n/a", "side": "n/a", "status": "n/a", "status_description": "n/a", **cells}
    return "|".join([name, kind, unit, *known.values()])


REST = (row("EMG BF"), row("bar", "POS", "m"))


def test_a_channel_listed_twice_names_both_rows(one_session: Path) -> None:
    with pytest.raises(FormatError, match="lists 'EMG VL' twice") as caught:
        channels(one_session, HEAD, row("EMG VL", side="right"), *REST, row("EMG VL", side="left"))
    assert caught.value.where.endswith("_channels.tsv, rows 2 and 5")


def test_another_order_is_matched_by_name_and_noticed(one_session: Path) -> None:
    trial = channels(one_session, HEAD, *reversed(REST), row("EMG VL", target_muscle="vastus", side="left"))
    assert [(c.name, c.muscle, c.side) for c in trial.emg.channels] == [
        ("EMG VL", "vastus", "left"), ("EMG BF", None, None),
    ]  # fmt: skip
    assert [notice.text for notice in trial.notices] == [
        "channels.tsv lists the channels in another order than the file: each row is matched by its name."
    ]


def test_a_channel_that_was_left_out_is_no_row_too_many(tmp_path: Path, edf_bytes: Any) -> None:
    folder = tmp_path / "set" / "sub-01" / "emg"
    folder.mkdir(parents=True)
    (tmp_path / "set" / "dataset_description.json").write_text("{}", "utf-8")
    path = folder / "sub-01_task-squat_emg.edf"
    path.write_bytes(edf_bytes([{"label": "VL"}, {"label": "BF", "physical": (0, 0)}]))
    table = folder / "sub-01_task-squat_channels.tsv"
    table.write_text("name\ttype\tunits\nVL\tEMG\tuV\nBF\tEMG\tuV\n", "utf-8")
    assert "channels-differ" not in {notice.code for notice in read(path).notices}
    table.write_text("name\ttype\tunits\nVL\tEMG\tuV\nBF\tEMG\tuV\nTA\tEMG\tuV\n", "utf-8")
    (text,) = [notice.text for notice in read(path).notices if notice.code == "channels-differ"]
    assert text.startswith("channels.tsv has a row for 'TA', and the file has no such channel")


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            (row("EMG VL"), *REST, row("XX")),
            "channels.tsv has a row for 'XX', and the file has no such channel: the row is not used.",
        ),
        ((row("EMG VL"), REST[0]), "channels.tsv has no row for 'bar': what it would say of a channel is not known."),
        ((row("EMG VL"), REST[0], row("rod")), "Only the file names the channels 'bar', only channels.tsv 'rod'."),
    ],
)
def test_rows_too_many_and_too_few_are_noticed_in_words_that_fit(
    one_session: Path, rows: tuple[str, ...], text: str
) -> None:
    trial = channels(one_session, HEAD, *rows)
    assert [(notice.code, notice.text) for notice in trial.notices] == [("channels-differ", text)]


@pytest.mark.parametrize("cell", ["bad", "BAD", "Bad", " bad "])
def test_a_bad_channel_is_noticed_with_its_reason_and_what_happens(one_session: Path, cell: str) -> None:
    trial = channels(one_session, HEAD, row("EMG VL", status=cell, status_description="loose"), *REST)
    assert [(notice.code, notice.text) for notice in trial.notices] == [
        (
            "bad-channel",
            "channels.tsv marks 'EMG VL' as bad (EMG VL: loose). Nothing is left out: bad channels are read and used "
            "like the others until you leave them out.",
        )
    ]
    assert trial.emg.names == ("EMG VL", "EMG BF")


@pytest.mark.parametrize("cell", ["good", "GOOD", *MISSING])
def test_a_good_channel_is_not_noticed(one_session: Path, cell: str) -> None:
    assert channels(one_session, HEAD, row("EMG VL", status=cell), *REST).notices == ()


@pytest.mark.parametrize(
    ("cell", "side"),
    [("left", "left"), ("Left", "left"), ("LEFT", "left"), ("l", "left"), ("L", "left"), ("right", "right"),
     ("Right", "right"), ("R", "right"), ("r", "right"), *((cell, None) for cell in MISSING)],
)  # fmt: skip
def test_a_side_has_one_reading(one_session: Path, cell: str, side: str | None) -> None:
    assert channels(one_session, HEAD, row("EMG VL", side=cell), *REST).emg.channels[0].side == side


@pytest.mark.parametrize(
    ("column", "cell"), [("side", "midline"), ("side", "lft"), ("status", "noisy"), ("status", "0")]
)
def test_another_side_or_status_is_refused_with_its_row(one_session: Path, column: str, cell: str) -> None:
    with pytest.raises(FormatError, match=rf"A channel has an unknown {column}.*or 'n/a'. Got: '{cell}'") as caught:
        channels(one_session, HEAD, REST[0], row("EMG VL", **{column: cell}), REST[1])
    assert caught.value.where.endswith(f"_channels.tsv, row 3, column '{column}'")


@pytest.mark.parametrize("cell", MISSING)
def test_without_a_type_label_and_unit_decide(one_session: Path, cell: str) -> None:
    trial = channels(one_session, HEAD, row("EMG VL", cell), row("EMG BF", " emg "), row("bar", cell, cell))
    assert [(c.name, c.kind) for recording in trial.values() for c in recording.channels] == [
        ("EMG VL", "EMG"), ("EMG BF", "EMG"), ("bar", "POS"),
    ]  # fmt: skip
    assert trial.emg.channels[0].kind_source == "heuristic"
    assert trial.emg.channels[1].kind_source == "header"


def test_an_unknown_type_is_noticed(one_session: Path) -> None:
    trial = channels(one_session, HEAD, row("EMG VL", "EGM"), *REST)
    assert trial["other"].channels[0].kind == "OTHER"
    assert [notice.text for notice in trial.notices if notice.code == "type-unknown"] == [
        "channels.tsv gives 'EMG VL' the type 'EGM', which emgkit does not know: it is read as 'OTHER' and is no EMG."
    ]


def test_a_table_of_channels_without_names_is_refused(one_session: Path) -> None:
    with pytest.raises(FormatError, match=r"no column 'name'. .*Got: 'channel' and 'type'"):
        channels(one_session, "channel|type", "EMG VL|EMG")
    with pytest.raises(FormatError, match="names no channel"):
        channels(one_session, "name|type", "EMG VL|EMG", "|EMG")


@given(side=st.text(alphabet="leftrightLRnaNA/ ", max_size=6), status=st.text(alphabet="badgoodBADGOn/a ", max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_spelling_is_read_or_refused(one_session: Path, side: str, status: str) -> None:
    sides = {
        "left": "left",
        "l": "left",
        "right": "right",
        "r": "right",
        "": None,
        "n/a": None,
        "na": None,
        "nan": None,
    }
    good = {"good": [], "bad": ["bad-channel"], "": [], "n/a": [], "na": [], "nan": []}
    key, word = side.strip().casefold(), status.strip().casefold()
    rows = (HEAD, row("EMG VL", side=side, status=status), *REST)
    if key in sides and word in good:
        trial = channels(one_session, *rows)
        assert trial.emg.channels[0].side == sides[key]
        assert [notice.code for notice in trial.notices] == good[word]
    else:
        with pytest.raises(FormatError, match=r"unknown (side|status)"):
            channels(one_session, *rows)


@pytest.mark.parametrize("cell", [text for text in MISSING if text.strip()])
def test_an_unknown_duration_of_an_event_makes_it_a_moment(one_session: Path, cell: str) -> None:
    (path,) = bids.recordings(one_session)
    table = Path(str(path).replace("_emg.bdf", "_events.tsv"))
    table.write_text(f"onset\tduration\ttrial_type\tload_kg\n0.5\t{cell}\tgo\t{cell}\n", "utf-8")
    (event,) = read(path).events
    assert (event.onset, event.duration, event.label, dict(event.columns)) == (0.5, 0.0, "go", {})


def test_a_column_of_very_long_numbers_is_no_column_of_whole_numbers() -> None:
    assert typed(["1", "999999999999999999"]) == [1, 999999999999999999]
    assert typed(["1", "9" * 30]) == [1.0, 1e30]
    assert typed(["1", "9" * 400]) == ["1", "9" * 400]
    with pytest.raises(FormatError, match=r"said to hold integer values. Got: a number of 5000 digits"):
        typed(["1", "9" * 5000], "integer")
