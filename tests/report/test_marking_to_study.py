"""From the page to a study's result: marked in Chromium, saved beside the study file, and run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

import emgkit as ek
from emgkit.study import Study

STUDY = """
[study]
title = "Two tasks, marked by hand"
question = "Which activates the muscle more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL" = { muscle = "vastus_lateralis" }
[exercises.squat]
task = "squat"
by = "BY"
[exercises.thrust]
task = "thrust"
by = "BY"
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Rectify"
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""


def recorded(folder: Path) -> None:
    """One column of EMG a file, and no stream that shows a movement; the amplitude rises by steps at 4 and 8 s."""
    folder.mkdir(parents=True)
    for person, who in enumerate(("P1", "P2", "P3"), 1):
        for task, scale in (("squat", 1.0), ("thrust", 2.0), ("mvc", 4.0)):
            times = np.arange(0, 12, 1 / 500)
            sign = np.where(np.arange(times.size) % 2, 1.0, -1.0)
            level = np.select([times < 4, times < 8], [1.0, 1.5], 2.0) if task != "mvc" else 1.0
            pd.DataFrame({"VL (mV)": np.round((1 + person / 10) * scale * level * sign, 6)}).to_csv(
                folder / f"{who}_{task}.csv", index=False
            )


def second(page: Page, seconds: float) -> tuple[float, float]:
    box = page.locator("#viewer .u-over").first.bounding_box()
    assert box is not None
    return box["x"] + seconds / 12 * box["width"], box["y"] + box["height"] / 2


def mark_by_mouse(page: Page, start: float, end: float) -> None:
    page.locator("#viewer .u-over").first.evaluate("one => one.scrollIntoView({ block: 'center' })")
    page.mouse.move(*second(page, start))
    page.mouse.down()
    page.mouse.move(*second(page, end), steps=4)
    page.mouse.up()
    page.mouse.move(2, 2)


def mark_by_keys(page: Page, start: float, end: float) -> None:
    page.keyboard.press("n")
    for name, value in (("end", 11.9), ("start", start), ("end", end)):
        page.locator(f"[data-part=form] [name={name}]").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type(str(value))
        page.keyboard.press("Enter")


def mark_all(page: Page, names: list[str]) -> None:
    """Three repetitions a recording, the first by mouse; the third of the first recording is rejected."""
    page.get_by_label("Your name or initials").fill("AB")
    for place, name in enumerate(names):
        page.get_by_role("button", name=name).click()
        mark_by_mouse(page, 1.0, 3.0)
        mark_by_keys(page, 5.0, 7.0)
        mark_by_keys(page, 9.0, 11.0)
        if place == 0:
            page.keyboard.press("r")
            page.keyboard.type("lost balance")
            page.keyboard.press("Enter")


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 390])
def test_a_study_with_the_table_that_the_page_saves_gives_the_rows_expected(
    browser: Browser, emgkit, tmp_path: Path, width: int
) -> None:
    recorded(tmp_path / "data")
    file = tmp_path / "study.toml"
    # the table is not there yet when the page is written
    file.write_text(f"{STUDY.replace('BY', 'table')}\n[repetitions]\ntable = 'reps.csv'\n", encoding="utf-8")
    assert emgkit("mark", tmp_path, "--out", tmp_path / "marks.html").returncode == 0
    names = [f"{who}_{task}.csv" for who in ("P1", "P2", "P3") for task in ("squat", "thrust")]
    page = browser.new_page(viewport={"width": width, "height": 900}, accept_downloads=True)
    page.goto((tmp_path / "marks.html").as_uri())
    mark_all(page, names)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save table").click()
    download.value.save_as(tmp_path / "reps.csv")
    page.close()
    table = pd.read_csv(tmp_path / "reps.csv", dtype=str, encoding="utf-8-sig")
    assert table["file"].tolist() == [name for name in names for _ in range(3)]
    result = Study.load(tmp_path).run(tmp_path / "results")
    audit = result.tables["repetitions"]
    np.testing.assert_allclose(audit["onset"], table["start"].astype(float), atol=1e-6)
    np.testing.assert_allclose(audit["onset"] + audit["duration"], table["end"].astype(float), atol=1e-6)
    assert audit["accepted"].tolist() == [place != 2 for place in range(18)]
    assert audit["reason"].iloc[2] == "lost balance"
    # levels 1, 1.5 and 2 of 4 mV; the squat of P1 lacks the third
    cells = result.tables["cells"].set_index(["participant", "exercise"])["value"]
    assert cells.loc[("P1", "squat")] == pytest.approx(100 * 1.25 / 4, rel=0.01)
    assert cells.loc[("P2", "squat")] == pytest.approx(100 * 1.5 / 4, rel=0.01)
    assert cells.loc[("P1", "thrust")] == pytest.approx(100 * 3 / 4, rel=0.01)


def test_the_table_of_one_file_marks_its_repetitions(browser: Browser, emgkit, tmp_path: Path) -> None:
    recorded(tmp_path / "data")
    file = tmp_path / "data" / "P1_squat.csv"
    assert emgkit("mark", file, "--sfreq", 500, "--out", tmp_path / "marks.html").returncode == 0
    page = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page.goto((tmp_path / "marks.html").as_uri())
    page.get_by_label("Your name or initials").fill("AB")
    mark_by_mouse(page, 1.0, 3.0)
    page.keyboard.press("t")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save table").click()
    download.value.save_as(tmp_path / "reps.csv")
    page.close()
    trial = ek.mark_repetitions(ek.read(file, sfreq=500), tmp_path / "reps.csv", starts="eccentric")
    (row,) = (
        pd.read_csv(tmp_path / "reps.csv", dtype=str, encoding="utf-8-sig")
        .astype({"start": float, "turn": float, "end": float})
        .to_dict("records")
    )
    assert [(one.get("phase"), one.onset, one.end) for one in trial.events] == [
        (None, pytest.approx(row["start"]), pytest.approx(row["end"])),
        ("eccentric", pytest.approx(row["start"]), pytest.approx(row["turn"])),
        ("concentric", pytest.approx(row["turn"]), pytest.approx(row["end"])),
    ]
