# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server on loopback that keeps what it got: for the demo and the tests."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Catcher:
    """Takes every mail and writes it as NNNN.eml into `folder`. answer: an SMTP reply to give instead of taking it."""

    folder: Path
    answer: str = ""

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answer:
            return self.answer
        content = envelope.content or b""
        try:
            self._keep(content if isinstance(content, bytes) else content.encode())
        except OSError:
            return "452 4.3.1 Insufficient system storage"
        return "250 OK"

    def _keep(self, letter: bytes) -> None:
        """A letter is in the box whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = len(list(self.folder.glob("*.eml"))) + 1
        draft = self.folder / "letter.part"
        draft.write_bytes(letter)
        draft.rename(self.folder / f"{taken:06d}.eml")


def serve(folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> tuple[Controller, Catcher]:
    """Start the server in a thread of its own; stop it by `controller.stop()`."""
    catcher = Catcher(folder)
    if not port:
        with socket.socket() as free:
            free.bind((host, 0))
            port = free.getsockname()[1]
    controller = Controller(catcher, hostname=host, port=port)
    controller.start()
    return controller, catcher
