"""The quality scorecard of a raw recording, and the search for copies among recordings.

``ek.quality(recording)`` is the function :func:`quality` of this module. The two have different names, so that
importing the module never hides the function. Nothing is repaired here and nothing is judged by its magnitude:
130–244 %MVC in a heavy lift is real.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_positive
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, Notice
from emgkit.notation import counted, heading, listed, number
from emgkit.recording import Recording
from emgkit.steps import Envelope, MovingRMS, Rectify
from emgkit.steps.offset import offset_ratio

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChannelQuality", "Duplicate", "Scorecard", "duplicates", "quality", "quality_sentence"]

Array = NDArray[np.float64]

# --- when a measure becomes a notice -------------------------------------------------------
# One plateau of three samples at a single peak is chance in 12-bit data; a thousandth of all samples is not.
CLIPPED_SHARE = 0.001
# EMG crosses its mean some 100 times a second, so the same value over 50 ms is no muscle.
FLAT_DURATION = 0.05
# Wireless systems fill lost packets with zeros; a packet holds 10 ms and more.
DROPOUT_DURATION = 0.01
# A tenth of the power being hum makes an amplitude 1 / sqrt(0.9) = 5 % too large.
MAINS_SHARE = 0.10
# Surface EMG has some 1 % of its power below 10 Hz; a fifth is movement of cable or electrode.
DRIFT_SHARE = 0.20
# Loudest stretch less than twice the quietest: no contraction, or one buried in noise.
SNR_DB = 6.0
# A mean beyond the standard deviation is the amplifier's offset: rectified, it would be most of the amplitude.
OFFSET = 1.0
# Surface EMG reaches to 500 Hz, so a lower rate folds part of it back.
RATE = 1000.0

# --- how the measures are taken ------------------------------------------------------------
_RAIL_RUN = 3  # samples at the extreme that make a plateau
_WINDOW, _HOP = 0.5, 0.05  # s, windows for the quietest and the loudest stretch and their step
_SEGMENT, _SHORTEST = 4.0, 2.0  # s, Welch segment and the shortest that separates ±1 Hz from its neighbours
_LINE, _NEAR, _FAR = 1.0, 2.0, 6.0  # Hz, half width of a mains line and the neighbouring band beside it
_HARMONICS = 5
_LOW = 10.0  # Hz, below it is drift
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

    def to_frame(self) -> pd.DataFrame:
        """One row a channel, the fields of :class:`ChannelQuality` as columns."""
        import pandas as pd

        return pd.DataFrame([{**asdict(row), "flagged": ", ".join(row.flagged)} for row in self.rows])

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


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """Samples that occur more than once.

    Parameters
    ----------
    kind : {"recording", "channel"}
        Whether whole recordings or single channels are equal.
    members : tuple of (recording name, channel name)
        Where they occur; the channel name is empty for whole recordings.
    """

    kind: str
    members: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The recordings concerned, each once."""
        return tuple(dict.fromkeys(recording for recording, _ in self.members))

    @property
    def notice(self) -> Notice:
        """The finding in words."""
        places = listed(f"{name}: {channel}" if channel else name for name, channel in self.members)
        return Notice(code=f"duplicate-{self.kind}", text=f"The same samples stand in {places}.")


def quality(recording: Recording, *, mains: float = 50.0, baseline: tuple[float, float] | None = None) -> Scorecard:
    """Measure what can be wrong with a raw EMG recording.

    Parameters
    ----------
    recording : Recording
        EMG, best as recorded: filtering hides clipping, flat stretches and drop-outs.
    mains : float, default 50
        Mains frequency (Hz).
    baseline : (tmin, tmax), optional
        A stretch at rest (s, on the trial's time zero). Without it the quietest 0.5 s is taken,
        which in a recording without rest is not noise but the weakest contraction.

    Returns
    -------
    Scorecard
        Measures and notices; nothing is repaired.

    Raises
    ------
    ArgumentError
        The recording is no EMG, `mains` is no frequency or `baseline` lies outside the recording.

    Notes
    -----
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
    ratio is 20 log10(loudest / baseline); the loudest window contains the noise too.

    *Offset*: a mean beyond one standard deviation, in at least 0.1 s. A signal that has no sample below zero and
    comes near it all the time is taken for rectified and not for one with an offset.

    *Amplitudes* (after Rectify, Envelope or MovingRMS) have no spectrum of interest: hum, drift and
    SNR are NaN, and samples below zero are counted instead; a zero-lag Butterworth envelope
    can undershoot.

    Examples
    --------
    >>> import emgkit as ek
    >>> samples = 1e-4 * np.random.default_rng(1).standard_normal((1, 4000))
    >>> samples[0, 1000:1200] = 0.0
    >>> emg = ek.Recording(data=samples, sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V"),))
    >>> card = ek.quality(emg)
    >>> card.rows[0].dropouts, card.rows[0].dropout_time
    (1, 0.1)
    >>> "dropouts" in card.rows[0].flagged
    True
    """
    if not isinstance(recording, Recording) or recording.stream != "emg":
        got = f"stream {recording.stream!r}" if isinstance(recording, Recording) else type(recording).__name__
        raise ArgumentError(
            "The scorecard is made for EMG", allowed="a Recording with channels of kind 'EMG'", got=got,
            hint="Take the EMG of the trial: trial.emg",
        )  # fmt: skip
    mains = check_positive("mains", mains, unit="Hz")
    rest = None if baseline is None else _baseline_samples(recording, baseline)
    amplitudes = any(isinstance(step, _RECTIFYING) for step in recording.history)
    rows, notices = [], []
    if recording.sfreq < RATE and not amplitudes:
        notices.append(Notice(
            code="low-rate",
            text=f"The rate of {number(recording.sfreq)} Hz is below {number(RATE)} Hz: surface EMG reaches to 500 Hz, "
            "so part of it is folded back; spectral measures are not to be trusted.",
        ))  # fmt: skip
    for channel, x in zip(recording.channels, recording.data, strict=True):
        measures = _measures(x, sfreq=recording.sfreq, mains=mains, rest=rest, amplitudes=amplitudes)
        offset = 0.0 if amplitudes else offset_ratio(x, sfreq=recording.sfreq)
        found = _notices(channel, measures, constant=bool(x.min() == x.max()), offset=offset, mains=mains)
        notices += found
        rows.append(ChannelQuality(
            channel=channel.name, muscle=channel.muscle, side=channel.side, unit=channel.unit,
            **measures, flagged=tuple(notice.code for notice in found),
        ))  # fmt: skip
    return Scorecard(rows=tuple(rows), notices=tuple(notices), mains=mains, baseline=baseline)


def quality_sentence() -> str:
    """Say what :func:`quality` measures, for a Methods section.

    Examples
    --------
    >>> quality_sentence()[:47]
    'Clipping, flat stretches, lost samples, mains h'
    """
    return (
        f"Clipping, flat stretches, lost samples, mains hum, drift and noise (RMS of the quietest {number(_WINDOW)} s) "
        "of the signals as recorded were measured in every channel."
    )


def duplicates(
    recordings: Mapping[str, Recording | Array] | Iterable[tuple[str, Recording | Array]],
) -> tuple[Duplicate, ...]:
    """Find recordings and channels whose samples are equal, whatever their names.

    Parameters
    ----------
    recordings : Mapping of str to Recording, or iterable of (str, Recording)
        Recordings, or arrays of shape (n_channels, n_samples), by name. An iterable may make
        them one at a time; none is kept.

    Returns
    -------
    tuple of Duplicate
        Equal recordings first (the order of their channels does not matter), then single channels
        shared by recordings that are not equal as a whole, or standing twice in one recording.

    Raises
    ------
    ArgumentError
        A name occurs twice.

    Notes
    -----
    Samples are compared by the SHA-256 digest of their float64 bytes. A copy that was scaled,
    filtered, cut or shifted by one sample is not found. A constant channel equals every other
    constant channel, so it does not count.

    Examples
    --------
    >>> x = np.array([[0.1, 0.2, -0.4]])
    >>> duplicates({"sub-01": x, "sub-02": x[:, ::-1], "sub-03": x})[0].names
    ('sub-01', 'sub-03')
    """
    pairs = recordings.items() if isinstance(recordings, Mapping) else recordings
    digests: dict[str, dict[str, tuple[str, bool]]] = {}
    for name, recording in pairs:
        if name in digests:
            raise ArgumentError("Names of recordings must be unique", got=f"more than once: {name!r}")
        digests[name] = _digests(recording)
    wholes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    channels: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, by_channel in digests.items():
        moving = {channel: digest for channel, (digest, constant) in by_channel.items() if not constant}
        if moving:
            wholes[tuple(sorted(digest for digest, _ in by_channel.values()))].append(name)
        for channel, digest in moving.items():
            channels[digest].append((name, channel))
    found = [
        Duplicate(kind="recording", members=tuple((name, "") for name in names))
        for names in wholes.values()
        if len(names) > 1
    ]
    first = {name: names[0] for names in wholes.values() for name in names}
    for members in channels.values():
        # among recordings that are equal as a whole, only the first is named
        if sum(name == first[name] for name, _ in members) > 1:
            found.append(Duplicate(kind="channel", members=tuple(members)))
    return tuple(found)


def _digests(recording: Recording | Array) -> dict[str, tuple[str, bool]]:
    """Channel name -> (digest of its samples, whether it is constant)."""
    if isinstance(recording, Recording):
        names, rows = recording.names, recording.data
    else:
        rows = np.atleast_2d(np.asarray(recording, dtype=np.float64))
        names = tuple(str(index) for index in range(len(rows)))
    # adding zero turns -0.0 into 0.0, which is the same number with other bytes
    return {
        name: (hashlib.sha256((row + 0.0).tobytes()).hexdigest(), bool((row == row[:1]).all()))
        for name, row in zip(names, rows, strict=True)
    }


def _baseline_samples(recording: Recording, baseline: tuple[float, float]) -> slice:
    tmin, tmax = baseline
    cropped = recording.crop(tmin, tmax)  # refuses a window outside the recording
    first = round((cropped.start - recording.start) * recording.sfreq)
    return slice(first, first + cropped.data.shape[1])


def _runs(x: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First sample and length of every run of exactly equal samples."""
    edges = np.flatnonzero(x[1:] != x[:-1]) + 1
    starts = np.concatenate(([0], edges))
    return starts, np.diff(np.concatenate((starts, [x.size])))


def _measures(x: Array, *, sfreq: float, mains: float, rest: slice | None, amplitudes: bool) -> dict[str, Any]:
    starts, lengths = _runs(x)
    values = x[starts]
    extreme = values == x.max()
    if not amplitudes:  # zero is where amplitudes end, no rail
        extreme |= values == x.min()
    constant = lengths.size == 1
    clipped = lengths[extreme & (lengths >= _RAIL_RUN)].sum() / x.size
    inside = (starts > 0) & (starts + lengths < x.size)
    gone = inside & (values == 0) & (lengths >= max(2.0, DROPOUT_DURATION * sfreq - 1e-6))
    still = (lengths > 1) & ((lengths >= FLAT_DURATION * sfreq) | gone)
    if constant or amplitudes:
        hum, drift, noise, snr = (math.nan,) * 4
    else:
        hum, drift = _spectral_shares(x, sfreq=sfreq, mains=mains)
        noise, snr = _noise(x, sfreq=sfreq, rest=rest, still=list(zip(starts[still], lengths[still], strict=True)))
    return {
        "clipped_share": math.nan if constant else float(clipped),
        "longest_flat": float(lengths.max() / sfreq) if lengths.max() > 1 else 0.0,
        "dropouts": int(gone.sum()),
        "dropout_time": float(lengths[gone].sum() / sfreq),
        "mains_share": hum,
        "drift_share": drift,
        "baseline_noise": noise,
        "snr_db": snr,
        "negative_share": float((x < 0).mean()) if amplitudes else math.nan,
    }


def _spectral_shares(x: Array, *, sfreq: float, mains: float) -> tuple[float, float]:
    """Shares of mains hum (of the power from 10 Hz up) and of drift (of all power)."""
    from scipy.signal import welch

    if x.size < _SHORTEST * sfreq or sfreq / 2 <= _LOW:
        return math.nan, math.nan
    frequencies, density = welch(x, sfreq, nperseg=min(x.size, round(_SEGMENT * sfreq)))
    high = density[frequencies >= _LOW].sum()
    drift = density[frequencies < _LOW].sum() / density.sum()
    lines = [k * mains for k in range(1, _HARMONICS + 1) if k * mains + _FAR < sfreq / 2]
    if not lines or high == 0:
        return math.nan, float(drift)
    excess = 0.0
    for line in lines:
        distance = np.abs(frequencies - line)
        on, beside = distance <= _LINE, (distance >= _NEAR) & (distance <= _FAR)
        excess += density[on].sum() - on.sum() * density[beside].mean()
    return float(max(0.0, excess / high)), float(drift)


def _noise(x: Array, *, sfreq: float, rest: slice | None, still: list[tuple[int, int]]) -> tuple[float, float]:
    """RMS of the baseline, and the loudest window over it in dB."""
    block, count = max(1, round(_HOP * sfreq)), round(_WINDOW / _HOP)
    n_blocks = x.size // block
    if n_blocks < count or sfreq / 2 <= _LOW:
        return math.nan, math.nan
    power = signal.highpass(x, _LOW, sfreq=sfreq) ** 2
    measured = np.ones(x.size, dtype=bool)
    for start, length in still:
        measured[start : start + length] = False
    used = n_blocks * block
    # means of short blocks, not a running sum: a quiet window beside a loud one keeps its digits
    means = power[:used].reshape(n_blocks, block).mean(axis=1)
    whole = measured[:used].reshape(n_blocks, block).all(axis=1)
    windows = np.sqrt(np.lib.stride_tricks.sliding_window_view(means, count).mean(axis=1))
    windows = windows[np.lib.stride_tricks.sliding_window_view(whole, count).all(axis=1)]
    if rest is None and windows.size == 0:
        return math.nan, math.nan
    noise = float(windows.min() if rest is None else np.sqrt(power[rest].mean()))
    if noise == 0 or windows.size == 0:
        return noise, math.nan
    return noise, float(20 * np.log10(windows.max() / noise))


def _notices(
    channel: Channel, measures: Mapping[str, Any], *, constant: bool, offset: float, mains: float
) -> list[Notice]:
    """Word the notices of one channel; a comparison with NaN is false, so what was not measured is not flagged."""
    name = f"Channel {channel.name!r}"
    if constant:
        return [Notice(code="constant", text=f"{name} is constant: nothing was recorded.")]
    m = measures
    checks = (
        ("offset", offset > OFFSET,
         f"{name} has an offset: its mean is {offset:.3g} times its standard deviation. Take it off before the signal "
         "is rectified, with RemoveMean or a high-pass; it would be taken for amplitude."),
        ("clipping", m["clipped_share"] > CLIPPED_SHARE,
         f"{name} rests at its extreme values for {100 * m['clipped_share']:.2g} % of the samples: it was clipped."),
        ("flat", m["longest_flat"] >= FLAT_DURATION,
         f"{name} stays at exactly the same value for {m['longest_flat']:.3g} s."),
        ("dropouts", m["dropouts"] > 0,
         f"{name} is exactly zero in {m['dropouts']} stretches, {m['dropout_time']:.3g} s together."),
        ("mains", m["mains_share"] > MAINS_SHARE,
         f"{name} has {100 * m['mains_share']:.2g} % of its power at {number(mains)} Hz and its harmonics."),
        ("drift", m["drift_share"] > DRIFT_SHARE,
         f"{name} has {100 * m['drift_share']:.2g} % of its power below {number(_LOW)} Hz: movement artefact."),
        ("low-snr", m["snr_db"] < SNR_DB,
         f"{name} is at its loudest only {m['snr_db']:.2g} dB above its baseline."),
        ("negative-amplitude", m["negative_share"] > 0,
         f"{name} holds amplitudes, yet {100 * m['negative_share']:.2g} % of the samples are below zero."),
    )  # fmt: skip
    return [Notice(code=code, text=text) for code, doubtful, text in checks if doubtful]
