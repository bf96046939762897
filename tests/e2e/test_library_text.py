"""The library's protocols in text read the frames of real devices as other projects do: trackers (Traccar), meters (dsmr_parser)."""
import unittest
from datetime import datetime

from harness import Case
from library import decoded, differences, same
from library_vectors import records

# Which protocol of the library reads a decoder's records, or one of them, where it is not the name in small letters.
OTHER_NAMES = {"Gl200Text": "gl200", "Mictrack/2": "mictrack_minutes"}

# What Traccar's framing took away before its decoder saw the message.
ENDS = {
    "\r\n": "ardi01 avema fifotrack freedom gpsgate intellitrac kenji laipac meitrack mictrack mictrack_minutes nto pt502 rst sanav "
            "startek starlink techtlt tr20 wialon wondex xexun",
    "\r": "arknav flextrack suntech",
    "#": "easytrack envotech gosafe gotop h02 plugin stl060 trv upro visiontek",
    ";": "armoli gps103 manpower minifinder",
    "!": "globalsat megastek",
    "##": "v680 xirgo",
    "##\r\n": "tlt2h",
    "$": "gl200",
    "*": "its",
    "<": "taip",
    "]": "mobilogix",
    "^": "carscop",
    "\0": "telic",
    "E": "esky",
    "": "enfora meiligao tk103 totem vtfms watch",
}
END_OF = {name: end for end, names in ENDS.items() for name in names.split()}

# Messages that came in a datagram, or whose length was falsified with the number of the device: they are frames as they are.
UNFRAMED = {"Meitrack/1", "Meitrack/10", "V680/2"}

# What is not read as Traccar does, and why. The list is exact: one that passes must leave it.
MISSES = {
    **dict.fromkeys(["H02/5", "Meitrack/2", "Meitrack/3", "Meitrack/5", "Meitrack/6", "Meitrack/7", "Meitrack/9", "Suntech/12",
                     "Suntech/17"], "a binary message of a protocol that is read as text"),
    "Esky/2": "what says ignition is in no public document",
    "Gps103/2": "the date is that of the device's clock, the time that of UTC, and midnight lies between them",
    "Suntech/19": "in which place a thermometer is reported is a setting of the device",
    "Taip/2": "the time is in weeks and seconds of GPS",
}


def data_of(record):
    return b"".join(bytes.fromhex(chunk) for chunk in record["hex"])


def wire(record, protocol):
    """The message as it stands on the wire."""
    data = data_of(record)
    end = "\r\n" if record["name"] in UNFRAMED else END_OF[protocol]
    return data if data.endswith(end.encode()) else data + end.encode()


def protocol_of(record, name):
    """Without the session, so that a message needs no login before it."""
    changed = {"use": name, "session": {"id": "{{ peer.ip }}"}, "device": "{{ peer.ip }}", "replies": []}
    return changed | {"framing": {"type": "line"}, "commands": {}} if record["name"] in UNFRAMED else changed


class Trackers(Case):
    def cases(self):
        """The records whose protocol is one of these."""
        for record in records("decode_trackers_traccar").values():
            protocol = OTHER_NAMES.get(record["name"]) or OTHER_NAMES.get(record["protocol"], record["protocol"].lower())
            if protocol in END_OF:
                yield record, protocol

    def test_positions_and_attributes_are_those_that_traccar_reads(self):
        """Who the device is, and what it is answered, is tested in each protocol's own file."""
        found = list(self.cases())
        messages = decoded(self.directory / "trackers.yaml", [
            (record["name"], protocol_of(record, protocol), wire(record, protocol)) for record, protocol in found])
        wrong = {}
        for record, _ in found:
            got = messages[record["name"]]
            texts = differences(record["expected"], got[0]) if got else ["no message"]
            if texts:
                wrong[record["name"]] = texts
        self.assertEqual(sorted(set(END_OF) - {protocol for _, protocol in found}), [], "protocols without a record")
        self.assertEqual(sorted(wrong), sorted(MISSES), {name: wrong[name] for name in set(wrong) - set(MISSES)})


# What dsmr_parser calls a value, and we.
METER = {
    "BELGIUM_VERSION_INFORMATION": "version", "P1_MESSAGE_HEADER": "version", "P1_MESSAGE_TIMESTAMP": "time",
    "EQUIPMENT_IDENTIFIER": "equipment_id", "BELGIUM_EQUIPMENT_IDENTIFIER": "equipment_id", "EQUIPMENT_SERIAL_NUMBER": "equipment_id",
    "COSEM_LOGICAL_DEVICE_NAME": "logical_name", "EQUIPMENT_IDENTIFIER_GAS": "mbus1_id equipment_id",
    "ELECTRICITY_IMPORTED_TOTAL": "energy_import", "ELECTRICITY_EXPORTED_TOTAL": "energy_export",
    "ELECTRICITY_ACTIVE_TARIFF": "tariff", "ELECTRICITY_COMBINED": "energy_combined",
    "ELECTRICITY_REACTIVE_IMPORTED_TOTAL": "reactive_import", "ELECTRICITY_REACTIVE_EXPORTED_TOTAL": "reactive_export",
    "BELGIUM_CURRENT_AVERAGE_DEMAND": "demand_average", "BELGIUM_MAXIMUM_DEMAND_MONTH": "demand_maximum",
    "CURRENT_ELECTRICITY_USAGE": "power_import", "CURRENT_ELECTRICITY_DELIVERY": "power_export",
    "ACTUAL_SWITCH_POSITION": "breaker", "ACTUAL_TRESHOLD_ELECTRICITY": "power_limit",
    "LONG_POWER_FAILURE_COUNT": "power_failures_long", "SHORT_POWER_FAILURE_COUNT": "power_failures",
    "INSTANTANEOUS_POWER_FACTOR_TOTAL": "power_factor", "FREQUENCY": "frequency", "DEVICE_TYPE": "mbus1_type",
    "GAS_METER_READING": "mbus1_value", "MBUS_DEVICE_TYPE": "mbus2_type mbus1_type", "MBUS_METER_READING": "mbus2_value mbus1_value",
    "MBUS_EQUIPMENT_IDENTIFIER": "mbus2_id mbus1_id", "MBUS_VALVE_POSITION": "mbus2_valve mbus1_valve",
    **{f"ELECTRICITY_USED_TARIFF_{n}": f"energy_import_{n}" for n in range(1, 5)},
    **{f"ELECTRICITY_DELIVERED_TARIFF_{n}": f"energy_export_{n}" for n in range(1, 5)},
    **{f"ELECTRICITY_REACTIVE_TOTAL_Q{n}": f"reactive_q{n}" for n in range(1, 5)},
    **{f"INSTANTANEOUS_REACTIVE_POWER_Q{n}": f"reactive_power_q{n}" for n in range(1, 5)},
    **{f"INSTANTANEOUS_ACTIVE_POWER_L{n}_{way}": f"power_{ours}_l{n}" for n in range(1, 4)
       for way, ours in (("POSITIVE", "import"), ("NEGATIVE", "export"))},
    **{f"{theirs}_L{n}{end}": f"{ours}_l{n}" for n in range(1, 4)
       for theirs, end, ours in (("INSTANTANEOUS_VOLTAGE", "", "voltage"), ("INSTANTANEOUS_CURRENT", "", "current"),
                                 ("INSTANTANEOUS_POWER_FACTOR", "", "power_factor"), ("FUSE_THRESHOLD", "", "fuse_limit"),
                                 ("VOLTAGE_SAG", "_COUNT", "sags"), ("VOLTAGE_SWELL", "_COUNT", "swells"))},
}


def meter_fits(expected, data, names):
    """Of times, the moment; of numbers, the number; of the rest, the text."""
    for name in names.split():
        value = data.get(name)
        if name == "time" and value is not None:
            return datetime.fromisoformat(value) == datetime.fromisoformat(expected.replace("Z", "+00:00"))
        if same(float(expected), value) if isinstance(value, (int, float)) else value == expected:
            return True
    return False


class Meters(Case):
    def test_a_p1_telegram_gives_the_values_that_dsmr_parser_reads(self):
        found = [record for record in records("dsmr_p1").values() if "expected" in record]
        self.assertGreater(len(found), 4)
        messages = decoded(self.directory / "meters.yaml", [
            (record["name"], {"use": "dsmr_p1", "device": "{{ peer.ip }}"}, data_of(record)) for record in found])
        for record in found:
            with self.subTest(record["name"]):
                self.assertEqual(len(messages[record["name"]]), 1)
                data = messages[record["name"]][0]["data"]
                wrong = {name: value["value"] for name, value in record["expected"].items()
                         if not meter_fits(value["value"], data, METER[name])}
                self.assertEqual(wrong, {}, data)


if __name__ == "__main__":
    unittest.main()
