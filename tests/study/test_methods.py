"""The Methods text says all that was done and nothing else, and the checklist ticks what it says and nothing else."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pandas as pd
import pytest

from emgkit import report, simulate, stats
from emgkit.report.checklist import ITEMS, REPORTED
from emgkit.study import Study
from emgkit.study.writing import finding, recordings_page
from emgkit.study.writing.checklist_facts import facts_of
from emgkit.study.writing.methods import Methods, Statement, methods_of

SEARCHED = (
    "filtered at 6 Hz (zero-lag Butterworth filter, net order 4); its",
    "prominence",
    "turning point",
    "velocity",
)


@pytest.fixture(scope="module")
def run(shared, tmp_path_factory):
    """The main study over four simulated participants: its result, and what was given to be written."""
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 4})
    small = shared("four_participants_seed_3", lambda folder: simulate.study(spec, folder / "set", seed=3))
    kept = {}
    write = recordings_page.write

    def keep(study, analysis, **given):
        kept.update(analysis=analysis, pipeline=given["pipeline"])
        return write(study, analysis, **given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recordings_page, "write", keep)
        kept["result"] = Study.load("three_lifts").run(tmp_path_factory.mktemp("methods") / "out", small, quick=True)
    return kept


@pytest.fixture(scope="module")
def methods(run):
    return methods_of(run["analysis"], run["pipeline"], run["result"].tables, own=False)


def answers(run, methods):
    return {answer.title: answer for answer in report.checklist(facts_of(run["analysis"], methods))}


def without(methods, gone):
    return Methods(paragraphs=tuple(tuple(one for one in part if one is not gone) for part in methods.paragraphs))


def statements(methods):
    return [one for paragraph in methods.paragraphs for one in paragraph]


def test_the_page_and_the_file_have_the_same_text(run, methods):
    out = run["result"].out
    assert (out / "methods.md").read_text(encoding="utf-8") == f"# Methods\n\n{methods.text}\n"
    page = html.unescape(re.sub(r"<[^>]+>", "", run["result"].report.read_text(encoding="utf-8")))
    for paragraph in methods.text.split("\n\n"):
        assert paragraph in page


def test_the_paragraphs_stand_in_the_order_of_the_work_and_an_empty_part_leaves_none(run, methods):
    (compared,) = run["analysis"].compared
    spec = compared.spec.model_copy(update={"name": "again", "title": "Again"})
    two = replace(run["analysis"], compared=(compared, replace(compared, spec=spec)))
    order = (
        "emgkit wrote this text",
        "Recordings of 4 simulated participants",
        "The signals were",
        "Each channel was normalised",
        "Repetitions of",
        "The measures were",
        "Values (mean, %MVC)",
        "A further comparison, “Again”",
        "Each ratio was compared",
        "References",
    )
    paragraphs = methods_of(two, run["pipeline"], run["result"].tables).text.split("\n\n")
    assert [text for text, start in zip(paragraphs, order, strict=False) if not text.startswith(start)] == []
    one = methods.text.split("\n\n")
    assert [
        text for text, start in zip(one, (*order[:7], *order[8:]), strict=False) if not text.startswith(start)
    ] == []
    parts = ((), (Statement(text="One."), Statement(text="Two.")), (), (Statement(text="Three."),), ())
    assert Methods(paragraphs=parts).text == "One. Two.\n\nThree."
    assert Methods(paragraphs=((), ())).text == ""


def test_every_fact_of_the_checklist_stands_in_the_text(methods):
    assert len(methods.facts) >= 20
    for name, fact in methods.facts.items():
        assert fact in methods.text, name


def test_the_text_states_every_fact_that_the_checklist_can_ask_of_it(methods):
    asked = {
        field.removeprefix("done:")
        for item in ITEMS
        for part in item.parts
        for field in part.fields
        if field.startswith("done:")
    }
    assert set(methods.facts) == asked - {"spectral"}  # no spectral measure was taken


def test_a_fact_is_stated_once(methods):
    named = [name for one in statements(methods) for name in one.facts]
    assert len(named) == len(set(named))


def test_no_sentence_stands_twice(methods):
    for paragraph in methods.text.split("\n\n"):
        sentences = re.split(r"(?<=\.) (?=[A-Zp])", paragraph)
        assert len(sentences) == len(set(sentences))


def test_each_tick_that_rests_on_the_text_goes_with_its_sentence(run, methods):
    whole = answers(run, methods)
    deleted = [one for one in statements(methods) if one.facts]
    assert len(deleted) >= 18
    for one in deleted:
        assert one.text not in without(methods, one).text
        less = answers(run, without(methods, one))
        lost = [title for title in whole if less[title].status != whole[title].status]
        if set(one.facts) <= {"sides", "data"}:  # a field of the data set may say it as well, or nobody asks
            continue
        assert len(lost) == len(set(lost)) >= 1, one.text
        assert all(whole[title].status == REPORTED for title in lost)
    # the items that are ticked are those that lose the tick by one deletion or the other
    ticked = {title for title, answer in whole.items() if answer.status == REPORTED}
    nothing = answers(run, Methods(paragraphs=()))
    assert {title for title in ticked if nothing[title].status == REPORTED} == set()


def test_the_text_names_every_analysis_that_the_report_shows(run, methods):
    first = run["analysis"].compared[0]
    for table in (first.contrasts, first.anova, first.influence):
        for part, sentence in table.methods_parts().items():
            assert part == "software" or sentence in methods.text
    for word in (
        "paired t tests", "Greenhouse-Geisser", "Huynh", "each participant left out in turn", "d_z is", "g_av is",
        "generalised and partial eta squared", "alpha = .05", "101 points", "after Holm", "individual 95 %",
        "the iEMG over the whole repetition", "0 of 60 repetitions were rejected by the rules of the search",
        "mains hum",
    ):  # fmt: skip
        assert methods.text.count(word) >= 1, word


def test_two_exercises_have_no_adjusted_p_and_no_correction_for_lack_of_sphericity(run):
    first = run["analysis"].compared[0]
    cells = first.cells[first.cells["exercise"] != "squat"]
    two = replace(
        first,
        cells=cells,
        contrasts=stats.contrasts(cells, within="exercise", by="muscle"),
        anova=stats.rm_anova(cells[cells["muscle"] == cells["muscle"].iloc[0]], within="exercise"),
        influence=stats.influence(cells, within="exercise", by="muscle"),
    )
    analysis = replace(run["analysis"], compared=(two,))
    methods = methods_of(analysis, run["pipeline"], run["result"].tables, own=False)
    assert "adjusted" not in methods.text
    assert "Greenhouse-Geisser" not in methods.text
    assert "where the p was below .05" in methods.text
    (answer,) = (one for one in report.checklist(facts_of(analysis, methods)) if one.title == "Statistics")
    assert answer.status == REPORTED
    assert "sphericity" not in f"{answer}"


def test_what_was_not_done_is_not_said(run, methods):
    (compared,) = run["analysis"].compared
    short = replace(run["analysis"], compared=(replace(compared, influence=None),))
    text = methods_of(short, run["pipeline"], run["result"].tables).text
    assert "left out in turn" in methods.text
    assert "left out in turn" not in text
    assert "contradicts" not in text
    # these recordings are not those that the study file names, so that its seed is not theirs
    assert "2015" not in methods.text
    assert "with seed 2015" in text


def test_of_own_events_no_search_is_described_and_the_rejected_are_counted(run):
    file = run["analysis"].file
    exercises = {name: one.model_copy(update={"by": "events"}) for name, one in file.exercises.items()}
    own = replace(run["analysis"], file=file.model_copy(update={"exercises": exercises}))
    table = run["result"].tables["repetitions"].copy()
    table.loc[table.index[:2], "accepted"] = False
    text = methods_of(own, run["pipeline"], {**run["result"].tables, "repetitions": table}).text
    assert "are the recordings' own events." in text
    assert "2 of 60 repetitions of the recordings' own events were rejected by hand" in text
    assert not [word for word in SEARCHED if word in text]
    mixed = {**exercises, "squat": file.exercises["squat"]}
    other = replace(run["analysis"], file=file.model_copy(update={"exercises": mixed}))
    text = methods_of(other, run["pipeline"], run["result"].tables).text
    assert "Repetitions of squat were found in the position signal." in text
    assert "The repetitions of hip thrust and deadlift and their phases are the recordings' own events." in text
    assert text.count("prominence") == 1
    bare = table.assign(eccentric_s=float("nan"), hold_s=float("nan"), concentric_s=float("nan"))
    text = methods_of(own, run["pipeline"], {**run["result"].tables, "repetitions": bare}).text
    assert "The repetitions of hip thrust, squat and deadlift are the recordings' own events." in text
    assert "and their phases are" not in text


def test_a_further_comparison_says_only_what_differs(run, methods):
    (compared,) = run["analysis"].compared
    names = [source.name for source in run["analysis"].used[:2]]
    spec = compared.spec.model_copy(update={"name": "again", "title": "The same again", "keep": tuple(names)})
    excluded = pd.DataFrame({"recording": names, "channel": "", "repetition": "", "why": "noise"})
    two = replace(run["analysis"], compared=(compared, replace(compared, spec=spec)), excluded=excluded)
    text = methods_of(two, run["pipeline"], run["result"].tables).text
    assert f"“The same again”, was made in the same way (n = 4), with {names[0]} and {names[1]} kept." in text
    assert text.count("paired t tests (df") == methods.text.count("paired t tests (df") == 1
    assert "entered the first comparison" in text
    raw = stats.contrasts(compared.cells, within="exercise", by="muscle", log=False)
    other = replace(two, compared=(compared, replace(compared, spec=spec, contrasts=raw)))
    text = methods_of(other, run["pipeline"], run["result"].tables).text
    assert f"“The same again”, was made, with {names[0]} and {names[1]} kept. Values (mean, %MVC) were comp" in text
    assert "in the same way (n" not in text
    assert raw.methods_parts()["interval"] in text


def test_the_finding_is_made_of_the_clauses_of_the_results(run):
    (compared,) = run["analysis"].compared
    clauses = compared.contrasts.clauses()
    # the largest contrast of a muscle stands first
    assert sorted(text for level in run["result"].levels for text in level.contrasts) == sorted(clauses)
    assert set(finding.answers(compared)) < set(run["result"].finding)


def test_a_statement_without_facts_ticks_nothing():
    assert Methods(paragraphs=((Statement(text="Something was done."),),)).facts == {}
