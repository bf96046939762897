"""Devices that say who they are and then nothing: they are there, and commands reach them."""
import socket
import unittest

from harness import PATIENCE, Case, free_port, until

REGISTERS = """
gateway: {{ id: plant, data_dir: {data} }}
admin: {{ listen: 127.0.0.1:{{admin}} }}
devices: {{ unknown: reject, list: {{ "86012": {{}} }} }}
adapters:
  modems:
    type: tcp
    {line}
    commands: [relay]
    protocol:
      framing: {{ type: line }}
      codec: {{ type: json }}
      device: "{device}"
      {session}
      commands: {{ relay: {{ text: "RELAY {{{{ args.to }}}}", expires: 10m }} }}
sinks: {{ out: {{ type: console }} }}
"""
SESSION = 'session: { id: "{{ match.imei }}", registration: { regex: "^IMEI(?P<imei>[0-9]+);", reply: { text: "OK;" } } }'


class SilentDevices(Case):
    def read(self, modem, expected):
        told = b""
        while len(told) < len(expected):
            more = modem.recv(4096)
            self.assertTrue(more, f"closed after {told}")
            told += more
        self.assertEqual(told, expected)

    def modems(self, line, device="{{ session.id }}", session=SESSION):
        return self.gateway(REGISTERS.format(data=self.directory / "data", line=line, device=device, session=session))

    def queue(self, gateway):
        status, answer = gateway.ask("POST", "/api/v1/devices/86012/commands",
                             {"id": "1", "command": "relay", "args": {"to": "on"}})
        self.assertEqual((status, answer["state"]), (202, "queued"), answer)

    def test_a_modem_that_only_registers_gets_the_command_that_waited_for_it(self):
        port = free_port()
        gateway = self.modems(f"listen: 127.0.0.1:{port}")
        self.queue(gateway)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as modem:
            modem.sendall(b"IMEI86012;")
            self.read(modem, b"OK;RELAY on\n")
            device = gateway.ask("GET", "/api/v1/devices/86012")[1]
            self.assertEqual((device["state"], device["messages"]), ("online", 0))
        until(lambda: gateway.ask("GET", "/api/v1/devices/86012")[1]["state"] == "offline", "the modem is gone")

    def test_a_modem_that_is_not_registered_here_gets_no_answer_to_its_registration(self):
        port = free_port()
        gateway = self.modems(f"listen: 127.0.0.1:{port}")
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as modem:
            modem.sendall(b"IMEI4711;")
            until(lambda: "'4711' is not registered" in gateway.log(), gateway.log)
        self.assertEqual(gateway.ask("GET", "/api/v1/devices/4711")[0], 404)

    def test_a_dialled_device_gets_its_command_when_it_is_reached(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE)
            port = server.getsockname()[1]
            gateway = self.modems(f"connect: {{ '86012': 127.0.0.1:{port} }}", "{{ peer.name }}", "")
            modem = server.accept()[0]
            modem.settimeout(PATIENCE)
            with modem:
                until(lambda: gateway.ask("GET", "/api/v1/devices/86012")[1]["state"] == "online", gateway.log)
                self.queue(gateway)
                self.read(modem, b"RELAY on\n")


if __name__ == "__main__":
    unittest.main()
