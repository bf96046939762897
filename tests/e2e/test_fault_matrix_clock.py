"""The fault matrix, row 20: a wall clock that jumps."""
import time
import unittest

from harness import until
from trial import Trial, http, mqtt

HOUR, YEAR = 3600, 365 * 24 * 3600


class Row20(Trial):
    largest = 4096

    def sinks(self, service):
        buffer = {"type": "disk", "max_size": "16MiB", "max_age": "1h", "when_full": "block"}
        return {"service": http(service.url, buffer=buffer, encoding={"type": "ndjson", "id": True})}

    def nothing_expired(self):
        self.assertEqual(self.gate.metric("fieldgate_sink_expired_total"), 0)

    def test_row_20_clock_jumps_under_load(self):
        """Clock jumps of 1 h and 20 years, both ways: timers, ages and ids do not follow; nothing expires of it."""
        machine, service = self.faulty_machine(), self.service()
        self.start(self.sinks(service))
        self.load(pause=0.002)
        for jump in (HOUR, -HOUR, 20 * YEAR, -20 * YEAR, -int(time.time()) + 60):
            machine.set(f"clock {jump}")
            self.wait_acknowledged(100)
            self.wait_delivered("service", 100)
            service.go()
            self.wait_acknowledged(100)
            machine.set(f"clock {-jump // 2}")  # while there is a backlog, and a wait for the next attempt
            self.wait_acknowledged(50)
            service.listen()
            self.wait_delivered("service", 100)
        self.nothing_expired()
        machine.set()
        self.verdict("service", duplicates=5 * 100)
        self.nothing_expired()

    def test_row_20_starts_in_1970(self):
        """A start in 1970 and a restart in the present: no id comes twice, nothing is lost or expired."""
        machine, service = self.faulty_machine(), self.service()
        service.go()
        for clock in (-int(time.time()) + 10, 0, -int(time.time()) + 5):
            machine.set(f"clock {clock}")
            self.start({"service": http(service.url, encoding={"type": "ndjson", "id": True})})
            for device in self.load(2, count=50):
                device.join()
            self.assertEqual(self.gate.stop(), 0)
        machine.set()
        service.listen()
        self.start({"service": http(service.url, encoding={"type": "ndjson", "id": True})})
        self.verdict("service", duplicates=0)

    def test_row_20_broker_returns_after_the_clock_was_set_back(self):
        """Clock set back while the broker is away: the connection comes back all the same."""
        machine, broker = self.faulty_machine(), self.broker()
        self.start({"broker": mqtt(broker.port)})
        self.load(pause=0.005)
        self.wait_delivered("broker", 50)
        for jump in (-HOUR, -20 * YEAR, HOUR):
            broker.go()
            until(lambda: self.gate.metric("fieldgate_sink_up", sink="broker") == 0, "the loss to be seen")
            machine.set(f"clock {jump}")
            self.wait_acknowledged(20)
            broker.listen()
            self.wait_delivered("broker", 50)
        self.verdict("broker")


if __name__ == "__main__":
    unittest.main()
