"""The remarks that a computation left, gathered under headings in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from emgkit.errors import Notice
from emgkit.notation import capital

__all__ = ["HEADINGS", "Remarks", "code_words", "heading_of", "remarks"]

_ABBREVIATIONS = ("ecg", "emg", "mvc", "sd", "snr")
# what each code is about, for a reader
HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "above-reference": "Values above the reference contraction",
        "all-rejected": "No repetition accepted",
        "amplitude": "EMG larger than any muscle gives",
        "amplitude-small": "EMG smaller than the noise of an amplifier",
        "amplitude-unlikely": "EMG amplitudes that no muscle has",
        "annotations-left-out": "Annotations that cannot be read",
        "anova-not-made": "Analyses of variance that were not made",
        "bad-channel": "Channels that the data set calls bad",
        "baseline": "Noisy baselines",
        "between-muscles": "Contrasts between muscles",
        "beyond-range": "Numbers beyond the range of their converter",
        "bits-likely": "Resolutions that were inferred",
        "block-left-out": "Parts of files that cannot be read",
        "cannot-reach": "Too few participants for a small p",
        "cannot-reach-adjusted": "Too few participants for a small adjusted p",
        "cells-missing": "Participants who lack a level",
        "channel-constant": "Channels that hold one value",
        "channel-left-out": "Channels without a scaling",
        "channels-differ": "Channels that differ between files",
        "channels-order": "Channels in another order than in the file",
        "circular-windows": "Measurement windows that were derived from the EMG itself",
        "clipping": "Clipped signals",
        "clock-coarse": "Devices whose beginnings are known to a second",
        "clock-times": "Clock times",
        "clock-unknown": "Devices whose beginnings are not known",
        "clusters-have-no-place": "Curves that differ at unknown points",
        "complete-cases": "Participants who are not in the analysis of variance",
        "condition-as-covariate": "Numbers taken as a covariate",
        "constant": "Channels without a signal",
        "constant-condition": "Conditions without variation",
        "contradicts-others": "Outlying participants",
        "contrast-not-made": "Contrasts that were not made",
        "counter": "Counters",
        "counts": "Values left in counts of the converter",
        "crosstalk": "Channels that share their signal",
        "decimals-assumed": "Decimals that could be thousands",
        "depends-on-normaliser": "Results that depend on the reference",
        "drift": "Movement artefact",
        "dropouts": "Lost samples",
        "duplicate-channel": "Channels that occur more than once",
        "duplicate-recording": "Recordings that occur more than once",
        "duration-contradiction": "Durations that contradict each other",
        "ecg": "Heartbeats",
        "edges": "Transients at the start or end",
        "effect-at-zero": "Effects where a covariate is zero",
        "effect-size-differs": "Printed effect sizes that do not fit",
        "empty-left-out": "Channels without a value",
        "equal-sds-assumed": "Standard deviations taken as equal",
        "event-columns-left-out": "Columns of events that a file does not hold",
        "events-outside": "Events outside of the recording",
        "events-replaced": "Events that a table beside the file replaces",
        "exclusion-not-found": "Exclusions that fit no recording",
        "few-participants": "Terms with more contrasts than participants",
        "files-not-used": "Files not used",
        "flat": "Stretches without a signal",
        "gain-unusual": "Gains that are not in a device table",
        "hartung-knapp-narrower": "Hartung-Knapp intervals narrower than the normal ones",
        "header-in-comment": "Headers that are written as comments",
        "high-frequencies": "Spectra too high for EMG",
        "impossible-r": "Printed numbers that no correlation fits",
        "incomplete-by-exclusion": "Participants left out because a recording or channel is",
        "influence-too-few": "Too few participants to leave one out",
        "join-drift": "Second files whose clock runs differently",
        "join-lengths": "Second files of another length",
        "join-one-edge": "Second files joined by a single edge",
        "join-times": "Second files whose times disagree with the offset",
        "kind-assumed": "Channels taken for EMG",
        "kind-likely": "Channel kinds that were guessed from labels",
        "label-numbered": "Channels called by their number",
        "labels-made": "Labels that BIDS cannot hold",
        "length-by-size": "Recordings whose length follows from the size of their file",
        "level-not-compared": "Levels that are described and not compared",
        "levels-absent": "Missing levels",
        "low-frequencies": "Spectra too low for raw EMG",
        "low-passed": "Signals without higher frequencies",
        "low-rate": "Low sampling rates",
        "low-snr": "Weak signals",
        "mains": "Mains hum",
        "marker-gaps": "Markers with gaps",
        "markers-left-out": "Markers that were not read",
        "muscle-unknown": "Labels whose muscle is unknown",
        "mvc-artefact": "References that depend on few samples",
        "mvc-elsewhere": "References from another muscle's trial",
        "mvc-exchanged": "Channels that may be exchanged",
        "mvc-far": "References far from those of other participants",
        "mvc-positions-uneven": "MVC trials that other participants have",
        "mvc-sessions-differ": "References of other sessions",
        "mvc-spread": "Reference trials that differ",
        "mvc-unit": "References in a wrong unit",
        "negative-amplitude": "Amplitudes below zero",
        "negative-envelope": "Envelopes below zero",
        "no-burst": "Repetitions without a burst of a muscle",
        "no-degrees": "Terms that nothing is left to test by",
        "no-heartbeat": "Recordings without a heartbeat to remove",
        "no-rate-left-out": "Devices without a sampling rate",
        "no-signal": "Channels that carry no signal",
        "trend-steps": "Trends over levels whose steps are not equal",
        "no-variance": "Values without variation",
        "not-back-to-rest": "Movements that do not come back to rest",
        "not-converged": "Models that did not converge",
        "not-rectified": "EMG that is not rectified",
        "nothing-compared": "Nothing to compare",
        "off-centre": "Printed intervals that do not fit their means",
        "offset": "Signals with an offset",
        "offset-likely": "Counts with an offset",
        "padding-left-out": "Zeros that a program filled in",
        "pair-on-one-side": "Pairs of muscles that one side lacks",
        "participant-not-listed": "Participants who are not in the table of participants",
        "participants-absent": "Missing participants",
        "participants-kept": "Facts about people that were written by hand",
        "participants-not-compared": "Participants who are in no comparison",
        "participants-not-recorded": "Participants without a recording",
        "participants-unused": "Rows of people without a recording",
        "parts": "Recordings in parts",
        "paused": "Pauses of a recording",
        "phases-coarse": "Phases whose boundaries are coarse",
        "phases-possible": "Movements that could be divided into phases",
        "placement-unused": "Places on muscles that were not recorded",
        "pooled-error": "One error term for unequal spreads",
        "preamble-skipped": "Rows above the header that were skipped",
        "pseudo-replication": "Repetitions that count as participants",
        "r-assumed": "Correlations that were assumed",
        "r-at-limit": "Correlations that only rounding allows",
        "r-below-siblings": "Correlations far below the others of a study",
        "rate-contradiction": "Sampling rates that contradict each other",
        "rate-likely": "Sampling rates that were inferred",
        "files-kept": "Files of the data set that were made or changed by hand",
        "readme-kept": "Texts about the data set that were written by hand",
        "recording-short": "Recordings much shorter than others",
        "recordings-uneven": "Recordings that other participants have",
        "rectified": "Signals that were rectified before",
        "references-pooled": "References from MVC trials that their names tell apart",
        "repetitions-rejected": "Rejected repetitions",
        "rough-curves": "Curves too rough for random-field theory",
        "row-twice": "Duplicate rows",
        "sampled-in-turn": "Channels that were sampled in turn",
        "samples-left-out": "Samples that were left out",
        "samples-missing": "Channels with missing samples",
        "scale-zero": "Channels with a scale of zero",
        "sensor-silent": "Sensors that sent no data",
        "sheets-hidden": "Hidden sheets",
        "shorter-than-stated": "Files that hold less than their header says",
        "sidecars-missing": "Sidecars that other recordings have",
        "sidecars-unused": "Sidecars without a recording",
        "singular": "Variance components at zero",
        "small-sd": "Standard deviations that are too small for EMG",
        "sources-disagree": "Printed tests that contradict each other",
        "spikes": "Spikes",
        "spikes-bridged": "Spikes that were bridged",
        "stream-empty": "Streams without samples",
        "stream-left-out": "Streams that were left out",
        "streams-differ": "Streams that show other repetitions",
        "tasks-not-used": "Tasks not used",
        "tau2-interval-empty": "Effects that are more similar than chance explains",
        "ties": "Ties in a rank test",
        "time-jitter": "Times that jitter",
        "time-unit-likely": "Time units that were inferred",
        "times-synchronised": "Time stamps put on one clock",
        "transfer-function": "Volts by a sensor's data sheet",
        "two-participants": "Only two participants",
        "two-studies": "Only two studies",
        "type-unknown": "Types of channels that are not known",
        "unequal-length": "Signals of unequal length",
        "unit-assumed": "Units that were taken for likely",
        "unit-contradiction": "Units that contradict each other",
        "unit-likely": "Units that were inferred",
        "unit-unknown": "Units that emgkit does not have",
        "units-assumed": "Units that were assumed",
        "upsampled": "Signals recorded at a lower rate than they are stored",
        "variance-at-zero": "Tests of variances",
    }
)


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """The different texts of the notices under one heading, and how often each came.

    Where several have the same hint, it stands once in `hint` and no more in the texts.
    """

    heading: str
    texts: tuple[tuple[str, int], ...]
    hint: str = ""


def remarks(notices: Iterable[Notice]) -> list[Remarks]:
    """Gather the notices by what they are about, in the order in which they came, the same text once.

    Parameters
    ----------
    notices : iterable of Notice
        As the computation left them.

    Returns
    -------
    list of Remarks
        One a heading.

    Examples
    --------
    >>> made = remarks([Notice(code="drift", text="Channel A."), Notice(code="drift", text="Channel B.")])
    >>> made[0].heading, len(made[0].texts)
    ('Movement artefact', 2)
    """
    headings: dict[str, list[Notice]] = {}
    for notice in notices:
        headings.setdefault(heading_of(notice.code), []).append(notice)
    return [_gathered(heading, own) for heading, own in headings.items()]


def _gathered(heading: str, notices: Sequence[Notice]) -> Remarks:
    """The notices under one heading; a hint that several different ones share stands once."""
    shared = len({notice.text for notice in notices}) > 1 and len({notice.hint for notice in notices}) == 1
    texts = Counter(notice.text if shared else notice.message for notice in notices)
    return Remarks(heading=heading, texts=tuple(texts.items()), hint=notices[0].hint if shared else "")


def code_words(code: str) -> str:
    """Write the code of a notice as words.

    Examples
    --------
    >>> code_words("low-snr")
    'low SNR'
    """
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in code.replace("-", " ").split(" "))


def heading_of(code: str) -> str:
    """The heading of a code; one of a user's own is its words."""
    return HEADINGS.get(code) or capital(code_words(code))
