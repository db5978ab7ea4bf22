"""The file of a study that rests on published figures: its schema."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from emgkit.study.file.expected import Expected

__all__ = ["PublishedFile"]


class _Table(BaseModel):
    """One table of the file: frozen, and a key that is not a field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PublishedAbout(_Table):
    """``[study]``: what the study asks."""

    title: str
    question: str


class PublishedData(_Table):
    """``[data]``: whose figures these are, and which claims of the ledger they bear on."""

    published: Annotated[tuple[str, ...], Field(min_length=1)]
    claims: tuple[int, ...] = ()


class Recompute(_Table):
    """``[recompute]``: the script beside the file that computes from the figures, and the seed of what it simulates."""

    script: str = "recompute.py"
    seed: int = 1


class PublishedFile(_Table):
    """A whole ``study.toml`` of published figures."""

    study: PublishedAbout
    data: PublishedData
    recompute: Recompute = Recompute()
    expected: tuple[Expected, ...] = ()
