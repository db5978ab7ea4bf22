"""Write docs/claims.md and its pictures from datasets/published: ``.venv/bin/python docs/write_claims.py``."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

mpl.use("Agg")

import matplotlib.pyplot as plt

import emgkit as ek
from emgkit.figures.drawing import style
from emgkit.literature.claims_page import drawn, markdown

DOCS = Path(__file__).resolve().parent


def named(claim: ek.literature.Claim, table: pd.DataFrame) -> pd.DataFrame:
    """The values of a claim's picture, with the names that readers know."""
    out = drawn(claim, table)
    names = ek.literature.sources().set_index("study")["name"]
    out["study"] = out["study"].map(names)
    out["exercise"] = out["exercise"].str.replace("romanian", "Romanian")
    out["comparator"] = out["comparator"].str.replace("romanian", "Romanian")
    out["phase"] = out["phase"].str.replace("whole set (10 reps)", "").str.replace("mixed", "")
    out["site"] = out["site"].str.replace("mixed", "")
    out["kind"] = out["unit"].str.removesuffix(" difference") + np.where(out["comparator"] != "", " difference", "")
    return out


def picture(claim: ek.literature.Claim, table: pd.DataFrame, path: Path) -> None:
    """One axis a unit, one above the other."""
    panels = []
    for _, part in named(claim, table).groupby("kind", sort=False):
        ax = ek.figures.published(part.reset_index(drop=True), by="group")
        file = io.BytesIO()
        with style.theme():
            ax.figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
        plt.close(ax.figure)
        file.seek(0)
        panels.append(plt.imread(file))
    width = max(panel.shape[1] for panel in panels)
    padded = [np.pad(p, ((0, 0), (0, width - p.shape[1]), (0, 0)), constant_values=1.0) for p in panels]
    plt.imsave(path, np.vstack(padded), metadata={"Software": None})


def main() -> None:
    """Write the page and the pictures."""
    (DOCS / "claims.md").write_text(markdown(), encoding="utf-8")
    folder = DOCS / "images" / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    table = ek.literature.figures()
    for number in ek.literature.claims()["number"]:
        claim = ek.literature.claim(number)
        if claim.evidence_says != "nothing read" and len(drawn(claim, table)):
            picture(claim, table, folder / f"{number:02d}.png")


if __name__ == "__main__":
    main()
