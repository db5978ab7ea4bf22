"""Names, levels, counts and lists as they stand in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = [
    "as_title", "capital", "contrast_text", "counted", "first_few", "listed", "named", "place", "readable", "series",
    "spelled", "term_text",
]  # fmt: skip

_COUNTRIES = re.compile(r"\b(american|romanian)\b")
_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
# columns whose levels are understood without the name of the column
_PLAIN = ("muscle", "channel", "exercise", "task", "outcome", "measure", "study")
# things that are done, which have an article
_DONE = ("exercise", "task", "lift")


def readable(name: object) -> str:
    """A name without underscores, adjectives of countries with their capital letter.

    Examples
    --------
    >>> readable("gluteus_maximus"), readable("romanian_deadlift")
    ('gluteus maximus', 'Romanian deadlift')
    """
    return _COUNTRIES.sub(lambda word: word[0].capitalize(), str(name).replace("_", " ").strip())


def as_title(name: object) -> str:
    """A name where a line begins with it.

    Examples
    --------
    >>> as_title("vastus_lateralis")
    'Vastus lateralis'
    """
    return capital(readable(name))


def capital(text: str) -> str:
    """Text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def contrast_text(name: object) -> str:
    """The name of a contrast.

    Examples
    --------
    >>> contrast_text("hip_thrust - squat"), contrast_text("hip_thrust / squat")
    ('hip thrust − squat', 'hip thrust / squat')
    """
    return readable(name).replace(" - ", " − ")


def term_text(name: object) -> str:
    """The name of a term of a model.

    Examples
    --------
    >>> term_text("exercise:load_kg")
    'exercise × load kg'
    """
    return readable(name).replace(":", " × ")


def named(factor: str, level: object) -> str:
    """A level in a sentence: exercises have an article, numbers the name of their factor.

    Examples
    --------
    >>> named("exercise", "hip_thrust"), named("load_kg", 40), named("time", "post")
    ('the hip thrust', 'load kg 40', 'post')
    """
    text = readable(level)
    if factor in _DONE:
        return f"the {text}"
    return f"{readable(factor)} {text}" if text[:1].isdigit() else text


def place(factor: str, text: str) -> str:
    """A level that something is about; the name of its factor stands before it where it is needed.

    Examples
    --------
    >>> place("muscle", "biceps femoris"), place("training_group", "novices")
    ('biceps femoris', 'training group novices')
    """
    return text if factor in _PLAIN else f"{readable(factor)} {text}"


def counted(count: int, noun: str) -> str:
    """A number and its noun.

    Examples
    --------
    >>> counted(1, "contrast"), counted(3, "contrast"), counted(2, "study")
    ('1 contrast', '3 contrasts', '2 studies')
    """
    several = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{count} {noun if count == 1 else several}"


def spelled(count: int) -> str:
    """A number up to twelve as a word, larger ones in digits.

    Examples
    --------
    >>> spelled(9), spelled(13)
    ('nine', '13')
    """
    return _WORDS[count] if 0 <= count < len(_WORDS) else str(count)


def listed(names: Iterable[object]) -> str:
    """Names for a sentence: ``'a', 'b' and 'c'``.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    "'a', 'b' and 'c'"
    """
    quoted = [repr(str(name)) for name in names]
    if not quoted:
        return "none"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def first_few(texts: Sequence[str], most: int, *, between: str = ", ") -> str:
    """The first of many texts, and how many more there are.

    Examples
    --------
    >>> first_few(["a", "b", "c"], 2), first_few(["a", "b"], 2), first_few(["a", "b", "c", "d"], 2, between="; ")
    ('a, b and 1 more', 'a, b', 'a; b; and 2 more')
    """
    text = between.join(texts[:most])
    # no comma stands before "and"
    return text if len(texts) <= most else f"{text}{between.replace(',', '')}and {len(texts) - most} more"


def series(texts: Iterable[str]) -> str:
    """Texts one after the other in a sentence.

    Examples
    --------
    >>> series(["the squat"]), series(["the hip thrust", "the squat", "the deadlift"])
    ('the squat', 'the hip thrust, the squat and the deadlift')
    """
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
