"""The checklist says what is there, never more, and where to write what is not."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from emgkit.report.checklist import FIELDS, ITEMS, STATUSES, Answer, Facts, checklist, checklist_table

DONE = {
    name: f"the {name}"
    for item in ITEMS
    for part in item.parts
    for one in part.fields
    if one.startswith("done:")
    for name in [one.removeprefix("done:")]
}
EVERYTHING = dict.fromkeys(FIELDS, "known")
PEOPLE = pd.DataFrame({"sex": ["F"], "age": [23], "weight": [60.0], "height": [1.7], "training_status": ["trained"]})


def titled(answers: tuple[Answer, ...], title: str) -> Answer:
    (found,) = [answer for answer in answers if answer.title == title]
    return found


def test_there_are_seventeen_items_with_names_of_their_own() -> None:
    assert len(ITEMS) == len({item.title for item in ITEMS}) == 17


def test_an_empty_study_lacks_everything_that_applies() -> None:
    answers = checklist(Facts(done={}, simulated=False))
    assert [answer.number for answer in answers] == list(range(1, 18))
    applicable = [answer for answer in answers if answer.title != "Spectral analysis"]
    assert {answer.status for answer in applicable} == {"missing"}
    assert not any(answer.found for answer in applicable)
    assert all(answer.add for answer in applicable)


def test_a_study_that_tells_everything_lacks_nothing() -> None:
    facts = Facts(
        done={**DONE, "mvc": "yes", "streams": "yes", "repetitions": "yes"}, simulated=False,
        sidecars=(EVERYTHING, EVERYTHING), mvc_sidecars=(EVERYTHING,), participants=PEOPLE,
    )  # fmt: skip
    answers = checklist(facts)
    assert {answer.status for answer in answers} <= {"reported", "not applicable"}
    assert not any(answer.add for answer in answers)
    assert {answer.status for answer in answers} <= set(STATUSES)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_asked_for_by_its_name_and_fills_its_part(field: str) -> None:
    facts = {"done": {"mvc": "yes", "streams": "yes", "repetitions": "yes"}, "simulated": False}
    without = checklist(Facts(**facts, sidecars=({},)))
    wanting = [
        text for answer in without for text in answer.add if re.search(rf"\b{field} in \*_emg\.json(?! of)", text)
    ]
    assert wanting
    there = checklist(Facts(**facts, sidecars=({field: "as it was"},)))
    assert not any(text in answer.add for text in wanting for answer in there)
    assert sum(text.endswith(": as it was") for answer in there for text in answer.found) >= len(wanting)


@pytest.mark.parametrize("nothing", ["n/a", "", None, "TODO: fill in", " todo ", {}, []])
def test_what_writers_put_where_they_know_nothing_counts_as_missing(nothing: object) -> None:
    facts = Facts(done={}, simulated=False, sidecars=({"SkinPreparation": nothing},))
    assert titled(checklist(facts), "Skin preparation").status == "missing"


def test_a_field_that_some_recordings_lack_is_missing_and_counted() -> None:
    facts = Facts(done={}, simulated=False, sidecars=({"SkinPreparation": "shaved"}, {}, {}))
    skin = titled(checklist(facts), "Skin preparation")
    assert skin.status == "missing"
    assert skin.add == ("shaving, abrasion, cleaning, gel: SkinPreparation in *_emg.json (1 of 3 recordings have it)",)


def test_different_values_all_stand_in_the_answer() -> None:
    facts = Facts(
        done={}, simulated=False, sidecars=tuple({"SkinPreparation": how} for how in ("shaved", "none", "none"))
    )
    assert titled(checklist(facts), "Skin preparation").found[0].endswith("shaved (1), none (2)")


def test_numbers_become_a_range_and_filters_words() -> None:
    sidecars = ({"HardwareFilters": {"Highpass": {"cutoff": 20.0, "order": 2}}},)
    people = PEOPLE.loc[[0, 0]].assign(age=[19, 31], height=float("nan"))
    answers = checklist(Facts(done={}, simulated=False, sidecars=sidecars, participants=people))
    assert "age: 19 to 31" in titled(answers, "Participants").found
    assert any("column height in participants.tsv" in text for text in titled(answers, "Participants").add)
    assert titled(answers, "Filters").found[0].endswith("Highpass cutoff 20; order 2")


def test_a_table_of_channels_can_answer_too() -> None:
    channels = pd.DataFrame({"interelectrode_distance": [20.0, 20.0], "placement_description": ["SENIAM", None]})
    answers = checklist(Facts(done={}, simulated=False, channels=channels))
    assert "inter-electrode distance (mm): 20" in titled(answers, "Electrodes").found
    assert any("(1 of 2 channels have it)" in text for text in titled(answers, "Electrode placement").add)


def test_the_study_file_speaks_for_every_recording() -> None:
    facts = Facts(done={}, simulated=False, sidecars=({}, {}), stated={"SkinPreparation": "shaved"})
    assert titled(checklist(facts), "Skin preparation").status == "reported"


def test_of_simulated_data_nobody_asks_for_apparatus_but_for_the_processing() -> None:
    answers = checklist(Facts(done={}, simulated=True, sidecars=({"SkinPreparation": "shaved"},)))
    for title in ("Skin preparation", "Reference and ground"):
        assert titled(answers, title).status == "not applicable"
        assert all(text.startswith("simulated: ") for text in titled(answers, title).found)
    for title in ("Rectification and smoothing", "Statistics", "Filters"):
        assert titled(answers, title).status == "missing"
    assert not any("shaved" in text for answer in answers for text in answer.found)


def test_files_without_sidecars_are_described_in_the_study_file() -> None:
    answers = checklist(Facts(done={}, simulated=False))
    wanting = [text for answer in answers for text in answer.add]
    assert not any("json" in text or "tsv" in text for text in wanting)
    named = {name for name in FIELDS if any(f"{name} under [metadata] in study.toml" in text for text in wanting)}
    assert named == set(FIELDS) - {"MVCDescription", "MVCInstructions", "Synchronisation", "VisualCheck"}


def test_spectral_analysis_applies_only_where_there_is_one() -> None:
    assert titled(checklist(Facts(done={}, simulated=False)), "Spectral analysis").status == "not applicable"
    filled = checklist(Facts(done={"spectral": "Welch"}, simulated=False))
    assert titled(filled, "Spectral analysis").status == "reported"


def test_the_table_holds_every_item() -> None:
    table = checklist_table(checklist(Facts(done=DONE, simulated=False)))
    assert table.columns.to_list() == ["item", "title", "status", "found", "add"]
    assert table["item"].to_list() == list(range(1, 18))


@pytest.mark.parametrize("stated", ["", "n/a ", "Unknown", "not reported", "TODO: ask", "?"])
def test_what_writers_put_where_they_know_nothing_is_missing(stated: str) -> None:
    item = titled(
        checklist(Facts(done={}, simulated=False, sidecars=({"SkinPreparation": stated},))), "Skin preparation"
    )
    assert item.status == "missing"


def test_missing_values_of_any_column_type_are_no_facts() -> None:
    ages = pd.array([23, None], dtype="Int64")
    people = pd.DataFrame({"participant": pd.array(["01", None], dtype="string"), "age": ages})
    answers = checklist(Facts(done={}, simulated=False, participants=people))
    assert any("1 of 2 participants" in text for answer in answers for text in (*answer.found, *answer.add))
