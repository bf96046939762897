"""The instruments of the proof do what the tests believe of them: proxy, scripted peers, faulty machine."""
import errno
import http.client
import socket
import subprocess
import sys
import threading
import time

from disk_fault import FaultyMachine
from fault_proxy import FaultProxy
from harness import PATIENCE, Case, environment, until
from scripted_broker import ScriptedBroker
from scripted_http import Answer, ScriptedHttp


class Echo:
    """Sends back what comes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    @staticmethod
    def _echo(connection):
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Proxy(Case):
    def setUp(self):
        super().setUp()
        echo = Echo()
        self.addCleanup(echo.close)
        self.proxy = FaultProxy(echo.port)
        self.addCleanup(self.proxy.close)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def talk(self, data, connection=None):
        connection = connection or self.connect()
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            return stream.read()

    def test_a_sound_line(self):
        self.assertEqual(self.talk(b"x" * 100000), b"x" * 100000)

    def test_a_flipped_byte(self):
        self.proxy.inflict(flip={"up": 3})
        self.assertEqual(self.talk(b"abcdef"), b"abcDef")

    def test_a_cut(self):
        self.proxy.inflict(cut_after={"down": 4})
        self.assertEqual(self.talk(b"abcdef"), b"abcd")

    def test_a_reset(self):
        self.proxy.inflict(reset_after={"down": 4})
        with self.assertRaises(ConnectionResetError):
            self.talk(b"abcdef")

    def test_a_half_close(self):
        self.proxy.inflict(half_close_after={"up": 4})
        connection = self.connect()
        connection.sendall(b"abcdef")
        with connection.makefile("rb") as stream:
            self.assertEqual(stream.read(), b"abcd")  # the service saw an end and answered with its own

    def test_a_stall_and_its_end(self):
        self.proxy.inflict(stall={"down"})
        connection = self.connect()
        connection.sendall(b"abc")
        connection.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            connection.recv(3)
        self.proxy.heal()
        connection.settimeout(PATIENCE)
        self.assertEqual(connection.recv(3), b"abc")

    def test_delay_and_throttle(self):
        self.proxy.inflict(delay=0.2)
        began = time.monotonic()
        self.talk(b"abc")
        self.assertGreater(time.monotonic() - began, 0.39)
        self.proxy.heal()
        self.proxy.inflict(rate=20)
        began = time.monotonic()
        self.assertEqual(self.talk(b"abcdefgh"), b"abcdefgh")
        self.assertGreater(time.monotonic() - began, 0.39)

    def test_refusal_and_recovery(self):
        self.proxy.refuse()
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        self.proxy.heal()
        self.assertEqual(self.talk(b"abc"), b"abc")


class Peers(Case):
    def post(self, service, body=b'{"n":1}\n{"n":2}\n'):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("POST", "/x", body)
        return connection.getresponse()

    def service(self, script=None):
        taken = []
        service = ScriptedHttp(taken.append, script)
        self.addCleanup(service.close)
        return service, taken

    def test_a_script_of_statuses(self):
        service, taken = self.service(lambda request: Answer(503, {"Retry-After": "7"}) if request.number == 0 else Answer())
        first = self.post(service)
        self.assertEqual((first.status, first.headers["Retry-After"], taken), (503, "7", []))
        self.assertEqual(self.post(service).status, 200)
        self.assertEqual(taken, [{"n": 1}, {"n": 2}])

    def test_answers_that_end_early(self):
        service, taken = self.service(lambda request: Answer(body=b"0123456789", cut_after=50))
        with self.assertRaises((http.client.IncompleteRead, http.client.HTTPException)):
            self.post(service).read()
        self.assertEqual(len(taken), 2)  # it has them, though nobody was told
        service.script = lambda request: Answer(reset=True, taken=False)
        with self.assertRaises(OSError):
            self.post(service)
        service.reading = 3
        with self.assertRaises(OSError):
            self.post(service)
        self.assertEqual(len(taken), 2)

    def test_a_service_that_goes_and_comes_back(self):
        service, taken = self.service()
        service.go()
        with self.assertRaises(OSError):
            self.post(service)
        service.listen()
        self.assertEqual(self.post(service).status, 200)
        self.assertEqual(len(taken), 2)

    def publish(self, broker, *payloads):
        for payload in payloads:
            result = subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-V", "5", "-q", "1", "-t", "a/b", "-m", payload],
                                    capture_output=True, text=True, timeout=PATIENCE)
            yield result.returncode

    def test_a_broker_with_reasons(self):
        taken = []
        broker = ScriptedBroker(taken.append)
        self.addCleanup(broker.close)
        self.assertEqual(list(self.publish(broker, '{"n":1}')), [0])
        broker.puback = lambda published: 0x97
        list(self.publish(broker, '{"n":2}'))
        broker.connack = lambda client: 0x87
        self.assertNotEqual(list(self.publish(broker, '{"n":3}')), [0])
        self.assertEqual(taken, [{"n": 1}])
        self.assertEqual([published.document["n"] for published in broker.published], [1, 2])
        self.assertEqual([version for _, _, version in broker.connects], [5, 5, 5])


PROGRAM = """
import os, socket, sys, time
file = os.open(sys.argv[1] + "/a.db-wal", os.O_RDWR | os.O_CREAT)
print("ready", flush=True)
for command in sys.stdin:
    began = time.monotonic()
    try:
        result = eval(command)
    except OSError as error:
        result = error.errno
    print(repr(result), time.monotonic() - began, flush=True)
"""


class Machine(Case):
    def setUp(self):
        super().setUp()
        self.machine = FaultyMachine(self.directory, self.directory, trace=True)
        self.program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(self.directory)], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, env=environment(LD_PRELOAD=self.machine.environment["LD_PRELOAD"],
                                                                                **self.settings()))
        self.addCleanup(self.end)
        self.assertEqual(self.program.stdout.readline(), "ready\n")

    def settings(self):
        return {name: value for name, value in self.machine.environment.items() if name.startswith("FIELDGATE")}

    def end(self):
        self.program.kill()
        self.program.communicate()

    def run_line(self, line):
        """The value and the seconds; None where the process died of it."""
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()
        answer = self.program.stdout.readline()
        if not answer:
            self.assertEqual(self.program.wait(PATIENCE), -9)
            return None
        value, _, seconds = answer.rpartition(" ")
        return eval(value), float(seconds)

    def test_errors_for_a_while_and_for_a_number_of_times(self):
        self.machine.set("disk sync db-wal error EIO 1")
        self.assertEqual(self.run_line("os.fdatasync(file)")[0], errno.EIO)
        self.assertEqual(self.run_line("os.fdatasync(file)")[0], None)
        self.machine.set("disk write db* error ENOSPC")
        self.assertEqual(self.run_line("os.pwrite(file, b'x', 0)")[0], errno.ENOSPC)
        self.assertEqual(self.run_line("os.write(file, b'x')")[0], errno.ENOSPC)
        self.machine.set()
        self.assertEqual(self.run_line("os.pwrite(file, b'x', 0)")[0], 1)
        self.assertEqual(self.machine.calls()[0]["write", "db-wal"], 3)

    def test_a_stall(self):
        self.machine.set("disk sync * stall 0.3")
        self.assertGreater(self.run_line("os.fsync(file)")[1], 0.29)

    def test_a_kill_before_a_write(self):
        self.machine.set("disk write db-wal kill-before 2")
        self.run_line("os.pwrite(file, b'abcd', 0)")
        self.assertIsNone(self.run_line("os.pwrite(file, b'efgh', 4)"))
        self.assertEqual((self.directory / "a.db-wal").read_bytes(), b"abcd")

    def test_a_kill_within_a_write(self):
        self.machine.set("disk write db-wal kill-within 1")
        self.assertIsNone(self.run_line("os.pwrite(file, b'abcd', 0)"))
        self.assertEqual((self.directory / "a.db-wal").read_bytes(), b"ab")

    def test_a_kill_after_a_rename(self):
        self.machine.set("disk rename * kill-after 1")
        self.assertIsNone(self.run_line("os.rename(sys.argv[1] + '/a.db-wal', sys.argv[1] + '/b')"))
        self.assertTrue((self.directory / "b").exists())

    def test_files_elsewhere_are_left_alone(self):
        self.machine.set("disk * * error EIO")
        self.assertEqual(self.run_line("os.write(os.open('/dev/null', os.O_WRONLY), b'x')")[0], 1)

    def test_the_clock(self):
        self.machine.set("clock -3600")
        now = until(lambda: abs(self.run_line("time.time()")[0] - time.time() + 3600) < 60, "the jump")
        self.assertTrue(now)
        self.machine.set()
        until(lambda: abs(self.run_line("time.time()")[0] - time.time()) < 60, "the way back")

    def test_names(self):
        self.machine.set("host service.test address 127.0.0.1")
        self.assertEqual(self.run_line("socket.gethostbyname('service.test')")[0], "127.0.0.1")
        self.machine.set("host service.test fail")
        self.assertEqual(self.run_line("socket.getaddrinfo('service.test', 80)")[0], socket.EAI_AGAIN)


if __name__ == "__main__":
    import unittest
    unittest.main()
