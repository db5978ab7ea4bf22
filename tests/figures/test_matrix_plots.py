"""Effect matrix: each contrast above the diagonal where row meets column, its p mirrored below."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from emgkit import figures, stats
from emgkit.errors import DesignError
from emgkit.figures import matrix_plots
from emgkit.figures.drawing import style
from emgkit.notation import as_title, p_phrase

LIFTS = ("back_squat", "deadlift", "hip_thrust")


def cells(muscles=("vastus_lateralis", "gluteus_maximus"), n=12):
    rng = np.random.default_rng(4)
    factor = dict(zip(LIFTS, (1.0, 0.7, 2.5), strict=True))
    rows = [
        {"participant": f"P{p}", "exercise": lift, "muscle": muscle, "unit": "%MVC",
         "value": float(60 * factor[lift] * rng.lognormal(0, 0.2))}
        for p in range(n) for muscle in muscles for lift in LIFTS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def table(log=True, **options):
    return stats.contrasts(cells(), within="exercise", by="muscle", log=log, **options)


def written(ax):
    return {(text.get_position()): text.get_text() for text in ax.texts if " data" not in text.get_text()}


def fill(ax, column, row):
    (patch,) = [
        patch
        for patch in ax.patches
        if isinstance(patch, Rectangle) and patch.get_xy() == (column - 0.5, row - 0.5) and patch.get_gid()
    ]
    return patch.get_facecolor()[:3]


@pytest.mark.parametrize("columns", ["single", "double"])
def test_each_contrast_stands_where_its_row_meets_its_column(columns, legible):
    made = table()
    with style.journal("jek", columns=columns):
        figure = figures.effect_matrix(made)
    assert len(figure.axes) == 2
    for ax, (muscle, own) in zip(figure.axes, made.groupby("muscle", sort=False), strict=True):
        assert ax.get_title(loc="left").startswith(f"{as_title(muscle)}, n = 12")
        names = [label.get_text().replace("\n", "_").replace(" ", "_") for label in ax.get_yticklabels()]
        for row in own.to_dict("records"):
            first, second = row["contrast"].split(" / ")
            i, j = names.index(first), names.index(second)
            assert i < j
            assert written(ax)[j, i] == f"{row['ratio']:.2f}\n[{row['ci_low']:.2f}, {row['ci_high']:.2f}]"
            assert written(ax)[i, j] == p_phrase(row["p_adjusted"])
    texts = " ".join(legible(figure)).replace("\n", " ")
    assert "Above the diagonal: ratio, row / column, with individual 95 % intervals; below: p (Holm)" in texts


def test_the_fill_says_size_and_direction():
    frame = pd.DataFrame({
        "contrast": ["a / b", "a / c", "a / d", "b / c", "b / d", "c / d"],
        "ratio": [1.05, 1.2, 1.5, 2.4, 1 / 1.2, 0.4],
        "ci_low": 0.1, "ci_high": 9.0, "n": 12, "p_adjusted": 0.5,
    })  # fmt: skip
    ax = figures.effect_matrix(frame).axes[0]
    light = [np.mean(fill(ax, j, i)) for i, j in ((0, 1), (0, 2), (0, 3), (1, 2))]
    assert light == sorted(light, reverse=True)
    assert light[0] == 1.0
    blue, orange = fill(ax, 2, 0), fill(ax, 3, 1)
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]
    assert np.mean(fill(ax, 3, 2)) < np.mean(orange)


def test_text_is_readable_on_every_fill():
    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    for colour in (*matrix_plots._MORE, *matrix_plots._LESS):
        # WCAG's contrast of text, AAA
        assert (luminance(colour) + 0.05) / (luminance(style.INK) + 0.05) > 7
    for fills in (matrix_plots._MORE, matrix_plots._LESS):
        assert max(np.diff([luminance(colour) for colour in fills])) < -0.1


def test_differences_have_a_sign_and_their_unit(legible):
    figure = figures.effect_matrix(table(log=False), unit="%MVC", simulated=True)
    texts = legible(figure)
    assert any("difference (%MVC), row − column" in text.replace("\n", " ") for text in texts)
    assert texts.count("simulated data") == 2
    assert {"row larger", "smaller"} <= set(texts)


def test_without_muscles_there_is_one_panel(legible):
    made = stats.contrasts(cells(("vastus_lateralis",)), within="exercise")
    figure = figures.effect_matrix(made)
    assert len(figure.axes) == 1
    assert figure.axes[0].get_title(loc="left") == "n = 12"
    legible(figure)


def test_what_is_no_matrix_is_refused():
    made = table()
    with pytest.raises(DesignError, match=r"Several columns group.*'phase' and 'muscle'.*with by="):
        made.assign(phase="whole")[["phase", *made.columns]].pipe(figures.effect_matrix)
    with pytest.raises(DesignError, match="stands twice in a panel"):
        figures.effect_matrix(pd.concat([made, made]))
    with pytest.raises(DesignError, match=r"is no pair.*Got: a"):
        figures.effect_matrix(made.assign(contrast=["a", "b", "c"] * 2))
    with pytest.raises(DesignError, match="missing columns: 'ci_low'"):
        figures.effect_matrix(made.drop(columns="ci_low"))
