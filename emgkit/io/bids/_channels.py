"""channels.tsv: kind, muscle, side and status of the signals of a recording, matched by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from emgkit.channels import STREAMS
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import SAME_RATE, Signal
from emgkit.io._tables import typed
from emgkit.io.bids._cells import MISSING, read_cells, side_of, status_of
from emgkit.notation import listed, number
from emgkit.units import UNITS

__all__ = ["with_channels"]

_KINDS = tuple(kind for kinds in STREAMS.values() for kind in kinds)

Rows = Mapping[str, Mapping[str, str]]


def with_channels(
    signals: Sequence[Signal], path: Path, *, left_out: Collection[str] = ()
) -> tuple[tuple[Signal, ...], list[Notice]]:
    """The signals with kind, muscle and side from channels.tsv; the header keeps governing unit and rate.

    A row about a channel that the file has and that was left out, as a notice told, is none too many.

    Raises
    ------
    FormatError
        The table has no column ``name``, lists a channel twice, or has a status or a side that is none.
    """
    rows = _read_rows(path)
    described = tuple(_described(signal, rows.get(signal.label)) for signal in signals)
    return described, [
        *_contradictions(signals, rows),
        *_names(signals, rows, left_out),
        *_unknown(signals, rows),
        *_bad(rows),
    ]


def _read_rows(path: Path) -> Rows:
    """The rows of the table by the name of their channel, each cell in its one reading."""
    columns, raw = read_cells(path)
    if "name" not in columns:
        raise FormatError("The table of channels has no column 'name'", where=str(path), got=listed(columns))
    places: dict[str, int] = {}
    rows: dict[str, dict[str, str]] = {}
    for place, name in enumerate(raw["name"]):
        where = f"{path}, row {place + 2}"
        if not name:
            raise FormatError("A row of the table of channels names no channel", where=where)
        if name in places:
            raise FormatError(
                f"The table of channels lists {name!r} twice",
                where=f"{path}, rows {places[name]} and {place + 2}",
                allowed="one row a channel",
                hint="remove the row that is wrong, or give the channels of the file names that differ",
            )
        places[name] = place + 2
        row = {column: cells[place] for column, cells in columns.items()}
        side, status = (row.get(column, MISSING) for column in ("side", "status"))
        rows[name] = row | {
            "side": side_of(side, where=f"{where}, column 'side'") or MISSING,
            "status": status_of(status, where=f"{where}, column 'status'") or MISSING,
        }
    return rows


def _described(signal: Signal, row: Mapping[str, str] | None) -> Signal:
    """A signal with what its row adds; unchanged without one."""
    if row is None:
        return signal
    # a channel that is listed without a unit has none, unless the header of the file says otherwise
    unit = signal.unit or row.get("units", MISSING)
    # without a type, label and unit decide, as they do without the table
    kind, source = (_kind(row), "header") if row.get("type", MISSING) != MISSING else (signal.kind, signal.kind_source)
    if kind == "MISC" and unit in UNITS and UNITS[unit][0] == "N":
        kind, source = "FORCE", "heuristic"
    muscle, side = (row.get(column, MISSING) for column in ("target_muscle", "side"))
    return replace(
        signal,
        unit=unit,
        kind=kind,
        kind_source=source,
        muscle=signal.muscle if muscle == MISSING else muscle,
        side=signal.side if side == MISSING else side,
    )


def _kind(row: Mapping[str, str]) -> str:
    """The kind that a row states; OTHER for a type that emgkit does not know."""
    stated = row["type"].upper()
    return stated if stated in _KINDS else "OTHER"


def _contradictions(signals: Sequence[Signal], rows: Rows) -> list[Notice]:
    """Units and rates that the table gives otherwise than the header of the file."""
    wrong: dict[tuple[str, str, str], list[str]] = {}
    for signal in signals:
        row = rows.get(signal.label, {})
        unit, rate = row.get("units", MISSING), row.get("sampling_frequency", MISSING)
        if signal.unit is not None and unit != MISSING and UNITS.get(signal.unit) != UNITS.get(unit):
            wrong.setdefault(("unit", unit, signal.unit), []).append(signal.label)
        (stated,) = typed([rate])
        if isinstance(stated, (int, float)) and signal.sfreq and abs(stated / signal.sfreq - 1) > SAME_RATE:
            wrong.setdefault(("rate", f"{number(stated)} Hz", f"{number(signal.sfreq)} Hz"), []).append(signal.label)
    return [
        Notice(
            code=f"{what}-contradiction",
            text=f"channels.tsv gives the {what} of {_some(labels)} as {stated}, the header of the file as {header}. "
            "The header is followed, since it holds the scaling of the samples.",
        )
        for (what, stated, header), labels in wrong.items()
    ]


def _names(signals: Sequence[Signal], rows: Rows, left_out: Collection[str]) -> list[Notice]:
    """Channels that only one of the two has, and another order."""
    labels = [signal.label for signal in signals]
    missing, unused = [label for label in labels if label not in rows], sorted(set(rows) - {*labels, *left_out})
    notices = []
    if missing and unused:
        text = f"Only the file names the channels {_some(missing)}, only channels.tsv {_some(unused)}."
    elif missing:
        text = f"channels.tsv has no row for {_some(missing)}: what it would say of a channel is not known."
    else:
        text = f"channels.tsv has a row for {_some(unused)}, and the file has no such channel: the row is not used."
    if missing or unused:
        notices.append(Notice(code="channels-differ", text=text))
    if [name for name in rows if name in labels] != [label for label in labels if label in rows]:
        text = "channels.tsv lists the channels in another order than the file: each row is matched by its name."
        notices.append(Notice(code="channels-order", text=text))
    return notices


def _unknown(signals: Sequence[Signal], rows: Rows) -> list[Notice]:
    """Types of channels that emgkit does not know."""
    found: dict[str, list[str]] = {}
    for signal in signals:
        stated = rows.get(signal.label, {}).get("type", MISSING)
        if stated != MISSING and stated.upper() not in _KINDS:
            found.setdefault(stated, []).append(signal.label)
    return [
        Notice(
            code="type-unknown",
            text=f"channels.tsv gives {_some(labels)} the type {stated!r}, which emgkit does not know: it is read as "
            "'OTHER' and is no EMG.",
        )
        for stated, labels in found.items()
    ]


def _bad(rows: Rows) -> list[Notice]:
    """The channels that the table calls bad, why, and what happens with them."""
    bad = {name: row.get("status_description", MISSING) for name, row in rows.items() if row["status"] == "bad"}
    if not bad:
        return []
    reasons = "; ".join(f"{name}: {reason}" for name, reason in list(bad.items())[:6] if reason != MISSING)
    text = (
        f"channels.tsv marks {_some(list(bad))} as bad{f' ({reasons})' if reasons else ''}. Nothing is left out: bad "
        "channels are read and used like the others until you leave them out."
    )
    return [Notice(code="bad-channel", text=text)]


def _some(names: Sequence[str]) -> str:
    """The names, or the first of them where there are many."""
    return listed(names) if len(names) <= 6 else f"{', '.join(map(repr, names[:3]))} … ({len(names)} channels)"
