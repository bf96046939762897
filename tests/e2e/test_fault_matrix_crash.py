"""The fault matrix, rows 14 and 15: kill -9 and power cuts of the real process. (More of row 14: test_crash_*.py and
scripts/crash-test; of row 15: the unit tests of the store, which try every state that a power cut can leave.)"""
import unittest

from crash import Crash, seeded


class Row14(Crash):
    def test_row_14_kill_at_any_instant(self):
        """kill -9 at any instant: no acknowledged message is lost, duplicates are bounded."""
        self.lives_and_deaths(8, seeded())
        self.judge()
        print(self.summary())


class Row15(Crash):
    power_cuts = True

    def test_row_15_power_cut(self):
        """Power cut: of what was not synced any part is missing or torn; no acknowledged message is lost."""
        self.lives_and_deaths(8, seeded(), [self.at_random, self.at_step])
        self.judge()
        print(self.summary(), "unsynced and lost writes:", self.cuts)
        self.assertTrue(any(lost for _, lost in self.cuts), "no cut lost anything: this proved nothing")


if __name__ == "__main__":
    unittest.main()
