"""Collected files name one another by the names under which browsers may keep them for ever."""

from __future__ import annotations

import json
import re
import subprocess

from tests.support.environment import ROOT

IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|\bnew URL\()["'](\.[^"']+)["']""")


def test_modules_name_hashed_files(world):
    static = world.folder / "static"
    hashed = json.loads((static / "staticfiles.json").read_text())["paths"]
    files = {name for plain, name in hashed.items() if plain.startswith("frontend/")}
    modules = {name for name in files if name.startswith("frontend/js/")}
    imports = [(name, target) for name in modules for target in IMPORT.findall((static / name).read_text())]
    assert imports
    for name, target in imports:
        path = (static / name).parent.joinpath(target).resolve().relative_to(static.resolve())
        assert str(path) in files, f"{name} imports {target}"


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
