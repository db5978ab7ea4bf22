"""The remarks that a computation left, gathered under headings in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from emgkit.errors import Notice

__all__ = ["Remarks", "code_words", "remarks"]

_ABBREVIATIONS = ("ecg", "emg", "mvc", "sd", "snr")
# where the code alone would not tell a reader what it is about
_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "above-reference": "Values above the reference contraction",
        "all-rejected": "No repetition accepted",
        "bad-channel": "Channels that the data set calls bad",
        "cannot-reach": "Too few participants for a small p",
        "cannot-reach-adjusted": "Too few participants for a small adjusted p",
        "channels-differ": "Channels that differ between files",
        "clipping": "Clipped signals",
        "constant": "Channels without a signal",
        "constant-condition": "Conditions without variation",
        "contradicts-others": "Participants who contradict the others",
        "depends-on-normaliser": "Results that depend on the reference",
        "drift": "Movement artefact",
        "dropouts": "Lost samples",
        "duplicate-channel": "Channels that occur more than once",
        "duplicate-recording": "Recordings that occur more than once",
        "exclusion-not-found": "Exclusions that fit no recording",
        "files-not-used": "Files not used",
        "flat": "Stretches without a signal",
        "incomplete-by-exclusion": "Participants left out because a recording is",
        "levels-absent": "Missing levels",
        "low-rate": "Low sampling rates",
        "low-snr": "Weak signals",
        "mains": "Mains hum",
        "mvc-sessions-differ": "References of other sessions",
        "negative-amplitude": "Amplitudes below zero",
        "negative-envelope": "Envelopes below zero",
        "no-variance": "Values without variation",
        "not-converged": "Models that did not converge",
        "participants-absent": "Missing participants",
        "rate-likely": "Sampling rates that were inferred",
        "repetitions-rejected": "Rejected repetitions",
        "rest-uncertain": "Uncertain resting positions",
        "tasks-not-used": "Tasks not used",
        "time-unit-likely": "Time units that were inferred",
        "unequal-length": "Signals of unequal length",
        "upsampled": "Signals recorded at a lower rate than they are stored",
    }
)


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """The different texts of the notices under one heading, and how often each came."""

    heading: str
    texts: tuple[tuple[str, int], ...]


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
    headings: dict[str, dict[str, int]] = {}
    for notice in notices:
        texts = headings.setdefault(_heading(notice.code), {})
        texts[notice.text] = texts.get(notice.text, 0) + 1
    return [Remarks(heading=heading, texts=tuple(texts.items())) for heading, texts in headings.items()]


def code_words(code: str) -> str:
    """Write the code of a notice as words.

    Examples
    --------
    >>> code_words("low-snr")
    'low SNR'
    """
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in code.replace("-", " ").split(" "))


def _heading(code: str) -> str:
    words = _HEADINGS.get(code) or code_words(code)
    return words[:1].upper() + words[1:]
