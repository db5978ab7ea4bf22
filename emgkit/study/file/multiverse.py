"""``[multiverse]``: the choices of a study's processing that could defensibly be others, and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from emgkit.toml_files import TomlTable

__all__ = [
    "AXES", "ArtefactOption", "BandOption", "EnvelopeOption", "Multiverse", "MvcOption", "NotchOption", "Option",
    "OrderOption", "PhaseOption", "RepetitionOption", "ScaleOption", "SummaryOption",
]  # fmt: skip


class Option(TomlTable):
    """One option of an axis: why it is defensible, and what it does to the question.

    Of kind ``"E"`` an option is an equivalent way to the same quantity; of kind ``"N"`` it measures another quantity,
    and its specifications make a curve of their own.
    """

    kind: Literal["E", "N"]
    why: Annotated[str, Field(min_length=1)]


class ArtefactOption(Option):
    """What is done about spikes: nothing, or `InterpolateSpikes` before every filter."""

    step: Literal["none", "InterpolateSpikes"]
    times: float | None = None


class BandOption(Option):
    """The cut-offs of the study's band-pass filter (Hz)."""

    low: float
    high: float


class OrderOption(Option):
    """The net order of the study's band-pass filter."""

    order: int


class NotchOption(Option):
    """What is done about mains interference: nothing, or a step behind the band-pass filter."""

    step: Literal["none", "Notch", "RemoveMains"]
    frequency: float | None = None
    harmonics: int | None = None
    width: float | None = None


class EnvelopeOption(Option):
    """What becomes of the filtered signal: a low-pass or a moving mean of the rectified signal, or a moving RMS."""

    step: Literal["Envelope", "MovingRMS", "MovingMean"]
    cutoff: float | None = None
    order: int | None = None
    shape: str | None = None
    window: float | None = None


class MvcOption(Option):
    """The window of the reference (s)."""

    window: float


class PhaseOption(Option):
    """The part of the repetition that is measured."""

    phase: Literal["whole", "eccentric", "concentric", "hold"]


class RepetitionOption(Option):
    """Which repetitions of a recording are used, counted in time order."""

    use: Literal["all", "without first", "without last", "without first and last"]


class SummaryOption(Option):
    """The number that is taken of each repetition: a measure's name."""

    measure: str


class ScaleOption(Option):
    """Whether the comparison is of logarithms, which gives ratios, or of differences."""

    log: bool


class Multiverse(TomlTable):
    """``[multiverse]``: the axes, each a list of options; the study's own setting is one of the options of each.

    `comparison` is the name of a comparison, by default the first. With more than 13 participants who can be compared,
    `flips` sign flips are drawn with `seed`.
    """

    comparison: str | None = None
    seed: int = 1
    flips: Annotated[int, Field(ge=99)] = 4096
    artefacts: tuple[ArtefactOption, ...] = ()
    band: tuple[BandOption, ...] = ()
    order: tuple[OrderOption, ...] = ()
    notch: tuple[NotchOption, ...] = ()
    envelope: tuple[EnvelopeOption, ...] = ()
    mvc: tuple[MvcOption, ...] = ()
    phase: tuple[PhaseOption, ...] = ()
    repetitions: tuple[RepetitionOption, ...] = ()
    summary: tuple[SummaryOption, ...] = ()
    scale: tuple[ScaleOption, ...] = ()

    @model_validator(mode="after")
    def _has_axes(self) -> Multiverse:
        if not self.axes:
            raise ValueError(f"[multiverse] has no axis; give one of {', '.join(AXES)}")
        return self

    @property
    def axes(self) -> dict[str, tuple[Option, ...]]:
        """The axes that are given, in the order of the processing."""
        return {name: options for name in AXES if (options := getattr(self, name))}


# in the order of the processing
AXES = (
    "artefacts", "band", "order", "notch", "envelope", "mvc", "phase", "repetitions", "summary", "scale",
)  # fmt: skip
