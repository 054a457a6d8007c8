"""Another process of a benchmark that is spoken to by lines of JSON: server, echo, a window.

It ends when its input is closed; one that does not is ended by its process id.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BYTECODE = ROOT / "var" / "bench" / "bytecode"
PATIENCE_S = 120.0


class Child:
    """`async with Child("tests.bench.echo_process", ...) as echo: await echo.ask("figures")`."""

    def __init__(self, module: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        # A house runs from bytecode; compiling at each start would be measured instead of starting.
        kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        self._env = {**kept, "PYTHONPYCACHEPREFIX": str(BYTECODE), **(env or {})}
        self._process: asyncio.subprocess.Process | None = None
        self.ready: dict[str, Any] = {}
        self.started_s = 0.0

    async def __aenter__(self) -> "Child":
        begun = time.perf_counter()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            env=self._env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=16 * 1024 * 1024,
        )
        self.ready = await self.line()
        self.started_s = time.perf_counter() - begun
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self.process
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The running process."""
        assert self._process is not None, "entered"
        return self._process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def line(self) -> dict[str, Any]:
        """The next line that it says."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            text = await self.process.stdout.readline()
        if not text:
            raise RuntimeError(f"{self._command[2]} ended with {await self.process.wait()}")
        said: dict[str, Any] = json.loads(text)
        return said

    async def ask(self, line: str) -> dict[str, Any]:
        """Say a line and hear the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        return await self.line()
