"""References of a study that an artefact, a unit, another muscle's trial or exchanged columns made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit import spectrum
from emgkit.normalize import best_windows
from emgkit.signal_quality import reference_notices

MUSCLES = {"VL": "vastus_lateralis", "BF": "biceps_femoris", "GM": "gluteus_maximus", "RF": "rectus_femoris"}
TESTS = {"VL": "mvcVastusLateralis", "BF": "mvcBicepsFemoris", "GM": "mvcGluteusMaximus", "RF": "mvcRectusFemoris"}
# how much each muscle does in the test of each (rows: muscle)
PROFILE = np.array([[1.0, 0.1, 0.2, 0.7], [0.1, 1.0, 0.6, 0.1], [0.15, 0.5, 1.0, 0.1], [0.6, 0.05, 0.1, 1.0]])


def references(seed: int = 1, people: int = 10) -> pd.DataFrame:
    """References as people have them: a factor of 1.7 between people, 7 % between the two trials of a position."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        for place, (channel, muscle) in enumerate(MUSCLES.items()):
            gain = 3e-4 * np.exp(0.5 * rng.standard_normal())
            for test, share in zip(TESTS.values(), PROFILE[place], strict=True):
                level = share * np.exp(0.25 * rng.standard_normal() * (share < 1))
                for run in (1, 2):
                    rows.append((f"{person:02d}", channel, muscle, f"{test}_run-{run}",
                                 gain * level * (1 + 0.05 * rng.standard_normal())))  # fmt: skip
    table = pd.DataFrame(rows, columns=["participant", "channel", "muscle", "trial", "value"])
    return won(table.assign(session=None, unit="V", start=1.25, crest=3.6, largest_share=0.04))


def won(table: pd.DataFrame) -> pd.DataFrame:
    best = table.groupby(["participant", "channel"])["value"].transform("max")
    return table.assign(won=table["value"] == best)


def codes(table: pd.DataFrame) -> list[str]:
    return [notice.code for notice in reference_notices(table)]


def test_usual_references_have_no_notices():
    wrong = [code for seed in range(100) for code in codes(references(seed))]
    print(f"{len(wrong)} notices on the 4000 references of 100 clean studies: {wrong}")
    assert len(wrong) <= 10


def test_a_window_that_few_samples_make_is_named_with_its_place():
    table = references()
    table.loc[table.index[table["won"]][3], ["crest", "largest_share"]] = 31.6, 0.97
    (notice,) = reference_notices(table)
    assert notice.code == "mvc-artefact"
    assert notice.text.startswith("Few samples make the reference of participant 00, 'RF' (mvcRectusFemoris_run-")
    assert (
        "at 1.25 s: the largest sample is 31.6 times the RMS, the largest 1 % make 97 % of the amplitude" in notice.text
    )
    assert notice.hint.startswith("Look at the trial; leave it out under [exclude] files")


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_a_thousand_is_a_unit(factor):
    found = 0
    for seed in range(50):
        table = references(seed)
        table.loc[table["participant"] == "03", "value"] *= factor
        notices = {notice.code: notice for notice in reference_notices(table)}
        texts = [notice.text for code, notice in notices.items() if code in ("mvc-unit", "mvc-far")]
        found += "mvc-unit" in notices and sum(text.count("participant 03") for text in texts) == 4
        assert "participant 04" not in notices["mvc-unit"].text
    print(f"a unit error of {factor:g} was found in {found} of 50 studies")
    assert found == 50


def test_a_reference_far_from_the_others_is_told_with_its_factor():
    table = references()
    own = (table["participant"] == "02") & (table["channel"] == "BF")
    table.loc[own, "value"] *= 30
    (notice,) = reference_notices(table)
    assert notice.code == "mvc-far"
    assert "participant 02, 'BF': " in notice.text
    assert " times larger" in notice.text


def test_of_three_people_none_is_far():
    table = references(people=3)
    table.loc[table["participant"] == "02", "value"] *= 30
    assert codes(table) == []


def test_exchanged_columns_are_found_by_the_profile_over_the_positions():
    found = 0
    for seed in range(50):
        table = references(seed)
        own = table["participant"] == "05"
        table.loc[own, "channel"] = table.loc[own, "channel"].replace({"VL": "BF", "BF": "VL"})
        table["muscle"] = table["channel"].map(MUSCLES)
        notices = {notice.code: notice.text for notice in reference_notices(won(table))}
        assert "participant 05" in notices["mvc-elsewhere"]
        found += "participant 05, 'VL' and 'BF'" in notices.get("mvc-exchanged", "")
        assert notices.get("mvc-exchanged", "").count("participant") <= 1
    print(f"exchanged columns were found in {found} of 50 studies")
    assert found >= 49


def test_trials_that_differ_are_counted_once_a_study():
    table = references()
    rows = table[(table["participant"] == "01") & table["won"]]
    for row in rows.itertuples():
        other = row.trial[:-1] + ("2" if row.trial.endswith("1") else "1")
        table.loc[(table["participant"] == "01") & (table["channel"] == row.channel) & (table["trial"] == other),
                  "value"] = 0.5 * row.value  # fmt: skip
    (notice,) = reference_notices(table)
    assert notice.code == "mvc-spread"
    assert notice.text.startswith("The trials of 4 of 40 references differ by more than 15 %")
    assert "(47 %)" in notice.text  # |1 - 0.5| / sqrt(2) over 0.75


def mvc(spike: float) -> ek.Recording:
    data = 2e-4 * spectrum.shaped_noise(10_000, sfreq=2000.0, rng=np.random.default_rng(3))
    data[0, 6000] += spike
    return ek.Recording(
        data=data, sfreq=2000.0, start=1.0, channels=(ek.Channel(name="VL", unit="V"),),
        context={"participant": "01", "task": "mvc"},
    )  # fmt: skip


def test_the_best_window_of_a_spike_holds_it():
    pipeline = ek.Pipeline(ek.Bandpass(low=20, high=450, order=4), ek.Rectify(), ek.Envelope(cutoff=6))
    clean, hit = (best_windows([mvc(spike)], pipeline).iloc[0] for spike in (0.0, 5.0))
    assert 3.0 < clean["crest"] < 5.0
    assert clean["largest_share"] == pytest.approx(0.036, abs=0.01)
    assert hit["start"] < 1.0 + 6000 / 2000 < hit["stop"]
    assert hit["stop"] - hit["start"] == pytest.approx(0.5, abs=0.001)
    assert hit["crest"] == pytest.approx(np.sqrt(1001), rel=0.01)  # a single sample among 1001
    assert hit["largest_share"] > 0.95


def test_best_windows_are_those_of_the_reference():
    pipeline = ek.Pipeline(ek.Rectify(), ek.MovingRMS(window=0.1))
    trial = mvc(0.0)
    row = best_windows([trial], pipeline).iloc[0]
    envelope = pipeline(trial)
    mean = envelope.crop(row["start"], row["stop"] - 0.5 / 2000).data.mean()
    assert mean == pytest.approx(ek.reference([trial], pipeline).values[0].value, rel=1e-3)
