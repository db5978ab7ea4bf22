"""The file of a study that rests on published figures: its schema."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emgkit.study.file.expected import Expected
from emgkit.toml_files import TomlTable

__all__ = ["PublishedFile"]


class PublishedAbout(TomlTable):
    """``[study]``: what the study asks."""

    title: str
    question: str


class PublishedData(TomlTable):
    """``[data]``: whose figures these are, and which claims of the ledger they bear on."""

    published: Annotated[tuple[str, ...], Field(min_length=1)]
    claims: tuple[int, ...] = ()


class Recompute(TomlTable):
    """``[recompute]``: the script beside the file that computes from the figures, and the seed of what it simulates."""

    script: str = "recompute.py"
    seed: int = 1


class PublishedFile(TomlTable):
    """A whole ``study.toml`` of published figures."""

    study: PublishedAbout
    data: PublishedData
    recompute: Recompute = Recompute()
    expected: tuple[Expected, ...] = ()
