"""Every break can still be made: what it changes stands in the code once, its tests are there, and docs list it."""

from __future__ import annotations

import pytest

from tests.breaks.breaks import BREAKS
from tests.support.environment import ROOT


@pytest.mark.parametrize("broken", BREAKS, ids=[broken.name for broken in BREAKS])
def test_what_it_breaks_is_there(broken):
    assert (ROOT / broken.file).read_text().count(broken.old) == 1
    assert f"- {broken.name} (`{broken.file}`)" in (ROOT / "docs/development.md").read_text()
    for test in broken.tests:
        file, _, name = test.partition("::")
        assert name in (ROOT / file).read_text()
