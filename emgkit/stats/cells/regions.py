"""Regions of a design: several places, each a level of every factor, in as few words as they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from emgkit.notation import place, readable, series

__all__ = ["Place", "Region", "region_text", "regions"]

# the level of each factor; some levels of the factors of which not all are meant
Place: TypeAlias = Mapping[str, str]
Region: TypeAlias = dict[str, list[str]]


def regions(places: Sequence[Place], every: Sequence[Place]) -> list[Region]:
    """Join places to regions; a factor of which a region has all levels is not named in it.

    Parameters
    ----------
    places : sequence of mapping
        Some places, the level of each factor.
    every : sequence of mapping
        All places of the design, in their order.

    Returns
    -------
    list of dict
        One region where the places are all combinations of some levels, else several. A region of the whole design is
        empty.

    Examples
    --------
    >>> every = [{"load": load, "muscle": muscle} for load in ("60", "80") for muscle in ("VL", "BF", "GM")]
    >>> regions(every[3:], every), regions(every[1:3], every), regions(every, every)
    ([{'load': ['80']}], [{'load': ['60'], 'muscle': ['BF', 'GM']}], [{}])
    >>> regions([every[0], *every[4:]], every)
    [{'load': ['60'], 'muscle': ['VL']}, {'load': ['80'], 'muscle': ['BF', 'GM']}]
    """
    if not places:
        return []
    known = {name: list(dict.fromkeys(one[name] for one in every)) for name in places[0]}
    chosen = {name: [level for level in known[name] if level in {one[name] for one in places}] for name in known}
    inside = [one for one in every if all(level in chosen[name] for name, level in one.items())]
    if all(one in places for one in inside):
        return [{name: levels for name, levels in chosen.items() if len(levels) < len(known[name])}]
    split = next(name for name, levels in chosen.items() if len(levels) > 1)
    parts = ([one for one in places if one[split] == level] for level in chosen[split])
    return [region for part in parts for region in regions(part, every)]


def region_text(region: Mapping[str, Sequence[str]], level: Callable[[str], str] = readable) -> str:
    """The levels of a region for readers; empty for the whole design.

    Examples
    --------
    >>> region_text({"load": ["60", "80"], "muscle": ["biceps_femoris", "vastus_lateralis"]})
    'load 60 and 80, biceps femoris and vastus lateralis'
    """
    return ", ".join(place(name, series(map(level, levels))) for name, levels in region.items())
