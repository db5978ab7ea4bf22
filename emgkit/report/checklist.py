"""The reporting checklist: what a reader of an EMG study wants to know, and what of it the data say.

Seventeen items after the *Standards for reporting EMG data* of the International Society of Electrophysiology and
Kinesiology (ISEK), with what a comparison of tasks needs besides. Each part of an item is answered by a field of the
data set (in BIDS's own names where BIDS has one), by the study file, or by what emgkit did itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from emgkit.notation import number, series

__all__ = [
    "AREAS", "FIELDS", "ITEMS", "STATUSES", "Answer", "Facts", "Item", "Part", "Stated", "area_numbers",
    "checklist", "checklist_table", "stated",
]  # fmt: skip

REPORTED, MISSING, NOT_APPLICABLE = "reported", "missing", "not applicable"
STATUSES = (REPORTED, MISSING, NOT_APPLICABLE)

_EMPTY: tuple[Any, ...] = (None, [], {})
# what writers put where they know nothing
_UNKNOWN = ("", "n/a", "not recorded", "not reported", "unknown", "?")
# where a field stands, in words for readers; the file's name begins with that of the recording
_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "sidecar": "{} in *_emg.json",
        "mvc": "{} in *_emg.json of the MVC trials",
        "channels": "column {} in *_channels.tsv",
        "participants": "column {} in participants.tsv",
        "dataset": "{} in dataset_description.json",
    }
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A fact that an item asks for.

    Parameters
    ----------
    what : str
        The fact, in words.
    fields : tuple of str
        Where it may stand, ``place:name``; one of them is enough. Places are ``sidecar``, ``mvc``, ``channels``,
        ``participants``, ``dataset`` and ``done``, which is what emgkit did or counted itself.
    real : bool, default True
        The fact is about people or apparatus, which simulated data do not have.
    needs : str, default ""
        A name in ``done`` without which nobody asks for the fact.
    """

    what: str
    fields: tuple[str, ...]
    real: bool = True
    needs: str = ""

    @property
    def is_done(self) -> bool:
        """Whether emgkit may state the fact itself."""
        return any(one.startswith("done:") for one in self.fields)

    def address(self, *, sidecars: bool) -> str:
        """Where the fact can be written down; without sidecars, only in the study file."""
        places = [one.split(":", 1) for one in self.fields]
        if sidecars:
            written = [_PLACES[place].format(name) for place, name in places if place in _PLACES]
        else:
            written = [f"{name} under [metadata] in study.toml" for place, name in places if place == "sidecar"]
        return " or ".join(written) or "in the study file"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of the checklist; it is reported when all of its parts are; `otherwise` is shown when none applies."""

    title: str
    parts: tuple[Part, ...]
    otherwise: str = ""


def _done(what: str, name: str, *, needs: str = "") -> Part:
    return Part(what=what, fields=(f"done:{name}",), real=False, needs=needs)


def _field(what: str, *names: str, needs: str = "") -> Part:
    fields = tuple(name if ":" in name else f"sidecar:{name}" for name in names)
    return Part(what=what, fields=fields, needs=needs)


ITEMS: tuple[Item, ...] = (
    Item(
        title="Task",
        parts=(
            _done("exercises", "exercises"),
            _field("load, range of motion, tempo, sets, rest, order and familiarisation", "TaskDescription"),
            _field("instructions", "Instructions"),
        ),
    ),
    Item(
        title="Participants",
        parts=(
            _done("number", "participants"),
            *(
                _field(what, f"participants:{column}", "ParticipantsDescription")
                for what, column in (
                    ("sex", "sex"), ("age", "age"), ("body mass", "weight"), ("height", "height"),
                    ("training status", "training_status"),
                )
            ),
            _field("limb tested", "done:sides", "ParticipantsDescription"),
        ),
    ),
    Item(
        title="Electrodes",
        parts=(
            _field("material", "ElectrodeMaterial"),
            _field("shape or type", "ElectrodeType"),
            _field("size", "ElectrodeSize"),
            _field("inter-electrode distance (mm)", "InterelectrodeDistance", "channels:interelectrode_distance"),
            _field("manufacturer and model", "ElectrodeManufacturersModelName", "ElectrodeManufacturer"),
        ),
    ),
    Item(title="Skin preparation", parts=(_field("shaving, abrasion, cleaning, gel", "SkinPreparation"),)),
    Item(
        title="Electrode placement",
        parts=(
            _done("muscles", "muscles"),
            _field(
                "landmarks, direction of the fibres, standard followed",
                "EMGPlacementSchemeDescription",
                "channels:placement_description",
            ),
            _field("who placed them, and the test that verified it", "EMGPlacementVerification"),
        ),
    ),
    Item(
        title="Reference and ground",
        parts=(_field("reference", "EMGReference"), _field("place of the ground", "EMGGround")),
    ),
    Item(
        title="Detection and amplifier",
        parts=(
            _field("detection mode", "EMGReference"),
            _field("amplifier", "ManufacturersModelName", "Manufacturer"),
            _field("gain", "Gain"),
            _field("input impedance", "InputImpedance"),
            _field("common-mode rejection ratio (dB)", "CommonModeRejectionRatio"),
            _done("noise", "noise"),
        ),
    ),
    Item(
        title="Filters",
        parts=(
            _field("hardware filters: type, order or slope, cut-offs", "HardwareFilters"),
            _field("filters of the recording software", "SoftwareFilters"),
            _done("filters of the analysis", "filters"),
        ),
    ),
    Item(
        title="Sampling",
        parts=(
            _done("rate", "rate"),
            _field("resolution of the converter (bits)", "ADCResolution"),
            _field("input range", "InputRange"),
            _field("synchronisation of the devices, and known delays", "Synchronisation", needs="streams"),
        ),
    ),
    Item(title="Rectification and smoothing", parts=(_done("method, cut-off or window", "amplitude"),)),
    Item(
        title="Normalisation",
        parts=(
            _done("reference, trials, window", "normalisation"),
            _field("posture, joint angles, duration, rest", "mvc:TaskDescription", "MVCDescription", needs="mvc"),
            _field("instructions, encouragement, training", "mvc:Instructions", "MVCInstructions", needs="mvc"),
        ),
    ),
    Item(
        title="Spectral analysis",
        parts=(_done("estimator, epoch, definition", "spectral", needs="spectral"),),
        otherwise="no spectral measure was taken",
    ),
    Item(
        title="Crosstalk, artefacts and rejection",
        parts=(
            _field("how crosstalk was kept small or judged", "CrosstalkConsiderations"),
            _field("ECG and movement artefacts", "SubjectArtefactDescription"),
            _done("recordings left out", "left_out"),
            _done("repetitions rejected", "rejection"),
        ),
    ),
    Item(
        title="Repetitions and phases",
        parts=(
            _done("method and parameters", "phases"),
            _field("whether they were checked by eye", "VisualCheck", needs="repetitions"),
        ),
    ),
    Item(
        title="Time normalisation and averaging",
        parts=(
            _done("averaging, unit of analysis", "averaging"),
            _done("points and averaging of the curves", "curves", needs="drawn_curves"),
            _done("outliers", "outliers", needs="left_in_turn"),
        ),
    ),
    Item(
        title="Software and availability",
        parts=(
            _done("software and versions", "software"),
            _field("where data and code are", "done:data", "dataset:DatasetDOI", "dataset:License", "DataAvailability"),
        ),
    ),
    Item(
        title="Statistics",
        parts=(
            _done("test, scale, number of participants", "test"),
            _done("intervals", "intervals", needs="compared"),
            _done("correction of p and its family", "family", needs="several"),
            _done("level of significance", "alpha", needs="compared"),
            _done("effect sizes", "effect", needs="compared"),
            _done("omnibus test", "omnibus", needs="compared"),
            _done("correction for lack of sphericity", "sphericity", needs="not_spherical"),
            _done("effect sizes of the omnibus test", "omnibus_effect", needs="compared"),
            _done("influence of single participants", "influence", needs="left_in_turn"),
        ),
    ),
)  # fmt: skip
"""The items, in the order of the checklist."""

AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "task": ("Task", "Participants", "Normalisation", "Repetitions and phases"),
        "electrode placement": ("Skin preparation", "Electrode placement", "Reference and ground"),
        "characteristics of the recording electrodes": ("Electrodes",),
        "acquisition and pre-processing": (
            "Detection and amplifier", "Filters", "Sampling", "Rectification and smoothing", "Spectral analysis",
            "Crosstalk, artefacts and rejection", "Time normalisation and averaging",
        ),
    }
)  # fmt: skip
"""The four areas of CEDE-Check -> the titles of the items that cover them."""

FIELDS: tuple[str, ...] = tuple(
    sorted({one.removeprefix("sidecar:") for item in ITEMS for part in item.parts for one in part.fields
            if one.startswith("sidecar:")})
)  # fmt: skip
"""Fields that may stand in a recording's sidecar, or for all recordings in ``[metadata]`` of a study file."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What is known of a study when its checklist is filled.

    Parameters
    ----------
    done : mapping of str to str
        What emgkit did or counted, by the names that ``ITEMS`` uses.
    simulated : bool
        Whether the data are simulated.
    sidecars, mvc_sidecars : tuple of mapping
        The sidecar of each recording of a task, and of each MVC trial.
    channels : pandas.DataFrame
        The rows of ``channels.tsv`` of all EMG channels of the tasks.
    participants : pandas.DataFrame
        ``participants.tsv``, of those who took part.
    dataset : mapping
        ``dataset_description.json``.
    stated : mapping
        ``[metadata]`` of the study file: holds for every recording.
    """

    done: Mapping[str, str]
    simulated: bool
    sidecars: tuple[Mapping[str, Any], ...] = ()
    mvc_sidecars: tuple[Mapping[str, Any], ...] = ()
    channels: pd.DataFrame = field(default_factory=pd.DataFrame)
    participants: pd.DataFrame = field(default_factory=pd.DataFrame)
    dataset: Mapping[str, Any] = field(default_factory=dict)
    stated: Mapping[str, Any] = field(default_factory=dict)

    def values(self, place: str, name: str) -> list[Any]:
        """The values of a field, one for each recording, channel or participant; None where there is none."""
        if place == "done":
            return [self.done.get(name)]
        if place == "dataset":
            return [self.dataset.get(name)]
        if place in ("channels", "participants"):
            table: pd.DataFrame = getattr(self, place)
            return table[name].to_list() if name in table.columns else []
        if place == "sidecar" and name in self.stated:
            return [self.stated[name]]
        return [sidecar.get(name) for sidecar in (self.mvc_sidecars if place == "mvc" else self.sidecars)]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An item as filled.

    Parameters
    ----------
    number : int
        Its place in the checklist, from 1.
    title : str
        What it is about.
    status : {"reported", "missing", "not applicable"}
        Missing as soon as one of its parts is.
    found : tuple of str
        What is known, a part each.
    add : tuple of str
        What is missing and where to write it.
    """

    number: int
    title: str
    status: str
    found: tuple[str, ...]
    add: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What the metadata say of an item, apart from what emgkit did itself.

    Parameters
    ----------
    title : str
        What the item is about.
    found : tuple of (str, str)
        What is known: the fact that is asked for, and the answer.
    missing : tuple of str
        The facts that nothing states.
    """

    title: str
    found: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def stated(facts: Facts) -> tuple[Stated, ...]:
    """Give what the metadata say of each item that asks for people or apparatus.

    Parameters
    ----------
    facts : Facts
        The fields of the data set and the study file.

    Examples
    --------
    >>> skin = stated(Facts(done={}, simulated=False, stated={"SkinPreparation": "shaved"}))[3]
    >>> skin.title, skin.found, skin.missing
    ('Skin preparation', (('shaving, abrasion, cleaning, gel', 'shaved'),), ())
    """
    given = []
    for item in ITEMS:
        parts = [one for one in item.parts if one.real and (not one.needs or one.needs in facts.done)]
        answers = [(part, next(_reports(part, facts), "")) for part in parts]
        found = tuple((part.what, text) for part, text in answers if text)
        # what emgkit may have stated itself is not called missing
        missing = tuple(part.what for part, text in answers if not text and not part.is_done)
        if found or missing:
            given.append(Stated(title=item.title, found=found, missing=missing))
    return tuple(given)


def checklist(facts: Facts) -> tuple[Answer, ...]:
    """Fill the checklist from what is known.

    Parameters
    ----------
    facts : Facts
        The fields of the data set and the study file, and what emgkit did.

    Returns
    -------
    tuple of Answer
        One an item of ``ITEMS``.

    Examples
    --------
    >>> skin = checklist(Facts(done={}, simulated=False, sidecars=({"SkinPreparation": "shaved"},)))[3]
    >>> skin.status, skin.found
    ('reported', ('shaving, abrasion, cleaning, gel: shaved',))
    >>> checklist(Facts(done={}, simulated=False, sidecars=({},)))[3].add
    ('shaving, abrasion, cleaning, gel: SkinPreparation in *_emg.json',)
    >>> checklist(Facts(done={}, simulated=False))[3].add
    ('shaving, abrasion, cleaning, gel: SkinPreparation under [metadata] in study.toml',)
    """
    return tuple(_answer(place, item, facts) for place, item in enumerate(ITEMS, start=1))


def area_numbers() -> tuple[tuple[str, str], ...]:
    """Each area of CEDE-Check with the numbers of the items that cover it.

    Examples
    --------
    >>> area_numbers()[0]
    ('task', '1, 2, 11 and 14')
    """
    titles = [item.title for item in ITEMS]
    return tuple((area, series(str(titles.index(one) + 1) for one in named)) for area, named in AREAS.items())


def checklist_table(answers: tuple[Answer, ...]) -> pd.DataFrame:
    """The checklist as a table: ``item, title, status, found, add``."""
    rows = [{**asdict(one), "found": "; ".join(one.found), "add": "; ".join(one.add)} for one in answers]
    return pd.DataFrame(rows).rename(columns={"number": "item"})


def _answer(place: int, item: Item, facts: Facts) -> Answer:
    found, add, simulated = [], [], []
    asked = [part for part in item.parts if not part.needs or part.needs in facts.done]
    for part in asked:
        stated = next(_reports(part, facts), "")
        if stated:
            found.append(f"{part.what}: {stated}")
        elif part.real and facts.simulated:
            simulated.append(part.what)
        else:
            add.append(f"{part.what}: {part.address(sidecars=bool(facts.sidecars))}{_share(part, facts)}")
    status = MISSING if add else REPORTED if found else NOT_APPLICABLE
    if simulated:
        found.append(f"simulated: {'; '.join(simulated)}")
    if not asked:
        found.append(item.otherwise)
    return Answer(number=place, title=item.title, status=status, found=tuple(found), add=tuple(add))


def _reports(part: Part, facts: Facts) -> Iterator[str]:
    """What each field says that is filled for every recording, channel or participant."""
    for one in part.fields:
        if facts.simulated and not one.startswith("done:"):
            continue  # what the sidecars of simulated data say of apparatus is no fact
        values = facts.values(*one.split(":", 1))
        if values and not any(_empty(value) for value in values):
            yield _text(values)


def _share(part: Part, facts: Facts) -> str:
    """How much of the data says it, where some does."""
    for one in part.fields:
        place, name = one.split(":", 1)
        values = facts.values(place, name)
        filled = sum(not _empty(value) for value in values)
        if filled:
            things = {"participants": "participants", "channels": "channels"}.get(place, "recordings")
            return f" ({filled} of {len(values)} {things} have it)"
    return ""


def _empty(value: Any) -> bool:
    """Whether a field holds nothing, or what writers put where they know nothing."""
    if isinstance(value, str):
        text = value.strip().casefold()
        return text in _UNKNOWN or text.startswith("todo")
    return (pd.api.types.is_scalar(value) and bool(pd.isna(value))) or value in _EMPTY


def _text(values: list[Any]) -> str:
    """The different values, or the range of numbers, in words."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        low, high = min(values), max(values)
        return number(low) if low == high else f"{number(low)} to {number(high)}"
    texts: dict[str, int] = {}
    for value in values:
        text = _words(value)
        texts[text] = texts.get(text, 0) + 1
    if len(texts) == 1:
        return next(iter(texts))
    few = list(texts.items())[:4]
    return ", ".join(f"{text} ({times})" for text, times in few) + (" …" if len(texts) > len(few) else "")


def _words(value: Any) -> str:
    """A value of a sidecar in a line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_words(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value))
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value).strip()
