"""Devices that call the gateway and take commands, and those who give them some over the API."""
import collections
import json
import socket
import threading

from harness import PATIENCE

CONFIG = """
gateway: {{ id: plant, data_dir: {data} }}
admin: {{ listen: 127.0.0.1:{{admin}} }}
adapters:
  relays:
    type: tcp
    listen: 127.0.0.1:{port}
    commands: [relay, slow]
    protocol:
      framing: {{ type: line }}
      codec: {{ type: json }}
      device: "{{{{ data.id }}}}"
      commands:
        relay: {{ text: "RELAY {{{{ args.n }}}}", expect: "data.ok == args.n", timeout: 20s, expires: 10m }}
        slow: {{ text: "SLOW {{{{ args.n }}}}", expect: "data.slow == args.n", timeout: 60s, expires: 10m }}
sinks: {{ out: {{ type: console }} }}
"""


class Caller:
    """A connection that a test speaks for."""

    def __init__(self, port, hello=b""):
        self.connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.say(hello)

    def say(self, data):
        self.connection.sendall(data)

    def take(self, count):
        come = b""
        while len(come) < count:
            piece = self.connection.recv(count - len(come))
            assert piece, f"the connection ended after {come}"
            come += piece
        return come

    def close(self):
        self.connection.close()


class Relay(Caller):
    """Speaks for itself: says who it is, answers each command, and counts what it was told."""

    def __init__(self, port, name, answers=True):
        self.told = collections.Counter()
        self.order = []
        self.name, self.answers = name, answers
        super().__init__(port, json.dumps({"id": name}).encode() + b"\n")
        self.connection.settimeout(None)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            lines = self.connection.makefile("r")
            for text in lines:
                self.told[text.strip()] += 1
                self.order.append(text.strip())
                if self.answers:
                    self.say(json.dumps({"id": self.name, "ok": int(text.split()[1])}).encode() + b"\n")
        except OSError:
            pass
        lines.close()

    def close(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the gateway was killed
        self.thread.join(PATIENCE)
        super().close()


def give(gateway, device, name, number, **more):
    """Returns once the command is taken, and so on disk."""
    return gateway.ask("POST", f"/api/v1/devices/{device}/commands",
                       {"id": f"{device}-{number}", "command": name, "args": {"n": number}, **more})
