"""kill -9 at random instants, under load: nothing that was acknowledged is lost."""
import unittest

from crash import Crash, seeded


class AtRandom(Crash):
    def test_twelve_kills_at_random_instants(self):
        self.lives_and_deaths(12, seeded(), [self.at_random])
        self.judge()
        print(self.summary())

    def test_six_kills_around_the_sinks_answer(self):
        self.lives_and_deaths(6, seeded(), [self.at_sinks_answer])
        self.judge()
        self.assertTrue({"before the sink's answer", "after the sink's answer"} & set(self.kills), self.kills)
        print(self.summary())


if __name__ == "__main__":
    unittest.main()
