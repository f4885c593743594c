"""What every peer's jobs do, told twice: for workers of threads and processes, and for those of one event loop.

``noop`` does nothing; ``stamp`` writes to a ledger when its code starts and ends, as a side effect that a second run
would repeat; ``wait`` buys a prediction from a vendor and asks every two seconds whether it is done.
"""

from __future__ import annotations

import asyncio
import os
import time
from functools import lru_cache
from typing import Any

import aiohttp
import httpx

POLL_S = 2.0
PREDICTIONS = "/v1/predictions"
TOKEN = {"Authorization": "Bearer bench"}


def _write(word: str, tag: str) -> None:
    fd = os.open(os.environ["BENCH_LEDGER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(fd, f"{word} {tag} {time.time():.6f}\n".encode())
    finally:
        os.close(fd)


def do(kind: str, input: dict[str, Any]) -> dict[str, Any]:
    """Do a job where a slot is a thread or a process."""
    if kind == "stamp":
        _write("start", input["tag"])
        time.sleep(input["seconds"])
        _write("end", input["tag"])
    if kind == "wait":
        with httpx.Client(base_url=os.environ["BENCH_VENDOR_URL"], headers=TOKEN, timeout=30) as vendor:
            bought = vendor.post(PREDICTIONS, json=_ask(input["seconds"])).raise_for_status().json()["id"]
            while vendor.get(f"{PREDICTIONS}/{bought}").raise_for_status().json()["status"] != "succeeded":
                time.sleep(POLL_S)
    return {"done": True}


async def do_async(kind: str, input: dict[str, Any]) -> None:
    """Do a job where a slot is a task of one event loop."""
    if kind == "stamp":
        _write("start", input["tag"])
        await asyncio.sleep(input["seconds"])
        _write("end", input["tag"])
    if kind == "wait":
        prediction = await buy_async(input["seconds"])
        while not await is_done_async(prediction):  # noqa: ASYNC110 - nothing but the vendor knows
            await asyncio.sleep(POLL_S)


async def buy_async(seconds: float) -> str:
    """Buy a prediction."""
    async with _vendor().post(PREDICTIONS, json=_ask(seconds)) as answer:
        return str((await answer.json())["id"])


async def is_done_async(prediction: str) -> bool:
    """Ask for it."""
    async with _vendor().get(f"{PREDICTIONS}/{prediction}") as answer:
        return bool((await answer.json())["status"] == "succeeded")


@lru_cache(maxsize=1)
def _vendor() -> aiohttp.ClientSession:
    """Make the session of the loop that asks first; its connections are kept."""
    return aiohttp.ClientSession(os.environ["BENCH_VENDOR_URL"], headers=TOKEN, raise_for_status=True)


def _ask(seconds: float) -> dict[str, Any]:
    return {"version": "bench", "input": {"seconds": seconds}}
