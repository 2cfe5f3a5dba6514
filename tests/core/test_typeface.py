"""What the certificate's typeface prints."""

import pytest

from elearning.core.typeface import composed, unprintable


@pytest.mark.parametrize(
    "name",
    [
        "Siân Ŵyn ap Gruffŷdd",
        "Tomasz Zieliński-Łęcki",
        "Ștefănița Țîrlea",
        "Çağrı İşgüder-Öztürk",
        "Nguyễn Thị Hồng Ngọc",
        "Đặng Văn Ước",
        "Þórdís Ærøskøbing",
        "Ġużeppi Ħaż-Żabbar",
        "Seán Ó Súilleabháin",
        "O’Brien-D'Souza Jr.",
        "Åsa Ľubomíra Őry Ňágyová",
        "Oluwaṣeun Adébáyọ",
        "Юлия Шевченко",
        "Ελένη Παππά",
        "Ayọ̀délé q̣ed",
        "ירון",
        "علی\u200cرضا",
        "ක්\u200dරිස්ටෝපර්",
    ],
)
def test_names_that_people_here_have_are_printed(name: str) -> None:
    assert unprintable(composed(name)) == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("王 Wang 王", ["王"]),
        ("Dana 🙂", ["🙂"]),
        ("Ada\u200b", ["\u200b"]),
        ("Amina\u202e", ["\u202e"]),
        ("\u0301Ada", ["\u0301"]),  # a mark with no letter under it
        ("A \u0301da", ["\u0301"]),
        ("Z" + "\u0323" * 9, ["\u0323"]),  # a tower of them would run into other lines
        ("A\u200cda", ["\u200c"]),  # a joiner where nothing joins is a hidden character
        ("א\u0915\u05b8", ["\u05b8"]),  # a mark of another script than its letter
    ],
)
def test_what_it_cannot_print_is_named_once_and_in_order(name: str, missing: list[str]) -> None:
    assert unprintable(composed(name)) == missing


def test_letters_are_joined_with_their_accents_and_white_space_is_folded() -> None:
    assert composed("  Sia\u0302n\t\u00a0\nNguye\u0302\u0303n ") == "Siân Nguyễn"
