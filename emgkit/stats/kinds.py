"""The kinds of tables that the statistics give: how each is named, told, and which columns that needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from emgkit._checks import listed
from emgkit.errors import DesignError
from emgkit.stats import methods, study_wording, wording
from emgkit.stats.digits import surface, words

__all__ = ["KINDS", "Kind", "Said", "kind_of", "missing_columns", "title"]


class Said(dict[str, Any]):
    """What a table says was done; what it does not say is an error that tells how it got lost."""

    def __missing__(self, key: str) -> Any:
        raise DesignError(
            f"The table's .attrs do not say {key!r}, so it cannot be put into words",
            where=".attrs",
            came=listed(self),
            do="pandas loses .attrs where tables are merged or joined: ask the table that emgkit.stats returned, or "
            "give it back with table.attrs = original.attrs",
        )


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of table.

    Parameters
    ----------
    title : str
        What it is.
    methods : callable
        From what was done to the Methods sentences.
    sentence : callable, optional
        From a row and what was done to a sentence; without one the table is no result to report by itself.
    needs : tuple of str
        Columns of the sentence, with ``/`` between alternatives.
    """

    title: str
    methods: Callable[[Said], methods.Text]
    sentence: Callable[[Mapping[str, Any], Said], str] | None = None
    needs: tuple[str, ...] = ()

    def told(self, row: Mapping[str, Any], said: Said) -> str:
        """The sentence of a row."""
        text = self.sentence(row, said) if self.sentence else ""
        if not {"p", "p_adjusted"} & set(self.needs):
            return text
        codes = {notice["code"] for notice in said.get("notices", ())}
        doubts = [doubt for code, doubt in methods.CAVEATS.items() if code in codes]
        return "; ".join([text.removesuffix("."), *doubts]) + "." if text and doubts else text


_ESTIMATE = ("ratio/difference", "ci_low", "ci_high")
_F = ("term", "F", "df1", "df2", "n", "p")


def _mixed(name: str, sentence: Callable[..., str] | None = None, needs: tuple[str, ...] = ()) -> Kind:
    return Kind(title=f"Mixed model, {name}", methods=methods.mixed_model, sentence=sentence, needs=needs)


def _contrasts(title: str, *needs: str) -> Kind:
    needed = ("contrast", *_ESTIMATE, "n", "p_adjusted", *needs)
    return Kind(title=title, methods=methods.contrasts, sentence=wording.comparison, needs=needed)


def _power(title: str, sentence: Callable[..., str], *needs: str) -> Kind:
    return Kind(title=title, methods=methods.power, sentence=sentence, needs=(*needs, "n", "power"))


KINDS: Mapping[str, Kind] = MappingProxyType({
    "contrasts": _contrasts("Paired contrasts"),
    "interaction contrasts": _contrasts("Interaction contrasts"),
    "group contrasts": _contrasts("Contrasts compared between groups", "n_first", "n_second"),
    "anova": Kind(title="Analysis of variance of repeated measures", methods=methods.anova, sentence=wording.anova,
                  needs=(*_F, "epsilon_gg", "p_gg")),
    "equivalence": Kind(title="Equivalence, two one-sided tests", methods=methods.equivalence,
                        sentence=wording.equivalence,
                        needs=("contrast", *_ESTIMATE, "ci90_low", "ci90_high", "bound_low", "bound_high", "t_lower",
                               "t_upper", "df", "n", "p", "p_adjusted", "equivalent")),
    "effect sizes": Kind(title="Effect sizes", methods=methods.effect_sizes, sentence=wording.effect_sizes,
                         needs=("contrast", "difference", "difference_low", "difference_high", "n/n_first")),
    "influence": Kind(title="Contrasts with each participant left out", methods=methods.influence,
                      sentence=wording.influence,
                      needs=("contrast", "left_out", *_ESTIMATE, "p_adjusted", "ratio_all/difference_all", "ci_low_all",
                             "ci_high_all", "p_adjusted_all", "n_all", "verdict", "verdict_all", "verdict_changes",
                             "contradicts", "why")),
    "reliability": Kind(title="Reliability", methods=methods.reliability, sentence=wording.reliability,
                        needs=("quantity", "trials", "value", "ci_low", "ci_high", "unit", "n", "n_trials")),
    "power": _power("Power of a paired t test", wording.power_paired, "effect"),
    "power between": _power("Power of a t test between two groups", wording.power_between, "effect"),
    "power of equivalence": _power("Power of two one-sided tests", wording.power_equivalence, "bound", "effect"),
    "power within": _power("Power of an F test within participants", wording.power_within, "f", "df1", "df2"),
    "simulated power": Kind(title="Power of paired contrasts, simulated", methods=methods.power_simulated,
                            sentence=wording.power_simulated,
                            needs=("n", "contrast", "true_ratio", "d_z", "power", "power_low", "power_high",
                                   "power_adjusted", "power_adjusted_low", "power_adjusted_high", "power_expected",
                                   "studies")),
    "study effects": Kind(title="Effects of the studies", methods=methods.pooling, sentence=study_wording.study_effect,
                          needs=("study", "ratio/yi", "ratio_low/ci_low", "ratio_high/ci_high", "weight", "n")),
    "pooled effects": Kind(title="Pooled effects", methods=methods.pooling, sentence=study_wording.pooled,
                           needs=("term", "ratio/estimate", "ratio_low/ci_low", "ratio_high/ci_high", "t", "df", "p",
                                  "ratio_prediction_low/prediction_low", "ratio_prediction_high/prediction_high", "k",
                                  "n", "tau2", "q", "q_df", "q_p", "i2")),
    "reconstruction": Kind(title="Reconstruction from printed summaries", methods=methods.reconstruction,
                           sentence=study_wording.reconstruction,
                           needs=("study", "contrast", "n", "source", "difference", "ci_low", "ci_high", "alarms",
                                  *(f"{name}{end}" for name in ("t", "p", "r", "d_z", "d_av")
                                    for end in ("", "_min", "_max")))),
    "waveforms": Kind(title="Whole curves", methods=methods.waveforms, sentence=wording.waveform,
                      needs=("contrast", "n", "n_points", "t_max", "point_max", "threshold", "p")),
    "points of curves": Kind(title="Points of the curves", methods=methods.waveforms),
    "clusters of curves": Kind(title="Clusters of the curves", methods=methods.waveforms),
    "terms": _mixed("terms", wording.f_test, _F),
    "coefficients": _mixed("coefficients", wording.coefficient,
                           ("term", "estimate", "ci_low", "ci_high", "t", "df", "n", "p")),
    "marginal means": _mixed("marginal means", wording.marginal_mean,
                             ("geometric_mean/mean", "ci_low", "ci_high", "df", "n")),
    "model contrasts": _mixed("contrasts", wording.comparison,
                              ("contrast", *_ESTIMATE, "t", "df", "n", "p_adjusted")),
    "variances": Kind(title="Mixed model, variance components", methods=methods.variances, sentence=wording.variance,
                      needs=("group", "name", "other", "variance", "sd", "correlation")),
    "rows of a model": _mixed("what it says of every row"),
    "participants of a model": _mixed("random effects"),
    "fits": _mixed("fits"),
})  # fmt: skip


def kind_of(said: Mapping[str, Any]) -> Kind:
    """The kind of a table; one that does not say so is refused."""
    name = Said(said)["table"]
    if name not in KINDS:
        raise DesignError(
            "The table is of an unknown kind", where=".attrs['table']", allowed=listed(KINDS), came=repr(name)
        )
    return KINDS[name]


def missing_columns(kind: Kind, said: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Columns that the sentences of a table need and that it lacks."""
    groups = [*said.get("outcomes", []), *(said.get("by") or []), *said.get("levels", [])]
    pairs = [name for name in said.get("interaction") or [] if name != said.get("within")]
    needed = [*groups, *pairs, *([said["between"]] if said.get("between") and "F" not in columns else []), *kind.needs]
    return [name for name in needed if not any(one in columns for one in name.split("/"))]


def title(kind: Kind, said: Mapping[str, Any], n: Sequence[Any]) -> str:
    """One line on what a table is: the analysis, the scale, the outcome, the numbers of participants in its rows."""
    scale = ", log scale" if said.get("scale") == "log" else ""
    test = f" ({said['test']}{' test' if said['test'] == 't' else ''})" if said.get("table") == "contrasts" else ""
    measure, unit = words(said.get("measure") or ""), surface(str(said.get("unit") or ""))[0]
    outcome = f"{measure} ({unit})" if measure and unit else measure or unit
    people = "" if not len(n) else f"n = {n[0]}" if len(n) == 1 else f"n = {min(n)} to {max(n)}"
    about = ", ".join(part for part in (outcome, people) if part)
    name = kind.title if said.get("random", "1") else kind.title.replace("Mixed", "Linear")
    return f"{name}{test}{scale}{f': {about}' if about else ''}"
