"""The quality scorecard of a raw recording."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from emgkit._checks import check_positive
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, Notice
from emgkit.notation import counted, heading, listed, number, series
from emgkit.recording import Recording
from emgkit.signal_quality.check import BAD, DOUBTFUL, GOOD, NOT_JUDGED, Finding, Verdict
from emgkit.signal_quality.checks import CHECKS
from emgkit.signal_quality.checks.clipping import clipped_share
from emgkit.signal_quality.checks.crosstalk import crosstalk
from emgkit.signal_quality.checks.drift import drift_share
from emgkit.signal_quality.checks.dropouts import dropout_time, dropouts
from emgkit.signal_quality.checks.flat import longest_flat
from emgkit.signal_quality.checks.mains import FREQUENCIES
from emgkit.signal_quality.checks.sign import negative_share
from emgkit.signal_quality.samples import Array, Crosstalk, Samples, density, hum_share
from emgkit.steps import Envelope, MovingRMS, Rectify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChannelQuality", "Scorecard", "channel_status", "quality", "quality_sentence"]

# Surface EMG reaches to 500 Hz, so a lower rate folds part of it back.
_RATE = 1000.0
_HUM = 0.10  # share at 60 Hz from which a recording is taken for one from a 60 Hz country
# steps after which samples are amplitudes and no longer a signal about zero
_RECTIFYING = (Rectify, Envelope, MovingRMS)


@dataclass(frozen=True, kw_only=True)
class ChannelQuality:
    """The measures of one channel; NaN where a measure cannot be taken.

    Parameters
    ----------
    channel, muscle, side, unit : str
        As in the recording.
    clipped_share : float
        Share (0–1) of the samples that lie in runs of at least 3 at the channel's maximum or minimum.
    longest_flat : float
        Longest run of exactly equal samples (s); 0 where no two neighbours are equal.
    dropouts : int
        Runs of exact zeros of at least 10 ms between other samples.
    dropout_time : float
        Their length together (s).
    mains_share : float
        Share (0–1) of the power from 10 Hz up that is mains hum.
    drift_share : float
        Share (0–1) of the power below 10 Hz, the mean left out.
    baseline_noise : float
        RMS from 10 Hz up of the quietest 0.5 s, or of the baseline given (in `unit`).
    snr_db : float
        RMS of the loudest 0.5 s over `baseline_noise` (dB).
    negative_share : float
        Share (0–1) of the samples below zero, where the history says that the samples are amplitudes.
    flagged : tuple of str
        Codes of the notices that concern this channel.
    status : {"good", "doubtful", "bad"}
        The worst verdict of its checks.
    findings : tuple of Finding
        The number, limit and verdict of every check.
    """

    channel: str
    muscle: str | None
    side: str | None
    unit: str
    clipped_share: float
    longest_flat: float
    dropouts: int
    dropout_time: float
    mains_share: float
    drift_share: float
    baseline_noise: float
    snr_db: float
    negative_share: float
    flagged: tuple[str, ...] = ()
    status: Verdict = GOOD
    findings: tuple[Finding, ...] = ()

    def finding(self, check: str) -> Finding:
        """What one check found.

        Raises
        ------
        ArgumentError
            There is no check of that name, or it was not made of this channel.
        """
        for one in self.findings:
            if one.check == check:
                return one
        raise ArgumentError(
            f"There is no check {check!r} of channel {self.channel!r}",
            allowed=listed(one.check for one in self.findings),
            got=repr(check),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Scorecard:
    """What :func:`quality` found, one row a channel.

    Parameters
    ----------
    rows : tuple of ChannelQuality
        In the order of the channels.
    notices : tuple of Notice
        What is doubtful, in words.
    mains : float
        Mains frequency looked for (Hz).
    baseline : tuple of float, optional
        The baseline given (s); None for the quietest 0.5 s.
    """

    rows: tuple[ChannelQuality, ...]
    notices: tuple[Notice, ...]
    mains: float
    baseline: tuple[float, float] | None = None

    @property
    def status(self) -> Verdict:
        """The worst status of the channels."""
        return _worst([row.status for row in self.rows])

    def to_frame(self) -> pd.DataFrame:
        """One row a channel, the fields of :class:`ChannelQuality` without the findings as columns."""
        import pandas as pd

        names = [field.name for field in fields(ChannelQuality) if field.name != "findings"]
        rows = [{name: getattr(row, name) for name in names} | {"flagged": ", ".join(row.flagged)} for row in self.rows]
        return pd.DataFrame(rows)

    def checks(self) -> pd.DataFrame:
        """One row a channel and check: ``channel, check, value, unit, limit, verdict``."""
        import pandas as pd

        columns = ["channel", "check", "value", "unit", "limit", "verdict"]
        rows = [[getattr(one, name) for name in columns] for row in self.rows for one in row.findings]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        flagged = [f"{row.channel}: {', '.join(row.flagged)}" for row in self.rows if row.flagged]
        count = counted(len(self.rows), "channel")
        return f"<Scorecard: {count}, {len(flagged)} flagged{' (' + '; '.join(flagged) + ')' if flagged else ''}>"

    def _repr_html_(self) -> str:
        def cell(value: object) -> str:
            text = f"{value:.3g}" if isinstance(value, float) else str("" if value is None else value)
            return f"<td>{escape(text)}</td>"

        frame = self.to_frame()
        head = "".join(f"<th>{escape(heading(column))}</th>" for column in frame.columns)
        body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in frame.astype(object).to_numpy().tolist())
        notes = "".join(f"<li>{escape(notice.text)}</li>" for notice in self.notices)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"{table}<ul>{notes}</ul>" if notes else table


def quality(
    recording: Recording, *, mains: float | None = None, baseline: tuple[float, float] | None = None
) -> Scorecard:
    """Measure what can be wrong with a raw EMG recording, and judge it.

    Parameters
    ----------
    recording : Recording
        EMG, best as recorded: filtering hides clipping, flat stretches and drop-outs.
    mains : float, optional
        Mains frequency (Hz). Without it 60 Hz where a channel has more than a tenth of its power there and more than
        at 50 Hz, else 50 Hz.
    baseline : (tmin, tmax), optional
        A stretch at rest (s, on the trial's time zero). Without it the quietest 0.5 s is taken,
        which in a recording without rest is not noise but the weakest contraction.

    Returns
    -------
    Scorecard
        Measures, verdicts and notices; nothing is repaired.

    Raises
    ------
    ArgumentError
        The recording is no EMG, `mains` is not a frequency or `baseline` lies outside the recording.

    Notes
    -----
    Each check is a number with limits beyond which a channel is doubtful or bad; ``emgkit.signal_quality.CHECKS`` holds
    them all, with the source of each limit.

    *Clipping* is seen as a plateau at the extreme value; a rail that is reached only once for
    fewer than 3 samples, or one that drifts, is missed, and after a filter nothing is left to see.

    *Mains hum*: with the Welch density P (Hann segments of 4 s, at least 2 s), the line's excess
    is the power within ±1 Hz less 2 Hz times the mean of P from 2 to 6 Hz on both sides, summed over
    the mains frequency and its harmonics up to the fifth, as far as their neighbours lie below half
    the rate. It is divided by the power from 10 Hz to half the rate; a negative excess (after a
    notch filter) reads 0. EMG without hum reads 0.3 % on average in 10 s and 0.1 % in 60 s, seldom more
    than 2 %. A mains frequency that strays by more than 0.5 Hz is seen in part.

    *Baseline and SNR*: RMS after a zero-lag 10 Hz high-pass, in 0.5 s windows every 0.05 s, those
    that touch a flat stretch left out, since nothing was measured there. The signal-to-noise
    ratio is 20 log10(loudest / baseline); the loudest window contains the noise too. It is judged only where the
    baseline was given, or where the loudest window is no louder than a muscle at rest (10 µV RMS): the quietest part
    of a contraction that is held is no noise.

    *Offset*: a mean beyond one standard deviation, in at least 0.1 s. A signal that has no sample below zero and
    comes near it all the time is taken for rectified and not for one with an offset.

    *Amplitudes* (after Rectify, Envelope or MovingRMS) have no spectrum of interest: hum, drift and
    SNR are NaN, and samples below zero are counted instead; a zero-lag Butterworth envelope
    can undershoot. No percentage of a reference is judged by its size: 130–244 %MVC in a heavy lift is real.

    Examples
    --------
    >>> import numpy as np
    >>> import emgkit as ek
    >>> samples = 1e-4 * np.random.default_rng(1).standard_normal((1, 4000))
    >>> samples[0, 1000:1200] = 0.0
    >>> emg = ek.Recording(data=samples, sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V"),))
    >>> card = ek.quality(emg)
    >>> card.rows[0].dropouts, card.rows[0].dropout_time
    (1, 0.1)
    >>> card.rows[0].finding("dropouts").verdict
    'doubtful'
    """
    if not isinstance(recording, Recording) or recording.stream != "emg":
        got = f"stream {recording.stream!r}" if isinstance(recording, Recording) else type(recording).__name__
        raise ArgumentError(
            "The scorecard is made for EMG", allowed="a Recording with channels of kind 'EMG'", got=got,
            hint="Take the EMG of the trial: trial.emg",
        )  # fmt: skip
    rest = None if baseline is None else _baseline_samples(recording, baseline)
    amplitudes = any(isinstance(step, _RECTIFYING) for step in recording.history)
    spectra = [density(x, sfreq=recording.sfreq) for x in recording.data]
    mains = _mains(spectra, recording.sfreq) if mains is None else check_positive("mains", mains, unit="Hz")
    shared = [] if amplitudes else crosstalk(recording.data, sfreq=recording.sfreq)
    rows = []
    for place, (channel, x) in enumerate(zip(recording.channels, recording.data, strict=True)):
        samples = Samples(
            x=x, sfreq=recording.sfreq, spectrum=spectra[place], unit=channel.unit, mains=mains, rest=rest,
            amplitudes=amplitudes, crosstalk=_named(shared[place], recording.names) if shared else Crosstalk(),
        )  # fmt: skip
        rows.append(_row(channel, samples))
    low = () if amplitudes or recording.sfreq >= _RATE else (_low_rate(recording.sfreq),)
    named_before = _second_of_a_pair(shared)
    notices = [
        Notice(code=one.check, text=one.text, hint=one.hint)
        for place, row in enumerate(rows)
        for one in row.findings
        if one.text and not (one.check == "crosstalk" and place in named_before)
    ]
    return Scorecard(rows=tuple(rows), notices=(*low, *notices), mains=mains, baseline=baseline)


def channel_status(recording: Recording) -> Mapping[str, tuple[str, str]]:
    """The status of each channel as BIDS has it, and why, for ``write_bids(…, status=channel_status)``.

    Parameters
    ----------
    recording : Recording
        EMG as recorded; other streams have no status.

    Returns
    -------
    mapping of str to (str, str)
        Name of the channel -> ``"good"`` or ``"bad"``, and the checks that say so. BIDS knows no doubt: a doubtful
        channel is good, and its description begins with ``doubtful``.

    Examples
    --------
    >>> import emgkit as ek
    >>> flat = ek.Recording(data=[[0.0] * 4000], sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V"),))
    >>> dict(channel_status(flat))
    {'VL': ('bad', 'constant')}
    """
    if recording.stream != "emg":
        return MappingProxyType({})
    found = {}
    for row in quality(recording).rows:
        worst = [one.check for one in row.findings if one.verdict == row.status]
        reasons = "" if row.status == GOOD else series(worst)
        found[row.channel] = (row.status, reasons) if row.status != DOUBTFUL else (GOOD, f"doubtful: {reasons}")
    return MappingProxyType(found)


def quality_sentence() -> str:
    """Say what :func:`quality` measures, for a Methods section.

    Examples
    --------
    >>> quality_sentence()[:47]
    'Clipping, flat stretches, lost samples, mains h'
    """
    return (
        "Clipping, flat stretches, lost samples, mains hum, drift and noise (RMS of the quietest 0.5 s) were measured "
        "in every channel as recorded, and every channel was checked for spikes, transients, offsets, unlikely "
        "amplitudes and spectra, heartbeats, and signals shared with other channels."
    )


def _row(channel: Channel, samples: Samples) -> ChannelQuality:
    findings = tuple(_findings(channel.name, samples))
    raw = not (samples.is_constant or samples.amplitudes)
    return ChannelQuality(
        channel=channel.name,
        muscle=channel.muscle,
        side=channel.side,
        unit=channel.unit,
        clipped_share=clipped_share(samples),
        longest_flat=longest_flat(samples),
        dropouts=dropouts(samples),
        dropout_time=dropout_time(samples),
        mains_share=samples.mains_share if raw else math.nan,
        drift_share=drift_share(samples) if raw else math.nan,
        baseline_noise=samples.noise if raw else math.nan,
        snr_db=samples.snr if raw else math.nan,
        negative_share=negative_share(samples),
        flagged=tuple(one.check for one in findings if one.text),
        status=_worst([one.verdict for one in findings]),
        findings=findings,
    )


def _findings(name: str, samples: Samples) -> list[Finding]:
    """Every check that fits the samples; of a constant channel only that it is constant."""
    made = []
    for check in CHECKS:
        if check.of not in ("both", "amplitudes" if samples.amplitudes else "raw"):
            continue
        value = math.nan if samples.is_constant and check.name != "constant" else check.measure(samples)
        verdict, limit = check.judge(value)
        wrong = verdict in (DOUBTFUL, BAD)
        made.append(Finding(
            channel=name, check=check.name, value=value, unit=check.unit, limit=limit, verdict=verdict,
            text=f"Channel {name!r} {check.words(samples, value)}" if wrong else "", hint=check.hint if wrong else "",
        ))  # fmt: skip
    return made


def _worst(verdicts: list[Verdict]) -> Verdict:
    """The worst of some verdicts; what was not judged is not bad."""
    order: tuple[Verdict, ...] = (NOT_JUDGED, GOOD, DOUBTFUL, BAD)
    return max([GOOD, *verdicts], key=order.index)


def _mains(spectra: list[tuple[Array, Array]], sfreq: float) -> float:
    """60 Hz where some channel has much of its power there and more than at 50 Hz, else 50 Hz."""
    fifty, sixty = (
        max([0.0, *(share for spectrum in spectra if (share := hum_share(spectrum, line, sfreq=sfreq)) > 0)])
        for line in FREQUENCIES
    )
    return FREQUENCIES[sixty > max(fifty, _HUM)]


def _named(shared: Crosstalk, names: tuple[str, ...]) -> Crosstalk:
    return Crosstalk(other=names[int(shared.other)] if shared.other else "", correlation=shared.correlation)


def _second_of_a_pair(shared: Sequence[Crosstalk]) -> set[int]:
    """The channels that resemble an earlier one most, which resembles them most: the remark on it names them."""
    others = [int(one.other) if one.other else None for one in shared]
    return {place for place, other in enumerate(others) if other is not None and other < place == others[other]}


def _low_rate(sfreq: float) -> Notice:
    return Notice(
        code="low-rate",
        text=f"The rate of {number(sfreq)} Hz is below {number(_RATE)} Hz: surface EMG reaches to 500 Hz, "
        "so part of it is folded back; spectral measures are not to be trusted.",
    )


def _baseline_samples(recording: Recording, baseline: tuple[float, float]) -> slice:
    tmin, tmax = baseline
    cropped = recording.crop(tmin, tmax)  # refuses a window outside the recording
    first = round((cropped.start - recording.start) * recording.sfreq)
    return slice(first, first + cropped.data.shape[1])
