"""The fault matrix, rows 1 to 6: what an HTTP service can do to a gateway."""
import time
import unittest

from fault_proxy import FaultProxy
from harness import SANITIZED, until
from scripted_http import Answer
from trial import Trial, http


class HttpRows(Trial):
    def proxied(self, service):
        proxy = FaultProxy(service.port)
        self.addCleanup(proxy.close)
        return proxy, f"http://127.0.0.1:{proxy.port}/ingest"

    def up(self, sink="service"):
        return self.gate.metric("fieldgate_sink_up", sink=sink) == 1

    def wait_down(self, sink="service"):
        until(lambda: not self.up(sink), lambda: f"{sink} to be seen as down; log:\n{self.gate.log()}")

    def others_go_on(self):
        """Acknowledgements and the other sink notice nothing."""
        self.wait_acknowledged(200)
        self.wait_delivered("other", 200)
        self.assertTrue(self.up("other"))

    def test_row_01_sink_down(self):
        """Sink down (RST): the buffer grows, acknowledgements and other sinks are unaffected; retries back off."""
        service, other = self.service(), self.service("other")
        self.start({"service": http(service.url), "other": http(other.url)})
        self.load(pause=0.002)
        self.wait_delivered("service", 100)
        service.go()
        self.wait_down()
        before, began = self.gate.metric("fieldgate_sink_retries_total", sink="service"), time.monotonic()
        self.others_go_on()
        time.sleep(1)
        attempts = self.gate.metric("fieldgate_sink_retries_total", sink="service") - before
        self.assertLess(attempts, 20 * (time.monotonic() - began), "it must back off")
        self.assertGreater(self.gate.metric("fieldgate_sink_backlog", sink="service"), 100)
        self.assertGreater(self.gate.metric("fieldgate_sink_backlog_bytes", sink="service"), 1000)
        self.others_go_on()
        service.listen()
        self.verdict("service", "other", duplicates=200)

    def test_row_02_sink_slow(self):
        """Sink slow (1 B/s, and seconds of latency): requests in flight are bounded and time out; the reactor does not stall."""
        service, other = self.service(), self.service("other")
        proxy, url = self.proxied(service)
        self.start({"service": http(url, request={"timeout": "1s", "concurrency": 4}), "other": http(other.url)})
        self.load(pause=0.002)
        self.wait_delivered("service", 100)
        proxy.inflict(rate=1)
        self.gate.wait_metric("fieldgate_sink_retries_total", 2, sink="service")
        self.others_go_on()
        proxy.heal()
        proxy.reset()
        service.script = lambda request: Answer(delay=0.5)
        self.wait_delivered("service", 100)
        self.others_go_on()
        self.assertLessEqual(max(request.open for request in service.requests), 4)
        service.script = lambda request: Answer()
        self.verdict("service", "other")

    def test_row_03_half_open_http_sink(self):
        """Half-open sink (a black hole): an HTTP service is given up by the request's time-out."""
        service, other = self.service(), self.service("other")
        proxy, url = self.proxied(service)
        self.start({"service": http(url, request={"timeout": "1s"}), "other": http(other.url)})
        self.load(pause=0.002)
        self.wait_delivered("service", 100)
        proxy.inflict(stall={"up", "down"})
        began = time.monotonic()
        self.wait_down()
        if not SANITIZED:
            self.assertLess(time.monotonic() - began, 5)
        self.others_go_on()
        proxy.heal()
        self.verdict("service", "other", duplicates=200)

    def test_row_04_5xx_and_connections_that_break(self):
        """HTTP 5xx, connection reset mid-body, answers cut short: the same messages again, never a partial acknowledgement."""
        service = self.service()
        faults = [Answer(500), Answer(), Answer(502, body=b"oops"), Answer(cut_after=10, taken=True), Answer(),
                  Answer(reset=True, taken=False), Answer(body=b"0123456789", cut_after=45), Answer(reset=True, taken=True)]
        service.script = lambda request: faults[request.number % len(faults)]
        self.start({"service": http(service.url, encoding={"type": "ndjson", "id": True}, request={"retry_max": "100ms"})})
        self.load(pause=0.002)
        for reading in (0, 1, 300, None):
            service.reading = reading
            time.sleep(0.3)
        service.wait_requests(40)
        self.wait_delivered("service", 200)
        service.script = lambda request: Answer()
        self.verdict("service")
        self.assertEqual(self.gate.metric("fieldgate_sink_dead_letters_total", sink="service"), 0)

    def test_row_05_retry_after(self):
        """HTTP 429 and 503 with Retry-After: it is honoured, and concurrency is halved."""
        for status in (429, 503):
            with self.subTest(status=status):
                self.retry_after(self.service(), status)

    def retry_after(self, service, status):
        self.start({"service": http(service.url, request={"concurrency": 4})})
        self.load(8, pause=0.002)
        self.wait_delivered("service", 100)
        service.script = lambda request: Answer(status, {"Retry-After": "2"})
        until(lambda: not self.up(), "the refusal")
        time.sleep(0.3)  # what was under way has arrived
        refused = len(service.requests)
        service.script = lambda request: Answer(delay=0.05)
        last = service.requests[-1].at
        service.wait_requests(refused + 3)
        self.assertGreater(service.requests[refused].at - last, 1.5, "Retry-After was not honoured")
        # Of four at once there are two left: the third waits for an answer, which takes 50 ms. (How many the service
        # counts as open says less: it may hear of the third before it has noted that the first was answered.)
        first, _, third = service.requests[refused:refused + 3]
        self.assertGreaterEqual(third.at - first.at, 0.045)
        self.verdict("service")
        self.assertEqual(self.gate.stop(), 0)

    def test_row_06_poison(self):
        """HTTP 4xx: the poison message is isolated by splitting its batch and becomes a dead letter; nothing else does."""
        for status in (400, 413, 422):
            with self.subTest(status=status):
                self.poison(self.service(), status)

    def poison(self, service, status):
        def poisonous(document):
            return document["data"]["n"] % 50 == 17 and document["device"].startswith("d")

        def script(request):
            return Answer(status if any(map(poisonous, request.documents)) else 200, body=b"it is the record's fault")
        service.script = script
        self.start({"service": http(service.url)})
        devices = self.load(3, count=200)
        for device in devices:
            device.join()
        poison = {(device.name, n) for device in devices for n in range(17, 200, 50)}
        self.verdict("service", excused=len(poison))
        missing = self.oracle.missing("service")
        self.assertEqual({key for key in missing if key[0] in {device.name for device in devices}}, poison)
        self.assertEqual(self.gate.metric("fieldgate_sink_dead_letters_total", sink="service", reason=f"status_{status}"), len(poison))
        self.assertRegex(self.gate.log(), f"(?i)service.*{status}")
        self.assertTrue((self.data_dir / "dead-letters.db").exists())
        self.oracle.forget(missing)
        self.assertEqual(self.gate.stop(), 0)


if __name__ == "__main__":
    unittest.main()
