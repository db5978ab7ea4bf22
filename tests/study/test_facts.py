"""What the sidecars, the study file and the run say reaches the checklist of the report."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from emgkit import shipped, simulate
from emgkit.errors import ArgumentError
from emgkit.io import bids
from emgkit.study import Study


def study(folder, *, metadata: str = ""):
    """The study of three lifts as one of recorded data."""
    shutil.copytree(shipped.path("studies", "three_lifts"), folder, ignore=shutil.ignore_patterns("results"))
    file = folder / "study.toml"
    text = file.read_text(encoding="utf-8").split("[[expected]]")[0]
    text = text.replace("simulated = true", "").replace('simulate = "three_lifts"', 'bids = "set"')
    file.write_text(f"{text}\n[metadata]\n{metadata}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A data set that says nothing of being simulated; of the squats it says how the skin was prepared."""
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 3})
    root = simulate.study(spec, tmp_path_factory.mktemp("facts") / "set", seed=5)
    for path in root.glob("sub-*/emg/*_emg.json"):
        sidecar = json.loads(path.read_text(encoding="utf-8"))
        sidecar |= {"emgkitSimulated": False, "EMGReference": "Bipolar", "EMGPlacementSchemeDescription": "as SENIAM"}
        if "task-squat" in path.name:
            sidecar["SkinPreparation"] = "shaved"
        if "task-mvc" in path.name:
            sidecar |= {"TaskDescription": "prone, knee at 90 degrees", "Instructions": "as hard as you can"}
        path.write_text(json.dumps(sidecar), encoding="utf-8")
    return root


@pytest.mark.long
def test_what_is_known_is_reported_and_what_is_not_is_asked_for(recorded, tmp_path):
    folder = study(tmp_path / "study", metadata='ElectrodeType = "two bars"\nInterelectrodeDistance = 10')
    out = Study.load(folder).run(tmp_path / "out", recorded, quick=True).out
    table = pd.read_csv(out / "tables" / "checklist.csv", encoding="utf-8-sig").fillna("").set_index("title")
    assert len(table) == 17
    assert table["found"]["Participants"].startswith("number: 3 participants")
    assert "SkinPreparation in *_emg.json (3 of 9 recordings have it)" in table["add"]["Skin preparation"]
    assert "shape or type: two bars" in table["found"]["Electrodes"]
    assert "inter-electrode distance (mm): 10" in table["found"]["Electrodes"]
    assert "detection mode: Bipolar" in table["found"]["Detection and amplifier"]
    assert table["status"]["Normalisation"] == "reported"
    assert "prone, knee at 90 degrees" in table["found"]["Normalisation"]
    assert "0 of 45 repetitions were rejected" in table["found"]["Crosstalk, artefacts and rejection"]
    assert "20 to 450 Hz" in table["found"]["Filters"]
    assert "6 Hz" in table["found"]["Rectification and smoothing"]
    assert not table["found"].str.contains("simulated").any()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("<option") == 9
    assert "imulated data" not in page
    shown = {path.stem for path in (out / "tables").glob("*.tex")}
    assert {"contrasts", "anova", "published"} <= shown
    assert shown <= {path.stem for path in (out / "tables").glob("*.csv")}
    assert (out / "tables" / "results.docx").is_file()


def test_a_misspelt_field_names_the_nearest(recorded, tmp_path):
    folder = study(tmp_path / "study", metadata='SkinPreperation = "shaved"')
    with pytest.raises(ArgumentError, match=r"Unknown field 'SkinPreperation'.*Did you mean 'SkinPreparation'"):
        Study.load(folder).run(tmp_path / "out", recorded, quick=True)


def test_sidecars_are_read_from_the_top_down(recorded):
    path = next(recorded.glob("sub-01/emg/*task-squat_emg.bdf"))
    assert bids.sidecar(path)["SkinPreparation"] == "shaved"
    assert bids.channels(path)["name"].to_list() == ["GMAX", "BF", "VL", "bar"]
    assert bids.dataset(recorded)["DatasetType"] == "raw"
    top = recorded / "emg.json"
    top.write_text(json.dumps({"SkinPreparation": "none", "EMGGround": "C7"}), encoding="utf-8")
    try:
        sidecar = bids.sidecar(path)
    finally:
        top.unlink()
    assert (sidecar["SkinPreparation"], sidecar["EMGGround"]) == ("shaved", "C7")
    assert bids.sidecar(recorded / "data.csv") == {}
    assert bids.channels(recorded / "data.csv").empty
