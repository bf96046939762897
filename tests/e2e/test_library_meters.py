"""The shipped protocols of meters, PLCs and substations, run over public vectors: what passes must pass, and what is known to miss must miss."""
import unittest

from library_vectors import Library, decode, misses, records, same


class Meters(Library):
    def test_dlt645(self):
        vectors = records("dlt645")
        self.names = set(vectors)
        decoded = decode("dlt645", {name: r["hex"] for name, r in vectors.items()})
        controls = {0x11: "read", 0x13: "read_address", 0x14: "write", 0x91: "read_answer", 0x93: "address_answer"}

        def passes(name):
            expected = vectors[name]["expected"]
            one = decoded[name]
            if not one.messages:
                return f"no message: {one.errors}"
            data = one.data[0]
            ours = {"address": data["address"], "control": data["control"], "data_minus_33": data["raw"], "di": data.get("identifier", expected.get("di"))}
            theirs = {k: controls[int(v, 16)] if k == "control" else v for k, v in expected.items() if k in ours}
            wrong = {k: (v, ours[k]) for k, v in theirs.items() if ours[k] != v}
            value = expected.get("value", "").split(" ")[0]
            if value and not any(same(float(value), v) for v in data.values()):
                wrong["value"] = (value, data)
            return wrong or None
        self.expect_misses(misses(vectors, passes), {}, len(vectors))

    def test_mbus(self):
        vectors = records("mbus_libmbus")
        self.names = set(vectors)
        decoded = decode("mbus", {name: r["hex"] for name, r in vectors.items()})
        self.expect_misses(misses(vectors, lambda name: mbus_misses(decoded[name], vectors[name])), {}, len(vectors))


FUNCTIONS = {"Instantaneous value": "instantaneous", "Maximum value": "maximum", "Minimum value": "minimum", "Value during error state": "error",
             "Manufacturer specific": "manufacturer", "More records follow": "manufacturer"}
PREFIXES = {"m": 1e-3, "my": 1e-6, "k": 1e3}
UNITS = {"Wh": 1, "kWh": 1e3, "mWh": 1e-3, "W": 1, "kW": 1e3, "m^3": 1, "m^3/h": 1, "deg C": 1, "V": 1, "A": 1, "%RH": 1}


def unit_of(text):
    """How much of our unit is one of theirs: "Volume (m m^3)" is 1e-3; nothing where they show a word."""
    inner = text[text.index("(") + 1:text.rindex(")")] if "(" in text else text
    factor = 1.0
    words_ = inner.split()
    if words_ and words_[0].replace("e-", "").isdigit():
        factor, words_ = float(words_[0]), words_[1:]
    if len(words_) > 1 and words_[0] in PREFIXES:
        factor, words_ = factor * PREFIXES[words_[0]], words_[1:]
    return factor * UNITS.get(" ".join(words_), 1)


def mbus_misses(one, vector):
    expected = vector.get("expected")
    if expected is None or "Error" in expected.get("slave", {}):
        refused = vector.get("kind") == "error frame"
        return None if refused and (one.errors or one.values("error") or one.messages) else f"{one.errors}"
    if not one.messages:
        return f"no message: {one.errors}"
    data, slave = one.data[0], expected["slave"]
    if data["id"].lstrip("0").lower() != slave["Id"].lstrip("0").lower():
        return f"id {data['id']}, expected {slave['Id']}"
    ours, theirs = data.get("records", []), expected["records"]
    if "counter_1" in data:  # of fixed data
        ours, theirs = [str(data["counter_1"]), str(data["counter_2"])], [their["Value"] for their in theirs]
        return None if ours == theirs else f"{ours}, expected {theirs}"
    if len(ours) != len(theirs):
        return f"{len(ours)} records, expected {len(theirs)}"
    for index, (our, their) in enumerate(zip(ours, theirs)):
        if our.get("function") != FUNCTIONS.get(their["Function"]):
            return f"record {index}: {our}, expected {their}"
        if our["function"] in ("manufacturer", "error") and "value" not in our:
            continue
        if str(our.get("storage")) != their.get("StorageNumber") or ("Tariff" in their and (str(our["tariff"]), str(our["subunit"])) != (their["Tariff"], their["Device"])):
            return f"record {index}: {our}, expected {their}"
        value = our.get("value", our.get("text"))
        if "year" in our:
            date = f"{our['year']:04}-{our['month']:02}-{our['day']:02}"
            value = f"{date}T{our['hour']:02}:{our['minute']:02}:00" if "hour" in our else date
        wanted = their["Value"]
        if our.get("invalid"):  # they write 1900
            continue
        try:
            good = same(float(wanted) * unit_of(their["Unit"]), value)
        except (ValueError, TypeError):
            good = str(value).strip() == wanted.strip()
        if not good:
            return f"record {index}: {our}, expected {their}"
    return None


class Industry(Library):
    def test_modbus_pdu(self):
        """PDUs of answers by the client's protocol, of requests by the server's, as TCP would carry them."""
        vectors = records("modbus_pdu")
        self.names = set(vectors)
        found = {}
        for protocol, direction in (("modbus_tcp", "response"), ("modbus_tcp_server", "request")):
            mine = {n: r for n, r in vectors.items() if r["dir"] == direction}
            decoded = decode(protocol, {n: [f"00010000{len(r['hex'][0]) // 2 + 1:04x}01{r['hex'][0]}"] for n, r in mine.items()}, file="modbus")
            found |= misses(mine, lambda n: pdu_misses(decoded[n], mine[n]["expected"]))
        self.expect_misses(found, {}, len(vectors))

    def test_modbus_transactions(self):
        vectors = records("modbus_transactions_zeek")
        self.names = set(vectors)
        requests = decode("modbus_tcp_server", {n: [r["hex"][0]] for n, r in vectors.items()}, file="modbus")
        answers = decode("modbus_tcp", {n: [r["hex"][1]] for n, r in vectors.items()}, file="modbus")

        def passes(name):
            expected = vectors[name]["expected"]
            if not requests[name].messages or not answers[name].messages:
                return f"{requests[name].errors} {answers[name].errors}"
            asked, got = requests[name].data[0], answers[name].data[0]
            values = lambda d: d.get("coils", d.get("registers", [d.get("value")]))
            number = lambda v: {"on": 1, "off": 0}.get(v, v) if isinstance(v, str) else int(v)
            wrong = {}
            for key, ours in (("unit", asked["unit"]), ("address", asked.get("address")), ("exception_code", str(got.get("exception")).upper())):
                if key in expected and str(ours) != expected[key]:
                    wrong[key] = (expected[key], ours)
            for key, data in (("request_values", asked), ("response_values", got)):
                wanted = [int(v) for v in expected.get(key, "").split(",") if v]
                if wanted and [number(v) for v in values(data)][:len(wanted)] != wanted:
                    wrong[key] = (wanted, values(data))
            return wrong or None
        self.expect_misses(misses(vectors, passes), {}, len(vectors))

    def test_iec104(self):
        vectors = records("iec104")
        self.names = set(vectors)
        decoded = decode("iec104", {name: r["hex"] for name, r in vectors.items()})
        causes = {"periodic": 1, "background": 2, "spontaneous": 3, "initialised": 4, "requested": 5, "activation": 6, "activation_confirmed": 7, "deactivation": 8,
                  "deactivation_confirmed": 9, "activation_terminated": 10, "remote_command": 11, "local_command": 12, "interrogated": 20, "interrogated_group_1": 21, "counters_requested": 37}

        def frame(d):
            if d["format"] == "U":
                return {"format": "U", "function": d["function"]}
            if d["format"] == "S":
                return {"format": "S", "recv_seq": d["receive_sequence"]}
            return {"format": "I", "send_seq": d["send_sequence"], "recv_seq": d["receive_sequence"], "type_id": d["type"], "sq": int(d["sequence"]), "count": d["count"],
                    "cot": causes.get(d["cause"], d["cause"]), "common_address": d["common_address"]}

        def passes(name):
            ours = [frame(d) for d in decoded[name].data]
            wrong = [(e, o) for e, o in zip(vectors[name]["expected"], ours) if e != o]
            if wrong or len(ours) != len(vectors[name]["expected"]):
                return f"{len(ours)} of {len(vectors[name]['expected'])} frames; {wrong[:1]} {decoded[name].errors}"
        self.expect_misses(misses(vectors, passes), {}, len(vectors))


def pdu_misses(one, expected):
    if not one.messages:
        return f"no message: {one.errors}"
    data = one.data[0]
    names = {"registers": "registers", "bits": "coils"}
    for field, value in expected.items():
        got = data.get(names.get(field, field))
        if field == "message":
            value = value["$hex"] if isinstance(value, dict) else f"{value:04x}"
        if field == "registers" and got is None:
            got = [data.get("value")]
        if isinstance(value, list) and isinstance(got, list):
            got = got[:len(value)]
        if got != value:
            return f"{field}: expected {value}, got {got} of {data}"
    return None


if __name__ == "__main__":
    unittest.main()
