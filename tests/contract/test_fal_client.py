"""fal's own clients, as they are, against the running stack: only hosts, key and model are ours."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from mediamill_testing.stacks import Stack, until
from mediamill_testing.tls import TlsFront, tls_front

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(400)]

CLIENT = ["@fal-ai/client@1.10.1"]
AI_SDK = ["ai@6.0.326", "@ai-sdk/fal@2.0.59"]
PROLOGUE = """
import asyncio, json, fal_client
told = {}
def on_queue_update(update):
    told.setdefault("updates", []).append([type(update).__name__, bool(getattr(update, "logs", None))])
"""

Script = Callable[..., Any]


class Served(NamedTuple):
    """A stack behind TLS, since fal's Python client speaks nothing else."""

    stack: Stack
    front: TlsFront

    def get(self, url: str) -> httpx.Response:
        """Fetch what an answer names, without a key."""
        return httpx.get(url, verify=ssl.create_default_context(cafile=str(self.front.authority)))


@pytest.fixture(scope="module")
def served(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with tls_front(tmp_path_factory.mktemp("fal")) as front:
        front.target = urlsplit(stack.url).port or 0
        yield Served(stack, front)


@pytest.fixture
def fal(served: Served) -> Script:
    """Runs a script of fal's Python client, which reads its hosts when it is imported, and gives what it told."""
    host = f"localhost:{served.front.port}"

    def run(script: str, key: str = served.stack.key) -> Any:
        env = {
            **os.environ,
            "FAL_KEY": key,
            "FAL_RUN_HOST": f"{host}/fal-run",
            "FAL_QUEUE_RUN_HOST": f"{host}/fal-queue",
            "SSL_CERT_FILE": str(served.front.authority),
        }
        argv = [sys.executable, "-c", f"{PROLOGUE}\n{script}\nprint(json.dumps(told))"]
        ended = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=150, check=False)
        assert ended.returncode == 0, ended.stderr[-3000:]
        return json.loads(ended.stdout)

    return run


def test_run_gives_pictures_that_anybody_can_fetch(served: Served, fal: Script) -> None:
    told = fal("""
told = fal_client.run("fal-ai/mediamill/image-generate", arguments={
    "prompt": "a fox in the forest", "image_size": "square", "num_images": 2, "seed": 7})
""")

    assert [(image["width"], image["height"]) for image in told["images"]] == [(512, 512)] * 2
    assert (told["seed"], told["prompt"], told["has_nsfw_concepts"]) == (7, "a fox in the forest", [False, False])
    picture = served.get(told["images"][0]["url"])
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")


def test_submit_status_result_and_subscribe_with_logs(fal: Script) -> None:
    told = fal("""
steps = {"n": 3, "seconds": 0.4}
handle = fal_client.submit("mediamill/test-steps", arguments=steps, priority="low", hint="x", start_timeout=100)
for update in handle.iter_events(with_logs=True):
    on_queue_update(update)
told["id"], told["first"] = handle.request_id, handle.get()
told["again"] = fal_client.result("mediamill/test-steps", handle.request_id)
told["status"] = type(fal_client.status("mediamill/test-steps", handle.request_id)).__name__
submitted, told["updates"] = told.pop("updates"), []
told["submitted"] = submitted
told["subscribed"] = fal_client.subscribe(
    "mediamill/test-steps", arguments=steps, with_logs=True, on_queue_update=on_queue_update)
""")

    assert told["first"] == told["again"]
    assert told["status"] == "Completed"
    for updates in (told["submitted"], told["updates"]):
        assert ["InProgress", True] in updates
        assert updates[-1] == ["Completed", True]
    assert len(told["subscribed"]["pids"]) == 3


def test_cancel_client_timeout_and_errors(served: Served, fal: Script) -> None:
    told = fal("""
def error(call):
    try:
        call()
    except fal_client.FalClientHTTPError as failed:
        return [failed.status_code, failed.error_type, failed.message]
handle = fal_client.submit("mediamill/test-sleep", arguments={"seconds": 100})
handle.cancel()
told["twice"], told["result"] = error(handle.cancel), error(handle.get)
told["unknown"] = error(lambda: fal_client.run("mediamill/test-noop", arguments={"colour": 1}))
told["failed"] = error(lambda: fal_client.run("mediamill/test-fail", arguments={"class": "permanent"}))
told["app"] = error(lambda: fal_client.run("fal-ai/flux", arguments={}))
told["key"] = error(lambda: fal_client.SyncClient(key="mm_wrong").run("mediamill/test-noop", arguments={}))
try:
    fal_client.subscribe("mediamill/test-sleep", arguments={"seconds": 100}, client_timeout=3)
except fal_client.FalClientTimeoutError as timed_out:
    told["timed_out"] = timed_out.request_id
import os
os.write(1, json.dumps(told).encode())
os._exit(0)  # its own thread goes on polling for ever
""")

    assert told["twice"][0] == 400
    assert told["result"][:2] == [499, "client_cancelled"]
    assert told["unknown"][0] == 422
    assert told["unknown"][2][0]["loc"] == ["body", "colour"]
    assert (told["failed"][0], told["app"][:2], told["key"][0]) == (422, [404, "unknown_model"], 401)
    assert until(lambda: served.stack.job(told["timed_out"])["state"] == "canceled")


def test_streams_and_the_async_client(fal: Script) -> None:
    told = fal("""
told["stream"] = list(fal_client.stream("mediamill/test-steps", arguments={"n": 2, "seconds": 0.1}))
async def main():
    told["ran"] = await fal_client.run_async("mediamill/test-noop", arguments={})
    handle = await fal_client.submit_async("mediamill/test-noop", arguments={})
    told["got"] = await handle.get()
    told["streamed"] = [event async for event in fal_client.stream_async("mediamill/test-noop", arguments={})]
    picture = fal_client.encode(bytes.fromhex("89504e470d0a1a0a") + b"broken", "image/png")
    try:
        await fal_client.subscribe_async("mediamill/video-generate", arguments={"image_url": picture})
    except fal_client.FalClientHTTPError as failed:
        told["broken"] = [failed.status_code, failed.message[0]["loc"]]
asyncio.run(main())
""")

    assert told["stream"][0]["progress"]["current"] == 1
    assert len(told["stream"][-1]["pids"]) == 2
    assert [told["ran"], told["got"], told["streamed"][-1]] == [{"done": True}] * 3
    assert told["broken"] == [422, ["body", "image_url"]]


def test_the_javascript_client_by_its_proxy_url(served: Served, tmp_path: Path) -> None:
    told = _run_in_node(
        served,
        tmp_path,
        CLIENT,
        """
import { fal } from "@fal-ai/client";
fal.config({ credentials: process.env.FAL_KEY, proxyUrl: { url: process.env.PROXY, when: "always" } });
const app = "mediamill/test-steps", input = { n: 2, seconds: 0.3 }, told = { updates: [] };
const ran = await fal.run("mediamill/test-noop", { input: {} });
told.ran = [ran.data, ran.requestId.length];
const subscribed = await fal.subscribe(app, {
  input, logs: true, pollInterval: 100, onQueueUpdate: (update) => told.updates.push(update.status) });
told.subscribed = subscribed.data.pids.length;
const streamed = await fal.subscribe(app, { input, mode: "streaming", connectionMode: "server" });
const stream = await fal.stream(app, { input, connectionMode: "server" });
told.streamed = [streamed.data.pids.length, (await stream.done()).pids.length];
const { request_id: requestId } = await fal.queue.submit("mediamill/test-sleep", { input: { seconds: 100 } });
told.status = (await fal.queue.status("mediamill/test-sleep", { requestId, logs: true })).status;
await fal.queue.cancel("mediamill/test-sleep", { requestId });
told.error = await fal.queue.result("mediamill/test-sleep", { requestId }).catch((failed) => failed.status);
const invalid = fal.run("mediamill/test-noop", { input: { colour: 1 } });
told.invalid = await invalid.catch((failed) => failed.body.detail[0].loc);
""",
    )

    assert told["ran"] == [{"done": True}, 36]
    assert (told["subscribed"], told["updates"][-1]) == (2, "COMPLETED")
    assert told["streamed"] == [2, 2]
    assert told["status"] in {"IN_QUEUE", "IN_PROGRESS"}
    assert (told["error"], told["invalid"]) == (499, ["body", "colour"])


def test_the_ai_sdk_makes_pictures_speech_and_clips(served: Served, tmp_path: Path) -> None:
    told = _run_in_node(
        served,
        tmp_path,
        AI_SDK,
        """
import { createFal } from "@ai-sdk/fal";
import { generateImage, experimental_generateSpeech, experimental_generateVideo } from "ai";
const gateway = process.env.GATEWAY, told = { bare: 0 };
const download = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const moved = (url) => String(url)
  .replace("https://queue.fal.run", `${gateway}/fal-queue`).replace("https://fal.run", `${gateway}/fal-run`);
const fal = createFal({ baseURL: `${gateway}/fal-run`, apiKey: process.env.FAL_KEY, fetch: (url, options) => {
  if (String(url).includes("/requests/") && !new Headers(options.headers).has("authorization")) told.bare += 1;
  return fetch(moved(url), options);
} });
const { images } = await generateImage({
  model: fal.image("mediamill/image-generate"), prompt: "a fox", size: "256x256", n: 2, seed: 3 });
told.images = images.map((image) => image.mediaType);
const speech = await experimental_generateSpeech({ model: fal.speech("mediamill/audio-speech"), text: "A fox." });
told.speech = Buffer.from(speech.audio.uint8Array.slice(0, 4)).toString();
const { video } = await experimental_generateVideo({
  model: fal.video("mediamill/video-generate"), prompt: "a fox", duration: 1, aspectRatio: "16:9",
  providerOptions: { fal: { pollIntervalMs: 200, resolution: "360p" } },
  download: async ({ url }) => ({ data: await download(url), mediaType: "video/mp4" }) });
told.video = Buffer.from(video.uint8Array.slice(4, 8)).toString();
""",
    )

    assert told["images"] == ["image/png"] * 2
    assert (told["speech"], told["video"]) == ("RIFF", "ftyp")
    assert told["bare"] > 0


def _run_in_node(served: Served, folder: Path, packages: list[str], script: str) -> Any:
    """Run a script with packages of npm's own cache, since a test asks no registry, and give what it told."""
    if shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    install = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--prefix", str(folder), *packages]
    if subprocess.run(install, cwd=folder, capture_output=True, timeout=120, check=False).returncode:
        pytest.skip(f"npm's cache does not hold them: `npm install {' '.join(packages)}` somewhere once")
    env = {
        **os.environ,
        "FAL_KEY": served.stack.key,
        "GATEWAY": served.front.url,
        "PROXY": f"{served.front.url}/fal-proxy",
        "NODE_EXTRA_CA_CERTS": str(served.front.authority),
    }
    whole = f"{script}\nconsole.log(JSON.stringify(told));\nprocess.exit(0);"
    argv = ["node", "--input-type=module", "-e", whole]
    ended = subprocess.run(argv, env=env, cwd=folder, capture_output=True, text=True, timeout=150, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)
