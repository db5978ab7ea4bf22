"""The Methods text cites sources that it lists, and says of the metadata what they hold and what they do not."""

from __future__ import annotations

import re
from pathlib import Path

import emgkit
from emgkit.report.checklist import AREAS, ITEMS, Facts
from emgkit.simulate import load_spec
from emgkit.simulate.words import generator_sentences
from emgkit.study.writing.methods import Methods, Statement
from emgkit.study.writing.methods.metadata import described, described_contractions
from emgkit.study.writing.methods.references import NOTE, SOURCES, cited, with_references

# "(Solnik et al. 2010)" and "Falconer and Winter 1985" within the sentences of the code
CITED = re.compile(r"((?:[A-Z][a-z]+ )?[A-Z][a-z]+(?: et al\.| and [A-Z][a-z]+)? (?:19|20)\d\d)[);,:. ]")


def written(folder: str) -> set[str]:
    """The sources that the sentences of a folder or file cite in parentheses."""
    root = Path(emgkit.__file__).parent / folder
    texts = [path.read_text(encoding="utf-8") for path in ([root] if root.suffix else sorted(root.rglob("*.py")))]
    lines = [
        line for text in texts for line in text.splitlines() if '"' in line and not line.lstrip().startswith(">>>")
    ]
    return {name for line in lines for name in CITED.findall(line)}


def test_every_source_that_a_measure_or_a_search_cites_has_its_reference():
    found = {name for folder in ("measures", "derived", "events", "factorization.py") for name in written(folder)}
    assert len(found) >= 10
    assert {name for name in found if not cited(name)} == set()


def test_each_source_is_cited_by_the_first_author_and_year_of_its_reference():
    for short, whole in SOURCES.items():
        year = short[-4:]
        assert whole.startswith(short.split(" et al")[0].split(" and ")[0].rsplit(" ", 1)[0]) or short[:4] == whole[:4]
        assert f"({year}). " in whole
        assert whole.endswith(".") or "doi:10." in whole


def test_the_note_stands_first_and_the_references_last():
    methods = Methods(paragraphs=((Statement.of("p-values were adjusted after Holm (1979).", "family"),),))
    first, text, heading, reference = with_references(methods).text.split("\n\n")
    assert (first, text, heading) == (NOTE, "p-values were adjusted after Holm (1979).", "References")
    assert reference.startswith("Holm S (1979). ")
    nothing = Methods(paragraphs=((Statement(text="Posture: not stated."),),))
    assert "[metadata]" in with_references(nothing).text
    assert "References" not in with_references(nothing).text


def test_the_metadata_are_stated_and_what_they_lack_is_named():
    stated = {"ElectrodeMaterial": "Ag/AgCl", "InterelectrodeDistance": 20, "SkinPreparation": "shaved and cleaned."}
    known = Facts(done={}, simulated=False, stated=stated)
    electrodes, skin, missing = (one.text for one in described(known))
    assert electrodes == "Electrodes: material: Ag/AgCl; inter-electrode distance: 20 mm."
    assert skin == "Skin preparation: shaving, abrasion, cleaning, gel: shaved and cleaned."
    assert missing.startswith("Not stated in the metadata: task (load")
    assert "electrodes (shape or type, size, manufacturer and model)" in missing
    assert "normalisation" not in missing


def test_mvc_trials_have_their_posture_and_rest_or_are_not_stated():
    sidecar = {"TaskDescription": "prone, knee at 90°, 5 s, 2 min rest"}
    known = Facts(done={"mvc": "yes"}, simulated=False, mvc_sidecars=(sidecar,))
    (one,) = described_contractions(known)
    assert one.text == (
        "MVC trials: posture, joint angles, duration, rest: prone, knee at 90°, 5 s, 2 min rest; instructions, "
        "encouragement, training: not stated."
    )
    assert [*described_contractions(Facts(done={}, simulated=False))] == []


def test_of_simulated_recordings_no_apparatus_is_described_but_the_generator():
    known = Facts(done={"mvc": "yes"}, simulated=True, sidecars=({"ElectrodeMaterial": "Ag/AgCl"},))
    assert [*described(known), *described_contractions(known)] == []
    spec = load_spec("three_lifts")
    text = " ".join(generator_sentences(spec, name="three_lifts", seed=7))
    assert "with seed 7; nobody was measured." in text
    assert "0.3 between participants, 0.2 between exercises of a participant and 0.1 between repetitions" in text
    hum = spec.model_copy(update={"artefacts": spec.artefacts.model_copy(update={"mains": 1e-5, "ecg": 2e-5})})
    assert "Electrode noise of 1.5 µV, mains hum at 50 Hz and an electrocardiogram were added." in " ".join(
        generator_sentences(hum, name="x", seed=1)
    )


def test_each_area_of_the_other_checklist_is_covered_by_items_of_this_one():
    titles = {item.title for item in ITEMS}
    assert {title for named in AREAS.values() for title in named} <= titles
    assert len(AREAS) == 4
