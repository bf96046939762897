"""A web service over TLS for tests: prints its port, then the line, User-Agent and body of each request, and answers 200."""
import http.server
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        subject = dict(pair[0] for pair in (self.connection.getpeercert() or {}).get("subject", ()))
        print(self.requestline, subject.get("commonName", "-"), self.client_address[1], len(body), body[:100], flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main(crt_file, key_file, client_ca_file=""):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt_file, key_file)
    if client_ca_file:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca_file)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print("port", server.server_address[1], "ready", flush=True)
    server.serve_forever()


main(*sys.argv[1:])
