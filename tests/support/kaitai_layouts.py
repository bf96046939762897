#!/usr/bin/env python3
"""Turns Kaitai Struct's test formats (.ksy, out of the set `kaitai` of the vectors) into options of the binary codec.

    kaitai_layouts.py kaitai.json > tests/data/vectors/kaitai_layouts.json

What has no counterpart is left out, by name with the reason."""
import json
import re
import sys

import yaml


class No(Exception):
    """What cannot be said in fields."""


NUMBER = re.compile(r"([usf])([1248])(le|be)?$")
BITS = re.compile(r"b(\d+)(le|be)?$")


def expression(text):
    """An expression of Kaitai as one of ours."""
    if isinstance(text, bool):
        return "1" if text else "0"
    if isinstance(text, int):
        return str(text)
    text = str(text)
    text = re.sub(r"\b_(parent|root)\.", "", text)
    if re.search(r"_(parent|root)\b", text):
        raise No("_parent or _root as a value")
    text = text.replace("_io.eof", "(_left == 0)").replace("_io.size", "_size")
    text = re.sub(r"([a-z_][a-z_0-9]*::)+([a-z_0-9]+)", r"'\2'", text)
    text = re.sub(r'"([^"\\\']*)"', r"'\1'", text)
    text = re.sub(r"\b0b([01_]+)", lambda m: str(int(m[1].replace("_", ""), 2)), text)
    text = re.sub(r"\b(0x[0-9a-fA-F_]+|[0-9][0-9_]*)\b", lambda m: m[0].replace("_", ""), text)
    text = text.replace("<<", "\x01").replace(">>", "\x02")
    for no in ("?", "[", "::", ".to_", ".as<", "\\", ".length", ".size", ".first", ".last", ".min", ".max", "_io", "sizeof", ".reverse", ".substring", '"', "f'"):
        if no in text:
            raise No(f"an expression with '{no}'")
    return text.replace("\x01", "<<").replace("\x02", ">>")


class Format:
    def __init__(self, ksy):
        self.ksy = ksy
        self.left = []
        meta = ksy.get("meta", {})
        if "imports" in meta or meta.get("ks-opaque-types"):
            raise No("imports another format")
        self.options = {"fields": self.fields(ksy, [ksy], meta.get("endian"), meta.get("bit-endian"), meta.get("encoding"))}

    def fields(self, spec, scope, endian, bits, charset, depth=0):
        if depth > 10:
            raise No("recursive types")
        if spec.get("params"):
            raise No("types with parameters")
        out = []
        used = 0
        for item in spec.get("seq") or []:
            field = self.field(item, scope, endian, bits, charset, depth)
            is_bits = field.get("type") == "bits" or (field.get("type") == "bool" and "bits" in field)
            if is_bits:
                if "if" in field or "repeat" in field:
                    raise No("bits under a condition or repeated")
                used += field["bits"]
            else:
                if used % 8:
                    out.append({"type": "skip", "bits": 8 - used % 8, **({"bit_order": "lsb"} if bits == "le" else {})})
                used = 0
            out.append(field)
        if used % 8 and depth and len(spec.get("seq")):
            out.append({"type": "skip", "bits": 8 - used % 8})
        for name, item in (spec.get("instances") or {}).items():
            try:
                out.append(self.instance(name, item, scope, endian, bits, charset, depth))
            except No as no:
                self.left.append((name, str(no)))
        return out

    def instance(self, name, item, scope, endian, bits, charset, depth):
        if "io" in item:
            raise No("an instance in another stream")
        if "value" in item:
            field = {"name": name, "value": expression(item["value"])}
            if "if" in item:
                field["if"] = expression(item["if"])
            if "enum" in item:
                field["enum"] = self.enum(item["enum"], scope)
            return field
        field = self.field({**item, "id": name}, scope, endian, bits, charset, depth)
        if "pos" not in item:
            raise No("a lazy instance without a place")
        if field.get("type") == "bits" or "bits" in field:
            raise No("bits at a place")
        field["at"] = expression(item["pos"])
        return field

    def enum(self, name, scope):
        for part in reversed(scope):
            found = (part.get("enums") or {}).get(str(name).split("::")[-1])
            if found:
                return {k: str(v["id"] if isinstance(v, dict) else v) for k, v in found.items()}
        raise No("an enum of another format")

    def user(self, name, scope):
        parts = name.split("::")
        for depth in range(len(scope), 0, -1):
            inside = scope[:depth]
            for part in parts:
                types = inside[-1].get("types") or {}
                if part not in types:
                    break
                inside = [*inside, types[part]]
            else:
                return inside
        raise No(f"a type of another format: {name}")

    def typed(self, name, item, scope, endian, bits, charset, depth):
        if name is None:
            return {"type": "bytes"}
        if match := NUMBER.match(name):
            word = {"u": "uint", "s": "int", "f": "float"}[match[1]] + str(8 * int(match[2]))
            order = match[3] or endian
            if isinstance(order, dict):
                raise No("an endian that the data choose")
            return {"type": word, **({"endian": "little"} if order == "le" else {})}
        if match := BITS.match(name):
            order = {"bit_order": "lsb"} if (match[2] or bits) == "le" else {}
            if match[1] == "1" and "enum" not in item:
                return {"type": "bool", "bits": 1, **order}
            return {"type": "bits", "bits": int(match[1]), **order}
        if name in ("str", "strz"):
            return self.text(name, item, charset)
        if "(" in name:
            raise No("types with parameters")
        inside = self.user(name, scope)
        meta = inside[-1].get("meta") or {}
        if isinstance(meta.get("endian", endian), dict):
            raise No("an endian that the data choose")
        return {"fields": self.fields(inside[-1], inside, meta.get("endian", endian), meta.get("bit-endian", bits),
                                      meta.get("encoding", charset), depth + 1)}

    def text(self, name, item, charset):
        words = {"ASCII": "ascii", "UTF-8": "utf8", "UTF-16LE": "utf16le", "UTF-16BE": "utf16be", "ISO-8859-1": "latin1"}
        encoding = item.get("encoding", charset)
        if encoding not in words:
            raise No(f"the encoding {encoding}")
        out = {"type": "string", "encoding": words[encoding], "pad": "none"}
        if name == "strz" and "terminator" not in item:
            out["terminator"] = "0x0000" if "UTF-16" in encoding else "0x00"
        return out

    def field(self, item, scope, endian, bits, charset, depth):
        name = item.get("id")
        out = {"name": name} if name else {}
        for key in ("eos-error", "parent", "size-parent"):
            if key in item:
                raise No(f"the option '{key}'")
        kind = item.get("type")
        if "contents" in item:
            raw = item["contents"]
            raw = [raw] if not isinstance(raw, list) else raw
            hexed = "".join(f"{p:02x}" if isinstance(p, int) else p.encode().hex() for p in raw)
            return {**out, "type": "bytes", "bytes": len(hexed) // 2}
        if isinstance(kind, dict):
            cases = {}
            for key, value in kind["cases"].items():
                inner = {k: v for k, v in item.items() if k not in ("id", "if", "repeat", "repeat-expr", "repeat-until", "size", "size-eos")}
                typed = self.typed(value, inner, scope, endian, bits, charset, depth)
                word = str(key).strip('"').split("::")[-1] if not isinstance(key, int) else key
                cases[word] = [{**({} if "fields" in typed else {"name": "value"}), **typed}]
            if any("fields" not in case[0] for case in cases.values()) and not all("fields" not in case[0] for case in cases.values()):
                raise No("a switch between values and structures")
            if any("fields" not in case[0] for case in cases.values()):
                for case in cases.values():
                    case[0]["name"] = name
                out.pop("name", None)
                if "repeat" in item:
                    raise No("a repeated switch of values")
            out.update({"switch": expression(kind["switch-on"]), "cases": cases})
        else:
            out.update(self.typed(kind, item, scope, endian, bits, charset, depth))
        self.sized(out, item)
        if "enum" in item:
            out["enum"] = self.enum(item["enum"], scope)
        if "if" in item:
            out["if"] = expression(item["if"])
        repeat = item.get("repeat")
        if repeat:
            if ("size" in out or "transform" in out) and "fields" in out:
                inner = {k: out.pop(k) for k in ("size", "fields", "transform") if k in out}
                out["fields"] = [inner]
            if out.get("transform"):
                raise No("repeated transforms")
            out["repeat"] = {"eos": {"until": "eos"}, "expr": {"count": expression(item.get("repeat-expr", 0))},
                             "until": {"until": expression(item.get("repeat-until", 0))}}[repeat]
        return out

    def sized(self, out, item):
        if "size" in item:
            out["size" if "fields" in out or "switch" in out else "bytes"] = expression(item["size"])
        if "terminator" in item:
            raw = item["terminator"]
            raw = raw if isinstance(raw, list) else [raw]
            if "fields" in out:
                raise No("a structure with a terminator")
            out["terminator"] = "0x" + "".join(f"{byte:02x}" for byte in raw)
        if out.get("type") in ("string", "bytes"):
            out.update({key: item[key] for key in ("include", "consume") if key in item})
        if "pad-right" in item:
            out["pad"] = f"0x{item['pad-right']:02x}"
        if "process" in item:
            match = re.match(r"xor\((0x[0-9a-f]+|0b[01]+|\d+|\[.*\])\)$", str(item["process"]))
            if not match:
                raise No(f"the process {item['process']}")
            key = yaml.safe_load(match[1])
            out["transform"] = {"xor": "0x" + "".join(f"{byte:02x}" for byte in (key if isinstance(key, list) else [key]))}


def wanted(text):
    """An expected value; bytes as hex."""
    text = text.split("#")[0].strip() if not text.startswith('"') else text
    if re.match(r"([a-z_0-9]+::)+[a-z_0-9]+$", text):
        return text.split("::")[-1]
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    try:
        value = eval(text.replace(" as bytes", ""), {"__builtins__": {}})  # literals of the set, read once by hand
    except Exception:
        raise No(f"the expected value {text}")
    if isinstance(value, list) and all(isinstance(v, int) and -129 < v < 256 for v in value):
        return {"bytes": bytes(v & 255 for v in value).hex()}
    return value


def steps(text):
    text = re.sub(r"\.as<[^>]*>", "", text.split("#")[0].strip())
    out = []
    for part in text.split("."):
        match = re.match(r"([a-z_0-9]+)((\[\d+\])*)$", part)
        if not match:
            raise No(f"the path {text}")
        out += [match[1], *(int(i) for i in re.findall(r"\d+", match[2]))]
    return out


def main():
    records, left = [], {}
    for record in json.load(open(sys.argv[1]))["records"]:
        try:
            form = Format(yaml.safe_load(record["ksy"]))
            checks, skipped = [], []
            for one in record["expected"]:
                try:
                    path = steps(one["actual"])
                    if any(path[0] == name or name in path for name, _ in form.left):
                        raise No(dict(form.left).get(path[0], "an instance that is left out"))
                    checks.append([path, wanted(one["expected"])])
                except No as no:
                    skipped.append(str(no))
            if not checks:
                raise No(skipped[0] if skipped else "nothing is checked")
            records.append({"name": record["name"], "hex": "".join(record["hex"]), "codec": form.options, "checks": checks,
                            **({"unchecked": len(skipped)} if skipped else {}), "source": record["source"]})
        except No as no:
            left[record["name"]] = str(no)
        except Exception as wrong:
            left[record["name"]] = f"not translated: {type(wrong).__name__} {wrong}"
    print('{"set": "kaitai_layouts", "about": "Formats of kaitai as fields of the binary codec, by tests/support/kaitai_layouts.py", "left_out":')
    print(json.dumps(left, sort_keys=True, indent=1) + ', "records": [')
    print(",\n".join(json.dumps(r) for r in records))
    print("]}")


main()
