"""What must hold of all recordings of a study together, before any is processed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.io.channel_map import ChannelSpec
from emgkit.notation import fixed, listed, number
from emgkit.signal_quality import in_words
from emgkit.signal_quality.copies import equal
from emgkit.study.recordings.account import RecordingSource
from emgkit.study.recordings.account.near import shortly
from emgkit.study.recordings.account.survey import Survey
from emgkit.study.recordings.keys import Stage

__all__ = [
    "Loaded",
    "absence_notices",
    "are_simulated",
    "check_labels",
    "check_muscles",
    "check_positions",
    "length_notices",
    "position_notices",
    "refuse_amplitudes",
    "refuse_duplicates",
]

# a recording below this share of the median duration of its task is told
_SHORT = 0.5


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A source and what was read from it."""

    source: RecordingSource
    survey: Survey


def check_labels(loaded: Sequence[Loaded], channels: Mapping[str, ChannelSpec]) -> None:
    """Refuse a label of ``[channels]`` that no recording has.

    Raises
    ------
    StudyError
        Names the label and the nearest there is.
    """
    every = [(one, channel) for one in loaded for stream in one.survey.streams.values() for channel in stream]
    present = sorted({name for one, channel in every for name in _labels(one, channel.name)})
    headings = {channel.heading for _, channel in every}
    # the channels of a layout describe a kind of file, and some of them need not be there
    for label, spec in channels.items():
        if label not in headings and (spec.name or label) not in present:
            raise StudyError(
                f"No recording has the channel {label!r}",
                where="[channels] of the study file",
                allowed=listed(present),
                hint=nearest(label, present),
            )


def _labels(one: Loaded, name: str) -> Iterator[str]:
    """The name of a channel, and that without the side and the muscle that are in the name of the file."""
    yield name
    for what in ("side", "muscle"):
        if what in one.source.facts:
            name = name.removesuffix(f" {one.source.facts[what]}")
            yield name


def check_muscles(loaded: Sequence[Loaded]) -> None:
    """Refuse EMG channels without a muscle, in a study that compares muscles.

    Raises
    ------
    StudyError
        Names the channel and the line that is missing.
    """
    for one in loaded:
        for channel in one.survey.emg:
            if channel.muscle is None:
                raise StudyError(
                    f"Channel {channel.name!r} has no muscle",
                    where=one.source.name,
                    hint=f'Say it in the study file: [channels] "{channel.name}" = {{ muscle = "vastus_lateralis" }}, '
                    'or leave the channel aside: { kind = "MISC" }',
                )


def check_positions(loaded: Sequence[Loaded]) -> None:
    """Refuse a participant's session that lacks an MVC task which another has.

    Raises
    ------
    StudyError
        Names the participant, the session and the tasks.
    """
    tasks: dict[tuple[str, str | None], set[str]] = {}
    for one in loaded:
        own = tasks.setdefault((one.source.participant, one.source.session), set())
        if one.source.mvc:
            own.add(one.source.task)
    every = set().union(*tasks.values())
    for (participant, session), own in tasks.items():
        # a session without any MVC trial is refused, in more detail, where sessions are put together
        if own and own != every:
            raise StudyError(
                f"There is no MVC trial {listed(sorted(every - own))} of participant {participant}"
                + (f", session {session}" if session else ""),
                allowed=f"the MVC tasks that others have: {listed(sorted(every))}",
                got=listed(sorted(own)),
                hint="Leave the participant out under [exclude], or accept the rest: [mvc] all_positions = false",
            )


def position_notices(loaded: Sequence[Loaded], *, across_sessions: bool) -> tuple[Notice, ...]:
    """A notice of each channel whose reference lacks an MVC task that the channel has with others."""
    found: dict[str, dict[tuple[str, str | None], set[str]]] = {}
    for one in (one for one in loaded if one.source.mvc):
        whose = (one.source.participant, None if across_sessions else one.source.session)
        for channel in (channel.name for channel in one.survey.emg):
            found.setdefault(channel, {}).setdefault(whose, set()).add(one.source.task)
    lacking: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for channel, own in found.items():
        every = set().union(*own.values())
        for (participant, session), tasks in own.items():
            who = repr(participant) + (f", session {session!r}" if session else "")
            if tasks != every:
                lacking.setdefault((channel, tuple(sorted(every - tasks)), tuple(sorted(tasks))), []).append(who)
    return tuple(
        Notice(
            code="mvc-positions-uneven",
            text=f"The reference of {channel!r} of {' and '.join(people)} stands on {listed(own)} alone; others have "
            f"{listed(gone)} of the channel, too.",
        )
        for (channel, gone, own), people in lacking.items()
    )


def absence_notices(sources: Iterable[RecordingSource], sessions: Iterable[Stage[Any]]) -> tuple[Notice, ...]:
    """A notice of the people who are in no session, because no recording of an exercise of theirs is used.

    Who is left out with all that was recorded needs none.

    Parameters
    ----------
    sources : iterable of RecordingSource
        All recordings, those among them whose task the study does not name.
    sessions : iterable of Stage
        The sessions of all comparisons.
    """
    there = {stage.parameters.participant for stage in sessions}
    absent = dict.fromkeys(one.participant for one in sources if not one.excluded and one.participant not in there)
    if not absent:
        return ()
    are, their = ("is", "this participant") if len(absent) == 1 else ("are", "these participants")
    text = f"{shortly(list(absent))} {are} in no comparison: no recording of an exercise of {their} is used."
    return (Notice(code="participants-not-compared", text=text),)


def length_notices(loaded: Sequence[Loaded]) -> tuple[Notice, ...]:
    """A notice of each recording that is shorter than half of the median of its task; three tell what is usual."""
    tasks: dict[str, list[Loaded]] = {}
    for one in loaded:
        if not one.source.excluded:
            tasks.setdefault(one.source.task, []).append(one)
    notices = []
    for task, same in tasks.items():
        usual = statistics.median(one.survey.duration for one in same)
        for one in same:
            if len(same) > 2 and one.survey.duration < _SHORT * usual:
                text = (
                    f"{one.source.name} lasts {fixed(one.survey.duration, 1)} s; the median of the {len(same)} "
                    f"recordings of {task!r} is {fixed(usual, 1)} s."
                )
                notices.append(Notice(code="recording-short", text=text, hint="Look whether it is whole."))
    return tuple(notices)


def refuse_amplitudes(loaded: Sequence[Loaded], *, up_to: float) -> None:
    """Refuse EMG with a sample farther from its median than a limit (V): a wrong unit, or a gross artefact.

    Raises
    ------
    StudyError
        Names the recordings and channels, and the line that keeps them.
    """
    found = [
        (largest, f"{one.source.name}, {name!r}: {in_words(largest)}")
        for one in loaded
        for name, largest in one.survey.extremes
        if largest > up_to
    ]
    if found:
        some = "; ".join(text for _, text in found[:4]) + (f"; {len(found) - 4} more" if len(found) > 4 else "")
        raise StudyError(
            "Some EMG is larger than any amplifier for it gives",
            allowed=f"samples up to {in_words(up_to)} from the median; amplifiers for surface EMG take some 30 mV",
            got=some,
            hint="If few samples are that large, leave the recording or the channel out under [exclude]; if the unit "
            "is wrong, correct it; if the signal holds the amplifier's gain, write "
            f"[data] up_to_volts = {_above(max(size for size, _ in found))}",
        )


def _above(volts: float) -> str:
    """A round number above a voltage."""
    step = 10.0 ** math.floor(math.log10(volts))
    return number((math.floor(volts / step) + 1) * step)


def are_simulated(loaded: Sequence[Loaded]) -> bool:
    """Whether the recordings say that they are simulated; a mixture is refused.

    Raises
    ------
    StudyError
        Names one recording of each kind.
    """
    found = {one.survey.simulated: one.source.name for one in loaded}
    if len(found) == 2:
        raise StudyError(
            "Simulated and recorded data are mixed",
            got=f"{found[True]} is simulated, {found[False]} is not",
            hint="Analyse them in two studies",
        )
    return found.get(True) is not None


def refuse_duplicates(loaded: Sequence[Loaded], *, comparison: str) -> None:
    """Refuse recordings that are copies of one another.

    Raises
    ------
    StudyError
        Names each group of copies; the study file must exclude all but one of each.
    """
    groups = equal({one.source.name: one.survey.samples for one in loaded})
    if groups:
        raise StudyError(
            "Some recordings are copies of one another, and the study file does not exclude them",
            where=f"comparison {comparison!r}",
            got="; ".join(group.notice.text for group in groups),
            hint="Find out whose they are, or list them under [exclude] files with the reason",
        )
