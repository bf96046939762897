"""kill -9 while messages become dead letters: each that was acknowledged is delivered, or can be replayed."""
import unittest

from crash import MOMENTS, Crash, seeded
from harness import fieldgate, until
from scripted_http import Answer

STEPS = [("write", "dead-letters*"), ("sync", "dead-letters*")]


class DeadLetters(Crash):
    largest = 256

    def test_a_kill_at_each_step_of_a_burial(self):
        rng = seeded()
        self.sink.script = self.refuse_some
        self.load(3, window=32, pause=0.002)
        for step in STEPS:
            for moment in MOMENTS[:3 if step[0] == "write" else 2]:
                self.one(lambda rng: self.at_step(rng, step, moment, rng.randint(1, 4)), rng)
                self.one(self.at_random, rng)
        # However slow the machine was: there are letters, which survive one more kill.
        self.start(self.sinks())
        self.gate.wait_metric("fieldgate_dead_letters", 1)
        self.gate.process.kill()
        self.gate.close()
        for device in self.devices:
            device.stopping.set()
        named = sum(count for name, count in self.kills.items() if name.startswith("kill-"))
        self.assertGreaterEqual(named, 1, self.kills)  # on a slow machine some steps do not come in time
        self.replayed()
        print(self.summary(), dict(self.kills))

    @staticmethod
    def refuse_some(request):
        return Answer(422 if any(document["data"]["n"] % 10 == 3 for document in request.documents) else 200)

    def replayed(self):
        """The last life: the service takes everything now, also what an operator has delivered again."""
        self.sink.script = lambda request: Answer()
        self.start(self.sinks())
        self.rest("service")
        dead = self.oracle.missing("service")
        self.assertTrue(all(number % 10 == 3 for _, number in dead), dead)
        self.assertGreater(len(dead), 0)
        result = fieldgate("dead-letters", "replay", "--all", "--data-dir", self.data_dir)
        self.assertEqual(result.returncode, 0, result.stderr)
        until(lambda: not self.oracle.missing("service"), lambda: f"the replayed ones, {len(self.oracle.missing('service'))} of "
              f"{len(dead)} are missing; log:\n{self.gate.log()}")
        self.rest("service")
        self.assertEqual(self.oracle.violations, [])


if __name__ == "__main__":
    unittest.main()
