"""Files: uploaded, listed, let go, and given to predictions in every way that clients do."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
import replicate
from replicate.exceptions import ReplicateError

TURNED = "mediamill/shop-keep"
"""Keeps the bytes of its ``asset`` turned round."""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes(b"abc")
    return path


def test_a_file_is_uploaded_read_listed_and_let_go(client: replicate.Client, note: Path) -> None:
    file = client.files.create(note)
    known = client.files.get(file.id)
    listed = client.files.list()
    gone = client.files.delete(file.id)

    assert (file.size, file.content_type, file.etag) == (3, "text/plain", file.checksums["sha256"])
    assert file.name == f"{file.id}.txt"
    assert known == file
    assert [one.id for one in listed] == [file.id]
    assert gone is True
    assert client.files.list() == []
    with pytest.raises(ReplicateError, match="404"):
        client.files.get(file.id)
    assert client.files.create(note).id == client.files.list()[0].id


def test_an_open_file_is_uploaded_by_the_client_and_read_by_the_prediction(
    client: replicate.Client, working: None, note: Path
) -> None:
    with note.open("rb") as file:
        output = client.run(TURNED, input={"asset": file})

    assert httpx.get(output).content == b"cba"


def test_data_that_comes_along_becomes_an_asset(client: replicate.Client, working: None) -> None:
    output = client.run(TURNED, input={"asset": io.BytesIO(b"xyz")}, file_encoding_strategy="base64")

    assert httpx.get(output).content == b"zyx"


def test_what_one_prediction_made_another_takes_by_its_url_or_id(client: replicate.Client, working: None) -> None:
    first = client.run(TURNED, input={"text": "one"})
    by_url = client.run(TURNED, input={"asset": first})
    by_id = client.run(TURNED, input={"asset": first.split("/assets/")[1].split("/")[0]})

    assert httpx.get(by_url).content == httpx.get(by_id).content == b"eno"


def test_a_file_that_a_job_made_is_no_upload_and_stays_when_it_is_let_go(
    client: replicate.Client, working: None
) -> None:
    output = client.run(TURNED, input={"text": "kept"})
    made = output.split("/assets/")[1].split("/")[0]

    assert client.files.list() == []
    assert client.files.delete(made) is True
    assert httpx.get(output).content == b"kept"


def test_another_tenant_s_file_is_not_there(
    http: httpx.Client, client: replicate.Client, note: Path, stranger: Any
) -> None:
    file = client.files.create(note)
    asked = {"headers": stranger.headers}

    statuses = [
        http.get(f"/files/{file.id}", **asked).status_code,
        http.delete(f"/files/{file.id}", **asked).status_code,
        http.post(
            "/models/mediamill/shop-keep/predictions", json={"input": {"asset": file.urls["get"]}}, **asked
        ).status_code,
    ]

    assert statuses == [404, 404, 422]
    assert client.files.get(file.id) == file


def test_a_file_on_the_internet_is_fetched_where_a_file_is_wanted(
    client: replicate.Client, working: None, gateway_url: str
) -> None:
    url = gateway_url.replace("127.0.0.1", "localhost") + "/livez"

    output = client.run(TURNED, input={"asset": url, "text": url})

    assert httpx.get(output).content == httpx.get(url).content[::-1]


def test_data_that_is_none_is_refused_by_the_name_of_its_field(http: httpx.Client) -> None:
    answer = http.post("/models/mediamill/shop-keep/predictions", json={"input": {"asset": "data:;base64,%%%"}})

    assert answer.status_code == 422
    assert "input.asset" in answer.json()["detail"]


def test_a_form_without_content_is_refused(http: httpx.Client) -> None:
    answer = http.post("/files", files={"file": b"abc"})

    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == "content"
