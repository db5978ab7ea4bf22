"""The code of :mod:`emgkit.kernels.windows`, in LLVM's assembly language; all lanes of a row are one vector."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

from emgkit.kernels.compiled import made

__all__ = ["WIDTH", "function"]

WIDTH = 16  # lanes
_VECTOR = f"<{WIDTH} x double>"
_ROW = 8 * WIDTH  # bytes
_ADDRESS, _COUNT = ctypes.c_void_p, ctypes.c_int64


@cache
def function(name: str, *sizes: int) -> Any:
    """A compiled function, made when it is first asked for.

    Parameters
    ----------
    name : {"put", "forward", "add_up", "average", "measure"}
        What it does.
    *sizes : int
        ``forward``: sections; ``add_up`` and ``average``: whether squares; ``measure``: sections and widths.
    """
    known: dict[str, tuple[Callable[..., str], tuple[Any, ...]]] = {
        "put": (_put, (_ADDRESS, _COUNT, _ADDRESS)),
        "forward": (_forward, (_ADDRESS, _COUNT, _ADDRESS, _ADDRESS, _ADDRESS)),
        "add_up": (_add_up, (_ADDRESS, _COUNT, _ADDRESS, _ADDRESS)),
        "average": (_average, (_ADDRESS, _COUNT, *[_ADDRESS] * 5)),
        "measure": (_measure, (_ADDRESS, _COUNT, *[_ADDRESS] * 4, _COUNT, _ADDRESS, _ADDRESS)),
    }
    write, arguments = known[name]
    functions = made(write(*sizes), {name: (None, arguments)})
    _KEPT.append(functions)
    return functions[name]


# the code lives as long as its engine
_KEPT: list[Any] = []


def _declared(*names: str) -> list[str]:
    taken = {"fma": 3, "sqrt": 1}
    return [f"declare {_VECTOR} @llvm.{one}.v{WIDTH}f64({', '.join([_VECTOR] * taken[one])})" for one in names]


def _fma(name: str, a: str, b: str, c: str) -> str:
    return f"%{name} = call {_VECTOR} @llvm.fma.v{WIDTH}f64({_VECTOR} %{a}, {_VECTOR} %{b}, {_VECTOR} %{c})"


def _in_all_lanes(name: str, address: str) -> list[str]:
    """The number at an address in every lane."""
    return [
        f"%{name}.one = load double, ptr %{address}",
        f"%{name}.first = insertelement {_VECTOR} undef, double %{name}.one, i32 0",
        f"%{name} = shufflevector {_VECTOR} %{name}.first, {_VECTOR} undef, <{WIDTH} x i32> zeroinitializer",
    ]


def _cascade(n_sections: int) -> tuple[list[str], list[str]]:
    """Before a loop: coefficients and states; inside: from %x0 to %x<n_sections>, and the next states."""
    before, body = list[str](), list[str]()
    for s in range(n_sections):
        for place, name in enumerate(("b0", "b1", "b2", "a1", "a2")):
            before.append(f"%{name}.{s}.at = getelementptr double, ptr %sections, i64 {5 * s + place}")
            before += _in_all_lanes(f"{name}.{s}", f"{name}.{s}.at")
        for state in (0, 1):
            before += [
                f"%start{state}.{s}.at = getelementptr double, ptr %states, i64 {(2 * s + state) * WIDTH}",
                f"%start{state}.{s} = load {_VECTOR}, ptr %start{state}.{s}.at, align 8",
            ]
        body += [
            _fma(f"x{s + 1}", f"b0.{s}", f"x{s}", f"s0.{s}"),
            f"%minus.{s} = fneg {_VECTOR} %x{s + 1}",
            _fma(f"part.{s}", f"b1.{s}", f"x{s}", f"s1.{s}"),
            _fma(f"s0.{s}.next", f"a1.{s}", f"minus.{s}", f"part.{s}"),
            f"%last.{s} = fmul {_VECTOR} %b2.{s}, %x{s}",
            _fma(f"s1.{s}.next", f"a2.{s}", f"minus.{s}", f"last.{s}"),
        ]
    return before, body


def _states(n_sections: int) -> list[str]:
    return [f"s{state}.{s}" for s in range(n_sections) for state in (0, 1)]


def _loop(signature: str, before: list[str], carried: list[tuple[str, str, str, str]], body: list[str]) -> list[str]:
    """A function whose loop runs n times; ``carried`` are (type, name, first value, next value)."""
    return [
        f"define void {signature} {{", "entry:", *before,
        "%any = icmp sgt i64 %n, 0", "br i1 %any, label %loop, label %done",
        "loop:", "%t = phi i64 [0, %entry], [%t.next, %loop]",
        *(f"%{name} = phi {kind} [{first}, %entry], [{then}, %loop]" for kind, name, first, then in carried),
        *body, "%t.next = add i64 %t, 1", "%more = icmp slt i64 %t.next, %n", "br i1 %more, label %loop, label %done",
        "done:", "ret void", "}",
    ]  # fmt: skip


def _put() -> str:
    """Samples from one address a lane into a block."""
    before, body = list[str](), list[str]()
    for lane in range(WIDTH):
        before += [
            f"%source{lane}.at = getelementptr ptr, ptr %sources, i64 {lane}",
            f"%source{lane} = load ptr, ptr %source{lane}.at",
        ]
        body += [
            f"%from{lane} = getelementptr double, ptr %source{lane}, i64 %t",
            f"%one{lane} = load double, ptr %from{lane}",
            f"%all{lane} = insertelement {_VECTOR} {f'%all{lane - 1}' if lane else 'undef'}, double %one{lane}, "
            f"i32 {lane}",
        ]
    body += [
        f"store {_VECTOR} %all{WIDTH - 1}, ptr %at, align 8",
        f"%at.next = getelementptr i8, ptr %at, i64 {_ROW}",
    ]
    signature = "@put(ptr noalias %sources, i64 %n, ptr noalias %block)"
    return "\n".join(_loop(signature, before, [("ptr", "at", "%block", "%at.next")], body))


def _forward(n_sections: int) -> str:
    """One pass of a cascade from a block into another."""
    before, cascade = _cascade(n_sections)
    carried = [(_VECTOR, one, f"%start{one[1:]}", f"%{one}.next") for one in _states(n_sections)]
    body = [
        f"%shift = mul i64 %t, {_ROW}",
        "%at = getelementptr i8, ptr %block, i64 %shift",
        "%to = getelementptr i8, ptr %result, i64 %shift",
        f"%x0 = load {_VECTOR}, ptr %at, align 8",
        *cascade,
        f"store {_VECTOR} %x{n_sections}, ptr %to, align 8",
    ]
    signature = "@forward(ptr noalias %block, i64 %n, ptr noalias %result, ptr noalias %sections, ptr noalias %states)"
    return "\n".join([*_declared("fma"), *_loop(signature, before, carried, body)])


def _add_up(squared: int) -> str:
    """Sums before each row, and what rounding took from them (Knuth 1997, The Art of Computer Programming 2, 4.2.2)."""
    carried = [
        (_VECTOR, "high", "zeroinitializer", "%high.next"), (_VECTOR, "low", "zeroinitializer", "%low.next"),
    ]  # fmt: skip
    body = [
        f"%shift = mul i64 %t, {_ROW}",
        *(f"%{name}.at = getelementptr i8, ptr %{name}s, i64 %shift" for name in ("high", "low")),
        f"store {_VECTOR} %high, ptr %high.at, align 8",
        f"store {_VECTOR} %low, ptr %low.at, align 8",
        "%at = getelementptr i8, ptr %block, i64 %shift",
        f"%sample = load {_VECTOR}, ptr %at, align 8",
        f"%x = fmul {_VECTOR} %sample, %sample" if squared else f"%x = fadd {_VECTOR} %sample, zeroinitializer",
        f"%high.next = fadd {_VECTOR} %high, %x",
        f"%from.x = fsub {_VECTOR} %high.next, %high",
        f"%from.high = fsub {_VECTOR} %high.next, %from.x",
        f"%lost.high = fsub {_VECTOR} %high, %from.high",
        f"%lost.x = fsub {_VECTOR} %x, %from.x",
        f"%lost = fadd {_VECTOR} %lost.high, %lost.x",
        f"%low.next = fadd {_VECTOR} %low, %lost",
    ]
    signature = "@add_up(ptr noalias %block, i64 %n, ptr noalias %highs, ptr noalias %lows)"
    return "\n".join(_loop(signature, [], carried, body))


def _average(squared: int) -> str:
    """A factor times the difference of two sums, or the root of that."""
    body = [f"%shift = mul i64 %t, {_ROW}"]
    for name in ("high.end", "low.end", "high.begin", "low.begin"):
        body += [
            f"%{name}.at = getelementptr i8, ptr %{name}s, i64 %shift",
            f"%{name} = load {_VECTOR}, ptr %{name}.at, align 8",
        ]
    body += [
        f"%high = fsub {_VECTOR} %high.end, %high.begin",
        f"%low = fsub {_VECTOR} %low.end, %low.begin",
        f"%sum = fadd {_VECTOR} %high, %low",
        f"%mean = fmul {_VECTOR} %sum, %factor",
        *([
            f"%above = fcmp ogt {_VECTOR} %mean, zeroinitializer",
            f"%kept = select <{WIDTH} x i1> %above, {_VECTOR} %mean, {_VECTOR} zeroinitializer",
            f"%root = call {_VECTOR} @llvm.sqrt.v{WIDTH}f64({_VECTOR} %kept)",
        ] if squared else []),
        "%to = getelementptr i8, ptr %result, i64 %shift",
        f"store {_VECTOR} {'%root' if squared else '%mean'}, ptr %to, align 8",
    ]  # fmt: skip
    signature = (
        "@average(ptr %high.ends, i64 %n, ptr %low.ends, ptr %high.begins, ptr %low.begins, ptr noalias %result, "
        "ptr %factors)"
    )
    return "\n".join([*_declared("sqrt"), *_loop(signature, _in_all_lanes("factor", "factors"), [], body)])


def _measure(n_sections: int, n_widths: int) -> str:
    """The backward pass: a loop over ranges, and in it one over rows, which writes no sample.

    It carries the states, the sum from the end on (%total), and of the range the sum, the peak and, for each width, the
    largest difference of sums.
    """
    before, cascade = _cascade(n_sections)
    states = _states(n_sections)
    lowest = f"<{', '.join(['double 0xFFF0000000000000'] * WIDTH)}>"
    widest = [f"best.{w}" for w in range(n_widths)]
    for w in range(n_widths):
        before += [f"%lag.{w}.at = getelementptr i64, ptr %lags, i64 {w}", f"%lag.{w} = load i64, ptr %lag.{w}.at"]
    kept = [("ptr", "at", "%block"), ("i64", "row", "0"), (_VECTOR, "total", "zeroinitializer")]
    kept += [(_VECTOR, one, f"%start{one[1:]}") for one in states]
    fresh = [("sum", "zeroinitializer"), ("peak", lowest), *((one, lowest) for one in widest)]
    body = [f"%x0 = load {_VECTOR}, ptr %at, align 8", *cascade]
    found = f"%x{n_sections}"
    body += [
        f"%sum.next = fadd {_VECTOR} %sum, {found}",
        f"%total.next = fadd {_VECTOR} %total, {found}",
        f"%higher = fcmp ogt {_VECTOR} {found}, %peak",
        f"%peak.next = select <{WIDTH} x i1> %higher, {_VECTOR} {found}, {_VECTOR} %peak",
        "%place = and i64 %row, %mask",
        f"%shift = mul i64 %place, {_ROW}",
        "%to = getelementptr i8, ptr %ring, i64 %shift",
    ]
    for w in range(n_widths):
        body += [
            f"%earlier.{w} = sub i64 %row, %lag.{w}",
            f"%place.{w} = and i64 %earlier.{w}, %mask",
            f"%shift.{w} = mul i64 %place.{w}, {_ROW}",
            f"%from.{w} = getelementptr i8, ptr %ring, i64 %shift.{w}",
            f"%before.{w} = load {_VECTOR}, ptr %from.{w}, align 8",
            f"%window.{w} = fsub {_VECTOR} %total.next, %before.{w}",
            f"%larger.{w} = fcmp ogt {_VECTOR} %window.{w}, %best.{w}",
            f"%best.{w}.next = select <{WIDTH} x i1> %larger.{w}, {_VECTOR} %window.{w}, {_VECTOR} %best.{w}",
        ]
    body += [
        f"store {_VECTOR} %total.next, ptr %to, align 8",
        f"%at.next = getelementptr i8, ptr %at, i64 -{_ROW}",
        "%row.next = add i64 %row, 1",
        "%t.next = add i64 %t, 1",
        "%more = icmp slt i64 %t.next, %n",
    ]
    written = list[str]()
    for place, one in enumerate(("sum", "peak", *widest)):
        written += [
            f"%{one}.to = getelementptr i8, ptr %out, i64 {place * _ROW}",
            f"store {_VECTOR} %{one}.next, ptr %{one}.to, align 8",
        ]
    lines = [
        *_declared("fma"),
        "define void @measure(ptr %block, i64 %ranges, ptr %counts, ptr %sections, ptr %states, ptr noalias %ring, "
        "i64 %mask, ptr %lags, ptr noalias %found) {",
        "entry:", *before, "br label %range",
        "range:", "%r = phi i64 [0, %entry], [%r.next, %written]",
        *(f"%{name}.begin = phi {kind} [{first}, %entry], [%{name}.next, %written]" for kind, name, first in kept),
        "%count.at = getelementptr i64, ptr %counts, i64 %r", "%n = load i64, ptr %count.at", "br label %loop",
        "loop:", "%t = phi i64 [0, %range], [%t.next, %loop]",
        *(f"%{name} = phi {kind} [%{name}.begin, %range], [%{name}.next, %loop]" for kind, name, _ in kept),
        *(f"%{name} = phi {_VECTOR} [{first}, %range], [%{name}.next, %loop]" for name, first in fresh),
        *body, "br i1 %more, label %loop, label %written",
        "written:", f"%out.shift = mul i64 %r, {_ROW * (2 + n_widths)}",
        "%out = getelementptr i8, ptr %found, i64 %out.shift", *written,
        "%r.next = add i64 %r, 1", "%further = icmp slt i64 %r.next, %ranges",
        "br i1 %further, label %range, label %done", "done:", "ret void", "}",
    ]  # fmt: skip
    return "\n".join(lines)
