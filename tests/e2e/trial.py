"""A gateway on trial: devices and sinks under the judge's eye round a real process, and the verdict at the end."""
import json
import os
import signal
import time

from devices import StreamDevice
from disk_fault import FaultyMachine
from harness import PATIENCE, Case, Gateway, free_port, until
from oracle import Oracle, balance
from scripted_broker import ScriptedBroker
from scripted_http import ScriptedHttp

FRESH = 30  # seconds in which a new message must pass once a fault has ended
MEMORY = {"type": "memory", "max_size": "64MiB", "when_full": "block"}
DISK = {"type": "disk", "max_size": "64MiB", "when_full": "block"}


def http(url, buffer=None, **options):
    """An `http` sink that gives up on nothing for long."""
    sink = {"type": "http", "url": url, "encoding": {"type": "ndjson"}, "buffer": buffer or DISK,
            "batch": {"max_messages": 50, "max_bytes": "256KiB", "timeout": "50ms"},
            "request": {"timeout": "10s", "retry_initial": "50ms", "retry_max": "500ms"}}
    return merge(sink, options)


def mqtt(port, buffer=None, **options):
    sink = {"type": "mqtt", "servers": [f"mqtt://127.0.0.1:{port}"], "topic": "out/{{ device }}", "qos": 1, "buffer": buffer or DISK,
            "batch": {"max_bytes": "256KiB"}, "reconnect": {"initial": "100ms", "max": "500ms"},
            "request": {"timeout": "10s", "retry_initial": "50ms", "retry_max": "500ms"}}
    return merge(sink, options)


def merge(base, changes):
    """`base` with `changes` on top, map by map."""
    result = dict(base)
    for name, value in changes.items():
        result[name] = merge(result[name], value) if isinstance(value, dict) and isinstance(result.get(name), dict) else value
    return result


class Trial(Case):
    """A test with a judge. Sinks and devices that it makes report to it."""

    largest = 65536  # bytes of payload

    def setUp(self):
        super().setUp()
        self.data_dir = self.directory / "data"
        self.oracle = Oracle("service", "broker", "other", largest=self.largest)
        self.devices = []
        self.port = free_port()
        self.lives = 0
        self.admin = free_port()
        self.gate = None
        self.machine = None
        self.addCleanup(self._end_devices)

    def _end_devices(self):
        for device in self.devices:
            device.stopping.set()

    def service(self, name="service", **options):
        service = ScriptedHttp(lambda document: self.oracle.delivered(name, document), **options)
        self.addCleanup(service.close)
        return service

    def broker(self, name="broker", **options):
        broker = ScriptedBroker(lambda document: self.oracle.delivered(name, document), **options)
        self.addCleanup(broker.close)
        return broker

    def faulty_machine(self, **options):
        """From now on gateways run on a machine whose faults can be set."""
        self.machine = FaultyMachine(self.directory, self.data_dir, **options)
        return self.machine

    def adapter(self, after="stored", **options):
        protocol = {"framing": {"type": "line", "max_length": "256KiB"}, "codec": {"type": "json"}, "device": "{{ data.device }}",
                    "replies": [{"after": after, "text": "{{ data.n }}"}]}
        return merge({"type": "tcp", "listen": f"127.0.0.1:{self.port}", "protocol": protocol}, options)

    def config(self, sinks, adapters=None, **options):
        """JSON, which is YAML too."""
        config = {"gateway": {"id": "plant", "data_dir": str(self.data_dir), "drain_timeout": "2s"},
                  "admin": {"listen": "127.0.0.1:{admin}"}, "adapters": adapters or {"lines": self.adapter()}, "sinks": sinks}
        return json.dumps(merge(config, options), indent=1)

    def start(self, sinks, adapters=None, wait=True, stderr=None, before=(), **options):
        """A further life of the gateway on the same data_dir."""
        self.lives += 1
        if self.gate is not None and self.gate.alive():
            self.kill()  # of a subtest that failed
        self.gate = Gateway(self.config(sinks, adapters, **options), self.directory, wait=False, name=f"life-{self.lives}.yaml",
                            env=self.machine.environment if self.machine else {}, admin=self.admin, stderr=stderr, before=before)
        self.addCleanup(self.gate.close)
        if wait:
            self.gate.wait_notified("READY=1")
        return self.gate

    def kill(self):
        """SIGKILL, as often as one likes."""
        self.gate.signal(signal.SIGKILL)
        self.gate.wait()

    def device(self, name, **options):
        device = StreamDevice(self.oracle, self.port, name, **options)
        self.devices.append(device)
        return device

    def load(self, devices=3, **options):
        """Some devices that go on until the verdict."""
        return [self.device(f"d{len(self.devices)}", **options) for _ in range(devices)]

    def wait_acknowledged(self, more, patience=PATIENCE):
        """Until so many further messages are acknowledged."""
        enough = sum(device.answered for device in self.devices) + more
        until(lambda: sum(device.answered for device in self.devices) >= enough,
              lambda: f"{more} further acknowledgements; log:\n{self.gate.log()}", patience)

    def wait_delivered(self, sink, more, patience=PATIENCE):
        enough = len(self.oracle.deliveries(sink)) + more
        until(lambda: len(self.oracle.deliveries(sink)) >= enough,
              lambda: f"{more} further deliveries to {sink}; log:\n{self.gate.log()}", patience)

    def fresh(self, *sinks):
        """A new message of a new device passes, in time."""
        probe = self.device(f"probe-{len(self.devices)}", count=1)
        key = (probe.name, 0)
        began = time.monotonic()
        for sink in sinks:
            until(lambda: key in self.oracle.deliveries(sink),
                  lambda: f"a fresh message at {sink}; log:\n{self.gate.log()}", max(0.1, FRESH - (time.monotonic() - began)))

    def verdict(self, *sinks, excused=0, duplicates=None, patience=2 * PATIENCE):
        """Ends the load, waits for the backlog to go and judges: nothing lost, altered, invented, out of order; counters balance."""
        for device in self.devices:
            device.stop()
        self.fresh(*sinks)
        for sink in sinks:
            until(lambda: len(self.oracle.missing(sink)) <= excused,
                  lambda: "\n".join(self.oracle.faults(sink, excused)) + f"; log:\n{self.gate.log()}", patience)
            values = self.rest(sink, patience)
            self.assertEqual(self.oracle.faults(sink, excused, duplicates), [], f"{values}\n{self.gate.log()}")

    def rest(self, sink, patience=PATIENCE):
        """Waits until nothing is left in the sink's buffer; its counters then balance exactly."""
        def empty():
            values, difference = balance(self.gate.metrics(), sink)
            return values["backlog"] == 0 and values["accepted_total"] > 0 and (values, difference)
        values, difference = until(empty, lambda: f"the backlog of {sink} to go: {balance(self.gate.metrics(), sink)}; "
                                   f"log:\n{self.gate.log()}", patience)
        self.assertEqual(difference, 0, values)
        return values

    def balanced(self, sink):
        values, difference = balance(self.gate.metrics(), sink)
        self.assertEqual(difference, 0, values)
        return values


def kill(gateway):
    """SIGKILL from a sink's script: the process does not come to anything more."""
    try:
        os.kill(gateway.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    gateway.wait()
