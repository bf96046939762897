"""The judge over what a disk buffer may do with messages: drop, expire, let new ones pass first, and dead letters with their return."""
import json
import time
import unittest

from harness import fieldgate, until
from scripted_http import Answer
from trial import Trial, http

REFUSED = 422


class Policies(Trial):
    largest = 4096

    def sink(self, service, **buffer):
        return {"service": http(service.url, buffer={"type": "disk", "max_size": "1MiB", **buffer},
                                batch={"max_messages": 50, "max_bytes": "64KiB"})}

    def dropping(self, when_full):
        """More than fits, while the service is away and over a kill: what is missing is what was counted, no more, no less."""
        service = self.service()
        service.go()
        self.start(self.sink(service, when_full=when_full))
        devices = self.load(3, count=1500)
        for device in devices:
            device.join()
            self.assertEqual(device.answered, device.count)
        dropped = self.balanced("service")["dropped_total"]
        self.assertGreater(dropped, 100)
        self.kill()
        service.listen()
        self.start(self.sink(service, when_full=when_full))
        self.rest("service")
        self.verdict("service", excused=dropped)
        self.assertEqual(len(self.oracle.missing("service")), dropped)
        return devices

    def test_drop_oldest(self):
        """The newest are there."""
        devices = self.dropping("drop_oldest")
        self.assertTrue({(device.name, device.count - 1) for device in devices} <= set(self.oracle.deliveries("service")))

    def test_drop_newest(self):
        """The oldest are there."""
        devices = self.dropping("drop_newest")
        self.assertTrue({(device.name, 0) for device in devices} <= set(self.oracle.deliveries("service")))

    def test_expiry(self):
        """What waited longer than max_age is counted as expired, also what an earlier run left."""
        service = self.service()
        service.go()
        self.start(self.sink(service, max_age="2s"))
        for device in self.load(2, count=100):
            device.join()
        first = self.balanced("service")
        self.kill()
        time.sleep(2.5)
        service.listen()
        self.start(self.sink(service, max_age="2s"))
        self.fresh("service")
        values = self.rest("service")
        self.assertEqual(len(self.oracle.missing("service")), 200)
        self.assertEqual(first["expired_total"] + values["expired_total"], 200)
        self.assertEqual(self.oracle.faults("service", excused=200), [])

    def test_live_first(self):
        """After an outage what is new goes at once, what waited goes beside it at its rate, marked as late; each in order."""
        service = self.service()
        taken = []
        service.take = lambda document: taken.append((bool(document.get("late")), document["data"]["device"], document["data"]["n"]))
        service.go()
        options = {"order": "live_first", "backlog_rate": "100/s"}
        self.start(self.sink(service, **options))
        for device in self.load(2, count=200):
            device.join()
        self.assertEqual(self.gate.stop(), 0)
        service.listen()
        self.start(self.sink(service, **options))
        live = self.device("live", count=20)
        live.join()
        until(lambda: [n for _, name, n in taken if name == "live"] == list(range(20)), "the live ones")
        self.assertGreater(self.gate.metric("fieldgate_sink_backlog", sink="service"), 100)
        self.rest("service", patience=60)
        for device in self.devices:
            numbers = [n for _, name, n in taken if name == device.name]
            self.assertEqual(numbers, list(range(device.count)), device.name)
            self.assertEqual({late for late, name, _ in taken if name == device.name}, {device is not live})

    def test_a_backlog_drains_beside_live_messages(self):
        """After a start with a backlog, devices are answered at once and the backlog goes faster than they send."""
        service = self.service()
        service.go()
        sinks = {"service": http(service.url)}
        self.start(sinks)
        for device in self.load(3, count=1500):
            device.join()
        self.assertEqual(self.gate.stop(), 0)
        self.start(sinks)
        live = self.load(3, pause=0.02)
        self.wait_acknowledged(50)
        self.assertGreater(self.gate.metric("fieldgate_sink_backlog", sink="service"), 4500)
        service.listen()
        until(lambda: self.gate.metric("fieldgate_sink_backlog", sink="service") < 300,
              lambda: f"the backlog to go under load; log:\n{self.gate.log()}")
        self.assertTrue(all(device.connections == 1 for device in live))
        self.verdict("service", duplicates=0)

    def letters(self, verb, *arguments):
        result = fieldgate("dead-letters", verb, "--data-dir", self.data_dir, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_dead_letters_survive_a_kill_and_come_back(self):
        """Dead letters are on the disk before their message leaves the buffer; replay delivers them, purge ends them."""
        service = self.service(script=lambda request: Answer(
            REFUSED if any(document["data"]["n"] % 10 == 3 for document in request.documents) else 200))
        self.start(self.sink(service))
        for device in self.load(2, count=50):
            device.join()
        self.gate.wait_metric("fieldgate_sink_dead_letters_total", 10, sink="service")
        self.kill()
        listed = json.loads(self.letters("list", "--json"))
        self.assertEqual(len(listed["dead_letters"]), 10)
        service.script = lambda request: Answer()
        self.start(self.sink(service))
        self.letters("replay", "--sink", "service")
        until(lambda: not self.oracle.missing("service"), lambda: f"the replayed ones; log:\n{self.gate.log()}")
        self.rest("service")
        for device in self.devices:
            device.stop()
        self.assertEqual({(device.name, n) for device in self.devices for n in range(device.count)}, set(self.oracle.deliveries("service")))
        until(lambda: "status_422" not in self.letters("list"), "the list to be empty")
        self.assertEqual(self.gate.stop(), 0)


if __name__ == "__main__":
    unittest.main()
