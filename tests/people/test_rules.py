"""What a name may be."""

import pytest

from elearning.people.rules import LONGEST_AGENCY_NAME, LONGEST_NAME, agency_name_problem, clean_name, name_problem


@pytest.mark.parametrize(
    "name",
    [
        "Siân Ŵyn",
        "Nguyễn Thị Hồng",
        "Tomasz Zieliński",
        "Çağrı Öztürk",
        "Ștefan Țîrlea",
        "O’Brien",
        "X Æ 12",
        "x" * 120,
    ],
)
def test_a_name_with_letters_we_can_print_is_welcome(name: str) -> None:
    assert name_problem(clean_name(name)) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Enter your full name"),
        (" \t\u00a0 ", "Enter your full name"),
        ("x" * (LONGEST_NAME + 1), "120 characters or fewer"),
        ("Ada\u200bLovelace", "hidden character"),
        ("Ada\u202eecalevoL", "hidden character"),
        ("Ada\x00", "hidden character"),
        ("\ue000", "hidden character"),
        ("Ada\ufffd", "hidden character"),
        ("王 Wang 王", "cannot print 王."),
        ("Ada 🙂", "cannot print 🙂"),
    ],
)
def test_any_other_is_refused_in_words_that_help(name: str, words: str) -> None:
    problem = name_problem(clean_name(name))
    assert problem is not None
    assert words in problem
    assert not problem.endswith(".")


@pytest.mark.parametrize("name", ["", "x" * (LONGEST_AGENCY_NAME + 1), "王 School"])
def test_an_agency_has_a_name_that_certificates_print(name: str) -> None:
    assert agency_name_problem(name)


def test_an_ordinary_agency_name_is_welcome() -> None:
    assert agency_name_problem("Ysgol Gyfun Gŵyr & St John’s (Upper) – No. 2") is None
