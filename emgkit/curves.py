"""Curves on a common time axis: 0 to 100 percent of a repetition or a phase."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_unknown, check_whole
from emgkit.errors import ArgumentError, DesignError, SignalError
from emgkit.notation import listed, number
from emgkit.recording import Recording
from emgkit.windows import reference_of, windows

__all__ = ["INDEX", "Curves", "register_phases", "time_normalize"]

# what says whose and what a curve is
INDEX = (
    "participant", "group", "session", "task", "exercise", "set", "repetition", "phase", "channel", "muscle", "side",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Curves:
    """Time-normalised curves, one a row, and a table that says what each is of.

    Parameters
    ----------
    values : array_like, shape (n_curves, n_points)
        Finite values in `unit`; copied and made read-only.
    index : DataFrame
        One row a curve, with the columns :data:`INDEX` or, after averaging, those that are left and `n_repetitions`.
    during : str
        What 0 to 100 percent is of: ``"repetition"`` or ``"phase"``.
    unit : str
        Unit of `values`, the same for all.
    reference : str, default "none"
        What 100 %MVC is of, as in tables of numbers.

    Raises
    ------
    ArgumentError
        Values and index do not fit together.
    """

    values: NDArray[np.float64]
    index: pd.DataFrame
    during: str
    unit: str
    reference: str = "none"

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or len(values) != len(self.index) or values.shape[1] < 2:
            raise ArgumentError(
                "The values and the index of the curves do not fit together",
                allowed="values of shape (n_curves, n_points), at least 2 points, one row of the index a curve",
                got=f"values of shape {values.shape} and {len(self.index)} rows",
            )
        if not np.isfinite(values).all():
            raise SignalError("A curve has points that are NaN or infinite", allowed="finite values")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "index", self.index.reset_index(drop=True))

    @property
    def points(self) -> NDArray[np.float64]:
        """Percent of the repetition or phase at each point, 0 to 100, shape (n_points,)."""
        return np.linspace(0.0, 100.0, self.values.shape[1])

    def __len__(self) -> int:
        return len(self.values)

    def to_frame(self) -> pd.DataFrame:
        """Long table: the index's columns, `point` (percent, 0 to 100) and `value`."""
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
            ``"side"`` the column `channel` goes too.

        Returns
        -------
        Curves
            With `n_repetitions` in the index, the number of repetitions averaged.

        Raises
        ------
        ArgumentError
            `over` names no column of the index, or the participant.
        """
        names = (over,) if isinstance(over, str) else tuple(over)
        averaged = self
        for name in names:
            known = [column for column in averaged.index.columns if column not in ("participant", "n_repetitions")]
            check_unknown("column to average over", name, known)
            averaged = averaged._averaged(name)
        return averaged

    def _averaged(self, name: str) -> Curves:
        """The curves averaged over one column of the index, which goes."""
        gone = {name, "n_repetitions", *(("channel",) if name == "side" else ())}
        keys = [column for column in self.index.columns if column not in gone]
        cell, first = _cells(self.index, keys)
        counts = np.bincount(cell)
        index = self.index.iloc[first][keys].reset_index(drop=True)
        before = self.index.get("n_repetitions", pd.Series(1, index=self.index.index))
        index["n_repetitions"] = np.bincount(cell, weights=before.to_numpy()).astype(np.int64)
        return Curves(
            values=_sums(self.values, cell) / counts[:, None], index=index, during=self.during, unit=self.unit,
            reference=self.reference,
        )  # fmt: skip

    def most_repeatable(self, n: int) -> Curves:
        """The repetitions whose curves, over all channels together, lie nearest to the mean of the others.

        Parameters
        ----------
        n : int
            How many of each set; all where there are fewer.

        Returns
        -------
        Curves
            Every channel of these repetitions, in the order they had.

        Raises
        ------
        ArgumentError
            `n` is below 1, or the curves are averaged over repetitions already.

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
        """Mean and standard deviation over participants, after averaging each participant's repetitions.

        Parameters
        ----------
        by : sequence of str, default ("exercise", "muscle")
            What gets a curve of its own.

        Returns
        -------
        DataFrame
            Columns `by`, `point` (percent), `mean`, `sd` (divisor n − 1; NaN of one participant) and `n`, the number
            of participants.

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
        n = np.bincount(cell)
        mean = _sums(means.values, cell) / n[:, None]
        squares = _sums((means.values - mean[cell]) ** 2, cell)
        sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan)[:, None])
        n_points = means.values.shape[1]
        table = means.index.iloc[np.repeat(first, n_points)][list(by)].reset_index(drop=True)
        table["point"] = np.tile(means.points, len(first))
        table["mean"], table["sd"], table["n"] = mean.ravel(), sd.ravel(), np.repeat(n, n_points)
        return table

    @classmethod
    def concat(cls, curves: Sequence[Curves]) -> Curves:
        """Put the curves of several recordings together.

        Raises
        ------
        ArgumentError
            There are none, or they differ in number of points, unit, `during` or kind of reference.
        """
        curves = list(curves)
        if not curves:
            raise ArgumentError("There are no curves to put together", allowed="at least one Curves", got="none")
        for what, values in (
            ("number of points", [str(one.values.shape[1]) for one in curves]),
            ("unit", [one.unit for one in curves]),
            ("during", [one.during for one in curves]),
            ("kind of reference", [one.reference.split(":")[0] for one in curves]),
        ):
            if len(set(values)) > 1:
                raise ArgumentError(
                    f"The curves differ in {what}", allowed=f"one {what}", got=listed(sorted(set(values)))
                )
        return cls(
            values=np.concatenate([one.values for one in curves]),
            index=pd.concat([one.index for one in curves], ignore_index=True),
            during=curves[0].during,
            unit=curves[0].unit,
            reference=", ".join(dict.fromkeys(one.reference for one in curves)),
        )

    def sentence(self) -> str:
        """Say how the curves were made, for a Methods section.

        Examples
        --------
        >>> index = pd.DataFrame({"participant": ["P1"]})
        >>> Curves(values=np.zeros((1, 101)), index=index, during="repetition", unit="%MVC", reference="").sentence()
        'For the curves, each repetition was resampled to 101 points by linear interpolation.'
        """
        points = f"{self.values.shape[1]} points by linear interpolation"
        return f"For the curves, each {self.during} was resampled to {points}."

    def __repr__(self) -> str:
        kinds = [
            f"{self.index[column].nunique()} {column}s"
            for column in ("participant", "exercise", "channel")
            if column in self.index.columns
        ]
        return (
            f"<Curves: {len(self)} of {self.values.shape[1]} points over the {self.during}, in {self.unit} "
            f"(reference {self.reference}); {', '.join(kinds)}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = self.index.head(10).assign(mean=self.values[:10].mean(axis=1), peak=self.values[:10].max(axis=1))
        rest = f"<p>… and {len(self) - 10} more</p>" if len(self) > 10 else ""
        return f"<p>{escape(repr(self)[1:-1])}</p>{shown.to_html(index=False, na_rep='')}{rest}"


def time_normalize(
    recording: Recording, *, during: str = "repetition", phase: str | None = None, points: int = 101
) -> Curves:
    """Every accepted repetition or phase of every channel on 0 to 100 percent of its duration.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    during : {"repetition", "phase", "recording"}
        What 0 to 100 percent is of.
    phase : str, optional
        Only this phase of each repetition: ``"eccentric"``, ``"concentric"`` or ``"hold"``.
    points : int, default 101
        Number of points, 0 and 100 percent included.

    Returns
    -------
    Curves
        In order of time, then of channels.

    Raises
    ------
    ArgumentError
        `points` is below 2, or the channels differ in unit.
    SignalError
        There are no such events, all are rejected, or one has fewer than 2 samples or does not lie wholly inside.

    Notes
    -----
    Linear interpolation at equally spaced positions from the first to the last sample of the window.

    Examples
    --------
    >>> from emgkit import Channel, Event, Recording
    >>> ramp = Recording(
    ...     data=[[0.0, 1.0, 2.0, 3.0, 4.0, 9.0]], sfreq=10.0, channels=(Channel(name="VL", unit="%MVC"),),
    ...     events=(Event(onset=0.0, duration=0.5, label="repetition", columns={"repetition": 1}),),
    ... )
    >>> time_normalize(ramp, points=3).values
    array([[0., 2., 4.]])
    """
    check_whole("points", points, least=2)
    units = dict.fromkeys(channel.unit for channel in recording.channels)
    if len(units) > 1:
        raise ArgumentError(
            "The channels differ in unit", allowed="one unit", got=listed(units), hint="Pick those of one"
        )
    found = windows(recording, during=during, phase=phase)
    short = [w for w in found if w.stop - w.first < 2]
    if short:
        raise SignalError(
            "A window is too short for a curve",
            where=f"repetition {short[0].facts['repetition']} ({short[0].facts['phase']}) at "
            f"{number(recording.start + short[0].first / recording.sfreq)} s",
            allowed="at least 2 samples",
            got="1 sample",
        )
    facts = [
        (*(w.facts[key] for key in INDEX[:8]), channel.name, channel.muscle, channel.side)
        for w in found
        for channel in (recording.channels[row] for row in w.rows)
    ]
    index = pd.DataFrame(
        {key: pd.Series(values, dtype=object) for key, values in zip(INDEX, zip(*facts, strict=True), strict=True)}
    )
    if all(isinstance(w.facts["repetition"], int) for w in found):
        index["repetition"] = index["repetition"].astype(np.int64)
    return Curves(
        values=np.concatenate([_stretched(w.cut(recording.data), points) for w in found]),
        index=index,
        during=during if phase is None else "phase",
        unit=next(iter(units)),
        reference=reference_of(recording),
    )


def register_phases(
    recording: Recording, *, order: Sequence[str] = ("eccentric", "concentric"), points: int = 101
) -> Curves:
    """Every accepted repetition with its phases in one order, each on the same share of 0 to 100 percent.

    So the boundary between two phases lies at the same percentage in all repetitions, and a lift that starts with the
    concentric phase can be laid over one that starts with the eccentric phase.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    order : sequence of str, default ("eccentric", "concentric")
        The phases, whichever came first; a phase that is not named, such as ``"hold"``, is left out.
    points : int, default 101
        Number of points, 0 and 100 percent included.

    Returns
    -------
    Curves
        In order of time, then of channels; `phase` names the phases in their order.

    Raises
    ------
    ArgumentError
        No phase or one phase twice is named, `points` is below 2, or the channels differ in unit.
    SignalError
        A repetition lacks a phase, or has it more than once; else as for :func:`time_normalize`.

    Notes
    -----
    With K phases the k-th takes the points from 100 (k - 1) / K percent on; within each, linear interpolation from its
    first to its last sample. The point on a boundary belongs to the phase that begins there. Where the order is not
    that of the movement, the curve may jump at the boundary.

    Examples
    --------
    >>> from emgkit import Channel, Event, Recording
    >>> ramp = Recording(
    ...     data=[[10.0, 11.0, 12.0, 0.0, 1.0, 2.0, 9.0]], sfreq=10.0, channels=(Channel(name="VL", unit="%MVC"),),
    ...     events=(
    ...         Event(onset=0.0, duration=0.3, label="phase", columns={"repetition": 1, "phase": "concentric"}),
    ...         Event(onset=0.3, duration=0.3, label="phase", columns={"repetition": 1, "phase": "eccentric"}),
    ...     ),
    ... )
    >>> register_phases(ramp, points=5).values
    array([[ 0.,  1., 10., 11., 12.]])
    """
    names = (order,) if isinstance(order, str) else tuple(order)
    if not names or len(set(names)) < len(names):
        raise ArgumentError("The phases cannot be put in order", allowed="each phase once", got=repr(names))
    parts = [time_normalize(recording, during="phase", phase=name, points=points) for name in names]
    keys = [key for key in INDEX if key != "phase"]
    for name, part in zip(names, parts, strict=True):
        same = len(part) == len(parts[0]) and part.index[keys].equals(parts[0].index[keys])
        if not same or part.index.duplicated(keys).any():
            counts = ", ".join(f"{len(one)} {which}" for which, one in zip(names, parts, strict=True))
            raise SignalError(
                f"The repetitions do not all have the phase {name!r} once",
                allowed=f"each of {listed(names)} once a repetition",
                got=f"curves of phases: {counts}",
            )
    place = np.linspace(0.0, len(names), points)
    which = np.minimum(place.astype(np.intp), len(names) - 1)
    within = place - which
    values = np.empty((len(parts[0]), points))
    for phase, name in enumerate(names):
        segments = [w.cut(recording.data) for w in windows(recording, during="phase", phase=name)]
        shares = within[which == phase]
        values[:, which == phase] = np.concatenate([_at(one, shares * (one.shape[1] - 1)) for one in segments])
    said = ", then ".join(names)
    return replace(parts[0], values=values, index=parts[0].index.assign(phase=said), during=f"{said} phase")


def _stretched(segment: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    return _at(segment, np.linspace(0.0, segment.shape[1] - 1, points))


def _at(segment: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values between the samples of a segment, on the line from one to the next."""
    left = np.minimum(position.astype(np.intp), segment.shape[1] - 2)
    share = position - left
    return np.asarray(segment[:, left] * (1.0 - share) + segment[:, left + 1] * share)


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
