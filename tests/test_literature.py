"""The published figures: every number that was collected is there, as printed, with where it was read."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import emgkit as ek
from emgkit import shipped
from emgkit.errors import ArgumentError, FormatError
from emgkit.literature import contrasts
from emgkit.literature.figures import COLUMNS, SEEN, STATISTICS, UNITS, read_table, source

COLLECTED = Path(__file__).parent / "data" / "published_figures.csv"
NUMBERS = ("value", "sd", "se", "ci_low", "ci_high", "range_low", "range_high")


@pytest.fixture(scope="module")
def table():
    return ek.literature.figures()


@pytest.fixture(scope="module")
def by_id(table):
    return table.set_index("id", drop=False)


def key(*values):
    """Numbers for counting: NaN equals NaN."""
    return tuple(None if pd.isna(value) else value for value in values)


def test_the_columns_are_those_promised(table):
    assert list(table.columns) == list(COLUMNS)
    assert list(COLUMNS) == [
        "id", "study", "doi", "year", "n", "sex", "load", "exercise", "comparator", "muscle", "site", "phase",
        "statistic", "unit", "value", "sd", "se", "ci_low", "ci_high", "range_low", "range_high", "p", "decimals",
        "seen", "provenance",
    ]  # fmt: skip


def test_every_collected_number_is_there(table):
    """The file holds the 211 rows as they were collected; the tables were made from them and may only add rows."""
    collected = pd.read_csv(COLLECTED)
    assert len(collected) == 211
    names = collected["exercise"].str.split(" vs | minus ", regex=True).str[0], collected.muscle, collected.statistic
    low, high = (table[f"ci_{end}"].fillna(table[f"range_{end}"]) for end in ("low", "high"))
    have = Counter(
        map(key, table.study, table.exercise, table.muscle, table.statistic, table.n, table.value,
            table.sd.fillna(table.se), low, high, table.seen)
    )  # fmt: skip
    # of Lin's 20 men, who are both groups, nobody saw how many trained with the hip thrust
    people = collected.n.mask(collected.study == "lin_2017")
    wanted = Counter(
            map(key, collected.study, *names, people, collected["mean"], collected.sd, collected.ci_low,
            collected.ci_high, collected.seen)
    )  # fmt: skip
    assert not wanted - have


def test_every_row_keeps_the_schema(table):
    assert table["id"].is_unique
    assert table["id"].str.fullmatch(r"[a-z0-9_]+:[a-z0-9_]+").all()
    assert set(table["unit"]) == set(UNITS), "the vocabulary has no word that no row uses"
    assert set(table["statistic"]) == set(STATISTICS)
    assert set(table["seen"]) == set(SEEN)
    assert set(table["sex"]) <= {"M", "F", "M+F", "mixed", ""}
    assert set(table["site"]) <= {"upper", "lower", "upper+lower", "mixed", ""}
    assert table["p"].str.fullmatch(r"(<?\.\d+|n\.s\.|sig\.)?").all()
    assert (table[["exercise", "muscle"]] != "").any(axis=1).all()
    for low, high in (("ci_low", "ci_high"), ("range_low", "range_high")):
        assert (table[low].isna() == table[high].isna()).all()
        assert not (table[low] > table[high]).any()
    inside = table[table["ci_low"].notna()]
    assert inside["value"].between(inside["ci_low"], inside["ci_high"]).all()
    assert not (table[["sd", "se"]] < 0).any(axis=None)
    assert table["decimals"].notna().equals(table["value"].notna() & (table["seen"] != "derived"))
    printed = table[table["decimals"].notna()]
    for value, decimals in zip(printed["value"], printed["decimals"], strict=True):
        assert value == float(f"{value:.{decimals}f}")


def test_a_row_without_a_value_says_something(table):
    """It is a contrast with a p, a range, or a course told in words."""
    silent = table[table["value"].isna()]
    assert (silent["p"].ne("") | silent["range_low"].notna() | silent["statistic"].eq("course")).all()


def test_a_direction_in_words_is_one_of_two(table):
    """And a result without a difference has none."""
    told = table[table["unit"] == "direction"]
    assert set(told["value"].dropna()) == {1.0, -1.0}
    assert (told["value"].isna() == told["p"].eq("n.s.")).all()
    assert told["comparator"].ne("").all()


def test_a_review_ranks_the_muscles_of_the_hip_thrust(table):
    """Neto 2019: gluteus maximus first, the others in the order of the abstract."""
    rows = table[(table["study"] == "neto_2019") & (table["muscle"] == "gluteus_maximus")]
    assert list(rows["comparator"])[:7] == [
        "erector_spinae", "biceps_femoris", "semitendinosus", "vastus_lateralis", "gluteus_medius", "vastus_medialis",
        "rectus_femoris",
    ]  # fmt: skip


def test_significant_contrasts_have_a_direction(table):
    told = table[table["comparator"].ne("") & ~table["p"].isin(["", "n.s."])]
    assert len(told) > 20
    for _, row in told.iterrows():
        assert not math.isnan(contrasts.difference(row, table)), row["id"]


def test_second_hand_is_said_in_words_too(table):
    second = table["seen"] == "second-hand"
    assert table.loc[second, "provenance"].str.contains("second-hand|computed").all()
    assert not table.loc[table["seen"] == "direct", "provenance"].str.contains("second-hand").any()


def test_no_provenance_names_an_address(table):
    texts = [
        *table["provenance"],
        *(p.read_text("utf-8") for p in shipped.path("datasets", "published").rglob("*.toml")),
    ]
    assert not [text for text in texts if re.search(r"https?:|www\.|\bshared\b|NR\b", text)]


# T1, T2: muscle and site -> (hip thrust, squat), mean and peak, and whether they were reported as different
CONTRERAS = {
    ("upper", "gluteus_maximus"): ((69.5, 29.4), (172, 84.9), "sig."),
    ("lower", "gluteus_maximus"): ((86.8, 45.4), (216, 130), "sig."),
    ("", "biceps_femoris"): ((40.8, 14.9), (86.9, 37.5), "sig."),
    ("", "vastus_lateralis"): ((99.5, 110), (216, 244), "n.s."),
}


@pytest.mark.parametrize(("site", "muscle"), CONTRERAS)
@pytest.mark.parametrize("statistic", ["mean", "peak"])
def test_contreras_2015(table, site, muscle, statistic):
    mean, peak, p = CONTRERAS[site, muscle]
    rows = table.query("study == 'contreras_2015' and muscle == @muscle and site == @site and statistic == @statistic")
    values = rows[rows["comparator"] == ""].set_index("exercise")["value"]
    wanted = mean if statistic == "mean" else peak
    assert (values["barbell_hip_thrust"], values["back_squat"]) == wanted
    (contrast,) = rows[rows["comparator"] == "back_squat"].itertuples()
    assert contrast.p == p
    assert rows["sd"].isna().all(), "no SD was seen"
    assert (rows["seen"] == "direct").all()


# the facts that are one row each: id -> (value, p, seen); NaN where no number was printed
NAN = float("nan")
FACTS = {
    # T3, T4
    "andersen_2018:gluteus_maximus_whole_concentric_hip_thrust_vs_hex_bar_deadlift": (16, ".025", "direct"),
    "andersen_2018:gluteus_maximus_upper_half_concentric_hip_thrust_vs_hex_bar_deadlift": (26, ".015", "direct"),
    "andersen_2018:biceps_femoris_whole_concentric_barbell_deadlift_vs_hex_bar_deadlift": (28, "<.001", "direct"),
    "andersen_2018:biceps_femoris_whole_concentric_barbell_deadlift_vs_hip_thrust": (20, ".005", "direct"),
    # T4b
    "andersen_2018:biceps_femoris_lower_half_concentric_barbell_deadlift_vs_hip_thrust": (48, "<.001", "second-hand"),
    "andersen_2018:biceps_femoris_lower_half_concentric_hex_bar_deadlift_vs_hip_thrust": (26, "", "second-hand"),
    # T17
    "otsuka_2021:knee_extensor_moment_back_squat": (155, "", "direct"),
    "otsuka_2021:knee_extensor_moment_hip_thrust": (66, "", "direct"),
    "otsuka_2021:knee_extensor_moment_deadlift": (24, "", "direct"),
    "otsuka_2021:lumbosacral_extensor_moment_hip_thrust_and_deadlift_vs_back_squat": (24, "", "direct"),
    "otsuka_2021:hip_extensor_moment_hip_thrust_and_deadlift_vs_back_squat": (42, "", "direct"),
    # T5
    "andersen_2018:erector_spinae_hip_thrust_vs_barbell_deadlift": (NAN, "n.s.", "second-hand"),
    "andersen_2018:erector_spinae_hip_thrust_vs_hex_bar_deadlift": (NAN, "n.s.", "second-hand"),
    "andersen_2018:erector_spinae_barbell_deadlift_vs_hex_bar_deadlift": (NAN, "n.s.", "second-hand"),
    # T6
    "delgado_2019:gluteus_maximus_hip_thrust_vs_back_squat_1rm": (1.39, ".038", "direct"),
    "delgado_2019:gluteus_maximus_hip_thrust_vs_romanian_deadlift_1rm": (0.49, ".285", "direct"),
    "delgado_2019:vastus_lateralis_back_squat_vs_romanian_deadlift_1rm": (1.36, ".002", "direct"),
    "delgado_2019:vastus_lateralis_back_squat_vs_hip_thrust_1rm": (2.27, ".009", "direct"),
    # T7
    "williams_2021:upper_and_lower_gluteus_maximus_peak_hip_thrust_vs_back_squat": (30, ".024", "derived"),
    "williams_2021:upper_and_lower_gluteus_maximus_peak_hip_thrust_vs_split_squat": (32, ".016", "derived"),
    "williams_2021:peak_ground_reaction_force_correlation_hip_thrust_vs_sprint_velocity": (0.69, "", "direct"),
    "williams_2021:horizontal_force_correlation_vs_sprint_velocity": (0.72, "", "direct"),
    # T9
    "mccurdy_2018:gluteus_maximus_back_squat_vs_hamstrings": (NAN, "<.001", "direct"),
    "mccurdy_2018:gluteus_maximus_modified_single_leg_squat_vs_hamstrings": (NAN, "<.012", "direct"),
    "mccurdy_2018:gluteus_maximus_stiff_leg_deadlift_vs_hamstrings": (NAN, "<.047", "direct"),
    "mccurdy_2018:hamstrings_modified_single_leg_squat_vs_stiff_leg_deadlift": (NAN, ".001", "direct"),
    "mccurdy_2018:hamstrings_stiff_leg_deadlift_vs_back_squat": (NAN, ".004", "direct"),
    "mccurdy_2018:gluteus_maximus_back_squat": (40.3, "", "direct"),
    "mccurdy_2018:hamstrings_back_squat": (24.4, "", "direct"),
    # T10
    "korak_2018:gluteus_maximus_mean_front_squat": (94, "", "direct"),
    "korak_2018:gluteus_maximus_mean_deadlift": (72, "", "direct"),
    "korak_2018:gluteus_maximus_mean_front_squat_vs_deadlift": (NAN, ".01", "direct"),
    "korak_2018:gluteus_maximus_partial_eta_squared_front_squat_vs_deadlift": (0.39, ".01", "direct"),
    **{
        f"korak_2018:{muscle}_mean_front_squat_vs_deadlift": (NAN, "n.s.", "direct")
        for muscle in ("vastus_medialis", "vastus_lateralis", "biceps_femoris", "rectus_femoris")
    },
    # T13
    "contreras_2015_peerj:upper_gluteus_maximus_mvic_standing_glute_squeeze": (92.04, "", "direct"),
    "contreras_2015_peerj:lower_gluteus_maximus_mvic_prone_bent_leg_hip_extension_vs_mvic_standing_glute_squeeze":
        (NAN, "n.s.", "direct"),
    # T14
    "lin_2017:squat_1rm_change_pre_post_hip_thrust_training": (31, "", "direct"),
    "lin_2017:squat_1rm_correlation_pre_post_hip_thrust_training_vs_hip_thrust_3rm": (0.83, "", "direct"),
    "lin_2017:jump_change_pre_post_hip_thrust_training": (NAN, "n.s.", "direct"),
    "lin_2017:sprint_change_pre_post_hip_thrust_training": (NAN, "n.s.", "direct"),
    "lin_2017:squat_1rm_change_of_the_means_pre_post_hip_thrust_training": (28.1, "", "derived"),
    # T16
    "bezodis_2017:hip_extensor_moment_hip_thrust": (3.13, "", "direct"),
    "brazil_2021:hip_extensor_moment_course_hip_thrust": (NAN, "", "direct"),
    "brazil_2021:hip_extensor_moment_hip_thrust_vs_knee": (1, "<.05", "direct"),
    "brazil_2021:hip_extensor_moment_top_vs_bottom_hip_thrust": (-1, "", "direct"),
    "bezodis_2017:hip_extensor_moment_top_vs_bottom_hip_thrust": (-1, "", "direct"),
    "isbs_2018:hip_extensor_moment_late_hip_thrust_vs_deadlift_and_back_squat": (1, "sig.", "direct"),
    "isbs_2018:hip_extensor_moment_early_deadlift_vs_hip_thrust_and_back_squat": (1, "sig.", "direct"),
    "otsuka_2021:knee_extensor_moment_back_squat_vs_hip_thrust": (1, "", "direct"),
    "otsuka_2021:knee_extensor_moment_hip_thrust_vs_deadlift": (1, "", "direct"),
    # told in words: the bridge above the hip thrust, the vastus lateralis the other way round
    **{
        f"kennedy_2022:{site}_gluteus_maximus_{statistic}_glute_bridge_vs_hip_thrust": (1, "sig.", "direct")
        for site in ("upper", "lower")
        for statistic in ("mean", "peak")
    },
    "kennedy_2022:gluteus_medius_mean_glute_bridge_vs_hip_thrust": (1, "sig.", "direct"),
    "kennedy_2022:vastus_lateralis_mean_hip_thrust_vs_glute_bridge": (1, "sig.", "direct"),
    "plotkin_2023:gluteus_maximus_emg_hip_thrust_vs_back_squat": (1, "", "direct"),
    "andersen_2018:gluteus_maximus_whole_concentric_hip_thrust_vs_barbell_deadlift": (NAN, "n.s.", "direct"),
    "neto_2019:biceps_femoris_barbell_deadlift_vs_hip_thrust": (1, "", "direct"),
    "lin_2017:squat_1rm_after_vs_before_hip_thrust_training": (31, "<.05", "direct"),
    "kang_2016:gluteus_maximus_bridge_abducted_30_vs_0_deg": (1, "", "direct"),
    "zabaleta_korta_2024:vertical_displacement_hip_thrust": (35.65, "", "direct"),
    "zabaleta_korta_2024:vertical_displacement_glute_bridge": (15.45, "", "direct"),
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_there_with_its_mark(by_id, fact):
    row = by_id.loc[fact]
    value, p, seen = FACTS[fact]
    assert row["value"] == pytest.approx(value, abs=0, nan_ok=True)
    assert (row["p"], row["seen"]) == (p, seen)


# T8: mean, SD, least, largest over studies, n
NETO = {
    "hip_thrust_all_variations": (75.41, 18.49, 49.2, 105, 58),
    "deadlift_all_variations": (61.02, 28.14, 35, 94, 78),
    "back_squat_all_variations": (53.10, 25.12, 13, 92.7, 156),
    "step_up_all_variations": (125.09, 55.26, 104.19, 169.22, 15),
    "belt_squat": (71.34, 29.42, NAN, NAN, 31),
    "split_squat": (70, 15, NAN, NAN, 12),
    "lunge_all_variations": (66.5, 0.7, 66, 67, 15),
    "modified_single_leg_squat": (65.6, 15.1, NAN, NAN, 18),
    "front_squat": (40.54, 4.73, 37.2, 43.89, 38),
    "overhead_squat": (39.75, 29.91, NAN, NAN, 14),
}


@pytest.mark.parametrize("exercise", NETO)
def test_neto_2020_has_ranges_and_no_intervals(by_id, exercise):
    row = by_id.loc[f"neto_2020:gluteus_maximus_{exercise}"]
    got = [*(float(row[column]) for column in ("value", "sd", "range_low", "range_high")), row["n"]]
    assert got == pytest.approx(list(NETO[exercise]), abs=0, nan_ok=True)
    assert math.isnan(row["ci_low"])
    assert math.isnan(row["ci_high"])


# T15: squat minus hip thrust: value, SE, interval
PLOTKIN = {
    "gluteus_maximus_lower_mcsa": (-1.6, 2.1, -6.1, 2.0),
    "gluteus_maximus_mid_mcsa": (-0.5, 1.7, -4.0, 2.6),
    "gluteus_maximus_upper_mcsa": (-0.5, 2.6, -5.8, 4.1),
    "gluteus_medius_and_minimus_mcsa": (-1.8, 1.5, -4.6, 1.4),
    "hamstrings_mcsa": (0.1, 0.6, -0.9, 1.4),
    "quadriceps_mcsa": (3.6, 1.5, 0.7, 6.4),
    "adductors_mcsa": (2.5, 0.7, 1.2, 3.9),
    "squat_3rm": (14, 2, 9, 18),
    "hip_thrust_3rm": (-26, 5, -34, -16),
    "deadlift_3rm": (0, 2, -4, 3),
    "isometric_wall_push": (-7, 12, -32, 17),
}


@pytest.mark.parametrize("outcome", PLOTKIN)
def test_plotkin_2023_has_standard_errors_and_no_deviations(by_id, outcome):
    row = by_id.loc[f"plotkin_2023:{outcome}_back_squat_training_vs_hip_thrust_training"]
    assert tuple(row[["value", "se", "ci_low", "ci_high"]]) == PLOTKIN[outcome]
    assert math.isnan(row["sd"])


# T11, T12: value and SD
CELLS = {
    "lee_2018:rectus_femoris_conventional_deadlift": (58.57, 13.73),
    "lee_2018:rectus_femoris_romanian_deadlift": (25.26, 14.21),
    "lee_2018:gluteus_maximus_conventional_deadlift": (51.52, 6.08),
    "lee_2018:gluteus_maximus_romanian_deadlift": (46.88, 7.39),
    "worrell_2001:gluteus_maximus_isometric_hip_extension_hip_0_deg": (94, 10),
    "worrell_2001:gluteus_maximus_isometric_hip_extension_hip_60_deg": (80, 14),
    "worrell_2001:hamstrings_isometric_knee_flexion_knee_0_deg": (68, 20),
}


@pytest.mark.parametrize("cell", CELLS)
def test_cells_with_deviations(by_id, cell):
    assert tuple(by_id.loc[cell, ["value", "sd"]]) == CELLS[cell]


def test_peaks_above_the_mvc_are_kept(table):
    assert table.loc[table["unit"] == "%MVIC", "value"].max() == 244


def test_both_numbers_of_a_disagreement_stand_side_by_side(by_id):
    assert by_id.loc["contreras_2015:lower_gluteus_maximus_mean_hip_thrust", "value"] == 86.8
    assert by_id.loc["contreras_2016:lower_gluteus_maximus_hip_thrust", "value"] == 86.7
    for study in ("contreras_2015", "contreras_2016"):
        (said,) = source(study).disagreements
        assert "86.8" in said
        assert "86.7" in said


def test_the_ratio_of_means_is_that_of_the_means(by_id):
    pre, post = (by_id.loc[f"lin_2017:squat_1rm_mean_{when}_hip_thrust_training", "value"] for when in ("pre", "post"))
    shown = by_id.loc["lin_2017:squat_1rm_change_of_the_means_pre_post_hip_thrust_training", "value"]
    assert shown == round(100 * (post / pre - 1), 1)


def test_derived_values_are_the_middle_of_their_intervals(table):
    derived = table[(table["seen"] == "derived") & table["ci_low"].notna()]
    assert len(derived) == 2
    assert (derived["value"] == (derived["ci_low"] + derived["ci_high"]) / 2).all()


def test_a_percentage_without_a_base_says_so(table):
    rows = table[(table["unit"] == "% difference") & (table["seen"] == "direct")]
    stated = rows["provenance"].str.contains("the squat is 100 %")
    assert set(rows.loc[stated, "study"]) == {"otsuka_2021"}
    assert len(rows[~stated]) == 4
    assert rows.loc[~stated, "provenance"].str.contains("which lift is 100 % is not stated").all()


def test_the_difference_of_two_printed_sides(table, by_id):
    row = by_id.loc["mccurdy_2018:hamstrings_stiff_leg_deadlift_vs_back_squat"]
    assert contrasts.difference(row, table) == pytest.approx(29.9 - 24.4)
    row = by_id.loc["mccurdy_2018:gluteus_maximus_back_squat_vs_hamstrings"]
    assert contrasts.difference(row, table) == pytest.approx(40.3 - 24.4)
    row = by_id.loc["korak_2018:vastus_lateralis_mean_front_squat_vs_deadlift"]
    assert math.isnan(contrasts.difference(row, table))


def test_one_study_alone():
    own = ek.literature.figures(study="korak_2018")
    assert set(own["study"]) == {"korak_2018"}
    assert len(own) == 8


def test_an_unknown_study_names_the_nearest():
    with pytest.raises(ArgumentError, match=r"no published study 'contreas_2015'.*Did you mean 'contreras_2015'\?"):
        ek.literature.figures(study="contreas_2015")


def test_the_table_given_away_is_a_copy():
    mine = ek.literature.figures()
    mine["value"] = 0.0
    assert ek.literature.figures()["value"].max() > 1000


def test_sources(table):
    sources = ek.literature.sources()
    assert set(sources["study"]) == set(table["study"])
    assert sources["figures"].sum() == len(table)
    row = sources.set_index("study").loc["barbalho_2020"]
    assert row["disputed"].startswith("Disputed data; retraction requested")
    assert row["doi"] == "10.1055/a-1082-1126"
    assert (sources["citation"].str.len() > 5).all()
    assert sources.set_index("study")["doi"].loc[["neto_2019", "neto_2020", "yavuz_2017", "bezerra_2013"]].eq("").all()


HEADER = (
    "row,n,sex,load,exercise,comparator,muscle,site,phase,statistic,unit,value,sd,se,ci_low,ci_high,range_low,"
    "range_high,p,seen,provenance\n"
)
ROW = "a,13,F,,squat,,gluteus_maximus,,,mean,%MVIC,86.80,,,,,,,.025,direct,abstract\n"


def read(path, text):
    path.write_text(text, encoding="utf-8")
    return read_table(path, study="x_2000", origin=source("andersen_2018"))


def test_printed_decimals_are_those_of_the_text(tmp_path):
    (row,) = read(tmp_path / "figures.csv", HEADER + ROW)
    assert (row["id"], row["value"], row["decimals"], row["year"]) == ("x_2000:a", 86.8, 2, 2018)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + ROW.replace("%MVIC", "%MVICC"), r"The unit is unknown.*'%MVICC'.*Did you mean '%MVIC'"),
        (HEADER + ROW.replace("direct", "heard"), "The seen is unknown"),
        (HEADER + ROW.replace(".025", "0.025"), "The p is not as papers print it"),
        (HEADER + ROW.replace("86.80", "86,80", 1).replace("86,80", '"86,80"'), "should hold a number does not"),
        (HEADER + ROW.replace("abstract", "abstract,more"), "line 2.*21 cells.*22"),
        (HEADER + ROW + ROW, "Names of rows stand twice.*'x_2000:a'"),
        (HEADER.replace("comparator", "versus") + ROW, "The columns of a table of published figures are others"),
    ],
    ids=["unit", "seen", "p", "number", "cells", "twice", "columns"],
)
def test_a_damaged_table_is_refused(tmp_path, text, said):
    with pytest.raises(FormatError, match=said):
        read(tmp_path / "figures.csv", text)
