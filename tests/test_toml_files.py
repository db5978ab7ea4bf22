"""Every TOML file is refused in the same words, whichever class of error its reader raises."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field, field_validator, model_validator

from emgkit.errors import ArgumentError, EmgkitError, FormatError, StudyError
from emgkit.toml_files import TomlTable, load, parse, validate


class Town(TomlTable):
    name: str
    people: int = 1
    code: Annotated[str, Field(pattern=r"^\w+$")] = "x"

    @field_validator("people")
    @classmethod
    def _somebody(cls, people: int) -> int:
        if people < 1:
            raise ArgumentError("Nobody lives there", allowed="at least 1", got=str(people), hint="Count again")
        return people


class Country(TomlTable):
    towns: tuple[Town, ...] = ()
    rivers: dict[str, Town] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_once(self) -> Country:
        if len({town.name for town in self.towns}) < len(self.towns):
            raise ValueError("a town stands twice")
        return self


REFUSED = {
    "[[towns]]\nnane = 'Bergen'": (
        "Unknown key 'nane'. Where: here.toml, towns.1.nane. Allowed: 'name', 'people' and 'code'. "
        "Hint: Did you mean 'name'?"
    ),
    "[rivers.Otra]\nname = 'a'\ncodes = 'b'": (
        "Unknown key 'codes'. Where: here.toml, rivers.Otra.codes. Allowed: 'name', 'people' and 'code'. "
        "Hint: Did you mean 'code'?"
    ),
    "[[towns]]": "The key 'towns.1.name' is missing. Where: here.toml.",
    "[[towns]]\nname = 'a'\npeople = 'b'": (
        "A value cannot be used. Where: here.toml, towns.1.people. Allowed: a whole number. Got: 'b'."
    ),
    "[[towns]]\nname = 'a'\npeople = 1.5": (
        "A value cannot be used. Where: here.toml, towns.1.people. Allowed: a whole number. Got: 1.5."
    ),
    "[[towns]]\nname = 'a'\ncode = 'a b'": (
        "A value cannot be used. Where: here.toml, towns.1.code. "
        "Allowed: a name of letters, digits and _, which becomes a file's name. Got: 'a b'."
    ),
    "towns = 3": 'A value cannot be used. Where: here.toml, towns. Allowed: a list, such as ["a", "b"]. Got: 3.',
    "[[towns]]\nname = 'a'\n[[towns]]\nname = 'a'": (
        "The list of towns does not hold together: a town stands twice. Where: here.toml."
    ),
    # an error of emgkit's own keeps its parts, and is put into its place
    "[[towns]]\nname = 'a'\npeople = 0": (
        "Nobody lives there. Where: here.toml, towns.1.people. Allowed: at least 1. Got: 0. Hint: Count again."
    ),
}


@pytest.mark.parametrize("error", [FormatError, StudyError], ids=["format", "study"])
@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_stands_where_it_is(text: str, message: str, error: type[EmgkitError]) -> None:
    with pytest.raises(EmgkitError) as caught:
        parse(text, Country, where="here.toml", name="The list of towns", error=error)
    assert type(caught.value) is error
    assert str(caught.value) == message


def test_a_misspelt_key_goes_before_what_it_leaves_missing() -> None:
    with pytest.raises(FormatError, match="Unknown key 'nam'"):
        parse("[[towns]]\nnam = 'a'", Country, where="here.toml")


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^The file is no valid TOML\. Where: here\.toml\. Got: Invalid value"):
        parse("towns = ", Country, where="here.toml")
    with pytest.raises(StudyError, match=r"In a Windows path, write / for every \\"):
        parse('towns = "C:\\Users"', Country, where="here.toml", error=StudyError)


def test_tables_without_a_file_have_a_place_too() -> None:
    with pytest.raises(FormatError) as caught:
        validate({"towns": [{"name": "a", "people": True}, {"name": 2}]}, Country)
    assert str(caught.value) == "A value cannot be used. Where: towns.2.name. Allowed: a text in quotes. Got: 2."


def test_a_table_is_frozen_and_read_from_its_file(tmp_path) -> None:
    (tmp_path / "a.toml").write_text("[[towns]]\nname = ' Ål '\n", encoding="utf-8")
    country = load(tmp_path / "a.toml", Country)
    assert country.towns[0].name == "Ål"
    with pytest.raises(ValueError, match="frozen"):
        country.towns[0].name = "b"
