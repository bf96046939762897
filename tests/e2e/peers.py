"""The gateway's peers: an HTTP service that records, mosquitto with subscribers, and certificates of openssl's making."""
import gzip
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading

from harness import PATIENCE, environment, free_port, until


class HttpSink:
    """Takes POSTs and keeps their records. `status` and `headers` are what it answers."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.status = 200
        self.headers = {}
        self.requests = []
        self.records = []
        self._lock = threading.Lock()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sink.take(self.path, dict(self.headers.items()), body)
                self.send_response(sink.status)
                for name, value in sink.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # a gateway that goes away in mid-request is what some tests want

        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/ingest"

    def take(self, path, headers, body):
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        with self._lock:
            self.requests.append((self.status, path, headers, body))
            if self.status == 200:
                document = body.strip()
                if document.startswith(b"["):
                    self.records += json.loads(document)
                else:
                    self.records += [json.loads(record) for record in document.splitlines()]

    def wait_records(self, count, patience=PATIENCE):
        until(lambda: len(self.records) >= count, lambda: f"{count} records by HTTP, have {len(self.records)}", patience)
        return list(self.records)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Mosquitto:
    """A broker of our own, which keeps its sessions over a restart."""

    def __init__(self, directory, extra="", port=None):
        self.port = port or free_port()
        self.directory = pathlib.Path(directory)
        self.subscribers = []
        self.process = None
        self.config = self.directory / f"mosquitto-{self.port}.conf"
        # No limit: what a slow subscriber has yet to take is not for the broker to drop.
        self.config.write_text(f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
                               f"persistence_location {self.directory}/\npersistence_file mosquitto-{self.port}.db\n"
                               f"max_queued_messages 0\nlog_type error\n{extra}\n")
        self.start()

    def start(self):
        log = open(self.directory / f"mosquitto-{self.port}.log", "ab")
        self.process = subprocess.Popen(["mosquitto", "-c", str(self.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env=environment(PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"))
        log.close()
        until(lambda: self.publish("harness/probe", "up", retain=True, check=False), f"mosquitto on port {self.port}")

    def stop(self):
        """Ends it as a service manager would; it saves its sessions."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)

    def publish(self, topic, payload, qos=1, retain=False, check=True, options=()):
        command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-t", topic, "-q", str(qos),
                   "-s" if payload else "-n", *options]
        result = subprocess.run(command + (["-r"] if retain else []), capture_output=True, timeout=PATIENCE,
                                input=payload if isinstance(payload, bytes) else payload.encode())
        assert result.returncode == 0 or not check, result.stderr
        return result.returncode == 0

    def subscribe(self, topic, **options):
        subscriber = Subscriber(self, topic, **options)
        self.subscribers.append(subscriber)
        return subscriber

    def close(self):
        for subscriber in self.subscribers:
            subscriber.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Subscriber:
    """What mosquitto_sub gets: (topic, payload), or what else `form` puts behind the topic. It comes back by itself after the
    broker's restart, to its session."""

    def __init__(self, broker, topic, form="%p", options=()):
        self.messages = []
        self.up = threading.Event()
        self.process = subprocess.Popen(
            ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-i", f"subscriber-{id(self)}", "-c", "-q", "1", "-F",
             f"%t {form}", "-t", topic, "-t", "harness/probe", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        assert self.up.wait(PATIENCE), "mosquitto_sub did not subscribe"

    def _read(self):
        for row in self.process.stdout:
            topic, _, payload = row.rstrip("\n").partition(" ")
            if topic == "harness/probe":
                self.up.set()
            else:
                self.messages.append((topic, payload))

    def wait(self, count, patience=PATIENCE):
        until(lambda: len(self.messages) >= count, lambda: f"{count} messages by MQTT, have {len(self.messages)}", patience)
        return list(self.messages)

    def wait_documents(self, count, patience=PATIENCE):
        return [json.loads(payload) for _, payload in self.wait(count, patience)]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Authority:
    """A certificate authority in a folder; `issue` makes NAME.crt and NAME.key there."""

    def __init__(self, directory, name="ca"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._openssl("req", "-x509", *self._key(name), "-subj", f"/CN={name}", "-days", "2", "-out", f"{name}.crt",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.crt = self.directory / f"{name}.crt"

    def issue(self, name, common_name=None, names="DNS:localhost,IP:127.0.0.1,IP:::1"):
        self._openssl("req", *self._key(name), "-subj", f"/CN={common_name or name}", "-out", f"{name}.csr")
        (self.directory / f"{name}.ext").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n"
                                                    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.crt", "-CAkey", f"{self.name}.key",
                      "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.crt")
        return self.directory / f"{name}.crt", self.directory / f"{name}.key"

    @staticmethod
    def _key(name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True, umask=0o077)
