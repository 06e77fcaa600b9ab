"""The brokers that other tests lean on: they start, die, come back and forget; no service is started."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.support.rabbit import RabbitServer
from tests.support.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]


def send_one(url: str, queue: str) -> None:
    with Connection(url, connect_timeout=5) as connection:
        place = connection.SimpleQueue(queue, no_ack=True)
        place.put("工单", serializer="json")
        place.close()


def take_one(url: str, queue: str) -> object:
    with Connection(url, connect_timeout=5) as connection:
        place = connection.SimpleQueue(queue, no_ack=True)
        found = place.get(timeout=5).payload
        place.close()
        return found


def test_redis_takes_messages_and_forgets_them_when_it_is_told_to(
    redis_server: RedisServer,
) -> None:
    send_one(redis_server.url, "try")
    assert take_one(redis_server.url, "try") == "工单"
    send_one(redis_server.url, "try")
    assert redis_server.waiting("try") == 1
    redis_server.flush()
    assert redis_server.waiting("try") == 0


def test_redis_comes_back_empty_after_a_kill(redis_server: RedisServer) -> None:
    send_one(redis_server.url, "try")
    redis_server.kill()
    assert not redis_server.is_running
    redis_server.start()
    assert redis_server.waiting("try") == 0


def test_rabbit_takes_messages_before_and_after_a_kill(rabbit_server: RabbitServer) -> None:
    send_one(rabbit_server.url, "try")
    assert take_one(rabbit_server.url, "try") == "工单"
    rabbit_server.kill()
    with pytest.raises(OperationalError):
        send_one(rabbit_server.url, "try")
    rabbit_server.start()
    send_one(rabbit_server.url, "try")
    assert take_one(rabbit_server.url, "try") == "工单"


def system_packages() -> ModuleType:
    spec = spec_from_file_location("system_packages", ROOT / "tools" / "system_packages.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_installing_starts_no_service_and_leaves_no_rule_behind(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with system_packages().no_services(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()


def test_a_rule_of_the_machine_is_kept(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("mine")
    with system_packages().no_services(policy):
        assert policy.read_text() == "mine"
    assert policy.read_text() == "mine"


def test_each_package_says_what_it_is_for() -> None:
    module = system_packages()
    assert set(module.SERVERS) <= set(module.WHY)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "system_packages.py")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
