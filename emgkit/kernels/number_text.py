"""Rows of numbers in a text, read by compiled code: each number is the float nearest to what is written.

A number is its digits as a whole number times a power of ten. Where the whole number is below 2^53 and the power is at
most 10^22 both are exact floats, so that one multiplication or division rounds once, and rightly (Clinger, 1990). Other
numbers, which have 17 digits or more, are few; Python reads them. Eight digits are read at once: a 64-bit word holds
eight signs, the first that is no digit is found by a mask, and three multiplications join the digits.

Only plain rows are read: as many numbers as there are columns, one sign between them, nothing else.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.kernels.compiled import compiled, made

__all__ = ["numbers_in_rows"]

# so many bytes may be read beyond the text
_BEYOND = 16
# one number in so many may have more digits than the compiled code reads
_FEW = 50


def numbers_in_rows(
    parts: Iterable[bytes], size: int, *, sep: str, decimal: str, columns: int
) -> NDArray[np.float64] | None:
    r"""The numbers of plain rows.

    Parameters
    ----------
    parts : iterable of bytes
        The text, whole lines at a time.
    size : int
        Bytes of the whole text.
    sep, decimal : str
        One sign each: between numbers, and before their decimals.
    columns : int
        Numbers of each row.

    Returns
    -------
    ndarray, shape (n_rows, columns), or None
        None where there is no compiled code, or where anything else stands in the rows.

    Examples
    --------
    >>> rows = numbers_in_rows([b"0,-0.25\n", b"1,1.5e-3\n"], 17, sep=",", decimal=".", columns=2)
    >>> rows is None or rows.tolist() == [[0.0, -0.25], [1.0, 0.0015]]
    True
    """
    signs = (sep, decimal)
    if any(len(sign) != 1 or sign.isalnum() or sign in "+-\r\n" for sign in signs) or sep == decimal or not compiled():
        return None
    read, powers = _reader()["read_rows"], _powers()
    result, filled, done = np.empty(0), 0, 0
    end = re.compile(rb"[^\r\n" + re.escape(sep.encode()) + rb"]*")
    for part in parts:
        text = part if part.endswith(b"\n") else part + b"\n"
        most = len(text) // 2  # a number and the sign behind it
        if filled + most > result.size:
            # as many numbers as the rest has if it is like what has been read
            ahead = math.ceil(1.02 * filled * size / done) - filled if done else 0
            grown = np.empty(filled + max(ahead, 0) + most)
            grown[:filled] = result[:filled]
            result = grown
        odd = np.empty((most // _FEW + 1, 2), dtype=np.int64)
        n_odd = np.zeros(1, dtype=np.int64)
        found = read(
            text + b"\0" * _BEYOND, len(text), ord(sep), ord(decimal), columns, result.ctypes.data + 8 * filled, most,
            powers.ctypes.data, odd.ctypes.data, len(odd), n_odd.ctypes.data,
        )  # fmt: skip
        if found < 0:
            return None
        for cell, begin in odd[: n_odd[0]].tolist():
            number = end.match(text, begin)
            result[filled + cell] = float(number[0].decode("ascii").replace(decimal, ".")) if number else np.nan
        filled, done = filled + found, done + len(text)
    return result[:filled].reshape(-1, columns)


@cache
def _powers() -> NDArray[np.float64]:
    return np.array([float(10**power) for power in range(23)])


@cache
def _reader() -> dict[str, Any]:
    address, count, sign = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint8
    arguments = (ctypes.c_char_p, count, sign, sign, count, address, count, address, address, count, address)
    return made(_ASSEMBLY, {"read_rows": (count, arguments)}, optimise=True)


# returns how many numbers were read, or -1 where something else stands in the rows
_ASSEMBLY = """
declare i64 @llvm.cttz.i64(i64, i1)

define internal void @digits(ptr %text, ptr %at, ptr %whole, ptr %count, ptr %tens) alwaysinline {
start:
    br label %next
next:
    %from = load i64, ptr %at
    %place = getelementptr i8, ptr %text, i64 %from
    %word = load i64, ptr %place, align 1
    %above = add i64 %word, 5063812098665367110
    %below = sub i64 %word, 3472328296227680304
    %either = or i64 %above, %below
    %mask = and i64 %either, -9187201950435737472
    %bit = call i64 @llvm.cttz.i64(i64 %mask, i1 false)
    %n = lshr i64 %bit, 3
    %none = icmp eq i64 %n, 0
    br i1 %none, label %end, label %some
some:
    %bits = shl i64 %n, 3
    %rest = sub i64 64, %bits
    %moved = shl i64 %word, %rest
    %ones = and i64 %moved, 1085102592571150095
    %pairs.0 = mul i64 %ones, 2561
    %pairs.1 = lshr i64 %pairs.0, 8
    %pairs = and i64 %pairs.1, 71777214294589695
    %fours.0 = mul i64 %pairs, 6553601
    %fours.1 = lshr i64 %fours.0, 16
    %fours = and i64 %fours.1, 281470681808895
    %eight.0 = mul i64 %fours, 42949672960001
    %eight = lshr i64 %eight.0, 32
    %so.far = load i64, ptr %whole
    %ten.at = getelementptr i64, ptr %tens, i64 %n
    %ten = load i64, ptr %ten.at
    %raised = mul i64 %so.far, %ten
    %joined = add i64 %raised, %eight
    store i64 %joined, ptr %whole
    %counted = load i64, ptr %count
    %more = add i64 %counted, %n
    store i64 %more, ptr %count
    %to = add i64 %from, %n
    store i64 %to, ptr %at
    %full = icmp eq i64 %n, 8
    br i1 %full, label %next, label %end
end:
    ret void
}

@tens = internal constant [9 x i64] [i64 1, i64 10, i64 100, i64 1000, i64 10000, i64 100000, i64 1000000, i64 10000000,
    i64 100000000]

define i64 @read_rows(ptr %text, i64 %n, i8 %sep, i8 %point, i64 %columns, ptr %result, i64 %most, ptr %powers,
                      ptr %odd, i64 %most.odd, ptr %n.odd) {
entry:
    %at = alloca i64
    %cell = alloca i64
    %column = alloca i64
    %whole = alloca i64
    %count = alloca i64
    %power = alloca i64
    %e.whole = alloca i64
    %e.count = alloca i64
    store i64 0, ptr %at
    store i64 0, ptr %cell
    store i64 0, ptr %column
    br label %number
number:
    %cell.0 = load i64, ptr %cell
    %at.0 = load i64, ptr %at
    %all = icmp eq i64 %at.0, %n
    br i1 %all, label %over, label %further
over:
    ret i64 %cell.0
further:
    %room = icmp slt i64 %cell.0, %most
    br i1 %room, label %sign, label %fail
sign:
    store i64 0, ptr %whole
    store i64 0, ptr %count
    store i64 0, ptr %power
    %begin = load i64, ptr %at
    %first.at = getelementptr i8, ptr %text, i64 %begin
    %first = load i8, ptr %first.at
    %minus = icmp eq i8 %first, 45
    %plus = icmp eq i8 %first, 43
    %signed = or i1 %minus, %plus
    %one = zext i1 %signed to i64
    %digits.at = add i64 %begin, %one
    store i64 %digits.at, ptr %at
    call void @digits(ptr %text, ptr %at, ptr %whole, ptr %count, ptr @tens)
    %at.point = load i64, ptr %at
    %point.at = getelementptr i8, ptr %text, i64 %at.point
    %is.point.0 = load i8, ptr %point.at
    %is.point = icmp eq i8 %is.point.0, %point
    br i1 %is.point, label %decimals, label %checked
decimals:
    %after.point = add i64 %at.point, 1
    store i64 %after.point, ptr %at
    call void @digits(ptr %text, ptr %at, ptr %whole, ptr %count, ptr @tens)
    %after.decimals = load i64, ptr %at
    %scale = sub i64 %after.point, %after.decimals
    store i64 %scale, ptr %power
    br label %checked
checked:
    %n.digits = load i64, ptr %count
    %is.number = icmp sgt i64 %n.digits, 0
    br i1 %is.number, label %exponent, label %fail
exponent:
    %at.e = load i64, ptr %at
    %e.at = getelementptr i8, ptr %text, i64 %at.e
    %e.0 = load i8, ptr %e.at
    %e.low = or i8 %e.0, 32
    %is.e = icmp eq i8 %e.low, 101
    br i1 %is.e, label %e.sign, label %value
e.sign:
    %after.e = add i64 %at.e, 1
    %e.first.at = getelementptr i8, ptr %text, i64 %after.e
    %e.first = load i8, ptr %e.first.at
    %e.minus = icmp eq i8 %e.first, 45
    %e.plus = icmp eq i8 %e.first, 43
    %e.signed = or i1 %e.minus, %e.plus
    %e.one = zext i1 %e.signed to i64
    %e.digits = add i64 %after.e, %e.one
    store i64 %e.digits, ptr %at
    store i64 0, ptr %e.whole
    store i64 0, ptr %e.count
    call void @digits(ptr %text, ptr %at, ptr %e.whole, ptr %e.count, ptr @tens)
    %e.n = load i64, ptr %e.count
    %e.some = icmp sgt i64 %e.n, 0
    %e.few = icmp slt i64 %e.n, 5
    %e.good = and i1 %e.some, %e.few
    br i1 %e.good, label %e.value, label %fail
e.value:
    %e.size = load i64, ptr %e.whole
    %e.negative = sub i64 0, %e.size
    %e.power = select i1 %e.minus, i64 %e.negative, i64 %e.size
    %power.0 = load i64, ptr %power
    %power.1 = add i64 %power.0, %e.power
    store i64 %power.1, ptr %power
    br label %value
value:
    %mantissa = load i64, ptr %whole
    %ten.power = load i64, ptr %power
    %fits.digits = icmp slt i64 %n.digits, 19
    %fits.mantissa = icmp ult i64 %mantissa, 9007199254740993
    %fits.low = icmp sgt i64 %ten.power, -23
    %fits.high = icmp slt i64 %ten.power, 23
    %fits.0 = and i1 %fits.digits, %fits.mantissa
    %fits.1 = and i1 %fits.low, %fits.high
    %fits = and i1 %fits.0, %fits.1
    %result.at = getelementptr double, ptr %result, i64 %cell.0
    br i1 %fits, label %exact, label %odd.one
odd.one:
    %odd.now = load i64, ptr %n.odd
    %odd.room = icmp slt i64 %odd.now, %most.odd
    br i1 %odd.room, label %odd.kept, label %fail
odd.kept:
    %odd.twice = shl i64 %odd.now, 1
    %odd.cell = getelementptr i64, ptr %odd, i64 %odd.twice
    store i64 %cell.0, ptr %odd.cell
    %odd.begin = getelementptr i64, ptr %odd.cell, i64 1
    store i64 %begin, ptr %odd.begin
    %odd.next = add i64 %odd.now, 1
    store i64 %odd.next, ptr %n.odd
    br label %behind
exact:
    %float = uitofp i64 %mantissa to double
    %below.one = icmp slt i64 %ten.power, 0
    %negated = sub i64 0, %ten.power
    %size = select i1 %below.one, i64 %negated, i64 %ten.power
    %factor.at = getelementptr double, ptr %powers, i64 %size
    %factor = load double, ptr %factor.at
    br i1 %below.one, label %divided, label %multiplied
divided:
    %quotient = fdiv double %float, %factor
    br label %stored
multiplied:
    %product = fmul double %float, %factor
    br label %stored
stored:
    %size.of = phi double [%quotient, %divided], [%product, %multiplied]
    %size.minus = fneg double %size.of
    %number.of = select i1 %minus, double %size.minus, double %size.of
    store double %number.of, ptr %result.at
    br label %behind
behind:
    %cell.next = add i64 %cell.0, 1
    store i64 %cell.next, ptr %cell
    %at.end = load i64, ptr %at
    %end.at = getelementptr i8, ptr %text, i64 %at.end
    %end = load i8, ptr %end.at
    %after = add i64 %at.end, 1
    %column.0 = load i64, ptr %column
    %column.1 = add i64 %column.0, 1
    %is.last = icmp eq i64 %column.1, %columns
    br i1 %is.last, label %row, label %between
between:
    store i64 %column.1, ptr %column
    store i64 %after, ptr %at
    %is.sep = icmp eq i8 %end, %sep
    br i1 %is.sep, label %number, label %fail
row:
    store i64 0, ptr %column
    %is.return = icmp eq i8 %end, 13
    %skipped = zext i1 %is.return to i64
    %break.at.0 = add i64 %at.end, %skipped
    %break.at = getelementptr i8, ptr %text, i64 %break.at.0
    %break = load i8, ptr %break.at
    %after.row = add i64 %break.at.0, 1
    store i64 %after.row, ptr %at
    %is.break = icmp eq i8 %break, 10
    br i1 %is.break, label %number, label %fail
fail:
    ret i64 -1
}
"""
