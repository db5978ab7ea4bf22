"""Numbers and names as people write them. Only for reading: the tables keep every digit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

__all__ = [
    "MISSING", "alone", "alpha", "as_title", "capital", "contrast_text", "counted", "degrees", "equation",
    "estimate", "fixed", "heading", "interval", "listed", "missing", "named", "number", "p_heading", "p_phrase",
    "p_text", "percent", "place", "places", "ratio_places", "readable", "series", "share", "spelled", "surface",
    "symbol", "term_text", "three_digits", "writer",
]  # fmt: skip

MISSING = "–"
# units of the files, as people read them
_SHOWN = {
    "V": ("µV", 1e6), "V·s": ("µV·s", 1e6), "V^2": ("µV²", 1e12), "deg": ("°", 1.0), "deg/s": ("°/s", 1.0),
    "m/s^2": ("m/s²", 1.0),
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# the p below which a difference counts as shown
_ALPHA = 0.05
# more decimals than this are read better as a power of ten
_MOST_PLACES = 5
_COUNTRIES = re.compile(r"\b(american|romanian)\b")
# columns by name: how their numbers are written
_P = re.compile(r"p|p_.*|.*_p")
_SHARES = ("ges", "pes", "r", "power", "power_adjusted", "power_expected")
_DEGREES = re.compile(r"df\d?|.*_df\d?")
_COUNTS = (
    "n", "n_first", "n_second", "n_all", "k", "family_size", "n_points", "cluster", "n_trials", "studies", "V",
)  # fmt: skip
_TWO = re.compile(
    r"(t|F|h2|q|moderator_f|threshold|studentised|correlation|mauchly_w|true_ratio|f|effect|standardized)"
    r"|[dg]_.*|g|t_.*|epsilon_.*"
)
_FEW: Mapping[str, int] = MappingProxyType({"i2": 0, "weight": 0})
# numbers in the unit of the outcome, and those that are logarithms where logarithms were analysed, or ratios
_OF_OUTCOME = re.compile(
    r"(difference|mean|geometric_mean|sd|change|own|others|bound|estimate|yi|se|observed|fitted|residual)(_.*)?"
)
_LOGARITHMS, _RATIOS = ("estimate", "se", "sd", "observed", "fitted", "residual"), ("own", "others", "bound")
# numbers in the squared unit of the outcome; other variances, of ratios and standardised effects, have none
_SQUARED = ("variance", "ss", "ss_error", "difference_var")
# headings of columns that are not the name without its underscores; a symbol may have an index behind "_"
_HEADINGS: Mapping[str, str] = MappingProxyType({
    "dropout_time": "dropout time (s)", "epsilon_gg": "ε (GG)", "epsilon_hf": "ε (HF)",
    "epsilon_hf_uncapped": "ε (HF), uncapped", "ges": "generalised η²", "h2": "H²", "i2": "I² (%)",
    "load_kg": "load (kg)", "longest_flat": "longest flat (s)", "mauchly_p": "p (Mauchly)",
    "mauchly_w": "Mauchly's W", "n_repetitions": "repetitions", "p_adjusted": "p adjusted",
    "p_difference": "p of a difference", "p_gg": "p (GG)", "p_hf": "p (HF)", "pes": "partial η²",
    "snr_db": "SNR (dB)", "tau2": "τ²", "weight": "weight (%)",
})  # fmt: skip
_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_SYMBOL = re.compile(r"(p|t|F|V|n|r|g|q|k|ε|[dgpt](?=_))(?:_(\w+))?(?![\w])(.*)")
# columns whose levels are understood without the name of the column
_PLAIN = ("muscle", "channel", "exercise", "task", "outcome", "measure", "study")
# things that are done, which have an article
_DONE = ("exercise", "task", "lift")


def missing(value: Any) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def p_text(p: float) -> str:
    """A p-value with three decimals and no zero before them; one that they would round to .05 has as many as it needs.

    Examples
    --------
    >>> p_text(0.0253), p_text(0.0004), p_text(0.9996), p_text(0.0497), p_text(0.05004)
    ('.025', '< .001', '> .999', '.0497', '.05004')
    """
    if missing(p):
        return MISSING
    if p < 0.001:
        return "< .001"
    if p >= 0.9995:
        return "> .999"
    decimals = 3
    while p != _ALPHA and float(f"{p:.{decimals}f}") == _ALPHA:
        decimals += 1
    return f"{p:.{decimals}f}".removeprefix("0")


def p_phrase(p: float, name: str = "p") -> str:
    """A p-value in a sentence.

    Examples
    --------
    >>> p_phrase(0.0253), p_phrase(1e-7)
    ('p = .025', 'p < .001')
    """
    return equation(name, p_text(p))


def p_heading(adjust: str | None, largest_family: int | None = None) -> str:
    """The name of adjusted p-values, with what they were adjusted after; plain where no family had several tests.

    Examples
    --------
    >>> p_heading("holm"), p_heading("benjamini-hochberg"), p_heading("none"), p_heading("holm", 1)
    ('p (Holm)', 'p (Benjamini-Hochberg)', 'p (not adjusted)', 'p')
    """
    if largest_family is not None and largest_family <= 1:
        return "p"
    if adjust == "none":
        return "p (not adjusted)"
    # the one name that is written with letters of its own
    return f"p ({adjust.title().replace('Sidak', 'Šidák') if adjust else 'adjusted'})"


def alpha(value: float) -> str:
    """A level of significance: four digits at most, no zero before the point and no power of ten.

    Examples
    --------
    >>> alpha(0.05), alpha(0.1), alpha(0.05 / 3), alpha(5e-5)
    ('.05', '.1', '.01667', '.00005')
    """
    return f"{value:.{3 - math.floor(math.log10(value))}f}".rstrip("0").removeprefix("0")


def equation(name: str, text: str) -> str:
    """A name and its number in one phrase; a bound brings its own sign, and words have none.

    Examples
    --------
    >>> equation("p", ".025"), equation("p", "< .001"), equation("p", "n.s.")
    ('p = .025', 'p < .001', 'p n.s.')
    """
    return f"{name} {text}" if text[:1] in "<>" or text[:1].isalpha() else f"{name} = {text}"


def fixed(value: float, decimals: int | None) -> str:
    """A number with these decimals (None: three digits, and a power of ten), and a minus sign that is one.

    Examples
    --------
    >>> fixed(-1.2345, 2), fixed(-0.001, 2), fixed(1.2345e-7, None), fixed(float("inf"), 1)
    ('−1.23', '0.00', '1.23×10⁻⁷', '∞')
    """
    if missing(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if decimals is not None:
        return f"{value:z.{decimals}f}".replace("-", "−")
    mantissa, power = f"{value:.2e}".split("e")
    return f"{mantissa.replace('-', '−')}×10{str(int(power)).translate(_SUPERSCRIPTS)}" if value else "0"


def share(value: float, decimals: int = 3) -> str:
    """A number that cannot exceed 1, without a zero before the point.

    Examples
    --------
    >>> share(0.4712), share(-0.2), share(1.0)
    ('.471', '−.200', '1.000')
    """
    text = fixed(value, decimals)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "−0.")) else text


def percent(share: float) -> str:
    """A share of the whole in percent, with two digits; from 99.5 % up it is 100 %.

    Examples
    --------
    >>> percent(0.123), percent(0.997), percent(0.0004), percent(1.25)
    ('12 %', '100 %', '0.04 %', '120 %')
    """
    return f"{number(float(f'{100 * share:.2g}'))} %"


def degrees(value: float) -> str:
    """Degrees of freedom: whole ones as they are, others with one decimal.

    Examples
    --------
    >>> degrees(12.0), degrees(22.41), degrees(float("inf"))
    ('12', '22.4', '∞')
    """
    near = math.isfinite(value) and abs(value - round(value)) < 1e-6
    return fixed(value, 0 if near else 1)


def places(values: Iterable[float], *, least: int = 0) -> int | None:
    """Decimals that show three digits of the largest number, ``least`` or more; None where a power of ten does better.

    Examples
    --------
    >>> places([32.81, 4.5]), places([512.0]), places([1.2e-9]), places([0.5], least=2)
    (1, 1, None, 3)
    """
    sizes = [abs(value) for value in values if not missing(value) and math.isfinite(value) and value != 0]
    if not sizes:
        return least
    largest = math.floor(math.log10(max(sizes)))
    wanted = max(2 - largest, int(largest < 3), least)
    return None if wanted > _MOST_PLACES or largest > 6 else wanted


def ratio_places(rows: Iterable[tuple[float, float, float]]) -> int | None:
    """Decimals of ratios with their limits: two, or as many as keep an interval off 1 that is off 1, and not a point.

    Examples
    --------
    >>> ratio_places([(1.34, 1.002, 1.81)]), ratio_places([(0.012, 0.01, 0.014)]), ratio_places([(1.9, 1.6, 2.3)])
    (3, 4, 2)
    """
    found = [_ratio_places(value, low, high) for value, low, high in rows]
    known = [one for one in found if one is not None]
    return max(known, default=2) if len(known) == len(found) else None


def _ratio_places(value: float, low: float, high: float) -> int | None:
    decimals = 2 if missing(value) or abs(value) >= 0.095 else places([value])
    if decimals is None or missing(low) or missing(high):
        return decimals

    def hidden(decimals: int) -> bool:
        a, b = round(low, decimals), round(high, decimals)
        return (low > 1 >= a) or (high < 1 <= b) or (low < high and a == b)

    # a limit that lies on 1 but for rounding errors stays there
    return next((more for more in range(decimals, _MOST_PLACES + 2) if not hidden(more)), decimals)


def estimate(value: float, low: float, high: float, *, ratio: bool = False) -> tuple[str, str]:
    """A number and its limits, with the decimals that fit all three: the same wherever they are written.

    Examples
    --------
    >>> estimate(1.402, 1.2, 1.63, ratio=True), estimate(-12.34, -18.3, -6.3)
    (('1.40', '[1.20, 1.63]'), ('−12.3', '[−18.3, −6.3]'))
    """
    decimals = ratio_places([(value, low, high)]) if ratio else places([value, low, high])
    return fixed(value, decimals), interval(low, high, decimals)


def writer(
    name: str, rows: Iterable[tuple[float, ...]], *, log: bool = False, unit: str = ""
) -> Callable[[float], str]:
    """What writes the numbers of a column: how many decimals they have goes with what the column is called.

    Parameters
    ----------
    name : str
        Name of the column; ``"slope_ratio"`` for ratios per unit of something, which lie near 1.
    rows : iterable of tuple of float
        The numbers that share their decimals: an estimate with its limits, or every number of a column.
    log : bool, default False
        Whether logarithms were analysed.
    unit : str
        Unit of the outcome; what is in volts is written in microvolts.

    Examples
    --------
    >>> writer("p_adjusted", [])(0.0253), writer("df", [])(12.0), writer("ges", [])(0.4712), writer("d_z", [])(-0.5)
    ('.025', '12', '.471', '−0.50')
    >>> write = writer("ratio", [(1.34, 1.002, 1.81)])
    >>> write(1.34), write(1.002)
    ('1.340', '1.002')
    >>> writer("slope_ratio", [(1.0002, 0.9742, 1.0269)])(1.0002)
    '1.0002'
    >>> writer("sd", [(5.55e-6,)], unit="V")(5.55e-6), writer("variance", [(3.08e-11,)], unit="V")(3.08e-11)
    ('5.55', '30.8')
    """
    if _P.fullmatch(name):
        return p_text
    if name in _SHARES:
        return share
    if name in _COUNTS:
        return lambda value: MISSING if missing(value) else number(value)
    if name == "alpha":
        return alpha
    if _DEGREES.fullmatch(name):
        return degrees
    rows = list(rows)
    if name in _SQUARED or name.endswith("_var"):
        square = surface(unit)[1] ** 2 if name in _SQUARED and not log else 1.0
        write = _plain(value * square for row in rows for value in row)
        return lambda value: write(value * square)
    if name == "slope_ratio":
        near = places((value - 1 for row in rows for value in row), least=2)
        return lambda value: fixed(value, near)
    if name.startswith("ratio") or (log and name in _RATIOS):
        alone = (math.nan, math.nan)
        decimals = ratio_places([row if len(row) == 3 else (row[0], *alone) for row in rows])
        return lambda value: fixed(value, decimals)
    if _TWO.fullmatch(name) or (name == "bound" and not unit):
        return lambda value: fixed(value, 2)
    if name in _FEW:
        return lambda value: fixed(value, _FEW[name])
    numbers = [value for row in rows for value in row]
    if not _OF_OUTCOME.fullmatch(name):
        return _plain(numbers)
    factor = 1.0 if log and name in _LOGARITHMS else surface(unit)[1]
    decimals = places([value * factor for value in numbers if not missing(value)])
    return lambda value: fixed(value if missing(value) else value * factor, decimals)


def alone(name: str, value: float) -> str:
    """A number outside a table, as the column of that name would hold it.

    Examples
    --------
    >>> alone("tau2", 0.02754), alone("i2", 78.9), alone("weight", 28.13)
    ('0.0275', '79', '28')
    """
    return writer(name, [(value,)])(value)


def _plain(numbers: Iterable[float]) -> Callable[[float], str]:
    """What writes numbers of any kind: all digits of round ones, else three of the largest, or of each by itself."""
    known = [value for value in numbers if not missing(value) and math.isfinite(value)]
    for few in (0, 1, 2):
        if all(round(value, few) == value for value in known):
            return lambda value: fixed(value, few)
    decimals = places(known)
    if decimals is None or decimals > 4 or any(abs(round(x, decimals) - x) > 0.05 * abs(x) for x in known):
        return three_digits
    return lambda value: fixed(value, decimals)


def three_digits(value: float) -> str:
    """A number with three digits of its own, as a power of ten where it is very small or large.

    Examples
    --------
    >>> three_digits(196.24), three_digits(3.4), three_digits(0.01234)
    ('196', '3.40', '0.0123')
    """
    if missing(value) or math.isinf(value) or value == 0:
        return fixed(value, 0)
    exponent = math.floor(math.log10(abs(value)))
    return fixed(value, max(0, 2 - exponent) if -4 <= exponent < 6 else None)


def heading(name: object) -> str:
    """The heading of a column; an index stays behind its symbol, as in ``d_z``.

    Examples
    --------
    >>> heading("load_kg"), heading("baseline_noise"), heading("d_z 95 % CI"), heading("epsilon_gg")
    ('load (kg)', 'baseline noise', 'd_z 95 % CI', 'ε (GG)')
    """
    base, rest = re.fullmatch(r"([^ ,]*)(.*)", str(name), flags=re.DOTALL).groups()  # type: ignore[union-attr]
    known = _HEADINGS.get(base, base)
    return (known if symbol(known)[0] else readable(known)) + rest.replace("_", " ")


def symbol(text: str) -> tuple[str, str, str]:
    """The symbol that a heading begins with, its index, and the words behind; without a symbol all is words.

    Examples
    --------
    >>> symbol("d_z 95 % CI"), symbol("p adjusted"), symbol("load (kg)")
    (('d', 'z', ' 95 % CI'), ('p', '', ' adjusted'), ('', '', 'load (kg)'))
    """
    found = _SYMBOL.fullmatch(text)
    return (found[1], readable(found[2] or ""), found[3]) if found else ("", "", text)


def interval(low: float, high: float, decimals: int | None) -> str:
    """Two limits in brackets.

    Examples
    --------
    >>> interval(1.2, 1.8, 2)
    '[1.20, 1.80]'
    """
    if missing(low) and missing(high):
        return MISSING
    return f"[{fixed(low, decimals)}, {fixed(high, decimals)}]"


def surface(unit: str) -> tuple[str, float]:
    """The unit people read, and the factor to it: volts become microvolts.

    Examples
    --------
    >>> surface("V"), surface("%MVC"), surface("V/repetition")
    (('µV', 1000000.0), ('%MVC', 1.0), ('µV/repetition', 1000000.0))
    """
    if unit in _SHOWN:
        return _SHOWN[unit]
    first, per, rest = unit.partition("/")
    shown, factor = _SHOWN.get(first, (first, 1.0))
    return f"{shown}{per}{rest}", factor


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


def capital(text: str) -> str:
    """Text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


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


def series(texts: Iterable[str]) -> str:
    """Texts one after the other in a sentence.

    Examples
    --------
    >>> series(["the squat"]), series(["the hip thrust", "the squat", "the deadlift"])
    ('the squat', 'the hip thrust, the squat and the deadlift')
    """
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def number(value: float) -> str:
    """A number as a person would write it: no trailing zeros, all its digits.

    Examples
    --------
    >>> number(20.0), number(0.5), number(2148.148)
    ('20', '0.5', '2148.148')
    """
    return f"{value:.10g}"
