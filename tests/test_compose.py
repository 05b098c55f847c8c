"""compose.yaml, the Dockerfile and the proxies' configuration say nothing that Posthorn does not know."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from chat.servers.health import QUESTIONS
from tests.support.environment import ROOT, environment, variables

SECRETS = {
    "SITE": "chat.example.org",
    "POSTGRES_PASSWORD": "0123456789abcdef" * 3,
    "SECRET_KEY": "0123456789abcdef" * 4,
    "METRICS_TOKEN": "fedcba9876543210" * 3,
}
"""What the head of compose.yaml has one put into `.env`."""

COMMANDS = {file.stem for file in ROOT.glob("*/management/commands/*.py")} | {"migrate", "collectstatic"}


def filled(text: str) -> str:
    """As compose reads it: with the values of `.env` in their places."""
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: SECRETS[found[1]], text)


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load(filled((ROOT / "compose.yaml").read_text()))["services"]
    return services


@pytest.fixture
def ours(services) -> dict[str, dict[str, Any]]:
    """The services that run Posthorn."""
    return {name: service for name, service in services.items() if service.get("build")}


def dockerfile(instruction: str) -> list[str]:
    """The arguments of each such line."""
    return re.findall(rf"^{instruction} (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def in_image() -> dict[str, str]:
    return dict(word.split("=", 1) for line in dockerfile("ENV") for word in shlex.split(line))


def test_every_setting_exists_and_has_a_value_that_is_understood(ours, tmp_path, monkeypatch):
    assert {"app-1", "app-2", "migrate"} == ours.keys()
    for service in ours.values():
        given = service["environment"]
        assert given.keys() <= set(variables())
        settings = {name: value for name, value in in_image().items() if name in variables()}
        for name, value in environment(tmp_path, **(settings | given | {"VAR_DIR": str(tmp_path)})).items():
            monkeypatch.setenv(name, value)
        understood = runpy.run_path(str(ROOT / "config" / "env.py"))
        assert understood["HTTPS"] is True
        assert understood["SECRET_KEY"] == SECRETS["SECRET_KEY"]


def test_the_processes_differ_in_nothing_but_their_own_folder(ours):
    folders = [ours[name].pop("volumes") for name in ("app-1", "app-2")]
    assert folders == [[f"{name}:{in_image()['VAR_DIR']}"] for name in ("app-1", "app-2")]
    assert ours["app-1"] == ours["app-2"]
    assert ours["migrate"]["environment"] == ours["app-1"]["environment"]


def test_the_head_names_every_secret_that_is_asked_for():
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) == SECRETS.keys()
    assert set(re.findall(r'^#   echo "(\w+)=', text, re.MULTILINE)) == SECRETS.keys()


def test_the_other_services_are_reached_by_their_names(services, ours):
    addresses = [ours["app-1"]["environment"][name] for name in ("DATABASE_URL", "REDIS_URL")]
    hosts = [re.search(r"[@/]([\w-]+):\d+/", address)[1] for address in addresses]  # type: ignore[index]
    assert hosts == ["postgres", "redis"]
    for service in services.values():
        assert set(service.get("depends_on", [])) <= services.keys()
    for needed in {name for service in services.values() for name in service.get("depends_on", [])} - {"migrate"}:
        assert "healthcheck" in services[needed], f"{needed} is waited for until it is healthy"


def test_every_command_exists(ours):
    said = [*dockerfile("CMD"), *(" ".join(service.get("command", [])) for service in ours.values())]
    assert set(re.findall(r"manage\.py (\w+)", " ".join(said))) == {"collectstatic", "serve", "migrate"} <= COMMANDS


def test_probes_ask_what_is_answered(ours):
    liveness = " ".join(ours["app-1"]["healthcheck"]["test"])
    readiness = re.findall(r"health_uri (\S+)", (ROOT / "deploy" / "Caddyfile").read_text())
    assert "http://127.0.0.1:8000/healthz" in liveness
    assert set(readiness) == {"/readyz"}
    assert {"/healthz", "/readyz"} == QUESTIONS.keys()


def test_the_proxy_knows_both_processes(ours, services):
    for name in ours.keys() - {"migrate"}:
        assert f"{name}:8000" in (ROOT / "deploy" / "Caddyfile").read_text()
    mounted = [volume.split(":")[0] for volume in services["proxy"]["volumes"]]
    assert (ROOT / mounted[0]).is_file()


def test_a_process_has_time_to_drain(ours):
    for service in (ours["app-1"], ours["app-2"]):
        grace = int(service["stop_grace_period"].removesuffix("s"))
        assert grace >= int(service["environment"]["DRAIN_SECONDS"]) + 10


def copied(folder: Path) -> None:
    """What the Dockerfile copies, and .dockerignore lets it."""
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for line in dockerfile("COPY"):
        source, target = line.split()
        assert source in allowed, f"{source} is not sent to the builder"
        if (ROOT / source).is_dir():
            leave_out = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / source, folder / target, ignore=leave_out)
        else:
            shutil.copy(ROOT / source, folder / target)


def test_what_the_image_has_is_enough_for_what_it_runs(ours, tmp_path):
    folder, var = tmp_path / "image", tmp_path / "var"
    folder.mkdir()
    copied(folder)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = environment(var, PORT="0", PATH=path, PYTHONPATH="", PYTHONDONTWRITEBYTECODE="1")
    migrate = ours["migrate"]["command"]
    subprocess.run(migrate, cwd=folder, env=env, check=True, capture_output=True, timeout=300)
    (serve,) = dockerfile("CMD")
    with subprocess.Popen(json.loads(serve), cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(line for line in process.stdout if line.startswith("Posthorn is at ")).split()[3]
        answer = httpx.get(f"{address}/readyz", timeout=60, trust_env=False)
        process.send_signal(signal.SIGTERM)
    assert answer.json() == {"status": "ok"}
