"""Starts the gateway as an operator does, and the peers that it talks with; everything on loopback and free ports.

The binary is $FIELDGATE. With $FIELDGATE_SANITIZE set, tests have more patience and a sanitizer's report fails them.
"""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIELDGATE = os.environ.get("FIELDGATE") or str(ROOT / "build/release/fieldgate")
SANITIZED = bool(os.environ.get("FIELDGATE_SANITIZE"))
PATIENCE = 60 if SANITIZED else 20  # seconds until something that must happen is taken as not happening


def until(condition, what, patience=PATIENCE):
    """Waits for `condition` to yield something true, and returns that; `what` says in the failure what never came."""
    deadline = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s for {what() if callable(what) else what}")
        time.sleep(0.02)


_reservations = []


def free_port(host="127.0.0.1"):
    """A port that TCP and UDP can bind, below those that the kernel gives to clients. No other test process gets it too: each
    holds a name in the abstract namespace of Unix sockets for every port that it took."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        port = random.randint(12000, 32000)
        reservation = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            reservation.bind(f"\0fieldgate-test-port-{port}")
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(family, kind) as probe:
                    probe.bind((host, port))
            _reservations.append(reservation)
            return port
        except OSError:
            reservation.close()


def environment(**extra):
    """The environment of a program under test: no service manager's, no proxy's."""
    drop = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}
    return {**{name: value for name, value in os.environ.items() if name not in drop}, **extra}


def fieldgate(*arguments, **options):
    """Runs a command to its end; standard output and error as text. A sanitizer's report is a failure."""
    result = subprocess.run([FIELDGATE, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            env=environment(**options.pop("env", {})), timeout=PATIENCE, **options)
    assert not sanitizer_report(result.stderr), result.stderr
    return result


def sanitizer_report(text):
    return re.search(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:", text) is not None


class Case(unittest.TestCase):
    """A test with a folder of its own, and peers that end with it."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="fieldgate-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def gateway(self, config, **options):
        gateway = Gateway(config, self.directory, wait=False, **options)
        self.addCleanup(gateway.close)
        gateway.wait_notified("READY=1")
        return gateway

    def http_sink(self, port=None):
        from peers import HttpSink
        sink = HttpSink(port)
        self.addCleanup(sink.close)
        return sink

    def mosquitto(self, **options):
        from peers import Mosquitto
        broker = Mosquitto(self.directory, **options)
        self.addCleanup(broker.close)
        return broker

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path


class Gateway:
    """A running gateway. `{admin}` in the configuration becomes the port on which its metrics are read."""

    def __init__(self, config, directory, wait=True, name="gateway.yaml", env=None, admin=None, stderr=None, before=()):
        """`stderr`: a file of the caller's in place of the log's; `before`: a command that runs the gateway."""
        self.admin = admin or free_port()
        self.path = directory / name
        self.path.write_text(config.replace("{admin}", str(self.admin)))
        self.notifications = []
        self._listen()
        self.stdout_path = directory / (name + ".out")
        self.stderr_path = directory / (name + ".err")
        with open(self.stdout_path, "wb") as out, open(self.stderr_path, "wb") as err:
            self.process = subprocess.Popen([*before, FIELDGATE, "run", "-c", str(self.path)], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=stderr or err, env=environment(NOTIFY_SOCKET=self.notify_path, **(env or {})))
        if wait:
            self.wait_notified("READY=1")

    def _listen(self):
        # In the abstract namespace: a socket's path must be short, and temporary folders may be deep.
        self.notify_path = "@fieldgate-test-%d-%d" % (os.getpid(), random.getrandbits(48))
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind("\0" + self.notify_path[1:])
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            try:
                text = self._notify.recv(4096).decode()
            except OSError:
                return
            if not text:
                return
            self.notifications += [(time.monotonic(), line) for line in text.splitlines()]

    def notified(self, start):
        """The notifications that begin with `start`, with their times."""
        return [(at, line) for at, line in list(self.notifications) if line.startswith(start)]

    def wait_notified(self, start, patience=PATIENCE):
        def look():
            if not self.notified(start) and self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} before {start}:\n{self.log()}")
            return self.notified(start)
        return until(look, lambda: f"{start}; log:\n{self.log()}", patience)

    def log(self):
        return self.stderr_path.read_bytes().decode(errors="backslashreplace")

    def output(self):
        return self.stdout_path.read_bytes().decode()

    def wait_log(self, pattern, patience=PATIENCE):
        return until(lambda: re.search(pattern, self.log()), lambda: f"/{pattern}/ in the log:\n{self.log()}", patience)

    def get(self, path, method="GET", body=None, headers=None):
        """Status, headers and body of a request to the admin listener."""
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    def ask(self, method, path, body=None):
        """Status and document of a request to the API; with a body, one that changes something."""
        headers = {} if body is None else {"Content-Type": "application/json", "X-Fieldgate": "1"}
        status, _, text = self.get(path, method, None if body is None else json.dumps(body), headers)
        return status, json.loads(text)

    def metrics(self):
        """Every sample: {(name, frozenset of labels): value}."""
        samples = {}
        for line in self.get("/metrics")[2].splitlines():
            match = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line)
            if match and not line.startswith("#"):
                labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or "")
                samples[match[1], frozenset(labels)] = float(match[3])
        return samples

    def metric(self, name, **labels):
        """The sum of all samples of that name that have these labels; 0 where there is none."""
        wanted = set(labels.items())
        return sum(value for (sample, has), value in self.metrics().items() if sample == name and wanted <= has)

    def wait_metric(self, name, at_least, patience=PATIENCE, **labels):
        return until(lambda: self.metric(name, **labels) >= at_least,
                     lambda: f"{name}{labels} >= {at_least}, is {self.metric(name, **labels)}; log:\n{self.log()}", patience)

    def rss_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def voluntary_switches(self):
        """How often any thread of it has gone to sleep so far: what a wake-up ends with."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M)[1])
                   for task in tasks.iterdir())

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, patience=PATIENCE):
        """The exit status."""
        return self.process.wait(patience)

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def close(self):
        """Ends it; a status but 0, or a sanitizer's report, is a failure of the test."""
        if self.alive():
            self.signal(signal.SIGTERM)
        try:
            self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end at SIGTERM; log:\n{self.log()}") from None
        finally:
            self._notify.close()
        assert not sanitizer_report(self.log()), self.log()
        assert self.process.returncode in (0, -signal.SIGKILL), f"ended with {self.process.returncode}; log:\n{self.log()}"


def line(**fields):
    """A reading as devices send it: JSON and a line end."""
    return json.dumps(fields).encode() + b"\n"


def send_tcp(port, data, host="127.0.0.1", close=True):
    """Sends on a new connection, and closes it or hands it over."""
    connection = socket.create_connection((host, port), PATIENCE)
    try:
        connection.sendall(data)
        if not close:
            return connection
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        connection.close()
        raise
    connection.close()
    return None


def send_udp(port, *datagrams, host="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, (host, port))
