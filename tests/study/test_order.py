"""Ratios are directed as the study file names its levels, and turning one round changes nothing but its direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from emgkit.errors import StudyError
from emgkit.study.file.recordings import Comparison, StudyFile
from emgkit.study.recordings.compare import compare
from emgkit.study.writing.figures import _ordered


@pytest.fixture(scope="module")
def compared(analysis, plan, study):
    """A function that compares the small study with other keys of its comparison."""
    (spec,) = study.file.comparisons
    rows = [session.rows for session in analysis.sessions]

    def make(**changed):
        return compare(rows, plan.comparing(spec.model_copy(update=changed), ()))

    return make


def test_exercises_stand_as_the_file_names_them_and_order_goes_before(compared):
    assert compared().contrasts["contrast"].tolist() == ["squat / thrust"]
    assert compared(order=("thrust", "squat")).contrasts["contrast"].tolist() == ["thrust / squat"]


def test_a_ratio_the_other_way_round_is_the_reciprocal(compared):
    one, other = (compared(order=order) for order in (("squat", "thrust"), ("thrust", "squat")))
    for name in ("contrasts", "influence"):
        first, second = getattr(one, name), getattr(other, name)
        np.testing.assert_allclose(second["ratio"], 1 / first["ratio"], rtol=1e-13)
        np.testing.assert_allclose(second["ci_low"], 1 / first["ci_high"], rtol=1e-13)
        np.testing.assert_allclose(second["p_adjusted"], first["p_adjusted"], rtol=1e-13)
    np.testing.assert_allclose(other.contrasts[["t", "d_z", "g_av"]], -one.contrasts[["t", "d_z", "g_av"]], rtol=1e-12)
    pd.testing.assert_frame_equal(pd.DataFrame(one.anova), pd.DataFrame(other.anova), check_exact=True)
    pd.testing.assert_frame_equal(one.cells, other.cells, check_exact=True)


def test_an_order_that_lacks_a_level_is_refused_with_all_levels(compared):
    with pytest.raises(StudyError) as caught:
        compared(order=("thrust",))
    assert str(caught.value) == (
        "The order of the comparison lacks 'squat'. Where: comparison 'contrasts', order. Allowed: every exercise: "
        "'squat' and 'thrust'. Got: 'thrust'. Hint: Name every level, the one that is divided by the others first."
    )


def test_levels_of_another_factor_may_be_ordered_too():
    order = Comparison(within="load", order=("100", "80")).levels(["squat"])
    assert order == ("100", "80")
    assert Comparison(within="load").levels(["squat"]) == ()


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (["squat", "squat"], "order names a level twice: 'squat' and 'squat'"),
        (["squat", "thurst"], "order names 'thurst'; the exercises are 'squat' and 'thrust'"),
    ],
)
def test_an_order_of_exercises_names_exercises_once(study, order, message):
    content = study.file.model_dump(exclude_unset=True)
    content["comparisons"][0]["order"] = order
    with pytest.raises(ValidationError, match=message):
        StudyFile.model_validate(content)


def test_figures_stand_in_the_same_order(analysis):
    (first,) = analysis.compared
    turned = first.spec.model_copy(update={"order": ("thrust", "squat")})
    for spec, wanted in ((first.spec, ["squat", "thrust"]), (turned, ["thrust", "squat"])):
        rows = _ordered(replace(first, spec=spec).cells, analysis, spec)
        assert list(dict.fromkeys(rows["exercise"])) == wanted
