"""An HTTP service that misbehaves as it is told: statuses by script, Retry-After, answers cut short, slow, or never."""
import dataclasses
import gzip
import json
import socket
import struct
import threading
import time

from harness import PATIENCE, free_port, until


@dataclasses.dataclass
class Answer:
    """What a request gets. What it carried counts as taken with a 2xx, decided before the answer goes out."""
    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0          # seconds before the answer
    cut_after: int = None       # bytes of the answer after which the connection is closed
    reset: bool = False         # that closing is an RST; without cut_after: in place of an answer
    silent: bool = False        # no answer ever; the connection stays
    taken: bool = None          # whether the service keeps what came; None: as the status says
    before: object = None       # called when the service has taken it, before the answer
    after: object = None        # called when the answer is out


@dataclasses.dataclass
class Request:
    number: int                 # of this service, from 0
    path: str
    headers: dict               # names in lower case
    body: bytes
    at: float                   # time.monotonic() when it was complete
    open: int                   # requests that were open then, this one included

    @property
    def documents(self):
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        text = body.strip()
        return json.loads(text) if text.startswith(b"[") else [json.loads(record) for record in text.splitlines()]


class ScriptedHttp:
    """`script`, which may be changed at any time, is asked for the Answer to each Request; `take` gets each document that the
    service keeps. `reading`: how many bytes of a request are read before the connection is closed, None for all."""

    def __init__(self, take=None, script=None, port=None, context=None):
        self.take = take or (lambda document: None)
        self.script = script or (lambda request: Answer())
        self.reading = None
        self.port = port or free_port()
        self.context = context
        self.requests = []
        self.taken = 0
        self.accepted = 0
        self.open = 0
        self._lock = threading.Lock()
        self._connections = set()
        self._listener = None
        self.listen()

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://{'localhost' if self.context else '127.0.0.1'}:{self.port}/ingest"

    @property
    def listening(self):
        return self._listener is not None

    def listen(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def go(self):
        """Away: nobody listens, connections are reset."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in list(self._connections):
            _reset(connection)

    close = go

    def wait_requests(self, count, patience=PATIENCE):
        until(lambda: len(self.requests) >= count, lambda: f"{count} requests, have {len(self.requests)}", patience)

    def _serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        self.accepted += 1
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self._connections.add(connection)
            with connection.makefile("rb") as stream:
                while (request := self._read(connection, stream)) and self._answer(connection, request):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            self._connections.discard(connection)
            connection.close()

    def _read(self, connection, stream):
        first = stream.readline()
        if not first:
            return None
        headers = {}
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        if self.reading is not None:
            stream.read(min(length, self.reading))
            _reset(connection)
            return None
        body = stream.read(length)
        if len(body) < length:
            return None
        with self._lock:
            self.open += 1
            request = Request(len(self.requests), first.decode().split()[1], headers, body, time.monotonic(), self.open)
            self.requests.append(request)
        return request

    def _answer(self, connection, request):
        try:
            answer = self.script(request)
            if 200 <= answer.status < 300 if answer.taken is None else answer.taken:
                for document in request.documents:
                    self.take(document)
                    self.taken += 1
            if answer.delay:
                time.sleep(answer.delay)
            if answer.before:
                answer.before()
            return self._send(connection, answer)
        finally:
            with self._lock:
                self.open -= 1

    def _send(self, connection, answer):
        if answer.silent:
            while connection.recv(65536):
                pass
            return False
        head = f"HTTP/1.1 {answer.status} Scripted\r\nContent-Length: {len(answer.body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        data = head.encode() + b"\r\n" + answer.body
        if answer.reset and answer.cut_after is None:
            _reset(connection)
            return False
        connection.sendall(data if answer.cut_after is None else data[:answer.cut_after])
        if answer.after:
            answer.after()
        if answer.cut_after is not None:
            if answer.reset:
                _reset(connection)
            else:
                connection.shutdown(socket.SHUT_RDWR)
            return False
        return True


def _reset(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads it
        connection.close()
    except OSError:
        pass
