"""Filter passes compiled for the machine's vector registers; the rest of the package works without them.

The idea. A recursive filter cannot be computed for many samples of one signal at once, since each sample needs the one
before it. But 16 signals can be computed side by side. So 16 *lanes* (channels, or pieces of channels) are laid beside
each other, the samples of one moment next to each other in memory, and one instruction does the same arithmetic for
all lanes. The states of the filter never leave the registers.

What is compiled is written here as LLVM's own assembly language, which the package llvmlite translates in a few
hundredths of a second. It is a dozen lines a filter section, and it needs no compiler on the machine and no file on
disk. A section is the transposed direct form II::

    y = b0 x + s1        s1 = b1 x - a1 y + s2        s2 = b2 x - a2 y

The number of lanes is the same on every machine, and so are the results, to the last bit.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError
from emgkit.kernels.designs import After, Samples

__all__ = [
    "LANES",
    "add_up_lanes",
    "average_lanes",
    "compiled",
    "copy_lanes_out",
    "filter_lanes",
    "put_lanes_in",
    "scale_counts",
]

LANES = 16
_MOST_SECTIONS = 4  # a longer cascade runs in several passes
_AFTER: tuple[After, ...] = ("plain", "rectified")
_VECTOR = f"<{LANES} x double>"
_ALL_FIRST = f"<{LANES} x i32> zeroinitializer"  # the first element in every lane
_CHOICE = "EMGKIT_KERNELS"


def filter_lanes(block: Samples, sections: Samples, states: Samples, *, backward: bool, after: After) -> None:
    """Filter all lanes in place, in one direction.

    Parameters
    ----------
    block : ndarray, shape (n_samples, LANES)
        In C order.
    sections : ndarray, shape (n_sections, 6)
        As in SciPy, with a0 = 1.
    states : ndarray, shape (n_sections, 2, LANES)
        Where each section starts; they are left as they are.
    backward : bool
        From the last sample to the first.
    after : {"plain", "rectified"}
        What is stored.
    """
    functions = compiled()
    n = len(block)
    step = -LANES if backward else LANES
    first = block.ctypes.data + (8 * LANES * (n - 1) if backward else 0)
    for begin in range(0, len(sections), _MOST_SECTIONS):
        part = sections[begin : begin + _MOST_SECTIONS]
        own = np.ascontiguousarray(states[begin : begin + _MOST_SECTIONS])
        coefficients = np.ascontiguousarray(part[:, [0, 1, 2, 4, 5]])
        is_last = begin + _MOST_SECTIONS >= len(sections)
        run = functions[f"pass_{len(part)}_{after if is_last else 'plain'}"]
        run(first, n, step, coefficients.ctypes.data, own.ctypes.data)


def add_up_lanes(block: Samples, sums: Samples, *, backward: bool, squared: bool) -> None:
    """Write running sums of the samples of all lanes, or of their squares, from the first (or the last) sample on."""
    step = -LANES if backward else LANES
    last = 8 * LANES * (len(block) - 1) if backward else 0
    run = compiled()["add_up_squares" if squared else "add_up"]
    run(block.ctypes.data + last, len(block), step, sums.ctypes.data + last)


def average_lanes(ends: Samples, beginnings: Samples, averages: Samples, factor: float, *, root: bool) -> None:
    """Write ``factor`` times the sum of two blocks, or the root of that."""
    run = compiled()["average_root" if root else "average"]
    factors = np.array([factor])
    run(ends.ctypes.data, len(ends), beginnings.ctypes.data, averages.ctypes.data, factors.ctypes.data)


def put_lanes_in(block: Samples, sources: NDArray[np.int64], n: int, offsets: Samples) -> None:
    """Copy ``n`` samples from each of LANES addresses into the lanes, minus each lane's offset."""
    compiled()["put"](sources.ctypes.data, n, block.ctypes.data, offsets.ctypes.data)


def copy_lanes_out(
    sources: NDArray[np.int64], targets: NDArray[np.int64], n: int, *, every: int, factors: Samples
) -> None:
    """Copy ``n`` samples of each lane, every how-many-th one, times the lane's factor, to LANES addresses.

    A source is the address of the first sample in its lane.
    """
    compiled()["out"](sources.ctypes.data, targets.ctypes.data, n, every * LANES, factors.ctypes.data)


def scale_counts(counts: NDArray[np.int16], result: Samples, *, offset: float, gain: float, factor: float) -> None:
    """Write ``(count + offset) * gain * factor`` for the 16-bit counts of one channel, one group after the other.

    Parameters
    ----------
    counts : ndarray of int16, shape (n_groups, n_in_group)
        Of the machine's byte order; the counts of a group lie side by side.
    result : ndarray, shape (n_groups * n_in_group,)
        Side by side, too.
    """
    numbers = np.array([offset, gain, factor])
    groups, n = counts.shape
    compiled()["scale"](counts.ctypes.data, groups, counts.strides[0], n, result.ctypes.data, numbers.ctypes.data)


@cache
def compiled() -> dict[str, Any]:
    """The compiled functions by name; empty where the machine or the environment has none.

    Returns
    -------
    dict of callable
        Empty if llvmlite is not installed, if the processor has no fused multiply-add, or if ``EMGKIT_KERNELS=scipy``.

    Raises
    ------
    ArgumentError
        ``EMGKIT_KERNELS`` is neither ``scipy`` nor ``compiled``, or it is ``compiled`` and they cannot be had.
    """
    choice = os.environ.get(_CHOICE, "")
    if choice not in ("", "scipy", "compiled"):
        raise ArgumentError(
            f"The environment variable {_CHOICE} is not understood", allowed="scipy, compiled, or unset", got=choice
        )
    if choice == "scipy":
        return {}
    functions, problem = _compile()
    if problem and choice == "compiled":
        raise ArgumentError(
            "The compiled kernels cannot be had",
            where=f"{_CHOICE}=compiled",
            got=problem,
            hint='pip install "emgkit[fast]", or unset the variable',
        )
    return functions


def _compile() -> tuple[dict[str, Any], str]:
    """The functions, or why there are none."""
    try:
        llvm: Any = importlib.import_module("llvmlite.binding")
    except ImportError:
        return {}, "llvmlite is not installed"
    if llvm.get_default_triple().startswith(("x86", "i686")) and not llvm.get_host_cpu_features().get("fma"):
        return {}, "this processor has no fused multiply-add"
    address, count = ctypes.c_void_p, ctypes.c_int64
    adding = (address, count, count, address)
    averaging = (address, count, address, address, address)
    arguments = {
        "put": (address, count, address, address), "out": (address, address, count, count, address),
        "add_up": adding, "add_up_squares": adding,
        "average": averaging, "average_root": averaging, "scale": (address, count, count, count, address, address),
    }  # fmt: skip
    arguments |= dict.fromkeys(_pass_names(), (address, count, count, address, address))
    return made(_assembly(), {name: (None, given) for name, given in arguments.items()}), ""


def made(
    assembly: str, signatures: Mapping[str, tuple[Any, Sequence[Any]]], *, optimise: bool = False
) -> dict[str, Any]:
    """Functions in LLVM's assembly language, translated for this machine.

    Parameters
    ----------
    assembly : str
        A whole module.
    signatures : Mapping of str to (result, arguments)
        The types of each function, as :mod:`ctypes` names them.
    optimise : bool
        Let LLVM rework it first, which is needed where variables stand in memory.
    """
    llvm: Any = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(assembly)
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    if optimise:
        passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
        passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    functions: dict[str, Any] = {
        name: ctypes.CFUNCTYPE(result, *given)(engine.get_function_address(name))
        for name, (result, given) in signatures.items()
    }
    functions["engine"] = engine  # the code lives as long as its engine
    return functions


def _pass_names() -> list[str]:
    return [f"pass_{n}_{after}" for n in range(1, _MOST_SECTIONS + 1) for after in _AFTER]


def _assembly() -> str:
    """The whole module in LLVM's assembly language."""
    declared = [
        f"declare {_VECTOR} @llvm.fma.v{LANES}f64({_VECTOR}, {_VECTOR}, {_VECTOR})",
        f"declare {_VECTOR} @llvm.fabs.v{LANES}f64({_VECTOR})",
        f"declare {_VECTOR} @llvm.sqrt.v{LANES}f64({_VECTOR})",
    ]
    passes = [_pass(n, after) for n in range(1, _MOST_SECTIONS + 1) for after in _AFTER]
    return "\n".join(
        [
            *declared,
            *passes,
            _add_up(squared=False),
            _add_up(squared=True),
            _average(root=False),
            _average(root=True),
            _scale(),
            _put(),
            _out(),
        ]
    )


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


def _fma(name: str, a: str, b: str, c: str) -> str:
    return f"%{name} = call {_VECTOR} @llvm.fma.v{LANES}f64({_VECTOR} %{a}, {_VECTOR} %{b}, {_VECTOR} %{c})"


def _pass(n_sections: int, after: After) -> str:
    """One pass of a cascade over a block, in place, forward or backward by the sign of the step."""
    before, body = list[str](), list[str]()
    carried = [("ptr", "at", "%block", "%at.next")]
    body.append(f"%x0 = load {_VECTOR}, ptr %at, align 8")
    for s in range(n_sections):
        for place, name in enumerate(("b0", "b1", "b2", "a1", "a2")):
            before += [
                f"%{name}.{s}.at = getelementptr double, ptr %sections, i64 {5 * s + place}",
                f"%{name}.{s}.one = load double, ptr %{name}.{s}.at",
                f"%{name}.{s}.first = insertelement {_VECTOR} undef, double %{name}.{s}.one, i32 0",
                f"%{name}.{s} = shufflevector {_VECTOR} %{name}.{s}.first, {_VECTOR} undef, {_ALL_FIRST}",
            ]
        for state in (0, 1):
            before += [
                f"%start{state}.{s}.at = getelementptr double, ptr %states, i64 {(2 * s + state) * LANES}",
                f"%start{state}.{s} = load {_VECTOR}, ptr %start{state}.{s}.at, align 8",
            ]
            carried.append((_VECTOR, f"s{state}.{s}", f"%start{state}.{s}", f"%s{state}.{s}.next"))
        body += [
            _fma(f"x{s + 1}", f"b0.{s}", f"x{s}", f"s0.{s}"),
            f"%minus.{s} = fneg {_VECTOR} %x{s + 1}",
            _fma(f"part.{s}", f"b1.{s}", f"x{s}", f"s1.{s}"),
            _fma(f"s0.{s}.next", f"a1.{s}", f"minus.{s}", f"part.{s}"),
            f"%last.{s} = fmul {_VECTOR} %b2.{s}, %x{s}",
            _fma(f"s1.{s}.next", f"a2.{s}", f"minus.{s}", f"last.{s}"),
        ]
    stored = f"%x{n_sections}"
    if after == "rectified":
        body.append(f"%stored = call {_VECTOR} @llvm.fabs.v{LANES}f64({_VECTOR} {stored})")
        stored = "%stored"
    body += [f"store {_VECTOR} {stored}, ptr %at, align 8", "%at.next = getelementptr double, ptr %at, i64 %step"]
    signature = (
        f"@pass_{n_sections}_{after}(ptr noalias %block, i64 %n, i64 %step, ptr noalias %sections, ptr noalias %states)"
    )
    return _loop(signature, before, carried, body, [])


def _add_up(*, squared: bool) -> str:
    """Running sums, forward or backward by the sign of the step."""
    carried = [
        ("ptr", "at", "%block", "%at.next"), ("ptr", "to", "%sums", "%to.next"),
        (_VECTOR, "sum", "zeroinitializer", "%sum.next"),
    ]  # fmt: skip
    body = [
        f"%sample = load {_VECTOR}, ptr %at, align 8",
        _fma("sum.next", "sample", "sample", "sum") if squared else f"%sum.next = fadd {_VECTOR} %sum, %sample",
        f"store {_VECTOR} %sum.next, ptr %to, align 8",
        "%at.next = getelementptr double, ptr %at, i64 %step",
        "%to.next = getelementptr double, ptr %to, i64 %step",
    ]
    name = "add_up_squares" if squared else "add_up"
    return _loop(f"@{name}(ptr noalias %block, i64 %n, i64 %step, ptr noalias %sums)", [], carried, body, [])


def _average(*, root: bool) -> str:
    """A factor times the sum of two blocks, or the root of that."""
    before = [
        "%one = load double, ptr %factor",
        f"%first = insertelement {_VECTOR} undef, double %one, i32 0",
        f"%all = shufflevector {_VECTOR} %first, {_VECTOR} undef, {_ALL_FIRST}",
    ]
    body = [f"%shift = mul i64 %t, {LANES}"]
    for name in ("ends", "beginnings", "averages"):
        body.append(f"%{name}.at = getelementptr double, ptr %{name}, i64 %shift")
    body += [
        f"%x = load {_VECTOR}, ptr %ends.at, align 8",
        f"%y = load {_VECTOR}, ptr %beginnings.at, align 8",
        f"%both = fadd {_VECTOR} %x, %y",
        f"%mean = fmul {_VECTOR} %both, %all",
        *([f"%root = call {_VECTOR} @llvm.sqrt.v{LANES}f64({_VECTOR} %mean)"] if root else []),
        f"store {_VECTOR} {'%root' if root else '%mean'}, ptr %averages.at, align 8",
    ]
    name = "average_root" if root else "average"
    pointers = "ptr noalias %beginnings, ptr noalias %averages, ptr %factor"
    return _loop(f"@{name}(ptr noalias %ends, i64 %n, {pointers})", before, [], body, [])


def _scale() -> str:
    """Samples of 16-bit counts: a loop over groups, and in it one over vectors and one over what is left of a group."""
    splat = "\n".join(
        f"""%{name}.at = getelementptr double, ptr %numbers, i64 {place}
        %{name} = load double, ptr %{name}.at
        %{name}.first = insertelement {_VECTOR} undef, double %{name}, i32 0
        %{name}.all = shufflevector {_VECTOR} %{name}.first, {_VECTOR} undef, {_ALL_FIRST}"""
        for place, name in enumerate(("offset", "gain", "factor"))
    )
    return f"""
    define void @scale(ptr %counts, i64 %groups, i64 %stride, i64 %n, ptr noalias %result, ptr %numbers) {{
    entry:
        {splat}
        %whole = and i64 %n, -{LANES}
        %any = icmp sgt i64 %groups, 0
        br i1 %any, label %group, label %done
    group:
        %g = phi i64 [0, %entry], [%g.next, %end]
        %skipped = mul i64 %g, %stride
        %from = getelementptr i8, ptr %counts, i64 %skipped
        %written = mul i64 %g, %n
        %to = getelementptr double, ptr %result, i64 %written
        %vectors = icmp sgt i64 %whole, 0
        br i1 %vectors, label %vector, label %rest
    vector:
        %t = phi i64 [0, %group], [%t.next, %vector]
        %at = getelementptr i16, ptr %from, i64 %t
        %count = load <{LANES} x i16>, ptr %at, align 2
        %number = sitofp <{LANES} x i16> %count to {_VECTOR}
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
        %left = icmp slt i64 %r, %n
        br i1 %left, label %one, label %end
    one:
        %r.at = getelementptr i16, ptr %from, i64 %r
        %r.count = load i16, ptr %r.at, align 2
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
        ret void
    }}"""


def _lanes(text: str) -> list[str]:
    """Lines of assembly once a lane, its number for ``#``."""
    return [line.replace("#", str(lane)) for lane in range(LANES) for line in text.strip().splitlines()]


def _put() -> str:
    """Samples from LANES addresses into a block."""
    before = _lanes("""
        %source#.at = getelementptr ptr, ptr %sources, i64 #
        %source# = load ptr, ptr %source#.at
    """)
    before.append(f"%offset = load {_VECTOR}, ptr %offsets, align 8")
    body = list[str]()
    for lane in range(LANES):
        earlier = f"%all{lane - 1}" if lane else "undef"
        body += [
            f"%from{lane} = getelementptr double, ptr %source{lane}, i64 %t",
            f"%one{lane} = load double, ptr %from{lane}",
            f"%all{lane} = insertelement {_VECTOR} {earlier}, double %one{lane}, i32 {lane}",
        ]
    body += [
        f"%sample = fsub {_VECTOR} %all{LANES - 1}, %offset",
        f"store {_VECTOR} %sample, ptr %at, align 8",
        f"%at.next = getelementptr double, ptr %at, i64 {LANES}",
    ]
    signature = "@put(ptr noalias %sources, i64 %n, ptr noalias %block, ptr noalias %offsets)"
    return _loop(signature, before, [("ptr", "at", "%block", "%at.next")], body, [])


def _out() -> str:
    """Samples of the lanes to LANES addresses."""
    before = _lanes("""
        %source#.at = getelementptr ptr, ptr %sources, i64 #
        %source# = load ptr, ptr %source#.at
        %target#.at = getelementptr ptr, ptr %targets, i64 #
        %target# = load ptr, ptr %target#.at
        %factor#.at = getelementptr double, ptr %factors, i64 #
        %factor# = load double, ptr %factor#.at
    """)
    body = ["%shift = mul i64 %t, %step"]
    body += _lanes("""
        %from# = getelementptr double, ptr %source#, i64 %shift
        %one# = load double, ptr %from#
        %scaled# = fmul double %one#, %factor#
        %to# = getelementptr double, ptr %target#, i64 %t
        store double %scaled#, ptr %to#
    """)
    signature = "@out(ptr %sources, ptr %targets, i64 %n, i64 %step, ptr %factors)"
    return _loop(signature, before, [], body, [])
