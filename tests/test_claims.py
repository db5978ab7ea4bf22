"""The claims: verdicts follow from the figures by the stated rules, on the command line and on the page too."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit import shipped
from emgkit.errors import ArgumentError, FormatError
from emgkit.literature import claims_page, contrasts, wording
from emgkit.literature.claims import DECIDED_BY, EVIDENCE_SAYS, ClaimsFile, Entry, ledger, weigh
from emgkit.literature.figures import source
from emgkit.toml_files import load, parse

DOCS = Path(__file__).parents[1] / "docs"
TABLE = ek.literature.figures()
TOML_HEADER = shipped.path("datasets", "published", "claims.toml").read_text(encoding="utf-8").partition("[[")[0]
FILE = load(shipped.path("datasets", "published", "claims.toml"), ClaimsFile)
LEDGER = ek.literature.claims()
TESTED = [entry for entry in FILE.claims if LEDGER["evidence_says"][entry.number - 1] != "nothing read"]
OWN = [(entry.number, one.figure) for entry in TESTED for one in entry.evidence]
GROUPS = ["figures_for", "figures_against", "figures_neither"]


def flipped(figure: str, *, p: str | None = None, table: pd.DataFrame = TABLE) -> pd.DataFrame:
    """The table with one contrast the other way round, and its p another if said."""
    table = table.set_index("id", drop=False)
    row = table.loc[figure]
    first, second = contrasts.sides(row, TABLE)
    if pd.notna(row["value"]):
        table.loc[figure, ["value", "ci_low", "ci_high"]] = [-row["value"], -row["ci_high"], -row["ci_low"]]
    elif first is not None and second is not None:
        table.loc[first["id"], "value"], table.loc[second["id"], "value"] = second["value"], first["value"]
    else:  # printed without numbers: give it one, so that it can be turned
        table.loc[figure, "value"] = 1.0
    if p is not None:
        table.loc[figure, "p"] = p
    return table.reset_index(drop=True)


def test_there_are_25_claims_and_every_one_is_argued():
    assert list(LEDGER["number"]) == list(range(1, 26))
    assert list(LEDGER.columns) == [
        "number", "claim", "test", "decided_by", "evidence_says", "studies_for", "studies_against", "studies_neither",
        "reason", "conclusion", "figures_for", "figures_against", "figures_neither", "second_hand", "beside",
        "references", "limits",
    ]  # fmt: skip
    assert set(LEDGER["evidence_says"]) == set(EVIDENCE_SAYS)
    assert set(LEDGER["decided_by"]) == set(DECIDED_BY)
    for column in ("claim", "test", "reason"):
        assert LEDGER[column].str.endswith((".", ")")).all()
    assert LEDGER["claim"].is_unique


def test_every_figure_cited_exists_and_its_study_is_a_reference():
    known = set(TABLE["id"])
    for row in LEDGER.to_dict("records"):
        cited = [one for name in [*GROUPS, "second_hand", "beside"] for one in row[name]]
        assert set(cited) <= known
        assert len(set(cited)) == len(cited)
        assert {one["study"] for one in row["references"]} == {one.partition(":")[0] for one in cited}
        for one in row["references"]:
            origin = source(one["study"])
            assert one["citation"] == origin.citation
            assert one["doi"] == (origin.doi or "")


def test_second_hand_figures_are_in_their_own_list():
    by_id = TABLE.set_index("id")
    for row in LEDGER.to_dict("records"):
        for name in [*GROUPS, "beside"]:
            assert all(contrasts.mark(by_id.loc[one], TABLE) != "second-hand" for one in row[name])
        assert all(contrasts.mark(by_id.loc[one], TABLE) == "second-hand" for one in row["second_hand"])


def test_what_was_computed_from_second_hand_figures_is_second_hand():
    lin = "lin_2017:squat_1rm_change_of_the_means_pre_post_hip_thrust_training"
    assert TABLE.set_index("id").loc[lin, "seen"] == "derived"
    assert lin in ek.literature.claim(3).second_hand
    assert "28.1 % (computed here from second-hand figures)" in str(ek.literature.claim(3))


def test_a_second_hand_side_decides_nothing():
    """Its sign rests on the two sides, so the contrast is as weak as the weaker of them."""
    figure = "contreras_2015:lower_gluteus_maximus_mean_hip_thrust_vs_back_squat"
    table = TABLE.copy()
    table.loc[table["id"] == "contreras_2015:lower_gluteus_maximus_mean_back_squat", "seen"] = "second-hand"
    entry = Entry(number=1, claim="c", test="t", why="w", evidence=[{"figure": figure, "expects": "above"}])
    assert weigh(entry, TABLE).evidence_says == "agrees"
    (after,) = ledger(ClaimsFile(claims=(entry,)), table)
    assert (after.evidence_says, after.second_hand) == ("nothing read", (figure,))


def test_a_value_computed_here_decides_only_beside_a_printed_interval():
    figure = "williams_2021:upper_and_lower_gluteus_maximus_peak_hip_thrust_vs_back_squat"
    entry = Entry(number=1, claim="c", test="t", why="w", evidence=[{"figure": figure, "expects": "above"}])
    assert weigh(entry, TABLE).figures_for == (figure,)
    table = TABLE.copy()
    table.loc[table["id"] == figure, ["ci_low", "ci_high"]] = float("nan")
    assert weigh(entry, table).evidence_says == "nothing read"
    with pytest.raises(FormatError, match=r"(?s)computed here, and the paper printed no interval.*williams_2021"):
        ledger(ClaimsFile(claims=(entry,)), table)


def test_what_was_not_printed_says_so():
    """A middle of an interval is not passed off as printed, and no arm of a trial gets the people of both."""
    for number in (8, 12):
        text = str(ek.literature.claim(number))
        assert text.count("%MVIC (middle of the interval, computed here), 95 % interval") == 2
    assert "No number here is ours" not in claims_page.markdown()
    assert "Lin 2017 (20 men" not in claims_page.markdown()
    by_id = TABLE.set_index("id")
    told = wording.describe(by_id.loc["collazo_garcia_2020:gluteus_maximus_hip_thrust_original"], TABLE)
    assert told.endswith(", read second-hand")


def test_judgement_is_not_called_computed():
    without = [not entry.evidence for entry in FILE.claims]
    assert sum(without) == (LEDGER["evidence_says"] == "nothing read").sum() > 0
    for text in (claims_page.markdown(), str(sys.modules["emgkit.literature.claims"].__doc__), TOML_HEADER):
        assert "nobody writes them down" not in text
        assert "never written" not in text
        assert "judge" in text


def test_disputed_data_are_cited_nowhere():
    assert not LEDGER.map(str).map(lambda text: "barbalho" in text.lower()).any(axis=None)


def test_no_limit_calls_a_paper_retracted():
    assert not [entry for entry in FILE.claims if re.search(r"\bretracted\b", f"{entry.why} {entry.limits}")]


SAYS = {
    # growth did not differ; figures for Brazil's hip and against it Otsuka's knee; against the hip thrust the bridge
    4: ("muscle growth", "mixed", (0, 0, 1)), 1: ("joint moments", "mixed", (1, 1, 0)),
    8: ("EMG", "mixed", (5, 1, 0)), 12: ("EMG", "mixed", (5, 1, 0)),
    2: ("EMG", "agrees, narrower", (1, 0, 0)), 3: ("strength", "agrees, narrower", (1, 0, 0)),
    9: ("muscle growth", "agrees, narrower", (1, 0, 0)),
    10: ("EMG", "agrees", (1, 0, 0)), 11: ("EMG", "agrees, narrower", (1, 0, 0)),
    7: ("joint moments", "disagrees", (0, 2, 0)),
    17: ("EMG", "nothing read", (0, 0, 0)), 23: ("definition", "nothing read", (0, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("number", SAYS)
def test_what_the_rules_demand(number):
    """17 rests on second-hand figures, 11 holds against one of two lifts, 23 is true by definition."""
    claim = ek.literature.claim(number)
    studies = (claim.studies_for, claim.studies_against, claim.studies_neither)
    assert (claim.decided_by, claim.evidence_says, studies) == SAYS[number]


def test_the_claims_with_evidence():
    assert [entry.number for entry in TESTED] == [1, 2, 3, 4, 7, 8, 9, 10, 11, 12]


def test_growth_stands_first_and_activation_beside_it():
    claim = ek.literature.claim(9)
    assert claim.figures_for == ("plotkin_2023:quadriceps_mcsa_back_squat_training_vs_hip_thrust_training",)
    assert "3.6 cm² (0.7 to 6.4)" in claim.reason
    assert {one.partition(":")[0] for one in claim.beside} == {
        "delgado_2019", "contreras_2015", "korak_2018", "otsuka_2021",
    }  # fmt: skip


def test_two_claims_on_one_study_are_bounded_alike():
    ten, eleven = ek.literature.claim(10), ek.literature.claim(11)
    for claim in (ten, eleven):
        assert claim.claim.endswith("of the three lifts that the study compared.")
        assert claim.conclusion
        assert f"The authors conclude: {claim.conclusion}" in str(claim)
    assert "not reported as different" in str(eleven).partition("Neither")[2]


def test_a_result_without_a_difference_narrows_what_agrees():
    """Whatever was judged: of claim 11 one of the two other lifts was not shown to be below."""
    entry = FILE.claims[10].model_copy(update={"narrower": ""})
    assert weigh(entry, TABLE).evidence_says == "agrees, narrower"
    without = entry.model_copy(update={"evidence": entry.evidence[:2]})
    assert weigh(without, TABLE).evidence_says == "agrees"


@pytest.mark.parametrize("number", [8, 12])
def test_a_result_in_words_counts(number):
    """Kennedy printed no number; the bridge is above the hip thrust all the same."""
    claim = ek.literature.claim(number)
    assert {one.partition(":")[0] for one in claim.figures_against} == {"kennedy_2022"}
    assert "andersen_2018:gluteus_maximus_whole_concentric_hip_thrust_vs_barbell_deadlift" in claim.figures_neither
    assert "10.1080/14763141.2022.2074875" in {one["doi"] for one in claim.references}


def test_the_ranking_of_muscles_is_shown():
    text = str(ek.literature.claim(2))
    assert "gluteus maximus, erector spinae, biceps femoris, semitendinosus, vastus lateralis" in text
    assert "Neto WK, Vieira TL, Gama EF (2019)" in text


def test_heaviest_first_is_covered():
    assert "first in a session because they are the heaviest lift" in ek.literature.claim(24).claim


def turned(figures: list[str]) -> pd.DataFrame:
    """The table with several contrasts the other way round."""
    table = TABLE
    for figure in figures:
        table = flipped(figure, table=table)
    return table


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: f"claim {entry.number}")
def test_turning_the_evidence_round_changes_what_it_says(entry):
    """One side of it after the other; where none shows a difference, each contrast is given a p, and then turned."""
    before = LEDGER.loc[entry.number - 1]
    sides = [side for side in ("for", "against") if before[f"figures_{side}"]]
    for side in sides:
        after = weigh(entry, turned(before[f"figures_{side}"]))
        assert after.evidence_says != before["evidence_says"]
        other = "against" if side == "for" else "for"
        assert set(before[f"figures_{side}"]) <= set(getattr(after, f"figures_{other}"))
    for figure in before["figures_neither"]:
        expects = next(one.expects for one in entry.evidence if one.figure == figure)
        table = TABLE.copy()
        table.loc[table["id"] == figure, ["value", "ci_low", "ci_high"]] = [
            -1.0 if expects == "above" else 1.0,
            None,
            None,
        ]
        table.loc[table["id"] == figure, "p"] = ".001"
        after = weigh(entry, table)
        assert figure in after.figures_against
        mixed = bool(sides) and before["evidence_says"] == "mixed"
        assert mixed or after.evidence_says != before["evidence_says"]


@pytest.mark.parametrize(("number", "figure"), OWN)
def test_one_figure_turned_round_goes_to_the_other_side(number, figure):
    """Where nothing was against the claim, it is enough to change what the evidence says."""
    before = LEDGER.loc[number - 1]
    decides = figure not in before["figures_neither"]
    after = weigh(FILE.claims[number - 1], flipped(figure, p=None if decides else ".001"))
    if decides and figure in before["figures_for"]:
        assert figure in after.figures_against
        assert after.evidence_says != before["evidence_says"] or before["figures_against"]
    elif decides:
        assert figure in after.figures_for
        assert len(after.figures_against) < len(before["figures_against"])
    else:
        assert figure in (*after.figures_against, *after.figures_for)


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: f"claim {entry.number}")
def test_read_second_hand_a_figure_decides_nothing(entry):
    table = TABLE.copy()
    table.loc[table["id"].isin([one.figure for one in entry.evidence]), "seen"] = "second-hand"
    (after,) = ledger(ClaimsFile(claims=(entry.model_copy(update={"number": 1}),)), table)
    assert after.evidence_says == "nothing read"
    assert {one.figure for one in entry.evidence} <= set(after.second_hand)


@pytest.mark.parametrize("entry", TESTED, ids=lambda entry: f"claim {entry.number}")
def test_without_significance_a_claim_is_mixed(entry):
    table = TABLE.copy()
    own = table["id"].isin([one.figure for one in entry.evidence])
    table.loc[own, "p"] = "n.s."
    table.loc[own, ["ci_low", "ci_high"]] = float("nan")
    table.loc[own & (table["seen"] == "derived"), "seen"] = "direct"
    assert weigh(entry, table).evidence_says == "mixed"
    assert weigh(entry, table).studies["neither"] == len({one.figure.partition(":")[0] for one in entry.evidence})


SIDES = st.lists(
    st.tuples(st.sampled_from([-2.0, 2.0]), st.sampled_from([".01", "<.001", "sig.", ".30", "n.s.", ""])), max_size=5
)


@settings(deadline=None, max_examples=40)
@given(SIDES, st.booleans(), st.sampled_from(["above", "below"]))
def test_the_rules(rows, narrow, expects):
    row = TABLE[TABLE["id"] == "delgado_2019:gluteus_maximus_hip_thrust_vs_back_squat_1rm"].iloc[0].to_dict()
    table = pd.DataFrame(
        [{**row, "id": f"a:{number}", "value": value, "p": p} for number, (value, p) in enumerate(rows)], columns=[*row]
    )
    entry = Entry(
        number=1, claim="", test="", why="", narrower="only so far" if narrow else "",
        evidence=[{"figure": f"a:{number}", "expects": expects} for number in range(len(rows))],
    )  # fmt: skip
    signs = [(value > 0) == (expects == "above") for value, p in rows if p in (".01", "<.001", "sig.")]
    if not rows:
        wanted = "nothing read"
    elif all(signs) and signs:
        wanted = "agrees, narrower" if narrow or len(signs) < len(rows) else "agrees"
    elif signs and not any(signs):
        wanted = "disagrees"
    else:
        wanted = "mixed"
    found = weigh(entry, table)
    assert found.evidence_says == wanted
    assert (len(found.figures_for), len(found.figures_against)) == (sum(signs), len(signs) - sum(signs))
    studies = {"for": int(any(signs) and all(signs)), "against": int(bool(signs) and not any(signs))}
    assert found.studies == studies | {"neither": int(bool(rows)) - sum(studies.values())}


def test_a_direction_in_words_counts_unless_it_is_not_significant():
    row = TABLE.set_index("id").loc["kennedy_2022:upper_gluteus_maximus_mean_glute_bridge_vs_hip_thrust"].copy()
    for p, side in (("sig.", "for"), ("", "for"), ("n.s.", "neither")):
        row["p"] = p
        assert contrasts.judge(row, TABLE, expects="above") == side
    row["p"], row["value"] = "", -1.0
    assert contrasts.judge(row, TABLE, expects="above") == "against"
    told = wording.describe(TABLE.set_index("id").loc[row.name], TABLE)
    assert told.endswith("barbell glute bridge against barbell hip thrust, reported as higher, significant")


@pytest.mark.parametrize(
    ("p", "low", "high", "side"),
    [
        (".049", None, None, "for"), (".05", None, None, "neither"), ("<.05", None, None, "for"),
        ("<.06", None, None, "neither"), ("sig.", None, None, "for"), ("n.s.", None, None, "neither"),
        ("", 0.1, 2.0, "for"), ("", 0.0, 2.0, "neither"), ("", None, None, "neither"),
    ],
)  # fmt: skip
def test_what_counts_as_a_difference(p, low, high, side):
    row = TABLE.set_index("id").loc["delgado_2019:gluteus_maximus_hip_thrust_vs_back_squat_1rm"].copy()
    row["p"], row["ci_low"], row["ci_high"] = p, low or float("nan"), float("nan") if high is None else high
    if low == 0.0:
        row["ci_low"] = 0.0
    assert contrasts.judge(row, TABLE, expects="above") == side
    assert contrasts.judge(row, TABLE, expects="below") == {"for": "against"}.get(side, side)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("limit = 'x'", r"Unknown key 'limit'.*claims\.1\.limit.*Did you mean 'limits'\?"),
        ("evidence = [{ figure = 'a', expect = 'above' }]", r"Unknown key 'expect'.*Did you mean 'expects'\?"),
        ("evidence = [{ figure = 'a', expects = 'higher' }]", "A value cannot be used.*'above' or 'below'.*'higher'"),
        ("beside = ['a', 'a']", "claim 1 cites a figure twice"),
        ("decided_by = 'growth'", "claim 1: decided_by is one of 'EMG', 'muscle growth'.*not 'growth'"),
    ],
    ids=["key", "key inside", "word", "twice", "decided by"],
)
def test_a_faulty_file_is_refused(text, said):
    whole = f"[[claims]]\nnumber = 1\nclaim = 'c'\ntest = 't'\nwhy = 'w'\n{text}\n"
    with pytest.raises(FormatError, match=said):
        parse(whole, ClaimsFile, where="claims.toml")


@pytest.mark.parametrize(
    ("cited", "said"),
    [
        ({"beside": ["lin_2017:squat_1rm_chang"]}, r"claims\.toml, claim 1.*Got: 'lin_2017:squat_1rm_chang'"),
        ({"beside": ["barbalho_2020:squat_1rm_back_squat_training"]}, "of which the data are disputed"),
        (
            {"evidence": [{"figure": "korak_2018:gluteus_maximus_mean_deadlift", "expects": "above"}]},
            "Evidence must be contrasts.*Name them under beside",
        ),
    ],
    ids=["not there", "disputed", "no contrast"],
)
def test_what_a_claim_may_cite(cited, said):
    entry = Entry(number=1, claim="c", test="t", why="w", **cited)
    with pytest.raises(FormatError, match=said):
        ledger(ClaimsFile(claims=(entry,)), TABLE)


@pytest.mark.parametrize("number", [0, 26, -1, True, "11"])
def test_an_unknown_claim_is_refused(number):
    with pytest.raises(ArgumentError, match=r"no claim of that number\. Allowed: 1 to 25"):
        ek.literature.claim(number)


def test_a_claim_reads_as_a_page():
    text = str(ek.literature.claim(11))
    assert (
        "The evidence read: agrees, narrower (1 study for, 0 against, 0 neither; 1 contrast without a difference), "
        "decided by EMG\n" in text
    )
    assert (
        "Andersen 2018 (13 men, 1RM): gluteus maximus, whole concentric, barbell hip thrust against hex bar deadlift, "
        "+16 %, p = .025" in text
    )
    assert repr(ek.literature.claim(11)) == text
    twelve = str(ek.literature.claim(12))
    assert "86.8 and 45.4 %MVIC, reported as different" in twelve
    assert "95 % interval 4 to 56, p = .024" in twelve
    four = str(ek.literature.claim(4))
    assert "−1.6 cm², 95 % interval −6.1 to 2" in four


# numbers in the prose of the file that are no figure of a table: dates, DOIs, loads, limits, counts of people
def test_numbers_in_the_prose_are_figures_of_the_claim():
    printed = {str(value) for name in ("value", "ci_low", "ci_high", "range_low", "range_high")
               for value in TABLE[name].dropna().map(lambda number: f"{number:g}")}  # fmt: skip
    printed |= {f"{round(float(value))}" for value in printed} | set(TABLE["p"])
    ratios = {f"{hip / squat:.1f}" for hip, squat in ((69.5, 29.4), (86.8, 45.4))}
    other = {"100", "10", "1", "60", "90", "0", "40", "15", "4", "12", "20", "2", "5"}  # 100 %, 10RM, 60°, claim 12, …
    for entry in FILE.claims:
        prose = re.sub(r"\(doi [^)]*\)|\b(19|20)\d\d\b", "", f"{entry.why} {entry.narrower} {entry.limits}")
        for number in re.findall(r"\d*\.?\d+", prose):
            assert number in printed | ratios | other, f"claim {entry.number}: {number}"


@pytest.mark.parametrize("columns", [80, 120])
def test_the_ledger_on_the_command_line(emgkit, columns):
    got = emgkit("claims", columns=columns)
    assert got.returncode == 0, got.stderr
    assert max(map(len, got.stdout.splitlines())) <= columns
    told = " ".join(got.stdout.split())
    for answer in ek.literature.lift_answers():
        assert answer.sentence in told
    numbers = re.findall(r"^ ?(\d+) [A-Z]", got.stdout, flags=re.MULTILINE)
    assert [int(number) for number in numbers][:25] == list(range(1, 26))
    assert "15 nothing read; 4 mixed; 4 agrees, narrower; 1 disagrees; 1 agrees." in " ".join(got.stdout.split())
    assert "…" not in got.stdout, "nothing is cut off"


def test_one_claim_on_the_command_line(emgkit):
    got = emgkit("claims", "11")
    assert got.returncode == 0, got.stderr
    for text in ("agrees, narrower", "For the claim", "p = .025", "10.1519/JSC.0000000000001826", "conclude"):
        assert text in got.stdout


def test_json_is_the_table(emgkit):
    said = json.loads(emgkit("claims", "--json").stdout)
    assert said == LEDGER.to_dict("records")
    assert json.loads(emgkit("claims", "17", "--json").stdout) == said[16]


@pytest.mark.parametrize(("words", "text"), [(["26"], "Allowed: 1 to 25"), (["eleven"], "NUMBER")])
def test_wrong_numbers_are_status_2(emgkit, words, text):
    got = emgkit("claims", *words)
    assert got.returncode == 2
    assert text in got.stderr
    assert "Traceback" not in got.stderr


def test_the_page_is_the_ledger():
    """Else run docs/write_claims.py."""
    assert (DOCS / "claims.md").read_text(encoding="utf-8") == claims_page.markdown()


def test_the_pictures_of_the_page_are_there():
    shown = re.findall(r"\]\((images/claims/[^)]+)\)", claims_page.markdown())
    printed = [n for n in LEDGER["number"] if len(claims_page.drawn(ek.literature.claim(n), TABLE))]
    assert len(shown) == len({entry.number for entry in TESTED} & set(printed)) > 4
    assert {Path(one).name for one in shown} == {path.name for path in (DOCS / "images" / "claims").iterdir()}


def test_the_page_for_readers_runs_as_it_stands(capsys):
    """Every example prints what the page says it prints."""
    text = (DOCS / "explanation" / "how-to-read-a-claim.md").read_text(encoding="utf-8")
    space: dict[str, object] = {}
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, flags=re.DOTALL)
    assert len(pairs) == text.count("```python") > 4
    for code, wanted in pairs:
        exec(code, space)
        assert capsys.readouterr().out == wanted
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / "explanation" / link).is_file(), link
