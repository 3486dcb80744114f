"""Under which names this machine is reached."""

import socket

_EVERYWHERE = ("0.0.0.0", "::", "")


def linked(host: str) -> str:
    """The host to put into a link for what listens on `host`: one cannot open a link to 'everywhere'."""
    if host not in _EVERYWHERE:
        return f"[{host}]" if ":" in host else host
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which address would be used
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()


def answered(host: str) -> list[str]:
    """The Host headers that are right for what listens on `host`."""
    names = ["127.0.0.1", "localhost", "[::1]", linked(host)]
    return [*names, socket.gethostname()] if host in _EVERYWHERE else names
