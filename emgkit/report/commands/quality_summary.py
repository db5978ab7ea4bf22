"""What ``emgkit check`` says of many recordings: a row a recording, and what was found, gathered by its kind."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from emgkit.errors import Notice
from emgkit.io import place
from emgkit.notation import number, series
from emgkit.report.commands.quality_check import CheckedFile, CheckedFiles
from emgkit.report.remarks import heading_of
from emgkit.signal_quality import CHECKS, ChannelQuality, Finding, in_words

__all__ = ["FoundKind", "channel_ranges", "found_kinds", "names_within", "recording_rows"]

# a finding in a recording
_Placed: TypeAlias = tuple[str, Finding]
# so many recordings are named beside a channel, and so many channels beside their recordings
_NAMED, _PLACES = 2, 6


@dataclass(frozen=True, kw_only=True)
class FoundKind:
    """What one check found in some recordings.

    Parameters
    ----------
    heading : str
        What it is, in words.
    hint : str
        What to do.
    lines : tuple of str
        The channels and recordings, by verdict, and the worst of them with its number and limit.
    """

    heading: str
    hint: str
    lines: tuple[str, ...]


def names_within(found: CheckedFiles) -> tuple[str, dict[int, str]]:
    """The folder that holds all recordings, and the name of each in it, by its place."""
    paths = [one.path for one in found.files]
    folder = Path(os.path.commonpath([path.parent for path in map(Path.absolute, paths)]))
    names = {at: place(one.path.absolute().relative_to(folder), one.sheet) for at, one in enumerate(found.files)}
    shown = Path(os.path.relpath(folder)) if folder.is_relative_to(Path.cwd()) else folder
    return str(shown), names


def recording_rows(found: CheckedFiles) -> list[dict[str, Any]]:
    """One row a recording: how many of its channels are good, doubtful and bad."""
    _, names = names_within(found)
    rows = []
    for at, one in enumerate(found.files):
        status = [row.status for card in one.cards.values() for row in card.rows]
        counts = {kind: status.count(kind) for kind in ("good", "doubtful", "bad")}
        rows.append({"recording": names[at], "channels": len(status), **counts, "remark": _remark(one)})
    return rows


def found_kinds(found: CheckedFiles) -> list[FoundKind]:
    """What was found, one entry a kind: what makes channels bad first, then what concerns most channels."""
    _, names = names_within(found)
    kinds: dict[str, list[_Placed]] = {}
    for at, one in enumerate(found.files):
        for finding in _findings(one):
            kinds.setdefault(finding.check, []).append((names[at], finding))
    channels = {names[at]: [row.channel for row in _rows(one)] for at, one in enumerate(found.files) if one.cards}
    order = sorted(kinds, key=lambda check: (-_count(kinds[check], "bad"), -len(kinds[check])))
    return [*(_kind(kinds[check], channels) for check in order), *_of_recordings(found, names, len(channels))]


def channel_ranges(names: Sequence[str]) -> str:
    """Names of channels, shortly: three or more with numbers that follow each other are one range.

    Examples
    --------
    >>> channel_ranges(["EMG10", "EMG8", "EMG9", "VL", "EMG1"])
    'EMG1, EMG8–EMG10 and VL'
    """
    found: list[list[str]] = []
    for name in sorted(dict.fromkeys(names), key=_natural):
        if found and name == _next(found[-1][-1]):
            found[-1].append(name)
        else:
            found.append([name])
    return series(text for run in found for text in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else run))


def _kind(placed: Sequence[_Placed], channels: Mapping[str, Sequence[str]]) -> FoundKind:
    """What one check found, as lines."""
    first = placed[0][1]
    lines = []
    for verdict in ("bad", "doubtful"):
        own = [one for one in placed if one[1].verdict == verdict]
        if own:
            lines.append(f"{verdict}: {_where([(name, one.channel) for name, one in own], channels)}.")
    return FoundKind(heading=heading_of(first.check), hint=first.hint, lines=(*lines, _worst(placed)))


def _worst(placed: Sequence[_Placed]) -> str:
    """The worst finding in words, with its number and the limit that it passed."""
    below = {check.name for check in CHECKS if check.below}
    name, worst = max(placed, key=lambda one: -one[1].value if one[1].check in below else one[1].value)
    value, limit = (_amount(each, worst.unit) for each in (worst.value, worst.limit))
    side = "below" if worst.check in below else "above"
    before = "The worst, in" if len(placed) > 1 else "In"
    return f"{before} {name}: {worst.text.rstrip('.')} ({value}; {worst.verdict} {side} {limit})."


def _amount(value: float, unit: str) -> str:
    """A number of a check and its unit."""
    return in_words(value) if unit == "V" else f"{number(float(f'{value:.3g}'))} {'' if unit == '1' else unit}".strip()


def _where(places: Sequence[tuple[str, str]], channels: Mapping[str, Sequence[str]]) -> str:
    """Channels in recordings, shortly: those of the same recordings together, else those of as many."""
    recordings: dict[str, dict[str, None]] = {}
    for name, channel in places:
        recordings.setdefault(channel, {})[name] = None
    alike: dict[tuple[str, ...], list[str]] = {}
    for channel, those in recordings.items():
        alike.setdefault(tuple(those), []).append(channel)
    total = len(channels)
    if len(alike) <= _PLACES:
        return "; ".join(
            f"{_channels(own, names, channels)} in {_recordings(names, total)}"
            for names, own in sorted(alike.items(), key=lambda one: (-len(one[0]), one[0]))
        )
    counts: dict[int, list[str]] = {}
    for names, own in alike.items():
        counts.setdefault(len(names), []).extend(own)
    return "; ".join(
        f"{channel_ranges(counts[count])} in {count} of {total} recordings"
        + (" each" if len(counts[count]) > 1 else "")
        for count in sorted(counts, reverse=True)
    )


def _channels(own: Sequence[str], names: Sequence[str], channels: Mapping[str, Sequence[str]]) -> str:
    """The channels, or that they are all of these recordings."""
    if len(own) > 1 and all(set(channels[name]) <= set(own) for name in names):
        return f"all {len(own)} channels"
    return channel_ranges(own)


def _recordings(names: Sequence[str], total: int) -> str:
    if len(names) <= _NAMED < total:
        return series(names)
    return f"all {total} recordings" if len(names) == total else f"{len(names)} of {total} recordings"


def _of_recordings(found: CheckedFiles, names: Mapping[int, str], total: int) -> Iterator[FoundKind]:
    """What was found in recordings and in no channel of them, such as a low rate."""
    own: dict[Notice, list[str]] = {}
    for at, one in enumerate(found.files):
        of_channels = {finding.text for finding in _findings(one)}
        for notice in dict.fromkeys(notice for notice in one.notices if notice.text not in of_channels):
            own.setdefault(notice, []).append(names[at])
    for notice, places in own.items():
        line = f"{_recordings(places, total)}: {notice.text}"
        yield FoundKind(heading=heading_of(notice.code), hint=notice.hint, lines=(line,))


def _rows(one: CheckedFile) -> Iterator[ChannelQuality]:
    for card in one.cards.values():
        yield from card.rows


def _findings(one: CheckedFile) -> Iterator[Finding]:
    """What is wrong in a recording."""
    for row in _rows(one):
        yield from (finding for finding in row.findings if finding.text)


def _remark(one: CheckedFile) -> str:
    return "cannot be read" if one.problem else "" if any(_rows(one)) else "no EMG"


def _count(placed: Sequence[_Placed], verdict: str) -> int:
    return sum(finding.verdict == verdict for _, finding in placed)


def _next(name: str) -> str:
    """The name with its last number one larger, in as many digits."""
    numbers = list(re.finditer(r"\d+", name, re.ASCII))
    if not numbers:
        return ""
    last = numbers[-1]
    return f"{name[: last.start()]}{int(last[0]) + 1:0{len(last[0])}d}{name[last.end() :]}"


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts EMG2 before EMG10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
