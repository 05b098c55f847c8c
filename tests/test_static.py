"""Collected files name one another by the names under which browsers may keep them for ever."""

from __future__ import annotations

import json
import re

IMPORT = re.compile(r"""^(?!\s*/?\*).*(?:\bfrom |\bimport |\bimport\(|\bnew URL\()["'](\.[^"']+)["']""", re.MULTILINE)


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
