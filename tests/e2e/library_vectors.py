"""Vectors that nobody of this project wrote, through the shipped protocols: one `fieldgate decode` for all records of a set.

$FIELDGATE_VECTORS may name a folder with more of them than the project may copy."""
import json
import os
import pathlib
import subprocess
import unittest

from harness import FIELDGATE, ROOT, environment

FOLDER = pathlib.Path(os.environ.get("FIELDGATE_VECTORS") or ROOT / "tests/data/vectors")
LIBRARY = os.environ.get("FIELDGATE_LIBRARY")  # a folder of protocols to read in the place of the embedded ones


def records(name, protocol=None):
    """Those of one set, by name; of one of its protocols."""
    all_of_them = json.loads((FOLDER / f"{name}.json").read_text())["records"]
    return {r["name"]: r for r in all_of_them if protocol in (None, r.get("protocol"))}


def run(*arguments, **options):
    return subprocess.run([FIELDGATE, *map(str, arguments)], capture_output=True, text=True, env=environment(), timeout=240, **options)


def subject(file, protocol):
    return ["-c", pathlib.Path(LIBRARY) / f"{file}.yaml", "-p", protocol] if LIBRARY else ["-p", protocol]


class Decoded:
    """What became of the bytes of one record."""

    def __init__(self):
        self.frames = []
        self.messages = []
        self.sent = []
        self.errors = []

    @property
    def data(self):
        return [message["data"] for message in self.messages]

    def values(self, name):
        """All that stands under this name anywhere in its messages."""
        def within(value):
            if isinstance(value, dict):
                for key, inner in value.items():
                    if key == name:
                        yield inner
                    yield from within(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from within(inner)
        return list(within(self.data))


def decode(protocol, chunks_by_name, before="", file=None):
    """Each entry's chunks one after the other in one stream, `before` in front of all. By name."""
    lines, ranges, offset = [], [], 0
    for name, chunks in [("", [before] if before else []), *chunks_by_name.items()]:
        size = sum(len(chunk) // 2 for chunk in chunks)
        ranges.append((offset, offset + size, name))
        offset += size
        lines += chunks
    result = run("decode", *subject(file or protocol, protocol), "--hex", "--json", input="\n".join(lines) + "\n")
    if not result.stdout:
        raise AssertionError(f"{protocol}: {result.stderr}")
    decoded = {name: Decoded() for name in chunks_by_name}
    for event in json.loads(result.stdout)["events"]:
        last = event.get("offset", -1) + event.get("length", 1) - 1  # a flag may be shared with the frame before
        owner = next((n for begin, end, n in ranges if begin <= last < end), "")
        if owner:
            one = decoded[owner]
            if event["kind"] == "frame":
                one.frames.append(event)
            else:
                one.errors.append(event.get("reason", event.get("text")))
            one.messages += event.get("messages", [])
            one.errors += [error["reason"] for error in event.get("errors", [])]
            one.sent += [sent["hex"].replace(" ", "") for sent in event.get("sent", [])]
    return decoded


def same(expected, got):
    if isinstance(expected, bool) or isinstance(got, bool):
        return bool(expected) == bool(got) if isinstance(got, (bool, int)) else False
    if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
        return abs(expected - got) <= 1e-5 * max(1.0, abs(expected))
    if isinstance(expected, (int, float)) and isinstance(got, str):
        try:
            return same(expected, float(got))
        except ValueError:
            return False
    return str(expected).strip() == str(got).strip()


def misses(expected, passes):
    """Names of those that `passes` says no to, with its reason."""
    found = {}
    for name in expected:
        reason = passes(name)
        if reason:
            found[name] = reason
    return found


class Library(unittest.TestCase):
    maxDiff = None

    def expect_misses(self, found, known, total):
        print(f"{self.id().rsplit('.', 1)[-1]}: {total - len(found)} of {total}")
        new = {name: reason for name, reason in found.items() if name not in known}
        self.assertEqual(new, {}, "these miss now")
        gone = [name for name in known if name not in found and name in self.names]
        self.assertEqual(gone, [], "these are listed as known misses, but pass")
