"""Many certificates in one file: a zip with a list of what is in it, made piece by piece.

The list comes last and says how many there are, and nothing after a fault is written: what is cut short has neither list
nor the zip's own directory, so no program takes it for whole. The same certificates on the same day give the same bytes.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from urllib.parse import quote
from zipfile import ZipFile, ZipInfo

from markupsafe import Markup

from elearning.certificates.rules import grouped, packed_name, standing
from elearning.certificates.types import Cover, IssuedCertificate, Packed
from elearning.core import clock
from elearning.core.spreadsheet import csv_pieces
from elearning.web.pages import counted, format_day

FOLDER = "certificates"
COLUMNS = (
    "full_name", "job_role", "module", "module_version", "completed_on", "valid_until", "certificate_number",
    "standing", "file", "sha256",
)  # fmt: skip

Render = Callable[[IssuedCertificate], bytes]


class Incomplete(Exception):
    """Other certificates came than the cover announces: the pack must not end as if it were whole."""


@dataclass(frozen=True)
class _Line:
    """What the list says of a certificate; all that is kept of it once its PDF has gone."""

    full_name: str
    job_role: str
    module: str
    module_version: int
    completed_on: dt.date
    valid_until: dt.date
    number: str
    standing: str
    file: str
    sha256: str

    @property
    def cells(self) -> tuple[object, ...]:
        return astuple(self)


def zip_pieces(cover: Cover, packed: Iterable[Packed], render: Render) -> Iterator[bytes]:
    """The pack, a certificate at a time. Raises what `render` raises, and Incomplete, without ending the zip."""
    outlet = _Outlet()
    lines: list[_Line] = []
    with ZipFile(outlet, "w") as archive:  # after a fault too the directory is written at its end, but never taken
        for each in packed:
            certificate = each.certificate
            content = render(certificate)
            line = _line(each, cover.as_of, hashlib.sha256(content).hexdigest())
            archive.writestr(_entry(line.file, certificate.issued_at.astimezone(clock.LONDON)), content)
            lines.append(line)
            yield outlet.taken()
        if len(lines) != cover.count:
            raise Incomplete(f"{len(lines)} of {cover.count} certificates")
        made_on = dt.datetime.combine(cover.as_of, dt.time(), clock.LONDON)
        for name, content in (("manifest.csv", _manifest(lines)), ("index.html", _index(cover, lines))):
            archive.writestr(_entry(name, made_on), content)
            yield outlet.taken()
    yield outlet.taken()


class _Outlet(io.BytesIO):
    """The end of a file whose beginning has gone: zipfile may go back within the entry it writes, and no further."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = 0

    def tell(self) -> int:
        return self.gone + super().tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.gone + super().seek(offset - self.gone if whence == io.SEEK_SET else offset, whence)

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        content = self.getvalue()
        super().seek(0)
        self.truncate()
        self.gone += len(content)
        return content


def _entry(name: str, at: dt.datetime) -> ZipInfo:
    entry = ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.create_system = 3  # names are UTF-8 and modes Unix's, wherever this runs
    entry.external_attr = 0o644 << 16
    return entry


def _line(packed: Packed, today: dt.date, sha256: str) -> _Line:
    certificate = packed.certificate
    return _Line(
        full_name=certificate.full_name,
        job_role=packed.job_role,
        module=certificate.module_title,
        module_version=certificate.module_version,
        completed_on=certificate.completed_on,
        valid_until=certificate.expires_on,
        number=grouped(certificate.number),
        standing=standing(certificate, today),
        file=f"{FOLDER}/{packed_name(certificate)}",
        sha256=sha256,
    )


def _manifest(lines: Sequence[_Line]) -> bytes:
    end = (f"End of the list: {counted(len(lines), 'certificate')}", *[None] * (len(COLUMNS) - 1))
    return b"".join(csv_pieces(COLUMNS, [*(line.cells for line in lines), end]))


_STYLE = Markup("""
:root { color-scheme: light; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; font: 1.0625rem/1.5 "Segoe UI", system-ui, sans-serif;
  color: #1d1b19; background: #fff; overflow-wrap: break-word; }
h1 { line-height: 1.2; font-size: 1.75rem; } h2 { margin-top: 2rem; }
a { color: #1f4e4a; } dt { font-weight: 600; } dd { margin: 0 0 0.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid #d9d3cb;
  min-width: 6.5rem; }
th[scope=row] { min-width: 9rem; }
:focus-visible { outline: 3px solid #1d1b19; outline-offset: 2px; }
@media print { body { margin: 0; font-size: 9.5pt; } .scroll { overflow: visible; } tr { break-inside: avoid; } }
""")
_PAGE = Markup("""\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{count} of the {partnership}, with the standing that each had on {day}.</p>
<dl>
{chosen}
</dl>
<p>{left_out}</p>
<h2>Is this pack whole?</h2>
<p>It holds exactly {count}, and the last line of <a href="manifest.csv">manifest.csv</a> says so too. Where a \
file of the list below is missing, or differs from its SHA-256 in the manifest, take the pack out once more.</p>
<h2>How to check a certificate</h2>
<p>Follow its number below, scan the QR code that it prints, or enter the number at \
<a href="{verify}">{verify}</a>. The answer is what the certificate is worth on the day you ask, which may have changed \
since {day}.</p>
<h2 id="list">The certificates</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="list">
<table>
<caption>{count}, by name. Each name opens the certificate.</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Job role that day</th><th scope="col">Training module</th>\
<th scope="col">Completed on</th><th scope="col">Valid until</th><th scope="col">Standing</th>\
<th scope="col">Number</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>
</body>
</html>
""")
_CHOSEN = Markup("<dt>{}</dt><dd>{}</dd>")
_ROW = Markup(
    '<tr><th scope="row"><a href="{href}">{name}</a></th><td>{role}</td><td>{module}, version {version}</td>'
    '<td>{completed}</td><td>{valid}</td><td>{standing}</td><td><a href="{check}">{number}</a></td></tr>'
)


def _index(cover: Cover, lines: Sequence[_Line]) -> bytes:
    """The page that opens with the folder: no script, nothing from elsewhere, so that it reads the same for ever."""
    verify = f"{cover.base_url}/verify"
    page = _PAGE.format(
        title=f"Certificates earned at {cover.agency_name}",
        style=_STYLE,
        count=counted(len(lines), "certificate"),
        partnership=cover.partnership,
        day=format_day(cover.as_of),
        chosen=Markup("\n").join(_CHOSEN.format(*each) for each in cover.chosen),
        left_out=left_out(cover.superseded, cover.withdrawn) or "Nothing that was asked for is left out.",
        verify=verify,
        rows=Markup("\n").join(
            _ROW.format(
                href=quote(line.file),
                name=line.full_name,
                role=line.job_role or "–",
                module=line.module,
                version=line.module_version,
                completed=format_day(line.completed_on),
                valid=format_day(line.valid_until),
                standing=line.standing.capitalize(),
                check=f"{verify}/{line.number}",
                number=line.number,
            )
            for line in lines
        ),
    )
    return page.encode()


def left_out(superseded: int, withdrawn: int) -> str:
    """What is left out of a pack, and why, as a sentence; empty when nothing is."""
    words = []
    if superseded:
        words.append(f"{counted(superseded, 'certificate')} issued anew under another number")
    if withdrawn:
        words.append(
            f"{counted(withdrawn, 'certificate')} withdrawn, which no longer {'counts' if withdrawn == 1 else 'count'}"
        )
    return f"Left out: {' and '.join(words)}." if words else ""
