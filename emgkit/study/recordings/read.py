"""Read: a recording's files as a trial with the facts in its name, and the channels of it that the study uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emgkit import io
from emgkit.channels import Channel, Value
from emgkit.errors import SignalError, StudyError
from emgkit.io.channel_map import ChannelSpec
from emgkit.notation import listed
from emgkit.recording import Trial

__all__ = ["Joining", "Reading", "Using", "join_files", "read", "use_channels"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is known of a recording beside its file.

    Parameters
    ----------
    name : str
        Its name within the data folder.
    facts : mapping
        The facts in the name: ``participant, group, session, task, run`` and others. A side or a muscle is that of
        the file's EMG channels.
    sfreq, units, thousands
        As for :func:`emgkit.read`.
    channels : mapping of str to ChannelSpec
        The meaning of labels; labels that the file does not have are ignored.
    sheet : str, optional
        The sheet of a workbook.
    """

    name: str
    facts: Mapping[str, Value]
    sfreq: float | None = None
    units: str | Mapping[str, str] | None = None
    thousands: str | None = None
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True, kw_only=True)
class Joining:
    """How a second file is read, and how it is put beside the first; see :func:`emgkit.join`."""

    reading: Reading
    offset: float = 0.0
    by: str | None = None


def read(path: Path, rule: Reading) -> Trial:
    """Read a recording and give it the facts in its name and in the study file.

    Raises
    ------
    EmgkitError
        The file cannot be read, or has no EMG.
    """
    trial = _assembled(path, rule)
    if "emg" not in trial:
        raise StudyError("The recording has no EMG channel", where=rule.name, got=listed(trial))
    if "emg_2" in trial:
        raise StudyError(
            "The recording has EMG at two rates; a study needs one",
            where=rule.name,
            got=listed(name for name in trial if name.startswith("emg")),
        )
    return _with_channel_facts(trial, rule).with_context(**rule.facts)


def _with_channel_facts(trial: Trial, rule: Reading) -> Trial:
    """The trial whose EMG channels have the side and the muscle in the name, which become part of their names."""
    side, muscle = (None if (value := rule.facts.get(name)) is None else str(value) for name in ("side", "muscle"))
    if side is None and muscle is None:
        return trial
    if muscle is not None and len(trial.emg.channels) > 1:
        raise StudyError(
            "The name says one muscle, and the recording has several EMG channels",
            where=rule.name,
            allowed="one EMG channel in a file, where {muscle} is in the pattern",
            got=f"muscle {muscle!r}, channels {listed(trial.emg.names)}",
            hint='Give the field another name, or leave channels aside under [channels]: { kind = "MISC" }',
        )
    channels = []
    for channel in trial.emg.channels:
        for what, own, named in (("side", channel.side, side), ("muscle", channel.muscle, muscle)):
            if own is not None and named is not None and own != named:
                raise StudyError(
                    f"The name and channel {channel.name!r} differ in the {what}",
                    where=rule.name,
                    got=f"{named!r} in the name, {own!r} of the channel",
                    hint=f"A {{{what}}} in the pattern is that of the electrodes; for the side that works, "
                    "write {leg} or {arm}",
                )
        new = [word for word, own in ((muscle, channel.muscle), (side, channel.side)) if word and own is None]
        name = " ".join([channel.name, *new])
        channels.append(replace(channel, name=name, muscle=muscle or channel.muscle, side=side or channel.side))
    emg = replace(trial.emg, channels=tuple(channels))
    return replace(trial, streams={**trial.streams, "emg": emg})


@dataclass(frozen=True, kw_only=True)
class Using:
    """Which EMG channels of a recording the study uses: all but these.

    Parameters
    ----------
    name : str
        The recording's name within the data folder.
    channels, muscles : tuple of str
        Names of channels (emgkit's or the file's), and muscles, that the study file leaves out of this recording.
    """

    name: str
    channels: tuple[str, ...] = ()
    muscles: tuple[str, ...] = ()

    def leaves_out(self, channel: Channel) -> bool:
        """Whether a channel is left out."""
        return bool({channel.name, channel.heading} & set(self.channels)) or channel.muscle in self.muscles


def use_channels(trial: Trial, rule: Using) -> Trial:
    """The trial without the EMG channels that the study file leaves out.

    Raises
    ------
    StudyError
        No EMG channel is left, or a name is that of two channels.
    SignalError
        A channel that is used is constant.
    """
    for name in rule.channels:
        both = [channel for channel in trial.emg.channels if name in (channel.name, channel.heading)]
        if len(both) > 1:
            raise StudyError(
                f"{name!r} is the name of one channel and the heading of another",
                where=f"{rule.name}, [exclude] channels",
                allowed="a name that one channel has",
                got="; ".join(f"{channel.name!r}, in the file {channel.heading!r}" for channel in both),
                hint="Write the other name of the channel that is meant, or give it another under [channels]",
            )
    kept = [channel.name for channel in trial.emg.channels if not rule.leaves_out(channel)]
    if not kept:
        raise StudyError(
            "No EMG channel of the recording is left",
            where=rule.name,
            got=f"{listed(trial.emg.names)}, all of them left out under [exclude] channels",
            hint=f'Leave the recording out: [exclude] files = [{{ path = {_quoted(rule.name)}, reason = "…" }}]',
        )
    if len(kept) < len(trial.emg.channels):
        trial = replace(trial, streams={**trial.streams, "emg": trial.emg.pick(*kept)})
    values = {name: row[0] for name, row in zip(trial.emg.names, trial.emg.data, strict=True) if row.min() == row.max()}
    if values:
        raise SignalError(
            f"{'Channel' if len(values) == 1 else 'Channels'} {listed(values)} {'is' if len(values) == 1 else 'are'} "
            "constant",
            where=rule.name,
            allowed="a recorded signal",
            got=", ".join(f"{value + 0.0:g} V throughout" for value in dict.fromkeys(values.values())),
            hint=f"Check the electrode; to use the other channels write {_exclusions(list(values), trial.context)}; "
            "without the task, of all recordings",
        )
    return trial


def _exclusions(names: Sequence[str], facts: Mapping[str, Value]) -> str:
    """The line of a study file that leaves channels out of a recording."""
    where = "".join(f", {key} = {_quoted(str(facts[key]))}" for key in ("task", "session") if facts.get(key))
    who = f"participant = {_quoted(str(facts.get('participant', '')))}"
    entries = [f'{{ {who}, channel = {_quoted(name)}{where}, reason = "…" }}' for name in names[:3]]
    return f"[exclude] channels = [{', '.join(entries)}{', …' if len(names) > 3 else ''}]"


def _quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False)


def join_files(trial: Trial, paths: Sequence[Path], rules: Sequence[Joining]) -> Trial:
    """The trial with the streams of its second files beside its own.

    Raises
    ------
    EmgkitError
        A file cannot be read or joined, or holds EMG.
    """
    for path, rule in zip(paths, rules, strict=True):
        name = rule.reading.name
        other = _assembled(path, rule.reading)
        emg = [stream for stream in other if stream.startswith("emg")]
        if emg:
            raise StudyError(
                "A joined file holds EMG, too; a study needs all EMG at one rate, in the first file",
                where=name,
                allowed="markers, angles, forces, a trigger",
                got=f"the EMG channels {listed(channel for stream in emg for channel in other[stream].names)}",
                hint='Bring both into one file at one rate, or leave these aside: { kind = "MISC" } under channels',
            )
        remarks = tuple(replace(notice, text=f"{name}: {notice.text}") for notice in other.notices)
        trial = io.join(trial, replace(other, context={}, notices=remarks), offset=rule.offset, by=rule.by)
    return trial


def _assembled(path: Path, rule: Reading) -> Trial:
    """The trial of a file; labels in the rule that the file does not have are ignored."""
    content = io.load(path, sheet=rule.sheet, thousands=rule.thousands)
    # an MVC trial need not have every channel; `checks.check_labels` refuses labels that no recording has
    present = {name for signal in content.signals for name in (signal.label, signal.name)}
    for signal in content.signals:
        if signal.label != signal.name and {signal.label, signal.name} <= set(rule.channels):
            raise StudyError(
                f"One channel stands under two names: {signal.label!r} and {signal.name!r}",
                where=f"{rule.name}, [channels] of the study file",
                allowed="its heading in the file, or the name that emgkit makes of it",
                got="both",
                hint="Take one of the two lines out",
            )
    channels = {label: spec.model_dump(exclude_none=True) for label, spec in rule.channels.items() if label in present}
    overrides = io.Overrides(sfreq=rule.sfreq, units=rule.units, channels=channels)
    return io.assemble(content, overrides, where=rule.name)
