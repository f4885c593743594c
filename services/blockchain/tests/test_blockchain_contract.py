"""Addresses, content identifiers and inputs, against what others have published of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.crypto import keccak as published
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mediamill.contracts import Asset
from mediamill_media.blockchain.cid import cid_of
from mediamill_media.blockchain.contract import Mint, Verify, checksummed, keccak
from mediamill_media.blockchain.metadata import written

ASSET = "01a22cce-045f-7142-8c85-6930913b3364"
CHECKSUMMED = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
]
PATTERN = bytes((place * 7 + (place >> 8) * 13) & 255 for place in range(65_536))


@given(st.binary(max_size=500))
def test_our_hash_is_that_of_the_chains(data: bytes) -> None:
    assert keccak(data) == published(data)


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_addresses_get_the_capital_letters_that_the_standard_gives_them(address: str) -> None:
    assert checksummed(address.lower()) == address


@pytest.mark.parametrize("address", [CHECKSUMMED[0], CHECKSUMMED[0].lower(), f"0x{CHECKSUMMED[0][2:].upper()}"])
def test_an_address_is_taken_in_every_spelling_that_says_nothing_wrong(address: str) -> None:
    assert Mint(asset=ASSET, name="A", recipient=address).recipient == CHECKSUMMED[0].lower()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (CHECKSUMMED[0].replace("5aAeb", "5aAeB"), "mistyped"),
        ("0x" + "00" * 20, "nobody"),
        ("0x1234", "pattern"),
        (CHECKSUMMED[0].lower()[2:], "pattern"),
        ("vitalik.eth", "pattern"),
    ],
)
def test_an_address_that_would_lose_the_token_is_refused_and_says_why(address: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why) as refused:
        Mint(asset=ASSET, name="A", recipient=address)
    assert refused.value.errors()[0]["loc"] == ("recipient",)


@pytest.mark.parametrize(
    ("input", "where"),
    [
        ({"edition": 0}, ("edition",)),
        ({"name": ""}, ("name",)),
        ({"external_url": "http://plain.example"}, ("external_url",)),
        ({"attributes": [{"trait_type": "", "value": 1}]}, ("attributes", 0, "trait_type")),
        ({"royalty": 5}, ("royalty",)),
    ],
)
def test_a_wrong_field_is_named(input: dict[str, object], where: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        Mint.model_validate({"asset": ASSET, "name": "A", "recipient": CHECKSUMMED[0], **input})
    assert refused.value.errors()[0]["loc"] == where


@pytest.mark.parametrize("input", [{}, {"token_id": "-1"}, {"token_id": str(2**256)}, {"token_id": "0x10"}])
def test_a_verification_of_nothing_or_of_no_number_is_refused(input: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Verify.model_validate(input)


@pytest.mark.parametrize(
    ("size", "cid"),
    [
        (0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"),
        (262_144, "bafkreigqnljze2cqjsyeaomodnf6twbuqjmdzuuqqsbzw322aqpa3bszhy"),
        (262_145, "bafybeigqwswj3pdynomghcvku7cat46kg5a2zg3k3qdux2my6vezyzh7rm"),
        (1_000_000, "bafybeihsx33w2gdnace2dhkfopsfoezqy23jlk6npun5c4axs7ltmzc33m"),
        (60_000_000, "bafybeigcjuxlngnk633owea2j3jk2f6dg7gsdb5lad2363fdqpkc6jf6y4"),
    ],
    ids=["empty", "a byte", "a whole leaf", "two leaves", "four", "two levels"],
)
def test_a_cid_is_the_one_that_the_ipfs_importer_gives(size: int, cid: str, tmp_path: Path) -> None:
    content = (PATTERN * (size // len(PATTERN) + 1))[:size]
    file = tmp_path / "content"
    file.write_bytes(content)

    assert cid_of(file) == cid_of(content) == cid


def test_metadata_of_a_film_name_it_as_what_is_played_and_leave_out_what_is_unknown() -> None:
    film = Asset(id=ASSET, media_type="video/mp4", bytes=9, sha256="ab" * 32, width=4, height=2, duration_s=1.5)
    ask = Mint(asset=ASSET, name="Film", recipient=CHECKSUMMED[0], external_url="https://films.example/1")

    told = written(ask, film, "ipfs://film", "job")

    assert told == (
        b'{"animation_url":"ipfs://film","description":"","external_url":"https://films.example/1","name":"Film",'
        b'"properties":{"bytes":9,"duration_s":1.5,"edition":1,"height":2,"job_id":"job","media_type":"video/mp4",'
        b'"sha256":"' + b"ab" * 32 + b'","width":4}}'
    )
