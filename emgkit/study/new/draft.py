"""A first map for ``emgkit convert``: what a folder of recordings tells as values, and all else as TODO."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from emgkit.errors import EmgkitError, FileError, StudyError
from emgkit.io.bids._labels import bids_label
from emgkit.io.conversion.people import PEOPLE_COLUMNS, read_people
from emgkit.io.conversion.planning import paths_of, source_files
from emgkit.io.formats.edf import LONGEST_NAME
from emgkit.io.naming.layouts import Layout
from emgkit.io.naming.likely.names import Named
from emgkit.io.naming.likely.parts import IN_SHEET
from emgkit.io.naming.names import AnyTask, read_names
from emgkit.notation import listed, readable
from emgkit.study.new.inventory import Inventory, Progress, look
from emgkit.study.new.layouts import FoundLayout, layouts_of
from emgkit.study.new.signals import FoundChannel
from emgkit.toml_files import as_comment, as_key, as_toml, one_line

__all__ = ["draft_map"]

# fields of names that the names of BIDS have a place for, and facts about people
_PLACED = ("participant", "task", "session", "run", "acquisition", "recording", "group")
_HARDWARE = {
    "Manufacturer": "TODO",
    "ManufacturersModelName": "TODO",
    "EMGReference": "TODO: Bipolar, or the name of the reference electrode",
    "EMGGround": "TODO",
    "ElectrodeManufacturer": "TODO",
    "ElectrodeType": "TODO",
    "SkinPreparation": "TODO",
}


def draft_map(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    file: str | os.PathLike[str],
    progress: Progress = lambda _what, _done, _total: None,
) -> Path:
    """Write a map for the conversion of recordings to EMG-BIDS, to be filled in.

    Parameters
    ----------
    sources : path or iterable of path
        Recordings, or folders of recordings, as for :func:`emgkit.io.convert`; nothing in them is changed.
    file : path
        The map to write.
    progress : callable, optional
        Called with (what, done, total).

    Returns
    -------
    Path
        The map. Each line that holds TODO is to be filled in, or to be confirmed where it is likely only.

    Raises
    ------
    FileError
        The map exists, or a source is not there.
    ArgumentError
        Two sources hold a recording of one name.
    StudyError
        The sources are an EMG-BIDS data set, or hold no recording whose name tells participant and task.
    """
    path, given = Path(file), paths_of(sources)
    if path.exists():
        raise FileError("The map exists", where=str(path), hint="Remove it, or name another file with --map")
    files = {name: folder / inside for name, (folder, inside) in source_files(given).items()}
    where = ", ".join(map(str, given[:4]))
    if any((one / "dataset_description.json").is_file() for one in given):
        raise StudyError("A source is a BIDS data set already", where=where, allowed="folders of other recordings")
    inventory = look(given[0], progress, files=files)
    if not inventory.recordings:
        odd = inventory.of("name not understood") or inventory.of("cannot be read") or inventory.files
        raise StudyError(
            "The sources hold no recording whose name tells participant and task",
            where=where, allowed="P01_squat.csv, or women/P01_squat.csv, or P01_day1_squat.csv",
            got="; ".join(f"{one.name} ({one.role}) {one.why}".strip() for one in odd[:4]) or "no file",
            hint="Rename the files, or write the map by hand: docs/how_to/convert.md",
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = (*inventory.of("side table"), *inventory.of("cannot be read"))
    found, lines = _people_table(inventory, {one.name: files[one.name] for one in tables}, path.parent)
    path.write_text(_text(inventory, found, lines), encoding="utf-8", newline="\n")
    return path


def _text(inventory: Inventory, table: str, participants: list[str]) -> str:
    head = (
        "The map of a conversion to EMG-BIDS. Every marked line is to be filled in or confirmed, and its mark taken "
        "away; take out the lines about what nobody knows."
    )
    parts = [
        as_comment(head),
        ["[dataset]", 'name = "TODO"', 'authors = ["TODO"]', 'license = "TODO: CC0, CC-BY-4.0 …"'],
        *_data(inventory),
        _channels(inventory),
        _placement(),
        _hardware(),
        *_tasks(inventory),
        ["[participants]", *participants],
        _exclude(inventory, table),
    ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _people(inventory: Inventory) -> list[str]:
    return list(dict.fromkeys(one.participant for one in inventory.recordings))


def _people_table(inventory: Inventory, tables: Mapping[str, Path], folder: Path) -> tuple[str, list[str]]:
    """The table among the files that names people, and ``[participants]`` with it; without one, an example."""
    people = _people(inventory)
    for file, table in tables.items():
        try:
            columns = read_people(table)
        except EmgkitError:
            continue
        labels = [bids_label(who) for who in people]
        named = {name: {bids_label(cell.removeprefix("sub-")) for cell in cells} for name, cells in columns.items()}
        column = next((name for name, cells in named.items() if set(labels) & cells), None)
        if column is None:
            continue
        lacking = [who for who, label in zip(people, labels, strict=True) if label not in named[column]]
        lines = [f"file = {as_toml(Path(os.path.relpath(table, folder)).as_posix())}"]
        lines += [] if column in PEOPLE_COLUMNS else [f"column = {as_toml(column)}  # it names the participants"]
        lines += as_comment(f"TODO: it has no row for {listed(lacking[:6])}") if lacking else []
        return file, lines
    return "", [
        '# file = "people.csv"  # columns participant, age, sex, height, weight …; or here:',
        *(f"# facts.{as_key(who)} = {{ age = …, sex = … }}" for who in people[:2]),
    ]


def _data(inventory: Inventory) -> list[list[str]]:
    """``[data]`` with a layout for each way in which files are named."""
    own = _with_tasks([*layouts_of(inventory), *layouts_of(inventory, companions=True)], inventory)
    lines = ["[data]"]
    task = _task(inventory)
    if task != "{task}":
        lines += [*as_comment("what differs between the recordings of one person is a part of the task"),
                  f"task = {as_toml(task)}"]  # fmt: skip
    layouts = [_layout(one) for one in own]
    if len(own) == 1 and not (own[0].values or own[0].task):
        return [[*lines, *layouts[0][1:]]]
    return [lines, *layouts]


def _with_tasks(layouts: list[FoundLayout], inventory: Inventory) -> list[FoundLayout]:
    """The layouts with their tasks, where without them a name could be read in several ways."""
    own = [one.named for one in (*inventory.recordings, *inventory.companions)]
    if _read_alike(own, layouts):
        return layouts
    made = []
    for layout in layouts:
        tasks = {one.facts["task"]: one.facts["task"] for one in own if one.pattern == layout.pattern}
        known = bool(layout.task) or "task" in layout.values
        made.append(layout if known else replace(layout, values={**layout.values, "task": tasks}))
    return made


def _read_alike(names: Sequence[Named], found: Sequence[FoundLayout]) -> bool:
    """Whether a conversion reads the names as they were understood."""
    layouts = [Layout(pattern=one.pattern, task=one.task or None, values=dict(one.values)) for one in found]
    try:
        return all(read_names([one.name], layouts, AnyTask())[one.name].facts == one.facts for one in names)
    except EmgkitError:
        return False


def _task(inventory: Inventory) -> str:
    """The task as it is made of the facts in a name that differ within a person."""
    varying = []
    for fact in dict.fromkeys(fact for one in inventory.recordings for fact in one.named.facts):
        values: dict[str, set[str]] = {}
        for one in inventory.recordings:
            values.setdefault(one.person, set()).add(one.named.facts.get(fact, ""))
        if fact not in _PLACED and (fact == "side" or any(len(own) > 1 for own in values.values())):
            varying.append(fact)
    everywhere = [fact for fact in varying if all(fact in one.named.facts for one in inventory.recordings)]
    return "{task}" + "".join(f"{{{fact}}}" for fact in everywhere)


def _layout(layout: FoundLayout) -> list[str]:
    facts = ", ".join(f"{fact} {value}" for fact, value in layout.example.named.facts.items())
    pattern, values = layout.pattern, {fact: dict(table) for fact, table in layout.values.items()}
    word = layout.example.named.companion
    if layout.companion and word and word in pattern:
        # the second file of a recording has a name of its own in BIDS
        pattern, values["recording"] = pattern.replace(word, "{recording}"), {word: word}
    file, _, sheet = pattern.partition(IN_SHEET)
    lines = ["[[data.layouts]]", f"# {layout.example.name}: {facts}", f"pattern = {as_toml(file)}"]
    lines += [f"sheet = {as_toml(sheet)}"] if sheet else []
    lines += [f"task = {as_toml(layout.task)}  # TODO confirm: the names hold no task"] if layout.task else []
    for fact, table in values.items():
        inside = ", ".join(f"{as_key(one)} = {as_toml(other)}" for one, other in sorted(table.items()))
        lines.append(f"values.{fact} = {{ {inside} }}")
    if layout.sfreq:
        stated = f": a comment in the files says {layout.stated_sfreq:g}" if layout.stated_sfreq else ""
        lines.append(f'sfreq = "TODO{stated}"  # Hz; the files give no rate')
    if layout.units:
        lines.append('units = "TODO: mV, uV or V"  # of all EMG; the files give none')
    return lines


def _channels(inventory: Inventory) -> list[str]:
    names = _short_names([channel.name for channel in inventory.channels])
    lines = [line for channel in inventory.channels if (line := _channel(channel, names[channel.name]))]
    return ["[channels]", *lines] if lines else []


def _channel(channel: FoundChannel, name: str) -> str:
    """What the map must say of a channel; empty where the file says it all."""
    fields: dict[str, str] = {} if name == channel.name else {"name": name}
    remark = ""
    if channel.is_emg:
        fields["kind"] = "EMG"
        if channel.muscle is None:
            fields["muscle"] = channel.likely_muscle or "TODO"
            side = channel.side or channel.likely_side
            fields |= {"side": side or "TODO"} if side or not channel.likely_muscle else {}
            remark = f"TODO confirm: {channel.why}" if channel.likely_muscle else channel.why
    else:
        if channel.kind is None:
            fields["kind"] = f"TODO: {channel.likely_kind}?"
        elif channel.kind_likely:
            fields["kind"], remark = channel.kind, "TODO confirm: by its label and unit"
        if not channel.known_unit:
            fields["unit"] = "TODO: the unit, or n/a"
    if not fields:
        return ""
    inside = ", ".join(f"{key} = {as_toml(value)}" for key, value in fields.items())
    return f"{as_toml(channel.name)} = {{ {inside} }}" + (f"  # {one_line(remark)}" if remark else "")


def _short_names(labels: list[str]) -> dict[str, str]:
    """A name for each label that fits into a BDF header: the label, or the beginnings of its words.

    Examples
    --------
    >>> labels = ["VL", "EMG 01 04498 (54717): ACC X", "EMG 1 (54717): EMG 2", "Biceps Femoris Caput Longum"]
    >>> list(_short_names(labels).values())
    ['VL', 'EMG01ACCX', 'EMG1_2', 'BiceFemoCapuLong']
    """
    fitting = {one for one in labels if len(one) <= LONGEST_NAME and one.isascii() and one.isprintable()}
    names, taken = {}, {one.casefold() for one in fitting}
    for label in labels:
        if label in fitting:
            names[label] = label.strip()
            continue
        plain = unicodedata.normalize("NFKD", label)
        # a serial number tells nobody anything, and a word that stands twice tells nothing the second time
        words = [word for word in re.findall(r"[A-Za-z]+|\d+", plain) if not (word.isdigit() and len(word) > 3)]
        words = [word[0].upper() + word[1:] for word in dict.fromkeys(words)] or ["channel"]
        cuts = (_together([word[:most] for word in words]) for most in (9, 6, 5, 4, 3, 2, 1))
        base = next((cut for cut in cuts if len(cut) <= LONGEST_NAME), _together(words)[:LONGEST_NAME])
        short, place = base, 1
        while short.casefold() in taken:
            place += 1
            short = f"{base[: LONGEST_NAME - 1 - len(str(place))]}_{place}"
        taken.add(short.casefold())
        names[label] = short
    return names


def _together(words: Sequence[str]) -> str:
    """The words as one; two numbers stay apart."""
    return re.sub(r"(\d) (?=\d)", r"\1_", " ".join(words)).replace(" ", "")


def _placement() -> list[str]:
    return [
        "[placement]",
        'scheme = "TODO: SENIAM, another procedure, or measured"',
        '# description = "…"  # how the places were found',
        'interelectrode_distance = "TODO"  # mm',
        '# lines.MUSCLE = { from = "a landmark", to = "another", percent = 50 }  # the place on the line between them',
    ]


def _hardware() -> list[str]:
    return [
        "[hardware]",
        'PowerLineFrequency = "TODO: 50, 60 or n/a"  # Hz; a number has no quotes',
        *(f"{key} = {as_toml(text)}" for key, text in _HARDWARE.items()),
        'HardwareFilters = "TODO: n/a, or a table"  # such as { Bandpass = { low_Hz = 20, high_Hz = 450 } }',
        'SoftwareFilters = "TODO: n/a, or a table"',
    ]


def _tasks(inventory: Inventory) -> list[list[str]]:
    if _task(inventory) != "{task}":
        return []
    tasks: Mapping[str, None] = dict.fromkeys(one.task for one in inventory.recordings)
    return [[f"[tasks.{as_key(task)}]", f'description = "TODO: {readable(task)}"'] for task in tasks]


def _exclude(inventory: Inventory, table: str) -> list[str]:
    """What cannot be converted, and copies, for the user to decide on."""
    odd = (*inventory.of("cannot be read"), *inventory.of("name not understood"), *inventory.of("copy"))
    reasons = {one.name: as_toml(f"TODO: {one_line(one.why or one.role)}") for one in odd if one.name != table}
    lines = [f"  {{ path = {as_toml(name)}, reason = {reason} }}," for name, reason in reasons.items()]
    notes = [f"# TODO: {name} has the same samples as {first}" for name, first in inventory.same.items()]
    files = ["files = [", *lines, "]"] if lines or notes else []
    return ["[exclude]", *notes, *files] if files else []
