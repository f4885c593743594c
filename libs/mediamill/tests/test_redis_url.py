from __future__ import annotations

import pytest
from pydantic import SecretStr

from mediamill.hints import hint_url
from mediamill.redis_url import read_watched
from mediamill.settings import Settings
from mediamill.wire.celery import make_app

URL = "sentinel://me:p%40ss@one:26001;sentinel://two;sentinel://[::1]:26003/2"


def test_what_one_part_of_a_url_says_counts_for_every_sentinel() -> None:
    watched = read_watched(URL + "?master=films")

    assert watched.sentinels == (("one", 26001), ("two", 26379), ("::1", 26003))
    assert (watched.db, watched.master, watched.access) == (2, "films", {"username": "me", "password": "p@ss"})


def test_celery_and_the_hints_are_told_the_same_of_sentinels() -> None:
    config = Settings(
        broker_url=SecretStr(URL), sentinel_master="films", sentinel_password=SecretStr("of the sentinels")
    )

    options = make_app(config).conf.broker_transport_options
    heard = read_watched(str(hint_url(config)))

    assert (options["master_name"], options["sentinel_kwargs"]["password"]) == ("films", "of the sentinels")
    assert (heard.master, heard.sentinel_password) == ("films", "of the sentinels")
    assert make_app(config).connection_for_write().as_uri(include_password=True).count("p%40ss") >= 1


def test_without_a_redis_there_are_no_hints() -> None:
    assert hint_url(Settings(broker_url=SecretStr("amqp://broker"))) is None
    assert hint_url(Settings(broker_url=SecretStr("amqp://b"), hint_url=SecretStr("redis://r"))) == "redis://r"


@pytest.mark.parametrize("url", ["sentinel://one;redis://two", "sentinel://;sentinel://two"])
def test_a_part_that_names_no_sentinel_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sentinel://host"):
        read_watched(url)
