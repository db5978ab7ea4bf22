"""What flows: Channel, Event, Recording, Trial and the Step protocol.

Everything here is frozen. An operation returns a new object and leaves its input alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from emgkit._checks import KeywordsOnly, check_option, check_positive, check_seconds, check_unknown
from emgkit.channels import SOURCES, STREAMS, Channel, Event, Value, pickled_parts, stream_of
from emgkit.errors import ArgumentError, Notice, UnitError
from emgkit.notation import counted, listed, number
from emgkit.samples import Array, Finite, InFile, check_finite, check_fit, frozen
from emgkit.units import INSIDE

if TYPE_CHECKING:
    import mne
    import pandas as pd

__all__ = ["Crop", "Finite", "Pick", "Recording", "Step", "Trial", "check_recording"]


@runtime_checkable
class Step(Protocol):
    """Something that turns one Recording into another and can say how.

    A step is its parameters: a frozen dataclass. Calling it leaves its input alone, returns a
    read-only result and adds itself to the history. ``accepts`` are the units it can work on.
    ``changes_amplitude`` is False for selecting (Pick, Crop); ``repair`` is True for mending a
    recording by hand. Neither counts when the processing of reference and recording is compared.
    """

    accepts: ClassVar[tuple[str, ...]]
    changes_amplitude: ClassVar[bool]
    repair: ClassVar[bool]

    def __call__(self, recording: Recording) -> Recording:
        """Apply the step."""
        ...

    def sentence(self) -> str:
        """The step's sentence for a Methods section, with every number in it."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Recording:
    """Signals of one stream that share one clock and one rate; immutable.

    Parameters
    ----------
    data : array_like, shape (n_channels, n_samples)
        Finite samples in the unit of each channel; copied and made read-only. Those of a file that was read with
        ``lazy=True`` are read when they are first asked for.
    sfreq : float
        Samples per second (Hz).
    channels : sequence of Channel
        One a row of `data`, names unique, kinds of one stream.
    events : sequence of Event, optional
        On the trial's time zero.
    context : Mapping, optional
        ``participant, group, session, task, run`` and whatever else is known.
    history : sequence of Step, optional
        The steps that made it, oldest first.
    start : float, default 0
        Second of the first sample on the trial's time zero.
    sfreq_source : {"header", "heuristic", "user"}
        Where the rate was learnt.

    Raises
    ------
    ArgumentError
        Shapes, names or kinds do not fit together.
    SignalError
        A sample is NaN or infinite.

    Examples
    --------
    >>> emg = Recording(data=[[1e-6, 2e-6, 3e-6]], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> emg
    <Recording: 1 EMG channel × 3 samples at 1000 Hz = 0.003 s, in V: VL>
    """

    data: Array
    sfreq: float
    channels: tuple[Channel, ...]
    events: tuple[Event, ...] = ()
    context: Mapping[str, Value] = field(default_factory=dict)
    history: tuple[Step, ...] = ()
    start: float = 0.0
    sfreq_source: str = "user"

    def __post_init__(self) -> None:
        known: Array | Finite | InFile = self.data
        shape = known.shape if isinstance(known, InFile) else self._hold(known)
        for name, value in (
            ("sfreq", check_positive("sfreq", self.sfreq, unit="Hz")),
            ("channels", tuple(self.channels)),
            ("events", tuple(self.events)),
            ("context", MappingProxyType(dict(self.context))),
            ("history", tuple(self.history)),
            ("start", float(self.start)),
        ):
            object.__setattr__(self, name, value)
        check_option("sfreq_source", self.sfreq_source, SOURCES)
        check_fit(shape, self.channels)
        if isinstance(known, InFile):
            self.__dict__["_in_file"] = self.__dict__.pop("data")
        elif not isinstance(known, Finite):
            check_finite(self.data, self.channels, self.sfreq, start=self.start)

    def _hold(self, known: Array | Finite) -> tuple[int, ...]:
        """Keep the samples as an array that nobody can write to, and give its shape."""
        object.__setattr__(self, "data", frozen(known.samples if isinstance(known, Finite) else known))
        return self.data.shape

    if not TYPE_CHECKING:  # for a type checker `data` is a field, and a misspelt name an error

        def __getattr__(self, name: str) -> Array:
            """The samples where they still stand in their file, of a recording that has no `data` yet."""
            if name != "data" or "_in_file" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            return self.__dict__.setdefault("data", frozen(self.__dict__["_in_file"].samples))

    @property
    def names(self) -> tuple[str, ...]:
        """Channel names, in order."""
        return tuple(channel.name for channel in self.channels)

    @property
    def n_samples(self) -> int:
        """Samples of each channel; they are not read for this.

        Examples
        --------
        >>> Recording(data=[[1e-6, 2e-6]], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),)).n_samples
        2
        """
        return int(held(self).shape[1])

    @property
    def times(self) -> Array:
        """Second of each sample on the trial's time zero, shape (n_samples,)."""
        return self.start + np.arange(self.n_samples) / self.sfreq

    @property
    def duration(self) -> float:
        """Seconds covered: number of samples / rate."""
        return float(self.n_samples / self.sfreq)

    @property
    def stream(self) -> str:
        """Name of the stream its channels belong to."""
        return stream_of(self.channels[0].kind)

    def pick(self, *names: str) -> Recording:
        """The named channels, in the order named.

        Raises
        ------
        ArgumentError
            A name is not among the channels.
        """
        return Pick(names=names)(self)

    def crop(self, tmin: float, tmax: float) -> Recording:
        """The samples with ``tmin <= time < tmax``, and the events that overlap them.

        Times stay on the trial's time zero. An event that the edge cuts is kept whole;
        measuring it then raises, since part of its samples is missing.

        Raises
        ------
        ArgumentError
            The window is empty or reaches beyond the recording.
        """
        return Crop(tmin=tmin, tmax=tmax)(self)

    def derive(
        self, data: ArrayLike | InFile, *, step: Step | None = None, unit: str | None = None, **changes: Any
    ) -> Recording:
        """The same recording with other samples (and, if said, another unit), the step added to its history."""
        channels = changes.pop("channels", self.channels)
        if unit is not None:
            channels = tuple(replace(channel, unit=unit) for channel in channels)
        history = self.history if step is None else (*self.history, step)
        given: Any = data if isinstance(data, InFile) else np.asarray(data, dtype=np.float64)
        return replace(self, data=given, channels=channels, history=history, **changes)

    def to_frame(self) -> pd.DataFrame:
        """A table with ``time`` (s) and one column a channel."""
        import pandas as pd

        return pd.DataFrame({"time": self.times, **dict(zip(self.names, self.data, strict=True))})

    def to_mne(self) -> mne.io.RawArray:
        """An ``mne.io.RawArray``: EMG in volts as type emg, all else as misc; events as annotations.

        MNE starts at 0; the start of the recording is subtracted from the onsets. Rejected events become
        ``BAD_<label>``, as MNE marks what is not to be used. Muscles, sides and the events' further columns have no
        place in MNE.

        Raises
        ------
        UnitError
            EMG is not in volts, which MNE would take it for.
        """
        import mne

        for channel in self.channels:
            if channel.kind in ("EMG", "ECG") and channel.unit != "V":
                raise UnitError(
                    f"Channel {channel.name!r} cannot go to MNE, which keeps EMG in volts",
                    allowed="'V'",
                    got=repr(channel.unit),
                    hint="Convert before Normalize, or use to_frame()",
                )
        kinds = [{"EMG": "emg", "ECG": "ecg"}.get(channel.kind, "misc") for channel in self.channels]
        info = mne.create_info(list(self.names), self.sfreq, kinds)
        raw = mne.io.RawArray(self.data.copy(), info, verbose="error")
        labels = [event.label if event.get("accepted", True) else f"BAD_{event.label}" for event in self.events]
        onsets = [event.onset - self.start for event in self.events]
        raw.set_annotations(mne.Annotations(onsets, [event.duration for event in self.events], labels))
        return raw

    @classmethod
    def from_mne(cls, raw: mne.io.BaseRaw) -> Recording:
        """The EMG channels of an ``mne.io.Raw`` and its annotations as events.

        Raises
        ------
        ArgumentError
            No channel has the type emg (MNE reads EDF channels as eeg).
        """
        kinds = raw.get_channel_types()
        names = [name for name, kind in zip(raw.ch_names, kinds, strict=True) if kind == "emg"]
        if not names:
            raise ArgumentError(
                "The mne.io.Raw has no channel of type 'emg'",
                got=listed(sorted(set(kinds))),
                hint="Set it with raw.set_channel_types({name: 'emg'})",
            )
        channels = tuple(Channel(name=name, unit="V", unit_source="header") for name in names)
        first = float(raw.first_samp / raw.info["sfreq"])  # MNE counts from the sample that was the first before a crop
        events = tuple(
            Event(onset=float(note["onset"]) - first, duration=float(note["duration"]), label=str(note["description"]))
            for note in raw.annotations
        )
        return cls(
            data=raw.get_data(picks=names), sfreq=float(raw.info["sfreq"]), channels=channels,
            events=events, sfreq_source="header",
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        return pickled_parts(self)

    def __repr__(self) -> str:
        kinds = "/".join(dict.fromkeys(channel.kind for channel in self.channels))
        units = "/".join(dict.fromkeys(channel.unit for channel in self.channels))
        made = " → ".join(type(step).__name__ for step in self.history)
        return (
            f"<Recording: {counted(len(self.channels), f'{kinds} channel')} × {self.n_samples} samples at "
            f"{number(self.sfreq)} Hz = {self.duration:.4g} s, in {units}: {', '.join(self.names)}"
            f"{'; after ' + made if made else ''}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(c.name)}</td><td>{escape(c.muscle or '')}</td><td>{escape(c.side or '')}</td>"
            f"<td>{c.kind}</td><td>{escape(c.unit)}</td></tr>"
            for c in self.channels
        )
        return (
            f"<p>{escape(repr(self)[1:-1])}</p><table><thead><tr><th>channel</th><th>muscle</th><th>side</th>"
            f"<th>kind</th><th>unit</th></tr></thead><tbody>{rows}</tbody></table>"
        )


@dataclass(frozen=True, kw_only=True)
class Pick(KeywordsOnly):
    """Select channels by name, in the order named.

    Parameters
    ----------
    names : sequence of str
        The channels to keep.
    """

    names: tuple[str, ...]

    accepts: ClassVar[tuple[str, ...]] = INSIDE
    changes_amplitude: ClassVar[bool] = False
    repair: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if isinstance(self.names, str):
            raise ArgumentError("Pick takes a list of names", allowed=f"names=({self.names!r},)", got=repr(self.names))
        object.__setattr__(self, "names", tuple(self.names))
        if not all(isinstance(name, str) for name in self.names):
            hint = "Write pick('VL', 'BF'), or pick(*names)"
            raise ArgumentError("Pick takes names", allowed="texts", got=repr(self.names)[:80], hint=hint)

    def __call__(self, recording: Recording) -> Recording:
        """Select the channels."""
        check_recording(recording, by="Pick")
        if not self.names:
            raise ArgumentError("No channel was picked", allowed=listed(recording.names), got="nothing")
        for name in self.names:
            check_unknown("channel", name, recording.names)
        rows = [recording.names.index(name) for name in self.names]
        channels = tuple(recording.channels[row] for row in rows)
        samples = held(recording)
        picked = samples.picked(rows) if isinstance(samples, InFile) else samples[rows]
        return recording.derive(picked, step=self, channels=channels)

    def sentence(self) -> str:
        """The step's sentence for a Methods section."""
        return f"The channels {', '.join(self.names)} were analysed."


@dataclass(frozen=True, kw_only=True)
class Crop(KeywordsOnly):
    """Select the samples with ``tmin <= time < tmax`` (s, on the trial's time zero)."""

    tmin: float
    tmax: float

    accepts: ClassVar[tuple[str, ...]] = INSIDE
    changes_amplitude: ClassVar[bool] = False
    repair: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name in ("tmin", "tmax"):
            check_seconds(name, getattr(self, name))

    def __call__(self, recording: Recording) -> Recording:
        """Select the samples."""
        check_recording(recording, by="Crop")
        # a thousandth of a sample absorbs the rounding of times such as 0.1 * 2148.148
        first = int(np.ceil((self.tmin - recording.start) * recording.sfreq - 1e-3))
        stop = int(np.ceil((self.tmax - recording.start) * recording.sfreq - 1e-3))
        if first < 0 or stop > recording.n_samples or first >= stop:
            raise ArgumentError(
                "The window to crop to is empty or reaches beyond the recording",
                allowed=f"{number(recording.start)} <= tmin < tmax <= {number(recording.start + recording.duration)} s",
                got=f"tmin = {number(self.tmin)} s, tmax = {number(self.tmax)} s",
            )
        start = recording.start + first / recording.sfreq
        end = recording.start + stop / recording.sfreq
        events = tuple(event for event in recording.events if event.onset < end and event.end > start)
        samples = held(recording)
        part = samples.cropped(first, stop) if isinstance(samples, InFile) else samples[:, first:stop]
        return recording.derive(part, step=self, start=start, events=events)

    def sentence(self) -> str:
        """The step's sentence for a Methods section."""
        return f"The recording was cut to {number(self.tmin)}–{number(self.tmax)} s."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trial(Mapping[str, Recording]):
    """All that was recorded at one time: Recordings by stream, on one time zero.

    Parameters
    ----------
    streams : Mapping of str to Recording
        ``emg, angle, position, acc, gyro, ecg, force, trigger, other``; a second rate or
        device gets a suffix (``emg_2``). Each keeps its own rate.
    events : sequence of Event, optional
        They belong to the trial; every Recording taken from it carries them.
    context : Mapping, optional
        ``participant, group, session, task, run …``; every Recording carries it.
    notices : sequence of Notice, optional
        What the reader remarked.

    Examples
    --------
    >>> emg = Recording(data=[[0.0, 1e-6]], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> trial = Trial(streams={"emg": emg}, context={"participant": "01", "task": "squat"})
    >>> trial.emg.context["task"], list(trial)
    ('squat', ['emg'])
    """

    streams: Mapping[str, Recording]
    events: tuple[Event, ...] = ()
    context: Mapping[str, Value] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        events, context = tuple(self.events), MappingProxyType(dict(self.context))
        if not self.streams:
            raise ArgumentError("A trial needs at least one stream", allowed=listed(STREAMS), got="none")
        for name in self.streams:
            check_unknown("stream", name.rstrip("0123456789").rstrip("_"), STREAMS)
        streams = {name: _belonging(r, events, context) for name, r in self.streams.items()}
        object.__setattr__(self, "streams", MappingProxyType(streams))
        object.__setattr__(self, "events", events)
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "notices", tuple(self.notices))

    def __getitem__(self, stream: str) -> Recording:
        if stream not in self.streams:
            raise KeyError(f"This trial has no stream {stream!r}; it has {listed(self.streams)}.")
        return self.streams[stream]

    def __iter__(self) -> Iterator[str]:
        return iter(self.streams)

    def __len__(self) -> int:
        return len(self.streams)

    def __getattr__(self, name: str) -> Recording:
        streams: Mapping[str, Recording] = object.__getattribute__(self, "__dict__").get("streams", {})
        if name in streams:
            return streams[name]
        raise AttributeError(f"This trial has no stream or attribute {name!r}; its streams are {listed(streams)}.")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.streams})

    def __reduce__(self) -> tuple[Any, ...]:
        return pickled_parts(self)

    def with_events(self, events: Iterable[Event]) -> Trial:
        """The same trial with other events."""
        return replace(self, events=tuple(events))

    def with_context(self, **context: Value) -> Trial:
        """The same trial with these facts added to its context."""
        return replace(self, context={**self.context, **context})

    def __repr__(self) -> str:
        who = ", ".join(f"{key} {value}" for key, value in self.context.items() if value is not None)
        streams = "; ".join(f"{name}: {recording!r}" for name, recording in self.streams.items())
        return f"<Trial{' (' + who + ')' if who else ''}, {len(self.events)} events; {streams}>"

    def _repr_html_(self) -> str:
        who = ", ".join(f"{key} {value}" for key, value in self.context.items() if value is not None)
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{escape(', '.join(recording.names))}</td>"
            f"<td>{number(recording.sfreq)}</td><td>{recording.duration:.4g}</td>"
            f"<td>{escape('/'.join(dict.fromkeys(channel.unit for channel in recording.channels)))}</td></tr>"
            for name, recording in self.streams.items()
        )
        return (
            f"<p>Trial{escape(' (' + who + ')') if who else ''}, {len(self.events)} events</p><table><thead><tr>"
            "<th>stream</th><th>channels</th><th>rate (Hz)</th><th>seconds</th><th>unit</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def check_recording(given: object, *, by: str) -> Recording:
    """Refuse anything but a Recording; of a Trial, say which stream to give.

    Parameters
    ----------
    given : object
        What was got.
    by : str
        Who needs it, as the message begins: ``"measure"``.

    Raises
    ------
    ArgumentError
        It is a Trial, or something else.
    """
    if isinstance(given, Recording):
        return given
    if isinstance(given, Trial):
        streams = tuple(given)
        stream = "emg" if "emg" in streams else streams[0]
        raise ArgumentError(
            f"{by} works on one Recording, not on a whole Trial",
            allowed=f"one of its streams: {listed(streams)}",
            got="a Trial",
            hint=f"Use trial.{stream}",
        )
    raise ArgumentError(f"{by} works on one Recording", allowed="a Recording", got=type(given).__name__)


def held(recording: Recording) -> Array | InFile:
    """The samples of a recording, without reading those that still stand in their file."""
    in_file: InFile | None = recording.__dict__.get("_in_file")
    is_read = in_file is None or in_file.is_read or "data" in recording.__dict__
    return recording.data if in_file is None or is_read else in_file


def with_history(recording: Recording, history: tuple[Step, ...]) -> Recording:
    """The recording as it stands, said to have come by these steps; its samples were checked when it was made."""
    mine = object.__new__(Recording)
    mine.__dict__.update(recording.__dict__, history=history)
    return mine


def _belonging(recording: Recording, events: tuple[Event, ...], context: Mapping[str, Value]) -> Recording:
    """The recording with the events and the facts of its trial; its samples were checked when it was made."""
    mine = object.__new__(Recording)
    mine.__dict__.update(recording.__dict__, events=events, context=context)
    return mine
