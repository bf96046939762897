"""The faulty machine of tests/support/disk_fault.c, for a gateway under test: disk, clock and names, by rules at run time."""
import collections
import os
import pathlib

from harness import ROOT, SANITIZED

MODULE = os.environ.get("FIELDGATE_DISK_FAULT") or str(ROOT / "build/release/tests/e2e/libdisk_fault.so")


class FaultyMachine:
    """Rules for the calls on files below `data_dir`. `environment` is for the gateway's start."""

    def __init__(self, directory, data_dir, trace=False, journal=False):
        assert pathlib.Path(MODULE).exists(), f"{MODULE} is not built, or $FIELDGATE_DISK_FAULT names another"
        self.control = pathlib.Path(directory) / "faults"
        self.trace_path = pathlib.Path(directory) / "fault-trace"
        self.journal_path = pathlib.Path(directory) / "fault-journal"
        self.environment = {"LD_PRELOAD": MODULE, "FIELDGATE_FAULT_CONTROL": str(self.control), "FIELDGATE_FAULT_DIR": str(data_dir)}
        if trace:
            self.environment["FIELDGATE_FAULT_TRACE"] = str(self.trace_path)
        if journal:
            self.environment["FIELDGATE_FAULT_JOURNAL"] = str(self.journal_path)
        if SANITIZED:
            # A runtime that is not the first library must not refuse to start.
            self.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.set()

    def set(self, *rules):
        """These rules and no others, from the next call on."""
        new = self.control.with_suffix(".new")
        new.write_text("".join(rule + "\n" for rule in rules))
        os.replace(new, self.control)

    def calls(self):
        """How often what was called so far: {(operation, kind): count}, and the bytes by the same names."""
        counts, sizes = collections.Counter(), collections.Counter()
        for line in self.trace_path.read_text().splitlines() if self.trace_path.exists() else ():
            operation, kind, size = line.split()
            counts[operation, kind] += 1
            sizes[operation, kind] += int(size)
        return counts, sizes
