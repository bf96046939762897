"""`fieldgate test`: the tests of a file and of the shipped protocols, from wire bytes to messages; and the library's look-up."""
import json
import unittest

from harness import Case, fieldgate

PLANT = """\
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:9000
    protocol:
      framing: { type: line }
      codec: { type: json }
      device: "{{ data.device }}"
      replies: [ { after: received, hex: "06" } ]
  secure: { type: tls, listen: 127.0.0.1:9001, tls: { crt_file: nowhere.crt, key_file: nowhere.key }, protocol: int16 }
sinks:
  out: { type: http, url: "https://example.com/", auth: { type: bearer, token: "${A_SECRET_OF_ANOTHER_MACHINE:?set it}" } }
tests:
"""
SENT = '{"device":"d1","v":230.00000000001,"on":true,"list":[1,"a"]}'


class Tests(Case):
    def run_tests(self, *tests, **options):
        path = self.write("plant.yaml", PLANT + "".join(f"  - {json.dumps(test)}\n" for test in tests))
        return fieldgate("test", "-c", path, *options.get("arguments", ()))

    def test_what_is_named_must_match_and_more_may_be_there(self):
        result = self.run_tests(
            {"name": "good", "adapter": "lines", "text": SENT + "\n", "replies": ["06 0a"], "errors": [],
             "expect": [{"device": "d1", "data": {"v": 230, "on": True, "list": [1, "a"]}}]},
            {"name": "in pieces", "adapter": "lines", "text": ["{\"device\":", "\"d2\"}\r", "\n"], "expect": [{"device": "d2"}]},
            {"name": "of the library", "adapter": "secure", "hex": "0002 6869 0000", "expect": [{"data": {"text": "hi"}}, {}]},
            {"name": "base64", "protocol": "int16", "base64": "AAJoaQ==", "expect": [{"data": {"text": "hi"}}]},
            {"name": "nothing", "adapter": "lines", "text": "{\"device\"", "expect": []})
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertIn("5 tests, 5 passed, 0 failed", result.stdout)

    def test_each_difference_is_shown_with_its_path(self):
        result = self.run_tests(
            {"name": "bad", "adapter": "lines", "text": SENT + "\nx\n", "replies": [], "errors": [],
             "expect": [{"device": "d1", "data": {"v": 231, "w": {"deep": 1}, "list": [1]}}, {"device": "d2"}]},
            {"name": "good", "adapter": "lines", "text": SENT + "\n", "expect": [{"device": "d1"}]},
            arguments=["--json"])
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        self.assertEqual((report["ok"], report["passed"], report["failed"]), (False, 1, 1))
        bad = report["tests"][0]
        self.assertEqual((bad["ok"], bad["line"]), (False, 14))
        found = {d["path"]: (d["expected"], d["got"]) for d in bad["differences"]}
        self.assertEqual(found["expect[0].data.v"], ("231", "230.00000000001"))
        self.assertEqual(found["expect[0].data.w"], ('{"deep":1}', "nothing"))
        self.assertEqual(found["expect[0].data.list"], ("[1]", '[1,"a"]'))
        self.assertEqual(found["expect[1]"], ('{"device":"d2"}', "no message"))
        self.assertEqual(found["replies[0]"], ("nothing sent", "06 0a"))
        self.assertIn("errors", found)

    def test_a_talk_goes_step_by_step(self):
        talk = [{"device": SENT + "\n"}, {"gateway": "0x060a"}, {"message": {"device": "d1"}}]
        result = self.run_tests({"name": "talk", "adapter": "lines", "exchange": talk})
        self.assertEqual(result.returncode, 0, result.stdout)
        talk[1]["gateway"] = "0x070a"
        result = self.run_tests({"name": "talk", "adapter": "lines", "exchange": talk})
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"exchange\[1\].gateway\n +expected 07 0a\n +got +06 0a")

    def test_commands_go_to_the_device_that_was_heard_last_and_count(self):
        path = self.write("relays.yaml", """\
protocols:
  named:
    framing: { type: line }
    codec: { type: json }
    device: "{{ data.id }}"
    secret: "{{ data.password }}"
    commands: { set: { text: "SET {{ device }} {{ counter.1 }}", expect: "data.n == counter.1" } }
  registered:
    framing: { type: line }
    codec: { type: json }
    session: { id: "{{ match.id }}", registration: { regex: "^#(?P<id>[0-9]+)#" } }
    commands: { set: { text: "SET {{ session.id }} {{ counter.1 }}", expect: "data.n == counter.1" } }
tests:
  - name: named by its messages
    protocol: named
    exchange:
      - { device: "{\\"id\\":\\"a\\",\\"password\\":\\"x\\"}\\n" }
      - { command: { command: set } }
      - { gateway: "SET a 0\\n" }
      - { device: "{\\"id\\":\\"a\\",\\"n\\":0}\\n" }
      - { command: { command: set } }
      - { gateway: "SET a 1\\n" }
  - name: registered, and silent
    protocol: registered
    exchange:
      - { device: "#7#" }
      - { command: { command: set } }
      - { gateway: "SET 7 0\\n" }
      - { device: "{\\"n\\":0}\\n" }
      - { command: { command: set } }
      - { gateway: "SET 7 1\\n" }
""")
        result = fieldgate("test", "-c", path)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_what_cannot_be_run_is_an_error_with_its_place(self):
        for test, text in (({"name": "a", "adapter": "linse", "text": "x", "expect": []}, "no adapter is called 'linse', did you mean 'lines'?"),
                           ({"name": "a", "protocol": "int61", "text": "x", "expect": []}, "no protocol is called 'int61', did you mean 'int16'?"),
                           ({"name": "a", "adapter": "lines", "hex": "0", "expect": []}, "is not whole bytes"),
                           ({"name": "a", "adapter": "lines", "expect": []}, "says not what the device sends"),
                           ({"name": "a", "adapter": "lines", "text": "x"}, "says not what must come of it"),
                           ({"name": "a", "text": "x", "expect": []}, "says not what reads the bytes"),
                           ({"name": "a", "adapter": "lines", "exchange": [{"devise": "x"}]}, "unknown key 'devise', did you mean 'device'?")):
            with self.subTest(text):
                result = self.run_tests(test)
                self.assertEqual(result.returncode, 78)
                self.assertRegex(result.stderr, r"plant.yaml:14:\d+: error: tests\[0\]")
                self.assertIn(text, result.stderr)

    def test_a_file_of_protocols_and_tests_alone_is_fine(self):
        path = self.write("mine.yaml", """\
protocols:
  mine: { framing: { type: fixed, length: 2 }, codec: { type: text }, device: d }
tests:
  - { name: two, protocol: mine, text: abcd, expect: [ { data: { text: ab } }, { data: { text: cd } } ] }
""")
        result = fieldgate("test", "-c", path)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertEqual(fieldgate("check", "-c", path).returncode, 78)


class Library(Case):
    def test_the_shipped_protocols_pass_their_tests(self):
        result = fieldgate("test")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        self.assertIn("protocols/twisted.yaml", result.stdout)
        one = fieldgate("test", "-p", "int16", "--json")
        self.assertEqual(json.loads(one.stdout)["passed"], 1)

    def test_they_are_listed_and_printed(self):
        names = fieldgate("list", "protocols").stdout
        self.assertRegex(names, r"(?m)^  netstring +D\. J\. Bernstein")
        text = fieldgate("list", "protocols", "netstring").stdout
        self.assertIn("protocols:\n", text)
        self.assertEqual(fieldgate("explain", "protocols.netstring").stdout, text)
        wrong = fieldgate("list", "protocols", "netstrin")
        self.assertEqual((wrong.returncode, wrong.stdout), (64, ""))
        self.assertIn("did you mean 'netstring'?", wrong.stderr)

    def test_a_file_may_change_one_where_it_uses_it(self):
        config = """\
adapters:
  a: { type: tcp, listen: 127.0.0.1:9000, protocol: { use: int16, codec: { type: json }, device: "{{ data.id }}" } }
sinks: { out: { type: console } }
tests: [ { name: t, adapter: a, hex: "0007 7b226964223a", expect: [], errors: [ json ] } ]
"""
        path = self.write("plant.yaml", config)
        self.assertEqual(fieldgate("check", "-c", path).returncode, 0)

    def test_a_name_of_the_library_cannot_be_given_again(self):
        path = self.write("plant.yaml", """\
protocols:
  int16: { framing: { type: line }, codec: { type: text }, device: d }
adapters: { a: { type: tcp, listen: 127.0.0.1:9000, protocol: int16 } }
sinks: { out: { type: console } }
""")
        result = fieldgate("check", "-c", path)
        self.assertEqual(result.returncode, 78)
        self.assertRegex(result.stderr, r"plant.yaml:2:3: error: protocols.int16: a shipped protocol is called 'int16' too \(protocols/twisted.yaml")


if __name__ == "__main__":
    unittest.main()
