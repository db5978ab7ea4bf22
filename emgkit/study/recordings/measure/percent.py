"""The envelope of a recording in percent of its reference."""

from __future__ import annotations

from collections.abc import Collection

from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.recording import Recording
from emgkit.steps import Normalize
from emgkit.study.recordings.condition import Conditioned

__all__ = ["percent_of"]


def percent_of(conditioned: Conditioned, normalize: Normalize) -> Recording:
    """The envelope of a recording in percent of the reference.

    Raises
    ------
    StudyError
        A channel has no reference.
    """
    known = {value.channel for value in normalize.values}
    missing = [channel for channel in conditioned.envelope.channels if channel.name not in known]
    if missing:
        names = listed(f"{one.name} ({one.muscle})" if one.muscle else one.name for one in missing)
        session = f", session {normalize.session}" if normalize.session else ""
        raise StudyError(
            f"There is no MVC of {names} for participant {normalize.participant}{session}",
            allowed="an MVC trial that has the channel",
            got=f"MVC trials ({listed(normalize.tasks)}) with {listed(sorted(known))}",
            hint=_where_the_mvc_is(missing[0].name, known),
        )
    return normalize(conditioned.envelope)


def _where_the_mvc_is(name: str, known: Collection[str]) -> str:
    """What to do about a channel without a reference; a side in a name makes another channel of the same label."""
    if name.removesuffix(" left").removesuffix(" right") in known:
        return (
            "The names of the MVC trials have no side, and {side} in a name is the side of the electrodes. For the "
            "side that works, write {leg} or {arm} in the pattern"
        )
    return (
        f'If an MVC trial has it by another label, say so: [channels] "…" = {{ name = "{name}" }}; else leave it out '
        "under [exclude] channels"
    )
