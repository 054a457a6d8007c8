"""The one error that untrusted bytes can cause.

Whatever a peer sends, reading it gives a value or a `FrameFault`; nothing else escapes. A fault in
a frame or envelope closes the connection with its code (no trace, reliability S-26); a fault in the
body of a command becomes a refusal, so that the command's number is still used up.
"""

from typing import Literal

FaultCode = Literal[
    "too_large",
    "not_utf8",
    "not_json",
    "too_deep",
    "too_long",
    "number",
    "not_canonical",
    "bad_field",
    "unknown_frame",
    "unknown_type",
    "unknown_version",
]


class FrameFault(Exception):
    """Bytes that the protocol does not allow: `code` travels, `detail` is for the log."""

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code: FaultCode = code
        self.detail = detail
