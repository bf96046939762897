"""The judge over all ways in: TCP, TLS, UDP and MQTT devices to HTTP and MQTT sinks with disk buffers."""
import unittest

from devices import DatagramDevice, MqttDevice, StreamDevice, trusting
from harness import free_port
from peers import Authority
from trial import Trial, http, mqtt


class Paths(Trial):
    largest = 16384  # what fits into a datagram

    def test_every_way_in_keeps_its_word(self):
        authority = Authority(self.directory / "tls")
        crt, key = authority.issue("gateway")
        bus = self.mosquitto()
        service, broker = self.service(), self.broker()
        tls, udp = free_port(), free_port()
        protocol = self.adapter()["protocol"]
        bare = {"codec": {"type": "json"}, "device": "{{ data.device }}"}
        adapters = {
            "lines": self.adapter(),
            "secure": {"type": "tls", "listen": f"127.0.0.1:{tls}", "protocol": protocol,
                       "tls": {"crt_file": str(crt), "key_file": str(key)}},
            "datagrams": {"type": "udp", "listen": f"127.0.0.1:{udp}", "protocol": {**bare, "replies": protocol["replies"]}},
            "bus": {"type": "mqtt", "servers": [f"mqtt://127.0.0.1:{bus.port}"], "protocol": bare,
                    "subscribe": [{"topic": "up/#", "qos": 1}]},
        }
        sinks = {"service": http(service.url), "broker": mqtt(broker.port, encoding={"type": "json"})}
        gateway = self.start(sinks, adapters)
        gateway.wait_log("(?i)bus.*subscri|bus.*connect")
        self.devices += [
            StreamDevice(self.oracle, self.port, "tcp", count=300),
            StreamDevice(self.oracle, tls, "tls", count=300, context=trusting(authority.crt)),
            DatagramDevice(self.oracle, udp, "udp", count=100, wait=5),
            MqttDevice(self.oracle, bus.port, "mqtt", "up/mqtt", count=100),
        ]
        for device in self.devices:
            device.join()
            self.assertEqual((device.name, device.answered), (device.name, device.count))
        self.verdict("service", "broker", duplicates=0)


if __name__ == "__main__":
    unittest.main()
