"""The fault matrix, rows 34 to 37 and 39: reload, stop, devices that do not read, a log that nobody reads."""
import fcntl
import os
import signal
import socket
import time
import unittest

from harness import SANITIZED, line, until
from scripted_http import Answer
from trial import Trial, http


class LifeRows(Trial):
    largest = 16384

    def reloads(self, times, change):
        """SIGHUPs under load: no connection breaks and nothing is lost."""
        service = self.service()
        self.start({"service": http(service.url)})
        devices = self.load(5, pause=0.002)
        self.wait_acknowledged(100)
        good = self.gate.path.read_text()
        for i in range(times):
            self.gate.path.write_text(change(good, i))
            self.gate.signal(signal.SIGHUP)
            self.wait_acknowledged(20)
        self.gate.path.write_text(good)
        self.assertTrue(self.gate.alive())
        self.gate.wait_log("(?i)sighup|reload")
        self.assertEqual([device.connections for device in devices], [1] * len(devices))
        self.assertEqual(self.gate.metric("fieldgate_adapter_connections_total", adapter="lines"), len(devices))
        self.verdict("service", duplicates=0)

    def test_row_34_bad_file_on_reload(self):
        """Config error on reload, good and bad files in turn under load: the old one keeps serving, no message is lost."""
        self.reloads(30, lambda good, i: good if i % 2 else ["sinks: [", "", good.replace("framing", "frming")][i // 2 % 3])

    def test_row_35_reload_under_load(self):
        """Reload under load: unchanged listeners keep their sockets and connections; buffers stay."""
        self.reloads(30, lambda good, i: good)

    def test_row_36_sigterm_under_load(self):
        """SIGTERM under load, 20 times, with a slow sink: ends in time with 0, nothing acknowledged is lost."""
        service = self.service(script=lambda request: Answer(delay=0.05))
        times = []
        self.load(3, pause=0.001)
        for i in range(20):
            self.start({"service": http(service.url)})
            self.wait_acknowledged(30 + 10 * (i % 5))
            began = time.monotonic()
            self.gate.signal(signal.SIGTERM)
            self.assertEqual(self.gate.wait(), 0, self.gate.log())
            times.append(time.monotonic() - began)
        self.assertLess(max(times), 20 if SANITIZED else 6, times)
        service.script = lambda request: Answer()
        self.start({"service": http(service.url)})
        self.verdict("service", duplicates=20 * 50)  # a request of each stop may have been cut off by the drain's end
        print("seconds to stop:", [round(seconds, 2) for seconds in times], "duplicates:", self.oracle.duplicates("service"))

    def test_row_36_second_sigterm(self):
        """A second SIGTERM ends it at once, and safely."""
        service = self.service(script=lambda request: Answer(delay=1.5))
        self.start({"service": http(service.url)}, gateway={"drain_timeout": "20s"})
        self.load(3, pause=0.002)
        self.wait_acknowledged(100)
        self.gate.signal(signal.SIGTERM)
        self.gate.wait_notified("STOPPING=1")
        time.sleep(0.2)
        began = time.monotonic()
        self.gate.signal(signal.SIGTERM)
        self.gate.wait()
        self.assertLess(time.monotonic() - began, 15 if SANITIZED else 5)
        service.script = lambda request: Answer()
        self.start({"service": http(service.url)})
        self.verdict("service")

    def test_row_37_device_that_does_not_read(self):
        """Stuck downlink device: its answers fill a bounded buffer, then it is closed with a reason; others notice nothing."""
        service = self.service()
        self.start({"service": http(service.url)}, {"lines": self.adapter(after="received", limits={"write_queue": "4KiB"})})
        others = self.load(20, pause=0.02)
        stuck = socket.socket()
        self.addCleanup(stuck.close)
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        stuck.connect(("127.0.0.1", self.port))
        stuck.settimeout(0.2)
        data = b"".join(line(device="stuck", n=self.oracle.issue("stuck")["n"]) for _ in range(2000))
        self.oracle.delivered = ignoring("stuck", self.oracle.delivered)

        def closed():
            try:
                stuck.send(data)
            except TimeoutError:
                pass
            except OSError:
                return True
            return False
        until(closed, lambda: f"the device that does not read to be closed; log:\n{self.gate.log()}")
        self.assertTrue(any(reason == ("reason", "write_queue") for (name, labels) in self.gate.metrics() for reason in labels),
                        [key for key in self.gate.metrics() if "reason" in str(key)])
        self.wait_acknowledged(200)
        self.assertEqual([device.connections for device in others], [1] * len(others))
        self.verdict("service")

    def test_row_39_log_blocked(self):
        """Log sink blocked (standard error is a full pipe): lines are dropped, never devices."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)
        service = self.service()
        self.start({"service": http(service.url)}, stderr=writer, log={"level": "debug"})
        os.close(writer)
        self.load(pause=0.002)
        for _ in range(3):
            self.wait_acknowledged(100)
            with socket.create_connection(("127.0.0.1", self.port)) as broken:
                broken.sendall(b"this is no JSON\n" * 100)
            service.go()
            self.wait_acknowledged(100)
            service.listen()
        self.assertEqual(self.gate.get("/healthz")[0], 200)
        self.verdict("service", duplicates=300)
        self.assertEqual(self.gate.stop(), 0)


def ignoring(device, delivered):
    """What a device sends whose messages are not the judge's."""
    return lambda sink, document: None if document.get("device") == device else delivered(sink, document)


if __name__ == "__main__":
    unittest.main()
