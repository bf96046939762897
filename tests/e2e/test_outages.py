"""Services that are away: nothing is lost that a buffer can hold, and the other sink notices nothing."""
import json
import signal
import threading
import time
import unittest

from harness import Case, free_port, line, send_tcp, until

CONFIG = """
gateway: {{ id: plant, drain_timeout: 5s }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
sinks:
{sinks}
"""
MQTT = """
  broker:
    type: mqtt
    servers: [ "mqtt://127.0.0.1:{port}" ]
    topic: "out/{{{{ device }}}}"
    qos: 1
    reconnect: {{ initial: 100ms, max: 500ms }}
    request: {{ retry_initial: 100ms, retry_max: 500ms }}
    buffer: {{ type: memory, max_size: {size}, when_full: {when_full} }}
"""
HTTP = """
  service:
    type: http
    url: "{url}"
    encoding: {{ type: ndjson }}
    batch: {{ max_messages: 200, max_bytes: 64KiB, timeout: 50ms }}
    request: {{ timeout: 2s, retry_initial: 50ms, retry_max: 500ms }}
    buffer: {{ type: memory, max_size: {size}, when_full: {when_full} }}
"""


class Load:
    """One device that sends numbered readings as fast as it is told, until it is stopped."""

    def __init__(self, port, device, pause=0.01, burst=10):
        self.sent = 0
        self.port, self.device, self.pause, self.burst = port, device, pause, burst
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        connection = send_tcp(self.port, b"", close=False)
        connection.settimeout(None)
        try:
            while not self.stopping.is_set():
                connection.sendall(b"".join(line(device=self.device, n=self.sent + i) for i in range(self.burst)))
                self.sent += self.burst
                time.sleep(self.pause)
        except OSError:
            pass  # the gateway has stopped
        connection.close()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self.sent


def numbers(documents, device):
    """The readings' numbers in the order of their first arrival."""
    return list(dict.fromkeys(d["data"]["n"] for d in documents if d["device"] == device))


class Outages(Case):
    def start(self, *sinks, **values):
        self.tcp = free_port()
        return self.gateway(CONFIG.format(tcp=self.tcp, sinks="".join(sinks)), **values)

    def http(self, sink, size="16MiB", when_full="block"):
        return HTTP.format(url=sink.url, size=size, when_full=when_full)

    def mqtt(self, port, size="16MiB", when_full="block"):
        return MQTT.format(port=port, size=size, when_full=when_full)

    def test_mosquitto_restarts_under_load(self):
        broker, sink = self.mosquitto(), self.http_sink()
        out = broker.subscribe("out/#")
        gateway = self.start(self.mqtt(broker.port), self.http(sink))
        load = Load(self.tcp, "d1")
        out.wait(50)
        broker.stop()
        until(lambda: gateway.metric("fieldgate_sink_up", sink="broker") == 0, "the sink to see the broker go")
        by_http = len(sink.records)
        sink.wait_records(by_http + 300)  # the other sink notices nothing
        self.assertEqual(gateway.metric("fieldgate_sink_up", sink="service"), 1)
        self.assertEqual(gateway.get("/healthz")[0], 200)
        self.assertEqual(gateway.get("/readyz")[0], 200)
        broker.start()
        by_mqtt = len(out.messages)
        out.wait(by_mqtt + 300)
        sent = load.stop()
        until(lambda: len(numbers(list(map(json.loads, [p for _, p in out.messages])), "d1")) >= sent,
              lambda: f"{sent} by MQTT, have {len(out.messages)}; log:\n{gateway.log()}")
        self.assertEqual(numbers([json.loads(p) for _, p in out.messages], "d1"), list(range(sent)))
        self.assertEqual(numbers(sink.wait_records(sent), "d1"), list(range(sent)))
        self.assertEqual(gateway.metric("fieldgate_sink_dropped_total"), 0)
        until(lambda: gateway.metric("fieldgate_sink_delivered_total", sink="broker") == sent, "all confirmed")
        self.assertEqual(gateway.metric("fieldgate_sink_up", sink="broker"), 1)

    def test_http_answers_503_for_a_while(self):
        broker, sink = self.mosquitto(), self.http_sink()
        out = broker.subscribe("out/#")
        gateway = self.start(self.mqtt(broker.port), self.http(sink))
        load = Load(self.tcp, "d1")
        sink.wait_records(50)
        sink.status = 503
        gateway.wait_metric("fieldgate_sink_retries_total", 3, sink="service")
        by_mqtt = len(out.messages)
        out.wait(by_mqtt + 300)
        self.assertEqual(gateway.metric("fieldgate_sink_backlog", sink="service") > 0, True)
        sink.status = 200
        sent = load.stop()
        until(lambda: len(sink.records) >= sent, lambda: f"{sent} by HTTP, have {len(sink.records)}")
        self.assertEqual([r["data"]["n"] for r in sink.records], list(range(sent)))
        out.wait(sent)
        self.assertEqual([json.loads(p)["data"]["n"] for _, p in out.messages], list(range(sent)))
        self.assertEqual(gateway.metric("fieldgate_sink_dead_letters_total"), 0)

    def test_retry_after_is_honoured(self):
        sink = self.http_sink()
        sink.status, sink.headers = 429, {"Retry-After": "2"}
        self.start(self.http(sink))
        send_tcp(self.tcp, line(device="d1", n=1))
        until(lambda: sink.requests, "a first request")
        began = time.monotonic()
        until(lambda: len(sink.requests) == 2, "a second request")
        self.assertGreater(time.monotonic() - began, 1.5)

    def test_401_is_retried_and_nothing_becomes_a_dead_letter(self):
        sink = self.http_sink()
        sink.status = 401
        gateway = self.start(self.http(sink))
        send_tcp(self.tcp, line(device="d1", n=1))
        gateway.wait_metric("fieldgate_sink_retries_total", 2, sink="service")
        gateway.wait_log("401")
        sink.status = 200
        sink.wait_records(1)
        self.assertEqual(gateway.metric("fieldgate_sink_dead_letters_total"), 0)

    def test_services_that_are_away_at_start(self):
        broker_port, http_port = free_port(), free_port()
        gateway = self.start(self.mqtt(broker_port), HTTP.format(url=f"http://127.0.0.1:{http_port}/ingest", size="16MiB", when_full="block"))
        self.assertEqual(gateway.get("/readyz")[0], 200)
        send_tcp(self.tcp, b"".join(line(device="d1", n=n) for n in range(100)))
        gateway.wait_metric("fieldgate_sink_backlog", 100, sink="broker")
        gateway.wait_metric("fieldgate_sink_backlog", 100, sink="service")
        broker, sink = self.mosquitto(port=broker_port), None
        out = broker.subscribe("out/#")
        # Whoever comes first may miss what was sent before it subscribed; so only later messages count at the subscriber.
        until(lambda: gateway.metric("fieldgate_sink_delivered_total", sink="broker") == 100, "100 confirmed by the broker")
        sink = self.http_sink(http_port)
        self.assertEqual(numbers(sink.wait_records(100), "d1"), list(range(100)))
        send_tcp(self.tcp, line(device="d1", n=100))
        until(lambda: any(json.loads(p)["data"]["n"] == 100 for _, p in out.messages), "a message after the start")

    def test_a_full_buffer_that_blocks_makes_devices_wait(self):
        sink = self.http_sink()
        sink.status = 503
        gateway = self.start(self.http(sink, size="256KiB"))
        load = Load(self.tcp, "d1", pause=0, burst=500)

        def stalled():
            before = load.sent
            time.sleep(0.5)
            return load.sent == before and before > 0
        until(stalled, "the device to be held up")
        self.assertLessEqual(gateway.metric("fieldgate_sink_backlog_bytes", sink="service"), 256 * 1024)
        sink.status = 200
        held = load.sent
        until(lambda: load.sent > held, "the device to go on")
        sent = load.stop()
        until(lambda: len(sink.records) >= sent, lambda: f"{sent} by HTTP, have {len(sink.records)}")
        self.assertEqual([r["data"]["n"] for r in sink.records], list(range(sent)))
        self.assertEqual(gateway.metric("fieldgate_sink_dropped_total"), 0)

    def test_a_full_buffer_that_drops_counts_every_loss(self):
        for when_full in ("drop_oldest", "drop_newest"):
            with self.subTest(when_full=when_full):
                sink = self.http_sink()
                sink.status = 503
                gateway = self.start(self.http(sink, size="256KiB", when_full=when_full), name=when_full + ".yaml")
                count = 10000
                send_tcp(self.tcp, b"".join(line(device="d1", n=n) for n in range(count)))
                until(lambda: gateway.metric("fieldgate_adapter_messages_total", adapter="lines") == count, "all taken in")
                dropped = gateway.wait_metric("fieldgate_sink_dropped_total", 1, sink="service") and \
                    gateway.metric("fieldgate_sink_dropped_total", sink="service")
                sink.status = 200
                until(lambda: gateway.metric("fieldgate_sink_backlog", sink="service") == 0, "the backlog to go")
                got = [r["data"]["n"] for r in sink.records]
                self.assertEqual(len(got), count - dropped)
                self.assertEqual(got, sorted(set(got)))
                newest = range(count - 200, count)
                if when_full == "drop_oldest":
                    self.assertTrue(set(newest) <= set(got))
                else:
                    self.assertEqual(got[:200], list(range(200)))
                    self.assertFalse(set(newest) & set(got))
                values = {name: gateway.metric(f"fieldgate_sink_{name}", sink="service") for name in
                          ("accepted_total", "delivered_total", "expired_total", "dropped_total", "dead_letters_total", "corrupt_total", "backlog")}
                self.assertEqual(values.pop("accepted_total"), sum(values.values()), values)
                self.assertEqual(gateway.stop(), 0)

    def test_sigterm_under_load_drains_and_ends(self):
        sink = self.http_sink()
        gateway = self.start(self.http(sink))
        loads = [Load(self.tcp, f"d{i}", pause=0.001, burst=50) for i in range(3)]
        sink.wait_records(1000)
        began = time.monotonic()
        gateway.signal(signal.SIGTERM)
        self.assertEqual(gateway.wait(), 0, gateway.log())
        self.assertLess(time.monotonic() - began, 7)
        for load in loads:
            load.stop()
            got = [r["data"]["n"] for r in sink.records if r["device"] == load.device]
            self.assertEqual(got, list(range(len(got))))  # what was taken in was delivered: no hole, no double
        self.assertTrue(gateway.notified("STOPPING=1"))

    def test_sigterm_with_a_dead_service_ends_within_the_drain_timeout(self):
        gateway = self.start(HTTP.format(url=f"http://127.0.0.1:{free_port()}/", size="16MiB", when_full="block").replace("  service:", "  gone:"),
                             self.mqtt(free_port()))
        send_tcp(self.tcp, line(device="d1", n=1))
        gateway.wait_metric("fieldgate_sink_backlog", 1, sink="gone")
        began = time.monotonic()
        gateway.signal(signal.SIGTERM)
        self.assertEqual(gateway.wait(), 0, gateway.log())
        self.assertLess(time.monotonic() - began, 7.5)
        gateway.wait_log("(?i)gone.*1 ")  # what is given up is said


class MqttAdapter(Case):
    CONFIG = """
gateway: {{ id: plant }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
adapters:
  bus:
    type: mqtt
    servers: [ "mqtt://127.0.0.1:{port}" ]
    subscribe: [ {{ topic: "plant/+/up", qos: 1 }} ]
    reconnect: {{ initial: 100ms, max: 500ms }}
    protocol: {{ codec: {{ type: json }}, device: "{{{{ topic.1 }}}}" }}
sinks:
  out: {{ type: console }}
"""

    def setUp(self):
        super().setUp()
        self.broker = self.mosquitto()
        self.gateway_ = self.gateway(self.CONFIG.format(port=self.broker.port))
        self.subscribed(self.gateway_)

    def numbers(self, gateway):
        return [json.loads(row)["data"]["n"] for row in gateway.output().splitlines()]

    def subscribed(self, gateway):
        """Publishes until a message arrives."""
        before = len(self.numbers(gateway))

        def arrives():
            self.broker.publish("plant/probe/up", '{"n":-1}')
            return len(self.numbers(gateway)) > before
        until(arrives, lambda: "a message through the subscription; log:\n" + gateway.log())

    def test_it_comes_back_after_the_brokers_restart(self):
        self.broker.stop()
        self.broker.start()
        self.subscribed(self.gateway_)

    def test_it_subscribes_again_where_the_broker_lost_its_session(self):
        self.broker.stop()
        (self.directory / f"mosquitto-{self.broker.port}.db").unlink()
        self.broker.start()
        self.subscribed(self.gateway_)

    def test_the_broker_keeps_what_comes_while_the_gateway_is_away(self):
        self.assertEqual(self.gateway_.stop(), 0)
        for n in range(10):
            self.broker.publish("plant/press-1/up", json.dumps({"n": n}))
        gateway = self.gateway(self.CONFIG.format(port=self.broker.port), name="again.yaml")
        until(lambda: [n for n in self.numbers(gateway) if n >= 0] == list(range(10)), lambda: f"10 kept messages, have {self.numbers(gateway)}")


if __name__ == "__main__":
    unittest.main()
