"""A viser server with a door: every request passes :class:`astra_viewer.door.Door` first.

Viser serves its page and its WebSocket by one call of ``websockets.asyncio.server.serve`` and has
no hook for who may come in; ``process_request`` of that call is the place that websockets documents
for it. While the server starts, its call is given one that asks the door. If viser starts another
way some day, nothing is served.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from astra_core.errors import AstraError
from astra_viewer.door import SAFE_HEADERS, Answer, Door

__all__ = ["start_guarded"]

_PATCHING = threading.Lock()


def start_guarded(door: Door, *, host: str, port: int, label: str) -> Any:
    """Start a ``viser.ViserServer`` behind a door.

    Args:
        door: Who may come in.
        host: Address to listen at.
        port: TCP port; if it is taken, the next free one is used.
        label: Title of the page's panel.

    Raises:
        AstraError: The door could not be put in; the server is stopped.
    """
    import viser

    with _guarding(door) as guarded:
        server = viser.ViserServer(host=host, port=port, label=label, verbose=False)
    if not guarded:
        server.stop()
        raise AstraError(
            f"viser {viser.__version__} starts its server in another way than the page knows how "
            "to guard: install the version of requirements/, the page is not served"
        )
    return server


@contextmanager
def _guarding(door: Door) -> Iterator[list[int]]:
    """Guard what viser serves meanwhile; yields the ports that it was told to serve."""
    from websockets.asyncio import server as websockets_server

    genuine = websockets_server.serve
    ports: list[int] = []

    def serve(handler: Any, host: str, port: int, **options: Any) -> Any:
        if handler.__module__.partition(".")[0] == "viser":
            ports.append(port)
            options["process_request"] = _guarded(door, options.get("process_request"))
        return genuine(handler, host, port, **options)

    with _PATCHING:
        websockets_server.serve = serve  # type: ignore[assignment,misc]
        try:
            yield ports
        finally:
            websockets_server.serve = genuine  # type: ignore[misc]


def _guarded(
    door: Door, process_request: Callable[[Any, Any], Any] | None
) -> Callable[[Any, Any], Any]:
    def ask(connection: Any, request: Any) -> Any:
        refused = door.answer(request.path, request.headers, connection.local_address[:2])
        if refused is not None:
            return _response(refused)
        answer = process_request(connection, request) if process_request is not None else None
        if answer is not None:
            answer.headers.update(SAFE_HEADERS)
        return answer

    return ask


def _response(answer: Answer) -> Any:
    from websockets.datastructures import Headers
    from websockets.http11 import Response

    body = answer.text.encode()
    fields = {**answer.headers, "Content-Length": str(len(body))}
    return Response(answer.status.value, answer.status.phrase, Headers(fields), body)
