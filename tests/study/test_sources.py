"""Names of files tell who did what; a notice names what does not fit."""

from __future__ import annotations

import pytest

from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import ExcludedFile, ExcludedParticipant, Layout
from emgkit.study.recordings.account import Account, Accounting, account, exclusion_table, find, look_into
from emgkit.study.recordings.plan import plan_of


@pytest.fixture(scope="module")
def knee():
    return plan_of(Study.load("knee_tasks").file).accounting


def lay(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return folder


def test_csv_layout_tells_group_participant_and_task(knee, tmp_path):
    folder = lay(tmp_path, "normal/01N_gait.csv", "pathology/02A_sitting.csv", "README.md")
    sources, others = find(folder, knee)
    assert [dict(source.facts) for source in sources] == [
        {"group": "normal", "participant": "01N", "task": "gait"},
        {"group": "pathology", "participant": "02A", "task": "sitting"},
    ]
    assert [(source.sfreq, source.units) for source in sources] == [(1000, "mV")] * 2
    assert look_into(Account(sources=sources, files=others), folder, knee).notices == ()


def test_datalog_layout_translates_the_spanish_words(knee, tmp_path):
    folder = lay(tmp_path, "A_TXT/3Asen.txt", "N_TXT/11Nmar.txt", "N_TXT/5Npie.txt")
    facts = {(s.participant, s.facts["group"], s.task) for s in find(folder, knee)[0]}
    assert facts == {("3A", "pathology", "sitting"), ("11N", "normal", "gait"), ("5N", "normal", "standing")}


def test_a_notice_names_a_file_that_fits_no_layout(knee, tmp_path):
    folder = lay(tmp_path, "normal/01N_gait.csv", "normal/notes.csv", "01N_gait.csv")
    sources, others = find(folder, knee)
    notices = look_into(Account(sources=sources, files=others), folder, knee).notices
    assert "01N_gait.csv, normal/notes.csv" in notices[0].text


def test_a_folder_without_recordings_says_what_would_fit(knee, tmp_path):
    with pytest.raises(StudyError, match=r"no recording that the study can use.*\{participant\}_\{task\}\.csv"):
        find(lay(tmp_path, "a.csv"), knee)


def test_a_missing_folder_says_where_to_get_the_data(knee, tmp_path):
    with pytest.raises(StudyError, match=r"is not there.*--data DIR.*CC BY 4\.0"):
        find(tmp_path / "nowhere", knee)
    with pytest.raises(StudyError, match=r"does not say where its recordings are.*--data DIR"):
        find(None, knee)


def test_bids_entities_become_facts(minimal, tmp_path):
    folder = lay(tmp_path, "dataset_description.json", "sub-01/ses-2/emg/sub-01_ses-2_task-squat_run-1_emg.bdf")
    source = find(folder, plan_of(parse(minimal, where="study.toml")).accounting)[0][0]
    assert dict(source.facts) == {"participant": "01", "session": "2", "task": "squat", "run": "1"}


def test_a_layout_names_participant_and_task(minimal, tmp_path):
    file = parse(minimal.replace('bids = "data"', 'pattern = "{who}_{task}.csv"'), where="study.toml")
    with pytest.raises(StudyError, match=r"names the participant and the task.*Got: 'who' and 'task'"):
        find(lay(tmp_path, "a_squat.csv"), plan_of(file).accounting)


def lifts(**changed):
    """The rule of a study of squats, normalised to MVC trials."""
    layouts = (Layout(pattern="{participant}_{task}.csv"),)
    return Accounting(**{"layouts": layouts, "exercises": {"squat": "back_squat"}, "mvc_tasks": ("mvc*",), **changed})


def test_every_recording_has_its_role(tmp_path):
    folder = lay(tmp_path, "01_squat.csv", "01_MVCknee.csv", "01_rest.csv", "02_squat.csv", "03_squat.csv")
    rule = lifts(
        excluded_files=(ExcludedFile(path="02_squat.csv", reason="noise"),),
        excluded_participants=(ExcludedParticipant(participant="03", reason="ill"),),
    )
    found = account(folder, rule)
    assert [(one.name, one.exercise, one.mvc, one.excluded) for one in found.sources] == [
        ("01_MVCknee.csv", None, True, ""),
        ("01_squat.csv", "back_squat", False, ""),
        ("02_squat.csv", "back_squat", False, "noise"),
        ("03_squat.csv", "back_squat", False, "ill"),
    ]
    assert [one.name for one in found.unused] == ["01_rest.csv"]
    assert [notice.text for notice in found.notices] == [
        "Recordings of tasks that the study does not name were not used: 'rest'."
    ]
    assert exclusion_table(found.sources, {"01_squat.csv": "damaged"}).to_dict("split")["data"] == [
        ["02_squat.csv", "noise"],
        ["03_squat.csv", "ill"],
        ["01_squat.csv", "could not be read: damaged"],
    ]
    # a recording that is excluded and cannot be read either is one recording
    assert exclusion_table(found.sources, {"02_squat.csv": "damaged"}).to_dict("split")["data"] == [
        ["02_squat.csv", "noise; could not be read: damaged"],
        ["03_squat.csv", "ill"],
    ]


def test_a_recording_can_be_both_an_exercise_and_what_is_normalised_to(tmp_path):
    (source,) = account(lay(tmp_path, "01_squat.csv"), lifts(mvc_tasks=("squat",))).sources
    assert (source.exercise, source.mvc) == ("back_squat", True)


def test_a_task_without_a_recording_is_named(tmp_path):
    rule = lifts(exercises={"squat": "squat", "thrust": "thrust"})
    with pytest.raises(StudyError) as caught:
        account(lay(tmp_path, "01_squat.csv", "01_walk.csv"), rule)
    assert str(caught.value) == (
        "No recording of the task 'thrust' was found. Allowed: recordings of the tasks 'squat' and 'thrust'. "
        "Got: recordings of 'squat' and 'walk'."
    )


def test_what_is_excluded_or_kept_must_be_there(tmp_path):
    folder = lay(tmp_path, "p1_squat.csv")
    rule = lifts(excluded_files=(ExcludedFile(path="p2_squat.csv", reason="noise"),), kept=(("p3_squat.csv",),))
    (notice,) = account(folder, rule).notices
    assert notice.code == "exclusion-not-found"
    assert notice.text.endswith("not among these recordings: 'p2_squat.csv' and 'p3_squat.csv'.")
    rule = lifts(excluded_participants=(ExcludedParticipant(participant="p11", reason="ill"),))
    with pytest.raises(StudyError, match=r"no participant 'p11' to exclude.*Allowed: 'p1'.*Did you mean 'p1'"):
        account(folder, rule)


def test_what_is_excluded_or_kept_and_is_there_is_no_matter_for_a_notice(tmp_path):
    folder = lay(tmp_path, "p1_squat.csv", "p2_squat.csv", "p3_squat.csv")
    rule = lifts(
        excluded_files=(ExcludedFile(path="p2_squat.csv", reason="noise"),),
        excluded_participants=(ExcludedParticipant(participant="p3", reason="ill"),),
        kept=(("p2_squat.csv",),),
    )
    assert account(folder, rule).notices == ()


def test_halves_of_own_events_are_refused_before_any_file_is_read(minimal):
    text = minimal.replace('starts = "eccentric"', 'by = "events"')
    text += '[[measures]]\nname = "peak"\nduring = "half"\n'
    with pytest.raises(
        StudyError, match=r"Halves of a phase need the stream.*\[exercises\.squat\].*Got: by = \"events\""
    ):
        plan_of(parse(text, where="study.toml"))
