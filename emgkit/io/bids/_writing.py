"""Writing whole EMG-BIDS data sets."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgkit import __version__
from emgkit.channels import Event, Value
from emgkit.errors import ArgumentError, FileError, warn
from emgkit.io._tables import column_format, plain, write_json, write_table
from emgkit.io.bids._labels import ORIGINAL, labels_made, participant_label, register
from emgkit.io.formats import edf
from emgkit.notation import counted, listed
from emgkit.recording import Recording, Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ENTITIES", "README", "SIMULATED", "add_facts", "collect", "labels_of", "write_bids", "write_participants",
    "write_recording", "write_root",
]  # fmt: skip

# what says of each channel of a recording whether it is good or bad, and why
Status = Callable[[Recording], Mapping[str, tuple[str, str]]]
VERSION = "1.11.1"
# what the context calls an entity -> its key in file names, in BIDS order
ENTITIES = {
    "participant": "sub",
    "session": "ses",
    "task": "task",
    "acquisition": "acq",
    "run": "run",
    "recording": "recording",
}
SIMULATED = "emgkitSimulated"
README = "README.md"

_DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "age": {"Description": "Age of the participant", "Units": "year"},
    "sex": {"Description": "Sex of the participant"},
    ORIGINAL: {"Description": "Name of the participant in the recordings, from which the label was made"},
    "group": {"Description": "Group the participant belongs to"},
    "height": {"Description": "Body height", "Units": "m"},
    "weight": {"Description": "Body mass", "Units": "kg"},
    "onset": {"Description": "Second at which the event begins, counted from the first sample", "Units": "s"},
    "duration": {"Description": "Duration of the event", "Units": "s"},
    "trial_type": {"Description": "Label of the event, such as repetition or phase"},
    "exercise": {"Description": "Exercise performed"},
    "set": {"Description": "Number of the set"},
    "repetition": {"Description": "Number of the repetition within its set"},
    "phase": {"Description": "Phase of the repetition: eccentric, concentric or hold"},
    "load_kg": {"Description": "External load", "Units": "kg"},
    "accepted": {"Description": "Whether the repetition enters the analysis"},
    "reason": {"Description": "Why a repetition was not accepted"},
    "excursion": {"Description": "Range of movement of the repetition, in the unit of the stream it was found by"},
    "side": {"Description": "Side of the body the sensor was placed on: left or right"},
}


def write_bids(
    trials: Iterable[Trial],
    root: str | os.PathLike[str],
    *,
    name: str,
    participants: pd.DataFrame | None = None,
    sidecar: Mapping[str, Any] | None = None,
    status: Status | None = None,
    overwrite: bool = False,
) -> Path:
    """Write trials as an EMG-BIDS data set, whole or not at all.

    Parameters
    ----------
    trials : iterable of Trial
        Taken one after the other, so a generator may make them. Each has ``participant`` and
        ``task`` in its context, and ``session, acquisition, run, recording`` where they apply:
        letters, digits and ``+``. Of a participant's name these make the label; what it was stands in
        ``participants.tsv``. Other facts in a context are about the participant.
    root : path
        The folder to make.
    name : str
        Name of the data set.
    participants : DataFrame, optional
        Facts about the participants, one row each, with a column ``participant`` or
        ``participant_id``; joined with those in the contexts.
    sidecar : Mapping, optional
        Merged into every ``_emg.json``: electrodes, placement, filters … What is not said is written
        as ``"n/a"`` or "not stated". ``{"emgkitSimulated": True}`` marks simulated signals, as
        ``simulated`` in a context does.
    status : callable, optional
        Takes each Recording and gives the ``status`` of its channels for ``channels.tsv``: name -> (``"good"`` or
        ``"bad"``, why), as :func:`emgkit.signal_quality.channel_status` does. A channel without one is ``n/a``.
    overwrite : bool, default False
        Whether an existing data set may be replaced. It is removed only once the new one is whole.

    Returns
    -------
    Path
        The root. Every trial has a BDF+ file, an ``_emg.json``, a ``_channels.tsv`` and, if there are
        events, an ``_events.tsv`` in ``sub-<participant>/[ses-<session>/]emg/``.

    Raises
    ------
    ArgumentError
        A label, channel name, rate, or fact does not fit, two trials have the same name, or two
        participants the same label.
    FileError
        `root` exists and `overwrite` is False, or `root` is no data set that could be replaced.

    Warns
    -----
    EmgkitWarning
        Labels were made from names of participants, such as ``sub-Jose`` from José; they are listed.

    Notes
    -----
    Events are sorted by onset; their columns come back typed, an empty text as missing. For the
    precision see :func:`emgkit.io.write_bdf`.

    Examples
    --------
    >>> import tempfile
    >>> from emgkit.recording import Channel, Recording
    >>> emg = Recording(data=[[0.0, 1e-4]], sfreq=2000.0, channels=[Channel(name="VL", unit="V")])
    >>> trial = Trial(streams={"emg": emg}, context={"participant": "01", "task": "squat"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     root = write_bids([trial], folder + "/set", name="One squat")
    ...     [path.name for path in sorted(root.glob("sub-01/emg/*"))]
    ['sub-01_task-squat_channels.tsv', 'sub-01_task-squat_emg.bdf', 'sub-01_task-squat_emg.json']
    """
    root = Path(root)
    _check_target(root, overwrite=overwrite)
    root.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        _fill(temporary, trials, name=name, table=participants, sidecar=sidecar or {}, status=status)
        temporary.chmod(0o755)  # mkdtemp makes folders that only their owner can read
        _exchange(temporary, root)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return root


def _fill(
    root: Path,
    trials: Iterable[Trial],
    *,
    name: str,
    table: pd.DataFrame | None,
    sidecar: Mapping[str, Any],
    status: Status | None,
) -> None:
    """Write all files of the data set."""
    facts: dict[str, dict[str, Value]] = {}
    simulated, people = [], dict[str, str]()
    for trial in trials:
        if trial.context.get("participant") is not None:
            register(people, str(trial.context["participant"]))
        columns = {} if status is None else _status_columns(trial, status)
        simulated.append(write_recording(trial, root, sidecar, columns=columns))
        collect(facts, trial)
    if not simulated:
        raise ArgumentError("There is nothing to write", allowed="at least one trial", got="none")
    notice = labels_made(people)
    if notice is not None:
        for name, about in facts.items():
            about[ORIGINAL] = name
        warn(notice, stacklevel=4)
    write_participants(root, facts, table)
    write_root(root, name=name, n_participants=len(facts), n_trials=len(simulated), n_simulated=sum(simulated))


def _status_columns(trial: Trial, status: Status) -> dict[str, dict[str, Value]]:
    """The columns ``status`` and ``status_description`` by the names of the channels."""
    found = {name: one for recording in trial.values() for name, one in status(recording).items()}
    return {
        "status": {name: word for name, (word, _) in found.items()},
        "status_description": {name: why or None for name, (_, why) in found.items()},
    }


def _check_target(root: Path, *, overwrite: bool) -> None:
    if not root.exists():
        return
    if not overwrite:
        raise FileError(
            "The folder exists", where=str(root), hint="Name a new folder, or say overwrite=True to replace it"
        )
    if not (root / "dataset_description.json").is_file():
        raise FileError(
            "Only a BIDS data set is replaced, and the folder is not one",
            where=str(root),
            allowed="a folder with a dataset_description.json",
            hint="Remove the folder yourself if it is not needed",
        )


def _exchange(new: Path, root: Path) -> None:
    """Put the new folder in the place of the old, which survives if that fails."""
    if not root.exists():
        new.replace(root)
        return
    beside = Path(tempfile.mkdtemp(prefix=f".{root.name}-old-", dir=root.parent))
    old = root.replace(beside / root.name)
    try:
        new.replace(root)
    except OSError:
        old.replace(root)
        beside.rmdir()
        raise
    # only now, when the new one is in its place
    shutil.rmtree(beside, ignore_errors=True)


def labels_of(trial: Trial) -> dict[str, str]:
    """The entities of a trial: BIDS key to label, in BIDS order."""
    labels = {}
    for word, key in ENTITIES.items():
        value = plain(trial.context.get(word), where=f"context {word!r}")
        if value is None:
            if word in ("participant", "task"):
                raise ArgumentError(
                    f"A trial has no {word!r} in its context", where=repr(dict(trial.context)),
                    hint=f"trial.with_context({word}=…)",
                )  # fmt: skip
            continue
        label = participant_label(str(value)) if word == "participant" else str(value)
        pattern, allowed = (
            (r"\d+", "a whole number") if word == "run" else (r"[0-9a-zA-Z+]+", "letters, digits and '+'")
        )
        if not re.fullmatch(pattern, label):
            raise ArgumentError(f"The {word} cannot be a BIDS label", allowed=allowed, got=repr(label))
        labels[key] = label
    return labels


def write_recording(
    trial: Trial, root: Path, sidecar: Mapping[str, Any], *, columns: Mapping[str, Mapping[str, Value]] | None = None
) -> bool:
    """Write the files of one trial; whether its signals are simulated.

    Parameters
    ----------
    trial : Trial
        With labels of BIDS in its context.
    root : Path
        The folder of the data set.
    sidecar : Mapping
        Goes into ``_emg.json``, before what is known of the trial.
    columns : Mapping of str to Mapping, optional
        Further columns of ``channels.tsv``: a value by the name of the channel.
    """
    labels = labels_of(trial)
    stem = "_".join(f"{key}-{label}" for key, label in labels.items())
    for stream, recording in trial.items():
        made = [type(step).__name__ for step in recording.history if getattr(step, "changes_amplitude", True)]
        if made:
            raise ArgumentError(
                "A data set holds recordings as they were recorded",
                where=f"{stem}, stream {stream!r}", allowed="no processing beyond pick and crop", got=listed(made),
            )  # fmt: skip
    folder = root / f"sub-{labels['sub']}" / (f"ses-{labels['ses']}" if "ses" in labels else "") / "emg"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stem}_emg.bdf"
    if file.exists():
        raise ArgumentError(
            "Two trials have the same name", got=file.name, hint="Tell them apart by run, acquisition or session"
        )
    try:
        written = edf.write_file(trial, file)
    except ArgumentError as error:
        raise ArgumentError(
            error.what, where=file.name, allowed=error.allowed, got=error.got, hint=error.hint
        ) from None
    _write_channels(trial, folder / stem, written, columns or {})
    if trial.events:
        start = next(iter(trial.values())).start
        _write_events(sorted(trial.events, key=lambda event: event.onset), folder / stem, start=start)
    content = _sidecar(trial, labels["task"], written) | dict(sidecar)
    if trial.context.get("simulated") is True:
        content.setdefault(SIMULATED, True)
    write_json(folder / f"{stem}_emg.json", content)
    return content.get(SIMULATED) is True


def _sidecar(trial: Trial, task: str, written: edf.Written) -> dict[str, Any]:
    channels = [channel for recording in trial.values() for channel in recording.channels]
    emg = [channel.name for channel in channels if channel.kind == "EMG"]
    return {
        "TaskName": task,
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "not stated",
        "EMGReference": "n/a",
        "SamplingFrequency": _shortest(max(written.rates[channel] for channel in emg or written.rates)),
        "PowerLineFrequency": "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": written.duration,
        "SoftwareFilters": "n/a",
        "EMGChannelCount": len(emg),
    }


def _shortest(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _write_channels(trial: Trial, stem: Path, written: edf.Written, more: Mapping[str, Mapping[str, Value]]) -> None:
    channels = [channel for recording in trial.values() for channel in recording.channels]
    columns: dict[str, list[Value]] = {
        "name": [channel.name for channel in channels],
        # BIDS has no type for a force; MISC in newtons is read back as FORCE
        "type": ["MISC" if channel.kind == "FORCE" else channel.kind for channel in channels],
        "units": [written.units[channel.name] for channel in channels],
        "target_muscle": [channel.muscle for channel in channels],
    }
    columns |= {column: [values.get(channel.name) for channel in channels] for column, values in more.items()}
    if any(channel.side for channel in channels):
        columns["side"] = [channel.side for channel in channels]
        write_json(stem.with_name(f"{stem.name}_channels.json"), {"side": _DESCRIPTIONS["side"]})
    columns["sampling_frequency"] = [_shortest(written.rates[channel.name]) for channel in channels]
    write_table(stem.with_name(f"{stem.name}_channels.tsv"), columns)


def _write_events(events: Sequence[Event], stem: Path, *, start: float) -> None:
    names = dict.fromkeys(column for event in events for column in event.columns)
    reserved = {"onset", "duration", "trial_type"} & set(names)
    if reserved:
        raise ArgumentError(
            "An event has a column whose name BIDS keeps for itself", where=stem.name, got=listed(reserved)
        )
    where = f"{stem.name}, event column"
    columns: dict[str, list[Value]] = {
        "onset": [event.onset - start for event in events],
        "duration": [event.duration for event in events],
        "trial_type": [event.label for event in events],
    }
    columns |= {name: [plain(event.get(name), where=f"{where} {name!r}") for event in events] for name in names}
    forms = {name: column_format(columns[name], where=f"{where} {name!r}") for name in names}
    described = {name: _description(name, form=forms.get(name)) for name in columns}
    write_table(stem.with_name(f"{stem.name}_events.tsv"), columns)
    write_json(stem.with_name(f"{stem.name}_events.json"), described)


def _description(column: str, *, form: str | None) -> dict[str, str]:
    known = _DESCRIPTIONS.get(column, {"Description": f"{column} (not described further)"})
    return {**known, **({"Format": form} if form else {})}


def collect(facts: dict[str, dict[str, Value]], trial: Trial) -> None:
    """Add what a trial's context says about its participant."""
    label = str(trial.context["participant"])
    about = {key: value for key, value in trial.context.items() if key not in ENTITIES and key != "simulated"}
    add_facts(facts.setdefault(label, {}), about, label)


def add_facts(known: dict[str, Value], more: Mapping[str, object], participant: str) -> None:
    """Add facts about a participant to those that are known.

    Raises
    ------
    ArgumentError
        A fact is known otherwise.
    """
    for name, raw in more.items():
        value = plain(raw, where=f"participant {participant!r}, {name!r}")
        if known.get(name) is not None and value is not None and known[name] != value:
            raise ArgumentError(
                f"The fact {name!r} about participant {participant!r} is not the same everywhere",
                got=f"{known[name]!r} and {value!r}",
                hint="What differs between the trials of a participant belongs to their events, not to the context",
            )
        if known.get(name) is None:
            known[name] = value


def write_participants(
    root: Path,
    facts: dict[str, dict[str, Value]],
    table: pd.DataFrame | None = None,
    *,
    described: Mapping[str, Any] | None = None,
) -> None:
    """Write participants.tsv and participants.json; what `described` says of a column goes before what is known."""
    if table is not None:
        key = next((column for column in ("participant_id", "participant") if column in table.columns), None)
        if key is None:
            raise ArgumentError(
                "The table of participants has no column that names them",
                allowed="'participant' or 'participant_id'", got=listed(table.columns),
            )  # fmt: skip
        labels = [str(value).removeprefix("sub-") for value in table[key]]
        lost, unknown = sorted(set(facts) - set(labels)), sorted(set(labels) - set(facts))
        if lost or unknown or len(set(labels)) != len(labels):
            raise ArgumentError(
                "The table of participants and the trials name different participants",
                allowed="one row for each participant with a trial",
                got=f"no row for {listed(lost)}; no trial for {listed(unknown)}; {len(labels)} rows",
            )
        for label, row in zip(labels, table.drop(columns=key).to_dict("records"), strict=True):
            add_facts(facts[label], {str(name): value for name, value in row.items()}, label)
        facts = {label: facts[label] for label in labels}
    names = dict.fromkeys(name for row in facts.values() for name in row)
    columns: dict[str, list[Value]] = {"participant_id": [f"sub-{participant_label(name)}" for name in facts]}
    columns |= {name: [row.get(name) for row in facts.values()] for name in names}
    forms = {name: column_format(columns[name], where=f"participants, column {name!r}") for name in names}
    about: dict[str, dict[str, Any]] = {"participant_id": {"Description": "Label of the participant"}}
    about |= {name: _description(name, form=form) for name, form in forms.items()}
    for name, given in (described or {}).items():
        if name in about and isinstance(given, dict):
            about[name] = {**about[name], **given, **({"Format": forms[name]} if name in forms else {})}
    write_table(root / "participants.tsv", columns)
    write_json(root / "participants.json", about)


def write_root(
    root: Path,
    *,
    name: str,
    n_participants: int,
    n_trials: int,
    n_simulated: int,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write README.md, then dataset_description.json, without which a folder is no data set."""
    described = {
        "Name": name,
        "BIDSVersion": VERSION,
        "DatasetType": "raw",
        **(more or {}),
        "GeneratedBy": [{"Name": "emgkit", "Version": __version__}],
    }
    origin = {0: "", n_trials: "\nAll signals in this data set are simulated; no person was recorded.\n"}.get(
        n_simulated, f"\n{n_simulated} of the {n_trials} recordings are simulated; their `_emg.json` says so.\n"
    )
    text = (
        f"# {name}\n{origin}\n"
        f"Surface EMG of {counted(n_participants, 'participant')} in {counted(n_trials, 'recording')}, as EMG-BIDS "
        f"{VERSION}.\n"
        "Every `*_emg.bdf` holds its signals at their own rates; `*_channels.tsv` says which muscle each is\n"
        "from, `*_events.tsv` what happened when. What `*_emg.json` gives as `n/a` or as not stated is not\n"
        "known to this data set.\n"
    )
    (root / README).write_text(text, encoding="utf-8", newline="\n")
    write_json(root / "dataset_description.json", described)
