"""Whether a table can carry a mixed model, and what is doubtful about it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, special

from emgkit.errors import DesignError, Notice
from emgkit.notation import listed, number, surface, writer
from emgkit.stats.cells.columns import NAMED, Factor, check_levels, outcome_values
from emgkit.stats.cells.references import MUSCLE_COLUMNS, is_percent
from emgkit.stats.mixed import reml
from emgkit.stats.mixed.formula import Columns, Term, Variable, variables
from emgkit.stats.mixed.marginal import column_name
from emgkit.stats.mixed.random_terms import RandomTerms

Array = NDArray[np.float64]
Variables = Mapping[str, Variable]

# columns of the tidy tables that make another condition, never a repetition of the same one
CONDITIONS = ("exercise", "muscle", "channel")
# the chance that equal variances look as unequal as this, over all pairs of pairs
ALARM = 0.2
UNEQUAL = 1.5
ROUNDING = 1e-10
# columns that name conditions or groups, even where these are numbered
NAMES_OF_CONDITIONS = (*CONDITIONS, "condition", "group", "lift", "phase", "sex", "side", "task", "variant")
# a covariate whose mean is this little of its standard deviation off 0 has been centred
CENTRED = 0.1
# squares, and their squares, of what lies within this factor of 1 are numbers still
LARGEST = 1e60

__all__ = [
    "Repeats", "at_zero", "check_identified", "check_one_row", "check_rank", "check_residual", "check_rows",
    "check_size", "covariate_notices", "item", "no_error", "normaliser_notices", "pooled_error",
    "pseudo_replication", "read_variables",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Which rows share a participant and all conditions.

    Parameters
    ----------
    cell : numpy.ndarray, (n_rows,)
        Number of the cell of every row: its participant, levels and covariates.
    count : int
        Rows that are not alone in their cell.
    same_levels : int
        Rows that share participant and levels with another row, whatever their covariates.
    """

    cell: NDArray[np.intp]
    count: int
    same_levels: int


def read_variables(table: pd.DataFrame, terms: Sequence[Term], participant: str) -> dict[str, Variable]:
    """Read the columns of a formula: covariates finite, factors with two levels or more."""
    found = variables(table, terms)
    for name, variable in found.items():
        if variable.is_factor:
            check_levels(column_name(name), pd.Index(variable.levels))
        else:
            outcome_values(table, name, participant, log=False)
    return found


def check_rows(
    table: pd.DataFrame, known: Variables, *, person: Factor, outcome: Sequence[str], items: Sequence[str] = ()
) -> Repeats:
    """Refuse rows that no column tells apart, and conditions that neither the formula nor ``items`` name."""
    condition = _crossed([person.codes, *(v.values for v in known.values() if v.is_factor)])
    for name in CONDITIONS:
        if name in table.columns and name not in {*items, *(column_name(one) for one in known)}:
            codes, levels = pd.factorize(table[name])
            if not _constant(codes, condition):
                raise DesignError(
                    f"A participant's rows differ in {name!r}, which the formula does not name",
                    where=f"column {name!r}",
                    got=listed(levels),
                    hint=f"name {name!r} in the formula, or filter first, such as "
                    f"cells[cells[{name!r}] == {str(levels[0])!r}]",
                )
    covariates = [np.unique(v.values, return_inverse=True)[1] for v in known.values() if not v.is_factor]
    cell = _crossed([condition, *covariates])
    repeated, same_levels = np.bincount(cell)[cell] > 1, int((np.bincount(condition)[condition] > 1).sum())
    if not repeated.any():
        return Repeats(cell=cell, count=0, same_levels=same_levels)
    named = {column_name(name) for name in known} | {person.name, *outcome}
    others = [name for name in table.columns if name not in named]
    rows = table.loc[repeated, others].assign(_cell=cell[repeated])
    alike = rows.duplicated(keep=False).to_numpy()
    if alike.any():
        first = rows.index[alike][rows["_cell"].to_numpy()[alike] == rows["_cell"].to_numpy()[alike][0]]
        where = [f"{v.name} {v.levels[v.values[repeated][alike][0]]}" for v in known.values() if v.is_factor]
        who = person.levels[person.codes[repeated][alike][0]]
        raise DesignError(
            f"{int(alike.sum())} rows share a cell, and no column tells them apart",
            where=f"{', '.join([f'{person.name} {who}', *where])}: {', '.join(f'row {label}' for label in first[:6])}",
            allowed="one row a cell, or a column such as 'repetition'",
            hint="add the column if they are repetitions; else find out where the copies come from",
        )
    return Repeats(cell=cell, count=int(repeated.sum()), same_levels=same_levels)


def item(table: pd.DataFrame, name: str) -> Factor:
    """Read a column whose levels are random: two levels or more, whatever they are."""
    factor = Factor.of(table, name)
    if len(factor.levels) < 2:
        raise DesignError(
            f"{name!r}, whose levels are random, has one level",
            allowed="two levels or more",
            got=listed(factor.levels),
            hint="leave it out of 'items'",
        )
    return factor


def check_one_row(table: pd.DataFrame, person: Factor) -> None:
    """Refuse a model without random terms where participants have several rows."""
    count = np.bincount(person.codes)
    several = person.levels[count > 1]
    if len(several):
        raise DesignError(
            "Without random terms every row counts as a participant of its own, and some have several",
            where=listed(several[:NAMED]) + (" and more" if len(several) > NAMED else ""),
            allowed="one row a participant with random=None",
            got=f"{len(table)} rows of {len(person.levels)} participants",
            hint="give random='1', or average the rows first where they are of one person",
        )


def _crossed(codes: Sequence[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Number the combinations that occur."""
    cell = np.zeros(len(codes[0]), dtype=np.intp)
    for one in codes:
        cell = np.unique(cell * (int(one.max()) + 1) + one, return_inverse=True)[1]
    return cell


def check_rank(x: Array, columns: Columns, known: Variables) -> None:
    """Refuse a formula whose terms the table cannot tell apart; names the empty cells."""
    n, p = x.shape
    size = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(size > 0, size, 1)
    values = np.linalg.eigvalsh(scaled.T @ scaled)
    if n > p and values[0] > ROUNDING * values[-1]:
        return
    names = [name for _, name in columns.names()]
    for term in sorted(columns.terms, key=len):
        factors = [known[name] for name in term if known[name].is_factor]
        empty = _empty_cells(factors)
        if len(factors) > 1 and empty:
            raise DesignError(
                f"The formula has the term {':'.join(v.name for v in factors)!r}, and {len(empty)} of its cells "
                f"{'has' if len(empty) == 1 else 'have'} no values",
                where=listed(empty[:NAMED]) + (" and more" if len(empty) > NAMED else ""),
                allowed="values in every combination of an interaction",
                hint="leave the interaction out ('+' instead of '*'), or analyse the complete levels only",
            )
    if n <= p:
        raise DesignError(
            "The table has too few rows for the formula", allowed=f"more than {p}", got=f"{n} rows, {p} coefficients"
        )
    _, r, order = linalg.qr(scaled, mode="economic", pivoting=True)
    lost = [names[i] for i in order[np.abs(np.diag(r)) < np.sqrt(ROUNDING)]]
    raise DesignError(
        f"The formula has {p} coefficients, and the table can tell only {p - len(lost)} apart",
        where=f"{listed(lost)} can be had from the others" if lost else "",
        hint="leave out a term; a covariate needs several values (far from 0 take its mean off), and a factor "
        "between participants no twin",
    )


def _empty_cells(factors: Sequence[Variable]) -> list[str]:
    shape = tuple(len(v.levels) for v in factors)
    if not shape:
        return []
    seen = np.bincount(np.ravel_multi_index(tuple(v.values for v in factors), shape), minlength=int(np.prod(shape)))
    cells = itertools.product(*(v.levels for v in factors))
    return [" × ".join(str(level) for level in cell) for cell, count in zip(cells, seen, strict=True) if not count]


def check_identified(problem: reml.Problem, random: RandomTerms, *, people: int) -> None:
    """Refuse random terms that the table cannot tell from one another or from the residual."""
    layout = problem.layout
    factor = np.asarray(np.linalg.inv(problem.scaling), dtype=np.float64)
    m = reml.moments(problem, factor, layout.symmetric())
    r = len(m.t)
    information = np.empty((r + 1, r + 1))
    information[:r, :r], information[:r, r], information[r, :r], information[r, r] = m.tt, m.t, m.t, m.df
    size = np.sqrt(np.maximum(np.diag(information), 0))
    size = np.where(size > 0, size, 1)
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    if values[0] > ROUNDING * values[-1]:
        return
    # the last parameter is V itself, the residual and every variance at one: give its share back to them
    lost = (vectors / size[:, None])[:, values <= ROUNDING * values[-1]]
    lost = lost[:r] + lost[r] * layout.diagonal[:, None]
    weak = np.abs(lost).max(axis=1) > 1e-3 * np.abs(lost).max()
    groups = list(dict.fromkeys(random.parameters[i][0] for i in np.flatnonzero(weak)))
    slopes = random.full or any(name != "1" for _, name, _ in random.parameters)
    raise DesignError(
        "The table cannot tell the random terms from the residual or from one another",
        where=f"random slopes of {random.parameters[0][0]}" if slopes else listed(groups),
        allowed="random terms with several values in each of their levels",
        got=f"{problem.n} rows of {people} participants",
        hint="leave the term out, or give the repetitions instead of their means"
        + "; with one row a participant, mixed_model(…, random=None) is the model without random terms"
        * (problem.n == people),
    )


def check_size(analysed: Array) -> None:
    """Refuse an outcome in a unit so far off that its squares leave the range of numbers."""
    largest = float(np.abs(analysed).max())
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise DesignError(
            "The outcome cannot be squared within the range of numbers",
            allowed=f"values up to {number(LARGEST)}, the largest not below {number(1 / LARGEST)}",
            got=f"{number(largest)} as the largest",
            hint="give it in another unit",
        )


def check_residual(problem: reml.Problem) -> None:
    """Refuse an outcome that the terms reproduce to the last digit: there is no error to judge them by."""
    # least squares with every random effect as a fixed one, participant by participant
    inverse = np.linalg.pinv(problem.s, hermitian=True, rcond=ROUNDING)
    f, p = problem.f, problem.p
    weighted = inverse @ f
    xx = np.eye(p) - f.reshape(-1, p).T @ weighted.reshape(-1, p)
    xy = -weighted.reshape(-1, p).T @ problem.e.ravel()
    left = problem.yy - float(np.einsum("ga,gab,gb->", problem.e, inverse, problem.e, optimize=True))
    left -= float(xy @ np.linalg.pinv(xx, hermitian=True, rcond=ROUNDING) @ xy)
    if left < 1e-12 * problem.yy:
        raise no_error()


def no_error() -> DesignError:
    """Build the error for an outcome without residual variation."""
    return DesignError(
        "The formula and the random terms reproduce every value: there is no error term",
        hint="check for copied values, or leave a term out",
    )


def pseudo_replication(
    known: Variables, terms: Sequence[Term], *, random: RandomTerms, person: Factor, repeats: Repeats
) -> list[Notice]:
    """Say where repetitions would count as if each were a participant.

    Rows with other covariates repeat a condition all the same; a covariate itself is repeated by rows with its value.
    """
    within = set(_within(known, terms, person))
    covered = [frozenset(name for one in random.terms for name in one)]
    if not random.full:
        covered = [frozenset(one) for one in random.terms]
    bare = [term for term in terms if term and set(term) <= within and not any(set(term) <= one for one in covered)]
    nested = [term for term in bare if all(known[name].is_factor for name in term)]
    slopes = [term for term in bare if term not in nested]
    nested, slopes = nested if repeats.same_levels else [], slopes if repeats.count else []
    if not nested and not slopes:
        return []
    rows = repeats.same_levels if nested else repeats.count
    lacking = [f"{person.name}:{_label(term)}" for term in nested] + [f"slopes of {_label(term)}" for term in slopes]
    if slopes:
        names = dict.fromkeys(name for term in (*random.terms, *nested, *slopes) for name in term)
        remedy = f"'{' + '.join(['1', *names])}'"
    else:
        named = [":".join(term) or "1" for term in random.terms if not random.full] or ["1"]
        remedy = str([*named, *(":".join(term) for term in nested)])
    text = (
        f"{rows} rows repeat a condition of their participant, and the random terms hold no {listed(lacking)}: "
        "repetitions count as if each were a participant, and p is too small. Name what varies between participants, "
        f"such as random={remedy}, or average the repetitions."
    )
    return [Notice(code="pseudo-replication", text=text)]


def _label(term: Term) -> str:
    return ":".join(column_name(name) for name in term)


def pooled_error(
    analysed: Array,
    *,
    known: Variables,
    terms: Sequence[Term],
    random: RandomTerms,
    person: Factor,
    repeats: Repeats,
    log: bool,
    unit: str | None,
) -> list[Notice]:
    """Say where the random terms give one error term to pairs whose variances look unequal.

    A random intercept alone has one for all pairs of conditions; a nested term has one for all pairs of its own
    levels, so these are compared with one another. Slopes of a factor give each of its pairs an error of its own.
    Participants who lack a cell do not count here, and repetitions count as their mean.
    """
    within = _within(known, terms, person)
    factors = [known[name] for name in within if known[name].is_factor]
    alone = random.intercept_only
    if not random.terms or not factors or len(factors) < len(within) or (alone and repeats.same_levels):
        return []
    between = [v for v in known.values() if v.is_factor and v not in factors]
    cells, df = _complete(analysed, factors, between=between, person=person)
    if df < 2:
        return []
    slopes = {name for term in random.terms for name in term} if random.full else set()
    pools: dict[str, list[Array]] = {}
    for axis, name in enumerate(within):
        if name in slopes:
            continue
        lines = np.moveaxis(cells, axis + 1, -1)
        others = int(np.prod(lines.shape[1:-1]))
        nested = sorted(_label(term) for term in random.terms if name in term and not random.full)
        label = f"pairs of {listed(nested)}" if nested else "pairs of conditions"
        pools.setdefault(label, []).append(_pair_variances(lines, df))
        if others > 1:
            mean = _pair_variances(lines.reshape(len(lines), others, -1).mean(axis=1), df)
            if nested:
                pools[f"pairs of {column_name(name)!r}, averaged over the other conditions"] = [mean]
            else:
                # without a term of its own, an average over other conditions varies as they do, less by their number
                pools[label].append(others * mean)
    return _unequal({label: np.sqrt(np.concatenate(found)) for label, found in pools.items()}, df, log=log, unit=unit)


def _complete(
    analysed: Array, factors: list[Variable], *, between: list[Variable], person: Factor
) -> tuple[Array, int]:
    """Cell means of the participants who have all cells, less those of their group, and their degrees of freedom."""
    shape = (len(person.levels), *(len(v.levels) for v in factors))
    place = np.ravel_multi_index((person.codes, *(v.values for v in factors)), shape)
    count = np.bincount(place, minlength=int(np.prod(shape)))
    sums = np.bincount(place, weights=analysed, minlength=int(np.prod(shape)))
    kept = (count.reshape(shape[0], -1) > 0).all(axis=1)
    cells = (sums / np.maximum(count, 1)).reshape(shape)[kept]
    group = np.zeros(shape[0], dtype=np.intp)
    for variable in between:
        code = np.zeros(shape[0], dtype=np.intp)
        code[person.codes] = variable.values
        group = group * len(variable.levels) + code
    numbers = np.unique(group[kept])
    for one in numbers:
        cells[group[kept] == one] -= cells[group[kept] == one].mean(axis=0)
    return cells, int(kept.sum()) - len(numbers)


def _pair_variances(lines: Array, df: int) -> Array:
    """Variances of the differences of all pairs along the last axis, of deviations from the mean of participants."""
    lines = lines - lines.mean(axis=-1, keepdims=True)
    products = np.einsum("n...i,n...j->...ij", lines, lines) / df
    own = np.einsum("...ii->...i", products)
    i, j = np.triu_indices(lines.shape[-1], k=1)
    return np.asarray(np.maximum(own[..., i] + own[..., j] - 2 * products[..., i, j], 0.0)).ravel()


def no_test(table: pd.DataFrame) -> list[Notice]:
    """Say which terms have no F test, where the contrasts of a term leave no degrees of freedom for its error."""
    if "F" not in table.columns or not table["F"].isna().any():
        return []
    names = listed(dict.fromkeys(table.loc[table["F"].isna(), "term"]))
    text = f"There are as many contrasts as participants in {names}: nothing is left to test by, so F and p are NaN."
    return [Notice(code="no-degrees", text=text, hint="Compare fewer levels, or measure more participants.")]


def _unequal(pools: Mapping[str, Array], df: int, *, log: bool, unit: str | None) -> list[Notice]:
    """Say which pool of standard deviations is too unequal for chance, if any."""
    compared = sum(len(found) * (len(found) - 1) // 2 for found in pools.values())
    if not compared:
        return []
    chance = float(np.sqrt(special.fdtri(df, df, 1 - ALARM / compared)))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        label, found = max(pools.items(), key=lambda item: np.nan_to_num(item[1].max() / item[1].min()))
    if found.max() <= max(UNEQUAL, chance) * found.min():
        return []
    write = writer("sd", [(found.min(), found.max())], log=log, unit=unit or "")
    ends = f"{write(found.min())} to {write(found.max())}" + ("" if log or not unit else f" {surface(unit)[0]}")
    text = (
        f"The standard deviations of the participants' differences range from {ends} "
        f"between {label}, and the random terms give all of these one error term: contrasts of the steadier pairs "
        "reject too seldom, of the others too often."
    )
    hint = "Use contrasts(...), where each pair has its own, or slopes on the repetitions."
    return [Notice(code="pooled-error", text=text, hint=hint)]


def _within(known: Variables, terms: Sequence[Term], person: Factor) -> list[str]:
    """Variables of the formula that vary within a participant."""
    return [name for name, v in known.items() if _in(name, terms) and not _constant(v.values, person.codes)]


def _in(name: str, terms: Sequence[Term]) -> bool:
    return any(name in term for term in terms)


def _constant(values: NDArray[Any], codes: NDArray[np.intp]) -> bool:
    """Whether every participant has one value."""
    first = np.zeros(int(codes.max()) + 1, dtype=values.dtype)
    first[codes] = values
    return bool((first[codes] == values).all())


def at_zero(terms: Sequence[Term], known: Variables) -> dict[str, tuple[str, ...]]:
    """Terms that interact with a covariate whose mean is not about 0: their effect is that where it is 0."""
    far = [name for name, v in known.items() if not v.is_factor and abs(v.values.mean()) > CENTRED * v.values.std()]
    found = {}
    for term in terms:
        beside = [set(other) - set(term) for other in terms if term and set(other) > set(term)]
        held = tuple(name for name in far if any(name in others for others in beside))
        if held:
            found[_label(term)] = held
    return found


def covariate_notices(terms: Sequence[Term], known: Variables) -> list[Notice]:
    """Say what a column of numbers does that names conditions, or that stands far from 0 in an interaction."""
    notices = []
    for name, v in known.items():
        if not v.is_factor and name in NAMES_OF_CONDITIONS and (v.values == np.round(v.values)).all():
            text = f"{name!r} holds numbers and is taken as a covariate, with one slope; write C({name}) for levels."
            notices.append(Notice(code="condition-as-covariate", text=text))
    for term, held in at_zero(terms, known).items():
        names = " and ".join(held)
        text = (
            f"{term!r} interacts with {names}, so its own test and coefficients are those at {names} = 0. Take a "
            "typical value off the covariate first, or ask for joint_tests, marginal_means or contrasts, which hold it "
            "at its mean."
        )
        notices.append(Notice(code="effect-at-zero", text=text))
    return notices


def normaliser_notices(table: pd.DataFrame, terms: Sequence[Term], *, log: bool) -> list[Notice]:
    """Say which tests would change with the reference contractions of the muscles."""
    named = [name for name in MUSCLE_COLUMNS if _in(name, terms)]
    if not named or not is_percent(table):
        return []
    if log:
        rest = "; the other main effects and the interactions do not"
        text = f"The main effect of {named[0]!r} depends on the muscles' reference contractions{rest}."
    else:
        text = "Every test over several muscles depends on their reference contractions, since values are in percent "
        text += "of them; on the log scale only the muscles' main effect does."
    return [Notice(code="depends-on-normaliser", text=text)]
