"""Collected files name one another by the names under which browsers may keep them for ever."""

from __future__ import annotations

import json
import re

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
