"""What strangers bring: PDFs that bear a number, and lists of numbers in every shape."""

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.certificates import loader
from elearning.certificates.loader import find_numbers, is_locked, is_pdf, read_list, read_manifest
from elearning.certificates.pdf import render
from elearning.certificates.rules import LENGTH, grouped, new_number
from elearning.core.errors import Refused
from tests.certificates.paper import sample

ONE = "7ACXXMY3PWBX9GQ8V"


def numbers(text: str) -> list[tuple[int, str | None]]:
    return [(entry.line, entry.number) for entry in read_list(text)]


@pytest.fixture
def other() -> str:
    return new_number()


class TestThePdf:
    def test_ours_bears_its_number(self) -> None:
        pdf = render(sample(), base_url="https://learning.example", colour="#1f4e4a")
        assert is_pdf(pdf)
        assert not is_locked(pdf)
        assert find_numbers(pdf) == [ONE]

    def test_two_are_enough(self, other: str) -> None:
        subjects = "".join(f"/Subject (Certificate {grouped(number)})" for number in (ONE, ONE, other, new_number()))
        assert find_numbers(subjects.encode()) == [ONE, other]

    def test_a_number_with_a_slip_is_none(self) -> None:
        assert find_numbers(b"Certificate 7ACX-XMY3-PWBX-9GQ8-W Certificate ABC") == []

    def test_nothing_is_unfolded(self) -> None:
        """20 MB of zeros in 20 kB of a stream stay folded, and so does a number in them."""
        bomb = zlib.compress(bytes(20 * 2**20) + f"Certificate {grouped(ONE)}".encode(), 9)
        assert find_numbers(b"%PDF-1.7 /FlateDecode stream\n" + bomb + b"endstream") == []

    def test_what_goes_in_circles_is_read_once(self) -> None:
        assert find_numbers(b"%PDF-1.7 1 0 obj 1 0 R endobj " * 100_000) == []


class TestAList:
    @pytest.mark.parametrize("between", ["\n", "\r\n", ", ", ",", ";", " ", "\t", "\n\n", ",\n"])
    @pytest.mark.parametrize("written", [str, grouped, lambda number: grouped(number).replace("-", " "), str.lower])
    def test_whatever_stands_between_them(self, between: str, written: object, other: str) -> None:
        text = between.join(written(number) for number in (ONE, other, ONE))  # type: ignore[operator]
        assert [number for _line, number in numbers(text)] == [ONE, other, ONE]

    def test_what_is_no_number_is_kept_with_its_line(self, other: str) -> None:
        text = f"Certificates:\n{ONE}\n7ACX-XMY3-PWBX-9GQ8-W\n\nof Ben {other}, 1234 {'x' * 500}"
        entries = list(read_list(text))
        assert [(entry.line, entry.number) for entry in entries] == [
            (1, None), (2, ONE), (3, None), (5, None), (5, other), (5, None),
        ]  # fmt: skip
        assert [entry.written for entry in entries][0:4:2] == ["Certificates:", "7ACX-XMY3-PWBX-9GQ8-W"]
        assert len(entries[-1].written) == loader.LONGEST_SHOWN

    @given(st.text(st.sampled_from("7ACXXMY3PWBX9GQ8V78 -,;\t\n\u2028é"), max_size=120))
    def test_nothing_is_lost_and_nothing_added(self, text: str) -> None:
        def signs(words: str) -> str:
            return re.sub(r"[\s,;]", "", words)

        whole = [entry for entry in read_list(text) if len(entry.written) < loader.LONGEST_SHOWN]
        for line, words in enumerate(text.splitlines(), start=1):
            if len(words) < loader.LONGEST_SHOWN:
                assert signs("".join(entry.written for entry in whole if entry.line == line)) == signs(words)

    def test_a_long_line_of_nonsense_ends(self) -> None:
        assert len(list(read_list("u " * 20_000))) == pytest.approx(20_000 / LENGTH, abs=1)


class TestAManifest:
    HEADER = "name,role,module,version,completed on,valid until,number,standing,sha256"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_its_numbers_are_read_whatever_saved_it(self, encoding: str, separator: str, other: str) -> None:
        rows = [
            self.HEADER,
            f"Zoë Price,Teacher,Sample,1,2026-02-02,2029-02-02,{grouped(ONE)},valid,00",
            f",,,,,,{other},,",
        ]
        content = "\r\n".join(rows).replace(",", separator).encode(encoding)
        assert numbers(read_manifest(content)) == [(2, ONE), (3, other)]

    def test_what_a_cell_would_run_is_text(self, other: str) -> None:
        content = f'Number,name\n"=HYPERLINK(""http://evil"";""x"")",a\n{other},"=1+1"\n,nobody\nshort\n'.encode()
        entries = list(read_list(read_manifest(content)))
        assert [(entry.line, entry.number) for entry in entries] == [(2, None), (3, other), (5, None)]
        assert entries[0].written.startswith("=HYPERLINK")

    def test_the_list_of_an_agencys_people_will_do(self, other: str) -> None:
        assert numbers(read_manifest(f"full_name,certificate_number\nBen,\nAmina,{other}".encode())) == [(3, other)]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf \r\n", "empty"),
            (b"name,role\nBen,Teacher", "no column called number"),
            (b"%PDF-1.7 whatever", "no column called number"),
            (b"\xff\xfen\0u\0m\0b\0e\0r\0", "no column called number"),
            (b'number\n"' + b"x" * 200_000, "no column called number"),
            (b"number\n" + b"7ACX-XMY3-PWBX-9GQ8-V\n" * 10_000, "more than 5,000 rows"),
        ],
    )
    def test_any_other_file_is_told_what_it_lacks(self, content: bytes, words: str) -> None:
        with pytest.raises(Refused, match=words):
            read_manifest(content)
