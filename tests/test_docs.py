"""What there is, is documented: settings, commands, frames and error codes."""

from __future__ import annotations

import json
import re

import pytest

from chat.protocol import Close, Code
from tests.support.environment import ROOT, variables

FRAMES = {
    case["frame"]["type"]
    for file in ("client", "server")
    for case in json.loads((ROOT / "tests" / "frames" / f"{file}.json").read_text())
}
COMMANDS = sorted(
    file.stem
    for package in ("chat", "storage")
    for file in (ROOT / package / "management" / "commands").glob("*.py")
    if file.stem != "__init__"
)


@pytest.fixture(scope="module")
def handbook() -> str:
    """All pages of the docs, and the README."""
    return "\n".join(file.read_text() for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])


@pytest.fixture(scope="module")
def protocol() -> str:
    return (ROOT / "docs" / "protocol.md").read_text()


@pytest.mark.parametrize("name", variables())
def test_every_setting_is_in_the_example_and_in_the_handbook(name):
    assert re.search(rf"^#{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert f"`{name}`" in (ROOT / "docs" / "self-hosting.md").read_text()


def test_the_example_names_no_setting_that_is_not_there():
    assert sorted(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) == variables()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_handbook(handbook, command):
    assert f"manage.py {command}" in handbook


@pytest.mark.parametrize("kind", sorted(FRAMES))
def test_every_frame_is_in_the_protocol(protocol, kind):
    assert f"`{kind}`" in protocol


@pytest.mark.parametrize("code", [code.value for code in Code])
def test_every_error_code_is_in_the_protocol(protocol, code):
    assert f"`{code}`" in protocol


@pytest.mark.parametrize("code", sorted({int(close) for close in Close} | {1007, 1009}))
def test_every_close_code_is_in_the_protocol(protocol, code):
    assert str(code) in protocol
