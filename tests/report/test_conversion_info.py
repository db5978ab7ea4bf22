"""What is printed of a conversion: warnings of the validator about the same files stand together."""

from __future__ import annotations

from emgkit.io.conversion.checking import Issue
from emgkit.report.conversion_info import issue_lines


def issue(code: str, about: str = "", severity: str = "warning", places: tuple[str, ...] = ("a", "b")) -> Issue:
    return Issue(severity=severity, code=code, about=about, text="It is.", places=places)


def test_facts_that_are_recommended_stand_in_one_line() -> None:
    key = "SIDECAR_KEY_RECOMMENDED"
    found = [issue("BROKEN", severity="error"), issue(key, "Manufacturer"), issue("EVENTS_TSV_MISSING"),
             issue(key, "Instructions"), issue(key, "Gain", places=("c",))]  # fmt: skip
    assert issue_lines(found) == [
        ("error", "error: BROKEN: It is. [a, b]"),
        ("warning", f"warning: {key}: 2 facts that BIDS recommends are not given: Manufacturer, Instructions [a, b]"),
        ("warning", "warning: EVENTS_TSV_MISSING: It is. [a, b]"),
        ("warning", f"warning: {key} (Gain): It is. [c]"),
    ]
