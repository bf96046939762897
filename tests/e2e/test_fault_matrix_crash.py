"""The fault matrix, rows 14 and 15: kill -9 and power cuts of the real process. (More of row 14: test_crash_*.py and
scripts/crash-test; of row 15: the unit tests of the store, which try every state that a power cut can leave.)"""
import unittest

import power_cut
from crash import Crash, seeded


class Row14(Crash):
    def test_row_14_kill_at_any_instant(self):
        """kill -9 at any instant: no acknowledged message is lost, duplicates are bounded."""
        self.lives_and_deaths(8, seeded())
        self.judge()
        print(self.summary())


class Row15(Crash):
    def test_row_15_power_cut(self):
        """Power cut: of what was not synced any part is missing or torn; no acknowledged message is lost."""
        rng = seeded()
        self.faulty_machine(journal=True)
        self.load(3, window=32, pause=0.001)
        cuts = []
        for _ in range(8):
            self.one(rng.choice([self.at_random, self.at_step]), rng)
            cuts.append(power_cut.cut(self.machine.journal_path, rng))
            self.machine.journal_path.unlink(missing_ok=True)
        self.judge()
        print(self.summary(), "unsynced and lost writes:", cuts)
        self.assertTrue(any(lost for _, lost in cuts), "no cut lost anything: this proved nothing")


if __name__ == "__main__":
    unittest.main()
