"""Labels of participants in BIDS: letters and digits, made from the names that a laboratory uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from emgkit.errors import ArgumentError, Notice

__all__ = ["ORIGINAL", "bids_label", "labels_made", "participant_label", "register"]

# the column of participants.tsv that holds the names from which labels were made
ORIGINAL = "original_name"
# letters that are no letter with an accent
_LETTERS = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",
})  # fmt: skip


def bids_label(text: str) -> str:
    """The letters and digits of a text, without accents; empty where it holds none, or letters without a Latin form.

    Examples
    --------
    >>> [bids_label(text) for text in ("hip_thrust", "José", "Ω")]
    ['hipthrust', 'Jose', '']
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    other = [sign for sign in kept if sign.isalnum() and not sign.isascii()]
    return "" if other else re.sub(r"[^0-9A-Za-z+]", "", kept)


def participant_label(name: str) -> str:
    """The label of a participant: the letters and digits of the name, without accents.

    Raises
    ------
    ArgumentError
        The name holds letters that have no Latin form, none at all, or begins with ``sub-``.

    Examples
    --------
    >>> [participant_label(name) for name in ("José", "O'Brien", "P_01", "Anna-Lena")]
    ['Jose', 'OBrien', 'P01', 'AnnaLena']
    """
    label = bids_label(name)
    if not label or name.startswith("sub-"):
        raise ArgumentError(
            "The participant cannot be a BIDS label",
            allowed="letters, digits and '+'",
            got=repr(name),
            hint="Give the trial a label that can: trial.with_context(participant='01')",
        )
    return label


def register(labels: dict[str, str], name: str) -> str:
    """The label of a participant, kept in a table of labels to names.

    Raises
    ------
    ArgumentError
        Another participant has the label, or one that differs in case only.
    """
    label = participant_label(name)
    for other, whose in labels.items():
        if whose != name and other.casefold() == label.casefold():
            raise ArgumentError(
                "Two participants would have the same BIDS label",
                got=f"{whose!r} and {name!r}, both sub-{label}",
                hint="Tell them apart by letters or digits: trial.with_context(participant=…)",
            )
    labels[label] = name
    return label


def labels_made(labels: Mapping[str, str]) -> Notice | None:
    """Which labels are not the names of the participants, or None where all are."""
    made = [f"{name!r} as sub-{label}" for label, name in labels.items() if label != name]
    if not made:
        return None
    text = f"BIDS labels are letters and digits: {', '.join(made)}. The names stand in participants.tsv ({ORIGINAL})."
    return Notice(code="labels-made", text=text)
