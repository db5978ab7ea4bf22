"""Steps that mend a signal, by hand or by rule: heartbeats, mains hum and spikes go, the muscle stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from emgkit import repairs
from emgkit._checks import check_option, check_positive, check_seconds, check_unknown, check_whole
from emgkit.errors import ArgumentError, Notice, SignalError, warn
from emgkit.notation import counted, number, percent
from emgkit.recording import Recording, check_recording
from emgkit.steps._calling import MEASURED, Array, SampleStep, check_units, put
from emgkit.units import INSIDE

__all__ = ["Edited", "EditedEvents", "InterpolateSpikes", "RemoveECG", "RemoveMains"]

_METHODS = ("template", "gated")
# Hz; the cut-off that is commonly recommended against heartbeats in EMG
_CUTOFF = 30.0
# a channel of which spikes take more is not mended by bridging them
_MOST = 0.01


@dataclass(frozen=True, kw_only=True)
class Edited(SampleStep):
    """Mend one channel by hand: a straight line between the neighbours of a stretch.

    Parameters
    ----------
    channel : str
        The channel.
    tmin, tmax : float
        The stretch, ``tmin <= time < tmax`` (s, on the trial's time zero).
    reason : str
        Why; it stands in the Methods.
    """

    channel: str
    tmin: float
    tmax: float
    reason: str

    accepts: ClassVar[tuple[str, ...]] = MEASURED
    repair: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ArgumentError("An edited stretch needs a reason", allowed="a text", got=repr(self.reason))
        put(self, tmin=check_seconds("tmin", self.tmin), tmax=check_seconds("tmax", self.tmax))
        if not self.tmin < self.tmax:
            raise ArgumentError(
                "The stretch to edit is empty",
                allowed="tmin < tmax",
                got=f"tmin = {number(self.tmin)} s, tmax = {number(self.tmax)} s",
            )

    def __call__(self, recording: Recording) -> Recording:
        check_recording(recording, by="Edited")
        row = recording.names.index(check_unknown("channel", self.channel, recording.names, where="Edited"))
        check_units(self, recording, (self.channel,))
        # a thousandth of a sample absorbs the rounding of times, as in Crop
        first, stop = (
            int(np.ceil((edge - recording.start) * recording.sfreq - 1e-3)) for edge in (self.tmin, self.tmax)
        )
        if not 0 < first < stop < recording.data.shape[1]:
            raise ArgumentError(
                "The stretch to edit has no sample, or no neighbour on both sides",
                where=f"channel {self.channel!r}",
                allowed=f"inside {number(recording.times[0])}–{number(recording.times[-1])} s",
                got=f"tmin = {number(self.tmin)} s, tmax = {number(self.tmax)} s",
                hint="Crop away a stretch at the edge",
            )
        data = recording.data.copy()
        data[row, first - 1 : stop + 1] = np.linspace(data[row, first - 1], data[row, stop], stop - first + 2)
        return self.derived(recording, data)

    def sentence(self) -> str:
        return (
            f"Channel {self.channel} was replaced by a straight line from {number(self.tmin)} to "
            f"{number(self.tmax)} s ({self.reason})."
        )


@dataclass(frozen=True, kw_only=True)
class EditedEvents(SampleStep):
    """Say in the history that repetitions were changed by hand; the samples stay as they are.

    ``emgkit.events.edit``, ``reject`` and ``insert`` change the events, and write this step themselves.

    Parameters
    ----------
    note : str
        What was changed, and why.

    Examples
    --------
    >>> EditedEvents(note="repetition 2 rejected: a cough (AB)").sentence()
    'Repetitions were changed by hand: repetition 2 rejected: a cough (AB).'
    """

    note: str

    accepts: ClassVar[tuple[str, ...]] = INSIDE
    changes_amplitude: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.note.strip():
            raise ArgumentError("A change by hand needs a note", allowed="a text", got=repr(self.note))

    def compute(self, x: Array, sfreq: float) -> Array:
        return x.copy()

    def sentence(self) -> str:
        return f"Repetitions were changed by hand: {self.note}."


@dataclass(frozen=True, kw_only=True)
class InterpolateSpikes(SampleStep):
    """Bridge spikes of less than 5 ms by a straight line between their neighbours.

    The samples are those of ``emgkit.repairs.find_spikes``. How many were bridged, and which share of a channel
    they are, is said in a notice.

    Parameters
    ----------
    times : float, default 10
        How many times the level around it (what 90 % of the samples stay below) a spike is.

    Raises
    ------
    SignalError
        Spikes take more than 1 % of a channel.

    Warns
    -----
    EmgkitWarning
        Samples were bridged.

    Examples
    --------
    >>> InterpolateSpikes().sentence()
    'Samples of more than 10 times the level around them, less than 5 ms long, were replaced by a straight line.'
    """

    times: float = 10.0

    repair: ClassVar[bool] = True

    def __post_init__(self) -> None:
        put(self, times=check_positive("times", self.times))

    def __call__(self, recording: Recording) -> Recording:
        check_recording(recording, by="InterpolateSpikes")
        self.check(recording)
        bad = repairs.find_spikes(recording.data, sfreq=recording.sfreq, times=self.times)
        shares = bad.mean(axis=1)
        worst = int(np.argmax(shares))
        if shares[worst] > _MOST:
            raise SignalError(
                f"Spikes take too much of channel {recording.names[worst]!r} to be bridged",
                allowed=f"at most {number(100 * _MOST)} % of its samples",
                got=percent(shares[worst]),
                hint="Leave the channel out with pick(), or raise times=",
            )
        touched = [
            f"{name} {counted(int(mark.sum()), 'sample')} ({percent(share)})"
            for name, mark, share in zip(recording.names, bad, shares, strict=True)
            if mark.any()
        ]
        if touched:
            warn(Notice(code="spikes-bridged", text=f"Spikes were bridged: {'; '.join(touched)}."))
        return self.derived(recording, repairs.bridge(recording.data, bad))

    def sentence(self) -> str:
        return (
            f"Samples of more than {number(self.times)} times the level around them, less than 5 ms long, were "
            "replaced by a straight line."
        )


@dataclass(frozen=True, kw_only=True)
class RemoveMains(SampleStep):
    """Subtract the sines at the mains frequency and its multiples that fit the signal best.

    Unlike :class:`Notch` it takes nothing else at those frequencies; ``emgkit.repairs.subtract_hum`` has the
    formulas.

    Parameters
    ----------
    frequency : float, default 50
        Nominal mains frequency (Hz); the real one is looked for within 0.5 Hz.
    harmonics : int, default 3
        How many multiples, the frequency itself included.

    Raises
    ------
    ArgumentError
        The highest multiple reaches the Nyquist frequency.
    SignalError
        The recording is shorter than 0.5 s.

    Examples
    --------
    >>> RemoveMains(frequency=60, harmonics=2).sentence()
    'Mains hum at 60 Hz and its multiples (2 in all) was fitted by sines in pieces of 2 s and subtracted.'
    """

    frequency: float = 50.0
    harmonics: int = 3

    repair: ClassVar[bool] = True

    def __post_init__(self) -> None:
        frequency = check_positive("frequency", self.frequency, unit="Hz")
        put(self, frequency=frequency, harmonics=check_whole("harmonics", self.harmonics))

    def compute(self, x: Array, sfreq: float) -> Array:
        return repairs.subtract_hum(x, self.frequency, sfreq=sfreq, harmonics=self.harmonics)

    def sentence(self) -> str:
        several = f" and its multiples ({self.harmonics} in all)" if self.harmonics > 1 else " (1 harmonic)"
        return f"Mains hum at {number(self.frequency)} Hz{several} was fitted by sines in pieces of 2 s and subtracted."


@dataclass(frozen=True, kw_only=True)
class RemoveECG(SampleStep):
    """Remove heartbeats from EMG of the trunk and the shoulder.

    The beats are found in the channel that shows them best, and are those of all channels. A plain 30 Hz high-pass
    filter, which changes the EMG everywhere, is ``Highpass(cutoff=30)``.

    Parameters
    ----------
    method : {"template", "gated"}
        ``"template"``: the mean heartbeat of each channel is subtracted from each beat. ``"gated"``: the signal is
        high-pass filtered within 0.1 s of each beat, and stays as it is elsewhere.
    cutoff : float, optional
        Of the high-pass filter (Hz, zero lag, net order 4), 30 unless given; only with ``"gated"``.

    Raises
    ------
    ArgumentError
        The method is unknown, or `cutoff` is given for ``"template"``.

    Warns
    -----
    EmgkitWarning
        No channel shows at least 5 heartbeats in a rhythm, and nothing was changed.

    Notes
    -----
    The mathematics, and what the weighted mean heartbeat is, stand in ``emgkit.repairs``. After [1]_.

    References
    ----------
    .. [1] Drake JDM, Callaghan JP (2006). Elimination of electrocardiogram contamination from electromyogram signals:
       an evaluation of currently used removal techniques. Journal of Electromyography and Kinesiology 16: 175-187.

    Examples
    --------
    >>> RemoveECG().sentence()
    'Heartbeats were removed by subtracting the mean heartbeat of each channel (template method).'
    """

    method: Literal["template", "gated"] = "template"
    cutoff: float | None = None

    repair: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_option("method", self.method, _METHODS)
        if self.method == "template" and self.cutoff is not None:
            raise ArgumentError(
                "A template has no cut-off", allowed="cutoff with method='gated'", got=f"cutoff = {self.cutoff!r}"
            )
        if self.method == "gated":
            put(self, cutoff=check_positive("cutoff", _CUTOFF if self.cutoff is None else self.cutoff, unit="Hz"))

    def compute(self, x: Array, sfreq: float) -> Array:
        beats = repairs.heartbeats(x, sfreq=sfreq)
        if not len(beats):
            text = "No heartbeat stands out from the EMG, and none was removed."
            warn(Notice(code="no-heartbeat", text=text, hint="Leave RemoveECG away where the heart is not seen."))
            return x.copy()
        if self.cutoff is None:
            return repairs.subtract_beats(x, beats, sfreq=sfreq)
        return repairs.high_pass_beats(x, beats, sfreq=sfreq, cutoff=self.cutoff)

    def sentence(self) -> str:
        if self.cutoff is None:
            return "Heartbeats were removed by subtracting the mean heartbeat of each channel (template method)."
        return (
            f"Heartbeats were removed by high-pass filtering at {number(self.cutoff)} Hz (zero lag, net order 4) "
            "within 0.1 s of each, and nowhere else (gated method)."
        )
