"""Messages through the protocol library, one process for all, and what Traccar calls the values in them."""
import json
import re

from harness import fieldgate


def decoded(path, cases):
    """The messages of each case, by its name; a case is (name, protocol as YAML knows it, bytes). One process for all."""
    tests = [{"name": name, "protocol": protocol, "hex": data.hex(), "expect": []} for name, protocol, data in cases]
    path.write_text(json.dumps({"tests": tests}))
    result = fieldgate("test", "--json", "-c", path)
    assert result.stdout.startswith("{"), result.stderr + result.stdout
    out = {}
    for test in json.loads(result.stdout)["tests"]:
        got = [json.loads(d["got"]) for d in test["differences"] if re.fullmatch(r"expect\[\d+\]", d["path"])]
        out[test["name"]] = got
    return out


def snake(name):
    """batteryLevel is battery_level, temp1 is temperature1."""
    name = re.sub(r"^temp(?=\d)", "temperature", name)
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


# What the library calls an attribute of Traccar's, where it is not the same in snake case: names, and what its value is there.
ALSO = {
    "driverUniqueId": (("driver", "card", "event_data", "data"), str),
    "hours": (("engine_hours", "driving_time"), None),
    "temp1": (("temperature",), None),
    "data": (("text",), None),
    "rssi": (("signal",), None),
    "dtcs": (("faults",), None),
}


WORDS = {"A": True, "V": False, "yes": True, "no": False}


def same(expected, got):
    if isinstance(expected, bool) and isinstance(got, str):
        got = WORDS.get(got, got)
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
        return abs(expected - got) <= 1e-6 * max(1, abs(expected))
    return expected == got


def attribute_fits(name, expected, data):
    if name == "alarm":
        word = snake(expected)
        return data.get(word) is True or any(data.get(key) == word for key in ("event", "alarm", "alert", "status", "type"))
    if name == "ignition":
        words = {True: "ignition_on", False: "ignition_off"}
        if data.get("event") == words[expected]:
            return True
    if name == "hours":  # in Traccar, milliseconds
        seconds = data.get("engine_hours", data.get("driving_time", -1) * 60 if "driving_time" in data else None)
        return seconds is not None and seconds * 1000 == expected
    names, kind = ALSO.get(name, ((), None))
    for key in (snake(name), *names):
        if key in data and same(expected, data[key] if kind is None else kind(data[key])):
            return True
    return any(attribute_fits(name, expected, part) for part in data.values() if isinstance(part, dict))


def differences(expected, message):
    """What of Traccar's expectation of one message (position, attributes) is otherwise in ours, as a list of texts."""
    data = message["data"]
    wrong = []
    position = expected.get("position")
    if position:
        if message["time"][:19] != position["time"][:19]:
            wrong.append(f"time {message['time']}, not {position['time']}")
        for ours, theirs in (("latitude", "lat"), ("longitude", "lon")):
            value = data.get(ours)
            if not isinstance(value, (int, float)) or abs(value - position[theirs]) > 1e-5:
                wrong.append(f"{ours} {value}, not {position[theirs]}")
        if "valid" in data and not same(position["valid"], data["valid"]):
            wrong.append(f"valid {data['valid']}, not {position['valid']}")
    for name, value in (expected.get("attributes") or {}).items():
        if not attribute_fits(name, value, data):
            wrong.append(f"no {name} {value!r} in {json.dumps(data)}")
    return wrong
