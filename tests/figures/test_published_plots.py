"""Published values: drawn as printed, with the spread that is printed and no other, and what is second-hand marked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from emgkit import figures, literature
from emgkit.errors import DesignError
from emgkit.figures.drawing import style


def table(**columns):
    nan = np.nan
    made = pd.DataFrame(
        {
            "study": ["Contreras 2015", "Contreras 2015", "Diamant 2021", "Neto 2020 (review)", "Williams 2021"],
            "exercise": ["barbell_hip_thrust", "back_squat", "conventional_deadlift", "hip_thrust", "hip_thrust"],
            "muscle": "gluteus_maximus", "site": ["upper", "upper", "NR", "mixed", "NR"], "statistic": "mean",
            "unit": "%MVIC", "value": [69.5, 29.4, 85.7, 75.41, 30.0], "sd": [nan, nan, 29.2, 18.49, nan],
            "ci_low": [nan, nan, nan, nan, 4.0], "ci_high": [nan, nan, nan, nan, 56.0],
            "range_low": [nan, nan, nan, 49.2, nan], "range_high": [nan, nan, nan, 105.0, nan],
            "n": [13, 13, 15, 58, 12], "seen": ["direct", "direct", "second-hand", "direct", "derived"],
        }
    )  # fmt: skip
    return made.assign(**columns)


def spans(ax, width):
    """Ends of the drawn lines of one width."""
    return [
        tuple(line.get_xdata()) for line in ax.lines if line.get_linewidth() == width and len(line.get_xdata()) == 2
    ]


def marks(ax):
    return [line for line in ax.lines if len(line.get_xdata()) == 1]


def test_values_and_their_printed_spreads_are_drawn_and_no_others(legible):
    ax = figures.published(table())
    assert [float(line.get_xdata()[0]) for line in marks(ax)] == [69.5, 29.4, 85.7, 75.41, 30.0]
    assert spans(ax, 5.0) == [(pytest.approx(56.5), pytest.approx(114.9)), (pytest.approx(56.92), pytest.approx(93.9))]
    assert (49.2, 105.0) in spans(ax, 1.0)
    assert (4.0, 56.0) in spans(ax, 1.7)
    texts = legible(ax.figure)
    assert {"published values", "± 1 SD", "range", "95 % CI", "Mean (%MVIC)"} <= set(texts)
    assert {"69.5", "85.7 ± 29.2", "75.41 ± 18.49 [range 49.2, 105]", "30 [4, 56]", "13", "58"} <= set(texts)


def test_nothing_is_drawn_around_a_value_without_a_spread():
    ax = figures.published(table()[["study", "exercise", "muscle", "unit", "value"]])
    assert not [line for line in ax.lines if len(line.get_xdata()) == 2]


def test_what_was_not_read_at_its_source_is_hollow_and_signed(legible):
    ax = figures.published(table())
    faces = [line.get_markerfacecolor() for line in marks(ax)]
    assert [face == "white" for face in faces] == [False, False, True, False, True]
    assert [line.get_marker() for line in marks(ax)] == ["o", "o", "o", "o", "s"]
    texts = legible(ax.figure)
    signed = {text.split(":")[0] for text in texts if text.endswith(("†", "‡"))}
    assert signed == {"Diamant 2021", "Williams 2021"}
    assert {"read at its source", "† second-hand", "‡ worked out from print"} <= set(texts)


@pytest.mark.parametrize("journal", ["jek", "frontiers", "springer"])
def test_in_one_column_labels_stand_above_their_rows(journal, legible):
    with style.journal(journal, columns="single"):
        ax = figures.published(table(p=[0.0342, "NR", "<.001", np.nan, 0.024]))
    texts = legible(ax.figure)
    assert "n = 13, p = .034" in texts
    assert "n = 15, p < .001" in texts
    assert "n = 13" in texts
    assert style.check(ax, journal=journal)["passed"].all()


def test_comparisons_have_a_line_at_zero_and_name_both(legible):
    made = table(comparator="back_squat", unit="%", value=[16.0, 26.0, -5.0, 8.0, 1.0])
    ax = figures.published(made.drop(columns=["sd", "range_low", "range_high", "ci_low", "ci_high"]))
    assert list(ax.lines[-1].get_xdata()) != [0.0, 0.0]
    assert any(list(line.get_xdata()) == [0, 0] for line in ax.lines)
    texts = [text.replace("\n", " ") for text in legible(ax.figure)]
    assert "Contreras 2015: barbell hip thrust against back squat, upper" in texts
    assert ax.get_xlabel() == "Mean of the comparison (%)"
    assert "−5" in texts


def test_a_row_without_a_value_shows_its_range_alone():
    made = table(value=[69.5, 29.4, 85.7, np.nan, 30.0], sd=np.nan)
    ax = figures.published(made)
    assert np.isnan(marks(ax)[3].get_xdata()[0])
    assert (49.2, 105.0) in spans(ax, 1.0)
    assert "– [range 49.2, 105]" in [text.get_text() for text in ax.texts]


def test_what_cannot_share_an_axis_is_refused():
    with pytest.raises(DesignError, match=r"need one unit.*Got: '%MVIC' and 'cm2'.*Select the rows of one unit"):
        figures.published(table(unit=["%MVIC"] * 4 + ["cm2"]))
    with pytest.raises(DesignError, match="Values of one condition stand beside comparisons"):
        figures.published(table(comparator=["back_squat", "", "", "", ""]))
    with pytest.raises(DesignError, match=r"'seen'.*'direct', 'second-hand' and 'derived'\. Got: 'hearsay'"):
        figures.published(table(seen="hearsay"))
    with pytest.raises(DesignError, match="missing columns: 'study'"):
        figures.published(table().drop(columns="study"))


def test_the_table_is_left_alone():
    made = table()
    before = made.copy()
    figures.published(made, label=["study", "site"], by="exercise")
    pd.testing.assert_frame_equal(made, before)


def test_the_toolkit_s_own_published_figures_can_be_drawn(legible):
    known = literature.figures()
    own = known[(known["muscle"] == "gluteus_maximus") & (known["unit"] == "%MVIC") & (known["statistic"] == "mean")]
    own = own[own["comparator"].fillna("").eq("") & own["study"].isin(["contreras_2015", "neto_2020"])].head(6)
    ax = figures.published(own)
    drawn = [float(line.get_xdata()[0]) for line in marks(ax)]
    assert drawn == pytest.approx(list(own["value"]), nan_ok=True)
    texts = [text.replace("\n", " ") for text in legible(ax.figure)]
    assert any(text.startswith("Contreras 2015: ") for text in texts)


def test_decimals_are_those_in_print_and_missing_numbers_of_people_are_no_numbers():
    made = table(value=[70.0, 29.4, 85.7, 75.41, 30.0], decimals=[1, 1, 1, 2, 0], sd=np.nan, range_low=np.nan)
    made["n"] = made["n"].astype("Int64").mask(made["n"] == 15)
    texts = [text.get_text() for text in figures.published(made).texts]
    assert {"70.0", "75.41", "30 [4, 56]", "13"} <= set(texts)
    assert "15" not in texts


def test_long_labels_are_whole_in_the_saved_file(tmp_path):
    made = pd.DataFrame(
        {
            "study": ["Contreras 2015"] * 2, "exercise": ["barbell_hip_thrust", "back_squat"], "site": ["upper", ""],
            "muscle": "gluteus_maximus", "statistic": "mean", "unit": "%MVIC", "value": [69.5, 29.4], "n": 13,
            "seen": "direct",
        }
    )  # fmt: skip
    ax = figures.published(made, label=["exercise", "site"])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["barbell hip thrust · upper", "back squat"]
    (path,) = figures.save(ax, tmp_path / "labels", formats=("png",))
    edge = np.asarray(Image.open(path).convert("L"))[:, :6]
    assert edge.min() == 255  # a label that is cut off reaches the edge


@pytest.mark.parametrize(
    ("unit", "statistic", "words"),
    [("effect size", "mean", "Effect size"), ("% difference", "mean", "Difference of means (%)"),
     ("%MVIC difference", "peak", "Difference of peaks (%MVIC)"), ("%", "mean", "Mean of the comparison (%)")],
)  # fmt: skip
def test_a_comparison_s_axis_says_what_is_compared(unit, statistic, words):
    made = table(comparator="back_squat", unit=unit, statistic=statistic)
    assert figures.published(made).get_xlabel() == words
