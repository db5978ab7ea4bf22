"""The Methods text of a study, from the sentences of its parts."""

from __future__ import annotations

__all__ = ["methods_text"]


def methods_text(
    *,
    pipeline_text: str,
    reference_text: str,
    repetitions_text: str,
    measures_text: str,
    statistics_text: str,
    software_text: str,
) -> str:
    """Join the sentences of the parts of a study to a Methods text.

    Nothing is added, so the text holds what was done and no more. A part with an empty text is
    left out.

    Parameters
    ----------
    pipeline_text : str
        Processing of the signals, see :meth:`emgkit.Pipeline.methods`.
    reference_text : str
        Normalisation.
    repetitions_text : str
        How repetitions and phases were found.
    measures_text : str
        What was computed of each repetition, and how it was averaged.
    statistics_text : str
        The comparisons.
    software_text : str
        Programs and versions.

    Returns
    -------
    str
        Plain text, one paragraph a part, an empty line between them.

    Examples
    --------
    >>> print(
    ...     methods_text(
    ...         pipeline_text="EMG was rectified",
    ...         reference_text="",
    ...         repetitions_text="",
    ...         measures_text="The mean was taken.",
    ...         statistics_text="",
    ...         software_text="",
    ...     )
    ... )
    EMG was rectified.
    <BLANKLINE>
    The mean was taken.
    """
    parts = (pipeline_text, reference_text, repetitions_text, measures_text, statistics_text, software_text)
    return "\n\n".join(_sentence(part) for part in parts if part.strip())


def _sentence(text: str) -> str:
    """The text as one line that ends like a sentence."""
    line = " ".join(text.split())
    return line if line.endswith((".", "?", "!")) else f"{line}."
