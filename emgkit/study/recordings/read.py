"""Read: a recording's file as a trial, with the facts in its name and in the study file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emgkit import io
from emgkit.errors import SignalError, StudyError
from emgkit.notation import listed
from emgkit.recording import Trial
from emgkit.study.file.recordings import ChannelSpec

__all__ = ["Reading", "read"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is known of a recording beside its file.

    Parameters
    ----------
    name : str
        Its name within the data folder.
    facts : mapping of str to str
        The facts in the name: ``participant, group, session, task, run``.
    sfreq, units
        As for :func:`emgkit.read`.
    channels : mapping of str to ChannelSpec
        The meaning of labels; labels that the file does not have are ignored.
    """

    name: str
    facts: Mapping[str, str]
    sfreq: float | None = None
    units: str | Mapping[str, str] | None = None
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)


def read(path: Path, rule: Reading) -> Trial:
    """Read a recording and give it the facts in its name and in the study file.

    Raises
    ------
    EmgkitError
        The file cannot be read, or has no EMG.
    """
    content = io.load(path)
    # an MVC trial need not have every channel; `checks.check_labels` refuses labels that no recording has
    present = {name for signal in content.signals for name in (signal.label, signal.name)}
    channels = {label: spec.model_dump(exclude_none=True) for label, spec in rule.channels.items() if label in present}
    overrides = io.Overrides(sfreq=rule.sfreq, units=rule.units, channels=channels)
    trial = io.assemble(content, overrides, where=rule.name)
    if "emg" not in trial:
        raise StudyError("The recording has no EMG channel", where=rule.name, got=listed(trial))
    if "emg_2" in trial:
        raise StudyError(
            "The recording has EMG at two rates; a study needs one",
            where=rule.name,
            got=listed(name for name in trial if name.startswith("emg")),
        )
    for channel, samples in zip(trial.emg.channels, trial.emg.data, strict=True):
        if samples.min() == samples.max():
            raise SignalError(
                f"Channel {channel.name!r} is constant",
                where=rule.name,
                allowed="a recorded signal",
                got=f"{samples[0]:g} V throughout",
                hint="Check the electrode; leave the recording out under [exclude] files with the reason",
            )
    return trial.with_context(**rule.facts)
