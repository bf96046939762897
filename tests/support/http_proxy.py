"""An HTTP proxy for tests that only knows CONNECT: prints its port, then the head of each request, and relays."""
import socket
import threading


def relay(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(1)
    print(head, flush=True)
    host, port = head.split()[1].decode().rsplit(":", 1)
    service = socket.create_connection((host, int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
    threading.Thread(target=relay, args=(client, service), daemon=True).start()
    relay(service, client)


listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], "ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
