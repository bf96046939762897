"""The judge itself: it must see each kind of broken promise, and none where there is none."""
import unittest

from oracle import Oracle, balance, payload


class FakeGateway:
    """Delivers what it is given, unless told otherwise."""

    def __init__(self, oracle, sink="out"):
        self.oracle, self.sink = oracle, sink

    def take(self, document, acknowledge=True):
        if acknowledge:
            self.oracle.acknowledged(document["device"], document["n"])
        return {"gateway": "fake", "device": document["device"], "data": dict(document)}

    def deliver(self, *records):
        for record in records:
            self.oracle.delivered(self.sink, record)


class Judge(unittest.TestCase):
    def setUp(self):
        self.oracle = Oracle("out")
        self.gateway = FakeGateway(self.oracle)
        self.records = [self.gateway.take(self.oracle.issue(device)) for _ in range(5) for device in ("a", "b")]

    def assertFault(self, pattern, **bounds):
        self.assertRegex("\n".join(self.oracle.faults("out", **bounds)), pattern)

    def test_an_honest_gateway_is_acquitted(self):
        self.gateway.deliver(*self.records, self.records[0])
        self.assertEqual(self.oracle.faults("out", duplicates=1), [])
        self.assertEqual(self.oracle.issued, 10)

    def test_what_was_not_acknowledged_may_get_lost(self):
        self.gateway.take(self.oracle.issue("a"), acknowledge=False)
        self.gateway.deliver(*self.records)
        self.assertEqual(self.oracle.faults("out"), [])

    def test_a_loss(self):
        self.gateway.deliver(*self.records[:-1])
        self.assertFault("1 acknowledged messages are lost .*'b', 4")
        self.assertEqual(self.oracle.missing("out"), {("b", 4)})

    def test_a_loss_that_a_counter_names(self):
        self.gateway.deliver(*self.records[:-1])
        self.assertEqual(self.oracle.faults("out", excused=1), [])

    def test_an_altered_payload(self):
        self.records[3]["data"]["p"] = self.records[3]["data"]["p"][:-1] + "x"
        self.gateway.deliver(*self.records)
        self.assertFault("b:1 was altered")
        self.assertFault("1 acknowledged messages are lost")

    def test_an_added_field(self):
        self.records[3]["data"]["more"] = 1
        self.gateway.deliver(*self.records)
        self.assertFault("b:1 was altered")

    def test_another_devices_name_on_it(self):
        self.records[3]["device"] = "a"
        self.gateway.deliver(*self.records)
        self.assertFault("b:1 was altered")

    def test_a_later_message_that_comes_first(self):
        self.records[2], self.records[4] = self.records[4], self.records[2]
        self.gateway.deliver(*self.records)
        self.assertFault("a:1 came first after a:2")

    def test_a_repeated_older_message_is_no_disorder(self):
        self.gateway.deliver(*self.records[:6], *self.records[2:])
        self.assertEqual(self.oracle.faults("out", duplicates=4), [])

    def test_too_many_duplicates(self):
        self.gateway.deliver(*self.records, *self.records[:3])
        self.assertFault("3 duplicates, at most 2", duplicates=2)

    def test_an_invented_message(self):
        invented = {"device": "a", "n": 5, "p": payload("a", 5)}
        self.gateway.deliver(*self.records, {"device": "a", "data": invented})
        self.assertFault("a:5 was delivered but never sent")

    def test_an_invented_document(self):
        self.gateway.deliver(*self.records, {"device": "a", "data": {"temperature": 1}}, ["nonsense"])
        self.assertFault("no message of ours")

    def test_an_answer_to_nothing(self):
        self.oracle.acknowledged("a", 99)
        self.assertFault("a:99 was acknowledged but never sent")

    def test_an_id_that_changes_and_one_that_two_messages_have(self):
        for record, identity in zip(self.records, ["x:1:1", "x:1:2", "x:1:3", "x:1:3"]):
            record["id"] = identity
        self.gateway.deliver(*self.records)
        self.assertFault("b:1 came as x:1:3, which is a:1")
        self.oracle.violations.clear()
        self.gateway.deliver({**self.records[0], "id": "x:2:1"})
        self.assertFault("a:0 came as x:2:1, before it was x:1:1")

    def test_payloads_have_every_size_and_repeat_exactly(self):
        sizes = {len(payload("a", n)) for n in range(2000)}
        self.assertEqual(sizes, {16, 64, 256, 1024, 4096, 16384, 65536})
        self.assertEqual(payload("a", 7), payload("a", 7))
        self.assertNotEqual(payload("a", 7)[:16], payload("b", 7)[:16])

    def test_counters_that_do_not_balance(self):
        metrics = {("fieldgate_sink_accepted_total", frozenset({("sink", "out")})): 10.0,
                   ("fieldgate_sink_delivered_total", frozenset({("sink", "out")})): 7.0,
                   ("fieldgate_sink_dropped_total", frozenset({("sink", "out"), ("reason", "full")})): 1.0,
                   ("fieldgate_sink_dropped_total", frozenset({("sink", "out"), ("reason", "stopping")})): 1.0,
                   ("fieldgate_sink_accepted_total", frozenset({("sink", "other")})): 3.0}
        self.assertEqual(balance(metrics, "out")[1], 1)
        self.assertEqual(balance(metrics, "other")[1], 3)


if __name__ == "__main__":
    unittest.main()
