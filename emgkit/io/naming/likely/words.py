"""Words in the names of files, tasks and channels, and what they make likely. The words are in ``words.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

__all__ = [
    "BEFORE_A_NUMBER",
    "COMPANIONS",
    "EVENTS",
    "FIRST_PHASE",
    "GROUPS",
    "NOISE",
    "NOT_RECORDINGS",
    "NUMBERED_EXERCISES",
    "SESSIONS",
    "SIDES",
    "SIDE_TABLES",
    "alike",
    "bare",
    "is_mvc",
    "may_be_movement",
    "words_of",
]

_WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _by_word(table: str) -> dict[str, str]:
    """The key of a table of words, by each word."""
    return {word: key for key, words in _WORDS[table].items() for word in words.split()}


COMPANIONS = frozenset(_WORDS["companions"].split())
EVENTS = frozenset(_WORDS["events"].split())
GROUPS = frozenset(_WORDS["groups"].split())
NOISE = frozenset(_WORDS["noise"].split())
NUMBERED_EXERCISES = frozenset(_WORDS["numbered_exercises"].split())
SIDE_TABLES = frozenset(_WORDS["side_tables"].split())
BEFORE_A_NUMBER = _by_word("before_a_number")
FIRST_PHASE = _by_word("first_phase")
SIDES = _by_word("sides")
# a session or a time of measurement
SESSIONS = re.compile(
    r"(?:ses|sess|session|sitzung|visit|visite|visita|day|tag|dag|dia|jour|week|woche|semana|semaine|time|tp)[- ]?\d+"
    r"|pre|post|baseline|followup|retest|retention|before|after|vorher|nachher"
)
NOT_RECORDINGS = re.compile(
    r"(?:read_?me|licen[cs]e|changes|changelog|dataset_description|notes?|protocol|notiz(en)?|todo)\b", re.IGNORECASE
)
_MVC = frozenset(_WORDS["mvc"].split())
_MVC_START = re.compile(r"(?:mvc|mvic|isomax|maxiso)")
_MOVEMENT = _by_word("movement")
_SMALL = frozenset(_WORDS["small"].split())


def alike(text: str) -> str:
    """What is the same of labels that differ by blanks, upper and lower case or Unicode form only.

    Examples
    --------
    >>> alike("Back squat") == alike("back  Squat "), alike("MVC") == alike("mvc")
    (True, True)
    """
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def bare(text: str) -> str:
    """A text in lower case without accents, for comparison with the words of this module.

    Examples
    --------
    >>> bare("Hüfte"), bare("Máximo")
    ('huefte', 'maximo')
    """
    text = text.casefold()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = unicodedata.normalize("NFC", text).replace(letter, written)
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """The words in a name, in lower case: at separators, at digits and where a capital follows a small letter.

    Examples
    --------
    >>> words_of("P01_isomMax-2"), words_of("hipThrust")
    (['p', 'isom', 'max'], ['hip', 'thrust'])
    """
    apart = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])", " ", unicodedata.normalize("NFC", text))
    return [bare(word) for word in re.findall(r"[^\W\d_]+", apart)]


def is_mvc(name: str) -> bool:
    """Whether a part of a name is a word for a maximal contraction.

    Examples
    --------
    >>> [is_mvc(name) for name in ("mvc_glute", "VL_MVIC2", "isom_max", "mvcAll", "gluteus_maximus", "squat")]
    [True, True, True, True, False, False]
    """
    return any(word in _MVC or _MVC_START.match(word) for word in words_of(name))


def may_be_movement(label: str) -> str | None:
    """The likely kind of a channel whose heading has nothing but words of joints, movements and their sensors.

    Examples
    --------
    >>> may_be_movement("Knee angle (L)"), may_be_movement("bar"), may_be_movement("hip flexor"), may_be_movement("VL")
    ('JNTANG', 'POS', None, None)
    """
    words = words_of(label)
    kinds = {_MOVEMENT[word] for word in words if word in _MOVEMENT}
    if not kinds or any(word not in _MOVEMENT and word not in SIDES and word not in _SMALL for word in words):
        return None
    return "POS" if "positions" in kinds and "angles" not in kinds else "JNTANG"
