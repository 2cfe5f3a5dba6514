"""Certificate numbers: how they look, how they are read, and which slips they find."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.certificates.rules import (
    certificate_digest,
    grouped,
    new_number,
    parse_number,
    read_number,
    short_digest,
)
from elearning.certificates.types import Sealed
from elearning.core.crockford import ALPHABET

NUMBER = "7ACXXMY3PWBX9GQ8V"
numbers = st.builds(new_number)
positions = st.integers(0, 16)


@given(numbers)
def test_a_number_is_seventeen_plain_letters_and_digits(number: str) -> None:
    assert len(number) == 17
    assert set(number) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert parse_number(number) == number


def test_the_check_character_is_crockfords() -> None:
    """Worked out by hand from his rule: the value of the sixteen characters, modulo 37."""
    value = sum(ALPHABET.index(character) * 32**power for power, character in enumerate(reversed(NUMBER[:16])))
    assert ALPHABET[value % 37] == NUMBER[16]


def test_numbers_do_not_come_twice_and_use_every_character_at_every_place() -> None:
    drawn = [new_number() for _ in range(3000)]
    assert len(set(drawn)) == 3000
    for position in range(17):
        assert {number[position] for number in drawn} == set(ALPHABET)


@given(numbers, positions, st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_refused(number: str, position: int, character: str) -> None:
    slip = number[:position] + character + number[position + 1 :]
    assert parse_number(slip) == (number if slip == number else None)


@given(numbers, st.integers(0, 15))
def test_every_two_neighbours_swapped_are_refused(number: str, position: int) -> None:
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert parse_number(swapped) == (number if swapped == number else None)


@given(numbers, positions)
def test_a_missing_or_doubled_character_is_refused(number: str, position: int) -> None:
    assert parse_number(number[:position] + number[position + 1 :]) is None
    assert parse_number(number[:position] + number[position] + number[position:]) is None


@given(st.text(max_size=30))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    number = parse_number(text)
    assert number is None or parse_number(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "7ACX-XMY3-PWBX-9GQ8-V",
        "7acx-xmy3-pwbx-9gq8-v",
        "7acxxmy3pwbx9gq8v",
        "  7ACX XMY3 PWBX 9GQ8 V\t",
        "7ACX\u2013XMY3\u2011PWBX\u20129GQ8\u2014V",
        "7ACX\u00a0XMY3\u00a0PWBX\u00a09GQ8\u00a0V",
        "7-A-C-X-X-M-Y-3-P-W-B-X-9-G-Q-8-V",
    ],
)
def test_a_number_is_read_however_it_is_written(written: str) -> None:
    assert parse_number(written) == NUMBER


def test_letters_that_look_like_digits_are_read_as_those_digits() -> None:
    number = next(number for number in iter(new_number, "") if "0" in number and number.count("1") > 1)
    misread = number.replace("0", "o").replace("1", "I", 1).replace("1", "l")
    assert parse_number(misread) == number


@pytest.mark.parametrize(
    "text", ["", "-", "7ACX", NUMBER + "7", NUMBER[:-1] + "U", NUMBER[:-1] + "*", "٧" + NUMBER[1:]]
)
def test_what_is_no_number_is_told_apart_from_a_slip(text: str) -> None:
    assert read_number(text) is None
    assert read_number("8" + NUMBER[1:]) is not None
    assert parse_number("8" + NUMBER[1:]) is None


def test_a_number_is_printed_in_groups_of_four() -> None:
    assert grouped(NUMBER) == "7ACX-XMY3-PWBX-9GQ8-V"


@given(numbers)
def test_a_printed_number_is_read_back(number: str) -> None:
    assert parse_number(grouped(number)) == number


def test_a_short_digest_is_the_first_twelve_digits() -> None:
    assert short_digest("0123456789abcdef" * 4) == "0123456789ab"


def test_every_word_of_a_certificate_is_sealed() -> None:
    sealed = Sealed(
        number=NUMBER,
        place=1,
        issued_at=dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC),
        module_title="Reachable moments",
        partnership="Partnership",
        signatory="Chair",
        practitioner_id=7,
        full_name="Amina Yusuf",
        agency_name="Harrow Lane School",
    )
    salt = "0" * 32
    digests = {certificate_digest(salt, sealed), certificate_digest("1" * 32, sealed)}
    for field in dataclasses.fields(Sealed):
        value = getattr(sealed, field.name)
        changed = value + (dt.timedelta(1) if isinstance(value, dt.datetime) else 1 if isinstance(value, int) else "x")
        digests.add(certificate_digest(salt, dataclasses.replace(sealed, **{field.name: changed})))
    assert len(digests) == 2 + len(dataclasses.fields(Sealed))


def test_the_seal_of_a_certificate_never_drifts() -> None:
    sealed = Sealed(NUMBER, 12, dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC), "Module", "P", "S", 7, "Łukasz", "Agency")
    assert certificate_digest("ab" * 16, sealed) == "6c3ad6636329ada4593b1f83352ed84a09ce9ebe73940c30287d8a4dabc9efea"
