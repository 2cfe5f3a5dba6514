"""The pack as bytes: the same each time, whole or visibly not, with names that every system takes."""

import csv
import datetime as dt
import io
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.certificates.pack import Incomplete, zip_pieces
from elearning.certificates.rules import new_number, packed_name
from elearning.certificates.types import Cover, IssuedCertificate, Packed
from tests.certificates.paper import sample

TODAY = dt.date(2026, 3, 2)


def cover(count: int, **changes: object) -> Cover:
    words: dict[str, object] = {
        "agency_name": "Harrow Lane School", "chosen": (("Training module", "All modules"),), "as_of": TODAY,
        "count": count, "superseded": 0, "withdrawn": 0, "partnership": "Test Partnership",
        "base_url": "https://learning.partnership.example",
    }  # fmt: skip
    return Cover(**(words | changes))  # type: ignore[arg-type]


def paper(certificate: IssuedCertificate) -> bytes:
    """A stand-in for the PDF, as long as one."""
    return f"{certificate.full_name} {certificate.number}".encode().ljust(20_000)


def people(*names: str) -> list[Packed]:
    return [Packed(sample(full_name=name, number=new_number()), "Teacher") for name in names]


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("count", [1, 2, 30])
def test_every_certificate_is_in_and_list_and_page_come_last_and_say_how_many(count: int) -> None:
    packed = people(*(f"Person {n}" for n in range(count)))
    archive = opened(b"".join(zip_pieces(cover(count), packed, paper)))
    assert archive.namelist()[-2:] == ["manifest.csv", "index.html"]
    *listed, end = rows(archive)
    said = "1 certificate" if count == 1 else f"{count} certificates"
    assert end["full_name"] == f"End of the list: {said}"
    assert [row["file"] for row in listed] == archive.namelist()[:-2]
    assert [archive.read(row["file"]) for row in listed] == [paper(each.certificate) for each in packed]
    index = archive.read("index.html").decode()
    assert f"It holds exactly {said}" in index
    assert index.count('<th scope="row"') == count


def test_the_files_bear_the_moment_of_issue_in_london() -> None:
    summer = dt.datetime(2025, 7, 1, 23, 30, tzinfo=dt.UTC)
    archive = opened(b"".join(zip_pieces(cover(1), [Packed(sample(issued_at=summer), "")], paper)))
    assert [entry.date_time for entry in archive.infolist()] == [(2025, 7, 2, 0, 30, 0), *[(2026, 3, 2, 0, 0, 0)] * 2]


def test_the_page_is_sound_and_takes_words_as_words() -> None:
    packed = people("<b>Ann & Co</b>", "=HYPERLINK(1)")
    archive = opened(b"".join(zip_pieces(cover(2, superseded=2, withdrawn=1), packed, paper)))
    index = archive.read("index.html").decode()
    assert "Left out: 2 certificates issued anew under another number and 1 certificate withdrawn" in index
    assert "&lt;b&gt;Ann &amp; Co&lt;/b&gt;" in index
    assert [row["full_name"] for row in rows(archive)][:2] == ["<b>Ann & Co</b>", "'=HYPERLINK(1)"]
    assert "<script" not in index
    assert 'href="certificates/b%20Ann' in index


@pytest.mark.parametrize("announced", [2, 4])
def test_a_pack_of_other_certificates_than_it_announces_is_not_ended(announced: int) -> None:
    written = io.BytesIO()
    with pytest.raises(Incomplete):
        written.writelines(zip_pieces(cover(announced), people("Ann", "Ben", "Cem"), paper))
    assert not zipfile.is_zipfile(written)
    assert b"manifest.csv" not in written.getvalue()


def test_one_that_cannot_be_made_ends_it_as_well() -> None:
    def fails(certificate: IssuedCertificate) -> bytes:
        if certificate.full_name == "Cem":
            raise RuntimeError
        return paper(certificate)

    written = io.BytesIO()
    with pytest.raises(RuntimeError):
        written.writelines(zip_pieces(cover(3), people("Ann", "Ben", "Cem"), fails))
    assert len(written.getvalue()) > 40_000
    assert not zipfile.is_zipfile(written)


def test_whatever_is_cut_off_it_is_no_zip() -> None:
    whole = b"".join(zip_pieces(cover(3), people("Ann", "Ben", "Cem"), paper))
    assert not any(zipfile.is_zipfile(io.BytesIO(whole[:-cut])) for cut in (1, 21, 22, 500, 5_000, 20_000, 40_000))


def test_it_takes_the_same_memory_however_long_it_is() -> None:
    def many() -> Iterator[Packed]:
        yield from (Packed(sample(number=f"{n:017}"), "Teacher") for n in range(300))

    tracemalloc.start()
    size = sum(map(len, zip_pieces(cover(300), many(), lambda _: bytes(50_000))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 15_000_000
    assert peak < 2_000_000


NASTY = [
    "../../etc/passwd", "C:\\Windows\\x", "CON.txt", "nul", "a/b:c*d?e\"f<g>h|i", "Ann\u202egpj.exe", "Ann\n\x00Bee",
    "Zoë".replace("ë", "e\u0308"), "Nguyễn " * 17, "Щ" * 120, "...", " . ", "Dr. Amina Yusuf", "~$Ann", "-rf",
]  # fmt: skip


@given(st.sampled_from(NASTY) | st.text(max_size=120), st.sampled_from(NASTY) | st.text(max_size=120))
def test_a_file_name_is_safe_on_every_system(name: str, title: str) -> None:
    name, title = (text.encode(errors="ignore").decode() for text in (name, title))
    file = packed_name(sample(full_name=name, module_title=title))
    assert file.endswith(" - 7ACX-XMY3-PWBX-9GQ8-V.pdf")
    assert len(file.encode()) <= 255
    assert not set(file) & set('\\/:*?"<>|')
    assert file.isprintable()
    assert file.count(".") == 1
    assert file == unicodedata.normalize("NFC", file) or len(name.encode()) > 60 or len(title.encode()) > 60
    assert PureWindowsPath(file).parts == PurePosixPath(file).parts == (file,)
    assert len(file.partition(".")[0].split(" - ")) >= 3  # so never CON or NUL, which Windows keeps for itself
    assert file[0] not in " ."
    assert "  " not in file


def test_a_file_name_reads_well() -> None:
    assert packed_name(sample()) == "Amina Yusuf - Reachable moments - 7ACX-XMY3-PWBX-9GQ8-V.pdf"
    assert packed_name(sample(full_name="Dr. Zoë O’Neill/Smith")).startswith("Dr Zoë O’Neill Smith - ")
    assert packed_name(sample(full_name="…", module_title="?")).startswith("… - Certificate - ")
