"""The file of the commands on a disk that is full, fails, hangs or lies: what the operator sees, and what the device gets."""
import signal
import time
import unittest

from disk_fault import FaultyMachine
from harness import Case, free_port, line, send_tcp, until
from relays import CONFIG, Relay, give

REGISTRY = "devices: { list: { relay: {}, other: {} } }\n"


class CommandsOnABadDisk(Case):
    def setUp(self):
        super().setUp()
        self.data = self.directory / "data"
        self.machine = FaultyMachine(self.directory, self.data)
        self.port = free_port()
        self.start()

    def start(self):
        config = CONFIG.format(data=self.data, port=self.port) + REGISTRY
        self.gate = self.gateway(config, env=self.machine.environment)

    def kill(self):
        self.gate.signal(signal.SIGKILL)
        self.gate.wait()

    def queue(self, number):
        status, answer = give(self.gate, "relay", "relay", number)
        self.assertEqual((status, answer["state"]), (202, "queued"), answer)

    def state(self, number):
        return self.gate.ask("GET", f"/api/v1/commands/relay-{number}")[1].get("state")

    def messages_pass(self):
        before = self.gate.metric("fieldgate_adapter_messages_total")
        send_tcp(self.port, line(id="other"))
        self.gate.wait_metric("fieldgate_adapter_messages_total", before + 1)
        self.assertEqual(self.gate.get("/healthz")[0], 200)

    def told_once(self, relay, count):
        """The device gets these, in this order, and each once, also when the gateway is killed then."""
        expected = [f"RELAY {n}" for n in range(1, count + 1)]
        until(lambda: len(relay.order) >= count, lambda: f"{expected}, are {relay.order}; log:\n{self.gate.log()}")
        until(lambda: self.state(count) == "answered", "the last is answered")
        relay.close()
        self.kill()
        self.start()
        again = Relay(self.port, "relay")
        self.queue(99)
        until(lambda: "RELAY 99" in again.order, "the next")
        again.close()
        self.assertEqual(relay.order, expected)
        self.assertEqual(again.order, ["RELAY 99"])

    def refusing(self, *rules):
        self.queue(1)
        self.machine.set(*rules)
        status, answer = give(self.gate, "relay", "relay", 7)
        self.assertEqual((status, answer["state"]), (409, "refused"), answer)
        self.assertRegex(answer["error"], "^disk: ")
        self.gate.wait_log("commands.db: .*no command is taken until the disk does it")
        self.messages_pass()
        relay = Relay(self.port, "relay")
        self.messages_pass()
        self.assertEqual(relay.order, [])  # what cannot be marked as sent is not sent
        self.machine.set()
        until(lambda: give(self.gate, "relay", "relay", 2)[0] == 202, lambda: f"the disk takes commands; log:\n{self.gate.log()}")
        self.gate.wait_log("the disk takes commands again")
        self.told_once(relay, 2)

    def test_a_full_disk(self):
        self.refusing("disk write *db* error ENOSPC")

    def test_a_disk_whose_writes_fail(self):
        self.refusing("disk write *db* error EIO")

    def test_a_disk_whose_syncs_fail(self):
        self.refusing("disk sync *db* error EIO")

    def test_what_was_refused_is_not_sent_after_a_kill(self):
        self.queue(1)
        self.machine.set("disk sync *db* error EIO 1")
        self.assertEqual(give(self.gate, "relay", "relay", 7)[1]["state"], "refused")
        self.gate.wait_log("the disk takes commands again")  # that it was refused is on disk
        self.machine.set()
        self.kill()
        self.start()
        relay = Relay(self.port, "relay")
        self.addCleanup(relay.close)
        self.queue(2)
        until(lambda: self.state(2) == "answered", "the next")
        self.assertEqual(relay.order, ["RELAY 1", "RELAY 2"])

    def test_a_disk_that_hangs(self):
        self.queue(1)
        self.machine.set("disk sync *db* stall 3")
        began = time.monotonic()
        status, answer = give(self.gate, "relay", "relay", 2)
        self.assertGreater(time.monotonic() - began, 2, "it was told before it was on disk")
        self.assertEqual((status, answer["state"]), (202, "queued"), answer)
        relay = Relay(self.port, "relay")
        began = time.monotonic()
        self.messages_pass()
        self.assertLess(time.monotonic() - began, 2.5, "a message waited for the disk")
        self.machine.set()
        self.told_once(relay, 2)

    def test_a_damaged_file(self):
        self.queue(1)
        self.gate.stop()
        path = self.data / "commands.db"
        content = bytearray(path.read_bytes())
        content[100:2000] = b"\xa5" * 1900
        path.write_bytes(content)
        self.start()
        self.gate.wait_log("commands.db: the file of the commands was damaged.*commands.db.damaged-")
        self.gate.wait_metric("fieldgate_commands_damaged_total", 1)
        self.assertTrue(list(self.data.glob("commands.db.damaged-*")))
        self.messages_pass()
        relay = Relay(self.port, "relay")
        status = give(self.gate, "relay", "relay", 1)[0]
        self.assertEqual(status, 202)
        self.told_once(relay, 1)

    def test_a_file_that_is_damaged_while_it_is_used(self):
        """What waits is in memory too, and goes into the new file."""
        self.queue(1)
        self.gate.stop()
        self.start()  # now it is no more in the log
        self.gate.wait_log("1 commands were open")
        (self.data / "commands.db").write_bytes(b"\xa5" * 8192)
        self.machine.set("disk sync *db* error EIO 1")
        self.assertEqual(give(self.gate, "relay", "relay", 7)[1]["state"], "refused")
        self.gate.wait_metric("fieldgate_commands_damaged_total", 1)
        self.machine.set()
        until(lambda: give(self.gate, "relay", "relay", 2)[0] == 202, "commands are taken")
        self.kill()
        self.start()
        self.told_once(Relay(self.port, "relay"), 2)

    def test_a_kill_while_the_disk_fails(self):
        relay = Relay(self.port, "relay")
        self.queue(1)
        until(lambda: self.state(1) == "answered", "the first")
        self.machine.set("disk sync *db* error EIO")
        self.assertEqual(give(self.gate, "relay", "relay", 7)[0], 409)
        self.kill()
        relay.close()
        self.machine.set()
        self.start()
        again = Relay(self.port, "relay")
        self.addCleanup(again.close)
        self.queue(2)
        until(lambda: "RELAY 2" in again.order, "the next")
        self.assertNotIn("RELAY 1", again.order)


if __name__ == "__main__":
    unittest.main()
