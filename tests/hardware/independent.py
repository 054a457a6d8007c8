"""An ESC/POS interpreter that is not ours: emupos, in its own Python 3.13, as a fixture.

Set up by `scripts/emupos_setup.sh`; where no Python 3.13 is to be had whoever asks is skipped
loudly. emupos proves as class B (it answers GS r, not GS ( H) and keeps receipts as pictures.
"""

import http.client
import io
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from hardware.escpos_jobs import raster_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.printer import Evidence
from tests.ports import lasting_port

ROOT = Path(__file__).resolve().parents[2]
TOLEDO_PROFILE, SMA_PROFILE = "toledo8217-15kg", "sma-15kg"
SETUP = ROOT / "scripts" / "emupos_setup.sh"
QUICK = Limits(connect=10, answer=5, write=10, proof=20, job=60, probe=3)


@dataclass
class Emupos:
    """The running simulator: its printer's port, its control API, a driver to it."""

    port: int
    api_port: int
    printer: EscposPrinter
    scales: dict[str, int]

    def ask(
        self, method: str, path: str, device: str = "front", told: dict[str, object] | None = None
    ) -> bytes:
        """One request to the control API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=60)
        try:
            connection.request(
                method,
                f"/api/v1/devices/{device}/{path}",
                json.dumps(told) if told else None,
                {"Content-Type": "application/json"} if told else {},
            )
            response = connection.getresponse()
            body = response.read()
            assert response.status < 300, body
            return body
        finally:
            connection.close()

    def picture(self) -> Image.Image:
        """The newest receipt."""
        with Image.open(io.BytesIO(self.ask("GET", "receipts/latest/image"))) as picture:
            return picture.convert("1")


@pytest.fixture(scope="module")
def emupos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emupos]:
    """emupos as a process of its own with one 80 mm printer."""
    ready = subprocess.run([str(SETUP)], capture_output=True, text=True, check=False)
    if ready.returncode:
        pytest.skip(
            "NOT CHECKED by an independent interpreter: scripts/emupos_setup.sh said "
            f"{ready.stderr.strip()[-300:]!r} (exit {ready.returncode})"
        )
    folder = tmp_path_factory.mktemp("emupos")
    port, api_port = lasting_port(), lasting_port()
    scales = {"toledo": lasting_port(), "sma": lasting_port()}
    scale_settings = "".join(
        f"  - id: {name}\n    type: scale\n    profile: {profile}\n"
        f"    connections:\n      - tcp: {{ port: {scales[name]} }}\n"
        for name, profile in (("toledo", TOLEDO_PROFILE), ("sma", SMA_PROFILE))
    )
    settings = folder / "emupos.yaml"
    settings.write_text(
        f"schema: 1\napi: {{ host: 127.0.0.1, port: {api_port} }}\ndevices:\n"
        "  - id: front\n    type: printer\n    profile: epson-tm-t20iii\n"
        f"    connections:\n      - tcp: {{ port: {port} }}\n    receipts_dir: ./receipts\n"
        + scale_settings
    )
    with subprocess.Popen(
        [str(ROOT / ".venv-emupos" / "bin" / "emupos"), "run", "--config", str(settings)],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "Showing events" in line:
                break
        else:
            pytest.fail(f"emupos did not start: {''.join(said)}")
        link = TcpLink("127.0.0.1", port)
        yield Emupos(
            port,
            api_port,
            EscposPrinter("front", link, raster_encoder(), Evidence.B, QUICK),
            scales,
        )
        process.terminate()


def inked(image: Image.Image) -> Image.Image:
    """What is black, without the margins, which are each simulator's own."""
    box = ImageChops.invert(image).getbbox()
    assert box is not None
    return image.crop(box)
