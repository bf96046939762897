"""kill -9 of a gateway with an HTTP and an MQTT sink: what was acknowledged reaches both, in order; and `after: delivered`."""
import unittest

from crash import Crash, seeded
from trial import merge, mqtt


class TwoSinks(Crash):
    largest = 4096

    def setUp(self):
        super().setUp()
        self.hub = self.broker()
        self.names = ["service", "broker"]

    def sinks(self):
        return merge(super().sinks(), {"broker": mqtt(self.hub.port, encoding={"type": "json", "id": True})})

    def test_ten_kills(self):
        self.lives_and_deaths(10, seeded(), [self.at_random, self.at_random, self.at_step])
        self.judge()
        print(self.summary())


class Delivered(Crash):
    def adapter(self, **options):
        return super().adapter(after="delivered", **options)

    def test_answers_after_delivery(self):
        """Answers `after: delivered`: whoever was answered was delivered, without any further life of the gateway."""
        rng = seeded()
        self.load(3, window=32, pause=0.001)
        for _ in range(6):
            self.one(lambda rng: self.at_random(rng), rng)
            self.assertEqual(self.oracle.missing("service"), set())
        self.judge()
        self.assertGreater(len(self.oracle.obligations), 100)
        print(self.summary())


if __name__ == "__main__":
    unittest.main()
