"""Builds the sounds of the kitchen display: `python scripts/build_sounds.py`.

Writes `kds_app/assets/new.wav, changed.wav, void.wav, late.wav`: short tones with soft edges, told
apart by melody, so that a cook knows without looking. Rule: the same bytes every time.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

ASSETS = Path(__file__).parent.parent / "kds_app" / "assets"
RATE = 22_050
VOLUME = 0.55
EDGE_S = 0.012

# Notes as (frequency in Hz, seconds); 0 Hz is a rest.
SOUNDS: dict[str, tuple[tuple[float, float], ...]] = {
    "new": ((880.0, 0.11), (1318.5, 0.2)),
    "changed": ((988.0, 0.08), (0.0, 0.04), (988.0, 0.12)),
    "void": ((784.0, 0.14), (523.3, 0.14), (392.0, 0.26)),
    "late": ((1174.7, 0.09), (0.0, 0.06), (1174.7, 0.09), (0.0, 0.06), (1174.7, 0.16)),
}


def samples(notes: tuple[tuple[float, float], ...]) -> bytes:
    """16-bit mono samples of a melody; each note fades in and out."""
    out = bytearray()
    for frequency, seconds in notes:
        count = int(RATE * seconds)
        edge = int(RATE * EDGE_S)
        for at in range(count):
            fade = min(1.0, at / edge, (count - at) / edge)
            tone = math.sin(2 * math.pi * frequency * at / RATE)
            over = math.sin(4 * math.pi * frequency * at / RATE) * 0.25
            value = (tone + over) / 1.25 * VOLUME * fade if frequency else 0.0
            out += struct.pack("<h", round(value * 32_767))
    return bytes(out)


def main() -> None:
    """Write every sound."""
    for name, notes in SOUNDS.items():
        with wave.open(str(ASSETS / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(notes))


if __name__ == "__main__":
    main()
