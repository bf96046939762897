"""The judge: mints every message, knows what each must look like, and says whether a gateway kept its word.

A message's id is (device, number); its payload is a pure function of the id. An acknowledgement is an obligation of the gateway
towards every sink. The judge is never faulted, so what it holds is the truth.
"""
import collections
import hashlib
import threading

SIZES = [16] * 40 + [64] * 25 + [256] * 20 + [1024] * 8 + [4096] * 4 + [16384] * 2 + [65536]


def payload(device, number, largest=65536):
    """What message `number` of `device` carries, 16 B to 64 KiB."""
    seed = f"{device}:{number}".encode()
    size = min(SIZES[hashlib.blake2b(seed, digest_size=1).digest()[0] % len(SIZES)], largest)
    return hashlib.shake_128(seed).hexdigest(size // 2)


class Oracle:
    """Takes down what was issued, acknowledged and delivered; `faults` compares them."""

    def __init__(self, *sinks, largest=65536):
        self.largest = largest
        self.violations = []  # what is wrong in any case: an altered or invented message, an answer out of turn
        self._lock = threading.Lock()
        self._issued = collections.Counter()
        self._acknowledged = collections.defaultdict(set)
        self._deliveries = {sink: [] for sink in sinks}
        self._ids = {}

    # What devices say.

    def issue(self, device):
        """Mints the next message of a device, as the document that it sends."""
        with self._lock:
            number = self._issued[device]
            self._issued[device] += 1
        return {"device": device, "n": number, "p": payload(device, number, self.largest)}

    def acknowledged(self, device, number):
        with self._lock:
            if number >= self._issued[device]:
                self.violations.append(f"{device}:{number} was acknowledged but never sent")
            self._acknowledged[device].add(number)

    def violation(self, text):
        with self._lock:
            self.violations.append(text)

    # What sinks say.

    def delivered(self, sink, document):
        """A sink has taken `document`, a message's JSON as the gateway sends it."""
        data = document.get("data") if isinstance(document, dict) else None
        fault = self._strange(document, data)
        with self._lock:
            fault = fault or self._renamed(document, (data["device"], data["n"]))
            if fault:
                self.violations.append(f"{sink}: {fault}")
            else:
                self._deliveries[sink].append((data["device"], data["n"]))

    def _renamed(self, document, key):
        """Where messages have ids, a message's stays the same for ever, and is no other's."""
        identity = document.get("id")
        if identity is None:
            return None
        before, owner = self._ids.setdefault(key, identity), self._ids.setdefault(identity, key)
        if before != identity:
            return f"{key[0]}:{key[1]} came as {identity}, before it was {before}"
        if owner != key:
            return f"{key[0]}:{key[1]} came as {identity}, which is {owner[0]}:{owner[1]}"
        return None

    def _strange(self, document, data):
        if not isinstance(data, dict) or not isinstance(data.get("n"), int) or "device" not in data:
            return f"no message of ours: {str(document)[:200]}"
        device, number = data["device"], data["n"]
        if not 0 <= number < self._issued[device]:
            return f"{device}:{number} was delivered but never sent"
        expected = {"device": device, "n": number, "p": payload(device, number, self.largest)}
        if data != expected or document.get("device") != device:
            return f"{device}:{number} was altered: {str(document)[:200]}"
        return None

    def successor(self):
        """A judge for another course of history from here: with the same obligations, and nothing delivered yet."""
        other = Oracle(*self._deliveries, largest=self.largest)
        other._issued.update(self._issued)
        for device, number in self.obligations:
            other._acknowledged[device].add(number)
        return other

    def forget(self, keys):
        """These are nobody's obligation any more: an operator knows of them."""
        with self._lock:
            for device, number in keys:
                self._acknowledged[device].discard(number)

    # What came of it.

    @property
    def issued(self):
        return sum(self._issued.values())

    @property
    def obligations(self):
        with self._lock:
            return {(device, number) for device, numbers in self._acknowledged.items() for number in numbers}

    def deliveries(self, sink):
        with self._lock:
            return list(self._deliveries[sink])

    def missing(self, sink):
        """What was acknowledged and has not been delivered."""
        return self.obligations - set(self.deliveries(sink))

    def duplicates(self, sink):
        deliveries = self.deliveries(sink)
        return len(deliveries) - len(set(deliveries))

    def faults(self, sink, excused=0, duplicates=None):
        """Everything that is wrong at a sink, as text; `excused`: so many may be missing, for a counter names them;
        `duplicates`: at most so many."""
        found = list(self.violations)
        missing = self.missing(sink)
        if len(missing) > excused:
            found.append(f"{sink}: {len(missing)} acknowledged messages are lost ({excused} are accounted for), "
                         f"such as {sorted(missing)[:10]}")
        if duplicates is not None and self.duplicates(sink) > duplicates:
            found.append(f"{sink}: {self.duplicates(sink)} duplicates, at most {duplicates} are allowed")
        return found + self._disorder(sink)

    def _disorder(self, sink):
        found, highest, seen = [], {}, set()
        for device, number in self.deliveries(sink):
            if (device, number) in seen:
                continue
            seen.add((device, number))
            if number < highest.get(device, -1):
                found.append(f"{sink}: {device}:{number} came first after {device}:{highest[device]}")
            highest[device] = max(number, highest.get(device, -1))
        return found[:10]


OUTCOMES = ("delivered_total", "expired_total", "dropped_total", "dead_letters_total", "corrupt_total", "backlog")


def balance(metrics, sink):
    """A sink's counters, and whether they balance: (values, difference)."""
    def total(name):
        return int(sum(value for (sample, labels), value in metrics.items()
                       if sample == f"fieldgate_sink_{name}" and ("sink", sink) in labels))
    values = {name: total(name) for name in ("accepted_total", *OUTCOMES)}
    return values, values["accepted_total"] - sum(values[name] for name in OUTCOMES)
