"""What a saved figure is: its width, text, fonts and bitmaps, read from the file, beside what a journal asks.

PDF is read plainly, as matplotlib writes it: its objects are not packed, and its page is one stream of drawing orders.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd
from PIL import Image

from emgkit.errors import ArgumentError, FileError, FormatError
from emgkit.figures.drawing.journals import MM, Journal
from emgkit.notation import listed

__all__ = ["check_file", "check_pdf"]

_POINT = MM / 72.0
_OWN_WIDTHS = "emgkit's own: none was found in the journal's instructions"
# a TrueType font goes into a PDF as a font of this kind with the font's own file beside it
_TYPE_42, _TYPE_3 = rb"/Subtype /CIDFontType2|/Subtype /TrueType", rb"/Subtype /Type3"
_BITMAPS = (".png", ".tif", ".tiff")


@dataclass(frozen=True, kw_only=True)
class _Page:
    """What a PDF of one figure holds; sizes in points."""

    width: float
    height: float
    sizes: tuple[float, ...]
    fonts: tuple[str, ...]
    embedded: int
    true_type: int
    type_3: int
    resolutions: tuple[float, ...]


def check_file(path: Path, journal: Journal) -> pd.DataFrame:
    """Check a saved PDF, PNG or TIFF; see ``style.check``."""
    ending = path.suffix.lower()
    if ending not in (".pdf", *_BITMAPS):
        raise ArgumentError(
            "This kind of file cannot be checked", allowed=listed((".pdf", *_BITMAPS)), got=repr(path.name)
        )
    if not path.is_file():
        raise FileError("The figure to check is not there", where=str(path))
    return check_pdf(path.read_bytes(), journal, where=str(path)) if ending == ".pdf" else _check_bitmap(path, journal)


def check_pdf(data: bytes, journal: Journal, *, where: str = "", outlined: int = 0) -> pd.DataFrame:
    """Check a figure written as PDF.

    Parameters
    ----------
    data : bytes
        The file.
    journal : Journal
        What is asked.
    where : str
        Name of the file, for messages.
    outlined : int
        Texts of the figure that are known to be drawn as outlines.

    Returns
    -------
    DataFrame
        ``check``, ``required``, ``found``, ``passed``.

    Raises
    ------
    FormatError
        The file is no PDF of one figure as ``save`` writes it.
    """
    page = _read(data, where)
    smallest = min(page.sizes, default=float("nan"))
    found = [_width(page.width * _POINT, journal), *_height(page.height * _POINT, journal)]
    found.append(
        ("smallest text", f"{journal.font:g} pt", f"{smallest:.3g} pt", smallest >= journal.font - 0.01)
    )  # fmt: skip
    whole = page.type_3 == 0 and page.true_type == page.embedded > 0
    kinds = f"{page.embedded} embedded: {', '.join(page.fonts) or 'none'}"
    kinds += f"; {page.type_3} of Type 3" if page.type_3 else ""
    found.append(("fonts", "TrueType, embedded (Type 42)", kinds, whole))
    if journal.families:
        wanted = [family.replace(" ", "").lower() for family in journal.families]
        allowed = bool(page.fonts) and all(any(font.lower().startswith(name) for name in wanted) for font in page.fonts)
        found.append(("font families", ", ".join(journal.families), ", ".join(page.fonts) or "none", allowed))
    texts = f"{len(page.sizes)} texts, {outlined} as outlines"
    found.append(("text", "text, not outlines", texts, len(page.sizes) > 0 and outlined == 0))
    lowest = min(page.resolutions, default=None)
    bitmaps = "none" if lowest is None else f"{len(page.resolutions)}, the coarsest {lowest:.0f} dpi"
    found.append(
        ("bitmaps", f"none below {journal.resolution} dpi", bitmaps, lowest is None or lowest >= journal.resolution - 1)
    )
    return _table(found, journal)


def _table(found: list[tuple[str, str, str, bool]], journal: Journal) -> pd.DataFrame:
    table = pd.DataFrame(found, columns=["check", "required", "found", "passed"])
    table.attrs = {"journal": journal.title, "source": journal.source or _OWN_WIDTHS}
    return table


def _width(millimetres: float, journal: Journal) -> tuple[str, str, str, bool]:
    required = journal.widths if journal.source else f"{journal.widths} ({_OWN_WIDTHS})"
    return ("width", required, f"{millimetres:.1f} mm", journal.allows(millimetres))


def _height(millimetres: float, journal: Journal) -> list[tuple[str, str, str, bool]]:
    if journal.tallest is None:
        return []
    fits = millimetres <= journal.tallest + 0.5
    return [("height", f"at most {journal.tallest:g} mm", f"{millimetres:.1f} mm", fits)]


def _read(data: bytes, where: str) -> _Page:
    box = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", data)
    if not data.startswith(b"%PDF") or box is None:
        raise FormatError(
            "This is no PDF of a figure as emgkit writes it", where=where, hint="Save it with figures.save"
        )
    page = next((stream for stream in _streams(data) if b" Tf" in stream or b" re" in stream), b"")
    names = re.findall(rb"/FontName /(?:[A-Z]{6}\+)?([^\s/\]>]+)", data)
    return _Page(
        width=float(box[1]),
        height=float(box[2]),
        sizes=tuple(float(size) for size in re.findall(rb"/F\S+ ([\d.]+) Tf", page)),
        fonts=tuple(dict.fromkeys(name.decode("ascii", "replace") for name in names)),
        embedded=len(re.findall(rb"/FontFile[23]? ", data)),
        true_type=len(re.findall(_TYPE_42, data)),
        type_3=len(re.findall(_TYPE_3, data)),
        resolutions=tuple(_resolutions(data, page)),
    )


def _streams(data: bytes) -> list[bytes]:
    """The streams of the file that are packed as drawing orders are."""
    streams = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, flags=re.DOTALL):
        try:
            streams.append(zlib.decompress(packed))
        except zlib.error:
            streams.append(packed)
    return streams


def _resolutions(data: bytes, page: bytes) -> list[float]:
    """Dots per inch of each bitmap: its dots across, over the inches it is drawn on."""
    dots = {
        name: float(width)
        for name, number in re.findall(rb"/(I\d+) (\d+) 0 R", data)
        for width in re.findall(rb"\n%b 0 obj\n<<[^>]*?/Width (\d+)" % number, data)
    }
    number = rb"\s+[-\d.]+"
    drawn = re.findall(rb"([\d.]+)\s+0\s+0" + 3 * number + rb"\s+cm\s*/(I\d+)\s+Do", page)
    return [72.0 * dots[name] / float(width) for width, name in drawn if name in dots and float(width) > 0]


def _check_bitmap(path: Path, journal: Journal) -> pd.DataFrame:
    """Check what a file of dots can tell: its width and height at its own resolution, and that resolution."""
    with Image.open(BytesIO(path.read_bytes())) as image:
        across, up = image.size
        dots = image.info.get("dpi")
    if not dots:
        raise FormatError("The bitmap does not say its resolution", where=str(path), hint="Save it with figures.save")
    resolution = float(dots[0])
    return _table(
        [
            _width(across / resolution * MM, journal),
            *_height(up / resolution * MM, journal),
            (
                "resolution",
                f"at least {journal.resolution} dpi",
                f"{resolution:.0f} dpi",
                resolution >= journal.resolution - 1,
            ),
        ],
        journal,
    )
