"""Devices that vanish without a word: nothing of them is heard any more, not even that they are gone."""
import ctypes
import socket
import struct
import unittest

from harness import PATIENCE, Case, free_port, line, until

CONFIG = """
gateway: {{ id: plant, data_dir: {data} }}
admin: {{ listen: 127.0.0.1:{{admin}} }}
adapters:
  lines:
    type: tcp
    {end}
    limits: {{ keepalive: 1s }}
    commands: [relay]
    protocol:
      framing: {{ type: line }}
      codec: {{ type: json }}
      device: "{{{{ data.id }}}}"
      commands: {{ relay: {{ text: RELAY, expect: "exists(data.ok)", timeout: 10m, expires: 10m }} }}
sinks: {{ out: {{ type: console }} }}
"""


def vanish(connection):
    """From now on no segment reaches the socket, and so nothing that comes is acknowledged: as if its cable were pulled."""
    SO_ATTACH_FILTER = 26
    nothing = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))  # BPF_RET: keep no byte
    program = struct.pack("@HP", 1, ctypes.addressof(nothing))
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class HalfOpen(Case):
    def start(self, end):
        self.gate = self.gateway(CONFIG.format(data=self.directory / "data", end=end))

    def meets(self, connection):
        """The device says who it is."""
        self.addCleanup(connection.close)
        connection.sendall(line(id="d1"))
        until(lambda: self.state() == "online", lambda: f"the device; log:\n{self.gate.log()}")

    def state(self):
        return self.gate.ask("GET", "/api/v1/devices/d1")[1].get("state")

    def lost(self):
        until(lambda: self.state() == "offline", lambda: f"that the device is gone; log:\n{self.gate.log()}")
        self.assertEqual(self.gate.metric("fieldgate_adapter_rejected_total", adapter="lines", reason="keepalive"), 1)

    def test_a_device_that_was_silent_anyway(self):
        port = free_port()
        self.start(f"listen: 127.0.0.1:{port}")
        device = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.meets(device)
        vanish(device)
        self.lost()
        self.assertEqual(self.gate.metric("fieldgate_adapter_connections"), 0)

    def test_a_device_that_was_just_given_a_command(self):
        port = free_port()
        self.start(f"listen: 127.0.0.1:{port}")
        device = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.meets(device)
        vanish(device)
        self.gate.ask("POST", "/api/v1/devices/d1/commands", {"id": "1", "command": "relay"})
        self.lost()
        until(lambda: self.gate.ask("GET", "/api/v1/commands/1")[1]["state"] == "failed", "the end of the command")
        self.assertIn("lost: ", self.gate.ask("GET", "/api/v1/commands/1")[1]["error"])

    def test_a_device_that_was_dialled_is_dialled_again(self):
        with socket.create_server(("127.0.0.1", free_port())) as listener:
            listener.settimeout(PATIENCE)
            self.start(f'connect: {{ d1: "127.0.0.1:{listener.getsockname()[1]}" }}')
            device = listener.accept()[0]
            self.meets(device)
            vanish(device)
            again = listener.accept()[0]
            self.lost()
            self.meets(again)


if __name__ == "__main__":
    unittest.main()
