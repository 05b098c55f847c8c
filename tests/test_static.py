"""Files are served under names that change with their content, which browsers may keep for ever."""

from __future__ import annotations

import json
import re
import subprocess
from os.path import normpath
from pathlib import Path

import httpx

from tests.support.environment import ROOT
from tests.support.server import Server

IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|\bimport\.meta\.resolve\()["'](\.[^"']+)["']""")
MAP = re.compile(r"""<script type="importmap" nonce="([^"]+)">(.*?)</script>""")


def page_of(server: Server) -> httpx.Response:
    with server.browser("bob") as browser:
        return browser.get("/")


def test_the_import_map_knows_every_module_that_a_module_names(server):
    page = page_of(server)
    nonce, found = MAP.findall(page.text)[0]
    assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
    names = json.loads(found)["imports"]
    modules = [Path(name) for name in names if name.startswith("/static/frontend/js/")]
    imports = [
        (module, normpath(module.parent / target))
        for module in modules
        for target in IMPORT.findall((server.world.folder / module.relative_to("/")).read_text())
    ]
    assert any("vendor" in target for _, target in imports)
    for module, target in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js(on)?$", names[target]), f"{module} imports {target}"


def test_each_page_has_a_nonce_of_its_own(server):
    nonces = {nonce for _ in range(2) for nonce, _ in MAP.findall(page_of(server).text)}
    assert len(nonces) == 2


def test_comments_are_not_served(world):
    modules = list((world.folder / "static" / "frontend" / "js").rglob("*.js"))
    assert modules
    assert not [module for module in modules if "/**" in module.read_text()]


def test_what_is_served_says_the_same_as_what_was_written(world):
    written = ROOT / "frontend" / "static"
    pairs = [
        (str(module), str(world.folder / "static" / module.relative_to(written)))
        for module in (written / "frontend" / "js").rglob("*.js")
    ]
    command = ["node", "--expose-internals", str(ROOT / "tests" / "support" / "same_tokens.cjs")]
    done = subprocess.run(command, input=json.dumps(pairs), capture_output=True, text=True, check=True)
    assert pairs
    assert json.loads(done.stdout) == []
