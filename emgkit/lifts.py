"""Hip thrust, squat and deadlift: which of the three an exercise belongs to, by its name."""

from __future__ import annotations

import re

from emgkit.notation import readable

__all__ = ["LIFTS", "is_variant", "lift_name", "lift_of", "lifts_in"]

LIFTS = ("hip_thrust", "squat", "deadlift")
"""The three lifts."""

# words that leave a lift what it is, units, counts: a back squat is the squat, a front squat a variant
_PLAIN = {"hip", "thrust", "thrusts", "squat", "squats", "deadlift", "deadlifts", "barbell", "back", "conventional"}
_PLAIN |= {"kg", "lb", "rm", "k", "n", "all", "variations"}


def lift_of(exercise: object) -> str:
    """The lift that an exercise is, or is a variant of; empty for any other exercise, and for a comparison of two.

    Examples
    --------
    >>> lift_of("barbell_hip_thrust"), lift_of("Romanian deadlift"), lift_of("hipThrust"), lift_of("lunge")
    ('hip_thrust', 'deadlift', 'hip_thrust', '')
    >>> lift_of("hip_thrust / squat")
    ''
    """
    found = lifts_in(exercise)
    return found[0] if len(found) == 1 else ""


def lifts_in(name: object) -> tuple[str, ...]:
    """The lifts that a name holds: one of an exercise, two of a comparison.

    Examples
    --------
    >>> lifts_in("hip_thrust / back_squat"), lifts_in("lunge / plank")
    (('hip_thrust', 'squat'), ())
    """
    words = _words(name)
    return tuple(lift for lift in LIFTS if re.search(rf"\b{readable(lift)}s?\b", words))


def is_variant(exercise: object) -> bool:
    """Whether an exercise is a variant of one of the three lifts, such as the front squat, and not the lift itself.

    Examples
    --------
    >>> is_variant("back_squat"), is_variant("front_squat"), is_variant("hex_bar_deadlift"), is_variant("gait")
    (False, True, True, False)
    """
    return bool(lift_of(exercise)) and not set(_words(exercise).split()) <= _PLAIN


def lift_name(exercise: str) -> str:
    """An exercise as readers know it: the three lifts by their short names.

    Examples
    --------
    >>> lift_name("barbell_hip_thrust"), lift_name("hex_bar_deadlift"), lift_name("modified_single_leg_squat")
    ('hip thrust', 'hex-bar deadlift', 'single-leg squat')
    """
    text = readable(exercise).replace("barbell hip thrust", "hip thrust").replace("modified ", "")
    for joined in ("hex bar", "stiff leg", "single leg"):
        text = text.replace(joined, joined.replace(" ", "-"))
    return text


def _words(exercise: object) -> str:
    """The letters of a name in small words: ``hipThrust80`` is "hip thrust"."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(exercise))
    return " ".join(re.sub(r"[^a-z]+", " ", text.lower()).split())
