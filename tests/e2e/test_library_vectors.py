"""The shipped protocols of binary devices, run over public vectors: what passes must pass, and what is known to miss must miss."""
import json
import unittest

from library_vectors import Library, decode, misses, records, run, same, subject

# Attributes of Traccar's tests by our names, where they are not the same in snake_case.
NAMES = {"sat": ["satellites"], "temp1": ["temperature", "temperatures"], "temp2": ["temperature_2"], "temp3": ["temperature_3", "temperature"], "tag1Temp": ["temperature"],
         "tag1Battery": ["battery"], "tag1Mac": ["mac"], "deviceTemp": ["temperature"], "result": ["text", "content", "result", "value"], "driverUniqueId": ["driver_id", "driver"],
         "networkTechnology": ["network"], "cardCode": ["card"], "timezone": ["time_zone"], "lock2Battery": ["battery"], "tire1Pressure": ["pressure"], "dtcs": ["code"], "barkCount": ["barks"],
         "lock1Locked": ["unlocked"], "eventFiles": ["files"], "serial": ["text"], "eyeTemp1": ["eye_temperature_1"], "event": ["event", "alarm"]}
# Their words of alarms, by what stands in our messages: the name of a flag, or a word.
ALARMS = {"sos": {"sos"}, "vibration": {"vibration", "violation"}, "lowBattery": {"low_battery", "low_power"}, "tampering": {"tampering", "tire_pressure", "blind_area"},
          "hardAcceleration": {"acceleration"}, "hardBraking": {"braking"}, "movement": {"illegal_movement"}, "removing": {"removing", "removed"}, "general": {"general"},
          "accident": {"accident", "collision"}, "powerOff": {"powered_off", "power_off"}}


def snake(name):
    return "".join("_" + c.lower() if c.isupper() else c for c in name)


def words(value):
    """All names and texts of a document."""
    if isinstance(value, dict):
        return set(value) | set().union(*map(words, value.values())) if value else set()
    if isinstance(value, list):
        return set().union(*map(words, value)) if value else set()
    return {value} if isinstance(value, str) else set()


def attribute_misses(one, name, expected):
    if name == "alarm":
        found = words(one.data)
        return None if found & ALARMS[expected] else f"alarm {expected}: not in {sorted(found)}"
    values = [value for ours in NAMES.get(name, [snake(name)]) for value in one.values(ours)]
    values += [item for value in values if isinstance(value, list) for item in value]
    if name == "dtcs":
        values += [f"P{value}" for value in values]
    if name == "tag1Mac":
        values = [value.replace(":", "") for value in values]
    if name == "tilt":
        expected, values = json.loads(expected), [value for value in values if isinstance(value, list)]
        return None if expected in values else f"tilt: expected {expected}, got {values}"
    if name == "lock1Locked":
        values = [not value for value in values]
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and name == "batteryLevel":
        values += [int(value) for value in values if isinstance(value, (int, float))]
    return None if any(same(expected, value) for value in values) else f"{name}: expected {expected}, got {values}"


def position_misses(one, expected):
    for message in one.messages:
        data = message["data"]
        if all(same(expected[theirs], data.get(ours)) for theirs, ours in (("lat", "latitude"), ("lon", "longitude"))) and \
                message["time"] == expected["time"] and bool(data.get("valid", True)) == expected["valid"]:
            return None
    return f"position: expected {expected}, got {[m['data'] for m in one.messages]}"


def tracker_misses(one, expected):
    if one.errors and not one.messages:
        return f"errors {one.errors}"
    for name, value in expected.get("attributes", {}).items():
        if reason := attribute_misses(one, name, value):
            return reason
    return position_misses(one, expected["position"]) if expected.get("position") else None


def escape(chunks):
    """Frames of JT/T 808 as they are on the wire: Traccar's tests have them without escapes."""
    inner = bytes.fromhex("".join(chunks))[1:-1].replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
    return [f"7e{inner.hex()}7e"]


# The protocol, theirs, what misses, and what such a device has said before.
OTHERS = (
    ("eelink", "Eelink", {}, "676701000c000503541880460273400001"), ("ruptela", "Ruptela", {}, ""), ("castel", "Castel", {}, ""), ("xexun2", "Xexun2", {}, ""),
    ("t800x", "T800x", {}, ""), ("khd", "Khd", {}, ""), ("gt02", "Gt02", {}, ""), ("continental", "Continental", {}, ""), ("vt200", "Vt200", {}, ""), ("cellocator", "Cellocator", {}, ""),
    ("topin", "Topin", {}, "78780d010123456789012345010d0a"),
    ("minifinder2", "Minifinder2", {"Minifinder2/1": "its checksum is wrong: the test's author changed the frame"},
     "ab101c00d6f61e000110013836333932313033393939363038300937efd201640c000000"))


class Trackers(Library):
    def trackers(self, protocol, theirs, known, before="", frame=lambda chunks: chunks, **options):
        vectors = records("decode_trackers_traccar", theirs)
        self.names = set(vectors)
        decoded = decode(protocol, {name: frame(r["hex"]) for name, r in vectors.items()}, before, **options)
        self.expect_misses(misses(vectors, lambda name: tracker_misses(decoded[name], vectors[name]["expected"])), known, len(vectors))

    def test_jt808(self):
        self.trackers("jt808", "Jt808", {
            "Jt808/59": "bit 16 of the alarm means movement on this model only",
            "Jt808/63": "its check byte is wrong: the test's author changed the frame"}, frame=escape)

    def test_gt06(self):
        login = "78780d01012345678901234500018cdd0d0a"
        self.trackers("gt06", "Gt06", {
            "Gt06/7": "message A3 is a report of steps here, a fence in the maker's document",
            "Gt06/13": "the expected altitude is the CRC",
            "Gt06/29": "alarm 0C is 'power on' in the maker's document",
            "Gt06/54": "a voltage where others have the alarm and the language"}, login)

    def test_others(self):
        for protocol, theirs, known, before in OTHERS:
            with self.subTest(protocol):
                self.trackers(protocol, theirs, known, before)

    def test_teltonika(self):
        self.trackers("teltonika", "Teltonika", {}, "000f333536333037303432343431303133")


class Jt808(Library):
    def test_headers(self):
        """Each frame of four public implementations: number, length, phone, serial."""
        vectors = {n: r for n, r in records("jt808_frames").items() if "expected" in r}
        self.names = set(vectors)
        decoded = decode("jt808", {name: r["hex"] for name, r in vectors.items()})

        def passes(name):
            header = vectors[name]["expected"]["header"]
            one = decoded[name]
            if len(one.messages) == 0:
                return f"no message: {one.errors}"
            data = one.data[0]
            ours = {"phone": data["phone"], "msg_sn": data["serial"], "body_length": data["body_length"], "split": "parts" in data,
                    "encrypt": data.get("encryption", 0), "version_2019": "version" in data}
            wrong = {k: (header[k], v) for k, v in ours.items() if header[k] != v}
            return wrong or None
        items = "an additional item of the test's own leaves the body"
        self.expect_misses(misses(vectors, passes), {
            **dict.fromkeys(("SmallChi/JT808/95", "SmallChi/JT808/96", "cuteLittleDevil/go-jt808/63", "cuteLittleDevil/go-jt808/82", "cuteLittleDevil/go-jt808/87",
                             "cuteLittleDevil/go-jt808/97"), items),
            "SmallChi/JT808/31": "the last parameter is longer than the body", "cuteLittleDevil/go-jt808/95": "says two parameters, has one"}, len(vectors))

    def test_streams(self):
        vectors = {n: r for n, r in records("jt808_frames").items() if "expected" not in r}
        self.names = set(vectors)
        decoded = decode("jt808", {name: r["hex"] for name, r in vectors.items()})
        self.expect_misses(misses(vectors, lambda n: None if len(decoded[n].frames) == len(vectors[n]["frames"]) else decoded[n].errors), {}, len(vectors))


# Fields of the messages of JT/T 808 test suites, by ours: the name, and what theirs times this is.
JT808 = {"Header.TerminalPhoneNo": ("phone", None), "Header.MsgNum": ("serial", 1), "Header.ProtocolVersion": ("version", 1), "GPSTime": (None, None), "Lat": ("latitude", 1e-6),
         "lat": ("latitude", 1e-6), "Lng": ("longitude", 1e-6), "lng": ("longitude", 1e-6), "Speed": ("speed", 0.1), "speed": ("speed", 0.1), "Direction": ("course", 1),
         "direction": ("course", 1), "height": ("altitude", 1), "ReplyMsgNum": ("answered_serial", 1), "MsgNum": ("answered_serial", 1), "AreaID": ("province", 1),
         "provinceId": ("province", 1), "CityOrCountyId": ("city", 1), "cityId": ("city", 1), "MakerId": ("maker", None), "manufacturerId": ("maker", None),
         "TerminalModel": ("model", None), "terminalType": ("model", None), "TerminalId": ("terminal", None), "terminalId": ("terminal", None), "PlateNo": ("plate", None),
         "carIdentifier": ("plate", None), "PlateColor": ("plate_color", 1), "color": ("plate_color", 1), "authCode": ("code", None), "TerminalType": ("terminal_type", 1),
         "Terminal_SIM_ICCID": ("iccid", None), "Terminal_Hardware_Version_Num": ("hardware", None), "Terminal_Firmware_Version_Num": ("firmware", None),
         "GNSSModule": ("gnss_module", 1), "CommunicationModule": ("communication_module", 1), "MessageType": ("text_type", 1), "Message": ("text", None),
         "PassthroughType": ("transparent_type", 1), "multimediaDataID": ("multimedia", 1), "eventItemCode": ("multimedia_event", 1), "channelId": ("channel", 1), "alarmFlag": ("alarm", 1)}


class Jt808Messages(Library):
    def test_fields(self):
        vectors = records("jt808_messages")
        self.names = set(vectors)
        decoded = decode("jt808", {name: r["hex"] for name, r in vectors.items()})
        checked = 0

        def passes(name):
            nonlocal checked
            one = decoded[name]
            if not one.messages:
                return f"no message: {one.errors}"
            for field, expected in vectors[name]["expected"].items():
                item = int(field[10]) if field.startswith("Positions[") else 0
                ours, scale = JT808.get(field.rsplit(".", 1)[-1] if field.startswith(("Pos", "JT808_")) else field, (None, None))
                if ours is None:
                    continue
                checked += 1
                got = one.data[item].get(ours)
                if field == "Header.TerminalPhoneNo":
                    got = str(got).lstrip("0")
                if not same(expected * scale if scale else expected, got):
                    return f"{field}: expected {expected}, got {got}"
        self.expect_misses(misses(vectors, passes), {"SmallChi/Demo10.Test2_2_1": "its additional items have tags of two bytes, as no device has"}, len(vectors))
        self.assertGreater(checked, 40)


class Vehicles(Library):
    def test_gbt32960(self):
        vectors = records("gbt32960")
        self.names = set(vectors)
        decoded = decode("gbt32960", {name: r["hex"] for name, r in vectors.items()})
        messages = {"login": 1, "live": 2, "late": 3, "logout": 4, "heartbeat": 7, "time_request": 8}

        def passes(name):
            expected = vectors[name]["expected"]
            if isinstance(expected, dict):  # a header without its data
                return None if not decoded[name].messages else "a message"
            ours = [{"cmd": messages[d["message"]], "ack": 1 if d["answer"] == "success" else 0, "vin": d["vin"], "data_length": d["data_length"]} for d in decoded[name].data]
            theirs = [{k: v for k, v in e.items() if k in ("cmd", "ack", "vin", "data_length")} for e in expected]
            return None if ours == theirs else f"{ours}, expected {theirs}"
        self.expect_misses(misses(vectors, passes), {}, len(vectors))

    def test_teltonika(self):
        vectors = records("teltonika")
        self.names = set(vectors)
        decoded = decode("teltonika", {name: r["hex"] for name, r in vectors.items()}, "000f383632323539353838383334323930")

        def passes(name):
            expected, one = vectors[name]["expected"], decoded[name]
            if "imei" in expected:
                return None if one.values("imei") == [expected["imei"]] else f"{one.data}"
            codec = int(expected["codec"], 16)
            count = expected["records"] if codec in (0x08, 0x8e, 0x10) else 1
            ours = [d["codec"] for d in one.data]
            if ours != [codec] * count:
                return f"{ours}, expected {count} of {codec}: {one.errors}"
            answer = [f"{count:08x}"] if codec in (0x08, 0x8e, 0x10) else []
            return None if one.sent == answer else f"sent {one.sent}"
        old = "elements of 16 bytes behind those of 8, as some old devices have them; nothing in the frame says so"
        self.expect_misses(misses(vectors, passes), {"traccar/traccar/56": old, "traccar/traccar/57": old}, len(vectors))


class Commands(Library):
    """What goes out, against the expected bytes of Traccar's encoders."""

    CASES = {"Eelink/1": ("eelink", "send_command", '{"text":"RELAY,1#"}'), "Gt06/1": ("gt06", "send_command", '{"text":"Relay,1#"}'),
             "Minifinder2/1": ("minifinder2", "update_firmware", '{"url":"https://example.com"}'), "Ruptela/1": ("ruptela", "send_command", '{"text":" Setio 2,1"}'),
             "Topin/1": ("topin", "set_sos_number", '{"number":"13533333333"}')}

    def test_encoded(self):
        vectors = records("commands_traccar")
        for name, (protocol, command, arguments) in self.CASES.items():
            with self.subTest(name):
                result = run("encode", *subject(protocol, protocol), "--command", command, arguments)
                self.assertEqual((result.stdout.strip().replace(" ", ""), result.stderr), ("".join(vectors[name]["hex"]), ""))


if __name__ == "__main__":
    unittest.main()
