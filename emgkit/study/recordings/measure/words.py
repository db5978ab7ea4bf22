"""What the measures of a study are, in the words of a Methods text: each name with its formula and source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emgkit.derived import BURST_TIMES, CO_CONTRACTION, SYMMETRY
from emgkit.events.onsets import onsets_sentence
from emgkit.factorization import synergies_sentence
from emgkit.measures import MEASURES
from emgkit.notation import number, readable, series
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.measure.numbers import SYNERGY_SEED

__all__ = ["further_sentences", "measure_words"]


def measure_words(spec: MeasureSpec, unit: str) -> str:
    """A measure with what it is taken over.

    Parameters
    ----------
    spec : MeasureSpec
        The measure.
    unit : str
        What is measured once: a repetition, a recording or a stretch.

    Examples
    --------
    >>> measure_words(MeasureSpec(name="band_power", low=10, high=40), "repetition")
    'power of the filtered EMG between 10 and 40 Hz (Welch 1967) over the whole repetition'
    >>> measure_words(MeasureSpec(name="slope", of="mean", phase="concentric"), "repetition")
    'slope of the mean over the concentric phase, from repetition to repetition'
    """
    if spec.name == "symmetry":
        return f"{SYMMETRY[spec.formula or 'robinson'].words} of the {measure_words(spec.inner, unit)}"
    if spec.name == "slope" and spec.window is None:
        return f"slope of the {measure_words(spec.inner, unit)}, from {unit} to {unit}"
    where = f"over {_stretch(spec, unit)}"
    if spec.name == "slope":
        inner = _number_words(spec.inner)
        return f"slope over time of the {inner} in windows of {number(spec.window or 0)} s within {where[5:]}"
    if spec.name == "onset_latency":
        where = f"of {_stretch(spec, unit)}".replace("the whole", "the")
    if spec.name == "angle_of_peak":
        where = f"in {_stretch(spec, unit)}"
    return f"{_number_words(spec)} {where}".replace(",,", ",")


def _number_words(spec: MeasureSpec) -> str:
    """What a number is, without what it is taken over."""
    if spec.by_burst:
        return BURST_TIMES[spec.name]
    if spec.name == "co_contraction":
        pairs = series(" and ".join(map(readable, pair)) for pair in spec.muscles or ())
        return f"{CO_CONTRACTION[spec.formula or 'falconer-winter'].words} of {pairs}"
    if spec.name == "angle_of_peak":
        return f"joint angle{f' ({spec.channel})' if spec.channel else ''} at the largest sample of the envelope"
    if spec.name == "synergy_vaf":
        n = spec.synergies or 1
        return f"variance accounted for by {n} muscle {'synergy' if n == 1 else 'synergies'}"
    which = MEASURES[spec.name]
    return (which.words or spec.name).format(**{key: number(value) for key, value in spec.options.items()})


def further_sentences(specs: Sequence[MeasureSpec]) -> Iterator[str]:
    """How slopes, bursts and synergies were made, each way once."""
    inner = [spec.inner if spec.of else spec for spec in specs]
    if any(spec.name == "slope" for spec in specs):
        yield (
            "Slopes are those of least-squares lines, one a participant and channel; their 95 % intervals, from t with "
            "n − 2 degrees of freedom, stand in tables/slopes.csv."
        )
    if any(spec.name == "symmetry" for spec in specs):
        yield "Symmetry indices were computed from the means over the repetitions of either side."
    for method, baseline in dict.fromkeys((spec.method, spec.baseline) for spec in inner if spec.by_burst):
        yield onsets_sentence(method, baseline=baseline)
    if any(spec.by_burst for spec in inner):
        yield "A burst belongs to the repetition or phase that it overlaps longest; of several the longest counts."
    if any(spec.name == "synergy_vaf" for spec in specs):
        yield synergies_sentence(seed=SYNERGY_SEED)


def _stretch(spec: MeasureSpec, unit: str) -> str:
    """What a measure was taken over, in words; `unit` is what is measured once."""
    phase = f"{spec.phase} phase" if spec.phase else "phase"
    if spec.during == "half":
        return f"each half of the {phase}, by displacement"
    if spec.during == "angle":
        return f"each bin of the joint angle in the {phase}"
    if spec.phase is not None:
        return f"the {phase}"
    return (
        "each phase" if spec.during == "phase" else f"the whole {unit if spec.during == 'repetition' else spec.during}"
    )
