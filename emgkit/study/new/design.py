"""What the recordings of a folder make likely about the design of a study."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from emgkit.notation import listed
from emgkit.study.file.recordings import Way
from emgkit.study.new.inventory import FoundRecording, Inventory
from emgkit.study.new.question import Answer
from emgkit.study.new.signals import MOVING, FoundChannel
from emgkit.study.recordings.account.near import shortly

__all__ = [
    "FEW", "TILTING", "dead_channels", "exercise_name", "factors", "found_by", "left_out", "moving_channels",
    "other_signs", "renamed", "single_factors", "two_sided", "ways", "with_names", "without_emg", "without_mvc",
]  # fmt: skip

# kinds of channels that show repetitions in other ways than a movement does
_OTHER_SENSORS = (
    ("TRIG", "a trigger", "trigger"),
    ("ACCEL", "an accelerometer", "acceleration"),
    ("GYRO", "a gyroscope", "gyroscope"),
)  # fmt: skip
# sensors whose turn or tilt has phases, as an angle has
TILTING = frozenset({"ACCEL", "GYRO"})
# as many files are left out one by one, each with its reason
FEW = 8


def exercise_name(task: str) -> str:
    """The name of an exercise from its task.

    Examples
    --------
    >>> exercise_name("hipThrust"), exercise_name("squat{load}"), exercise_name("squat{load}kg")
    ('hip_thrust', 'squat', 'squat')
    """
    name = task.partition("{load}")[0].strip("_-. ")
    apart = "".join(f"_{sign}" if place and sign.isupper() and name[place - 1].islower() else sign
                    for place, sign in enumerate(name))  # fmt: skip
    return apart.lower().replace("-", "_").replace(" ", "_")


def found_by(own: tuple[FoundRecording, ...], answers: Mapping[str, Answer]) -> tuple[str | None, str]:
    """What shows the repetitions of an exercise, where only one thing does; else None, and a remark."""
    events = sum(one.repetitions > 0 for one in own)
    if events == len(own):
        return "events", ""
    channels = [[_settled(channel, answers) for channel in (*one.channels, *one.beside)] for one in own]
    kinds = [{channel.kind for channel in each} & set(MOVING) for each in channels]
    streams = sorted({MOVING[str(kind)] for kind in set().union(*kinds)})
    maybe = any(channel.kind is None and channel.movement for each in channels for channel in each)
    if not events and len(streams) == 1 and all(kinds) and not maybe:
        return streams[0], ""
    if events:
        return None, f"{events} of {len(own)} recordings have repetition events"
    names = dict.fromkeys(channel.name for each in channels for channel in each if channel.movement)
    if names:
        return None, f"the movement may be in {listed(names) if len(names) <= FEW else shortly(list(names))}"
    others = [one for each, recording in zip(channels, own, strict=True) if (one := other_signs(recording, each))]
    but = f", but {others[0]}" if others else ""
    return None, f"no recording of it has repetition events or a channel of movement{but}"


def other_signs(recording: FoundRecording, channels: Sequence[FoundChannel]) -> str:
    """The events and sensors of a recording that may show its repetitions too, with the way to use them."""
    events = ""
    if recording.labels:
        label, what = next(iter(recording.labels.items()))
        likely = f"{what} = {json.dumps(label, ensure_ascii=False)}"
        events = f'events ({shortly(list(recording.labels), 3)}): by = "events", events = {{ {likely} }}'
    return "; ".join(filter(None, [events, _other_sensors(channels)]))


def _other_sensors(channels: Sequence[FoundChannel]) -> str:
    """The sensors that may show repetitions, with the way to use them; empty without any.

    Examples
    --------
    >>> print(_other_sensors([FoundChannel(name="heel", kind="TRIG", unit="V", sfreq=1000.0)]))
    a trigger ('heel'): by = "trigger"
    """
    found = []
    for kind, what, way in _OTHER_SENSORS:
        names = [one.name for one in channels if (one.kind or one.likely_kind) == kind]
        if names:
            one_sensor = ", and channels = the axes of one sensor" if kind in TILTING and len(names) > 3 else ""
            found.append(f'{what} ({shortly(names, 3)}): by = "{way}"{one_sensor}')
    return "; ".join(found)


def _settled(channel: FoundChannel, answers: Mapping[str, Answer]) -> FoundChannel:
    """The channel with the kind that was answered."""
    kind = answers.get(f"channels.{channel.name}.kind")
    return channel if kind is None else replace(channel, kind=str(kind), likely_kind=None)


def ways() -> tuple[str, ...]:
    """The ways in which a study file can find repetitions."""
    return tuple(get_args(Way))


def moving_channels(own: Sequence[FoundRecording], by: str, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The channels of an exercise among which one shows the movement: of a stream, or of those that have several."""
    found: dict[str, dict[str, None]] = {}
    for one in own:
        for channel in (_settled(each, answers) for each in (*one.channels, *one.beside)):
            stream = MOVING.get(str(channel.kind))
            if stream is not None and by in (stream, "?"):
                found.setdefault(stream, {})[channel.name] = None
    return tuple(name for names in found.values() if len(names) > 1 for name in names)


def without_emg(inventory: Inventory) -> tuple[str, ...]:
    """Recordings of which no channel is EMG or may be."""
    return tuple(
        one.name
        for one in inventory.recordings
        if not any(channel.is_emg or (channel.kind is None and channel.movement) for channel in one.channels)
    )


def with_names(inventory: Inventory, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers, with muscle and side for channels that were answered to be another channel of the recordings."""
    found = dict(answers)
    channels = {channel.name: channel for channel in inventory.channels}
    for name, own in renamed(inventory).items():
        same = answers.get(f"channels.{name}.name")
        for key in ("muscle", "side"):
            answer = answers.get(f"channels.{same}.{key}") or getattr(channels.get(str(same)), key, None)
            if same in own and answer:
                found.setdefault(f"channels.{name}.{key}", answer)
    return found


def renamed(inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """EMG channels that only maximal contractions have, each with the channels of exercises that it may be."""
    in_exercises = {channel.name for one in inventory.exercises for channel in one.channels if channel.is_emg}
    in_mvcs = {channel.name: None for one in inventory.mvcs for channel in one.channels if channel.is_emg}
    without = tuple(
        channel.name for channel in inventory.channels if channel.name in in_exercises and channel.name not in in_mvcs
    )
    return dict.fromkeys((name for name in in_mvcs if name not in in_exercises), without) if without else {}


def factors(inventory: Inventory) -> tuple[str, ...]:
    """What differs within participants: the exercise, and facts in the names of its recordings."""
    tasks = [task for task, own in inventory.tasks.items() if not own[0].mvc]
    facts = sorted({fact for one in inventory.exercises for fact in one.named.facts})
    aside = {"participant", "task", "run", "group", "date"}
    varied = [fact for fact in facts if fact not in aside and len(inventory.values(fact)) > 1]
    if any("{load}" in task for task in tasks):
        varied.append("load")
    return (*(["exercise"] if len(tasks) > 1 else []), *varied)


def single_factors(inventory: Inventory, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """What could be compared within participants where there is one exercise and nothing else differs in it."""
    runs = ["run"] if len(inventory.values("run")) > 1 else []
    return (*runs, *(["side"] if two_sided(inventory, answers) else []))


def two_sided(inventory: Inventory, answers: Mapping[str, Answer]) -> bool:
    """Whether muscles were recorded on both sides, as far as the files, their headings and the answers tell."""
    sides = {
        answers.get(f"channels.{channel.name}.side") or channel.side or channel.likely_side
        for channel in inventory.channels
        if channel.is_emg
    }
    return {"left", "right"} <= sides


def left_out(inventory: Inventory) -> tuple[str, ...]:
    """Copies, files that the layouts take for recordings and that cannot be used, and those that no layout fits.

    A recording with the samples of another is one of them whatever its name: a run refuses both.
    """
    copies = [*(file.name for file in inventory.of("copy")), *inventory.doubles]
    unread = [file.name for file in inventory.of("cannot be read")]
    unread = [name for name in unread if name in inventory.taken or _fits(name, inventory)]
    return (*copies, *unread, *(file.name for file in inventory.of("name not understood")))


def _fits(name: str, inventory: Inventory) -> bool:
    if inventory.bids:
        return True
    return any(re.fullmatch(regex, name) for regex in {one.named.regex for one in inventory.recordings})


def without_mvc(inventory: Inventory) -> tuple[str, ...]:
    """Labels of participants of whom there is no maximal contraction, where others have one."""
    if not inventory.mvcs:
        return ()
    having = {one.person for one in inventory.mvcs}
    lacking = (one for one in inventory.exercises if one.person not in having)
    return tuple(dict.fromkeys(_label(one, inventory) for one in lacking))


def dead_channels(inventory: Inventory) -> tuple[tuple[str, str, str | None], ...]:
    """Channels of EMG that are constant: participant, channel, and the task, or None where it is so in every task."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in inventory.recordings:
        for name in one.constant:
            found.setdefault((_label(one, inventory), name), []).append(one.task)
    rows: list[tuple[str, str, str | None]] = []
    for (who, name), tasks in found.items():
        own = [one for one in inventory.recordings if _label(one, inventory) == who]
        having = [one.task for one in own if any(channel.name == name for channel in one.channels)]
        rows += (
            [(who, name, None)] if len(tasks) == len(having) else [(who, name, task) for task in dict.fromkeys(tasks)]
        )
    return tuple(rows)


def _label(one: FoundRecording, inventory: Inventory) -> str:
    """What a study file calls a participant."""
    return one.person if one.participant in inventory.shared_labels else one.participant
