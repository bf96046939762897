"""The fault matrix, rows 7 to 9: certificates and names."""
import re
import ssl
import time
import unittest

from harness import until
from peers import Authority
from trial import Trial, http


def server_context(crt, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context


class TlsRows(Trial):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory / "tls")
        self.good = server_context(*self.authority.issue("good"))

    def start_tls(self, service, **tls):
        self.start({"service": http(service.url, tls={"ca_file": str(self.authority.crt), **tls})})
        self.load(pause=0.005)

    def refused_then_healed(self, service, pattern, heal):
        """Nothing gets through and all is kept; it says why, rarely; and it goes on by itself."""
        self.wait_acknowledged(100)
        self.gate.wait_metric("fieldgate_sink_retries_total", 5, sink="service")
        self.gate.wait_log(pattern)
        self.assertEqual(service.requests, [])
        self.assertEqual(self.gate.metric("fieldgate_sink_up", sink="service"), 0)
        self.assertLess(len(re.findall(pattern, self.gate.log())), 5, self.gate.log())
        heal()
        self.verdict("service", duplicates=0)

    def refusal(self, context, pattern):
        service = self.service(context=context)

        def heal():
            service.context = self.good
        self.start_tls(service)
        self.refused_then_healed(service, pattern, heal)

    def test_row_07_unknown_authority(self):
        """Sink's certificate of an unknown authority: refused, no downgrade, kept; recovers after the swap without a restart."""
        other = Authority(self.directory / "other", "other")
        self.refusal(server_context(*other.issue("bad")), "(?i)service.*(certificate|verify)")

    def test_row_07_wrong_host(self):
        """Sink's certificate is for another host: refused, no downgrade, kept; recovers after the swap without a restart."""
        self.refusal(server_context(*self.authority.issue("bad", names="DNS:other.example")), "(?i)service.*(host|certificate|verify)")

    def test_row_07_expired(self):
        """Sink's certificate has expired: refused, no downgrade, kept; recovers after the swap without a restart."""
        machine = self.faulty_machine()
        machine.set(f"clock {5 * 24 * 3600}")  # certificates of the tests are good for two days
        service = self.service(context=self.good)
        self.start_tls(service)
        self.refused_then_healed(service, "(?i)service.*(expired|certificate|verify)", machine.set)

    def test_row_08_own_certificate_expires(self):
        """Own client certificate expires: a metric counts the time that is left, and the log warns within 30 days."""
        crt, key = self.authority.issue("gateway")
        service = self.service(context=self.good)
        self.start_tls(service, crt_file=str(crt), key_file=str(key))
        left = until(lambda: self.gate.metric("fieldgate_tls_certificate_expiry_seconds", component="sink service", use="own"), "the metric")
        self.assertGreater(left, 24 * 3600)
        self.assertLess(left, 2 * 24 * 3600 + 60)
        self.gate.wait_log("(?i)our certificate.*(ends|expires)")
        self.verdict("service")


class NameRows(Trial):
    """The names are those of a resolver that the tests hold in their hands."""

    def start_named(self, service):
        self.faulty_machine().set("host service.test address 127.0.0.1")
        self.start({"service": http(f"http://service.test:{service.port}/")})
        self.load(pause=0.005)
        self.wait_delivered("service", 100)

    def test_row_09_names_do_not_resolve_at_start(self):
        """DNS gone at the start: everything is kept, and goes out once the name is known."""
        service = self.service()
        self.faulty_machine().set("host service.test fail")
        self.start({"service": http(f"http://service.test:{service.port}/")})
        self.load(pause=0.005)
        self.wait_acknowledged(100)
        self.gate.wait_metric("fieldgate_sink_retries_total", 2, sink="service")
        self.assertEqual(self.gate.get("/healthz")[0], 200)
        self.machine.set("host service.test address 127.0.0.1")
        self.verdict("service", duplicates=0)

    def test_row_09_names_go_while_it_runs(self):
        """DNS gone: the connection that is goes on; after a restart of the service the last good address is used."""
        service = self.service()
        self.start_named(service)
        self.machine.set("host service.test fail")
        self.wait_delivered("service", 100)
        service.go()
        self.wait_acknowledged(100)
        service.listen()
        self.wait_delivered("service", 100)
        self.verdict("service", duplicates=200)

    def test_row_09_slow_names_hold_up_nothing(self):
        """DNS slow: acknowledgements go on, and SIGTERM still ends it in time."""
        service = self.service()
        self.faulty_machine().set("host service.test stall 60")
        self.start({"service": http(f"http://service.test:{service.port}/", request={"timeout": "1s"})})
        self.load(pause=0.005)
        self.wait_acknowledged(300)
        began = time.monotonic()
        self.assertEqual(self.gate.stop(), 0)
        self.assertLess(time.monotonic() - began, 15)
        self.machine.set("host service.test address 127.0.0.1")
        self.start({"service": http(f"http://service.test:{service.port}/")})
        self.verdict("service", duplicates=0)


if __name__ == "__main__":
    unittest.main()
