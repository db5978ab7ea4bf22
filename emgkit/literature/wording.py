"""Figures and claims in words: the same sentences in Python, on the command line and in the documentation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emgkit.literature.contrasts import mark, sides
from emgkit.literature.figures import source
from emgkit.notation import equation, readable

__all__ = ["describe", "reference"]


def describe(row: pd.Series, table: pd.DataFrame) -> str:
    """One figure as a line: who, what against what, how much, how sure, and whether it was printed.

    Parameters
    ----------
    row : Series
        A row of :func:`emgkit.literature.figures`.
    table : DataFrame
        All figures, for the two sides of a contrast that was printed without its difference.

    Examples
    --------
    >>> from emgkit.literature import figures
    >>> table = figures()
    >>> describe(table.set_index("id").loc["delgado_2019:gluteus_maximus_hip_thrust_vs_back_squat_1rm"], table)
    'Delgado 2019 (8 men, 1RM): gluteus maximus, hip extension (concentric), barbell hip thrust against back squat,
    effect size 1.39, p = .038'
    """
    site = "" if row["site"] in ("", "mixed") else f" ({row['site'].replace('+', ' and ')})"
    what = [readable(row["muscle"]) + site]
    if row["phase"] not in ("", "mixed", "pre-post", "full rep"):
        what.append(row["phase"])
    if row["statistic"] not in ("mean", "change", "adjusted difference", "SMD"):
        what.append(row["statistic"])
    task = readable(row["exercise"])
    if row["comparator"]:
        task = f"{task} against {readable(row['comparator'])}".strip()
    second_hand = "read second-hand" if row["seen"] != "derived" and mark(row, table) == "second-hand" else ""
    parts = [", ".join([*what, task] if task else what), _amount(row, table), _surety(row), second_hand]
    return f"{_who(row)}: {', '.join(part for part in parts if part)}"


def _who(row: pd.Series) -> str:
    people = {"M": "men", "F": "women", "M+F": "men and women"}.get(row["sex"], "participants")
    n = "" if pd.isna(row["n"]) else f"{row['n']} {people}"
    inside = ", ".join(part for part in (n, row["load"].replace("%", " %").replace("mixed", "")) if part)
    return source(row["study"]).name + (f" ({inside})" if inside else "")


def _amount(row: pd.Series, table: pd.DataFrame) -> str:
    """The value with its unit, or the two sides that were printed instead of it."""
    unit = row["unit"].removesuffix(" difference")
    computed = _computed(row)
    if unit == "direction":
        return {1: "reported as higher", -1: "reported as lower"}.get(row["value"], "")
    if np.isnan(row["value"]):
        first, second = sides(row, table) if row["comparator"] else (None, None)
        if first is not None and second is not None:
            return f"{_printed(first)} and {_printed(second)} {unit}"
        low, high = row["range_low"], row["range_high"]
        return "" if np.isnan(low) else f"{low:g} to {high:g} {unit}"
    value = _printed(row)
    if row["unit"].endswith("difference") or row["statistic"].endswith(("change", "difference")):
        value = f"{'+' if row['value'] > 0 else ''}{value}".replace("-", "−")
    if unit in ("effect size", "r", "ηp²"):
        return f"{unit} {value}{computed}"
    if unit == "SD":
        return f"standardised mean change {value}{computed}"
    spread = "" if np.isnan(row["sd"]) else f" ± {row['sd']:g}"
    return f"{value}{spread} {unit}{computed}"


def _computed(row: pd.Series) -> str:
    """What was computed here is not passed off as printed."""
    if row["seen"] != "derived":
        return ""
    if not np.isnan(row["ci_low"]):
        return " (middle of the interval, computed here)"
    return f" (computed here from {'second-hand' if 'second-hand' in row['provenance'] else 'printed'} figures)"


def _printed(row: pd.Series) -> str:
    return f"{row['value']:g}" if pd.isna(row["decimals"]) else f"{row['value']:.{row['decimals']}f}"


def _surety(row: pd.Series) -> str:
    """Interval, range and p, as far as they were printed."""
    parts = []
    if not np.isnan(row["ci_low"]):
        parts.append(f"95 % interval {row['ci_low']:g} to {row['ci_high']:g}".replace("-", "−"))
    if not np.isnan(row["range_low"]) and not np.isnan(row["value"]):
        parts.append(f"{row['range_low']:g} to {row['range_high']:g} over studies")
    p = row["p"]
    if p == "sig.":
        parts.append("significant" if row["unit"] == "direction" else "reported as different")
    elif p == "n.s.":
        parts.append("not reported as different" if row["comparator"] else "no change reported")
    elif p:
        parts.append(equation("p", p.replace("<", "< ")))
    return ", ".join(parts)


def reference(one: dict[str, str]) -> str:
    """A reference of a claim as a line.

    Examples
    --------
    >>> reference({"study": "", "citation": "Lin (2017)", "doi": "10.17265/2332-7839/2017.03.006"})
    'Lin (2017). doi 10.17265/2332-7839/2017.03.006'
    """
    return one["citation"] + (f". doi {one['doi']}" if one["doi"] else "")
