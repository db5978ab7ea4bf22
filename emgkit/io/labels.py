"""The muscle and the side that a channel's label names.

The names are in ``muscles.toml``; here is how a label is compared with them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

from emgkit.notation import listed, readable

__all__ = ["Recognised", "recognise", "recognise_all"]

_LANGUAGES = {"la": "Latin", "en": "English", "nl": "Dutch", "de": "German", "es": "Spanish", "fr": "French"}
# a label is at most so long; the rest of a longer one is not looked at
_LONGEST = 200
# a name of so few letters counts as an abbreviation
_SHORT = 4


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What a label says about muscle and side.

    Parameters
    ----------
    muscle : str or None
        The muscle, such as ``"vastus_lateralis"``; None where the label may mean several.
    side : {"left", "right"} or None
        The side, where the label names one.
    why : str
        The parts of the label that made it likely, or what stands against it.
    candidates : tuple of str
        The muscles that the label may mean; one where `muscle` is known.
    """

    muscle: str | None
    side: str | None
    why: str
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class _Spelling:
    muscle: str
    language: str
    n_words: int


@dataclass(frozen=True)
class _Names:
    """The table of ``muscles.toml``, every way to write a name spelt out."""

    muscles: Mapping[str, tuple[_Spelling, ...]]
    sides: Mapping[str, str]
    letters: Mapping[tuple[str, str], str]
    others: frozenset[str]
    vertebral: frozenset[str]
    longest: int


@dataclass(frozen=True)
class _Token:
    text: str
    first: int
    end: int
    # no digit stands directly beside it
    alone: bool


@dataclass(frozen=True)
class _Match:
    start: int
    stop: int
    text: str
    spellings: tuple[_Spelling, ...]
    side: str | None = None

    @property
    def muscles(self) -> frozenset[str]:
        return frozenset(spelling.muscle for spelling in self.spellings)

    @property
    def is_short(self) -> bool:
        """Whether it may as well be part of something else."""
        return self.languages == {"short"} or len(self.text) <= _SHORT

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(spelling.language for spelling in self.spellings)


@dataclass(frozen=True)
class _Text:
    label: str
    tokens: tuple[_Token, ...]

    def written(self, match: _Match) -> str:
        """The part of the label that a match covers, as it is written there."""
        return self.label[self.tokens[match.start].first : self.tokens[match.stop - 1].end]

    def is_vertebra(self, place: int) -> bool:
        """Whether an L has a number behind it."""
        after = self.tokens[place + 1 : place + 2]
        return self.tokens[place].text == "l" and bool(after) and after[0].text.isdigit()


@lru_cache(maxsize=4096)
def recognise(label: str) -> Recognised | None:
    """Recognise the muscle and the side in a channel's label.

    Names and abbreviations are known in Latin, English, Dutch, German, Spanish and French. Case,
    accents and separators do not matter. Nothing is guessed: an abbreviation of several muscles,
    a label of two muscles, and an abbreviation beside a word that is not known leave `muscle` None
    and list the candidates.

    Parameters
    ----------
    label : str
        The label, as the file has it.

    Returns
    -------
    Recognised or None
        Muscle, side, and what made them likely; None where the label names no muscle.

    Examples
    --------
    >>> recognise("LT BICEPS FEM.")
    Recognised(muscle='biceps_femoris', side='left',
               why="'BICEPS FEM' stands for biceps femoris (Latin); 'LT' is left", candidates=('biceps_femoris',))
    >>> recognise("droit fémoral G").side, recognise("R_GMAX").muscle, recognise("Flexo-Extension")
    ('left', 'gluteus_maximus', None)
    >>> recognise("GM").candidates
    ('gastrocnemius_medialis', 'gluteus_maximus', 'gluteus_medius')
    """
    text, names = _split(label[:_LONGEST]), _names()
    matches = _matches(text.tokens, names)
    if not matches:
        return None
    muscles = frozenset.intersection(*(match.muscles for match in matches))
    sides, side_reasons, unknown = _sides(text, matches, muscles)
    side = sides.pop() if len(sides) == 1 else None
    candidates = tuple(sorted(muscles or frozenset.union(*(match.muscles for match in matches))))
    if len(muscles) != 1:
        why = "The label names several muscles: " if not muscles else ""
        parts = "; ".join(_ambiguity(text.written(match), match) for match in matches)
        return Recognised(muscle=None, side=side, why=why + parts, candidates=candidates)
    (muscle,) = candidates
    reasons = [_reason(text.written(match), match, muscle) for match in matches]
    if unknown and all(match.is_short for match in matches):
        why = f"{reasons[0]}, but {unknown[0]!r} beside it is unknown"
        return Recognised(muscle=None, side=side, why=why, candidates=candidates)
    why = "; ".join([*dict.fromkeys(reasons), *side_reasons])
    return Recognised(muscle=muscle, side=side, why=why, candidates=candidates)


def recognise_all(labels: Sequence[str]) -> dict[str, Recognised]:
    """Recognise the labels of one file; those of the same muscle and side stay doubtful.

    Parameters
    ----------
    labels : sequence of str
        The labels of its EMG channels.

    Returns
    -------
    dict of str to Recognised
        By label; those that name no muscle are left out.

    Examples
    --------
    >>> found = recognise_all(["VL 1", "VL 2", "BF"])
    >>> found["BF"].muscle, found["VL 1"].muscle, found["VL 1"].why
    ('biceps_femoris', None, "'VL 1' and 'VL 2' would both be vastus lateralis")
    """
    found = {label: one for label in labels if (one := recognise(label)) is not None}
    groups: dict[tuple[str, str | None], list[str]] = {}
    for label, one in found.items():
        if one.muscle is not None:
            groups.setdefault((one.muscle, one.side), []).append(label)
    for (muscle, side), same in groups.items():
        if len(same) > 1:
            why = f"{listed(same)} would {'both' if len(same) == 2 else 'all'} be {_called(muscle, side)}"
            found |= {label: replace(found[label], muscle=None, why=why) for label in same}
    return found


def _called(muscle: str, side: str | None) -> str:
    return readable(muscle) if side is None else f"{side} {readable(muscle)}"


def _plain(text: str) -> str:
    """The text in small letters without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )


def _split(label: str) -> _Text:
    """The words and the numbers of a label, with where they stand in it."""
    letters = [(letter, place) for place, character in enumerate(label) for letter in _plain(character)]
    plain = "".join(letter for letter, _ in letters)
    places = [place for _, place in letters]
    tokens = []
    for found in re.finditer(r"[^\W\d_]+|\d+", plain):
        beside = plain[max(found.start() - 1, 0) : found.start()] + plain[found.end() : found.end() + 1]
        first, end = places[found.start()], places[found.end() - 1] + 1
        tokens.append(_Token(found.group(), first, end, alone=not re.search(r"\d", beside)))
    return _Text(label, tuple(tokens))


def _matches(tokens: Sequence[_Token], names: _Names) -> list[_Match]:
    """The longest names of muscles in the label, then those that a side is written to without a gap."""
    matches: list[_Match] = []
    for with_side in (False, True):
        start = 0
        while start < len(tokens):
            found = None
            if not any(match.start <= start < match.stop for match in matches):
                found = _longest(tokens, start, names, with_side=with_side)
            if found is not None and not any(found.start < m.stop and m.start < found.stop for m in matches):
                matches.append(found)
                start = found.stop
            else:
                start += 1
    return sorted(matches, key=lambda match: match.start)


def _longest(tokens: Sequence[_Token], start: int, names: _Names, *, with_side: bool) -> _Match | None:
    for stop in range(min(len(tokens), start + names.longest), start, -1):
        text = "".join(token.text for token in tokens[start:stop])
        readings = _glued(text, names) if with_side else [(text, None)]
        if with_side and stop - start > 1 and (len(tokens[start].text) == 1 or len(tokens[stop - 1].text) == 1):
            continue  # a letter by itself is glued to nothing
        spellings = [
            (one, side) for text, side in readings for one in names.muscles.get(text, ()) if stop - start <= one.n_words
        ]
        if spellings:
            sides = {side for _, side in spellings}
            side = sides.pop() if len(sides) == 1 else None
            return _Match(start, stop, text, tuple(dict.fromkeys(one for one, _ in spellings)), side)
    return None


def _glued(text: str, names: _Names) -> list[tuple[str, str | None]]:
    """The text without a side at its beginning or end: ``rvl``, ``vlleft``."""
    marks = [(letter, side) for (language, letter), side in names.letters.items() if language == "any"]
    marks += [(word, side) for word, side in names.sides.items() if len(word) > 3]
    readings: list[tuple[str, str | None]] = []
    readings += [(text.removeprefix(mark), side) for mark, side in marks if text.startswith(mark)]
    readings += [(text.removesuffix(mark), side) for mark, side in marks if text.endswith(mark)]
    return readings


def _sides(text: _Text, matches: list[_Match], muscles: frozenset[str]) -> tuple[set[str], list[str], list[str]]:
    """The sides in what the names of muscles leave, with their reasons, and the words that are unknown."""
    names = _names()
    languages = {"any"}.union(*(match.languages for match in matches))
    sides = {match.side for match in matches if match.side is not None}
    reasons = [f"the {side[0].upper()} at it is {side}" for side in sorted(sides)]
    taken = {place for match in matches for place in range(match.start, match.stop)}
    unknown = []
    for place, token in enumerate(text.tokens):
        if place in taken:
            continue
        written = text.label[token.first : token.end]
        side = names.sides.get(token.text)
        if side is None and token.alone and not (muscles & names.vertebral and text.is_vertebra(place)):
            found = {names.letters.get((language, token.text)) for language in languages} - {None}
            side = found.pop() if len(found) == 1 else None
        if side is not None:
            sides.add(side)
            reasons.append(f"{written!r} is {side}")
        elif len(token.text) > 1 and not token.text.isdigit() and token.text not in names.others:
            unknown.append(written)
    return sides, reasons if len(sides) < 2 else ["the label names both sides"], unknown


def _reason(written: str, match: _Match, muscle: str) -> str:
    spelt = [spelling.language for spelling in match.spellings if spelling.muscle == muscle]
    language = next((_LANGUAGES[language] for language in spelt if language in _LANGUAGES), "abbreviation")
    return f"{written!r} stands for {readable(muscle)} ({language})"


def _ambiguity(written: str, match: _Match) -> str:
    muscles = [readable(muscle) for muscle in sorted(match.muscles)]
    if len(muscles) == 1:
        return f"{written!r} is {muscles[0]}"
    return f"{written!r} may be {', '.join(muscles[:-1])} or {muscles[-1]}"


@cache
def _names() -> _Names:
    table = tomllib.loads(Path(__file__).with_name("muscles.toml").read_text(encoding="utf-8"))
    muscles: dict[str, dict[_Spelling, None]] = {}
    for muscle, by_language in table["muscles"].items():
        for language, spellings in by_language.items():
            for spelling in spellings:
                entry = _Spelling(muscle, language, len(spelling.split()))
                for text in _spelt_out(spelling):
                    muscles.setdefault(text, {})[entry] = None
    sides = {_plain(word): side for side, given in table["sides"].items() for word in given["words"]}
    letters = {
        (key, letter): side for side, given in table["sides"].items() for key, letter in given["letters"].items()
    }
    return _Names(
        muscles={text: tuple(entries) for text, entries in muscles.items()},
        sides=sides,
        letters=letters,
        others=frozenset(_plain(word) for word in table["others"]["words"]),
        vertebral=frozenset(table["vertebral"]["muscles"]),
        longest=max(entry.n_words for entries in muscles.values() for entry in entries),
    )


def _spelt_out(spelling: str) -> Iterable[str]:
    """Every way to write a name, without gaps: cut in its parentheses, with and without an umlaut's e.

    Examples
    --------
    >>> list(_spelt_out("v m(ed)"))
    ['vm', 'vme', 'vmed']
    """
    variants = {spelling, spelling.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")}
    for variant in sorted(variants):
        parts = []
        for word in variant.split():
            fixed, _, cut = word.partition("(")
            cut = cut.rstrip(")")
            parts.append([_plain(fixed + cut[:length]) for length in range(len(cut) + 1)])
        yield from ("".join(words) for words in product(*parts))
