"""Kills a gateway again and again under load, at random instants and at named points, and judges what became of its word."""
import collections
import random
import time

import power_cut
from harness import PATIENCE, SANITIZED, until
from scripted_http import Answer
from trial import Trial, http, kill

# What can be killed at: (operation, kind of file). Together they are the steps of a commit, a checkpoint, a deletion, the count of
# runs, and, in the first calls of a life, those of the recovery.
STEPS = [("write", "db-wal"), ("sync", "db-wal"), ("write", "db"), ("sync", "db"), ("truncate", "db-wal"), ("write", "epoch*"),
         ("sync", "epoch*"), ("rename", "epoch*"), ("sync", "directory")]
# Which of a step's calls in a life may be meant: the first are those of opening and recovery.
TIMES = {step: [1, 2, 3, 5, 8, 13] for step in STEPS} | {
    ("write", "db-wal"): [1, 2, 3, 5, 10, 20, 40, 80, 160], ("sync", "db-wal"): [1, 2, 3, 5, 10, 20, 40, 80],
    ("truncate", "db-wal"): [1, 2], ("write", "epoch*"): [1], ("sync", "epoch*"): [1], ("rename", "epoch*"): [1],
    ("sync", "directory"): [1, 2, 3]}
MOMENTS = ["kill-before", "kill-after", "kill-within"]

MESSAGES, LANES = 50, 2
# Of each kill and sink: what was in flight, and what was confirmed but whose deletion was not on the disk yet.
DUPLICATES_PER_KILL = LANES * MESSAGES + 1000


class Crash(Trial):
    """Lives of a gateway; `point` describes how each ends."""

    largest = 16384
    power_cuts = False  # whether each kill is one of the whole machine

    def setUp(self):
        super().setUp()
        self.sink = self.service()
        self.names = ["service"]
        self.faulty_machine(journal=self.power_cuts)
        self.kills = collections.Counter()
        self.cuts = []  # (writes that were not synced, those of them that were lost or torn)

    def sinks(self):
        return {"service": http(self.sink.url, buffer={"type": "disk", "max_size": "4MiB", "when_full": "block"},
                                encoding={"type": "ndjson", "id": True}, batch={"max_messages": MESSAGES},
                                request={"concurrency": LANES})}

    # The ways to die. Each starts a life and returns once it is over, with the name under which it counts.

    def at_random(self, rng):
        self.start(self.sinks(), wait=rng.random() < 0.8)  # or perhaps while it starts
        time.sleep(rng.uniform(0.005, 0.6 if not SANITIZED else 1.2))
        self.kill()
        return "at random"

    def at_step(self, rng, step=None, moment=None, nth=None):
        operation, kind = step or rng.choice(STEPS)
        moment = moment or rng.choice(MOMENTS[:2] if operation != "write" else MOMENTS)
        nth = nth or rng.choice(TIMES[operation, kind])
        self.machine.set(f"disk {operation} {kind} {moment} {nth}")
        self.start(self.sinks(), wait=False)
        died = self.died(2)
        self.machine.set()
        return f"{moment} {operation} {kind}" if died else "at random, the step did not come"

    def at_sinks_answer(self, rng):
        countdown, when = [rng.randint(1, 40)], rng.choice(["before", "after"])

        def script(_):
            countdown[0] -= 1
            return Answer(**{when: lambda: kill(self.gate)}) if countdown[0] == 0 else Answer()
        gateway = self.start(self.sinks(), wait=False)
        self.sink.script = script
        died = self.died(5)
        self.sink.script = lambda request: Answer()
        assert gateway is self.gate
        return f"{when} the sink's answer" if died else "at random, the answer did not come"

    def at_stop(self, rng):
        self.start(self.sinks())
        time.sleep(rng.uniform(0.05, 0.4))
        operation, kind = rng.choice(STEPS[:5])
        self.machine.set(f"disk {operation} {kind} {rng.choice(MOMENTS[:2])} {rng.randint(1, 6)}")
        self.gate.signal(15)
        until(lambda: not self.gate.alive(), lambda: f"an end after SIGTERM:\n{self.gate.log()}")
        self.machine.set()
        return "while stopping" if self.gate.process.returncode else None  # it was faster

    def died(self, seconds):
        """Whether it died by itself in so many seconds under load; else it is killed."""
        deadline = time.monotonic() + seconds * (3 if SANITIZED else 1)
        while self.gate.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        died = not self.gate.alive()
        if not died:
            self.kill()
        return died

    # The loop.

    def lives_and_deaths(self, kills, rng, ways=None):
        """Until so many kills. Sometimes the sink is away meanwhile, so that there is a backlog to come back to."""
        ways = ways or [self.at_random, self.at_random, self.at_step, self.at_step, self.at_step, self.at_sinks_answer, self.at_stop]
        self.load(3, window=32, pause=0.001)
        while sum(self.kills.values()) < kills:
            self.one(rng.choice(ways), rng)

    def one(self, way, rng):
        away = way != self.at_sinks_answer and self.sink.listening and rng.random() < 0.3
        if away:
            self.sink.go()
        name = way(rng)
        if away:
            self.sink.listen()
        self.gate.close()
        if self.power_cuts:
            self.cuts.append(power_cut.cut(self.machine.journal_path, rng))
            self.machine.journal_path.unlink(missing_ok=True)
        if name is not None:
            self.kills[name] += 1
        self.assertEqual(self.oracle.violations, [])

    def judge(self):
        """The last life is a good one: all comes out."""
        self.machine.set()
        self.start(self.sinks())
        self.verdict(*self.names, duplicates=sum(self.kills.values()) * DUPLICATES_PER_KILL, patience=4 * PATIENCE)

    def summary(self):
        kills = sum(self.kills.values())
        lost = sum(len(self.oracle.missing(name)) for name in self.names)
        duplicates = sum(self.oracle.duplicates(name) for name in self.names)
        return (f"{kills} kills, {self.oracle.issued} messages sent, {len(self.oracle.obligations)} acknowledged, {lost} of them lost, "
                f"{duplicates} duplicates ({duplicates / max(1, kills):.1f} a kill)")


def seeded(seed=None):
    """A generator whose seed can be read in the test's output."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    return random.Random(seed)
