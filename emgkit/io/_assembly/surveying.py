"""What file and user together say of each signal, and every refusal to guess what neither says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from emgkit._checks import check_positive, check_unknown
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, FormatError, Notice, UnitError
from emgkit.io._assembly.content import SAME_RATE, ChannelSpec, FileContent, Overrides, Signal
from emgkit.io._kinds import beside_emg, example_unit, is_other_quantity, kind_of, units_of
from emgkit.io._text import shortened
from emgkit.notation import listed, number
from emgkit.units import in_si

__all__ = ["checked", "numbered", "survey"]

_SPEC_KEYS = ("name", "kind", "muscle", "side", "unit")


def survey(content: FileContent, overrides: Overrides, *, where: str) -> tuple[Signal, ...]:
    """The signals with all that file and user say of them; kind, unit and rate are None where neither says it.

    Each has its position, which `channels` may give in place of a label.

    Raises
    ------
    UnitError
        A unit that the user said is unknown.
    ArgumentError
        A name or position in `units` or `channels` is not in the file, or `sfreq` contradicts the file.
    FormatError
        A channel name occurs twice.
    """
    signals, _ = _surveyed(content, _by_label(content, overrides, where=where), where=where)
    return tuple(replace(signal, position=place) for place, signal in zip(_positions(content), signals, strict=True))


def checked(
    content: FileContent, overrides: Overrides, *, where: str
) -> tuple[tuple[Signal, ...], tuple[Notice, ...], Overrides]:
    """The signals, each with a rate and a unit, with the notices on them, and the overrides by label.

    Raises
    ------
    UnitError
        A unit is unknown or missing.
    ArgumentError
        A name or position in `units` or `channels` is not in the file, or no rate is known, or `sfreq` contradicts the
        file.
    FormatError
        A channel name occurs twice.
    """
    overrides = _by_label(content, overrides, where=where)
    signals, notices = _surveyed(content, overrides, where=where)
    _check_rates(signals, content.stated_sfreq, where=where)
    _check_units(signals, content, overrides, where=where)
    return signals, notices, overrides


def numbered(labels: Iterable[str]) -> list[str]:
    """Names that are unique: the labels, with the position (from 1) where one is empty or stands for several channels.

    Examples
    --------
    >>> numbered(["EMG", "EMG", "BF", ""])
    ['EMG #1', 'EMG #2', 'BF', 'channel 4']
    """
    names = [label or f"channel {position}" for position, label in enumerate(labels, start=1)]
    while len(counts := Counter(names)) < len(names):
        names = [f"{name} #{position}" if counts[name] > 1 else name for position, name in enumerate(names, start=1)]
    return names


def _positions(content: FileContent) -> list[int]:
    """Where each signal stands in the file, counted from 1."""
    return [signal.position or place for place, signal in enumerate(content.signals, start=1)]


def _by_label(content: FileContent, overrides: Overrides, *, where: str) -> Overrides:
    """The same with a label for each position in `channels`."""
    labels = {place: signal.label for place, signal in zip(_positions(content), content.signals, strict=True)}
    labels |= content.left_out
    named: dict[str | int, ChannelSpec] = {}
    for key, spec in (overrides.channels or {}).items():
        if not isinstance(key, str) and key not in labels:
            raise ArgumentError(
                f"Unknown position in 'channels': {key!r}",
                where=where, allowed=f"a whole number from 1 to {max(labels, default=0)}, or a label", got=repr(key),
                hint="emgkit info lists the channels with their positions, the first is 1",
            )  # fmt: skip
        label = key if isinstance(key, str) else labels[key]
        if label in named:
            raise ArgumentError(
                f"'channels' has the channel {label!r} twice",
                where=where, allowed="its label or its position", got=listed(key for key in overrides.channels or {}),
            )  # fmt: skip
        named[label] = spec
    return replace(overrides, channels=named) if named else overrides


def _surveyed(
    content: FileContent, overrides: Overrides, *, where: str
) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    _check_names([signal.label for signal in content.signals], where=where)
    _check_overrides(content, overrides, where=where)
    signals, notices = _with_rates(content, overrides, where=where)
    signals = tuple(_described(signal, overrides) for signal in signals)
    _check_names([signal.name or signal.label for signal in signals], where=where)
    settled = tuple(_settled(signal, overrides) for signal in signals)
    # a muscle that was named says as clearly as a kind what the channel is
    assumed = [
        after.label
        for before, after in zip(signals, settled, strict=True)
        if before.kind is None and after.kind == "EMG" and after.muscle is None and not kind_of(before.label, None)
        and isinstance(overrides.units, str) and before.unit is None
    ]  # fmt: skip
    settled, others = _others_apart(settled)
    settled, without_unit = _without_unit(settled)
    return settled, (*notices, *_kind_assumed(assumed, overrides), *others, *without_unit)


def _without_unit(signals: tuple[Signal, ...]) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    """The signals, numbers without a unit where the file gives one of a quantity that emgkit has no unit for."""
    foreign = {
        one.label: str(one.unit) for one in signals
        if one.unit is not None and one.unit_source != "user" and is_other_quantity(one.label, one.unit)
    }  # fmt: skip
    if not foreign:
        return signals, ()
    listing = shortened(label if unit in label else f"{label} ({unit})" for label, unit in foreign.items())
    text = f"Left without a unit, since emgkit does not know it: {listing}."
    kept = tuple(
        replace(one, unit="n/a", kind="MISC" if one.kind is None else one.kind) if one.label in foreign else one
        for one in signals
    )
    return kept, (Notice(code="unit-unknown", text=text),)


def _others_apart(signals: tuple[Signal, ...]) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    """The signals with those kept apart that only their unit made EMG, in a file that says which channels are EMG."""
    others = beside_emg([
        one.label for one in signals
        if one.kind == "EMG" and one.kind_source == "heuristic" and one.muscle is None and one.unit_source != "user"
    ])  # fmt: skip
    if not others:
        return signals, ()
    text = (
        f"Taken for no EMG, though in volts, since other labels of the file name EMG or muscles: {shortened(others)}."
    )
    hint = f"If one is EMG, say it: channels={{{others[0]!r}: {{'kind': 'EMG'}}}}."
    apart = tuple(replace(one, kind="MISC") if one.label in others else one for one in signals)
    return apart, (Notice(code="kind-likely", text=text, hint=hint),)


def _kind_assumed(labels: list[str], overrides: Overrides) -> tuple[Notice, ...]:
    if not labels:
        return ()
    text = (
        f"{shortened(labels)} {'was' if len(labels) == 1 else 'were'} taken for EMG only because "
        f"units={overrides.units!r} was said for all EMG. Say what is something else: "
        f"channels={{{labels[-1]!r}: {{'kind': 'POS', 'unit': 'm'}}}}; name the muscle of what is EMG: "
        f"channels={{{labels[0]!r}: {{'muscle': …}}}}."
    )
    return (Notice(code="kind-assumed", text=text),)


def _check_names(names: Iterable[str], *, where: str) -> None:
    names = list(names)
    if not names:
        raise FormatError("The file holds no signal", where=where, allowed="at least one channel")
    empty = [str(position + 1) for position, name in enumerate(names) if not name]
    if empty:
        raise FormatError("A channel has no name", where=where, got=f"channel {', '.join(empty)}")
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise FormatError(
            "Channel names must be unique",
            where=where,
            got=f"more than once: {shortened(twice)}",
            hint="Rename the channels in the file; a name that stands for two signals cannot be asked for",
        )


def _check_overrides(content: FileContent, overrides: Overrides, *, where: str) -> None:
    labels = [signal.label for signal in content.signals]
    names = [signal.name for signal in content.signals if signal.name]
    if overrides.sfreq is not None:
        check_positive("sfreq", overrides.sfreq, unit="Hz")
    known = dict.fromkeys([*labels, *names, *content.left_out.values()])
    for label in overrides.by_label:
        _check_label("channels", label, known, content, where=where)
    if isinstance(overrides.units, str):
        _check_emg_unit(overrides.units, where="units=, for all EMG channels")
        return
    known |= dict.fromkeys(filter(None, (_field(spec, "name") for spec in (overrides.channels or {}).values())))
    for label, unit in (overrides.units or {}).items():
        _check_label("units", label, known, content, where=where)
        in_si(0.0, unit)


def _check_label(parameter: str, label: str, known: Collection[str], content: FileContent, *, where: str) -> None:
    """Refuse a label that no channel has, or that stands for several, each of which has a number beside it."""
    if label in known:
        return
    places = {signal.label: place for place, signal in zip(_positions(content), content.signals, strict=True)}
    doubled = {name: place for name, place in places.items() if name == f"{label} #{place}"}
    if doubled:
        specs = ", ".join(f"{place}: {{'name': …}}" for place in list(doubled.values())[:2])
        raise ArgumentError(
            f"The label {label!r} stands for several channels of the file",
            where=where, allowed=listed(doubled), got=repr(label),
            hint=f"Give each by its position: channels={{{specs}}}",
        )  # fmt: skip
    check_unknown(f"label in {parameter!r}:", label, known, where=where)


def _with_rates(
    content: FileContent, overrides: Overrides, *, where: str
) -> tuple[tuple[Signal, ...], tuple[Notice, ...]]:
    """Every signal with a rate: the file's, else the user's, else a likely one with its notice."""
    signals, notices = [], []
    for signal in content.signals:
        if signal.sfreq is not None:
            if overrides.sfreq is not None and abs(overrides.sfreq / signal.sfreq - 1) > SAME_RATE:
                raise ArgumentError(
                    "'sfreq' contradicts the file",
                    where=f"{where}, channel {signal.label!r}",
                    allowed=f"{number(signal.sfreq)} Hz, as the file says",
                    got=f"{number(overrides.sfreq)} Hz",
                    hint="Leave sfreq out; it is for files that give no rate. To change the rate use the step Resample",
                )
            signals.append(signal)
        elif overrides.sfreq is not None:
            signals.append(replace(signal, sfreq=float(overrides.sfreq), sfreq_source="user"))
            notices = _other_than_stated(overrides.sfreq, content.stated_sfreq)
        elif content.likely_sfreq is not None:
            rate, notice = content.likely_sfreq
            signals.append(replace(signal, sfreq=rate, sfreq_source="heuristic"))
            notices = [notice]
        else:
            signals.append(signal)
    return tuple(signals), tuple(notices)


def _other_than_stated(sfreq: float, stated: tuple[float, str] | None) -> list[Notice]:
    """A notice where the user's rate is not the one that a comment of the file names."""
    if stated is None or abs(sfreq / stated[0] - 1) <= SAME_RATE:
        return []
    text = f"sfreq={number(sfreq)} Hz was taken, though {stated[1]}, says {number(stated[0])} Hz."
    return [Notice(code="rate-contradiction", text=text)]


def _check_rates(signals: Iterable[Signal], stated: tuple[float, str] | None, *, where: str) -> None:
    hint = "Say it: read(path, sfreq=1000)"
    if stated is not None:
        hint = f"Say it: read(path, sfreq={stated[0]:.10g}), if the rate in {stated[1]}, is right"
    for signal in signals:
        if signal.sfreq is None:
            raise ArgumentError(
                "The file gives no sampling rate",
                where=f"{where}, channel {signal.label!r}",
                allowed="a time column, a rate in the header, or sfreq=",
                got="none",
                hint=hint,
            )


def _check_units(signals: Iterable[Signal], content: FileContent, overrides: Overrides, *, where: str) -> None:
    """Refuse channels without a unit; those whose label says that they are no EMG need one of their own."""
    lacking = [signal for signal in signals if signal.unit is None]
    if not lacking:
        return
    first, others = lacking[0], [signal for signal in lacking if signal.kind not in (None, "EMG")]
    reason = ""
    if first.kind in (None, "EMG"):
        do = "Say it: read(path, units='mV') for all EMG channels, or one a channel, "
        do += f"read(path, units={{{first.label!r}: 'mV', …}})"
        do = ". ".join([do, *(one.text for one in content.notices if one.code == "offset-likely")])
    else:
        if isinstance(overrides.units, str):
            reason = f": units={overrides.units!r} is for EMG, and its name says something else"
        specs = {one.label: {"kind": one.kind, "unit": example_unit(one.kind)} for one in others[:3]}
        do = (
            f"Say its own unit: units={{{first.label!r}: {example_unit(first.kind)!r}, …}}, one a channel, or beside "
            f"the unit of the EMG channels={repr(specs)[:-1]}{', …' if len(others) > 3 else ''}}}"
        )
        # a trigger or a counter is none, whatever its unit
        if first.kind not in ("TRIG", "MISC"):
            do += f"; if it is EMG after all, channels={{{first.label!r}: {{'kind': 'EMG'}}}}"
    raise UnitError(
        f"Channel {first.label!r} has no unit{reason}",
        where=f"{where}, channel {first.label!r}" + (f" (taken for {first.kind})" if first.kind else ""),
        allowed=units_of(first.kind),
        got="none in the file",
        hint=do,
    )


def _check_emg_unit(unit: str, *, where: str) -> None:
    try:
        in_si(0.0, unit)
    except UnitError as error:
        raise UnitError(error.what, where=where, allowed=units_of("EMG"), got=error.got, hint=error.hint) from None


def _field(spec: ChannelSpec, key: str) -> str | None:
    value = getattr(spec, key) if isinstance(spec, Channel) else spec.get(key)
    return None if value is None else str(value)


def _described(signal: Signal, overrides: Overrides) -> Signal:
    """The signal with the name, kind, muscle and side that the user gave it."""
    specs = overrides.by_label
    spec = specs.get(signal.label, specs.get(signal.name or ""))
    if spec is None:
        return signal
    if not isinstance(spec, Channel):
        for key in spec:
            check_unknown(f"key for channel {signal.label!r}:", key, _SPEC_KEYS)
    stated = {key: _field(spec, key) for key in ("name", "kind", "muscle", "side")}
    changes = {key: value for key, value in stated.items() if value is not None}
    if "kind" in changes:
        changes |= {"kind": changes["kind"].upper(), "kind_source": "user"}
    if "muscle" in changes or "side" in changes:
        changes["muscle_source"] = "user"
    if not isinstance(spec, Channel) and spec.get("unit") is not None:
        changes |= {"unit": str(spec["unit"]), "unit_source": "user"}
    return replace(signal, **changes)  # type: ignore[arg-type]  # only text fields are changed


def _settled(signal: Signal, overrides: Overrides) -> Signal:
    """The signal with its unit and kind; a unit said for all EMG goes to what nothing says is another kind."""
    units = overrides.units
    if isinstance(units, Mapping):
        stated = units.get(signal.label, units.get(signal.name or signal.label))
        if stated is not None:
            signal = replace(signal, unit=stated, unit_source="user")
    if signal.kind is None:
        guess = kind_of(signal.label, signal.unit)
        if guess is None and signal.unit is None and isinstance(units, str):
            guess = "EMG"
        signal = replace(signal, kind=guess, kind_source="heuristic")
    if isinstance(units, str) and signal.kind == "EMG" and signal.unit_source != "user":
        signal = replace(signal, unit=units, unit_source="user")
    return signal
