"""What a folder of recordings does not say, as questions; each is one TODO of the study file."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence

from emgkit.io.naming.likely.words import FIRST_PHASE, words_of
from emgkit.notation import listed, number, readable
from emgkit.study.file.read import has_key
from emgkit.study.file.recordings import Comparison, Data, Exclude
from emgkit.study.new.design import (
    FEW,
    TILTING,
    dead_channels,
    exercise_name,
    factors,
    found_by,
    left_out,
    moving_channels,
    renamed,
    single_factors,
    ways,
    with_names,
    without_mvc,
)
from emgkit.study.new.inventory import FoundRecording, Inventory
from emgkit.study.new.layouts import FoundLayout, layouts_of, spellings
from emgkit.study.new.markers import likely_vertical, markers_in_words
from emgkit.study.new.question import CYCLES, NO_MUSCLE, Answer, Question
from emgkit.study.new.signals import MOVING, FoundChannel
from emgkit.toml_files import one_line

__all__ = ["help_on_exercises", "questions", "stand_ins", "unanswered"]

# so many signs of a list of channels stand in a remark
_LISTED = 250
_KINDS = ("EMG", "JNTANG", "POS", "ACCEL", "GYRO", "FORCE", "TRIG", "MISC")
_UNITS = {"JNTANG": "deg", "POS": "m", "ACCEL": "g", "GYRO": "deg/s", "FORCE": "N", "ECG": "mV"}
# how repetitions can be found, for the remark beside the question
_WAYS = {
    "position": "a channel of kind POS", "angle": "a channel of kind JNTANG",
    "events": "repetition events in the recordings", "none": "no repetitions: the whole recording",
    "table": "a table of times", "trigger": "a trigger channel", "acceleration": "a channel of kind ACCEL",
    "gyroscope": "a channel of kind GYRO", "emg": "bursts of the EMG",
}  # fmt: skip


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


def _study(_inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    yield Question(id="study.question", place="[study]", key="question", text="What shall be compared?")


def _data(inventory: Inventory, _answers: Mapping[str, Answer]) -> Iterator[Question]:
    if not inventory.bids:
        layouts = layouts_of(inventory)
        rates = sorted({channel.sfreq for channel in inventory.channels if channel.is_emg and channel.sfreq})
        if any(layout.participant for layout in layouts):
            yield Question(
                id="data.participant", place="[data]", key="participant", stand_in="P1",
                text="The names of the files hold no participant. What is the label of the person recorded?",
                remark="the names hold no participant: the label of the one person that all these files are of",
            )  # fmt: skip
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
            if layout.sfreq:
                yield Question(
                    id=f"data.join.{place}.sfreq", place=f"[data] join, {layout.pattern}", key="sfreq", kind="number",
                    text=f"How many samples per second (Hz) have the files named {layout.pattern}?",
                    remark="their samples per second (Hz), which these files do not say", stand_in=100.0,
                )  # fmt: skip
            if layout.thousands:
                yield _thousands(layout, f"data.join.{place}.thousands", f"[data] join, {layout.pattern}")
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
            choices=("per study", "per group"), stand_in="per group",
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
    for fact in layout.values:
        if same := spellings(layout, fact):
            yield Question(
                id=f"data.{index}.{fact}", place=place, key=f"values.{fact}", kind="yes or no", stand_in=True,
                text=f"Is it one {fact} each? They differ by case or blanks only: {same}", remark="",
            )  # fmt: skip
    if layout.thousands:
        yield _thousands(layout, f"data.{index}.thousands", place)
    if layout.units:
        yield Question(
            id=f"data.{index}.units", place=place, key="units", stand_in="mV", choices=("V", "mV", "uV"),
            text=f"In which unit is the EMG of the files named {layout.pattern}?",
            remark='unit of the EMG: "V", "mV" or "uV"; the files do not say it',
        )  # fmt: skip


def _thousands(layout: FoundLayout, id: str, place: str) -> Question:
    sign, shown = layout.thousands or ("", "")
    return Question(
        id=id, place=place, key="thousands", choices=(sign, ""), stand_in=sign,
        text=f"Which sign separates thousands in the files named {layout.pattern} (the second answer: none does)?",
        remark=f'the sign between thousands; the numbers can be read in two ways ({one_line(shown)}): likely "{sign}"; '
        'where no sign separates thousands, ""',
    )  # fmt: skip


def _channels(inventory: Inventory, answers: Mapping[str, Answer]) -> Iterator[Question]:
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
        yield from _channel(channel, answers)


def _channel(channel: FoundChannel, answers: Mapping[str, Answer]) -> Iterator[Question]:
    name = channel.name
    place, stem = f'[channels] "{name}"', f"channels.{name}"
    kind = channel.kind
    if kind is None and channel.likely_kind is not None:
        yield Question(
            id=f"{stem}.kind", place=place, key="kind", text=f"What is the channel {name!r}?",
            remark=_kind_remark(channel), choices=_KINDS, stand_in=channel.likely_kind,
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
            stated = f'the file says "{channel.unit}", which is not a known unit'
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
            seen = [channel for one in own for channel in (*one.channels, *one.beside)]
            moves = any(channel.movement or (channel.kind or channel.likely_kind) in TILTING for channel in seen)
            by = str(answers.get(f"{stem}.by", "?" if moves else ""))
        if by in ("acceleration", "gyroscope"):
            yield _starts(name, place, stem)
        if by in (*MOVING.values(), "?"):
            channels = moving_channels(own, by, answers)
            if channels:
                yield _moving_channel(name, channels, own, settled=by != "?")
            yield _starts(name, place, stem)


def _moving_channel(
    exercise: str, channels: tuple[str, ...], own: Sequence[FoundRecording], *, settled: bool
) -> Question:
    counts = {channel: [one.counted[channel] for one in own if channel in one.counted] for channel in channels}
    alike = [channel for channel, found in counts.items() if len(found) == len(own) and min(found) > 0]
    most = max(alike, key=lambda channel: min(counts[channel]), default=channels[0])
    vertical = likely_vertical(channels, [one.ranges for one in own])
    shown = textwrap.shorten(", ".join(channels), _LISTED, placeholder=" …")
    remark = f"the channel that shows the movement, one of {len(channels)}; the others are not used: {shown}"
    if markers := markers_in_words(channels):
        remark = f"the channel that shows the movement, one of {len(channels)}, {markers}; the others are not used"
    if vertical:
        remark += f'. Likely channel = "{one_line(vertical)}": of the axes called z, usually the vertical ones, it '
        remark += "moves most"
    return Question(
        id=f"exercises.{exercise}.channel", place=f"[exercises.{exercise}]", key="channel", choices=channels,
        text=f"Which channel shows the movement of {readable(exercise)!r}?", stand_in=vertical or most,
        remark=remark if settled else f"{remark}. Take the line out where the repetitions are in no channel",
    )  # fmt: skip


def _starts(name: str, place: str, stem: str) -> Question:
    usual = FIRST_PHASE.get("".join(words_of(name)))
    likely = f'{readable(name)} usually begins "{usual}"' if usual in ("eccentric", "concentric") else ""
    if usual == CYCLES:
        likely = f"{readable(name)} usually has cycles"
    return Question(
        id=f"{stem}.starts", place=place, key="starts", choices=("eccentric", "concentric", CYCLES),
        text=f"With which phase does a repetition of {readable(name)!r} begin (cycles: none, as in gait)?",
        remark=likely,
        stand_in="eccentric",
    )  # fmt: skip


def help_on_exercises(asked: Collection[str]) -> list[str]:
    """What may stand in the keys of exercises that are open."""
    by = ", ".join(f'"{way}" ({_WAYS[way]})' if way in _WAYS else f'"{way}"' for way in ways())
    texts = {
        "by": f"by: what shows the repetitions, {by}",
        "starts": 'starts: the first phase of a repetition, "eccentric" or "concentric"; take the line out for cycles '
        "such as gait, and where the repetitions are in no channel",
    }
    return [text for key, text in texts.items() if key in asked]


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


def _comparisons(inventory: Inventory, answers: Mapping[str, Answer]) -> Iterator[Question]:
    found = factors(inventory)
    if not found and (single := single_factors(inventory, answers)):
        yield Question(
            id="comparisons.within", place="[[comparisons]]", key="within", choices=(*single, "exercise"),
            text='There is one exercise. What is compared in it ("exercise": nothing, it is described)?',
            remark="what is compared: " + ", ".join(f'"{one}"' for one in single) + ', or "exercise": nothing is '
            "compared, and the run describes the one exercise",
            stand_in="exercise",
        )  # fmt: skip
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
        for who, channel, task in dead_channels(inventory):
            yield Question(
                id=f"exclude.channels.{who}.{channel}.{task}", key="reason",
                place=f"[exclude] channels, {who}, {channel}",
                text=f"The channel {channel!r} of {who} is constant ({task or 'every task'}). Why is it left out?",
                stand_in="no signal",
            )  # fmt: skip
