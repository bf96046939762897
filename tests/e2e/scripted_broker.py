"""An MQTT broker that misbehaves as it is told, 3.1.1 and 5: refuses, kicks, answers PUBACKs with reasons, falls silent."""
import dataclasses
import json
import socket
import struct
import threading
import time

from harness import PATIENCE, free_port, until

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14


@dataclasses.dataclass
class Published:
    """A PUBLISH as it came; `answer` of the script may be a reason code (v5), None for no PUBACK."""
    topic: str
    payload: bytes
    qos: int
    packet_id: int
    duplicate: bool
    at: float

    @property
    def document(self):
        return json.loads(self.payload)


class ScriptedBroker:
    """`connack` is asked at each CONNECT for the code; `puback` for each PUBLISH, for a reason, None (never) or seconds to wait as
    a float; it has the message then all the same; `suback` for each filter, for its code. `kick`: seconds after CONNACK at which a client is thrown out as taken over.
    `silent`: reads, answers nothing. `take` gets the document of each payload that the broker keeps."""

    def __init__(self, take=None, port=None):
        self.take = take or (lambda document: None)
        self.connack = lambda client: 0
        self.puback = lambda published: 0
        self.suback = lambda topic: 1
        self.kick = None
        self.silent = False
        self.port = port or free_port()
        self.connects = []      # (time, client id, version)
        self.published = []
        self.unconfirmed = 0
        self.most_unconfirmed = 0
        self._lock = threading.Lock()
        self._connections = set()
        self._listener = None
        self.listen()

    def listen(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def go(self):
        """Away: nobody listens, connections end."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in list(self._connections):
            _end(connection)

    close = go

    def wait_connects(self, count, patience=PATIENCE):
        until(lambda: len(self.connects) >= count, lambda: f"{count} CONNECTs, have {len(self.connects)}", patience)

    def in_flight(self, change):
        with self._lock:
            self.unconfirmed += change
            self.most_unconfirmed = max(self.most_unconfirmed, self.unconfirmed)

    def _serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        session = Session(self, connection)
        try:
            with connection.makefile("rb") as stream:
                while session.packet(*_packet(stream)):
                    pass
        except (OSError, EOFError, ValueError):
            pass
        finally:
            self._connections.discard(connection)
            connection.close()


class Session:
    def __init__(self, broker, connection):
        self.broker, self.connection = broker, connection
        self.version = 4
        self.lock = threading.Lock()

    def send(self, kind, body=b"", flags=0):
        with self.lock:
            if not self.broker.silent:
                self.connection.sendall(bytes([kind << 4 | flags]) + _length(len(body)) + body)

    def packet(self, kind, flags, body):
        if kind == CONNECT:
            return self.connect(body)
        if kind == PUBLISH:
            self.publish(flags, body)
        elif kind == SUBSCRIBE:
            self.subscribe(body)
        elif kind == PINGREQ:
            self.send(PINGRESP)
        return kind != DISCONNECT

    def subscribe(self, body):
        at = 2
        if self.version == 5:
            properties, at = _varint(body, at)
            at += properties
        (size,) = struct.unpack_from(">H", body, at)
        code = self.broker.suback(body[at + 2:at + 2 + size].decode())
        self.send(SUBACK, body[:2] + (b"\x00" if self.version == 5 else b"") + bytes([code]))

    def connect(self, body):
        self.version = body[6]
        at = 10
        if self.version == 5:
            properties, at = _varint(body, at)
            at += properties
        (size,) = struct.unpack_from(">H", body, at)
        client = body[at + 2:at + 2 + size].decode()
        self.broker.connects.append((time.monotonic(), client, self.version))
        code = self.broker.connack(client)
        self.send(CONNACK, bytes([0, code]) + (b"\x00" if self.version == 5 else b""))
        if code == 0 and self.broker.kick is not None:
            threading.Timer(self.broker.kick, self.kick).start()
        return code == 0

    def kick(self):
        """What a broker does when another client has the same id."""
        try:
            if self.version == 5:
                self.send(DISCONNECT, b"\x8e")
            _end(self.connection)
        except OSError:
            pass

    def publish(self, flags, body):
        (size,) = struct.unpack_from(">H", body, 0)
        at, packet_id, qos = 2 + size, 0, flags >> 1 & 3
        if qos:
            (packet_id,) = struct.unpack_from(">H", body, at)
            at += 2
        if self.version == 5:
            properties, at = _varint(body, at)
            at += properties
        published = Published(body[2:2 + size].decode(), body[at:], qos, packet_id, bool(flags & 8), time.monotonic())
        broker = self.broker
        broker.published.append(published)
        if broker.silent:
            return
        broker.in_flight(1)
        reason = broker.puback(published)
        if reason is not None and reason < 0x80:
            broker.take(published.document)
        if isinstance(reason, float):
            threading.Timer(reason, self.confirm, (published, 0)).start()
        elif reason is not None:
            self.confirm(published, reason)

    def confirm(self, published, reason):
        self.broker.in_flight(-1)
        tail = bytes([reason]) + b"\x00" if self.version == 5 and reason else b""
        try:
            if published.qos:
                self.send(PUBACK, struct.pack(">H", published.packet_id) + tail)
        except OSError:
            pass


def _end(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _packet(stream):
    first = stream.read(1)
    if not first:
        raise EOFError
    length, shift = 0, 0
    while True:
        byte = stream.read(1)
        if not byte:
            raise EOFError
        length |= (byte[0] & 127) << shift
        shift += 7
        if byte[0] < 128:
            break
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return first[0] >> 4, first[0] & 15, body


def _length(size):
    data = b""
    while True:
        data += bytes([size % 128 | (0x80 if size > 127 else 0)])
        size //= 128
        if not size:
            return data


def _varint(body, at):
    value, shift = 0, 0
    while True:
        value |= (body[at] & 127) << shift
        shift += 7
        at += 1
        if body[at - 1] < 128:
            return value, at
