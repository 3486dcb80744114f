"""Child processes kept alive together and stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE = 15.0  # seconds for a child to end by itself
LOOK_EVERY = 0.2
STEADY = 60.0  # a child that lived so long is started again at once, others after a pause that doubles
LONGEST_PAUSE = 30.0
SUPERVISOR = "BATCHLINE_SUPERVISOR"  # children end by themselves when this process is gone


@dataclass
class Child:
    """One process in its own session, so that Ctrl-C reaches only the supervisor, and its whole group can be ended."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    keep_open: Sequence[int] = ()
    pause: float = 1.0
    started: float = 0.0
    start_at: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {**os.environ, SUPERVISOR: str(os.getpid()), **self.env}
        self.process = subprocess.Popen(
            self.command, env=env, stdin=subprocess.DEVNULL, pass_fds=self.keep_open, start_new_session=True
        )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return None if self.process is None else self.process.poll()

    def signal(self, number: int) -> None:
        """To every process of its group, whether or not the first of them still lives."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except (ProcessLookupError, PermissionError):
                return


class Supervisor:
    def __init__(self, children: Sequence[Child], tell: Callable[[str], object]) -> None:
        self.children = children
        self.tell = tell
        self.asked_at: list[float] = []

    def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP: then nothing it started is left."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            while not self.asked_at:
                for child in self.children:
                    self._keep(child)
                time.sleep(LOOK_EVERY)
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked_at.append(time.monotonic())

    def _keep(self, child: Child) -> None:
        """Start it, or start it again after its pause."""
        now = time.monotonic()
        if child.process is not None:
            code = child.ended()
            if code is None:
                return
            child.signal(signal.SIGKILL)  # what it left behind would go on answering with old code
            child.pause = 1.0 if now - child.started > STEADY else min(child.pause * 2, LONGEST_PAUSE)
            child.start_at = now + child.pause
            child.process = None
            self.tell(f"The {child.name} process ended (exit code {code}); starting it again in {child.pause:.0f} s.")
        if now >= child.start_at:
            child.start()

    def _stop(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while any(c.process and c.ended() is None for c in self.children):
            if time.monotonic() > until or self._is_hurried():
                break
            time.sleep(LOOK_EVERY)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process:
                child.process.wait()

    def _is_hurried(self) -> bool:
        """A second Ctrl-C. One that comes with the first is the same one, passed on by make."""
        return bool(self.asked_at) and self.asked_at[-1] - self.asked_at[0] > 1
