"""The rows of each kind of measure, from the signals of one recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from emgkit import derived, measures
from emgkit.channels import Event
from emgkit.errors import EmgkitError, Notice, StudyError
from emgkit.events import find_onsets
from emgkit.factorization import synergies
from emgkit.notation import counted, listed, number, readable
from emgkit.recording import Recording, Trial
from emgkit.study.file.measures import MeasureSpec
from emgkit.windows import OWN_SIDE, Window, reference_of, windows

__all__ = ["SYNERGY_SEED", "Signals", "Taken", "errors_name", "joint_of", "take"]

# of the random starts of the factorisation
SYNERGY_SEED = 1
# a straight line with an interval needs so many numbers
_FEWEST = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Signals:
    """A trial, and its EMG after the filters and as an envelope in percent of the reference."""

    trial: Trial
    percent: Recording
    filtered: Recording

    def during(self, events: tuple[Event, ...]) -> Signals:
        """The same signals with other repetitions."""
        percent, filtered = (replace(one, events=events) for one in (self.percent, self.filtered))
        return Signals(trial=self.trial, percent=percent, filtered=filtered)


@dataclass(frozen=True, kw_only=True, eq=False)
class Taken:
    """The rows of a measure, further tables by name, and what is to be noticed."""

    rows: pd.DataFrame
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def take(signals: Signals, spec: MeasureSpec) -> Taken:
    """Take one measure of a recording; of a symmetry index, the numbers of the single sides.

    Raises
    ------
    EmgkitError
        The number cannot be taken.
    """
    if spec.name == "symmetry":
        return take(signals, spec.inner)
    kind = "burst" if spec.by_burst else spec.name
    with errors_name(spec) if spec.given or kind in _KINDS else nullcontext():
        taken = _KINDS.get(kind, _plain)(signals, spec)
    return replace(taken, rows=taken.rows.assign(measure=pd.Series([spec.called] * len(taken.rows), dtype=object)))


@contextmanager
def errors_name(spec: MeasureSpec) -> Iterator[None]:
    """Name the measure of the study file in an error raised inside."""
    try:
        yield
    except EmgkitError as problem:
        if "[[measures]]" in problem.where:
            raise
        where = ", ".join(part for part in (problem.where, f"[[measures]] {spec.called}") if part)
        raise type(problem)(**{**problem.parts, "where": where}) from problem


def joint_of(trial: Trial, channel: str | None, where: str) -> Recording:
    """The one joint angle of a trial, or the one that the study file names.

    Raises
    ------
    StudyError
        There is none, or there are several.
    """
    angles = [stream for name, stream in trial.items() if name.startswith("angle")]
    joints = [(stream, one) for stream in angles for one in stream.channels if one.unit == "deg"]
    named = [(stream, one) for stream, one in joints if channel is None or channel in (one.name, one.heading)]
    if len(named) == 1:
        stream, one = named[0]
        return stream.pick(one.name)
    if not joints:
        raise StudyError(
            "There is no joint angle in the recording",
            where=where,
            allowed="a stream in deg",
            got=f"the streams {listed(trial)}",
            hint='Put its file beside the EMG ([data] join = …), or say which channel it is: [channels] "…" = '
            '{ kind = "JNTANG", unit = "deg" }',
        )
    raise StudyError(
        "There are several joint angles in the recording"
        if channel is None
        else f"There is no joint angle {channel!r}",
        where=where,
        allowed=f'channel = "…", one of {listed(one.name for _, one in joints)}',
        got="no channel named" if channel is None else repr(channel),
    )


def _plain(signals: Signals, spec: MeasureSpec) -> Taken:
    """A number of one stretch of one channel."""
    amplitude = measures.MEASURES[spec.name].of == "amplitude"
    return Taken(
        rows=measures.measure(
            signals.percent if amplitude else signals.filtered,
            spec.name,
            during=spec.during,
            phase=spec.phase,
            **spec.options,
        )
    )


def _co_contraction(signals: Signals, spec: MeasureSpec) -> Taken:
    pairs, notices = list[tuple[str, str]](), list[Notice]()
    channels = signals.percent.channels
    for muscles in spec.muscles or ():
        own = derived.pairs_of(channels, muscles)
        pairs += own
        sides = {one.name: one.side for one in channels}
        lacking = {one.side for one in channels if one.muscle in muscles} - {sides[first] for first, _ in own}
        if lacking:
            text = (
                f"There is no {spec.called} of {' and '.join(map(readable, muscles))} on the "
                f"{' and '.join(sorted(map(str, lacking)))} side: one of the two was not recorded there."
            )
            notices.append(Notice(code="pair-on-one-side", text=text))
    rows = derived.co_contraction(
        signals.percent, pairs, index=spec.formula or "falconer-winter", during=spec.during, phase=spec.phase
    )
    return Taken(rows=rows, notices=tuple(notices))


def _angle_of_peak(signals: Signals, spec: MeasureSpec) -> Taken:
    joint = joint_of(signals.trial, spec.channel, f"[[measures]] {spec.called}")
    return Taken(rows=derived.angle_of_peak(signals.percent, joint, during=spec.during, phase=spec.phase))


def _burst(signals: Signals, spec: MeasureSpec) -> Taken:
    """A number of the burst that belongs to each repetition; repetitions without one have no row, and are noticed."""
    how: dict[str, Any] = {"method": spec.method} if spec.method else {}
    onsets = find_onsets(signals.filtered, baseline=spec.baseline, **how)
    rows = derived.burst_times(signals.filtered, onsets, spec.name, during=spec.during, phase=spec.phase)
    lacking = rows["value"].isna()
    notices = tuple(
        Notice(
            code="no-burst",
            text=f"{channel} has no {spec.called} in {int(own.sum())} of {counted(len(own), 'repetition')}: no burst "
            "of its own was found there, or its edge lies outside the recording. The others are averaged.",
        )
        for channel, own in lacking.groupby(rows["channel"], sort=False)
        if own.any()
    )
    return Taken(rows=rows[~lacking].reset_index(drop=True), details={"onsets": onsets}, notices=notices)


def _slope(signals: Signals, spec: MeasureSpec) -> Taken:
    """How the inner measure changes along the repetitions, or along time within each."""
    if spec.window is None:
        taken = take(signals, spec.inner)
        _check_enough(taken.rows["repetition"].nunique(), spec, "repetitions")
        lines = derived.slopes(taken.rows)
        lines = lines.assign(repetition=None, n_repetitions=lines["n"])
        per, notices = "repetition", taken.notices
    else:
        found = windows(signals.percent, during=spec.during, phase=spec.phase)
        parts = [_slope_within(signals, spec, window) for window in found]
        lines = pd.concat([one for one, _ in parts], ignore_index=True).assign(n_repetitions=1)
        per, notices = "s", tuple(dict.fromkeys(notice for _, more in parts for notice in more))
    lines["unit"] = [f"{unit}/{per}" for unit in lines["unit"]]
    further = ["n_repetitions", *(name for name in ("angle_low", "angle_high", OWN_SIDE) if name in lines.columns)]
    rows = lines.rename(columns={"slope": "value"})[[*measures.COLUMNS, *further]].to_dict("records")
    details = lines.drop(columns=["n_repetitions", "reference"]).rename(columns={"measure": "of"})
    details.insert(0, "measure", spec.called)
    return Taken(
        rows=measures.as_rows([{str(name): value for name, value in row.items()} for row in rows]),
        details={"slopes": details},
        notices=notices,
    )


def _slope_within(signals: Signals, spec: MeasureSpec, window: Window) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    """The line over time within one repetition or phase: the inner measure of one part after the other."""
    recording, length = signals.percent, spec.window or 0.0
    n_parts = int((window.stop - window.first) / recording.sfreq / length + 1e-9)
    _check_enough(n_parts, spec, f"windows of {number(length)} s")
    begin = recording.start + window.first / recording.sfreq
    known = {key: window.facts[key] for key in ("exercise", "set", "load_kg") if window.facts[key] is not None}
    if len(window.rows) < len(recording.channels):
        # of a repetition of one side
        known["side"] = recording.channels[window.rows[0]].side
    parts = tuple(
        Event(onset=begin + n * length, duration=length, label="repetition", columns={**known, "repetition": n})
        for n in range(n_parts)
    )
    inner = spec.inner.model_copy(update={"during": "repetition", "phase": None})
    taken = take(signals.during(parts), inner)
    rows = taken.rows.assign(time=(taken.rows["repetition"].astype(float) + 0.5) * length, phase=window.facts["phase"])
    lines = derived.slopes(rows.drop(columns="repetition"), over="time")
    return lines.assign(repetition=window.facts["repetition"]), taken.notices


def _check_enough(n: int, spec: MeasureSpec, what: str) -> None:
    if n < _FEWEST:
        hint = "Take it over time within a contraction, window = 1.0 (s); or leave the recording out, [exclude] files"
        raise StudyError(
            f"There are too few {what} for a slope",
            where=f"[[measures]] {spec.called}",
            allowed=f"at least {_FEWEST}",
            got=str(n),
            hint=hint if spec.window is None else "Take shorter windows",
        )


def _synergy_vaf(signals: Signals, spec: MeasureSpec) -> Taken:
    """How much of all channels the synergies account for, over all repetitions of the recording together."""
    recording = signals.percent
    found = synergies(recording, n=spec.synergies or 1, seed=SYNERGY_SEED, during=spec.during, phase=spec.phase)
    first, *others = windows(recording, during=spec.during, phase=spec.phase)
    facts = {key: first.facts[key] for key in ("participant", "group", "session", "task", "exercise", "phase")}
    for key in ("set", "load_kg"):
        facts[key] = first.facts[key] if all(one.facts[key] == first.facts[key] for one in others) else None
    row = {
        **facts, "measure": spec.called, "value": 100 * found.vaf, "unit": "%", "reference": reference_of(recording),
        "n_repetitions": 1 + len(others),
    }  # fmt: skip
    weights = found.weights.reset_index(names="channel").melt("channel", var_name="synergy", value_name="weight")
    by_name = {one.name: one for one in recording.channels}
    weights["muscle"] = [by_name[name].muscle for name in weights["channel"]]
    weights["side"] = [by_name[name].side for name in weights["channel"]]
    weights["vaf_of_channel"] = [found.vaf_by_channel[name] for name in weights["channel"]]
    return Taken(
        rows=measures.as_rows([row]),
        details={"synergies": weights.assign(measure=spec.called, exercise=facts["exercise"])},
    )


_KINDS: Mapping[str, Callable[[Signals, MeasureSpec], Taken]] = MappingProxyType(
    {
        "angle_of_peak": _angle_of_peak,
        "burst": _burst,
        "co_contraction": _co_contraction,
        "slope": _slope,
        "synergy_vaf": _synergy_vaf,
    }
)
