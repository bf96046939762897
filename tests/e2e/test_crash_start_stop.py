"""kill -9 while it counts its run at the start, and while it stops: nothing that was acknowledged is lost."""
import unittest

from crash import MOMENTS, Crash, seeded


class AtTheEdges(Crash):
    def test_steps_of_counting_the_run(self):
        rng = seeded()
        self.load(3, window=32, pause=0.001)
        for step in (("write", "epoch*"), ("sync", "epoch*"), ("rename", "epoch*"), ("sync", "directory")):
            for moment in MOMENTS[:2]:
                self.one(lambda rng: self.at_step(rng, step, moment, 1), rng)
                self.one(self.at_random, rng)
        self.judge()
        named = sum(count for name, count in self.kills.items() if name.startswith("kill-"))
        self.assertGreaterEqual(named, 6, self.kills)
        print(self.summary(), dict(self.kills))

    def test_kills_while_it_stops(self):
        rng = seeded()
        self.load(3, window=32, pause=0.001)
        for _ in range(8):
            self.one(self.at_stop, rng)
        self.judge()
        print(self.summary(), dict(self.kills))


if __name__ == "__main__":
    unittest.main()
