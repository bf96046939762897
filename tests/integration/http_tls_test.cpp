// Proves the http sink over real TLS: Python's server, certificates of the openssl program.
#include <regex>

#include "sink/http.hpp"
#include "support/catch.hpp"
#include "support/http_sink.hpp"
#include "support/process.hpp"
#include "support/tls_files.hpp"

using namespace fieldgate;
using sink::Delivery;
using sink::Encoding;
using sink::Http;
using Bench = test::SinkBench<Http>;
using Outcome = Delivery::Outcome;

namespace {

/// The port that a program says it listens on.
std::string port_of(test::Process& process) {
  REQUIRE(process.wait_for_output("ready"));
  const std::string output = process.output();
  std::smatch match;
  REQUIRE(std::regex_search(output, match, std::regex("port (\\d+)")));
  return match[1];
}

struct Service {
  explicit Service(const test::Identity& identity, const std::string& client_ca = {})
      : process({"python3", "-B", SOURCE_ROOT "/tests/support/http_tls_server.py", identity.crt_file, identity.key_file,
                 client_ca}),
        port(port_of(process)) {}
  std::string url(const std::string& host = "localhost") const { return "url: https://" + host + ":" + port + "/in\n"; }

  test::Process process;
  std::string port;
};

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("batches go to a service whose certificate is good, over one connection") {
  const test::TlsFiles files;
  Service service(files.server);
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    Bench bench(service.url(host) + "tls: { ca_file: " + files.ca.crt_file.string() + " }", {Encoding::Type::ndjson});
    CHECK(bench.deliver({"{\"n\":1}", "{\"n\":2}"}).outcome == Outcome::confirmed);
    CHECK(bench.deliver({std::string(600000, 'x')}).outcome == Outcome::confirmed);
    CHECK(bench.sink->up());
  }
  REQUIRE(service.process.wait_for_output("600001", std::chrono::seconds(10), 2));
  const std::string output = service.process.output();
  CHECK(says(output, "b'{\"n\":1}\\n{\"n\":2}\\n'"));
  std::smatch match;
  const std::regex both("in HTTP/1.1 - (\\d+) 16 .*\n.*in HTTP/1.1 - (\\d+) 600001");
  REQUIRE(std::regex_search(output, match, both));
  CHECK(match[1] == match[2]);
}

TEST_CASE("a certificate for another host is refused, with that reason") {
  const test::TlsFiles files;
  Service service(files.wrong_host);
  const std::string ca = files.ca.crt_file.string();
  Bench bench(service.url() + "tls: { ca_file: " + ca + " }");
  const Delivery delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "tls");
  CHECK(says(delivery.text, "certificate"));
  CHECK(says(delivery.text, "ostname mismatch"));
  CHECK_FALSE(bench.sink->up());
  Bench named(service.url() + "tls: { ca_file: " + ca + ", server_name: elsewhere.test }");
  CHECK(named.deliver({"1"}).outcome == Outcome::confirmed);
  Bench careless(service.url() + "tls: { ca_file: " + ca + ", verify_hostname: false }");
  CHECK(careless.deliver({"1"}).outcome == Outcome::confirmed);
}

TEST_CASE("a certificate of an authority that nobody trusts is refused, unless nothing is to be verified") {
  const test::TlsFiles files;
  Service service(files.server);
  Bench other(service.url() + "tls: { ca_file: " + files.other_ca.crt_file.string() + " }");
  CHECK(other.deliver({"1"}).reason == "tls");
  Bench system(service.url());
  const Delivery delivery = system.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(says(delivery.text, "refused"));
  Bench blind(service.url() + "tls: { verify_certificate: false }");
  CHECK(blind.deliver({"1"}).outcome == Outcome::confirmed);
}

TEST_CASE("a service that asks for a client certificate gets it") {
  const test::TlsFiles files;
  Service service(files.server, files.ca.crt_file);
  const std::string ca = files.ca.crt_file.string();
  Bench bench(service.url() + "tls: { ca_file: " + ca + ", crt_file: " + files.client.crt_file.string() +
              ", key_file: " + files.client.key_file.string() + " }");
  CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  CHECK(service.process.wait_for_output("device-1"));
  Bench without(service.url() + "tls: { ca_file: " + ca + " }");
  CHECK(without.deliver({"1"}).outcome == Outcome::retry);
}

TEST_CASE("https goes through a proxy in a tunnel, and the certificate is still the service's") {
  const test::TlsFiles files;
  Service service(files.server);
  test::Process proxy({"python3", "-B", SOURCE_ROOT "/tests/support/http_proxy.py"});
  const std::string through = "proxy: http://gw:secret@127.0.0.1:" + port_of(proxy) + "\n";
  Bench bench(service.url() + through + "tls: { ca_file: " + files.ca.crt_file.string() + " }");
  CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  CHECK(bench.deliver({"2"}).outcome == Outcome::confirmed);
  const std::string head = proxy.output();
  CHECK(says(head, "CONNECT localhost:" + service.port + " HTTP/1.1"));
  CHECK(says(head, "Proxy-Authorization: Basic Z3c6c2VjcmV0"));
  CHECK(test::occurrences(head, "CONNECT") == 1);
  Bench other(service.url() + through + "tls: { ca_file: " + files.other_ca.crt_file.string() + " }");
  CHECK(other.deliver({"1"}).reason == "tls");
}

TEST_CASE("https to a port that speaks no TLS is an error with words") {
  test::Process plain(
      {"python3", "-B", "-c",
       "import socket\ns = socket.create_server(('127.0.0.1', 0))\n"
       "print('port', s.getsockname()[1], 'ready', flush=True)\n"
       "while True:\n c, _ = s.accept()\n c.sendall(b'HTTP/1.1 400 Bad Request\\r\\n\\r\\n')\n c.close()"});
  Bench bench("url: https://127.0.0.1:" + port_of(plain) + "/");
  const Delivery delivery = bench.deliver({"1"});
  CHECK(delivery.outcome == Outcome::retry);
  CHECK(delivery.reason == "tls");
}

TEST_CASE("a service whose certificate is put right is accepted without a restart") {
  const test::TlsFiles files;
  const auto copy = [](const test::Identity& from, const test::Identity& to) {
    std::filesystem::copy_file(from.key_file, to.key_file, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(from.crt_file, to.crt_file, std::filesystem::copy_options::overwrite_existing);
  };
  const test::Identity shown{files.directory() / "shown.crt", files.directory() / "shown.key"};
  copy(files.wrong_host, shown);
  Service service(shown);
  Bench bench(service.url() + "tls: { ca_file: " + files.ca.crt_file.string() + " }");
  for (int i = 0; i < 2; ++i) CHECK(bench.deliver({"1"}).reason == "tls");
  copy(files.server, shown);
  CHECK(bench.deliver({"1"}).outcome == Outcome::confirmed);
  copy(files.wrong_host, shown);
  Bench another(service.url() + "tls: { ca_file: " + files.ca.crt_file.string() + " }");
  CHECK(another.deliver({"1"}).reason == "tls");
}

TEST_CASE("how long certificates last, ours and the service's, is a metric") {
  const test::TlsFiles files;
  Service service(files.server, files.ca.crt_file);
  Bench bench(service.url() + "tls: { ca_file: " + files.ca.crt_file.string() +
              ", crt_file: " + files.client.crt_file.string() + ", key_file: " + files.client.key_file.string() + " }");
  const auto seconds = [&bench](const std::string& use) {
    const std::string text = bench.metrics.prometheus();
    const std::string name = "fieldgate_tls_certificate_expiry_seconds{component=\"sink out\",use=\"" + use + "\"} ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? 0.0 : std::stod(text.substr(at + name.size()));
  };
  CHECK(seconds("peer") == 0);
  REQUIRE(bench.deliver({"1"}).outcome == Outcome::confirmed);
  for (const std::string use : {"own", "peer"}) {
    CHECK(seconds(use) > 3600);
    CHECK(seconds(use) <= 86400);
  }
}

TEST_CASE("the bytes of TLS count as sent") {
  const test::TlsFiles files;
  Service service(files.server);
  Bench bench(service.url() + "tls: { ca_file: " + files.ca.crt_file.string() + " }");
  const std::uint64_t first = bench.deliver({std::string(100, 'x')}).sent;
  const std::uint64_t second = bench.deliver({std::string(100, 'x')}).sent;
  CHECK(second > 100 + 22);
  CHECK(second < 600);
  CHECK(first > second + 200);  // the handshake
  CHECK(bench.deliver({std::string(100000, 'x')}).sent > 100000 + second - 100 + 3 * 22);
}
