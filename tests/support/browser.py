"""The machine's own Chromium."""

from __future__ import annotations

import os
import shutil

from playwright.async_api import Browser, Playwright

# As root, in a container with little shared memory, on a machine without a screen.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


async def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start it; CHROMIUM names the program where it is neither `chromium-headless-shell` nor `chromium` on the PATH.

    Raises:
        SystemExit: there is none.
    """
    named = os.environ.get("CHROMIUM")
    program = shutil.which(named) if named else shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        raise SystemExit("This needs Chromium: name it in CHROMIUM (see .ci/tools.sh).")
    return await playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *arguments])
