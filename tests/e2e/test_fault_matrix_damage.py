"""The fault matrix, rows 18 and 19: damaged files. The gateway starts in any case, sets the damage aside, counts it and says so."""
import os
import shutil
import unittest

from crash import seeded
from trial import Trial, http


def flip(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]


def zero_page(data, rng):
    at = rng.randrange(0, len(data), 4096)
    return data[:at] + bytes(len(data[at:at + 4096])) + data[at + 4096:]


MUTATIONS = {
    "a flipped bit": flip,
    "a flipped bit in the header": lambda data, rng: flip(data[:100], rng) + data[100:],
    "a zeroed page": zero_page,
    "cut short": lambda data, rng: data[:rng.randrange(1, len(data))],
    "no byte left": lambda data, rng: b"",
    "another file": lambda data, rng: b"What is this? It is not what was written here.\n" * 100,
    "random bytes": lambda data, rng: rng.randbytes(len(data)),
}


class Damage(Trial):
    largest = 4096

    def setUp(self):
        super().setUp()
        self.sink = self.service()
        self.template = self.directory / "template"

    def sinks(self):
        return {"service": http(self.sink.url, encoding={"type": "ndjson", "id": True})}

    def backlog(self, kill):
        """A data_dir with messages in it: a clean one, or one with its WAL as a kill leaves it."""
        self.sink.go()
        self.start(self.sinks())
        for device in self.load(3, count=150):
            device.join()
        if kill:
            self.kill()
        else:
            self.assertEqual(self.gate.stop(), 0)
        shutil.copytree(self.data_dir, self.template, ignore=lambda folder, names: [n for n in names if n.endswith(".sock")])
        self.sink.listen()

    def damaged(self, name, mutate, silent=False):
        """One life on a fresh copy with one file changed: everything but what the counters name comes out."""
        shutil.rmtree(self.data_dir)
        shutil.copytree(self.template, self.data_dir)
        path = self.data_dir / name
        mutate(path)
        judge, self.oracle = self.oracle, self.oracle.successor()
        self.start(self.sinks())
        self.fresh("service")
        values = self.rest("service")
        missing = self.oracle.missing("service")
        self.assertEqual(self.oracle.faults("service", excused=len(missing)), [])
        if missing and not silent:
            self.assertGreaterEqual(values["corrupt_total"], 1, f"{len(missing)} are missing and not counted:\n{self.gate.log()}")
            self.gate.wait_log("(?i)damage|corrupt|malformed|not a database")
        self.assertEqual(self.gate.stop(), 0)
        self.oracle = judge
        return values, len(missing)

    def each_mutation(self, names, rng, mutations=None):
        for name in names:
            for what, mutation in (mutations or MUTATIONS).items():
                with self.subTest(file=name, damage=what):
                    def mutate(path, mutation=mutation):
                        data = path.read_bytes()
                        if data:
                            path.write_bytes(mutation(data, rng))
                    values, missing = self.damaged(name, mutate)
                    print(f"{name}, {what}: {missing} missing, {values['corrupt_total']} counted", flush=True)

    def files(self):
        return sorted(str(path.relative_to(self.template)) for path in self.template.rglob("*") if path.suffix in (".db", ".db-wal"))

    def test_row_18_corrupted_buffer(self):
        """Corrupted buffer after a clean stop (bit flip, truncated, zeroed, foreign, 0 bytes): starts, sets aside, counts."""
        self.backlog(kill=False)
        self.assertIn("buffers/service.db", self.files())
        self.each_mutation([name for name in self.files() if name.endswith("service.db")], seeded())

    def test_row_18_corrupted_log_of_the_buffer(self):
        """Corrupted WAL after a kill: starts, sets aside, counts. (Not where the damage is in the last commit, or the end is cut off:
        so does a power cut leave it, and nobody can tell.)"""
        self.backlog(kill=True)
        log = "buffers/service.db-wal"
        self.assertIn(log, self.files())

        def in_the_first_half(mutation):
            return lambda data, rng: mutation(data[:len(data) // 2], rng) + data[len(data) // 2:]
        mutations = {what: in_the_first_half(mutation) for what, mutation in MUTATIONS.items() if what in (
            "a flipped bit", "a flipped bit in the header", "a zeroed page", "random bytes")}
        self.each_mutation([log], seeded(), mutations)
        self.each_mutation([log], seeded(), {what: MUTATIONS[what] for what in ("no byte left", "another file", "random bytes")})

    def test_row_18_log_of_the_buffer_cut_short(self):
        """A WAL whose end is cut off, as by a power cut of what was never synced: starts, and what is whole comes out."""
        self.backlog(kill=True)
        rng = seeded()
        for _ in range(5):
            path, data = self.template / "buffers/service.db-wal", (self.template / "buffers/service.db-wal").read_bytes()
            self.damaged(str(path.relative_to(self.template)), lambda path: path.write_bytes(data[:rng.randrange(1, len(data))]), silent=True)

    def test_row_18_foreign_things_in_the_folder(self):
        """Foreign files and folders where the buffers are are left alone."""
        self.backlog(kill=False)

        def mutate(path):
            (path.parent / "other.db").write_bytes(b"mine")
            (path.parent / "notes.txt").write_text("mine")
            (path.parent / "service.db.old").mkdir()
        self.assertEqual(self.damaged("buffers/service.db", mutate)[1], 0)
        self.assertEqual((self.data_dir / "buffers/notes.txt").read_text(), "mine")

    def test_row_18_a_folder_in_place_of_the_buffer(self):
        """Something that is no file in place of the buffer: set aside."""
        self.backlog(kill=False)

        def mutate(path):
            os.unlink(path)
            path.mkdir()
            (path / "thing").write_text("x")
        shutil.rmtree(self.data_dir)
        shutil.copytree(self.template, self.data_dir)
        mutate(self.data_dir / "buffers/service.db")
        self.oracle = self.oracle.successor()
        self.oracle.forget(self.oracle.obligations)
        self.start(self.sinks())
        self.fresh("service")
        self.verdict("service")

    def test_row_19_count_of_runs_lost_or_corrupt(self):
        """The small files beside the buffer (count of runs, dead letters) lost or corrupt: nothing is lost, no id comes twice."""
        self.backlog(kill=False)
        rng = seeded()
        names = [name for name in ("epoch", "dead-letters.db", "budget") if (self.template / name).exists()]
        self.assertIn("epoch", names)
        for name in names:
            for what, mutation in {**MUTATIONS, "gone": None}.items():
                with self.subTest(file=name, damage=what):
                    def mutate(path, mutation=mutation):
                        if mutation is None:
                            path.unlink()
                        elif path.read_bytes():
                            path.write_bytes(mutation(path.read_bytes(), rng) if what != "a flipped bit in the header" else
                                             flip(path.read_bytes(), rng))
                    _, missing = self.damaged(name, mutate)
                    self.assertEqual(missing, 0)


if __name__ == "__main__":
    unittest.main()
