"""The gateway as a good service: what it tells the service manager, its health, its signals, its quiet."""
import json
import re
import signal
import time
import unittest

from harness import PATIENCE, SANITIZED, Case, Gateway, fieldgate, free_port, line, send_tcp, until

CONFIG = """
gateway: {{ id: plant }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
log: {{ format: {log} }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
sinks:
  out: {{ type: console }}
"""


class Service(Case):
    def start(self, log="text", **options):
        self.tcp = free_port()
        return self.gateway(CONFIG.format(tcp=self.tcp, log=log), **options)

    def test_ready_only_once_devices_can_connect(self):
        gateway = self.start()
        send_tcp(self.tcp, line(device="d1"))  # refused, were it not listening yet
        self.assertEqual(len(gateway.notified("READY=1")), 1)
        gateway.wait_notified("STATUS=")
        self.assertEqual(gateway.stop(), 0)
        gateway.wait_notified("STOPPING=1")

    def test_the_watchdog_is_fed_at_half_its_time(self):
        gateway = self.start(env={"WATCHDOG_USEC": "600000"})
        times = [at for at, _ in until(lambda: len(gateway.notified("WATCHDOG=1")) >= 5 and gateway.notified("WATCHDOG=1"), "5 signs of life")]
        gaps = [later - earlier for earlier, later in zip(times[1:], times[2:])]
        self.assertLess(max(gaps), 0.6)
        self.assertGreater(min(gaps), 0.1)

    def test_without_a_watchdog_there_are_no_signs_of_life(self):
        gateway = self.start()
        time.sleep(0.5)
        self.assertEqual(gateway.notified("WATCHDOG"), [])

    def test_idle_it_sleeps(self):
        gateway = self.start()
        with send_tcp(self.tcp, line(device="d1"), close=False):
            until(gateway.output, "a line")
        until(lambda: gateway.metric("fieldgate_adapter_connections", adapter="lines") == 0, "the device to be gone")
        time.sleep(1.5)  # what the admin's connection, the log's thread and others still had to do
        before = gateway.voluntary_switches()
        time.sleep(3)
        # Every ten seconds it looks at its own lag.
        self.assertLessEqual(gateway.voluntary_switches() - before, 1 if not SANITIZED else 5)

    def test_sigint_stops_and_sighup_is_refused(self):
        gateway = self.start()
        gateway.signal(signal.SIGHUP)
        gateway.wait_log("(?i)(sighup|reload)")
        send_tcp(self.tcp, line(device="d1"))
        until(gateway.output, "a message after SIGHUP")
        gateway.signal(signal.SIGINT)
        self.assertEqual(gateway.wait(), 0)

    def test_health_readiness_and_metrics(self):
        gateway = self.start()
        self.assertEqual(gateway.get("/healthz")[0], 200)
        self.assertEqual(gateway.get("/readyz")[0], 200)
        send_tcp(self.tcp, line(device="d1") * 3 + b"broken\n")
        gateway.wait_metric("fieldgate_sink_delivered_total", 3, sink="out")
        status, headers, text = gateway.get("/metrics")
        self.assertEqual(status, 200)
        self.assertRegex(headers["Content-Type"], r"^text/plain; version=0\.0\.4")
        for name in ("adapter_connections", "adapter_connections_total", "adapter_bytes_total", "adapter_frames_total",
                     "adapter_messages_total", "adapter_errors_total", "sink_accepted_total", "sink_delivered_total", "sink_backlog",
                     "sink_backlog_bytes", "sink_up", "sink_retries_total", "build_info"):
            self.assertRegex(text, rf"(?m)^# TYPE fieldgate_{name} (counter|gauge)$")
            self.assertRegex(text, rf"(?m)^# HELP fieldgate_{name} \S")
            self.assertRegex(text, rf"(?m)^fieldgate_{name}[{{ ]")
        for name in ("delivery_seconds", "reactor_lag_seconds"):
            self.assertRegex(text, rf"(?m)^# TYPE fieldgate_{name} histogram$")
            self.assertRegex(text, rf'(?m)^fieldgate_{name}_bucket{{.*le="\+Inf"}} \d+$')
        self.assertEqual(gateway.metric("fieldgate_delivery_seconds_count", sink="out"), 3)
        self.assertEqual(gateway.metric("fieldgate_adapter_frames_total", adapter="lines"), 4)
        self.assertEqual(gateway.metric("fieldgate_adapter_errors_total", adapter="lines"), 1)
        self.assertEqual(gateway.metric("fieldgate_adapter_bytes_total", adapter="lines"), 3 * len(line(device="d1")) + 7)
        version = fieldgate("--version").stdout.split()[-1]
        self.assertEqual(gateway.metric("fieldgate_build_info", version=version), 1)
        self.assertNotIn("d1", text)  # a device's id is never a label

    def test_the_admin_listener_can_be_off(self):
        self.tcp = free_port()
        config = re.sub("admin:.*", "admin: {{ enabled: false }}", CONFIG).format(tcp=self.tcp, log="text")
        gateway = self.gateway(config)
        with self.assertRaises(OSError):
            gateway.get("/healthz")

    def test_the_log_as_json(self):
        gateway = self.start(log="json")
        send_tcp(self.tcp, b"broken \"text\"\n")
        gateway.wait_metric("fieldgate_adapter_errors_total", 1)
        gateway.stop()
        rows = gateway.log().splitlines()
        self.assertTrue(rows)
        for row in rows:
            self.assertTrue({"time", "level"} <= set(json.loads(row)), row)

    def test_repeated_lines_are_rate_limited(self):
        gateway = self.start()
        send_tcp(self.tcp, b"broken\n" * 1000)
        gateway.wait_metric("fieldgate_adapter_errors_total", 1000)
        self.assertLess(len(gateway.log().splitlines()), 30)

    def test_a_port_that_is_taken_is_named(self):
        first = self.start()
        second = Gateway(first.path.read_text().replace(str(first.admin), "{admin}"), self.directory, wait=False, name="second.yaml")
        self.assertNotIn(second.wait(), (0, 78))
        self.assertIn(f"127.0.0.1:{self.tcp}", second.log())
        self.assertIn("lines", second.log())
        self.assertEqual(second.notified("READY"), [])

    def test_two_processes_share_a_port(self):
        tcp = free_port()
        config = CONFIG.format(tcp=tcp, log="text").replace("type: tcp", "type: tcp\n    reuse_port: true")
        gateways = [self.gateway(config, name=f"{n}.yaml") for n in (1, 2)]
        for n in range(40):
            send_tcp(tcp, line(device=f"d{n}"))
        until(lambda: sum(len(g.output().splitlines()) for g in gateways) == 40, "40 messages at both")
        self.assertTrue(all(g.output() for g in gateways))

    def test_silent_devices_are_disconnected(self):
        self.tcp = free_port()
        gateway = self.gateway(CONFIG.format(tcp=self.tcp, log="text").replace("listen: 127.0.0.1:%d" % self.tcp,
                               "listen: 127.0.0.1:%d\n    limits: { idle: 1s }" % self.tcp))
        with send_tcp(self.tcp, line(device="d1"), close=False) as connection:
            connection.settimeout(PATIENCE)
            self.assertEqual(connection.recv(1), b"")
        until(lambda: gateway.metric("fieldgate_adapter_connections", adapter="lines") == 0, "the connection to end")


if __name__ == "__main__":
    unittest.main()
