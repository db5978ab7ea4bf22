"""Names of files: who did what, read from the names alone, and the pattern that tells a study file the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from emgkit.io.naming.likely.parts import IN_SHEET, LITERAL, LOAD, Part, Row, Rows, parts_of
from emgkit.io.naming.likely.people import is_code, with_people
from emgkit.io.naming.likely.words import (
    BEFORE_A_NUMBER,
    COMPANIONS,
    GROUPS,
    NOISE,
    NUMBERED_EXERCISES,
    SESSIONS,
    SIDES,
    alike,
    bare,
    is_mvc,
)

__all__ = ["Named", "number_role", "read_names"]

# the order in which facts are shown
_ORDER = {"participant": 0, "task": 1}
_COUNTED = re.compile(r"(?P<word>[^\W\d_]+)-?(?P<number>\d+)")
_UNITS = ("kg", "kgs", "lb", "lbs", "pct", "rm", "percent", "nm")


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the name of a file tells.

    `facts` are the values of the fields, as a run of the study reads them. `pattern` and `regex` read them, with the
    translations of `values`. `base` is the task with ``{load}`` in the place of a number that ends it. `companion` is
    the word of a file that holds other streams of a recording. `mvc`: a word of the name is one for a maximal
    contraction. `given` and `given_participant` were given to a file whose name holds none.
    """

    name: str
    facts: Mapping[str, str]
    pattern: str
    regex: str
    base: str = ""
    companion: str = ""
    mvc: bool = False
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    given: str = ""
    given_participant: str = ""

    def with_task(self, task: str) -> Named:
        """The same with a task, where the name holds none but a person's code."""
        if "task" in self.facts or not is_code(self.facts.get("participant", "")):
            return self
        return replace(self, facts={**self.facts, "task": task}, base=task, given=task)

    def with_participant(self, label: str) -> Named:
        """The same with a participant, where the name holds none."""
        if "participant" in self.facts or "task" not in self.facts:
            return self
        return replace(self, facts={"participant": label, **self.facts}, given_participant=label)


def read_names(names: Iterable[str]) -> tuple[Named, ...]:
    """Read the names of the recordings in a folder, relative to it and with ``/`` between folders.

    The parts of a name are taken in this order: the participant, numbers with a word or unit beside them, sessions,
    groups, sides, words of other streams, numbers at the end, and the task, which is what remains.

    Examples
    --------
    >>> for one in read_names(["P01_squat_01.csv", "P01_squat_02.csv", "P02_mvc_glute.csv"]):
    ...     print(one.pattern, dict(one.facts), one.mvc)
    {participant}_{task}_{run}.csv {'participant': 'P01', 'task': 'squat', 'run': '01'} False
    {participant}_{task}_{run}.csv {'participant': 'P01', 'task': 'squat', 'run': '02'} False
    {participant}_{task}.csv {'participant': 'P02', 'task': 'mvc_glute'} True
    """
    rows: Rows = {name: parts_of(name) for name in sorted(names)}
    for stage in (with_people, _with_words_beside, _with_companions, _with_numbers, _with_folders, _without_noise,
                  _with_runs_in_words, _with_own_maxima, _with_conditions, _without_lone_sessions, _with_limbs,
                  _with_dates):  # fmt: skip
        rows = stage(rows)
    loads = _loads(rows)
    return _spelled_once([_named(name, row, rows, loads) for name, row in rows.items()])


def _spelled_once(found: Sequence[Named]) -> tuple[Named, ...]:
    """The names with one spelling of each label, the most frequent of those that differ by case or blanks only."""
    made = list(found)
    for fact in dict.fromkeys(fact for one in found for fact in one.facts):
        counts = Counter(one.facts[fact] for one in made if fact in one.facts)
        chosen: dict[str, str] = {}
        for label in sorted(counts, key=lambda label: (-counts[label], label)):
            chosen.setdefault(alike(label), label)
        if len(chosen) == len(counts):
            continue
        for place, one in enumerate(made):
            if fact not in one.facts:
                continue
            label = one.facts[fact]
            meaning = chosen[alike(label)]
            table = dict.fromkeys(one.values.get(fact, (label,)), meaning)
            base = meaning if fact == "task" and one.base == label else one.base
            made[place] = replace(
                one, facts={**one.facts, fact: meaning}, values={**one.values, fact: table}, base=base
            )
    return tuple(made)


def _with_words_beside(rows: Rows) -> Rows:
    """Runs, loads, sessions, groups and sides that words or units name."""
    sides = {
        SIDES[bare(part.text)] for row in rows.values() for part in row if not part.field and bare(part.text) in SIDES
    }
    return {name: _beside(row, sided=len(sides) == 2) for name, row in rows.items()}


def _beside(row: Row, *, sided: bool) -> Row:
    made: list[Part] = []
    waiting = ""  # the fact that the next number is
    for part, after in zip(row, (*row[1:], None), strict=True):
        text = bare(part.text)
        counted, load = _COUNTED.fullmatch(text), LOAD.fullmatch(part.text)
        if part.field:
            made.append(part)
        elif waiting:
            made.append(part.called(waiting))
            waiting = ""
        elif text in BEFORE_A_NUMBER and after is not None and after.text.isdigit() and not part.folder:
            waiting = BEFORE_A_NUMBER[text]
            made.append(part.called(LITERAL))
        elif load:
            unit = Part(before="", text=load["unit"], folder=part.folder, field=LITERAL)
            made += [replace(part, text=load["load"], field="load"), unit]
        elif part.text.isdigit() and after is not None and bare(after.text) in _UNITS:
            made.append(part.called("load"))
        elif made and made[-1].field == "load" and text in _UNITS:
            made.append(part.called(LITERAL))
        elif SESSIONS.fullmatch(text):
            made.append(part.called("session"))
        elif counted and BEFORE_A_NUMBER.get(counted["word"]) in ("run", "load") and not part.folder:
            cut = len(part.text) - len(counted["number"])
            made.append(replace(part, text=part.text[:cut], field=LITERAL))
            made.append(Part(before="", text=part.text[cut:], field=BEFORE_A_NUMBER[counted["word"]]))
        elif text in GROUPS:
            made.append(part.called("group"))
        elif sided and text in SIDES:
            made.append(part.called("side"))
        else:
            made.append(part)
    return tuple(made)


def _with_companions(rows: Rows) -> Rows:
    """Words of files that hold other streams of a recording: the same name without the word is a recording too."""

    def key(row: Row) -> tuple[str, ...]:
        return tuple(part.text for part in row if bare(part.text) not in NOISE and not _companion(part))

    recordings = {key(row) for row in rows.values() if not any(_companion(part) for part in row)}
    return {
        name: tuple(part.called("companion") if _companion(part) and key(row) in recordings else part for part in row)
        for name, row in rows.items()
    }


def _companion(part: Part) -> bool:
    return not part.field and bare(part.text) in COMPANIONS


def _with_numbers(rows: Rows) -> Rows:
    """Bare numbers: dates; behind the task, the run or a load; before it, the session."""
    last: dict[str, list[int]] = {}
    for name, row in rows.items():
        last[name] = [
            place for place, part in enumerate(row) if not part.field and not part.folder and part.text.isdigit()
        ]
    behind = {name: [place for place in places if _after_words(rows[name], place)] for name, places in last.items()}
    # the last number of one name is compared with the last of the others
    role = {
        back: number_role([rows[name][places[-back]].text for name, places in behind.items() if len(places) >= back])
        for back in (1, 2, 3)
    }
    made = {}
    for name, row in rows.items():
        parts = list(row)
        for place in last[name]:
            if place in behind[name]:
                back = len(behind[name]) - behind[name].index(place)
                fact = role.get(back, "run")
                fact = "condition" if fact == "run" and back > 1 else fact
            else:
                fact = "session"
            parts[place] = parts[place].called("date" if re.fullmatch(r"\d{6}|\d{8}", parts[place].text) else fact)
        made[name] = tuple(parts)
    return made


def _after_words(row: Row, place: int) -> bool:
    """Whether a word of the task stands before a part, or none stands in the stem at all."""
    words = [at for at, part in enumerate(row) if not part.field and not part.folder and not part.text.isdigit()]
    return not words or min(words) < place


def number_role(numbers: Sequence[str]) -> str:
    """What numbers at one place are: runs count from 1 (or 0), loads do not."""
    values = sorted({int(number) for number in numbers})
    counting = bool(values) and values[0] <= 1 and values[-1] <= 30
    return "load" if len(values) > 1 and not counting else "run"


def _with_folders(rows: Rows) -> Rows:
    """What the folders above the files are: tasks, sessions, groups, conditions, or nothing that differs."""
    depths = max((sum(part.folder for part in row) for row in rows.values()), default=0)
    for depth in range(depths):
        open_ones = {name: row for name, row in rows.items() if _folder(row, depth) is not None}
        if open_ones:
            rows = {**rows, **_one_depth(open_ones, rows, depth)}
    return rows


def _folder(row: Row, depth: int) -> Part | None:
    """The folder at a depth, where nothing is known of it yet."""
    folders = [part for part in row if part.folder]
    return folders[depth] if depth < len(folders) and not folders[depth].field else None


def _one_depth(open_ones: Rows, rows: Rows, depth: int) -> Rows:
    texts = {name: part.text for name, row in open_ones.items() if (part := _folder(row, depth))}
    people: dict[str, set[str]] = defaultdict(set)
    for name, text in texts.items():
        people[text] |= {part.text for part in rows[name] if part.field == "participant"}
    plain = {text for text in people if not is_mvc(text) and bare(text) not in NOISE}
    shared = [one for text in plain for one in people[text] if sum(one in people[other] for other in plain) > 1]
    group_words = any(bare(text) in GROUPS for text in plain)
    in_all = bool(plain) and all(people[text] == set().union(*(people[one] for one in plain)) for text in plain)
    made = {}
    for name, row in open_ones.items():
        text = texts[name]
        wordless = not any(_word(part) and not part.folder for part in row)
        if wordless and not group_words:
            fact = ""  # the folder is the task
        elif text not in plain or len(plain) == 1:
            fact = LITERAL
        else:
            fact = "condition" if shared and in_all and not group_words and not _numbered_alike(people) else "group"
        places = [place for place, part in enumerate(row) if part.folder]
        parts = list(row)
        parts[places[depth]] = parts[places[depth]].called(fact) if fact else parts[places[depth]].called("task")
        made[name] = tuple(parts)
    return made


def _numbered_alike(people: Mapping[str, set[str]]) -> bool:
    """Whether the labels of people count from 1 in every folder, as groups do that were recorded apart."""
    return all(any(re.sub(r"\D", "", one).lstrip("0") == "1" for one in own) for own in people.values())


def _word(part: Part) -> bool:
    return not part.field and bare(part.text) not in NOISE


def _without_noise(rows: Rows) -> Rows:
    """Words that say nothing, and a word before the participant in every name, belong to no task of other words."""
    before = [{bare(part.text) for part in row[: _person(row)] if not part.field} for row in rows.values()]
    noisy = all(any(bare(part.text) in NOISE for part in row) for row in rows.values())
    # of the sheets of workbooks, EMG_squat is told apart from Force by its first word
    noise = NOISE if noisy or not any(IN_SHEET in name for name in rows) else frozenset[str]()
    drop = noise | (set.intersection(*before) if before else set())
    made = {}
    for name, row in rows.items():
        others = any(part.field == "task" or (not part.field and bare(part.text) not in drop) for part in row)
        made[name] = tuple(
            part.called(LITERAL) if others and not part.field and bare(part.text) in drop else part for part in row
        )
    return made


def _person(row: Row) -> int:
    """Where the participant stands."""
    return next((place for place, part in enumerate(row) if part.field == "participant"), 0)


def _task_of(row: Row) -> str:
    """The words of the task with what stands between them."""
    words = [part for part in row if part.field in ("", "task")]
    return "".join((part.before if place and not part.folder else "") + part.text for place, part in enumerate(words))


def _with_runs_in_words(rows: Rows) -> Rows:
    """``mvc1``, ``mvc2``: numbers from 1 that end the words of one task are runs of it."""
    # jump, jump2: the first has no number; bench 2, bench3
    counted: dict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        counted[_task_of(row)].append(next((part.text for part in row if part.field == "run"), "1"))

    def are_runs(base: str, numbers: list[str]) -> bool:
        every = [*counted[base], *numbers]
        return len(set(every)) > 1 and (is_mvc(base) or number_role(every) == "run")

    return _split_tasks(rows, are_runs)


def _split_tasks(rows: Rows, wanted: Callable[[str, list[str]], bool]) -> Rows:
    numbers: dict[str, list[str]] = defaultdict(list)
    for row in rows.values():
        ends = _ends_in_number(row)
        if ends:
            numbers[ends[0]].append(ends[1])
    made = {}
    for name, row in rows.items():
        ends = _ends_in_number(row)
        if not ends or not wanted(ends[0], numbers[ends[0]]) or any(part.field == "run" for part in row):
            made[name] = row
            continue
        place = max(at for at, part in enumerate(row) if not part.field)
        text = row[place].text
        cut = len(text) - len(ends[1])
        word = text[:cut].rstrip(" -")
        pieces = (replace(row[place], text=word), Part(before=text[len(word) : cut], text=text[cut:], field="run"))
        made[name] = (*row[:place], *pieces, *row[place + 1 :])
    return made


def _ends_in_number(row: Row) -> tuple[str, str] | None:
    """The task without the number that ends it, and the number; None for numbered exercises such as ``task2``."""
    if any(part.field == "task" for part in row):
        return None
    match = re.fullmatch(r"(?P<base>.*[^\W\d_])[ -]?(?P<number>\d+)", _task_of(row))
    if match is None or bare(match["base"]) in NUMBERED_EXERCISES:
        return None
    return match["base"], match["number"]


def _with_own_maxima(rows: Rows) -> Rows:
    """``Jan_walk, Jan_mvc, Jun_walk, Jun_mvc``: a first word that has its own maximal contraction is a session."""
    words = {name: [part for part in row if not part.field] for name, row in rows.items()}
    pairs = [own for own in words.values() if own]
    known = any(part.field == "session" for row in rows.values() for part in row)
    if known or not pairs or any(len(own) != 2 for own in pairs):
        return rows
    maximal = [own for own in pairs if is_mvc(own[1].text)]
    first, firsts = {own[0].text for own in maximal}, {own[0].text for own in pairs}
    if len(first) < 2 or first != firsts or any(is_mvc(own[0].text) for own in pairs):
        return rows
    return {
        name: tuple(part.called("session") if words[name] and part is words[name][0] else part for part in row)
        for name, row in rows.items()
    }


def _with_limbs(rows: Rows) -> Rows:
    """A side that the names of maximal contractions lack is that of the limb that works, and not of the electrodes."""
    maximal = [row for row in rows.values() if _maximal(row)]
    if not maximal or any(part.field == "side" for row in maximal for part in row):
        return rows
    return {
        name: tuple(part.called("limb") if part.field == "side" else part for part in row) for name, row in rows.items()
    }


def _maximal(row: Row) -> bool:
    """Whether a row is of a maximal contraction, by its task or by the folder that it is in."""
    return any(is_mvc(text) for text in (_task_of(row), *(part.text for part in row if part.field == LITERAL)))


def _with_dates(rows: Rows) -> Rows:
    """Dates of one person on which the same was recorded are sessions, where nothing else is."""
    days: dict[str, set[str]] = defaultdict(set)
    for row in rows.values():
        for part in row:
            if part.field == "date":
                days[row[_person(row)].text].add(part.text)
    known = any(part.field == "session" for row in rows.values() for part in row)
    if known or not any(len(own) > 1 for own in days.values()):
        return rows
    return {
        name: tuple(part.called("session") if part.field == "date" else part for part in row)
        for name, row in rows.items()
    }


def _with_conditions(rows: Rows) -> Rows:
    """``squat_heavy, squat_light, lunge_heavy, lunge_light``: the second word is a condition where all are crossed."""
    pairs = {name: [part for part in row if not part.field] for name, row in rows.items() if not is_mvc(_task_of(row))}
    pairs = {name: own for name, own in pairs.items() if own}
    seconds: dict[str, set[str]] = defaultdict(set)
    for own in pairs.values():
        if len(own) != 2:
            return rows
        seconds[own[0].text].add(own[1].text)
    sets = {frozenset(own) for own in seconds.values()}
    if len(seconds) < 2 or len(sets) != 1 or len(next(iter(sets))) < 2:
        return rows
    return {
        name: tuple(part.called("condition") if part is pairs[name][1] else part for part in row)
        if name in pairs
        else row
        for name, row in rows.items()
    }


def _without_lone_sessions(rows: Rows) -> Rows:
    """Before and after within one session are conditions: those whose maximal contractions have no session."""
    maximal = [row for row in rows.values() if is_mvc(_task_of(row))]
    if not maximal or any(part.field == "session" for row in maximal for part in row):
        return rows
    return {
        name: tuple(part.called("condition") if part.field == "session" else part for part in row)
        for name, row in rows.items()
    }


def _loads(rows: Rows) -> set[str]:
    """The tasks that end in a load: the words before two or more numbers."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for row in rows.values():
        ends = _ends_in_number(row)
        if ends and not is_mvc(ends[0]) and not any(part.field == "load" for part in row):
            numbers[ends[0]].add(ends[1])
    return {base for base, own in numbers.items() if len(own) > 1}


def _named(name: str, row: Row, rows: Rows, loads: set[str]) -> Named:
    suffix = "" if IN_SHEET in name else PurePosixPath(name).suffix
    mvc_folder = next((part.text for part in row if part.folder and part.field == LITERAL and is_mvc(part.text)), "")
    task = _task_of(row)
    facts = {part.field: part.text for part in row if part.field not in ("", LITERAL, "companion", "task")}
    ends = _ends_in_number(row)
    base = f"{ends[0]}{{load}}" if ends and ends[0] in loads else task
    others = [part.text for part in row if part.field in (LITERAL, "condition")]
    values: dict[str, dict[str, str]] = {}
    if mvc_folder and task and not is_mvc(task):
        values = {"task": {task: f"mvc_{task}"}}
    if task:
        facts["task"] = values.get("task", {}).get(task, task)
    pattern, regex = _pattern(row, rows)
    return Named(
        name=name,
        facts=dict(sorted(facts.items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))),
        pattern=pattern + suffix.lower(),
        regex=f"{regex}(?i:{re.escape(suffix.lower())})" if suffix else regex,
        base=base,
        companion=next((bare(part.text) for part in row if part.field == "companion"), ""),
        mvc=any(is_mvc(text) for text in (mvc_folder, task, *others)),
        values=values,
    )


def _pattern(row: Row, rows: Rows) -> tuple[str, str]:
    """The pattern of a name, and a regular expression that says the same with the values that there are."""
    pattern, regex, seen = "", "", set()
    for part in row:
        fact = "task" if not part.field else part.field
        if fact in (LITERAL, "companion"):
            pattern += part.before + part.text
            regex += re.escape(part.before + part.text)
        elif fact == "task" and "task" in seen:
            continue  # words of one task: the first stands for all
        else:
            pattern += f"{part.before}{{{fact}}}"
            regex += re.escape(part.before) + (f"(?P={fact})" if fact in seen else f"(?P<{fact}>{_values(fact, rows)})")
            seen.add(fact)
    return pattern, regex


def _values(fact: str, rows: Rows) -> str:
    if fact == "participant":
        # a label without a separator is told from one with a fact behind it
        labels = {part.text for row in rows.values() for part in row if part.field == fact}
        return "[^/]+?" if any("_" in label for label in labels) else "[^/_]+"
    if fact in ("run", "load"):
        return r"\d+(?:[.,]\d+)?"
    found = (
        {_task_of(row) for row in rows.values()}
        if fact == "task"
        else {part.text for row in rows.values() for part in row if part.field == fact}
    )
    return "|".join(re.escape(one) for one in sorted(found - {""}, key=lambda one: (-len(one), one)))
