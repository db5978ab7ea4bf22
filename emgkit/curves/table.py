"""Curves on a common axis, with a table that says what each is of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_unknown, check_whole
from emgkit.errors import ArgumentError, DesignError, SignalError
from emgkit.notation import listed, number, series
from emgkit.windows import OWN_SIDE, check_own_repetitions, counted_over_sides

__all__ = ["INDEX", "Axis", "Curves"]

Axis: TypeAlias = Literal["time", "phases", "angle"]

# what says whose and what a curve is
INDEX = (
    "participant", "group", "session", "task", "exercise", "set", "repetition", "phase", "channel", "muscle", "side",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Curves:
    """Curves over time or over a joint angle, one a row, and a table that says what each is of.

    Parameters
    ----------
    values : array_like, shape (n_curves, n_points)
        Values in `unit`; copied and made read-only. Against an angle they are NaN where it was not passed.
    index : DataFrame
        One row a curve, with the columns :data:`INDEX` or, after averaging, those that are left and `n_repetitions`.
        Where left and right have repetitions of their own, `repetition_side` says whose a repetition is.
    during : str
        What 0 to 100 percent is of: ``"repetition"`` or ``"phase"``.
    unit : str
        Unit of `values`, the same for all.
    reference : str, default "none"
        What 100 %MVC is of, as in tables of numbers.
    against : {"time", "phases", "angle"}
        What the points are of: the duration, the phases with equal shares, or a joint angle.
    angles : array_like, shape (n_points,), optional
        The joint angle (degrees) at each point.

    Raises
    ------
    ArgumentError
        Values, index and angles do not fit together.
    """

    values: NDArray[np.float64]
    index: pd.DataFrame
    during: str
    unit: str
    reference: str = "none"
    against: Axis = "time"
    angles: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or len(values) != len(self.index) or values.shape[1] < 2:
            raise ArgumentError(
                "The values and the index of the curves do not fit together",
                allowed="values of shape (n_curves, n_points), at least 2 points, one row of the index a curve",
                got=f"values of shape {values.shape} and {len(self.index)} rows",
            )
        if (self.against == "angle") != (self.angles is not None):
            raise ArgumentError("Curves against an angle need their angles, and no others have any", got=self.against)
        if self.angles is not None:
            angles = np.array(self.angles, dtype=np.float64)
            if angles.shape != (values.shape[1],) or not (np.diff(angles) > 0).all():
                raise ArgumentError(
                    "The angles do not fit the curves",
                    allowed=f"{values.shape[1]} rising angles, one a point",
                    got=f"shape {angles.shape}",
                )
            object.__setattr__(self, "angles", angles)
        if np.isinf(values).any() or (self.angles is None and np.isnan(values).any()):
            raise SignalError("A curve has points that are NaN or infinite", allowed="finite values")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "index", self.index.reset_index(drop=True))

    @property
    def points(self) -> NDArray[np.float64]:
        """Percent of the repetition or phase at each point, 0 to 100, or the angle (degrees), shape (n_points,)."""
        return np.linspace(0.0, 100.0, self.values.shape[1]) if self.angles is None else self.angles

    def __len__(self) -> int:
        return len(self.values)

    def to_frame(self) -> pd.DataFrame:
        """Long table: the index's columns, `point` (percent, 0 to 100, or degrees) and `value`."""
        n_curves, n_points = self.values.shape
        table = self.index.loc[self.index.index.repeat(n_points)].reset_index(drop=True)
        table["point"] = np.tile(self.points, n_curves)
        table["value"] = self.values.ravel()
        return table

    def of(self, *, participants: Collection[str]) -> Curves:
        """The curves of these participants.

        Raises
        ------
        ArgumentError
            None of the curves is theirs.
        """
        chosen = self.index["participant"].isin(list(participants)).to_numpy()
        if not chosen.any():
            raise ArgumentError(
                "No curve is of these participants",
                allowed=listed(dict.fromkeys(self.index["participant"])),
                got=listed(participants),
            )
        return replace(self, values=self.values[chosen], index=self.index[chosen])

    def participant_means(self, *, over: str | Sequence[str] = "repetition") -> Curves:
        """Average repetitions point by point, so that each participant has one curve a condition.

        Parameters
        ----------
        over : str or sequence of str, default "repetition"
            What is averaged, one after the other. Sets, sides and sessions stay apart unless they are named; with
            ``"side"`` the column `channel` goes too. Where left and right have repetitions of their own,
            ``"repetition"`` comes before ``"side"``.

        Returns
        -------
        Curves
            With `n_repetitions` in the index, the number of repetitions averaged; with ``"side"`` those of both sides
            together where each has its own.

        Raises
        ------
        ArgumentError
            `over` names no column of the index, or the participant.
        DesignError
            Sides are averaged before the repetitions that each has of its own.
        """
        names = (over,) if isinstance(over, str) else tuple(over)
        check_own_repetitions(self.index, names)
        averaged = self
        for name in names:
            known = [column for column in averaged.index.columns if column not in ("participant", "n_repetitions")]
            check_unknown("column to average over", name, known)
            averaged = averaged._averaged(name)
        own = [OWN_SIDE] if "repetition" in names and OWN_SIDE in averaged.index.columns else []
        return replace(averaged, index=averaged.index.drop(columns=own))

    def _averaged(self, name: str) -> Curves:
        """The curves averaged over one column of the index, which goes."""
        gone = {name, "n_repetitions", *(("channel", OWN_SIDE) if name == "side" else ())}
        keys = [column for column in self.index.columns if column not in gone]
        cell, first = _cells(self.index, keys)
        counts = np.bincount(cell)
        index = self.index.iloc[first][keys].reset_index(drop=True)
        before = self.index.get("n_repetitions", pd.Series(1, index=self.index.index))
        if name == "side":
            index["n_repetitions"] = counted_over_sides(before, cell, self.index.get(OWN_SIDE))
        else:
            index["n_repetitions"] = np.bincount(cell, weights=before.to_numpy()).astype(np.int64)
        # an angle that some repetition did not pass has no mean over repetitions
        return replace(self, values=_sums(self.values, cell) / counts[:, None], index=index)

    def most_repeatable(self, n: int) -> Curves:
        """The repetitions whose curves, over all channels together, lie nearest to the mean of the others.

        Parameters
        ----------
        n : int
            How many of each set, and of each side where left and right have repetitions of their own; all where there
            are fewer.

        Returns
        -------
        Curves
            Every channel of these repetitions, in the order they had.

        Raises
        ------
        ArgumentError
            `n` is below 1, or the curves are averaged over repetitions already, or against an angle.

        Notes
        -----
        The distance of a repetition is the root mean square of its difference from the mean of the others, in parts of
        the largest value of that mean, averaged over channels. Those that are left out were measured all the same: say
        so, and how many were kept, where the curves are shown.

        Examples
        --------
        >>> index = pd.DataFrame({"participant": "01", "channel": "VL", "repetition": [1, 2, 3]})
        >>> curves = Curves(values=[[1.0, 2.0], [9.0, 0.0], [1.0, 2.2]], index=index, during="repetition", unit="%MVC")
        >>> curves.most_repeatable(2).index["repetition"].tolist()
        [1, 3]
        """
        check_whole("n", n)
        if "repetition" not in self.index.columns:
            raise ArgumentError("The curves are averaged over repetitions already", allowed="curves of repetitions")
        if self.angles is not None:
            raise ArgumentError("Repetitions against an angle have no common points", allowed="curves over time")
        of_channel = [key for key in self.index.columns if key not in ("repetition", "n_repetitions")]
        of_set = [key for key in of_channel if key not in ("channel", "muscle", "side", "phase")]
        cell = _cells(self.index, of_channel)[0]
        counts = np.bincount(cell)[cell]
        others = (_sums(self.values, cell)[cell] - self.values) / np.maximum(counts - 1, 1)[:, None]
        top = np.maximum(np.abs(others).max(axis=1), np.finfo(float).tiny)
        distance = np.sqrt(((self.values - others) ** 2).mean(axis=1)) / top
        one = _cells(self.index, [*of_set, "repetition"])[0]
        mean = np.bincount(one, weights=distance) / np.bincount(one)
        first = np.unique(one, return_index=True)[1]
        chosen = np.zeros(len(mean), dtype=bool)
        groups = _cells(self.index, of_set)[0][first]
        for group in np.unique(groups):
            members = np.flatnonzero(groups == group)
            chosen[members[np.argsort(mean[members], kind="stable")[:n]]] = True
        kept = chosen[one]
        return replace(self, values=self.values[kept], index=self.index[kept])

    def ensemble(self, by: Sequence[str] = ("exercise", "muscle")) -> pd.DataFrame:
        """Mean, median and spread over participants, after averaging each participant's repetitions.

        Parameters
        ----------
        by : sequence of str, default ("exercise", "muscle")
            What gets a curve of its own.

        Returns
        -------
        DataFrame
            Columns `by`, `point` (percent, or degrees of an angle), `mean`, `sd` (divisor n − 1), `n`, the number of
            participants, `median`, `q25` and `q75` (quartiles, linear between the values). `sd` and quartiles of one
            participant are NaN. Of an angle, `n` are those who passed it in every repetition, and there is no row where
            it is 0.

        Raises
        ------
        ArgumentError
            `by` names no column of the index.
        DesignError
            A participant is not named, or has more than one curve of a kind: phases, sides or sets that are not in
            `by`.
        """
        by = (by,) if isinstance(by, str) else tuple(by)
        means = self.participant_means() if "repetition" in self.index.columns else self
        for name in by:
            check_unknown("column", name, [column for column in means.index.columns if column != "n_repetitions"])
        _check_once(means.index, by)
        cell, first = _cells(means.index, list(by))
        known = np.isfinite(means.values)
        n, values = _sums(known.astype(np.float64), cell), np.where(known, means.values, 0.0)
        mean = np.divide(_sums(values, cell), n, out=np.full(n.shape, np.nan), where=n > 0)
        squares = _sums(np.where(known, (values - mean[cell]) ** 2, 0.0), cell)
        sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
        n_points = means.values.shape[1]
        table = means.index.iloc[np.repeat(first, n_points)][list(by)].reset_index(drop=True)
        table["point"] = np.tile(means.points, len(first))
        table["mean"], table["sd"], table["n"] = mean.ravel(), sd.ravel(), n.ravel().astype(np.int64)
        table["median"], table["q25"], table["q75"] = _quartiles(means.values, cell)
        return table[table["n"] > 0].reset_index(drop=True)

    @classmethod
    def concat(cls, curves: Sequence[Curves]) -> Curves:
        """Put the curves of several recordings together.

        Raises
        ------
        ArgumentError
            There are none, or they differ in number of points, unit, `during`, axis or kind of reference. Those against
            an angle may have different ones.
        """
        curves = list(curves)
        if not curves:
            raise ArgumentError("There are no curves to put together", allowed="at least one Curves", got="none")
        for what, values in (
            ("axis", [one.against for one in curves]),
            ("number of points", [str(one.values.shape[1]) for one in curves if one.angles is None]),
            ("unit", [one.unit for one in curves]),
            ("during", [one.during for one in curves]),
            ("kind of reference", [one.reference.split(":")[0] for one in curves]),
        ):
            if len(set(values)) > 1:
                raise ArgumentError(
                    f"The curves differ in {what}", allowed=f"one {what}", got=listed(sorted(set(values)))
                )
        every = [one.angles for one in curves if one.angles is not None]
        angles = np.unique(np.concatenate(every)) if every else None
        return replace(
            curves[0],
            values=np.concatenate([one.values if angles is None else one._on(angles) for one in curves]),
            index=pd.concat([one.index for one in curves], ignore_index=True),
            reference=", ".join(dict.fromkeys(one.reference for one in curves)),
            angles=angles,
        )

    def _on(self, angles: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at these angles, NaN where the curves do not have one."""
        values = np.full((len(self), len(angles)), np.nan)
        values[:, np.isin(angles, self.points)] = self.values
        return values

    def sentence(self) -> str:
        """Say how the curves were made, for a Methods section.

        Examples
        --------
        >>> index = pd.DataFrame({"participant": ["P1"]})
        >>> Curves(values=np.zeros((1, 101)), index=index, during="repetition", unit="%MVC", reference="").sentence()
        'For the curves, each repetition was resampled to 101 points by linear interpolation.'
        """
        phases = list(self.index["phase"].unique()) if "phase" in self.index.columns else []
        if self.angles is not None:
            step = number(round(float(np.diff(self.angles).min()), 6))
            passed = "whole degree" if step == "1" else f"multiple of {step} degrees"
            return (
                f"For the curves against the joint angle, the signal was read where the angle, low-pass filtered at 6 "
                f"Hz, first passed each {passed} in the {series(phases)} "
                f"phase{'s' * (len(phases) != 1)}; a participant has a mean at an angle that all repetitions passed."
            )
        points = f"{self.values.shape[1]} points"
        if self.against == "phases":
            return (
                f"For the curves on phase boundaries, the phases of each repetition were put in one order "
                f"({phases[0]}), and each was resampled to an equal share of {points} by linear interpolation."
            )
        what = f"{phases[0]} phase" if self.during == "phase" and len(phases) == 1 else self.during
        return f"For the curves, each {what} was resampled to {points} by linear interpolation."

    def __repr__(self) -> str:
        kinds = [
            f"{self.index[column].nunique()} {column}s"
            for column in ("participant", "exercise", "channel")
            if column in self.index.columns
        ]
        return (
            f"<Curves: {len(self)} of {self.values.shape[1]} points over the {self.during}"
            f"{' against the angle' if self.angles is not None else ''}, in {self.unit} "
            f"(reference {self.reference}); {', '.join(kinds)}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = self.index.head(10).assign(mean=self.values[:10].mean(axis=1), peak=self.values[:10].max(axis=1))
        rest = f"<p>… and {len(self) - 10} more</p>" if len(self) > 10 else ""
        return f"<p>{escape(repr(self)[1:-1])}</p>{shown.to_html(index=False, na_rep='')}{rest}"


def _cells(index: pd.DataFrame, keys: list[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which cell each row belongs to, in order of appearance, and the first row of each."""
    if not keys:
        return np.zeros(len(index), dtype=np.intp), np.zeros(1, dtype=np.intp)
    cell = index.groupby(keys, dropna=False, sort=False).ngroup().to_numpy(dtype=np.intp)
    return np.asarray(cell), np.asarray(np.unique(cell, return_index=True)[1], dtype=np.intp)


def _sums(values: NDArray[np.float64], cell: NDArray[np.intp]) -> NDArray[np.float64]:
    sums = np.zeros((int(cell.max()) + 1, values.shape[1]))
    np.add.at(sums, cell, values)
    return sums


def _quartiles(values: NDArray[np.float64], cell: NDArray[np.intp]) -> NDArray[np.float64]:
    """Median, lower and upper quartile of each cell at each point, shape (3, n_cells · n_points)."""
    found = np.full((3, int(cell.max()) + 1, values.shape[1]), np.nan)
    for place in range(found.shape[1]):
        own = values[cell == place]
        known = np.isfinite(own).sum(axis=0)
        found[:, place, known > 0] = np.nanquantile(own[:, known > 0], [0.5, 0.25, 0.75], axis=0)
        found[1:, place, known < 2] = np.nan
    return found.reshape(3, -1)


def _check_once(index: pd.DataFrame, by: tuple[str, ...]) -> None:
    """One curve a participant in each cell, or the mean would weigh participants unequally."""
    unnamed = int(index["participant"].isna().sum())
    if unnamed:
        raise DesignError(
            f"{unnamed} curves do not say whose they are",
            allowed="a participant in the context of every recording",
            hint="Add it with trial.with_context(participant=…)",
        )
    keys = list(dict.fromkeys(("participant", *by)))
    twice = index[index.duplicated(keys, keep=False)]
    if twice.empty:
        return
    one = twice[(twice[keys].astype(str) == twice[keys].iloc[0].astype(str)).all(axis=1)]
    varying = one.drop(columns=[*keys, "n_repetitions"], errors="ignore").nunique(dropna=False)
    differ = list(varying.index[varying > 1])
    raise DesignError(
        f"Participant {one['participant'].iloc[0]!r} has {len(one)} curves where the ensemble takes one",
        where=", ".join(f"{key} {one[key].iloc[0]}" for key in by),
        got=f"different {listed(differ)}" if differ else "the same curve more than once",
        hint=f"Name {listed(differ)} in by, select one before, or average with participant_means(over=…)"
        if differ
        else "",
    )
