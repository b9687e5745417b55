"""The files of docker/ keep their promises, as far as that shows without a container engine."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from indexer.cli import COMMANDS
from indexer.engines.opensearch.failures import CLAUSES_WANTED
from tests.conftest import ROOT

DOCKER = ROOT / "docker"
FILES = ["compose.yaml", "compose.three-nodes.yaml"]
PASSWORDS = ("OPENSEARCH_INITIAL_ADMIN_PASSWORD", "INDEXER_PASSWORD", "WEB_PASSWORD")


def load(name: str) -> dict[str, Any]:
    return yaml.safe_load((DOCKER / name).read_text(encoding="utf-8"))


SERVICES = [(file, name, service) for file in FILES for name, service in load(file)["services"].items()]


@pytest.mark.parametrize(("file", "name", "service"), SERVICES)
def test_each_service_is_bounded_and_reached_from_this_machine_only(
    file: str, name: str, service: dict[str, Any]
) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    if "image" in service:
        assert "mem_limit" in service
    environment = service.get("environment", {})
    for variable, value in environment.items():
        if "PASSWORD" in variable:
            assert ":?" in value, f"{variable} has a default"
    assert "DISABLE_SECURITY_PLUGIN" not in environment
    if name.startswith("opensearch"):
        assert environment["indices.query.bool.max_clause_count"] == str(CLAUSES_WANTED)
        if "image" in service:
            assert service["image"] == "opensearchproject/opensearch:3.5.0"
            assert "healthcheck" in service


def test_the_web_app_writes_nothing_but_records() -> None:
    for permission in load("roles.yml")["newsarchive_web"]["index_permissions"]:
        if permission["index_patterns"] != ["newsarchive-records*"]:
            assert not [action for action in permission["allowed_actions"] if "write" in action]


def test_every_node_answers_to_the_name_that_clients_ask_for() -> None:
    services = {**load(FILES[0])["services"], **load(FILES[1])["services"]}
    services["opensearch"] = load(FILES[0])["services"]["opensearch"]
    nodes = [service for name, service in services.items() if name.startswith("opensearch")]
    name = load(FILES[0])["x-indexer"]["NEWSARCHIVE_ENGINE"].removeprefix("https://").split(":")[0]
    assert len(nodes) == 3
    assert all(name in node["networks"]["default"]["aliases"] for node in nodes)


def test_a_cluster_of_one_grows_to_three() -> None:
    # Nodes that may found a cluster do, rather than join the one that has the data: seen with real nodes.
    services = load(FILES[1])["services"]
    nodes = {service["environment"].get("node.name", name): service for name, service in services.items()
             if name.startswith("opensearch")}  # fmt: skip
    founders = {node["environment"]["cluster.initial_cluster_manager_nodes"] for node in nodes.values()}
    assert len(nodes) == 3
    assert founders == {load(FILES[0])["services"]["opensearch"]["environment"]["node.name"]}


def test_the_commands_of_the_services_exist() -> None:
    services = load("compose.yaml")["services"]
    commands = {name: services[name]["command"][0] for name in ("init", "ingest", "web")}
    assert commands == {"init": "create", "ingest": "index", "web": "serve"}
    assert set(commands.values()) <= set(COMMANDS)
    assert not any("entrypoint" in services[name] for name in commands)


def test_only_those_who_need_the_nodes_keys_have_them() -> None:
    services = load(FILES[0])["services"]
    holders = {
        name for name, service in services.items() if "opensearch-config:" in str(service.get("volumes", ()))
    }
    assert holders == {"opensearch", "users"}


def test_the_image_does_not_run_as_root() -> None:
    assert "\nUSER newsarchive\n" in (DOCKER / "Dockerfile").read_text(encoding="utf-8")


def test_docker_takes_the_files() -> None:
    # Also under CI a machine need not have docker, so this skips there too.
    probe = ["docker", "compose", "version"]
    if not shutil.which("docker") or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("no docker client with compose here (not needed, also under CI)")
    for files in (FILES[:1], FILES):
        options = [option for file in files for option in ("-f", str(DOCKER / file))]
        result = subprocess.run(
            ["docker", "compose", *options, "config", "--quiet"],
            env={**os.environ, **dict.fromkeys(PASSWORDS, "x")},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
