"""kill -9 before, within and after each step of a commit, a checkpoint and a recovery: nothing that was acknowledged is lost."""
import time
import unittest

from crash import MOMENTS, Crash, seeded


class AtSteps(Crash):
    def kill_at(self, step, moments, nth, rng):
        for moment in moments:
            self.one(lambda rng: self.at_step(rng, step, moment, nth), rng)

    def judge_steps(self, least):
        self.judge()
        named = sum(count for name, count in self.kills.items() if name.startswith("kill-"))
        self.assertGreaterEqual(named, least, self.kills)
        print(self.summary(), dict(self.kills))

    def test_steps_of_a_commit(self):
        rng = seeded()
        self.load(3, window=32, pause=0.001)
        for nth in (1, rng.randint(10, 60)):
            self.kill_at(("write", "db-wal"), MOMENTS, nth, rng)
            self.kill_at(("sync", "db-wal"), MOMENTS[:2], nth, rng)
        self.judge_steps(8)

    def test_steps_of_a_checkpoint(self):
        rng = seeded()
        self.load(3, window=32)
        for nth in (1, rng.randint(2, 5)):
            self.kill_at(("write", "db"), MOMENTS, nth, rng)
            self.kill_at(("sync", "db"), MOMENTS[:2], nth, rng)
        self.judge_steps(6)


class OnASlowDisk(Crash):
    """Each sync takes its time, so that whoever answers before its end is found out by a power cut."""

    power_cuts = True

    def at_slow_disk(self, rng):
        self.start(self.sinks())
        self.machine.set("disk sync db-wal stall 0.2")
        self.wait_acknowledged(1)
        time.sleep(rng.uniform(0.05, 0.5))
        self.kill()
        self.machine.set()
        return "during a slow sync"

    def test_power_cuts_during_slow_syncs(self):
        self.sink.go()  # what is delivered would be settled
        rng = seeded()
        self.load(3, window=32, pause=0.001)
        for _ in range(5):
            self.one(self.at_slow_disk, rng)
        self.sink.listen()
        self.judge()
        print(self.summary(), "unsynced and lost writes:", self.cuts)


if __name__ == "__main__":
    unittest.main()
