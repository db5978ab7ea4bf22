"""The same analysis in statsmodels: its fitted objects, made when they are first asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emgkit.errors import DesignError
from emgkit.notation import counted, first_few, listed

__all__ = ["Key", "Numbers", "StatsmodelsObjects", "made_once"]

# levels of some columns, as text
Key = tuple[str, ...]
# from an object and a row of the table to what the object says of the row's columns, by their names
Numbers = Callable[[Any, Mapping[str, Any]], Mapping[str, float]]

# keys that an error names
_NAMED = 6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StatsmodelsObjects(Mapping[Any, Any]):
    """The statsmodels objects of a table of results, by the levels of the rows they belong to.

    A key is the tuple of the levels, as text; one level may be given without the tuple. Where there is one object, what
    it can do can be asked of the mapping itself: ``table.statsmodels.summary()``.

    Parameters
    ----------
    what : str
        What each object is.
    levels : tuple of str
        The columns whose levels are the key; empty where one object stands for the whole table.
    parts : callable
        Gives what each object is made from, by its key.
    make : callable
        Makes an object from its part.
    numbers : callable
        What an object says of the columns of a row.
    needs : tuple of str
        Columns of a row that `numbers` reads.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> table = stats.contrasts(cells, within="exercise")
    >>> table.statsmodels
    <statsmodels: ordinary least squares of the differences on a constant; one object by 'contrast'>
    'hip_thrust / squat'
    >>> round(table.statsmodels["hip_thrust / squat"].tvalues.item(), 2), round(table["t"].item(), 2)
    (14.37, 14.37)
    """

    what: str
    levels: tuple[str, ...]
    parts: Callable[[], Mapping[Key, Any]]
    make: Callable[[Any], Any]
    numbers: Numbers
    needs: tuple[str, ...] = ()
    _known: dict[str, Any] = field(default_factory=dict, init=False)

    def __getitem__(self, key: Any) -> Any:
        wanted = tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)
        if wanted not in self._parts:
            raise KeyError(f"{key!r}; there are {self._keys_text()}")
        made: dict[Key, Any] = self._known.setdefault("objects", {})
        if wanted not in made:
            with warnings.catch_warnings():
                # the table has its own notices of what is doubtful
                warnings.simplefilter("ignore")
                made[wanted] = self.make(self._parts[wanted])
        return made[wanted]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if len(self) != 1:
            raise AttributeError(
                f"There are {counted(len(self), 'statsmodels object')}: choose one before you ask for {name!r}, as in "
                f"table.statsmodels[{', '.join(map(repr, next(iter(self), ())))}]"
            )
        return getattr(self[next(iter(self))], name)

    def __getstate__(self) -> dict[str, Any]:
        # objects are made anew after a table was pickled
        return {**self.__dict__, "_known": {}}

    def __repr__(self) -> str:
        by = f"; one object by {listed(self.levels)}" if self.levels else ""
        return "\n".join([f"<statsmodels: {self.what}{by}>", *(_shown(key) for key in self if key)])

    @property
    def _parts(self) -> Mapping[Key, Any]:
        parts: Mapping[Key, Any] = self._known.get("parts") or self._known.setdefault("parts", self.parts())
        return parts

    def _keys_text(self) -> str:
        return first_few([_shown(key) for key in self], _NAMED)

    def of_row(self, row: Mapping[str, Any]) -> Mapping[str, float]:
        """What statsmodels says of the columns of a row; nothing where columns that name the row were taken out."""
        if any(name not in row for name in (*self.levels, *self.needs)):
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.numbers(self[tuple(str(row[name]) for name in self.levels)], row)


def _shown(key: Key) -> str:
    return repr(key[0]) if len(key) == 1 else repr(key)


def made_once(carried: StatsmodelsObjects | str | None) -> StatsmodelsObjects:
    """The objects that a table carries, or the error that says why it has none."""
    if isinstance(carried, StatsmodelsObjects):
        return carried
    if carried is None:
        raise DesignError(
            "The table lost what its statsmodels objects are made from",
            hint="pandas loses it where tables are put together or merged: ask the table that emgkit.stats returned",
        )
    raise DesignError(f"statsmodels has no {carried}", hint="emgkit computed it by itself, and no object stands behind")
