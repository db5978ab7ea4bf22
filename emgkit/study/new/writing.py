"""The study file of a folder of recordings: what was found as values, and what is open as TODO."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emgkit.io.naming.likely.parts import IN_SHEET
from emgkit.notation import first_few, series
from emgkit.study.file.read import has_key
from emgkit.study.file.recordings import Exclude
from emgkit.study.new.design import (
    FEW,
    dead_channels,
    exercise_name,
    factors,
    found_by,
    left_out,
    two_sided,
    with_names,
    without_emg,
    without_mvc,
)
from emgkit.study.new.inventory import FoundRecording, Inventory
from emgkit.study.new.layouts import FoundLayout, layouts_of, spellings
from emgkit.study.new.question import CYCLES, NO_MUSCLE, Answer, Question
from emgkit.study.new.questions import help_on_exercises, questions
from emgkit.study.recordings.account.near import shortly
from emgkit.toml_files import as_comment, as_key, as_toml, one_line

__all__ = ["REPETITIONS", "SCHEMA", "study_text", "unseen"]

SCHEMA = "study.schema.json"
REPETITIONS = "reps.csv"
# the upper limit of the usual band, and the lowest rate that holds it
_HIGH, _LEAST_RATE = 450, 1000


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """What is written: the inventory, the answers, and the open questions by their ids."""

    inventory: Inventory
    answers: Mapping[str, Answer]
    open: Mapping[str, Question]
    template: str

    def known(self, id: str) -> bool:
        """Whether a question is asked, answered or not."""
        return id in self.open

    def value(self, id: str) -> str:
        """The answer as TOML, or a TODO."""
        if id in self.answers:
            return as_toml(self.answers[id])
        return '"TODO: what shall be compared?"' if id == "study.question" else '"TODO"'

    def remark(self, *ids: str) -> list[str]:
        """Comment lines for the questions among these that are open."""
        texts = [self.open[id].remark for id in ids if id in self.open and id not in self.answers]
        return as_comment("; ".join(filter(None, dict.fromkeys(texts))))

    def lines(self, *ids: str) -> list[str]:
        """A line a question; none for one that is not asked or that is answered by leaving the line out."""
        asked = [id for id in ids if id in self.open and self.answers.get(id) != CYCLES]
        return [line for id in asked for line in (*self.remark(id), f"{self.open[id].key} = {self.value(id)}")]


def study_text(
    inventory: Inventory,
    *,
    title: str,
    here: str,
    answers: Mapping[str, Answer] | None = None,
    by_regex: bool = False,
    misread: Sequence[str] = (),
) -> str:
    """The text of the study file.

    Parameters
    ----------
    inventory : Inventory
        What the folder holds.
    title : str
        The study's title.
    here : str
        The folder of recordings as seen from the study's.
    answers : mapping, optional
        Answers to :func:`emgkit.study.new.questions.questions`, by id; each of the others is a TODO.
    by_regex : bool
        Whether layouts are regular expressions, for names that patterns cannot tell apart.
    misread : sequence of str
        Recordings whose names a run would read otherwise than was found.
    """
    given = with_names(inventory, answers or {})
    asked = {one.id: one for one in questions(inventory, given)}
    sheet = _Sheet(inventory=inventory, answers=given, open=asked, template="regex" if by_regex else "pattern")
    asked_first = sheet.lines("study.question")
    parts = [
        f"#:schema ./{SCHEMA}",
        "\n".join(["[study]", f"title = {as_toml(title)}", *asked_first]),
        "\n".join([*_data(sheet, here), *_doubt(misread), *_no_emg(inventory)]),
        *_layout_tables(sheet),
        *_channels(sheet),
        *_exercises(sheet),
        "\n".join(_mvc(sheet)),
        *_steps(inventory),
        *_repetitions(sheet),
        *_summary(sheet),
        "\n".join(_comparison(sheet)),
        *_exclude(sheet),
    ]
    return "\n\n".join(parts) + "\n"


def _data(sheet: _Sheet, here: str) -> list[str]:
    inventory = sheet.inventory
    if inventory.bids:
        return ["[data]", f"bids = {as_toml(here)}"]
    lines = ["[data]", f"folder = {as_toml(here)}"]
    layouts = layouts_of(inventory)
    if _short(sheet, layouts):
        lines += [_named(layouts[0]), *_pattern(layouts[0].pattern)]
        lines += sheet.lines("data.0.sfreq", "data.0.thousands", "data.0.units")
    lines += sheet.lines("data.labels", "data.unused")
    joined = []
    for place, layout in enumerate(layouts_of(inventory, companions=True)):
        ids = {key: f"data.join.{place}.{key}" for key in ("sfreq", "thousands", "offset")}
        if sheet.known(ids["offset"]):
            asked = [f"{key} = {sheet.value(id)}" for key, id in ids.items() if sheet.known(id)]
            inside = ", ".join([*_pattern(layout.pattern), *asked])
            joined += [*sheet.remark(*ids.values()), f"  {{ {inside} }},"]
    return [*lines, "join = [", *joined, "]"] if joined else lines


def _doubt(misread: Sequence[str]) -> list[str]:
    """A TODO for names that a run would read otherwise."""
    if not misread:
        return []
    names = first_few(misread, 3)
    first, *more = as_comment(f"TODO: emgkit run would not read these names as it is meant here: {names}")
    return [first, *more]


def _no_emg(inventory: Inventory) -> list[str]:
    """A TODO for recordings of which no channel is EMG."""
    names = without_emg(inventory)
    if not names:
        return []
    text = (
        f'TODO: no channel of {shortly(list(names))} is EMG; if one is, say so: [channels] "NAME" = {{ kind = "EMG" }}'
    )
    first, *more = as_comment(f"{text}; else leave the recording out under [exclude], and take this comment away")
    return [first, *more]


def _short(sheet: _Sheet, layouts: Sequence[FoundLayout]) -> bool:
    return (
        len(layouts) == 1
        and not (layouts[0].values or layouts[0].task or layouts[0].participant)
        and sheet.template == "pattern"
    )


def _layout_tables(sheet: _Sheet) -> list[str]:
    if sheet.inventory.bids:
        return []
    layouts = layouts_of(sheet.inventory)
    if _short(sheet, layouts):
        return []
    parts = []
    for place, layout in enumerate(layouts):
        name = _pattern(layout.pattern) if sheet.template == "pattern" else [f"regex = {as_toml(layout.regex)}"]
        lines = ["[[data.layouts]]", _named(layout), *name]
        if layout.task:
            lines += [
                "# the names hold no task: call it as you like, here and in its exercise",
                f"task = {as_toml(layout.task)}",
            ]
        if layout.participant:
            lines += sheet.lines("data.participant")
        for fact, table in layout.values.items():
            same = spellings(layout, fact)
            if same and sheet.answers.get(f"data.{place}.{fact}") is not True:
                text = (
                    f"TODO: one {fact} each? They differ by case or blanks only: {same}. If so, take this comment away"
                )
                lines += as_comment(text)
            inside = ", ".join(f"{as_key(one)} = {as_toml(other)}" for one, other in sorted(table.items()))
            lines.append(f"values.{fact} = {{ {inside} }}")
        ids = (f"data.{place}.{key}" for key in ("sfreq", "thousands", "units"))
        parts.append("\n".join([*lines, *sheet.lines(*ids)]))
    return parts


def _pattern(pattern: str) -> list[str]:
    """The pattern of a file, and that of a sheet in it."""
    file, _, sheet = pattern.partition(IN_SHEET)
    return [f"pattern = {as_toml(file)}", *([f"sheet = {as_toml(sheet)}"] if sheet else [])]


def _named(layout: FoundLayout) -> str:
    """How one file is understood, for the user to compare."""
    facts = series(f"{fact} {value}" for fact, value in layout.example.named.facts.items())
    return f"# {layout.example.name}: {facts}"


def _channels(sheet: _Sheet) -> list[str]:
    lines = []
    for channel in sheet.inventory.channels:
        ids = {key: f"channels.{channel.name}.{key}" for key in ("name", "kind", "muscle", "side", "unit")}
        asked = [key for key, id in ids.items() if sheet.known(id)]
        if not asked:
            continue
        lines += sheet.remark(*(ids[key] for key in asked))
        lines.append(f"{as_toml(channel.name)} = {{ {_channel_fields(sheet, ids, asked)} }}")
    if not lines:
        return []
    muscles = any(sheet.known(f"channels.{one.name}.muscle") for one in sheet.inventory.channels)
    head = (
        ['# a muscle such as "vastus_lateralis"; for a channel that is no EMG, kind = "MISC" in its place']
        if muscles
        else []
    )
    return ["\n".join([*head, "[channels]", *lines])]


def _channel_fields(sheet: _Sheet, ids: Mapping[str, str], asked: Sequence[str]) -> str:
    if sheet.answers.get(ids["muscle"]) == NO_MUSCLE:
        return 'kind = "MISC"' + (f", unit = {sheet.value(ids['unit'])}" if "unit" in asked else "")
    return ", ".join(f"{key} = {sheet.value(ids[key])}" for key in asked)


def _exercises(sheet: _Sheet) -> list[str]:
    tables = [_exercise(sheet, task, own) for task, own in sheet.inventory.tasks.items() if not own[0].mvc]
    left = {one.key for id, one in sheet.open.items() if id.startswith("exercises.") and id not in sheet.answers}
    head = [line for text in help_on_exercises(left) for line in as_comment(text)]
    return ["\n".join([*head, tables[0]]), *tables[1:]]


def _exercise(sheet: _Sheet, task: str, own: tuple[FoundRecording, ...]) -> str:
    name = exercise_name(task)
    stem = f"exercises.{name}"
    found, _ = found_by(own, sheet.answers)
    by = [f"by = {as_toml(found)}"] if found else sheet.lines(f"{stem}.by")
    lines = [f"[exercises.{as_key(name)}]", f"task = {as_toml(task)}", *by]
    lines += sheet.lines(f"{stem}.channel", f"{stem}.starts")
    return "\n".join(lines)


def unseen(inventory: Inventory, answers: Mapping[str, Answer]) -> tuple[FoundRecording, ...]:
    """The recordings of exercises whose repetitions nothing shows, or whose repetitions are to stand in a table."""
    found: list[FoundRecording] = []
    for task, own in inventory.tasks.items():
        if own[0].mvc:
            continue
        by = answers.get(f"exercises.{exercise_name(task)}.by")
        shown = any(one.repetitions or any(channel.movement for channel in one.channels) for one in own)
        if by == "table" or (by is None and not shown and found_by(own, answers)[0] is None):
            found += own
    return tuple(found)


def _repetitions(sheet: _Sheet) -> list[str]:
    """The table of repetitions, where an exercise is marked in one; where nothing shows them, how one is used."""
    if any(id.endswith(".by") and answer == "table" for id, answer in sheet.answers.items()):
        return [f'# fill in the times of each recording, a row a repetition\n[repetitions]\ntable = "{REPETITIONS}"']
    if unseen(sheet.inventory, sheet.answers):
        remark = f'# for by = "table": fill in the times of each recording in {REPETITIONS}, a row a repetition'
        return [f'{remark}\n# [repetitions]\n# table = "{REPETITIONS}"']
    return []


def _mvc(sheet: _Sheet) -> list[str]:
    if not sheet.inventory.mvcs:
        return ["[mvc]", *sheet.lines("mvc.own_task_maximum")]
    tasks = dict.fromkeys(one.task for one in sheet.inventory.mvcs)
    lines = ["[mvc]", f"tasks = [{', '.join(map(as_toml, tasks))}]", "window = 0.5"]
    return [*lines, *sheet.lines("mvc.all_positions", "mvc.across_sessions")]


def _steps(inventory: Inventory) -> list[str]:
    """The usual processing; a rate that cannot hold the band gets a high-pass filter."""
    rates = [channel.sfreq for channel in inventory.channels if channel.is_emg and channel.sfreq is not None]
    if rates and min(rates) < _LEAST_RATE:
        remark = f"# at {min(rates):g} Hz the usual upper limit of {_HIGH} Hz is left out"
        filter = f'{remark}\n[[steps]]\nstep = "Highpass"\ncutoff = 20\norder = 4'
    else:
        filter = f'[[steps]]\nstep = "Bandpass"\nlow = 20\nhigh = {_HIGH}\norder = 4'
    return [
        '# the order is the order of the processing; another envelope: step = "MovingRMS", window = 0.1\n' + filter,
        '[[steps]]\nstep = "Rectify"',
        '[[steps]]\nstep = "Envelope"\ncutoff = 6\norder = 4',
        '[[measures]]\nname = "mean"\nduring = "repetition"\nprimary = true',
    ]


def _summary(sheet: _Sheet) -> list[str]:
    if not two_sided(sheet.inventory, sheet.answers):
        return []
    if sheet.answers.get("comparisons.within") == "side":
        return []
    text = '# the mean of the two sides; to keep them apart, write "side" into by or within below and not here'
    return [f'{text}\n[summary]\nover = ["repetition", "side"]']


def _comparison(sheet: _Sheet) -> list[str]:
    inventory = sheet.inventory
    found = factors(inventory)
    group = ["group"] if inventory.groups else []
    lines = ["[[comparisons]]", *_other_facts(inventory)]
    if "comparisons.within" in sheet.open:
        lines += sheet.lines("comparisons.within")
        answer = sheet.answers.get("comparisons.within")
        others = ["TODO"] if found and answer is None else [one for one in found if one != answer]
        return [*lines, f"by = [{', '.join(map(as_toml, [*group, *others, 'muscle']))}]", *_missing(sheet)]
    if not found:
        lines.append("# one exercise and nothing that differs in it: the run describes it, and compares nothing")
        if group:
            lines += as_comment("people of different groups are compared in Python: emgkit.stats.mixed_model")
    by = [*group, "muscle"]
    lines.append(f'within = "{found[0] if found else "exercise"}"')
    lines.append(f"by = {as_toml(by[0]) if len(by) == 1 else '[' + ', '.join(map(as_toml, by)) + ']'}")
    return [*lines, *_missing(sheet)]


def _other_facts(inventory: Inventory) -> list[str]:
    """A remark on what else divides the people and may stand in `by`."""
    others = [one for one in inventory.people_facts if one != "group" and re.fullmatch(r"[^\W\d]\w*", one)]
    text = f"participants.tsv tells of each participant, and by may name: {', '.join(others)}"
    return as_comment(text) if others else []


def _missing(sheet: _Sheet) -> list[str]:
    return sheet.lines("comparisons.missing")


def _exclude(sheet: _Sheet) -> list[str]:
    inventory = sheet.inventory
    reasons = {file.name: file.why for file in inventory.files} | {
        name: f"the same samples as {first}; whose are they? One of the two can stay"
        for name, first in inventory.doubles.items()
    }
    lists = {
        "files": [
            (f"path = {as_toml(name)}", f"exclude.files.{name}", reasons[name] or "its name does not tell who did what")
            for name in (left_out(inventory) if len(left_out(inventory)) <= FEW else ())
        ],
        "participants": [
            (
                f"participant = {as_toml(who)}", f"exclude.participants.{who}",
                "no maximal contraction of this participant",
            )
            for who in without_mvc(inventory)
        ],
        "channels": [
            (f"participant = {as_toml(who)}, channel = {as_toml(channel)}"
             + (f", task = {as_toml(task)}" if task else ""),
             f"exclude.channels.{who}.{channel}.{task}", "the channel is constant")
            for who, channel, task in dead_channels(inventory) if has_key(Exclude, "channels")
        ],
    }  # fmt: skip
    lines = []
    for key, entries in lists.items():
        if entries:
            lines.append(f"{key} = [")
            lines += [f"  {{ {what}, reason = {sheet.value(id)} }},  # {one_line(why)}" for what, id, why in entries]
            lines.append("]")
    return ["[exclude]\n" + "\n".join(lines)] if lines else []
