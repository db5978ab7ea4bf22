"""The compiled functions, in LLVM's own assembly language; :mod:`emgkit.kernels.compiled` calls them.

A section of a filter is the transposed direct form II, y = b0 x + s1, s1 = b1 x - a1 y + s2, s2 = b2 x - a2 y, with y
put into the states, so that a state waits for the one before it and not for the output::

    y = b0 x + s1        s1 = (b1 - a1 b0) x + s2 - a1 s1        s2 = (b2 - a2 b0) x - a2 s1

In single precision this would lose what slow filters live on, since their poles lie so near to 1 that the states hardly
change from sample to sample. There the states are what a section *adds up* (z is replaced by 1 + d), and what is added
has all its digits (Middleton & Goodwin, 1986, IEEE Trans Automatic Control 31, 1015-1021)::

    y = b0 x + s1        s1 = s1 + (g1 x + s2 - e1 s1)           s2 = s2 + (g2 x - e2 s1)
    e1 = 2 + a1          e2 = 1 + a1 + a2        g1 = 2 b0 + b1 - e1 b0        g2 = b0 + b1 + b2 - e2 b0
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from emgkit.kernels.designs import After

__all__ = ["GROUP", "LANES", "MOST_SECTIONS", "Precision", "assembly", "pass_names"]

LANES = 16
GROUP = 8  # samples of each lane that are turned into lanes, or back, in one go
MOST_SECTIONS = 4  # a longer cascade runs in several passes
_AFTER: tuple[After, ...] = ("plain", "rectified")
Precision: TypeAlias = Literal["double", "single"]
_NUMBERS: dict[Precision, str] = {"double": "double", "single": "float"}
_VECTOR = f"<{LANES} x double>"
_SINGLE_VECTOR = f"<{LANES} x float>"
_HALF = f"<{GROUP} x double>"
_COUNTS = f"<{LANES} x i16>"
_ALL_FIRST = f"<{LANES} x i32> zeroinitializer"  # the first element in every lane


def pass_names() -> list[str]:
    """The name of a pass through the lanes for each number of sections and of what it stores."""
    return [f"through_{n}_{after}" for n in range(1, MOST_SECTIONS + 1) for after in _AFTER]


def assembly(precision: Precision) -> str:
    """The whole module in LLVM's assembly language, for filters and windows of one precision."""
    declared = [
        *(
            f"declare {vector} @llvm.{name}.v{LANES}{short}({', '.join([vector] * count)})"
            for vector, short in ((_VECTOR, "f64"), (_SINGLE_VECTOR, "f32"))
            for name, count in (("fma", 3), ("fabs", 1), ("sqrt", 1))
        ),
        "declare i64 @llvm.smin.i64(i64, i64)",
        *(f"declare {_COUNTS} @llvm.{name}.v{LANES}i16({_COUNTS}, {_COUNTS})" for name in ("smin", "smax")),
        f"declare {_HALF} @llvm.fma.v{GROUP}f64({_HALF}, {_HALF}, {_HALF})",
    ]
    passes = [
        make(n, after, precision) for make in (_pass, _through) for n in range(1, MOST_SECTIONS + 1) for after in _AFTER
    ]
    averages = [_average("mean", precision, squared=False), _average("root_mean_square", precision, squared=True)]
    parts = [*declared, *passes, *averages, _scale(), _put(precision), _out(precision), _out_some(precision)]
    return "\n".join(parts)


def _loop(signature: str, before: list[str], carried: list[tuple[str, str, str, str]], body: list[str],
          after: list[str]) -> str:  # fmt: skip
    """A function whose loop runs n times; ``carried`` are (type, name, first value, next value)."""
    lines = [
        f"define void {signature} {{", "entry:", *before,
        "%any = icmp sgt i64 %n, 0", "br i1 %any, label %loop, label %done",
        "loop:", "%t = phi i64 [0, %entry], [%t.next, %loop]",
        *(f"%{name} = phi {kind} [{first}, %entry], [{then}, %loop]" for kind, name, first, then in carried),
        *body, "%t.next = add i64 %t, 1", "%more = icmp slt i64 %t.next, %n", "br i1 %more, label %loop, label %done",
        "done:", *after, "ret void", "}",
    ]  # fmt: skip
    return "\n".join(lines)


def _vector(precision: Precision) -> tuple[str, str, str]:
    """The type of a vector, of a number in it, and how LLVM's functions call it."""
    number = _NUMBERS[precision]
    return f"<{LANES} x {number}>", number, f"v{LANES}f{64 if number == 'double' else 32}"


def _fma(name: str, a: str, b: str, c: str, precision: Precision = "double") -> str:
    vector, _, short = _vector(precision)
    return f"%{name} = call {vector} @llvm.fma.{short}({vector} %{a}, {vector} %{b}, {vector} %{c})"


def _pass(n_sections: int, after: After, precision: Precision) -> str:
    """One pass of a cascade over a block, forward or backward by the sign of the step."""
    vector, number, short = _vector(precision)
    before, body, first, last = list[str](), list[str](), list[str](), list[str]()
    carried = [("ptr", "at", "%block", "%at.next"), ("ptr", "to.at", "%to", "%to.next")]
    body.append(f"%x0 = load {vector}, ptr %at, align 4")
    for s in range(n_sections):
        for place, name in enumerate(("b0", "c1", "c2", "a1", "a2")):
            before += [
                f"%{name}.{s}.at = getelementptr {number}, ptr %sections, i64 {5 * s + place}",
                f"%{name}.{s}.one = load {number}, ptr %{name}.{s}.at",
                f"%{name}.{s}.first = insertelement {vector} undef, {number} %{name}.{s}.one, i32 0",
                f"%{name}.{s} = shufflevector {vector} %{name}.{s}.first, {vector} undef, {_ALL_FIRST}",
            ]
        for state in (0, 1):
            name = f"{state}.{s}"
            before += [
                f"%start{name}.at = getelementptr {number}, ptr %states, i64 {(2 * s + state) * LANES}",
                f"%start{name} = load {vector}, ptr %start{name}.at, align 4",
            ]
            carried.append((vector, f"s{name}", f"%start{name}", f"%s{name}.next"))
            first.append(f"%end{name} = phi {vector} [%start{name}, %entry], [%s{name}.next, %loop]")
            last.append(f"store {vector} %end{name}, ptr %start{name}.at, align 4")
        body += _section(s, precision)
    stored = f"%x{n_sections}"
    if after == "rectified":
        body.append(f"%stored = call {vector} @llvm.fabs.{short}({vector} {stored})")
        stored = "%stored"
    body += [
        f"store {vector} {stored}, ptr %to.at, align 4",
        f"%at.next = getelementptr {number}, ptr %at, i64 %step",
        f"%to.next = getelementptr {number}, ptr %to.at, i64 %to_step",
    ]
    places = "ptr %block, i64 %n, i64 %step, ptr %to, i64 %to_step, ptr noalias %sections, ptr noalias %states"
    return _loop(f"@pass_{n_sections}_{after}({places})", before, carried, body, [*first, *last])


def _through(n_sections: int, after: After, precision: Precision) -> str:
    """A pass through all lanes, each in the state in which the pass leaves the lane beside it.

    The end of all lanes is filtered first, for the states alone; these move on by one lane. Where a stretch begins, the
    state is that of a constant.
    """
    vector, number, _ = _vector(precision)
    along = ", ".join(f"i32 {max(lane - 1, 0)}" for lane in range(LANES))
    against = ", ".join(f"i32 {min(lane + 1, LANES - 1)}" for lane in range(LANES))
    first, second = list[str](), list[str]()
    for i in range(2 * n_sections):
        first += [
            f"%steady{i}.at = getelementptr {number}, ptr %steady, i64 {i}",
            f"%steady{i}.one = load {number}, ptr %steady{i}.at",
            f"%steady{i}.first = insertelement {vector} undef, {number} %steady{i}.one, i32 0",
            f"%steady{i} = shufflevector {vector} %steady{i}.first, {vector} undef, {_ALL_FIRST}",
            f"%state{i}.at = getelementptr {number}, ptr %states, i64 {i * LANES}",
            f"%first{i} = fmul {vector} %steady{i}, %end",
            f"store {vector} %first{i}, ptr %state{i}.at, align 4",
        ]
        second += [
            f"%reached{i} = load {vector}, ptr %state{i}.at, align 4",
            f"%along{i} = shufflevector {vector} %reached{i}, {vector} undef, <{LANES} x i32> <{along}>",
            f"%against{i} = shufflevector {vector} %reached{i}, {vector} undef, <{LANES} x i32> <{against}>",
            f"%moved{i} = select i1 %backward, {vector} %against{i}, {vector} %along{i}",
            f"%constant{i} = fmul {vector} %steady{i}, %begin",
            f"%start{i} = select <{LANES} x i1> %is_outer, {vector} %constant{i}, {vector} %moved{i}",
            f"store {vector} %start{i}, ptr %state{i}.at, align 4",
        ]
    states = "ptr %sections, ptr %states"
    lines = [
        f"define void @through_{n_sections}_{after}(ptr %block, i64 %n, i64 %step, ptr %last, i64 %memory, ptr %outer, "
        "ptr %sections, ptr %steady, ptr %states, ptr %spare) {",
        "%backward = icmp slt i64 %step, 0",
        f"%outer.bytes = load <{LANES} x i8>, ptr %outer, align 1",
        f"%is_outer = icmp ne <{LANES} x i8> %outer.bytes, zeroinitializer",
        f"%begin = load {vector}, ptr %block, align 4",
        f"%end = load {vector}, ptr %last, align 4",
        *first,
        f"call void @pass_{n_sections}_plain(ptr %last, i64 %memory, i64 %step, ptr %spare, i64 0, {states})",
        *second,
        f"call void @pass_{n_sections}_{after}(ptr %block, i64 %n, i64 %step, ptr %block, i64 %step, {states})",
        "ret void",
        "}",
    ]
    return "\n".join(lines)


def _section(s: int, precision: Precision) -> list[str]:
    """One section: its output, and its next states."""
    vector, _, _ = _vector(precision)
    lines = [
        _fma(f"x{s + 1}", f"b0.{s}", f"x{s}", f"s0.{s}", precision),
        _fma(f"part.{s}", f"c1.{s}", f"x{s}", f"s1.{s}", precision),
    ]
    if precision == "single":
        return [
            *lines,
            _fma(f"more.{s}", f"a1.{s}", f"s0.{s}", f"part.{s}", precision),
            f"%s0.{s}.next = fadd {vector} %s0.{s}, %more.{s}",
            _fma(f"last.{s}", f"c2.{s}", f"x{s}", f"s1.{s}", precision),
            _fma(f"s1.{s}.next", f"a2.{s}", f"s0.{s}", f"last.{s}", precision),
        ]
    return [
        *lines,
        _fma(f"s0.{s}.next", f"a1.{s}", f"s0.{s}", f"part.{s}"),
        f"%last.{s} = fmul {vector} %c2.{s}, %x{s}",
        _fma(f"s1.{s}.next", f"a2.{s}", f"s0.{s}", f"last.{s}"),
    ]


def _average(name: str, precision: Precision, *, squared: bool) -> str:
    """Moving means: in each piece the sums up to its end; to each is added the running sum of the next piece."""
    vector, number, short = _vector(precision)

    def plus(name: str, x: str, total: str) -> str:
        return _fma(name, x, x, total, precision) if squared else f"%{name} = fadd {vector} %{total}, %{x}"

    root = f"%root = call {vector} @llvm.sqrt.{short}({vector} %mean)" if squared else ""
    places = "ptr noalias %ends, ptr noalias %averages, ptr %factor"
    return f"""
    define void @{name}(ptr noalias %block, i64 %n, i64 %width, {places}) {{
    entry:
        %one = load {number}, ptr %factor
        %first = insertelement {vector} undef, {number} %one, i32 0
        %all = shufflevector {vector} %first, {vector} undef, {_ALL_FIRST}
        %last = sub i64 %width, 1
        br label %piece
    piece:
        %p = phi i64 [0, %entry], [%p.next, %piece.end]
        %p.at = mul i64 %p, {LANES}
        %begin = getelementptr {number}, ptr %block, i64 %p.at
        %to = getelementptr {number}, ptr %averages, i64 %p.at
        %next.at = mul i64 %width, {LANES}
        %next = getelementptr {number}, ptr %begin, i64 %next.at
        %left = sub i64 %n, %p
        %count = call i64 @llvm.smin.i64(i64 %left, i64 %width)
        br label %backward
    backward:
        %k = phi i64 [%last, %piece], [%k.next, %backward]
        %sum = phi {vector} [zeroinitializer, %piece], [%sum.next, %backward]
        %k.place = mul i64 %k, {LANES}
        %x.at = getelementptr {number}, ptr %begin, i64 %k.place
        %x = load {vector}, ptr %x.at, align 4
        {plus("sum.next", "x", "sum")}
        %end.at = getelementptr {number}, ptr %ends, i64 %k.place
        store {vector} %sum.next, ptr %end.at, align 4
        %k.next = sub i64 %k, 1
        %k.more = icmp sgt i64 %k, 0
        br i1 %k.more, label %backward, label %forward
    forward:
        %i = phi i64 [0, %backward], [%i.next, %forward]
        %beginning = phi {vector} [zeroinitializer, %backward], [%beginning.next, %forward]
        %i.place = mul i64 %i, {LANES}
        %e.at = getelementptr {number}, ptr %ends, i64 %i.place
        %e = load {vector}, ptr %e.at, align 4
        %both = fadd {vector} %e, %beginning
        %mean = fmul {vector} %both, %all
        {root}
        %to.at = getelementptr {number}, ptr %to, i64 %i.place
        store {vector} {"%root" if squared else "%mean"}, ptr %to.at, align 4
        %y.at = getelementptr {number}, ptr %next, i64 %i.place
        %y = load {vector}, ptr %y.at, align 4
        {plus("beginning.next", "y", "beginning")}
        %i.next = add i64 %i, 1
        %i.more = icmp slt i64 %i.next, %count
        br i1 %i.more, label %forward, label %piece.end
    piece.end:
        %p.next = add i64 %p, %width
        %p.more = icmp slt i64 %p.next, %n
        br i1 %p.more, label %piece, label %done
    done:
        ret void
    }}"""


def _scale() -> str:
    """Samples of 16-bit counts, and the least and the largest count.

    A loop over groups, and in it one over vectors and one over what is left of a group.
    """
    low, high = f"@llvm.smin.v{LANES}i16", f"@llvm.smax.v{LANES}i16"
    first_low, first_high = (f"<{', '.join([f'i16 {value}'] * LANES)}>" for value in (2**15 - 1, -(2**15)))
    splat = "\n".join(
        f"""%{name}.at = getelementptr double, ptr %numbers, i64 {place}
        %{name} = load double, ptr %{name}.at
        %{name}.first = insertelement {_VECTOR} undef, double %{name}, i32 0
        %{name}.all = shufflevector {_VECTOR} %{name}.first, {_VECTOR} undef, {_ALL_FIRST}"""
        for place, name in enumerate(("offset", "gain", "factor"))
    )
    return f"""
    define void @scale(ptr %counts, i64 %groups, i64 %stride, i64 %n, ptr noalias %result, ptr %numbers, ptr %range) {{
    entry:
        {splat}
        %whole = and i64 %n, -{LANES}
        %any = icmp sgt i64 %groups, 0
        br i1 %any, label %group, label %done
    group:
        %g = phi i64 [0, %entry], [%g.next, %end]
        %low.g = phi {_COUNTS} [{first_low}, %entry], [%low.r, %end]
        %high.g = phi {_COUNTS} [{first_high}, %entry], [%high.r, %end]
        %skipped = mul i64 %g, %stride
        %from = getelementptr i8, ptr %counts, i64 %skipped
        %written = mul i64 %g, %n
        %to = getelementptr double, ptr %result, i64 %written
        %vectors = icmp sgt i64 %whole, 0
        br i1 %vectors, label %vector, label %rest
    vector:
        %t = phi i64 [0, %group], [%t.next, %vector]
        %low.v = phi {_COUNTS} [%low.g, %group], [%low.n, %vector]
        %high.v = phi {_COUNTS} [%high.g, %group], [%high.n, %vector]
        %at = getelementptr i16, ptr %from, i64 %t
        %count = load {_COUNTS}, ptr %at, align 2
        %low.n = call {_COUNTS} {low}({_COUNTS} %low.v, {_COUNTS} %count)
        %high.n = call {_COUNTS} {high}({_COUNTS} %high.v, {_COUNTS} %count)
        %number = sitofp {_COUNTS} %count to {_VECTOR}
        %above = fadd {_VECTOR} %number, %offset.all
        %sample = fmul {_VECTOR} %above, %gain.all
        %scaled = fmul {_VECTOR} %sample, %factor.all
        %place = getelementptr double, ptr %to, i64 %t
        store {_VECTOR} %scaled, ptr %place, align 8
        %t.next = add i64 %t, {LANES}
        %more = icmp slt i64 %t.next, %whole
        br i1 %more, label %vector, label %rest
    rest:
        %r = phi i64 [%whole, %group], [%whole, %vector], [%r.next, %one]
        %low.r = phi {_COUNTS} [%low.g, %group], [%low.n, %vector], [%low.o, %one]
        %high.r = phi {_COUNTS} [%high.g, %group], [%high.n, %vector], [%high.o, %one]
        %left = icmp slt i64 %r, %n
        br i1 %left, label %one, label %end
    one:
        %r.at = getelementptr i16, ptr %from, i64 %r
        %r.count = load i16, ptr %r.at, align 2
        %low.with = insertelement {_COUNTS} %low.r, i16 %r.count, i32 0
        %low.o = call {_COUNTS} {low}({_COUNTS} %low.r, {_COUNTS} %low.with)
        %high.with = insertelement {_COUNTS} %high.r, i16 %r.count, i32 0
        %high.o = call {_COUNTS} {high}({_COUNTS} %high.r, {_COUNTS} %high.with)
        %r.number = sitofp i16 %r.count to double
        %r.above = fadd double %r.number, %offset
        %r.sample = fmul double %r.above, %gain
        %r.scaled = fmul double %r.sample, %factor
        %r.place = getelementptr double, ptr %to, i64 %r
        store double %r.scaled, ptr %r.place, align 8
        %r.next = add i64 %r, 1
        br label %rest
    end:
        %g.next = add i64 %g, 1
        %further = icmp slt i64 %g.next, %groups
        br i1 %further, label %group, label %done
    done:
        %low.end = phi {_COUNTS} [{first_low}, %entry], [%low.r, %end]
        %high.end = phi {_COUNTS} [{first_high}, %entry], [%high.r, %end]
        store {_COUNTS} %low.end, ptr %range, align 2
        %range.high = getelementptr i16, ptr %range, i64 {LANES}
        store {_COUNTS} %high.end, ptr %range.high, align 2
        ret void
    }}"""


def _lanes(text: str) -> list[str]:
    """Lines of assembly once a lane, its number for ``#``."""
    return [line.replace("#", str(lane)) for lane in range(LANES) for line in text.strip().splitlines()]


def _zipped(lines: list[str], names: list[str], times: int) -> list[str]:
    """Vectors shuffled like a deck of cards: the first half's elements between those of the second, so many times.

    Twice as many lanes as a group has samples lie in as many vectors; four times makes groups into rows of lanes, and
    three times rows into groups.
    """
    low, high = (
        ", ".join(f"i32 {place}" for i in range(GROUP // 2) for place in (start + i, GROUP + start + i))
        for start in (0, GROUP // 2)
    )
    for time in range(times):
        zipped, half = list[str](), len(names) // 2
        for one, other in zip(names[:half], names[half:], strict=True):
            for part, mask in (("low", low), ("high", high)):
                name = f"{one}.{part}{time}"
                lines.append(f"{name} = shufflevector {_HALF} {one}, {_HALF} {other}, <{GROUP} x i32> <{mask}>")
                zipped.append(name)
        names = zipped
    return names


def _put(precision: Precision) -> str:
    """Samples from LANES addresses into a block, a group of each at a time."""
    before = _lanes("""
        %source#.at = getelementptr ptr, ptr %sources, i64 #
        %source# = load ptr, ptr %source#.at
    """)
    before += [
        f"%offset0 = load {_HALF}, ptr %offsets, align 8",
        f"%offset1.at = getelementptr double, ptr %offsets, i64 {GROUP}",
        f"%offset1 = load {_HALF}, ptr %offset1.at, align 8",
    ]
    body = [f"%first = mul i64 %t, {GROUP}"]
    body += _lanes(f"""
        %from# = getelementptr double, ptr %source#, i64 %first
        %group# = load {_HALF}, ptr %from#, align 8
    """)
    rows = _zipped(body, [f"%group{lane}" for lane in range(LANES)], 4)
    half, number = f"<{GROUP} x {_NUMBERS[precision]}>", _NUMBERS[precision]
    for place, row in enumerate(rows):
        stored = f"%sample{place}"
        body.append(f"{stored} = fsub {_HALF} {row}, %offset{place % 2}")
        if precision == "single":
            body.append(f"%short{place} = fptrunc {_HALF} {stored} to {half}")
            stored = f"%short{place}"
        body += [
            f"%at{place} = getelementptr {number}, ptr %at, i64 {GROUP * place}",
            f"store {half} {stored}, ptr %at{place}, align 4",
        ]
    body.append(f"%at.next = getelementptr {number}, ptr %at, i64 {LANES * GROUP}")
    signature = "@put(ptr noalias %sources, i64 %n, ptr noalias %block, ptr noalias %offsets)"
    return _loop(signature, before, [("ptr", "at", "%block", "%at.next")], body, [])


_TARGETS = """
    %target#.at = getelementptr ptr, ptr %targets, i64 #
    %target# = load ptr, ptr %target#.at
    %factor#.at = getelementptr double, ptr %factors, i64 #
    %factor# = load double, ptr %factor#.at
"""


def _out(precision: Precision) -> str:
    """All samples of the lanes to LANES addresses, a group of each at a time."""
    before = _lanes(f"""
        {_TARGETS.strip()}
        %factor#.first = insertelement {_HALF} undef, double %factor#, i32 0
        %factor#.all = shufflevector {_HALF} %factor#.first, {_HALF} undef, <{GROUP} x i32> zeroinitializer
    """)
    body = [f"%first = mul i64 %t, {GROUP}"]
    half, number = f"<{GROUP} x {_NUMBERS[precision]}>", _NUMBERS[precision]
    for place in range(LANES):
        body += [
            f"%at{place} = getelementptr {number}, ptr %at, i64 {GROUP * place}",
            f"%{'short' if precision == 'single' else 'row'}{place} = load {half}, ptr %at{place}, align 4",
        ]
        if precision == "single":
            body.append(f"%row{place} = fpext {half} %short{place} to {_HALF}")
    groups, found = _zipped(body, [f"%row{place}" for place in range(LANES)], 3), "%check.now"
    for lane, group in enumerate(groups):
        body += [
            f"%scaled{lane} = fmul {_HALF} {group}, %factor{lane}.all",
            f"%to{lane} = getelementptr double, ptr %target{lane}, i64 %first",
            f"store {_HALF} %scaled{lane}, ptr %to{lane}, align 8",
            f"%found{lane} = call {_HALF} @llvm.fma.v{GROUP}f64({_HALF} %scaled{lane}, {_HALF} zeroinitializer, "
            f"{_HALF} {found})",
        ]
        found = f"%found{lane}"
    body.append(f"%at.next = getelementptr {number}, ptr %at, i64 {LANES * GROUP}")
    carried = [("ptr", "at", "%block", "%at.next"), (_HALF, "check.now", "zeroinitializer", found)]
    after = [
        f"%last = phi {_HALF} [zeroinitializer, %entry], [{found}, %loop]",
        f"%before = load {_HALF}, ptr %check, align 8",
        f"%sum = fadd {_HALF} %before, %last",
        f"store {_HALF} %sum, ptr %check, align 8",
    ]
    signature = "@out(ptr %block, ptr %targets, i64 %n, i64 %step, ptr %factors, ptr noalias %check)"
    return _loop(signature, before, carried, body, after)


def _out_some(precision: Precision) -> str:
    """Samples of the lanes, so many apart, to LANES addresses."""
    before = _lanes(_TARGETS)
    number = _NUMBERS[precision]
    read = "%one# = load double, ptr %from#"
    if precision == "single":
        read = "%short# = load float, ptr %from#\n%one# = fpext float %short# to double"
    body = ["%shift = mul i64 %t, %step", f"%row = getelementptr {number}, ptr %block, i64 %shift"]
    body += _lanes(f"""
        %from# = getelementptr {number}, ptr %row, i64 #
        {read}
        %scaled# = fmul double %one#, %factor#
        %to# = getelementptr double, ptr %target#, i64 %t
        store double %scaled#, ptr %to#
        %zero# = fmul double %scaled#, 0.0
        %check#.at = getelementptr double, ptr %check, i64 #
        %check#.was = load double, ptr %check#.at
        %check#.is = fadd double %check#.was, %zero#
        store double %check#.is, ptr %check#.at
    """)
    signature = "@out_some(ptr %block, ptr %targets, i64 %n, i64 %step, ptr %factors, ptr %check)"
    return _loop(signature, before, [], body, [])
