"""Sentences of a Methods text, and the facts of the reporting checklist that they state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Methods", "Statement"]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One or more sentences of the Methods text, and the facts of the checklist that they state.

    Parameters
    ----------
    text : str
        Plain text.
    facts : mapping of str to str
        Name of a fact, as the reporting checklist asks for it -> the words of `text` that state it.
    """

    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, *facts: str) -> Statement:
        """Sentences that state these facts as a whole."""
        return cls(text=text, facts=dict.fromkeys(facts, text))


@dataclass(frozen=True, kw_only=True)
class Methods:
    r"""The Methods text of a study.

    Parameters
    ----------
    paragraphs : tuple of tuple of Statement
        In the order in which they are read.

    Examples
    --------
    >>> made = Methods(paragraphs=((Statement.of("EMG was rectified.", "amplitude"),), (Statement.of("Done."),)))
    >>> made.text
    'EMG was rectified.\n\nDone.'
    >>> made.facts
    {'amplitude': 'EMG was rectified.'}
    """

    paragraphs: tuple[tuple[Statement, ...], ...]

    @property
    def text(self) -> str:
        """Plain text, an empty line between paragraphs."""
        paragraphs = (" ".join(one.text for one in paragraph if one.text) for paragraph in self.paragraphs)
        return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)

    @property
    def facts(self) -> dict[str, str]:
        """The facts that the text states, by the names that the reporting checklist uses."""
        return {name: fact for paragraph in self.paragraphs for one in paragraph for name, fact in one.facts.items()}
