"""Filter passes compiled for the machine's vector registers; the rest of the package works without them.

The idea. A recursive filter cannot be computed for many samples of one signal at once, since each sample needs the one
before it. But 16 signals can be computed side by side. So 16 *lanes* (channels, or pieces of channels) are laid beside
each other, the samples of one moment next to each other in memory, and one instruction does the same arithmetic for
all lanes. The states of the filter never leave the registers.

What is compiled is written in LLVM's own assembly language (:mod:`emgkit.kernels.assembly`), which the package llvmlite
translates in a few hundredths of a second. It is a dozen lines a filter section, and it needs no compiler on the
machine and no file on disk.

The number of lanes is the same on every machine, and so are the results, to the last bit.
"""

from __future__ import annotations

import ctypes
import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError
from emgkit.kernels.assembly import GROUP, LANES, MOST_SECTIONS, Precision, assembly, pass_names
from emgkit.kernels.designs import After, Samples

__all__ = [
    "GROUP",
    "LANES",
    "MOST_SECTIONS",
    "Cascade",
    "average_lanes",
    "compiled",
    "copy_lanes_out",
    "put_lanes_in",
    "scale_counts",
]

_CHOICE = "EMGKIT_KERNELS"


@dataclass(frozen=True, eq=False)
class Cascade:
    """Sections as the compiled code wants them, at most ``MOST_SECTIONS``.

    Parameters
    ----------
    sections : ndarray, shape (n_sections, 6)
        As in SciPy, with a0 = 1.
    single : bool
        Whether they are computed in single precision; the states are others then (:mod:`emgkit.kernels.assembly`).
    """

    sections: Samples
    single: bool = False

    @cached_property
    def _coefficients(self) -> NDArray[Any]:
        """What the input and the first state of each section are multiplied by, shape (n_sections, 5)."""
        b0, b1, b2, _, a1, a2 = self.sections.T
        if self.single:
            b1, b2, a1, a2 = 2 * b0 + b1, b0 + b1 + b2, 2 + a1, 1 + a1 + a2
        numbers = np.stack([b0, b1 - a1 * b0, b2 - a2 * b0, -a1, -a2], axis=1)
        return np.ascontiguousarray(numbers, dtype=np.float32 if self.single else np.float64)

    @cached_property
    def steady(self) -> NDArray[Any]:
        """The states of a cascade that has always got 1, shape (2 * n_sections, 1)."""
        states, level = np.zeros((2 * len(self.sections), 1)), 1.0
        for s, (b0, b1, b2, _, a1, a2) in enumerate(self.sections):
            out = level * (b0 + b1 + b2) / (1 + a1 + a2)
            second = (2 + a1) * out - (2 * b0 + b1) * level if self.single else b2 * level - a2 * out
            states[2 * s : 2 * s + 2, 0] = out - b0 * level, second
            level = out
        return states.astype(np.float32) if self.single else states

    @cached_property
    def _places(self) -> tuple[int, int]:
        """Where the coefficients and the steady states stand."""
        return int(self._coefficients.ctypes.data), int(self.steady.ctypes.data)

    def run(
        self, first: int, n: int, *, last: int, memory: int, states: int, outer: int, backward: bool, after: After
    ) -> None:
        """Filter all lanes in place; all places are addresses, which take long to ask an array for.

        Parameters
        ----------
        first : int
            Where the row of samples stands that the pass begins at.
        n : int
            How many rows.
        last, memory : int
            Where the row stands behind which a lane is what the state at its end depends on, and how many rows that is;
            0 if each lane is a stretch.
        states : int
            Work space for 2 * MOST_SECTIONS + 1 rows.
        outer : int
            Where for each lane a byte tells whether the pass enters a stretch by it.
        backward : bool
            From the last sample to the first.
        after : {"plain", "rectified"}
            What is stored.
        """
        size, functions = (4, compiled("single")) if self.single else (8, compiled())
        step, spare = -LANES if backward else LANES, states + 2 * MOST_SECTIONS * LANES * size
        name = f"through_{len(self.sections)}_{after}"
        functions[name](first, n, step, last, memory, outer, *self._places, states, spare)


def average_lanes(block: NDArray[Any], averages: NDArray[Any], ends: NDArray[Any], *, squared: bool) -> None:
    """Write the mean of each sample and the ``width - 1`` after it, or the root of the mean of their squares.

    The block is cut into pieces as long as the window. A window is the end of one piece and the beginning of the next
    (van Herk, 1992): it adds only its own samples, so that a loud part leaves no rounding error in the quiet part after
    it.

    Parameters
    ----------
    block : ndarray, shape (n_samples + width, LANES)
        In C order, double or single as the other two; the last sample is not used.
    averages : ndarray, shape (n_samples, LANES)
        Where they go.
    ends : ndarray, shape (width, LANES)
        Work space.
    """
    width = len(ends)
    factor = np.array([1 / width], dtype=block.dtype)
    run = _functions(block)["root_mean_square" if squared else "mean"]
    run(block.ctypes.data, len(averages), width, ends.ctypes.data, averages.ctypes.data, factor.ctypes.data)


def _functions(block: NDArray[Any]) -> dict[str, Any]:
    """Those for the precision of a block."""
    return compiled("single") if block.dtype == np.float32 else compiled()


def put_lanes_in(block: NDArray[Any], sources: NDArray[np.int64], offsets: Samples) -> None:
    """Fill a block, a whole number of ``GROUP`` samples long, from LANES addresses, minus each lane's offset."""
    _functions(block)["put"](sources.ctypes.data, len(block) // GROUP, block.ctypes.data, offsets.ctypes.data)


def copy_lanes_out(
    block: NDArray[Any], targets: NDArray[np.int64], n: int, *, every: int, factors: Samples, check: Samples
) -> None:
    """Copy ``n`` samples of each lane, every how-many-th one, times the lane's factor, to LANES addresses.

    Where all are kept, ``n`` is a whole number of ``GROUP`` samples. ``check``, one number a lane, becomes NaN where
    one of the samples is not finite.
    """
    name, count = ("out", n // GROUP) if every == 1 else ("out_some", n)
    arguments = (block.ctypes.data, targets.ctypes.data, count, every * LANES, factors.ctypes.data, check.ctypes.data)
    _functions(block)[name](*arguments)


def scale_counts(
    counts: NDArray[np.int16], result: Samples, *, offset: float, gain: float, factor: float
) -> tuple[int, int]:
    """Write ``(count + offset) * gain * factor`` for the 16-bit counts of one channel, one group after the other.

    Parameters
    ----------
    counts : ndarray of int16, shape (n_groups, n_in_group)
        Of the machine's byte order; the counts of a group lie side by side.
    result : ndarray, shape (n_groups * n_in_group,)
        Side by side, too.

    Returns
    -------
    int, int
        The least and the largest count.
    """
    numbers, found = np.array([offset, gain, factor]), np.empty((2, LANES), dtype=np.int16)
    groups, n = counts.shape
    places = (result.ctypes.data, numbers.ctypes.data, found.ctypes.data)
    compiled()["scale"](counts.ctypes.data, groups, counts.strides[0], n, *places)
    return int(found[0].min()), int(found[1].max())


@cache
def compiled(precision: Precision = "double") -> dict[str, Any]:
    """The compiled functions by name; empty where the machine or the environment has none.

    Parameters
    ----------
    precision : {"double", "single"}
        Of what filters and windows compute.

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
    functions, problem = _compile(precision)
    if problem and choice == "compiled":
        raise ArgumentError(
            "The compiled kernels cannot be had",
            where=f"{_CHOICE}=compiled",
            got=problem,
            hint='pip install "emgkit[fast]", or unset the variable',
        )
    return functions


def _compile(precision: Precision) -> tuple[dict[str, Any], str]:
    """The functions, or why there are none."""
    try:
        llvm: Any = importlib.import_module("llvmlite.binding")
    except ImportError:
        return {}, "llvmlite is not installed"
    if llvm.get_default_triple().startswith(("x86", "i686")) and not llvm.get_host_cpu_features().get("fma"):
        return {}, "this processor has no fused multiply-add"
    address, count = ctypes.c_void_p, ctypes.c_int64
    arguments = {
        "put": (address, count, address, address),
        **dict.fromkeys(("out", "out_some"), (address, address, count, count, address, address)),
        **dict.fromkeys(("mean", "root_mean_square"), (address, count, count, address, address, address)),
        "scale": (address, count, count, count, address, address, address),
    }  # fmt: skip
    passes = (address, count, count, address, count, address, address, address, address, address)
    arguments |= dict.fromkeys(pass_names(), passes)
    return made(assembly(precision), {name: (None, given) for name, given in arguments.items()}), ""


def made(text: str, signatures: Mapping[str, tuple[Any, Sequence[Any]]], *, optimise: bool = False) -> dict[str, Any]:
    """Functions in LLVM's assembly language, translated for this machine.

    Parameters
    ----------
    text : str
        A whole module.
    signatures : Mapping of str to (result, arguments)
        The types of each function, as :mod:`ctypes` names them.
    optimise : bool
        Let LLVM rework it first, which is needed where variables stand in memory.
    """
    llvm: Any = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(text)
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
