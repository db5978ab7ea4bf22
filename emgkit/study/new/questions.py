"""What a folder of recordings does not say, as questions; each is one TODO of the study file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from emgkit._checks import nearest
from emgkit.errors import ArgumentError
from emgkit.notation import listed, number, readable
from emgkit.study.file.recordings import Comparison, Data, Exclude, Exercise
from emgkit.study.new.inventory import FoundRecording, Inventory
from emgkit.study.new.layouts import FoundLayout, layouts_of
from emgkit.study.new.signals import MOVING, FoundChannel
from emgkit.study.new.words import FIRST_PHASE, words_of

__all__ = [
    "Answer",
    "Question",
    "exercise_name",
    "factors",
    "parsed",
    "questions",
    "stand_ins",
    "two_sided",
    "unanswered",
    "ways",
]

Answer: TypeAlias = "str | float | bool"
# answers that take a line out of the file: no first phase, and no muscle
CYCLES, NO_MUSCLE = "cycles", "none"
# as many files are left out one by one, each with its reason
FEW = 8
_KINDS = ("EMG", "JNTANG", "POS", "ACCEL", "GYRO", "FORCE", "TRIG", "MISC")
_UNITS = {"JNTANG": "deg", "POS": "m", "ACCEL": "g", "GYRO": "deg/s", "FORCE": "N", "ECG": "mV"}
# how repetitions can be found, for the remark beside the question
_WAYS = {
    "position": "a channel of kind POS", "angle": "a channel of kind JNTANG",
    "events": "repetition events in the recordings", "none": "no repetitions: the whole recording",
    "table": "a table of times", "trigger": "a trigger channel", "acceleration": "a channel of kind ACCEL",
    "gyroscope": "a channel of kind GYRO", "emg": "bursts of the EMG",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the user has to say.

    Parameters
    ----------
    id : str
        ``"exercises.squat.starts"``.
    place : str
        Where the answer stands in the study file: ``"[exercises.squat]"``.
    key : str
        The key there.
    text : str
        The question.
    remark : str
        What stands beside the TODO: what is likely and why, and what is allowed.
    choices : tuple of str
        The answers that are allowed; empty: any.
    kind : {"text", "number", "yes or no"}
        What an answer is.
    stand_in : Answer
        An answer that is allowed, with which the file is checked.
    """

    id: str
    place: str
    key: str
    text: str
    remark: str = ""
    choices: tuple[str, ...] = ()
    kind: Literal["text", "number", "yes or no"] = "text"
    stand_in: Answer = "to be told"


def parsed(question: Question, text: str) -> Answer:
    """An answer as it was typed: a choice by its number or its text, a number, or yes or no.

    Raises
    ------
    ArgumentError
        It is none of these.

    Examples
    --------
    >>> one = Question(id="a.starts", place="[a]", key="starts", text="?", choices=("eccentric", "concentric"))
    >>> parsed(one, "2"), parsed(one, "eccentric")
    ('concentric', 'eccentric')
    """
    text = text.strip()
    if question.choices:
        if text.isdigit() and 1 <= int(text) <= len(question.choices):
            text = question.choices[int(text) - 1]
        if text not in question.choices:
            raise ArgumentError(
                "This is none of the answers", where=f"{question.place} {question.key}",
                allowed=f"{listed(question.choices)}, or a number from 1 to {len(question.choices)}", got=repr(text),
                hint=nearest(text, question.choices),
            )  # fmt: skip
    if question.kind == "number":
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = 0.0
        if not 0 < value < float("inf"):
            raise ArgumentError("This is no number above 0", where=f"{question.place} {question.key}", got=repr(text))
        return value
    if question.kind == "yes or no":
        if text.lower() not in ("yes", "no", "y", "n", "true", "false"):
            raise ArgumentError(
                "This is no answer", where=f"{question.place} {question.key}", allowed="yes or no", got=repr(text)
            )
        return text.lower() in ("yes", "y", "true")
    return text


def questions(inventory: Inventory, answers: Mapping[str, Answer] | None = None) -> tuple[Question, ...]:
    """The questions that a folder leaves open, in the order of the study file.

    Answers that were given decide which others are asked: a channel that is an angle has no muscle.
    """
    given = with_names(inventory, answers or {})
    return tuple(
        question
        for source in (_study, _data, _channels, _exercises, _mvc, _comparisons, _exclude)
        for question in source(inventory, given)
    )


def unanswered(inventory: Inventory, answers: Mapping[str, Answer]) -> tuple[Question, ...]:
    """The questions that these answers leave open."""
    given = with_names(inventory, answers)
    return tuple(one for one in questions(inventory, answers) if one.id not in given)


def stand_ins(inventory: Inventory) -> dict[str, Answer]:
    """An allowed answer to every question, with which a file is checked before it is written."""
    answers: dict[str, Answer] = {}
    while left := unanswered(inventory, answers):
        answers[left[0].id] = left[0].stand_in
    return answers


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


def has_key(table: type[BaseModel], key: str) -> bool:
    """Whether a table of the study file has a key."""
    return key in table.model_fields


def ways() -> tuple[str, ...]:
    """The ways in which a study file can find repetitions."""
    annotation = Exercise.model_fields["by"].annotation
    options = (
        get_args(annotation)
        if get_origin(annotation) is Literal
        else [value for part in get_args(annotation) for value in get_args(part)]
    )
    return tuple(str(one) for one in options)


def exercise_name(task: str) -> str:
    """The name of an exercise from its task.

    Examples
    --------
    >>> exercise_name("hipThrust"), exercise_name("squat{load}")
    ('hip_thrust', 'squat')
    """
    name = task.replace("{load}", "").strip("_-. ")
    apart = "".join(f"_{sign}" if place and sign.isupper() and name[place - 1].islower() else sign
                    for place, sign in enumerate(name))  # fmt: skip
    return apart.lower().replace("-", "_").replace(" ", "_")


def _study(_inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    yield Question(id="study.question", place="[study]", key="question", text="What shall be compared?")


def _data(inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    if not inventory.bids:
        layouts = layouts_of(inventory)
        rates = sorted({channel.sfreq for channel in inventory.channels if channel.is_emg and channel.sfreq})
        for place, layout in enumerate(layouts):
            yield from _layout(layout, place, several=len(layouts) > 1, rates=rates)
    if (inventory.companions and not has_key(Data, "join")) or len(left_out(inventory)) > FEW:
        yield Question(
            id="data.unused", place="[data]", key="unused", choices=("refuse", "report"), stand_in="report",
            text="Some files are no recordings of the study. Are they left out and listed?",
            remark=f'{_odd(inventory)}: "report" leaves them out and lists them, "refuse" stops the run',
        )  # fmt: skip
    if inventory.companions and has_key(Data, "join"):
        for place, layout in enumerate(layouts_of(inventory, companions=True)):
            yield Question(
                id=f"data.join.{place}.offset", place=f"[data] join, {layout.pattern}", key="offset", kind="number",
                text=f"How many seconds after the EMG do files named {layout.pattern} begin?",
                remark="seconds from the start of the EMG to the start of these files", stand_in=0.0,
            )  # fmt: skip
    if inventory.shared_labels and has_key(Data, "labels"):
        shared = inventory.shared_labels
        groups = listed(sorted({one.named.facts.get("group", "") for one in inventory.recordings}))
        yield Question(
            id="data.labels", place="[data]", key="labels",
            text=f"{shared[0]} stands in several groups ({groups}). Is it one person, or one in each?",
            remark=f'{shared[0]} stands in several groups: "per study" if it is one person, "per group" if several',
            choices=("per study", "per group"), stand_in="per study",
        )  # fmt: skip


def _odd(inventory: Inventory) -> str:
    """Files that no layout fits, shortly."""
    names = [*(one.name for one in inventory.companions if not has_key(Data, "join")), *left_out(inventory)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more files" if len(names) > 3 else "")


def _layout(layout: FoundLayout, index: int, *, several: bool, rates: Sequence[float]) -> Iterator[Question]:
    place = f"[data], files named {layout.pattern}" if several else "[data]"
    if layout.sfreq:
        stated = layout.stated_sfreq
        hint = f"a comment in {layout.example.name} says {number(stated)}" if stated else "the files do not say it"
        if rates and not stated:
            hint += f"; other files here have {' or '.join(map(number, rates))}"
        yield Question(
            id=f"data.{index}.sfreq", place=place, key="sfreq", kind="number", stand_in=1000.0,
            text=f"How many samples per second (Hz) have the files named {layout.pattern}?",
            remark=f"samples per second (Hz), without quotes; {hint}",
        )  # fmt: skip
    if layout.units:
        yield Question(
            id=f"data.{index}.units", place=place, key="units", stand_in="mV", choices=("V", "mV", "uV"),
            text=f"In which unit is the EMG of the files named {layout.pattern}?",
            remark='unit of the EMG: "V", "mV" or "uV"; the files do not say it',
        )  # fmt: skip


def _channels(inventory: Inventory, answers: Mapping[str, Answer]) -> Iterator[Question]:
    several = _streams_with_several(inventory)
    others = renamed(inventory)
    for channel in inventory.channels:
        if channel.name in others:
            own = others[channel.name]
            yield Question(
                id=f"channels.{channel.name}.name", place=f'[channels] "{channel.name}"', key="name", choices=own,
                text=f"Only maximal contractions have the channel {channel.name!r}. Which of the exercises' is it?",
                remark=f"only maximal contractions have it; the name of the same electrode elsewhere: {listed(own)}",
                stand_in=own[list(others).index(channel.name) % len(own)],
            )  # fmt: skip
        yield from _channel(channel, answers, one_of=several.get(channel.name, ()))


def _channel(channel: FoundChannel, answers: Mapping[str, Answer], *, one_of: tuple[str, ...]) -> Iterator[Question]:
    name = channel.name
    place, stem = f'[channels] "{name}"', f"channels.{name}"
    kind = channel.kind
    if (kind is None and channel.likely_kind is not None) or one_of:
        remark = _kind_remark(channel)
        if one_of:
            remark = f'{listed(one_of)} are one stream: kind = "MISC" sets aside all but that of the repetitions'
        likely = channel.kind or channel.likely_kind or "MISC"
        yield Question(
            id=f"{stem}.kind", place=place, key="kind", text=f"What is the channel {name!r}?", remark=remark,
            choices=_KINDS, stand_in=likely,
        )  # fmt: skip
        kind = str(answers[f"{stem}.kind"]) if f"{stem}.kind" in answers else "?"
    if kind in (None, "EMG") and not channel.muscle:
        yield Question(
            id=f"{stem}.muscle", place=place, key="muscle", stand_in="vastus_lateralis",
            text=f"Which muscle is the channel {name!r} (none: it is no EMG)?", remark=_muscle_remark(channel),
        )  # fmt: skip
        if channel.likely_side and answers.get(f"{stem}.muscle") != NO_MUSCLE:
            yield Question(
                id=f"{stem}.side", place=place, key="side", text=f"On which side is the channel {name!r}?",
                remark="", choices=("left", "right"), stand_in=channel.likely_side,
            )  # fmt: skip
    unit_unknown = channel.unit is not None and not channel.known_unit
    if (kind not in (None, "EMG") and not channel.known_unit) or unit_unknown:
        asked_of = kind if kind not in (None, "?") else channel.likely_kind or "EMG"
        likely = _UNITS.get(str(asked_of), "mV" if asked_of == "EMG" else "n/a")
        stated = "" if kind == "?" else f'such as "{likely}"'
        if unit_unknown:
            stated = f'the file says "{channel.unit}", which is no known unit'
        yield Question(
            id=f"{stem}.unit", place=place, key="unit", text=f"In which unit is the channel {name!r}?",
            remark=stated, stand_in=likely,
        )  # fmt: skip


def _kind_remark(channel: FoundChannel) -> str:
    if channel.likely_kind == "JNTANG":
        return 'an angle? kind = "JNTANG", unit = "deg"; EMG? muscle = "…" alone; else kind = "MISC", unit = "n/a"'
    if channel.likely_kind == "POS":
        return 'a position? kind = "POS", unit = "m"; EMG? muscle = "…" alone; else kind = "MISC", unit = "n/a"'
    unit = _UNITS.get(str(channel.likely_kind), "n/a")
    aside = "" if channel.likely_kind == "MISC" else '; to set it aside, kind = "MISC", unit = "n/a"'
    return f'by its heading kind = "{channel.likely_kind}", unit = "{unit}"{aside}'


def _muscle_remark(channel: FoundChannel) -> str:
    side = f', side = "{channel.likely_side}"' if channel.likely_side else ""
    if channel.likely_muscle:
        return f'likely muscle = "{channel.likely_muscle}"{side}: {channel.why}'
    return "; ".join(filter(None, [channel.why, f"likely{side[1:]}" if side else ""]))


def _streams_with_several(inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """Channels of an exercise that stand in one movement stream, by the name of each."""
    found: dict[str, tuple[str, ...]] = {}
    for one in inventory.exercises:
        for kind in MOVING:
            names = tuple(channel.name for channel in one.channels if channel.kind == kind)
            if len(names) > 1:
                found |= dict.fromkeys(names, names)
    return found


def _exercises(inventory: Inventory, answers: Mapping[str, Answer]) -> Iterator[Question]:
    for task, own in inventory.tasks.items():
        if own[0].mvc:
            continue
        name = exercise_name(task)
        place, stem = f"[exercises.{name}]", f"exercises.{name}"
        by, remark = found_by(own, answers)
        if by is None:
            yield Question(
                id=f"{stem}.by", place=place, key="by", remark=remark, choices=ways(), stand_in="position",
                text=f"What shows the repetitions of {readable(name)!r}?",
            )  # fmt: skip
            moves = any(channel.movement for one in own for channel in one.channels)
            by = str(answers.get(f"{stem}.by", "?" if moves else ""))
        if by in (*MOVING.values(), "?"):
            yield _starts(name, place, stem)


def _starts(name: str, place: str, stem: str) -> Question:
    usual = FIRST_PHASE.get("".join(words_of(name)))
    likely = f'{readable(name)} usually begins "{usual}"; ' if usual in ("eccentric", "concentric") else ""
    if usual == "cycles":
        likely = f"{readable(name)} usually has cycles; "
    return Question(
        id=f"{stem}.starts", place=place, key="starts", choices=("eccentric", "concentric", CYCLES),
        text=f"With which phase does a repetition of {readable(name)!r} begin (cycles: none, as in gait)?",
        remark=f'{likely}write "eccentric" or "concentric", or take the line out for cycles such as gait',
        stand_in="eccentric",
    )  # fmt: skip


def _may_move(own: tuple[FoundRecording, ...]) -> bool:
    return any(channel.movement for one in own for channel in one.channels)


def found_by(own: tuple[FoundRecording, ...], answers: Mapping[str, Answer]) -> tuple[str | None, str]:
    """What shows the repetitions of an exercise, where only one thing does; else None, and a remark."""
    events = sum(one.repetitions > 0 for one in own)
    if events == len(own):
        return "events", ""
    channels = [[_settled(channel, answers) for channel in one.channels] for one in own]
    kinds = [{channel.kind for channel in each} & set(MOVING) for each in channels]
    streams = sorted({MOVING[str(kind)] for kind in set().union(*kinds)})
    maybe = any(channel.kind is None and channel.movement for each in channels for channel in each)
    if not events and len(streams) == 1 and all(kinds) and not maybe:
        return streams[0], ""
    if events:
        return None, f'"events": {events} of {len(own)} recordings have repetition events. Allowed: {_allowed()}'
    names = dict.fromkeys(channel.name for each in channels for channel in each if channel.movement)
    if names:
        return None, f"the movement may be in {listed(names)}. Allowed: {_allowed()}"
    return None, f"no recording of it has repetition events or a channel of movement. Allowed: {_allowed()}"


def _settled(channel: FoundChannel, answers: Mapping[str, Answer]) -> FoundChannel:
    """The channel with the kind that was answered."""
    kind = answers.get(f"channels.{channel.name}.kind")
    return channel if kind is None else replace(channel, kind=str(kind), likely_kind=None)


def _allowed() -> str:
    return ", ".join(f'"{way}" ({_WAYS[way]})' if way in _WAYS else f'"{way}"' for way in ways())


def _mvc(inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    if not inventory.mvcs:
        yield Question(
            id="mvc.own_task_maximum", place="[mvc]", key="own_task_maximum", kind="yes or no", stand_in=True,
            text="No name has a word for a maximal contraction. Is 100 % the best half second of one's own tasks?",
            remark='no name has a word for a maximal contraction, such as mvc or max. true: 100 % is the best half '
            'second of a participant\'s own tasks. Or name the trials in place of this line: tasks = ["…"]',
        )  # fmt: skip
        return
    incomplete = [task for task, own in inventory.tasks.items() if own[0].mvc and inventory.lacking(task)]
    with_any = {one.person for one in inventory.mvcs}
    lacking = sorted({who for task in incomplete for who in inventory.lacking(task)} & with_any)
    if lacking:
        yield Question(
            id="mvc.all_positions", place="[mvc]", key="all_positions", kind="yes or no", stand_in=False,
            text=f"Some people lack an MVC task that others have ({', '.join(lacking)}). Must everybody have all?",
            remark=f"{', '.join(lacking)}: an MVC task that others have is missing. false: the other tasks are used; "
            "true: the run stops",
        )  # fmt: skip
    sessions = {(one.person, one.named.facts.get("session")) for one in inventory.exercises}
    if sessions - {(one.person, one.named.facts.get("session")) for one in inventory.mvcs} and with_any >= {
        who for who, _ in sessions
    }:
        yield Question(
            id="mvc.across_sessions", place="[mvc]", key="across_sessions", kind="yes or no", stand_in=True,
            text="Some sessions have no maximal contraction. Is one reference used for all sessions of a participant?",
            remark="some sessions have no maximal contraction. true: one reference for all sessions of a participant",
        )  # fmt: skip


def factors(inventory: Inventory) -> tuple[str, ...]:
    """What differs within participants: the exercise, and facts in the names of its recordings."""
    tasks = [task for task, own in inventory.tasks.items() if not own[0].mvc]
    facts = sorted({fact for one in inventory.exercises for fact in one.named.facts})
    aside = {"participant", "task", "run", "group", "date"}
    varied = [fact for fact in facts if fact not in aside and len(inventory.values(fact)) > 1]
    if any("{load}" in task for task in tasks):
        varied.append("load")
    return (*(["exercise"] if len(tasks) > 1 else []), *varied)


def two_sided(inventory: Inventory, answers: Mapping[str, Answer]) -> bool:
    """Whether muscles were recorded on both sides, as far as the files, their headings and the answers tell."""
    sides = {
        answers.get(f"channels.{channel.name}.side") or channel.side or channel.likely_side
        for channel in inventory.channels
        if channel.is_emg
    }
    return {"left", "right"} <= sides


def _comparisons(inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    found = factors(inventory)
    if len(found) > 1:
        choices = " or ".join(f'"{one}"' for one in found)
        yield Question(
            id="comparisons.within", place="[[comparisons]]", key="within", choices=found, stand_in=found[0],
            text="What is compared? The others are held constant in each comparison.",
            remark=f"what is compared: {choices}; the others stand in by",
        )  # fmt: skip
    tasks = [task for task, own in inventory.tasks.items() if not own[0].mvc and inventory.lacking(task)]
    if tasks and has_key(Comparison, "missing"):
        names = {task: readable(exercise_name(task)) for task in tasks}
        who = "; ".join(f"{', '.join(inventory.lacking(task))} without {name}" for task, name in names.items())
        yield Question(
            id="comparisons.missing", place="[[comparisons]]", key="missing", choices=("refuse", "pairwise"),
            text=f"Recordings are missing: {who}. What is done in the comparisons?", stand_in="pairwise",
            remark=f'{who}. "pairwise": each contrast uses the people who have both; "refuse": the run stops',
        )  # fmt: skip


def _exclude(inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    for file in left_out(inventory) if len(left_out(inventory)) <= FEW else ():
        yield Question(
            id=f"exclude.files.{file}", place=f"[exclude] files, {file}", key="reason",
            text=f"Why is {file} left out?", stand_in="no recording of the study",
        )  # fmt: skip
    for who in without_mvc(inventory):
        yield Question(
            id=f"exclude.participants.{who}", place=f"[exclude] participants, {who}", key="reason",
            text=f"{who} has no maximal contraction. Why is {who} left out?", stand_in="no maximal contraction",
        )  # fmt: skip
    if has_key(Exclude, "channels"):
        for who, channel, task in dead(inventory):
            yield Question(
                id=f"exclude.channels.{who}.{channel}.{task}", key="reason",
                place=f"[exclude] channels, {who}, {channel}",
                text=f"The channel {channel!r} of {who}, {task}, is constant. Why is it left out?",
                remark=f"constant in {task}", stand_in="no signal",
            )  # fmt: skip


def left_out(inventory: Inventory) -> tuple[str, ...]:
    """Files that the layouts take for recordings and that cannot be used."""
    return tuple(file.name for file in inventory.of("cannot be read") if _fits(file.name, inventory)) + tuple(
        file.name for file in inventory.of("name not understood")
    )


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
    shared = inventory.shared_labels
    return tuple(dict.fromkeys(one.person if one.participant in shared else one.participant for one in lacking))


def dead(inventory: Inventory) -> tuple[tuple[str, str, str], ...]:
    """Channels of EMG that are constant: participant, channel, task."""
    return tuple((one.participant, name, one.task) for one in inventory.recordings for name in one.constant)
