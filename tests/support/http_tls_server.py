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


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        connection, address = self.socket.accept()
        self.context.load_cert_chain(*self.identity)  # it may have been replaced
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address


def main(crt_file, key_file, client_ca_file=""):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if client_ca_file:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca_file)
    server = Server(("127.0.0.1", 0), Handler)
    server.context, server.identity = context, (crt_file, key_file)
    print("port", server.server_address[1], "ready", flush=True)
    server.serve_forever()


main(*sys.argv[1:])
