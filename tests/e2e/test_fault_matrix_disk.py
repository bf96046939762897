"""The fault matrix, rows 16 and 17: a disk that is full, and one that fails. (Figure: a disk that stalls.)"""
import subprocess
import time
import unittest

from devices import StreamDevice
from harness import free_port, until
from trial import Trial, http

NAMESPACE = ["unshare", "-rm"]


class DiskRows(Trial):
    largest = 4096

    def stalled(self, seconds=1.0):
        """Nothing is acknowledged for so long."""
        def still():
            before = sum(device.answered for device in self.devices)
            time.sleep(seconds)
            return sum(device.answered for device in self.devices) == before
        until(still, lambda: f"acknowledgements to stop; log:\n{self.gate.log()}")

    def failing(self, service, *rules, killed=False):
        """The disk fails under load while the service is away; what was stored still goes out; then the disk mends, or the gateway
        is killed before it does."""
        machine = self.faulty_machine()
        self.start({"service": http(service.url)})
        self.load(pause=0.002)
        self.wait_acknowledged(100)
        service.go()
        self.wait_acknowledged(100)
        machine.set(*rules)
        self.stalled()
        stored = self.oracle.obligations
        self.assertTrue(self.gate.alive())
        self.assertEqual(self.gate.get("/healthz")[0], 200)
        service.listen()
        until(lambda: stored <= set(self.oracle.deliveries("service")),
              lambda: f"what was stored to be delivered while the disk fails; log:\n{self.gate.log()}")
        self.wait_acknowledged(50)  # what was delivered needs no disk any more
        if killed:
            self.kill()
            machine.set()
            self.start({"service": http(service.url)})
        machine.set()
        self.wait_acknowledged(100)  # by itself
        self.verdict("service")

    def test_row_16_disk_full(self):
        """Disk full (ENOSPC): acknowledgements stop, delivery goes on, and it resumes by itself."""
        self.failing(self.service(), "disk write *db* error ENOSPC")
        self.gate.wait_log("(?i)service.*(full|no space|space)")

    def test_row_16_small_file_system(self):
        """Disk full, a real one: a file system of 4 MiB fills up; the log and the process live on; it resumes by itself."""
        if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no user namespaces here: test_row_16_disk_full stands alone")
        self.data_dir.mkdir()
        mount = ["sh", "-c", f'mount -t tmpfs -o size=4m none "{self.data_dir}" && exec "$@"', "sh"]
        service = self.service()
        service.go()
        self.start({"service": http(service.url)}, before=[*NAMESPACE, *mount])
        self.load()
        self.wait_acknowledged(100)
        self.stalled()
        self.assertEqual(self.gate.get("/healthz")[0], 200)
        self.gate.wait_log("(?i)service.*(full|space)")
        stored = self.oracle.obligations
        service.listen()
        until(lambda: stored <= set(self.oracle.deliveries("service")), lambda: f"all to be delivered; log:\n{self.gate.log()}")
        self.wait_acknowledged(100)
        self.verdict("service")

    def test_row_17_fdatasync_fails(self):
        """EIO on fdatasync, for a while: what it covered is not acknowledged before it was written again."""
        self.failing(self.service(), "disk sync *db* error EIO")
        self.gate.wait_log("(?i)service.*(I/O|disk|input/output)")

    def test_row_17_killed_while_fdatasync_fails(self):
        """EIO on fdatasync, and a kill before it ends: what was acknowledged meanwhile was delivered, or is on the disk."""
        self.failing(self.service(), "disk sync *db* error EIO", killed=True)

    def test_row_17_fdatasync_fails_once(self):
        """EIO on fdatasync, once: the same pages are never synced again as if nothing had been; then a kill loses nothing."""
        machine = self.faulty_machine()
        service = self.service()
        self.start({"service": http(service.url)})
        service.go()
        self.load(pause=0.002)
        for _ in range(4):
            self.wait_acknowledged(50)
            machine.set("disk sync db-wal error EIO 1")
            self.wait_acknowledged(50)
        self.kill()
        machine.set()
        service.listen()
        self.start({"service": http(service.url)})
        self.verdict("service")

    def test_row_17_writes_fail(self):
        """EIO on write: as with fdatasync."""
        self.failing(self.service(), "disk write *db* error EIO")

    def test_a_stalling_disk_stalls_nobody_else(self):
        """fdatasync takes 3 s: answers that do not wait for the disk do not wait for it, and the admin listener answers."""
        machine = self.faulty_machine()
        service = self.service()
        quick = free_port()
        adapters = {"lines": self.adapter(), "quick": {**self.adapter(after="received"), "listen": f"127.0.0.1:{quick}"}}
        self.start({"service": http(service.url)}, adapters)
        self.load(pause=0.002)
        self.wait_acknowledged(50)
        machine.set("disk sync *db* stall 3")
        probe = Waits(self.oracle, quick)
        time.sleep(7)
        self.assertEqual(self.gate.get("/healthz")[0], 200)
        probe.stop()
        machine.set()
        self.assertGreater(len(probe.seconds), 20)
        self.assertLess(max(probe.seconds), 2.5, "an answer waited for the disk")
        self.verdict("service")


class Waits(StreamDevice):
    """One message at a time; keeps how long each answer took. What is answered on arrival is no obligation."""

    def __init__(self, oracle, port):
        self.seconds = []
        self.began = None
        super().__init__(oracle, port, "quick", window=1, pause=0.01)

    def _next(self):
        self.began = time.monotonic()
        return super()._next()

    def _answer(self, line):
        self.seconds.append(time.monotonic() - self.began)
        with self.room:
            self.waiting.popleft()
            self.room.notify_all()


if __name__ == "__main__":
    unittest.main()
