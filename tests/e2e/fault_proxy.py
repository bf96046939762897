"""A TCP proxy that does what networks do: delay, stall, cut, reset, half-close, throttle, flip a byte, refuse.

Faults are attributes, switchable at any time: those of the proxy hold for every connection to come, those of a Link for the one.
"""
import socket
import struct
import threading
import time

from harness import free_port


class Faults:
    """What is wrong with a line. Directions: `up` is towards the service, `down` back from it."""

    def __init__(self):
        self.delay = 0.0        # seconds that every piece waits
        self.stall = set()      # directions in which nothing passes; bytes wait, connections stay: a black hole
        self.rate = None        # bytes a second in each direction
        self.cut_after = {}     # direction: bytes after which both ends are closed
        self.reset_after = {}   # the same, with RST
        self.half_close_after = {}  # direction: bytes after which that direction ends and the other goes on
        self.flip = {}          # direction: offset of the byte that arrives as another

    def copy(self):
        other = Faults()
        for name, value in vars(self).items():
            setattr(other, name, value if not isinstance(value, (set, dict)) else type(value)(value))
        return other


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client):
        self.faults = proxy.faults.copy()
        self.client = client
        self.service = None
        self.passed = {"up": 0, "down": 0}
        self.proxy = proxy
        self.dead = False

    def run(self):
        try:
            self.service = socket.create_connection(self.proxy.target, 20)
            self.service.settimeout(None)
        except OSError:
            self.reset()
            return
        up = threading.Thread(target=self._pass, args=("up", self.client, self.service), daemon=True)
        up.start()
        self._pass("down", self.service, self.client)
        up.join()
        self.cut()

    def _pass(self, direction, source, target):
        faults = self.faults
        try:
            while True:
                data = source.recv(65536 if faults.rate is None else 1)
                self._wait(direction)
                if not data or self.dead:
                    break
                data = self._spoil(direction, data)
                target.sendall(data)
                self.passed[direction] += len(data)
                if self._ends(direction, target):
                    return
            if not self.dead:
                target.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()

    def _wait(self, direction):
        if self.faults.delay:
            time.sleep(self.faults.delay)
        if self.faults.rate is not None:
            time.sleep(1 / self.faults.rate)
        while direction in self.faults.stall and not self.proxy.closed:
            time.sleep(0.01)

    def _spoil(self, direction, data):
        passed = self.passed[direction]
        limits = [limits[direction] for limits in (self.faults.cut_after, self.faults.reset_after, self.faults.half_close_after)
                  if direction in limits]
        if limits:
            data = data[:max(0, min(limits) - passed)]
        at = self.faults.flip.get(direction, -1) - passed
        if 0 <= at < len(data):
            data = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1:]
        return data

    def _ends(self, direction, target):
        passed = self.passed[direction]
        if passed >= self.faults.reset_after.get(direction, passed + 1):
            self.reset()
        elif passed >= self.faults.cut_after.get(direction, passed + 1):
            self.cut()
        elif passed >= self.faults.half_close_after.get(direction, passed + 1):
            target.shutdown(socket.SHUT_WR)
        else:
            return False
        return True

    def cut(self):
        """FIN to both."""
        for end in (self.client, self.service):
            if end is not None:
                _shut(end, socket.SHUT_RDWR)

    def reset(self):
        """RST to both."""
        self.dead = True
        for end in (self.client, self.service):
            if end is not None and end.fileno() >= 0:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                _shut(end, socket.SHUT_RD)


class FaultProxy:
    """Stands at `port` before the service at `target` (a port of this host)."""

    def __init__(self, target):
        self.target = ("127.0.0.1", target)
        self.port = free_port()
        self.faults = Faults()
        self.links = []
        self.closed = False
        self.listener = None
        self.accept()

    def accept(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._serve, args=(self.listener,), daemon=True).start()

    def refuse(self):
        """Nobody listens any more; the connections that are stay."""
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None

    def _serve(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            link = Link(self, client)
            self.links.append(link)
            threading.Thread(target=link.run, daemon=True).start()

    def inflict(self, **faults):
        """Sets faults by their names, for what is and for what comes."""
        for place in [self.faults, *(link.faults for link in self.links)]:
            for name, value in faults.items():
                assert hasattr(place, name), name
                setattr(place, name, value)

    def heal(self):
        """A sound line again, also for the connections that stall."""
        self.inflict(**vars(Faults()))
        if self.listener is None:
            self.accept()

    def cut(self):
        for link in self.links:
            link.cut()

    def reset(self):
        for link in self.links:
            link.reset()

    def close(self):
        self.closed = True
        self.refuse()
        self.cut()


def _shut(end, how):
    """Wakes the thread that reads it, and closes it."""
    try:
        end.shutdown(how)
    except OSError:
        pass  # it was over
    end.close()
