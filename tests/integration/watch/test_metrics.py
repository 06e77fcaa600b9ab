"""Figures: what is counted, over several processes, for those who may read it; dashboard and alerts name only what is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import yaml
from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from sopwith.core import commands as c
from sopwith.runtime.metrics import Figures, ProcessFigures, PrometheusMeters, _Metrics
from sopwith.runtime.metrics_files import fold_gone, pids_in
from sopwith.runtime.metrics_store import StoreFigures
from sopwith.runtime.watching import WATCH, job_ended, watched_job
from sopwith.store.installation import Heartbeat, beat
from sopwith.store.jobs import JobClaim
from sopwith.web.app import create_app
from sopwith.wiring.figures_door import FiguresDoor, networks_of
from sopwith.wiring.figures_port import open_port
from sopwith.wiring.settings import Settings
from sopwith.wiring.watch import start_watching
from tests.integration.web.conftest import Browser, settings_for
from tests.support.redis import free_port
from tests.support.shop import Shop

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-for-the-figures"
NAME = re.compile(r"\bsopwith_[a-z0-9_]+")
SUFFIXES = ("_bucket", "_count", "_sum", "_total", "_created")


@pytest.fixture
def figures(shop: Shop, tmp_path: Path) -> Iterator[Figures]:
    folder = tmp_path / "metrics"
    WATCH.meters = PrometheusMeters(folder=folder, role="all", version="0", database=shop.database)
    yield Figures(folder, StoreFigures(shop.database, shop.clock, kept=-1.0))


@pytest.fixture
def app(shop: Shop, figures: Figures) -> Flask:
    door = FiguresDoor(text=figures.text, token=TOKEN, networks=networks_of(("10.1.0.0/16",)))
    return create_app(shop.service, settings_for(shop, figures=door))


def samples(figures: Figures) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = {}
    for family in text_string_to_metric_families(figures.text().decode()):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "pid"}
            found[sample.name, tuple(sorted(labels.items()))] = sample.value
    return found


def value(figures: Figures, name: str, **labels: str) -> float:
    return samples(figures).get((name, tuple(sorted(labels.items()))), 0.0)


def names_there_are() -> set[str]:
    """Return the names of all figures, with those that make up a histogram."""

    found: set[str] = set()
    for made in vars(_Metrics()).values():
        kind, name = made._type, made._name
        if kind == "counter":
            found.add(name + "_total")
        elif kind == "histogram":
            found |= {name + end for end in ("_bucket", "_count", "_sum")}
        else:
            found.add(name)
    return found


@pytest.fixture
def every_name(shop: Shop, figures: Figures) -> set[str]:
    found = names_there_are()
    for collector in (ProcessFigures(figures._folder), StoreFigures(shop.database, shop.clock)):
        for family in collector.collect():
            found.add(family.name + ("_total" if family.type == "counter" else ""))
    return found


# --- what is counted ------------------------------------------------------------------------------


def test_a_request_is_counted_by_its_route(app: Flask, figures: Figures) -> None:
    browser = Browser(app)
    for _ in range(3):
        browser.get("/sign-in")
    browser.get("/no/such/page")
    labels = {"route": "/sign-in", "method": "GET", "status": "200"}
    assert value(figures, "sopwith_http_requests_total", **labels) == 3
    assert value(figures, "sopwith_http_request_duration_seconds_count", route="/sign-in") == 3
    assert value(figures, "sopwith_http_requests_total", route="-", method="GET", status="404") == 1


def test_paths_and_methods_of_strangers_make_no_new_figures(app: Flask, figures: Figures) -> None:
    client = app.test_client()
    client.get("/warm")
    before = len(samples(figures))
    for number in range(40):
        client.get(f"/made-up-{number}")
        client.open("/", method=f"MADEUP{number}")
    assert len(samples(figures)) - before <= 4


def test_commands_events_and_refusals_are_counted(shop: Shop, figures: Figures) -> None:
    record = shop.wish()
    shop.service.handle(c.Transition(actor=shop.agent(), to="nowhere"), record)
    assert value(figures, "sopwith_commands_total", kind="create", outcome="accepted") == 1
    assert value(figures, "sopwith_commands_total", kind="transition", outcome="refused") == 1
    assert value(figures, "sopwith_events_total", kind="created") == 1
    assert value(figures, "sopwith_command_duration_seconds_count", kind="create") == 1


def test_a_breach_is_counted_by_its_clock(figures: Figures) -> None:
    WATCH.meters.event("clock", "first-reply")
    assert value(figures, "sopwith_sla_breaches_total", clock="first-reply") == 1


def test_a_job_is_counted_with_how_late_it_was(shop: Shop, figures: Figures) -> None:
    job = JobClaim(
        id=7, token="t", kind="mail", lane=1, key="mail:1", payload={}, record_id=None,
        release=None, due_at=shop.clock.now() - timedelta(seconds=20), attempt=1, max_attempts=3,
    )  # fmt: skip
    with watched_job(job, shop.clock.now):
        pass
    with pytest.raises(ZeroDivisionError), watched_job(job, shop.clock.now):
        raise ZeroDivisionError
    with pytest.raises(LookupError), watched_job(job, shop.clock.now):
        job_ended("lost")
        raise LookupError
    assert value(figures, "sopwith_jobs_total", kind="mail", outcome="lost") == 1
    found = samples(figures)
    assert found["sopwith_jobs_total", (("kind", "mail"), ("outcome", "done"))] == 1
    assert found["sopwith_jobs_total", (("kind", "mail"), ("outcome", "failed"))] == 1
    assert found["sopwith_job_lateness_seconds_sum", (("lane", "mail"),)] == 60
    assert found["sopwith_job_lateness_seconds_bucket", (("lane", "mail"), ("le", "10.0"))] == 0


def test_the_store_tells_how_it_stands(shop: Shop, figures: Figures) -> None:
    shop.wish()
    shop.clock.forward(minutes=5)
    with shop.database.writing() as connection:
        sign = Heartbeat(
            node="here:1", kind="dispatcher", at=shop.clock.now(), version="", detail={}
        )
        beat(connection, sign)
    shop.clock.forward(seconds=7)
    assert value(figures, "sopwith_database_up") == 1
    assert value(figures, "sopwith_heartbeat_age_seconds", node="here:1", role="dispatcher") == 7
    assert value(figures, "sopwith_records_open", type="wish", category="open") == 1
    due = sum(v for (name, _), v in samples(figures).items() if name == "sopwith_jobs_due")
    assert due > 0
    assert (
        max(v for (n, _), v in samples(figures).items() if n == "sopwith_oldest_due_seconds") >= 300
    )


def test_figures_of_the_store_are_kept_for_some_seconds(shop: Shop) -> None:
    store = StoreFigures(shop.database, shop.clock, kept=10.0)
    first = list(store.collect())
    assert next(iter(store.collect())) is first[0]
    shop.clock.forward(seconds=11)
    assert next(iter(store.collect())) is not first[0]


def test_without_a_database_there_are_figures_that_say_so(shop: Shop, figures: Figures) -> None:
    from sqlalchemy import text

    with shop.database.write.connect() as connection:
        connection.execute(text("DROP TABLE job"))
        connection.commit()
    assert value(figures, "sopwith_database_up") == 0
    assert value(figures, "sopwith_process_start_time_seconds", role="all", version="0") > 0


def test_memory_and_cpu_of_each_process_are_told(figures: Figures) -> None:
    text = figures.text().decode()
    found = re.search(r"sopwith_process_resident_memory_bytes\{pid=\"\d+\"\} (\S+)", text)
    assert found is not None and float(found[1]) > 10_000_000
    assert "sopwith_process_cpu_seconds_total" in text


# --- several processes ----------------------------------------------------------------------------

OTHER = """
import sys
from pathlib import Path
from sopwith.runtime.metrics import PrometheusMeters
from sopwith.store.engine import open_database
meters = PrometheusMeters(folder=Path(sys.argv[1]), role="worker", version="0", database=open_database(sys.argv[2]))
for _ in range(5):
    meters.command("create", "accepted", 0.02)
print(sum(1 for _ in Path(sys.argv[1]).glob("*.db")), flush=True)
"""


def count_elsewhere(folder: Path, shop: Shop) -> None:
    command = [sys.executable, "-c", OTHER, str(folder), str(shop.database.url)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_counts_of_a_process_that_is_gone_are_kept(shop: Shop, figures: Figures) -> None:
    """Counters never go back, and no files pile up."""
    folder = figures._folder
    WATCH.meters.command("create", "accepted", 0.02)
    for turn in (1, 2):
        count_elsewhere(folder, shop)
        for _ in range(2):
            found = value(figures, "sopwith_commands_total", kind="create", outcome="accepted")
            assert found == 1 + 5 * turn
        count = value(figures, "sopwith_command_duration_seconds_count", kind="create")
        assert count == 1 + 5 * turn
        assert len(pids_in(folder)) == 1 and fold_gone(folder) == 0
        assert not [one for one in samples(figures) if ("role", "worker") in one[1]]


def test_the_files_have_their_room_from_the_start(figures: Figures) -> None:
    """They are written through memory: where the disk is full, a file without room would kill the process."""
    for path in figures._folder.glob("*.db"):
        assert path.stat().st_blocks * 512 >= path.stat().st_size >= 1 << 16


# --- who may read ---------------------------------------------------------------------------------


def test_without_a_setting_there_are_no_figures(shop: Shop) -> None:
    client = create_app(shop.service, settings_for(shop)).test_client()
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 404),
        ({"Authorization": f"Bearer {TOKEN}"}, "127.0.0.1", 200),
        ({"Authorization": f"bearer {TOKEN}"}, "203.0.113.9", 200),
        ({"Authorization": "Bearer wrong"}, "10.1.2.3", 404),
        ({"Authorization": f"Basic {TOKEN}"}, "127.0.0.1", 404),
        ({}, "10.1.2.3", 200),
        ({}, "10.2.0.1", 404),
        ({"X-Forwarded-For": "203.0.113.9"}, "10.1.2.3", 404),
    ],
)
def test_figures_are_for_those_who_may(
    app: Flask, headers: dict[str, str], address: str, status: int
) -> None:
    client = app.test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("sopwith_database_up" in answer.get_data(as_text=True)) == (status == 200)


def test_only_who_may_read_figures_learns_what_is_missing(app: Flask) -> None:
    client = app.test_client()
    plain, allowed = (
        client.get("/readyz"),
        client.get("/readyz", headers={"Authorization": f"Bearer {TOKEN}"}),
    )
    assert plain.get_json() == {"status": "not ready"}
    assert allowed.get_json()["missing"] == "work"
    assert allowed.get_json()["parts"] == {
        "database": True,
        "tables": True,
        "release": True,
        "work": False,
    }


def test_no_name_of_a_person_is_in_the_figures(shop: Shop, app: Flask, figures: Figures) -> None:
    Browser(app).sign_in("lin").get("/desk")
    shop.wish()
    text = figures.text().decode()
    for word in ("lin@", "Lin Yue", "Ann", "ann@", "parcel"):
        assert word not in text


# --- a machine without a web process ----------------------------------------------------------------


def ask(port: int, path: str = "/metrics", token: str = TOKEN) -> tuple[int, str]:
    """Return what the port answers, waiting until somebody listens there."""
    until = time.monotonic() + 30
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionError:  # nobody listens yet, or no longer
            assert time.monotonic() < until
            time.sleep(0.02)
        finally:
            connection.close()


def test_a_worker_answers_by_itself_with_what_it_counted(shop: Shop, tmp_path: Path) -> None:
    port = free_port()
    settings = Settings(data=tmp_path, metrics_token=TOKEN, figures_bind=str(port))
    watching = start_watching(settings, shop.service, "worker", version="0")
    try:
        WATCH.meters.delivery("mail", "failed")
        status, text = ask(port)
        assert status == 200
        assert 'sopwith_deliveries_total{kind="mail",outcome="failed"} 1.0' in text
        assert "sopwith_database_up" not in text  # every process would tell the same
        assert ask(port, token="wrong")[0] == ask(port, "/healthz")[0] == 404
    finally:
        watching.close()


def test_the_next_process_takes_over_the_port_of_one_that_ends() -> None:
    first = FiguresDoor(text=lambda: b"1", token=TOKEN)
    second = FiguresDoor(text=lambda: b"2", token=TOKEN)
    port = free_port()
    end_first = open_port(f"127.0.0.1:{port}", first)
    assert ask(port) == (200, "1")
    end_second = open_port(f"127.0.0.1:{port}", second, again=0.05)
    end_first()
    assert ask(port) == (200, "2")
    end_second()


@pytest.mark.parametrize("role", ["web", "all"])
def test_a_process_with_pages_opens_no_second_port(shop: Shop, tmp_path: Path, role: str) -> None:
    port = free_port()
    settings = Settings(data=tmp_path, metrics_token=TOKEN, figures_bind=str(port))
    watching = start_watching(settings, shop.service, role)
    assert watching.figures is not None
    assert watching._ends == ()
    watching.close()


def test_the_sample_scrapes_every_process_of_the_containers() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    sample = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    web, work = sample["scrape_configs"]
    assert sample["rule_files"] == ["alerts.yml"]
    assert web["static_configs"] == [{"targets": ["web:8080"]}]
    ours = {name for name, one in compose["services"].items() if one.get("image") == "sopwith"}
    (found,) = work["dns_sd_configs"]
    assert set(found["names"]) == ours - {"web"}
    for name in ours - {"web"}:
        service = compose["services"][name]
        assert service["environment"]["SOPWITH_FIGURES_BIND"] == f"0.0.0.0:{found['port']}"
        assert "SOPWITH_METRICS_TOKEN" in service["environment"]
        assert "ports" not in service


# --- dashboard and alerts -------------------------------------------------------------------------


def test_names_and_words_keep_the_conventions(figures: Figures, every_name: set[str]) -> None:
    for name in every_name:
        assert NAME.fullmatch(name), name
        assert not re.search(r"_(ms|milliseconds|minutes|mb|kb)(_|$)", name), name
    for family in text_string_to_metric_families(figures.text().decode()):
        assert family.documentation.endswith("."), family.name


def test_every_query_of_the_dashboard_names_a_figure_that_exists(every_name: set[str]) -> None:
    board = json.loads((ROOT / "deploy/grafana/sopwith.json").read_text("utf-8"))
    queries = [one["expr"] for panel in board["panels"] for one in panel.get("targets", ())]
    assert len(queries) > 30
    for query in queries:
        named = set(NAME.findall(query))
        assert named and named <= every_name, query
    shown = {name for query in queries for name in NAME.findall(query)}
    bare = {re.sub("_(bucket|count|sum)$", "", one) for one in every_name}
    shown = {re.sub("_(bucket|count|sum)$", "", one) for one in shown}
    untold = {
        "sopwith_figures_duration_seconds",
        "sopwith_inbox_oldest_seconds",
        "sopwith_webhook_targets_failing",
    }
    assert bare - shown == untold, "figures that no panel shows"


def test_panels_have_words_and_a_place_of_their_own() -> None:
    board = json.loads((ROOT / "deploy/grafana/sopwith.json").read_text("utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["title"] and (panel["type"] == "row" or panel["description"].endswith("."))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_alert_names_a_figure_that_exists_and_says_what_to_do(every_name: set[str]) -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
    found = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(found) >= 12
    for rule in found:
        named = set(NAME.findall(rule["expr"]))
        assert named and named <= every_name, rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["action"].endswith(".")
    assert len({rule["alert"] for rule in found}) == len(found)


def test_labels_of_queries_exist(shop: Shop, figures: Figures, app: Flask) -> None:
    """Each label that a query asks for is one that its figure has."""
    have: dict[str, set[str]] = {}
    for made in vars(_Metrics()).values():
        have[made._name] = set(made._labelnames)
    for family in StoreFigures(shop.database, shop.clock).collect():
        have[family.name] = set(getattr(family, "_labelnames", ()))
    board = (ROOT / "deploy/grafana/sopwith.json").read_text("utf-8")
    alerts = (ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8")
    for name, inside in re.findall(
        r"(sopwith_[a-z0-9_]+)\{([^}]*)\}", board.replace('\\"', '"') + alerts
    ):
        bare = next(
            (name.removesuffix(end) for end in SUFFIXES if name.removesuffix(end) in have), name
        )
        asked = set(re.findall(r"(\w+)[=!]~?", inside)) - {"instance"}
        if bare in have:
            assert asked <= have[bare] | {"le"}, (name, inside)


def test_nothing_of_ours_is_in_the_library_s_own_registry(figures: Figures) -> None:
    from prometheus_client import REGISTRY

    assert isinstance(REGISTRY, CollectorRegistry)
    assert not [one for one in REGISTRY._names_to_collectors if one.startswith("sopwith")]
