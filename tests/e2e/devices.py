"""Devices under the judge's eye: they send what it mints and tell it what was acknowledged.

None sends a message twice: so every duplicate that a sink sees is the gateway's. A device whose connection breaks comes back at
once and goes on with new messages; what was then unanswered is nobody's obligation.
"""
import collections
import json
import socket
import ssl
import struct
import threading
import time

from harness import PATIENCE


class Device:
    """A thread that talks until it has sent `count` messages or is told to stop."""

    def __init__(self, oracle, name, count=None, pause=0.0):
        self.oracle, self.name, self.count, self.pause = oracle, name, count, pause
        self.sent = 0
        self.answered = 0
        self.connections = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        raise NotImplementedError

    def _more(self):
        return not self.stopping.is_set() and (self.count is None or self.sent < self.count)

    def _next(self):
        self.sent += 1
        return self.oracle.issue(self.name)

    def stop(self):
        """Sends nothing more and waits for the answers that are still to come, while there is a connection."""
        self.stopping.set()
        self.join()

    def join(self, patience=PATIENCE):
        self.thread.join(patience)
        assert not self.thread.is_alive(), f"{self.name}: {self.sent} sent, {self.answered} answered, and no end"


class StreamDevice(Device):
    """TCP, or TLS with `context`: JSON lines, each answered by a line with its number, in order."""

    def __init__(self, oracle, port, name, window=32, context=None, host="127.0.0.1", answers=True, **options):
        self.address, self.window, self.context, self.answers = (host, port), window, context, answers
        self.waiting = collections.deque()
        self.room = threading.Condition()
        self.broken = False
        self.connection = None
        super().__init__(oracle, name, **options)

    def _run(self):
        while self._more():
            try:
                self.connection = socket.create_connection(self.address, PATIENCE)
                if self.context:
                    self.connection = self.context.wrap_socket(self.connection, server_hostname="localhost")
                self.connection.settimeout(None)
            except OSError:
                time.sleep(0.02)
                continue
            self.connections += 1
            self._talk()

    def _talk(self):
        self.waiting.clear()
        self.broken = False
        reader = threading.Thread(target=self._read, daemon=True)
        reader.start()
        try:
            while self._more():
                with self.room:
                    self.room.wait_for(lambda: len(self.waiting) < self.window or self.broken or self.stopping.is_set())
                    if self.broken or not self._more():
                        break
                    document = self._next()
                    if self.answers:
                        self.waiting.append(document["n"])
                self.connection.sendall(json.dumps(document, separators=(",", ":")).encode() + b"\n")
                if self.pause:
                    self.stopping.wait(self.pause)
            with self.room:
                self.room.wait_for(lambda: not self.waiting or self.broken)
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        reader.join()
        self.connection.close()

    def _read(self):
        try:
            with self.connection.makefile("rb") as lines:
                for line in lines:
                    self._answer(line)
        except (OSError, ValueError):
            pass
        with self.room:
            self.broken = True
            self.room.notify_all()

    def _answer(self, line):
        if not line.endswith(b"\n"):
            return  # torn by the end of the connection: no answer
        number = int(line)
        with self.room:
            expected = self.waiting.popleft() if self.waiting else None
            self.room.notify_all()
        if number != expected:
            self.oracle.violation(f"{self.name}: the answer to {number} came where that to {expected} was due")
        self.oracle.acknowledged(self.name, number)
        self.answered += 1

    def interrupt(self):
        """Ends the connection under the device's feet."""
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class DatagramDevice(Device):
    """UDP: one message at a time; an answer that does not come in time is not waited for any longer."""

    def __init__(self, oracle, port, name, wait=0.5, **options):
        self.port, self.wait = port, wait
        super().__init__(oracle, name, **options)

    def _run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
            talk.connect(("127.0.0.1", self.port))
            talk.settimeout(self.wait)
            while self._more():
                number = self._send(talk)
                self._listen(talk, number)
                if self.pause:
                    self.stopping.wait(self.pause)

    def _send(self, talk):
        document = self._next()
        try:
            talk.send(json.dumps(document, separators=(",", ":")).encode())
        except OSError:
            pass  # nobody is there
        return document["n"]

    def _listen(self, talk, wanted):
        deadline = time.monotonic() + self.wait
        while time.monotonic() < deadline:
            try:
                number = int(talk.recv(64))
            except TimeoutError:
                return
            except OSError:
                time.sleep(0.01)
                continue
            self.oracle.acknowledged(self.name, number)
            self.answered += 1
            if number == wanted:
                return


class MqttDevice(Device):
    """Publishes with QoS 1 to a broker that the gateway reads. It is the broker that acknowledges, and the gateway takes from it
    on arrival: an obligation only for tests (`obliging`) in which the gateway is never killed."""

    def __init__(self, oracle, port, name, topic, obliging=True, **options):
        self.port, self.topic, self.obliging = port, topic, obliging
        super().__init__(oracle, name, **options)

    def _run(self):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as talk:
            name = self.name.encode()
            self._packet(talk, 0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + struct.pack(">H", len(name)) + name)
            assert self._read(talk, 4)[3] == 0, "the broker refuses"
            while self._more():
                document = self._next()
                topic = self.topic.encode()
                body = json.dumps(document, separators=(",", ":")).encode()
                self._packet(talk, 0x32, struct.pack(">H", len(topic)) + topic + b"\x00\x01" + body)
                assert self._read(talk, 4) == b"\x40\x02\x00\x01", "no PUBACK"
                if self.obliging:
                    self.oracle.acknowledged(self.name, document["n"])
                self.answered += 1
                if self.pause:
                    self.stopping.wait(self.pause)

    @staticmethod
    def _packet(talk, kind, body):
        length, left = b"", len(body)
        while True:
            length += bytes([left % 128 | (0x80 if left > 127 else 0)])
            left //= 128
            if not left:
                break
        talk.sendall(bytes([kind]) + length + body)

    @staticmethod
    def _read(talk, size):
        data = b""
        while len(data) < size:
            more = talk.recv(size - len(data))
            assert more, "the broker has gone"
            data += more
        return data


def trusting(authority):
    """A TLS client's context that trusts only `authority`."""
    return ssl.create_default_context(cafile=str(authority))
