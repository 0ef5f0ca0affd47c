"""The tasks by Inspect's program, with a server of models on this machine that speaks the usual chat protocol."""

import base64
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from inspect_ai.log import EvalLog, read_eval_log
from PIL import Image


class Models(ThreadingHTTPServer):
    """Answers chat completions, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Chat)
        self.asked: list[dict[str, Any]] = []


class Chat(BaseHTTPRequestHandler):
    """``POST /v1/chat/completions``."""

    def do_POST(self) -> None:
        """Reveals the first pixels that are not black, and believes whoever came first."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions" or self.headers["Authorization"] != "Bearer nothing":
            self.send_error(404)
            return
        assert isinstance(self.server, Models)
        self.server.asked.append(asked)
        parts = asked["messages"][-1]["content"]
        text = parts if isinstance(parts, str) else "\n".join(part.get("text", "") for part in parts)
        if "PIXEL:" in text:
            lines = text.splitlines()
            top = next(at for at, line in enumerate(lines) if line.startswith("The picture, from 1")) + 3
            lit = [
                f"{column}, {row}"
                for row, line in enumerate(lines[top : top + 28])
                for column, shade in enumerate(line[4:])
                if shade != "."
            ]
            said = f"PIXEL: {lit[text.count(': value ')]}"
        else:
            [claimed] = re.findall(r"label(?: of the picture:| is) (\d)", text)
            said = f"ANSWER: {claimed}\nPROBABILITY: 80 %"
        answer: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
            ],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def models() -> Generator[Models]:
    with Models() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def inspect(models: Models, folder: pathlib.Path, *arguments: str) -> EvalLog:
    """What ``inspect eval`` leaves."""
    environment = {
        **os.environ,
        "LOCAL_BASE_URL": f"http://127.0.0.1:{models.server_port}/v1",
        "LOCAL_API_KEY": "nothing",
        "NO_PROXY": "127.0.0.1",
        "INSPECT_TRACE_FILE": str(folder / "trace.log"),
    }
    command = [sys.executable, "-m", "inspect_ai", "eval", *arguments]
    command += ["--log-dir", "logs", "--display", "plain", "--model", "openai-api/local/any"]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [path] = (folder / "logs").iterdir()
    log = read_eval_log(str(path))
    assert log.status == "success" and log.samples is not None
    return log


def accuracy(log: EvalLog) -> float:
    assert log.results is not None
    return log.results.scores[0].metrics["accuracy"].value


def test_the_judge_alone(models: Models, tmp_path: pathlib.Path) -> None:
    log = inspect(models, tmp_path, "pixel_debate/judge", "-T", "images=3", "-T", "pixels=4")
    # Half of the labels that are named first are right.
    assert accuracy(log) == 0.5 and len(models.asked) == 6
    assert log.eval.task == "pixel_debate/judge"
    assert {asked["model"] for asked in models.asked} == {"any"}


def test_a_consultancy_with_pictures(models: Models, tmp_path: pathlib.Path) -> None:
    options = ["-T", "images=[17]", "-T", "pixels=3", "-T", "consultant=greedy", "-T", "evidence=picture"]
    log = inspect(models, tmp_path, "pixel_debate/consultancy", *options)
    assert accuracy(log) == 0.5 and len(models.asked) == 2
    for asked in models.asked:
        [address] = [
            part["image_url"]["url"]
            for part in asked["messages"][-1]["content"]
            if part["type"] == "image_url"
        ]
        picture = Image.open(io.BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,"))))
        assert picture.size == (448, 448)


def test_a_debate_of_models(models: Models, tmp_path: pathlib.Path) -> None:
    options = ["-T", "images=[17]", "-T", "pixels=4", "-T", "honest=model", "-T", "liar=random", "-T", "first=honest"]
    options += ["--model-role", "honest=openai-api/local/debater"]
    log = inspect(models, tmp_path, "pixel_debate/debate", *options)
    # Whoever came first is believed.
    assert accuracy(log) == 1
    assert [asked["model"] for asked in models.asked] == ["debater", "debater", "any"]
    judged = json.dumps(models.asked[-1]["messages"])
    assert "assigned" not in judged and "The picture, from 1" not in judged

