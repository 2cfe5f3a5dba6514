"""Files and lists that strangers bring: the number that a PDF bears, and the numbers of a list.

A PDF is not taken apart here: its number stands in its metadata in plain letters, and whatever else the file holds
(streams that unfold to gigabytes, tables that point at themselves) is never opened.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from elearning.certificates.rules import LENGTH, parse_number, read_number
from elearning.certificates.types import Listed
from elearning.core.errors import Refused

LARGEST_FILE = 5 * 1024 * 1024
MOST_LISTED = 500
MOST_ROWS = 5000
LONGEST_SHOWN = 60  # characters of what is no number
COLUMNS = ("number", "certificate_number", "certificate number")  # of our files, and of what people make of them

_NUMBER = re.compile(rb"Certificate ((?:[0-9A-Z]{4}-){4}[0-9A-Z])")


def is_pdf(content: bytes) -> bool:
    """Whether a file begins as PDFs do."""
    return b"%PDF-" in content[:1024]


def is_locked(content: bytes) -> bool:
    """Whether a PDF is encrypted, and so cannot be read."""
    return b"/Encrypt" in content


def find_numbers(content: bytes) -> list[str]:
    """The certificate numbers that a PDF's metadata names, each once: ours names one. At most two."""
    numbers: dict[str, None] = {}
    for found in _NUMBER.finditer(content):
        if number := parse_number(found[1].decode("ascii")):
            numbers[number] = None
        if len(numbers) == 2:
            break
    return list(numbers)


def read_list(text: str) -> Iterator[Listed]:
    """Every number of a text with its line, whatever stands between them; what is none is kept as it was written."""
    for line, words in enumerate(text.splitlines(), start=1):
        for written in _written(words):
            yield Listed(line, written[:LONGEST_SHOWN], parse_number(written))


def _written(line: str) -> Iterator[str]:
    """What stands in a line for a number each. Spaces may stand between numbers, and within one."""
    for part in re.split("[,;]", line):
        held: list[str] = []
        for word in part.split():
            if held and (read_number(word) or len(held) == LENGTH):
                yield " ".join(held)
                held = []
            held.append(word)
            if read_number("".join(held)):
                yield " ".join(held)
                held = []
        if held:
            yield " ".join(held)


def read_manifest(content: bytes) -> str:
    """The numbers of a CSV file as a text with each on the line of its row, the header's left empty.

    Raises Refused, saying what to do, when it is no such file.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # as Excel saves "CSV" on Windows
    if not text.strip():
        raise Refused("The file is empty. Choose a CSV file with a column called number")
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)  # the comma where none is there
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), MOST_ROWS + 1))
    except csv.Error:
        rows = []
    names = [name.strip().lower() for name in rows[0]] if rows else []
    column = next((names.index(name) for name in COLUMNS if name in names), None)
    if column is None:
        raise Refused("The file has no column called number. Choose the manifest.csv of a pack of certificates")
    if len(rows) > MOST_ROWS:
        raise Refused(f"The file has more than {MOST_ROWS:,} rows. Check {MOST_LISTED} numbers at a time")
    cells = (row[column] if column < len(row) else "" for row in rows[1:])
    return "\n" + "\n".join(re.sub(r"[\s,;]+", " ", cell)[:LONGEST_SHOWN] for cell in cells)
