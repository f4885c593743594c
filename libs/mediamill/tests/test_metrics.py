"""The table of metrics, and the meters of a process."""

from __future__ import annotations

import logging
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mediamill.telemetry import metrics
from mediamill.telemetry.meters import Meters
from mediamill.telemetry.metrics import ERROR_CLASS_OF, ERROR_CLASSES, OPEN, TABLE, Component, Type
from mediamill.telemetry.pages import Page, Pages

UNITS = ("seconds", "bytes", "usd", "jobs", "slots", "rows", "connections")


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_metric_is_named_with_its_unit_and_its_labels_are_closed_sets(name: str) -> None:
    metric = TABLE[name]

    assert re.fullmatch(r"mediamill_[a-z0-9_]+", name)
    assert name.endswith("_total") == (metric.type is Type.COUNTER)
    assert metric.type is not Type.HISTOGRAM or name.endswith("_seconds")
    assert not {"tenant", "job", "url", "model", "host", "worker"} & metric.labels.keys()
    assert all(values or label in {*OPEN, "version"} for label, values in metric.labels.items())


def test_every_class_of_errors_is_one_of_the_closed_set() -> None:
    assert set(ERROR_CLASS_OF.values()) <= set(ERROR_CLASSES)


def test_every_series_is_there_before_anything_has_happened() -> None:
    meters = Meters(Component.CONDUCTOR, ["text", "image"], ["local"])

    found = samples(meters)

    assert (
        found["mediamill_jobs_finished_total", ("error_class", "none"), ("outcome", "succeeded"), ("queue", "text")]
        == 0
    )
    assert found["mediamill_job_queue_wait_seconds_bucket", ("le", "1.0"), ("queue", "image")] == 0
    assert found["mediamill_provider_cost_usd_total", ("provider", "other")] == 0
    assert not [
        name for name, *labels in found if ("outcome", "succeeded") in labels and ("error_class", "crashed") in labels
    ]


def test_an_observation_at_an_edge_counts_below_it_so_that_an_objective_can_be_read_off() -> None:
    meters = Meters(Component.CONDUCTOR, ["text"])

    meters.cell(metrics.JOB_QUEUE_WAIT, queue="text").observe(1.0)
    meters.cell(metrics.JOB_QUEUE_WAIT, queue="text").pile(16, 2, 5000.0)

    found = samples(meters)
    at = {labels[0][1]: value for (name, *labels), value in found.items() if name.endswith("wait_seconds_bucket")}
    assert (at["0.5"], at["1.0"], at["1800.0"], at["+Inf"]) == (0, 1, 1, 3)
    assert found["mediamill_job_queue_wait_seconds_sum", ("queue", "text")] == 5001


def test_a_label_outside_of_its_set_counts_as_other() -> None:
    meters = Meters(Component.WORKER, providers=["local"])

    meters.cell(metrics.RATE_LIMITED, provider="nobody knows").add(1)

    assert samples(meters)["mediamill_provider_rate_limited_total", ("provider", "other")] == 1


def test_what_is_silenced_is_gone_and_what_is_looked_up_is_as_it_is_now() -> None:
    meters = Meters(Component.WORKER)
    meters.on_scrape(lambda: meters.cell(metrics.WORKER_SLOTS, state="busy").put(3))

    before = samples(meters)
    meters.silence([metrics.WORKER_SLOTS])
    after = samples(meters)

    assert before["mediamill_worker_slots", ("state", "busy")] == 3
    assert not [name for name, *_ in after if name == "mediamill_worker_slots"]


def test_pages_answer_by_the_beginning_of_a_path_and_a_broken_one_ends_nothing() -> None:
    def broken(path: str) -> Page:
        raise ValueError(path)

    pages = Pages({"/v1/": lambda path: Page.of({"path": path}), "/broken": broken, "/none": lambda _: None})
    pages.serve("127.0.0.1", 0)

    answers = [asked(pages, path) for path in ("/v1/x?y=1", "/broken", "/none", "/elsewhere", "/v1/again")]
    pages.close()

    assert answers[0] == (HTTPStatus.OK, b'{"path": "/v1/x"}')
    assert [status for status, _ in answers] == [200, 500, 404, 404, 200]


def test_a_port_that_is_taken_is_told_of_and_nobody_dies_of_it(caplog: pytest.LogCaptureFixture) -> None:
    first, second = Pages({}), Pages({})
    first.serve("127.0.0.1", 0)

    with listening_to("mediamill.telemetry.pages", caplog):
        second.serve("127.0.0.1", first.port or 0)

    assert second.port is None
    assert "no metrics are served" in caplog.text
    first.close()


@contextmanager
def listening_to(name: str, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hear a logger whatever earlier tests of this process have done to logging, as the set-up of workers does."""
    log = logging.getLogger(name)
    log.disabled = False
    log.addHandler(caplog.handler)
    yield
    log.removeHandler(caplog.handler)


def asked(pages: Pages, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{pages.port}{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def samples(meters: Meters) -> dict[tuple[object, ...], float]:
    families = text_string_to_metric_families(meters.page().decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }
