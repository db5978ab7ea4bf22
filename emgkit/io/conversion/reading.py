"""A source as the recordings of a data set: one, or several where its streams do not fit into one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from emgkit.channels import Channel, Value
from emgkit.errors import ArgumentError, EmgkitError, Notice
from emgkit.io._assembly import FileContent, Overrides, assemble, survey
from emgkit.io.channel_map import ChannelSpec
from emgkit.io.conversion.map_file import ChannelFacts, ConversionMap
from emgkit.io.conversion.planning import Planned
from emgkit.io.formats import edf
from emgkit.io.reading import load, place
from emgkit.notation import listed
from emgkit.recording import Recording, Trial

__all__ = ["ReadSource", "read_source"]

_SPEC = tuple(ChannelSpec.model_fields)


@dataclass(frozen=True, kw_only=True)
class ReadSource:
    """What a source becomes.

    `parts` are the trials to write, `columns` further columns of ``channels.tsv`` by the name of the channel, `labels`
    what the file calls its channels, and `about` facts about the participant.
    """

    parts: tuple[Trial, ...]
    labels: tuple[str, ...]
    columns: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    about: Mapping[str, Value] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def read_source(one: Planned, rules: ConversionMap) -> ReadSource:
    """Read a source with what the map says of it; nothing is guessed from labels.

    Raises
    ------
    EmgkitError
        It cannot be read, or the map does not fit it.
    """
    where = place(one.path, one.sheet)
    content = load(one.path, thousands=one.layout.thousands, sheet=one.sheet)
    every = _labels(content)
    content = _without(content, [entry.channel for entry in rules.exclude.channels], where=where)
    labels = _labels(content)
    given: dict[str, ChannelSpec] = {**rules.channels, **one.layout.channels}
    specs = {label: spec for label, spec in given.items() if label in labels}
    units = one.layout.units
    overrides = Overrides(
        sfreq=one.layout.sfreq,
        units=units if units is None or isinstance(units, str) else {k: v for k, v in units.items() if k in labels},
        channels={label: spec.model_dump(include=set(_SPEC), exclude_none=True) for label, spec in specs.items()},
    )
    trial = assemble(content, overrides, where=where)
    names = {one.name or one.label: one.label for one in survey(content, overrides, where=where)}
    about = {key: value for key, value in content.context.items() if key not in one.labels and key != "participant"}
    # `simulated` is no fact about a person, and is kept with the recording
    own = {"simulated": about.pop("simulated")} if "simulated" in about else {}
    about = {key: value for key, value in about.items() if key not in ("session", "run", "acquisition", "recording")}
    trial = replace(trial, context={"participant": one.participant, **one.labels, **own})
    return ReadSource(
        parts=tuple(_parts(trial)),
        labels=every,
        columns=_columns(trial, names, specs, rules),
        about={**about, **one.facts},
        # of kinds that are likely it is said once, in the words of a map
        notices=(*(one for one in trial.notices if one.code != "kind-assumed"), *_guessed(trial, names)),
    )


def _labels(content: FileContent) -> tuple[str, ...]:
    """What the file calls its channels, and those that cannot be read."""
    named = (label for signal in content.signals for label in (signal.label, signal.name) if label)
    return tuple(dict.fromkeys([*named, *content.left_out.values()]))


def _without(content: FileContent, labels: Iterable[str], *, where: str) -> FileContent:
    """The content without some channels."""
    leave = set(labels)
    # the position in the file stays that of the whole file
    placed = [replace(s, position=s.position or place) for place, s in enumerate(content.signals, start=1)]
    kept = tuple(signal for signal in placed if not leave & {signal.label, signal.name})
    if not kept:
        raise ArgumentError("No channel is left", where=where, allowed="at least one", got=f"without {listed(leave)}")
    return replace(content, signals=kept) if len(kept) < len(placed) else content


def _guessed(trial: Trial, names: Mapping[str, str]) -> list[Notice]:
    """What is written although neither file nor map says it; `names` has what the file calls each channel."""
    channels = [channel for recording in trial.values() for channel in recording.channels]
    likely = [channel for channel in channels if channel.kind_source == "heuristic"]
    notices = []
    if likely:
        kinds, label = [channel.name for channel in likely], names.get(likely[0].name, likely[0].name)
        text = f"The kind of {_some(kinds)} is likely by label and unit: the file does not say it, nor does the map."
        hint = f'Say it in the map: [channels] "{label}" = {{ kind = "{likely[0].kind}" }}'
        notices.append(Notice(code="kind-likely", text=text, hint=hint))
    unnamed = [channel.name for channel in channels if channel.kind == "EMG" and channel.muscle is None]
    if unnamed:
        text = f"The muscle of {_some(unnamed)} is not known: channels.tsv has n/a."
        notices.append(Notice(code="muscle-unknown", text=text))
    return notices


def _some(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= 4 else f"{', '.join(map(repr, names[:3]))} and {len(names) - 3} more"


def _parts(trial: Trial) -> list[Trial]:
    """The trial, or a trial for each group of streams that begin together and fit into one file."""
    groups: list[dict[str, Recording]] = []
    for name, recording in trial.items():
        fitting = next((group for group in groups if _fits([*group.values(), recording])), None)
        if fitting is None:
            groups.append({name: recording})
        else:
            fitting[name] = recording
    if len(groups) == 1:
        return [trial]
    parts = []
    for group in groups:
        first, *more = (name.replace("_", "") for name in group)
        label = "".join([str(trial.context.get("recording") or ""), first, *(name.capitalize() for name in more)])
        parts.append(replace(trial, streams=group).with_context(recording=label))
    return parts


def _fits(recordings: Sequence[Recording]) -> bool:
    """Whether streams fit into one file: they begin together, and one duration holds whole samples of each."""
    try:
        edf.check_fit(recordings)
    except EmgkitError:
        return False
    return True


def _columns(
    trial: Trial, names: Mapping[str, str], specs: Mapping[str, ChannelSpec], rules: ConversionMap
) -> dict[str, dict[str, Value]]:
    """What channels.tsv says beyond name, kind, unit, muscle and side."""
    placement = rules.placement
    columns: dict[str, dict[str, Value]] = {"description": {}, "reference": {}, "placement_scheme": {}}
    columns |= {"placement_description": {}, "interelectrode_distance": {}}
    for channel in (channel for recording in trial.values() for channel in recording.channels):
        label = names.get(channel.name, channel.name)
        if label != channel.name:
            columns["description"][channel.name] = f"{label!r} in the source"
        if channel.kind != "EMG":
            continue
        if (rules.hardware.EMGReference or "").casefold() == "bipolar":
            columns["reference"][channel.name] = "bipolar"
        if placement is not None:
            columns["placement_scheme"][channel.name] = "measured" if placement.measured else "other"
        described = _placement(channel, specs.get(label), rules)
        columns["placement_description"][channel.name], columns["interelectrode_distance"][channel.name] = described
    return {name: values for name, values in columns.items() if any(value is not None for value in values.values())}


def _placement(channel: Channel, spec: ChannelSpec | None, rules: ConversionMap) -> tuple[Value, Value]:
    """Where the sensor was, and the distance between its electrodes (mm)."""
    own = spec if isinstance(spec, ChannelFacts) else ChannelFacts()
    if rules.placement is None:
        return own.placement, own.interelectrode_distance
    of_muscle = rules.placement.muscles.get(channel.muscle or "")
    scheme = None if rules.placement.measured else rules.placement.scheme
    return own.placement or of_muscle or scheme, own.interelectrode_distance or rules.placement.interelectrode_distance
