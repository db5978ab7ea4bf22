"""Pipeline: steps in order, as one value that can be applied, described, written down and read back."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from html import escape
from typing import Any, Literal, cast

from emgkit import __version__
from emgkit._checks import check_option, check_unknown
from emgkit.errors import ArgumentError
from emgkit.recording import Recording, Step, check_recording
from emgkit.steps import (
    TKEO,
    Envelope,
    MovingMean,
    MovingRMS,
    Normalize,
    Rectify,
    in_one_go,
    step_from_dict,
    step_to_dict,
)

__all__ = ["Pipeline"]

# steps after which a signal has no sign any more
_AMPLITUDE = (Rectify, Envelope, MovingRMS, MovingMean, TKEO, Normalize)


@dataclass(frozen=True, init=False, repr=False)
class Pipeline:
    """Steps in order; a step may repeat, and a Pipeline of no steps leaves a recording as it is.

    Parameters
    ----------
    *steps : Step or Pipeline
        The steps; a Pipeline among them stands for its steps.

    Raises
    ------
    ArgumentError
        Something given is not a step.

    Examples
    --------
    >>> from emgkit.steps import Bandpass, Envelope, Rectify
    >>> condition = Pipeline(Bandpass(low=20, high=450))
    >>> condition.then(Rectify(), Envelope(cutoff=6))
    Pipeline(Bandpass(low=20.0, high=450.0, order=4, cutoff_rule='applied', padding='odd'), Rectify(),
             Envelope(cutoff=6.0, order=4, cutoff_rule='applied', padding='odd', shape='butterworth'))
    """

    steps: tuple[Step, ...]

    def __init__(self, *steps: Step | Pipeline) -> None:
        flat: list[Step] = []
        for step in steps:
            if isinstance(step, Pipeline):
                flat.extend(step.steps)
            elif isinstance(step, type) or not isinstance(step, Step):
                hint = f"Write {step.__name__}(…)" if isinstance(step, type) else ""
                raise ArgumentError(
                    "A Pipeline is made of steps", allowed="steps and Pipelines", got=repr(step), hint=hint
                )
            else:
                flat.append(step)
        object.__setattr__(self, "steps", tuple(flat))

    def then(self, *steps: Step | Pipeline) -> Pipeline:
        """Make a new Pipeline with these steps after its own."""
        return Pipeline(self, *steps)

    def __call__(self, recording: Recording, *, precision: Literal["double", "single"] = "double") -> Recording:
        """Apply the steps in order.

        Parameters
        ----------
        recording : Recording
            Left as it is.
        precision : {"double", "single"}
            Of what numbers filters and moving windows compute. ``"single"`` takes about two thirds of the time, and
            its result is off by some 1e-6 of the largest value (of filters slower than 1 Hz, or narrower, by up to
            2e-5). Other steps compute in double precision, as does all where the compiled filters are missing.

        Returns
        -------
        Recording
            With the steps added to its history.

        Raises
        ------
        ArgumentError
            A whole Trial, or something else that is no Recording, was given, or the precision is unknown.
        """
        check_recording(recording, by="Pipeline")
        check_option("precision", precision, ("double", "single"))
        return in_one_go.apply(self.steps, recording, single=precision == "single")

    def split_at_amplitude(self) -> tuple[Pipeline, Pipeline]:
        """The steps that leave a signal with its two signs, and those from the first that makes an amplitude of it.

        Returns
        -------
        tuple of Pipeline
            Filters, then the amplitude; either may have no steps.

        Examples
        --------
        >>> from emgkit.steps import Bandpass, Envelope, Rectify
        >>> pipeline = Pipeline(Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6))
        >>> [len(part.steps) for part in pipeline.split_at_amplitude()]
        [1, 2]
        """
        places = [place for place, step in enumerate(self.steps) if isinstance(step, _AMPLITUDE)]
        end = places[0] if places else len(self.steps)
        return Pipeline(*self.steps[:end]), Pipeline(*self.steps[end:])

    def methods(self) -> str:
        """Say what was done, a sentence a step, for a Methods section.

        Examples
        --------
        >>> from emgkit.steps import Rectify
        >>> Pipeline(Rectify()).methods()
        'The signals were full-wave rectified.'
        """
        return " ".join(step.sentence() for step in self.steps) or "The signals were used as recorded."

    def to_json(self) -> str:
        """Write the steps and the version of emgkit as JSON."""
        content = {"emgkit": __version__, "steps": [step_to_dict(step) for step in self.steps]}
        return json.dumps(content, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Pipeline:
        """Read the Pipeline that :meth:`to_json` wrote.

        Raises
        ------
        ArgumentError
            The text is not such JSON, or a step, a parameter or a step's version is unknown.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ArgumentError("The text is not JSON", got=str(error)) from error
        if not isinstance(content, dict) or not isinstance(content.get("steps"), list):
            raise ArgumentError(
                "The JSON holds no Pipeline", allowed='{"emgkit": "<version>", "steps": […]}', got=f"{text[:60]!r}"
            )
        for key in content:
            check_unknown("key", key, ("emgkit", "steps"), where="the JSON of a Pipeline")
        return cls(*(step_from_dict(step) for step in content["steps"]))

    def __repr__(self) -> str:
        return f"Pipeline({', '.join(map(repr, self.steps))})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{place}</td><td>{type(step).__name__}</td><td>{escape(_said(step))}</td></tr>"
            for place, step in enumerate(self.steps, start=1)
        )
        return f"<table><thead><tr><th></th><th>step</th><th>parameters</th></tr></thead><tbody>{rows}</tbody></table>"


def _said(step: Any) -> str:
    if isinstance(step, Normalize):  # its numbers would fill the page
        return step.summary
    return ", ".join(f"{one.name} = {getattr(step, one.name)!r}" for one in fields(cast(Any, step)))
