"""What was found in a folder, as text for a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from emgkit.notation import counted, number
from emgkit.study.new.design import other_signs, without_emg
from emgkit.study.new.inventory import ROLES, FoundRecording, Inventory, natural
from emgkit.study.new.layouts import layouts_of
from emgkit.study.new.signals import FoundChannel
from emgkit.study.recordings.account.near import shortly

__all__ = ["as_dict", "listing"]

_SHOWN = 6  # files of a role that are named
_PLURALS = {
    "exercise": "exercises", "MVC": "likely MVCs", "other streams": "other streams", "events": "events",
    "side table": "side tables", "sidecar": "sidecars", "copy": "copies", "cannot be read": "cannot be read",
    "name not understood": "name not understood", "not a recording": "not recordings",
}  # fmt: skip


def listing(inventory: Inventory, width: int = 80) -> str:
    """What a folder holds: files by role, tasks and people, channels, likely repetitions."""
    parts = [
        _files(inventory, width),
        _tasks(inventory, width),
        _channels(inventory, width),
        _repetitions(inventory, width),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def as_dict(inventory: Inventory) -> dict[str, Any]:
    """The same as plain values, for programs."""
    return {
        "folder": str(inventory.folder),
        "bids": inventory.bids,
        "files": [asdict(file) for file in inventory.files],
        "tasks": [
            {
                "task": task, "mvc": own[0].mvc, "recordings": [one.name for one in own],
                "missing_for": list(inventory.lacking(task)), "likely_repetitions": _likely(own),
            }
            for task, own in inventory.tasks.items()
        ],
        "participants": list(inventory.people),
        "channels": [
            {**asdict(channel), "recordings": inventory.having(channel.name)} for channel in inventory.channels
        ],
    }  # fmt: skip


def _files(inventory: Inventory, width: int) -> list[str]:
    kinds = "an EMG-BIDS data set" if inventory.bids else _formats(inventory)
    lines = [*_wrapped(f"{counted(len(inventory.files), 'file')} in {inventory.folder} ({kinds})", width)]
    rows = []
    for role in ROLES:
        files = inventory.of(role)
        if not files:
            continue
        if role in ("copy", "cannot be read", "name not understood", "other streams"):
            names = [f"{file.name}: {file.why}" if file.why else file.name for file in files]
            rows.append([_PLURALS[role], str(len(files)), names[0]])
            rows += [["", "", one] for one in names[1:_SHOWN]]
            rows += [["", "", f"… and {len(files) - _SHOWN} more"]] if len(files) > _SHOWN else []
            continue
        names = [file.name.rpartition("/")[2] for file in files]
        text = ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
        rows.append([_PLURALS[role], str(len(files)), text])
    lines += _table(rows, width)
    for name, first in list(inventory.doubles.items())[:_SHOWN]:
        lines += _wrapped(f"  {name} has the same samples as {first}: whose are they?", width)
    if len(inventory.doubles) > _SHOWN:
        lines += _wrapped(f"  … and {len(inventory.doubles) - _SHOWN} more with the samples of another", width)
    return lines


def _formats(inventory: Inventory) -> str:
    counts = Counter(one.format for one in (*inventory.recordings, *inventory.companions))
    # a copy and what cannot be read were exported by the same program
    unused = (*inventory.of("copy"), *inventory.of("cannot be read"), *inventory.of("name not understood"))
    counts.update(PurePosixPath(one.name).suffix.lower() for one in unused if PurePosixPath(one.name).suffix)
    return ", ".join(f"{count} {ending}" for ending, count in counts.most_common()) or "no recordings"


def _tasks(inventory: Inventory, width: int) -> list[str]:
    people = inventory.people
    lines = [f"{counted(len(people), 'participant')} and {counted(len(inventory.tasks), 'task')}"]
    numbers = Counter(inventory.groups.values())
    if numbers:
        groups = sorted(numbers, key=natural)
        lines[0] += f" in {len(groups)} groups: " + ", ".join(f"{group} {numbers[group]}" for group in groups)
    rows = [["task", "role", "people", "files", "missing for"]]
    for task, own in inventory.tasks.items():
        missing = [f"{who} ({', '.join(what)})" if what else who for who, what in inventory.missing(task)]
        who = len({one.person for one in own})
        names = ", ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
        rows.append([task, "MVC" if own[0].mvc else "exercise", f"{who} of {len(people)}", str(len(own)), names])
    lines += _table(rows, width)
    facts = ["session", "condition", "side", "load", "run"]
    for fact in facts:
        values = inventory.values(fact)
        if fact == "load" and not values:
            values = _loads(inventory)
        if values and (len(values) > 1 or fact != "run"):
            lines += _wrapped(f"  {fact} in the names: {', '.join(values[:12])}", width)
    for layout in () if inventory.bids else layouts_of(inventory):
        lines += _wrapped(f"  {counted(layout.count, 'file')} named {layout.pattern}", width)
    for label in inventory.shared_labels[:1]:
        shared = len(inventory.shared_labels)
        lines += _wrapped(f"  {counted(shared, 'label')} ({label} …) in several groups: one person or several?", width)
    return lines


def _loads(inventory: Inventory) -> tuple[str, ...]:
    found = set()
    for task, own in inventory.tasks.items():
        if "{load}" in task:
            word, _, unit = task.partition("{load}")
            found |= {one.task.removeprefix(word).removesuffix(unit) for one in own}
    return tuple(sorted(found, key=natural))


def _channels(inventory: Inventory, width: int) -> list[str]:
    total = len(inventory.recordings)
    rows = [["channel", "kind", "unit", "rate (Hz)", "muscle", "side", "in"]]
    rates: dict[str, set[float | None]] = {}
    for one in (*inventory.recordings, *inventory.companions):
        for channel in one.channels:
            rates.setdefault(channel.name, set()).add(channel.sfreq)
    for channel in inventory.channels:
        rate = " / ".join(
            "?" if one is None else number(one) for one in sorted(rates[channel.name], key=lambda v: v or 0)
        )
        muscle = channel.muscle or (
            f"{channel.likely_muscle}?" if channel.likely_muscle else "?" if channel.is_emg else ""
        )
        side = channel.side or (f"{channel.likely_side}?" if channel.likely_side else "")
        having = inventory.having(channel.name)
        rows.append([
            channel.name, _kind(channel), channel.unit or "?", rate, muscle, side,
            f"{having} of {total}" if having else "other streams",
        ])  # fmt: skip
    lines = [f"{counted(len(rows) - 1, 'channel')} (a question mark: the file does not say it)"]
    lines += _table(_axes_together(rows), width)
    for text in _units(inventory):
        lines += _wrapped(text, width)
    for one in inventory.recordings:
        if one.constant:
            lines += _wrapped(f"  constant in {one.name}: {', '.join(one.constant)}", width)
    if nothing := without_emg(inventory):
        lines += _wrapped(f"  no channel of {shortly(list(nothing))} is EMG", width)
    return lines


def _units(inventory: Inventory) -> list[str]:
    """The channels that have a unit in few recordings and another one in the others, with these recordings."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in inventory.recordings:
        for channel in one.channels:
            found.setdefault(channel.name, {}).setdefault(channel.unit or "?", []).append(one.name)
    alike: dict[tuple[str, str], list[str]] = {}
    for name, units in found.items():
        most = max(units, key=lambda unit: len(units[unit]))
        for unit, files in units.items():
            if unit != most:
                where = shortly(files, _SHOWN) + (f" (of {len(files)})" if len(files) > _SHOWN else "")
                alike.setdefault((where, f"{unit}, elsewhere {most}"), []).append(name)
    return [f"  in {where} the unit of {shortly(names, 3)} is {text}" for (where, text), names in alike.items()]


def _axes_together(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows with the three axes of a marker or a sensor as one, where all else of them is the same.

    Examples
    --------
    >>> _axes_together([["LASI_x", "POS"], ["LASI_y", "POS"], ["LASI_z", "POS"], ["VL", "EMG"]])
    [['LASI_x, _y, _z', 'POS'], ['VL', 'EMG']]
    """
    made: list[list[str]] = []
    place = 0
    while place < len(rows):
        three = rows[place : place + 3]
        names = [row[0] for row in three]
        stem, sign = names[0][:-2], names[0][-2:-1]
        axes = [f"{stem}{sign}{axis}" for axis in "xyz"]
        if (
            len(three) == 3
            and [name[:-1] + name[-1:].lower() for name in names] == axes
            and (three[0][1:] == three[1][1:] == three[2][1:])
        ):
            made.append([", ".join([names[0], *(name[-2:].strip() for name in names[1:])]), *three[0][1:]])
            place += 3
        else:
            made.append(rows[place])
            place += 1
    return made


def _kind(channel: FoundChannel) -> str:
    if channel.kind:
        return channel.kind
    return f"{channel.likely_kind}?" if channel.likely_kind else "EMG?"


def _repetitions(inventory: Inventory, width: int) -> list[str]:
    found: dict[str, list[str]] = {}
    for task, own in inventory.tasks.items():
        if not own[0].mvc:
            found.setdefault(_likely(own), []).append(task)
    rows = [["task", "likely repetitions"], *([", ".join(tasks), text] for text, tasks in found.items())]
    counted_ones = any(one.counted for one in inventory.exercises)
    lines = ["Repetitions", *_table(rows, width)]
    if counted_ones:
        text = "Counted with the usual thresholds; emgkit run decides with what the study file says."
        lines += _wrapped(f"  {text}", width)
    return lines


def _likely(own: Sequence[FoundRecording]) -> str:
    events = [one.repetitions for one in own if one.repetitions]
    if events:
        return f"{_range(events)} repetition events in {len(events)} of {counted(len(own), 'recording')}"
    names = dict.fromkeys(name for one in own for name in one.counted)
    texts = []
    for name in names:
        found = [one.counted[name] for one in own if name in one.counted]
        texts.append(f"{_range(found)} a recording in {name!r} ({len(found)} of {len(own)})")
    if texts:
        more = [f"{len(texts) - _SHOWN} more channels"] if len(texts) > _SHOWN else []
        return "; ".join([*texts[:_SHOWN], *more])
    channels = [channel for one in own for channel in (*one.channels, *one.beside)]
    moving = dict.fromkeys(channel.name for channel in channels if channel.movement)
    if moving:
        where = ", ".join(map(repr, moving)) if len(moving) <= _SHOWN else shortly(list(moving), _SHOWN)
        rates = {channel.sfreq for channel in channels if channel.name in moving}
        return f"not counted: {where} without a rate" if None in rates else f"no movement was found in {where}"
    others = next((signs for one in own if (signs := other_signs(one, one.channels))), "")
    return (
        f"no repetitions and no channel of movement, but {others}" if others else "no events and no channel of movement"
    )


def _range(numbers: Sequence[int]) -> str:
    return str(min(numbers)) if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"


def _table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Columns with two blanks between them; what does not fit is wrapped in the widest column."""
    if not rows:
        return []
    columns = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    room = width - 2 * len(columns)
    while sum(columns) > room and max(columns) > 12:
        columns[columns.index(max(columns))] -= 1
    lines = []
    for row in rows:
        cells = [_wrap(text, size) for text, size in zip(row, columns, strict=True)]
        for place in range(max(map(len, cells))):
            texts = [cell[place] if place < len(cell) else "" for cell in cells]
            line = "  ".join(text.ljust(size) for text, size in zip(texts, columns, strict=True))
            lines.append(f"  {line}".rstrip())
    return lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 1), break_on_hyphens=False) or [""]


def _wrapped(text: str, width: int) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(
        text.strip(), width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )
