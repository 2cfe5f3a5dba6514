"""A Chromium for the browser tests: the machine's own, or the npm registry's build fetched by tests/equip.py."""

import shutil
from pathlib import Path

NPM_FOLDER = Path(__file__).parent.parent.parent / ".venv" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> Path | None:
    """The program to start, or None."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    fetched = NPM_FOLDER / "chromium"
    return fetched if fetched.is_file() else None


def chromium_environ(program: Path) -> dict[str, str]:
    """What the fetched build needs: the libraries that came with it."""
    return {"LD_LIBRARY_PATH": str(NPM_FOLDER / "lib")} if program.parent == NPM_FOLDER else {}
