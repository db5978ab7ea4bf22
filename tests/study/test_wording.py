"""In a study an error names keys of the study file, and no arguments of functions."""

from __future__ import annotations

import pandas as pd
import pytest

from emgkit.errors import ArgumentError, DesignError, EmgkitError, UnitError
from emgkit.study import Study
from emgkit.study.file.wording import as_in_a_study, errors_as_in_a_study

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

SAME = [
    'Write [[comparisons]] missing = "pairwise"',
    "Give each by its position: channels={3: {'name': …}}",
    "Check the electrode",
    "a file by=the clock",
]


@pytest.mark.parametrize(
    ("python", "study"),
    [
        (
            "Say it: read(path, units='mV') for all EMG channels, or one a channel, read(path, units={'VL': 'mV', …})",
            'Say it: [data] units = "mV" for all EMG channels, or one a channel, [channels] "VL" = { unit = "mV" }',
        ),
        (
            "Say it: read(path, sfreq=2148.148), if the rate in line 3, is right",
            "Say it: [data] sfreq = 2148.148, if the rate in line 3, is right",
        ),
        ("Say it: read(path, sfreq=1000)", "Say it: [data] sfreq = 1000"),
        (
            "units={'knee angle': 'deg', …} or channels={'knee angle': {'kind': 'EMG', 'unit': 'mV'}, 'hip': {}, …}",
            '[channels] "knee angle" = { unit = "deg" } or '
            '[channels] "knee angle" = { kind = "EMG", unit = "mV" }; "hip" = {  }',
        ),
        (
            "Say what it means: read(path, units={'VL': …}), or 'n/a'",
            'Say what it means: [channels] "VL" = { unit = "…" }, or \'n/a\'',
        ),
        (
            "Say thousands=',' if 1,104 is 1104, or thousands='' if it is 1.104",
            'Say [data] thousands = "," if 1,104 is 1104, or [data] thousands = "" if it is 1.104',
        ),
        (
            "the rows differ in 'set': filter, average with emgkit.summarize(rows, over=...), or name a column in 'by'",
            "the rows differ in 'set': filter, average with [summary] over, or name a column in 'by'",
        ),
        ("or average with participant_means(over=…)", "or average with [summary] over"),
        ("compare differences with log=False", "compare differences with [[comparisons]] log = false"),
        ("it stands in crossed=['group', 'set']", 'it stands in [[comparisons]] crossed = ["group", "set"]'),
        ("contrasts(…, missing='pairwise') compares", '[[comparisons]] missing = "pairwise" compares'),
        (
            "compare those who have both levels of each contrast, contrasts(…, missing='pairwise'), or leave out",
            'compare those who have both levels of each contrast, [[comparisons]] missing = "pairwise", or leave out',
        ),
        ("a time column, a rate in the header, or sfreq=", "a time column, a rate in the header, or [data] sfreq"),
        ("read(path, sheet='A'); in a study, [[data.layouts]] sheet = 'A'", "[[data.layouts]] sheet = 'A'"),
        *zip(SAME, SAME, strict=True),
    ],
)
def test_arguments_are_keys_of_the_study_file(python, study):
    assert as_in_a_study(python) == study


def test_an_error_keeps_its_kind_and_what_came():
    with pytest.raises(DesignError) as caught, errors_as_in_a_study():
        raise DesignError("Wrong", where="here", allowed="log=True", got="log=False", hint="say log=True")
    assert str(caught.value) == (
        "Wrong. Where: here. Allowed: [[comparisons]] log = true. Got: log=False. Hint: say [[comparisons]] log = true."
    )
    own = EmgkitError("Wrong")
    with pytest.raises(EmgkitError) as caught, errors_as_in_a_study():
        raise own
    assert caught.value is own


def failed(study, tmp_path, *, text=lambda text: text, table=lambda table: table):
    """The error of a run with another study file, or other recordings."""
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    for path in (study.folder / "data").iterdir():
        table(pd.read_csv(path)).to_csv(folder / "data" / path.name, index=False)
    (folder / "study.toml").write_text(text(study.text), encoding="utf-8")
    with pytest.raises(EmgkitError) as caught:
        Study.load(folder).run(tmp_path / "out", quick=True)
    return caught.value


def test_a_missing_unit_and_a_missing_rate_are_asked_for_in_the_study_file(study, tmp_path):
    problem = failed(study, tmp_path / "a", table=lambda table: table.rename(columns={"VL (mV)": "VL"}))
    assert isinstance(problem, UnitError)
    assert problem.hint == (
        'Say it: [data] units = "mV" for all EMG channels, or one a channel, [channels] "VL" = { unit = "mV" }'
    )
    problem = failed(study, tmp_path / "b", text=lambda text: text.replace("sfreq = 500\n", ""))
    assert isinstance(problem, ArgumentError)
    assert (problem.allowed, problem.hint) == (
        "a time column, a rate in the header, or [data] sfreq",
        "Say it: [data] sfreq = 1000",
    )


def test_what_is_averaged_is_asked_for_in_the_study_file(study, tmp_path):
    text = '[summary]\nover = ["phase"]\n[[comparisons]]'
    problem = failed(study, tmp_path, text=lambda old: old.replace("[[comparisons]]", text))
    assert "over=" not in str(problem)
    assert problem.hint == (
        "the rows differ in 'repetition': filter, average with [summary] over, or name a column in 'by'"
    )
