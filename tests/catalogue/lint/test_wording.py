"""Measuring English: syllables, grades, quotations, likeness."""

import pytest

from elearning.catalogue.lint.items import too_many
from elearning.catalogue.lint.wording import TERMS, content_stems, grade, likeness, syllables, without_quotations

COUNTED = """
cat 1 child 1 children 2 asked 1 wanted 2 names 1 boxes 2 places 2 table 2 tables 2 missing 2 being 2 saying 2 police 2
behaviour 3 wellbeing 3 recognised 3 readier 3 usual 3 county 2 ordinary 4 medical 3 injury 3 treatment 2 unexplained 3
situation 4 question 2 patient 2 social 2 serious 3 various 3 period 3 material 4 immediate 4 appropriate 4 create 2
arrested 3 noticed 2 changed 1 started 2 whole 1 station 2 racism 3 rhythm 2 fatal 2 actual 3 evaluate 4 previous 3
curious 3 anxious 2 religious 3 reviewed 2 trying 2 studying 3 carrying 3 opened 2 handled 2 settled 2 titles 2 sources 2
wishes 2 teaches 2 lives 1 babies 2 carries 2 tried 1 worried 2 used 1 uses 2 eye 1 responsibility 6 opportunity 5
immediately 5 quality 3 equal 2 language 2 individual 5 usually 4 annual 3 safely 2 statement 2 careful 2 element 3
movement 2 homeless 2 settlement 3 science 2 seeing 2 friend 1 quiet 2 guard 1 queue 1 series 2 agreed 2 carer 2 nurse 1
""".split()


@pytest.mark.parametrize(("word", "count"), list(zip(COUNTED[::2], COUNTED[1::2], strict=True)))
def test_syllables(word: str, count: str) -> None:
    assert syllables(word) == int(count)


def test_a_term_of_the_field_has_two_syllables() -> None:
    assert {syllables(term) for term in TERMS} == {2}
    assert syllables("well-being") == 3


def test_the_grade_is_flesch_and_kincaids() -> None:
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade(["A table. A table."]) == pytest.approx(0.39 * 2 + 11.8 * 1.5 - 15.59)
    assert grade(["", "…"]) is None


def test_quotations_are_taken_out_and_apostrophes_left() -> None:
    assert (
        without_quotations("She said, 'it's all right.' The child's day").split() == "She said, The child's day".split()
    )
    assert without_quotations("‘One’s own’ and “two”").split() == ["and"]


def test_words_are_compared_by_their_stems() -> None:
    assert content_stems("The missing children were noticed") == content_stems("Noticing them, the children missed us")
    assert likeness("Tell the lead today", "today: tell the LEAD!") == 1


def test_how_many_longest_keys_chance_allows() -> None:
    assert too_many([1 / 3] * 24) == 13
    assert too_many([1 / 3] * 30) == 15
