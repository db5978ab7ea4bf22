"""What a conversion did, for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from emgkit.notation import counted

if TYPE_CHECKING:
    from emgkit.io import Conversion
    from emgkit.io.conversion.checking import Issue

__all__ = ["as_dict", "counts", "issue_lines", "issues_as_dict", "remarks"]

# so many remarks of one kind are shown
_SHOWN = 2


def as_dict(done: Conversion) -> dict[str, Any]:
    """A conversion as JSON."""
    return {
        "written": list(done.written),
        "kept": list(done.kept),
        "left_out": [{"source": one.name, "reason": one.reason} for one in done.left_out],
        "notices": [
            {"source": source, "code": one.code, "text": one.text, "hint": one.hint}
            for source, notices in done.notices.items()
            for one in notices
        ],
    }


def issues_as_dict(issues: Sequence[Issue]) -> list[dict[str, Any]]:
    """What the validator found, as JSON."""
    return [asdict(one) for one in issues]


def issue_lines(issues: Sequence[Issue]) -> list[tuple[str, str]]:
    """What the validator found as lines, each with its severity; what is lacking in the same files stands together."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Issue]] = {}
    for one in issues:
        groups.setdefault((one.severity, one.code, one.places), []).append(one)
    lines = []
    for (severity, code, _), own in groups.items():
        if len(own) > 1 and code.endswith("_RECOMMENDED") and all(one.about for one in own):
            lacking = ", ".join(one.about for one in own)
            text = (
                f"{severity}: {code}: {len(own)} facts that BIDS recommends are not given: {lacking} [{own[0].where}]"
            )
            lines.append((severity, text))
        else:
            lines += [(severity, str(one)) for one in own]
    return lines


def remarks(done: Conversion) -> list[str]:
    """What was left out and remarked; of many remarks of one kind the first ones."""
    lines = [f"Left out: {one.name}: {one.reason}" for one in done.left_out]
    kinds: dict[str, list[str]] = {}
    for source, notices in done.notices.items():
        for notice in notices:
            kinds.setdefault(notice.code, []).append(f"{source}: {notice.message}" if source else notice.message)
    for code, texts in kinds.items():
        lines += [f"Note: {text}" for text in texts[:_SHOWN]]
        if len(texts) > _SHOWN:
            more = counted(len(texts) - _SHOWN, "more remark")
            lines.append(f"Note: {more} “{code.replace('-', ' ')}”; --json lists all.")
    return lines


def counts(done: Conversion) -> str:
    """How many recordings were written, and where."""
    kept = f", {len(done.kept)} kept from before" if done.kept else ""
    return f"{counted(len(done.written), 'recording')} written{kept}: {done.root}"
