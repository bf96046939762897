"""`fieldgate check`: every error at once, each with its place and what to do; and the warnings."""
import json
import os
import re
import unittest

from harness import Case, fieldgate

TEN = """\
gatway: { id: x }
log: { level: loud }
adapters:
  lines:
    type: tpc
    listen: 127.0.0.1:9000
  more:
    type: tcp
    listen: 127.0.0.1:99999
    limits: { idle: 10 }
    protocol:
      framing: { type: line, max_lenght: 4KiB }
      codec: { type: json }
      device: "{{ devise }}"
sinks:
  out:
    type: http
    inputs: [moer]
    url: "ftp://127.0.0.1/x"
    encoding: { type: ndjson }
    batch: { max_messages: yes }
"""
# Line, column, and what the error has to say.
ERRORS = [
    (1, 1, "unknown key 'gatway', did you mean 'gateway'?"),
    (2, 15, "log.level"),
    (5, 11, "'tpc'"),
    (9, 13, "99999"),
    (10, 21, "10"),
    (12, 30, "unknown key 'max_lenght', did you mean 'max_length'?"),
    (14, 15, "devise"),
    (18, 14, "no adapter or transform is called 'moer', did you mean 'more'?"),
    (19, 10, "http://"),
    (21, 28, "yes"),
]
GOOD = """\
gateway: { id: plant }
adapters:
  lines: { type: tcp, listen: 127.0.0.1:9000, protocol: { framing: { type: line }, codec: { type: json }, device: "{{ data.device }}" } }
sinks:
  out: { type: console }
"""


class Check(Case):
    def check(self, text, *arguments, name="plant.yaml", **environment):
        path = self.directory / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return fieldgate("check", "-c", name, *arguments, cwd=self.directory, env=environment)

    def refused(self, text, *patterns, **environment):
        """The errors of a bad file, which must hold all of `patterns`."""
        result = self.check(text, **environment)
        self.assertEqual(result.returncode, 78, result.stderr)
        for pattern in patterns:
            self.assertRegex(result.stderr, pattern)
        return result.stderr

    def test_a_good_file(self):
        result = self.check(GOOD)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_ten_errors_at_once(self):
        text = self.refused(TEN)
        found = re.findall(r"^plant\.yaml:(\d+):(\d+): error: (.*)$", text, re.M)
        self.assertEqual([int(row) for row, _, _ in found], [row for row, _, _ in ERRORS], text)
        for (row, column, message), (_, expected_column, said) in zip(found, ERRORS):
            self.assertEqual(int(column), expected_column, f"line {row}: {message}")
            self.assertIn(said, message)
        self.assertRegex(text.rstrip().splitlines()[-1], "^10 errors")

    def test_the_caret_stands_under_the_word(self):
        self.assertIn("\n".join([
            "plant.yaml:3:1: error: unknown key 'sink', did you mean 'sinks'?",
            "    3 | sink: {}",
            "      | ^~~~"]), self.refused(GOOD.replace("adapters:", "# a comment\nsink: {}\nadapters:")))

    def test_run_refuses_the_same_way(self):
        path = self.write("bad.yaml", TEN)
        result = fieldgate("run", "-c", path)
        self.assertEqual(result.returncode, 78)
        self.assertIn("10 errors", result.stderr)

    def test_values_that_yaml_would_bend(self):
        lines = "listen: 127.0.0.1:9000"
        self.refused(GOOD.replace(lines, lines + ", reuse_port: yes"), "true")
        self.refused(GOOD.replace(lines, lines + ", backlog: 010"), "010")
        self.refused(GOOD.replace(lines, lines + ", limits: { idle: 1 h }"), "1 h")
        self.refused(GOOD.replace(lines, lines + ", limits: { connections: 0 }"), "connections")
        self.refused(GOOD.replace(lines, lines + ", limits: { write_queue: 64 }"), "64")

    def test_what_a_file_may_not_be(self):
        self.refused(GOOD + "sinks:\n  other: { type: console }\n", "duplicate|twice", ":4:", ":6:")
        self.refused(GOOD + "---\n" + GOOD, "document")
        self.refused(b"gateway: { id: \"\xff\" }\n", "UTF-8")
        bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
        self.refused(bomb, "alias|anchor")
        self.refused("x: &a [*a]\n", "alias|anchor")
        self.refused(GOOD + "#" * (1 << 20), "1 MiB")
        self.refused("[" * 5000, "plant.yaml")
        self.refused("gateway: { id: [\n", ":2:|:1:")
        self.refused("", "adapter|sink|empty")
        self.assertIn("missing.yaml", fieldgate("check", "-c", self.directory / "missing.yaml").stderr)

    def test_names_that_lead_nowhere(self):
        self.refused(GOOD.replace("type: console", "type: console, inputs: [ linse ]"), "did you mean 'lines'")
        self.refused(GOOD.replace("{{ data.device }}", "{{ tls.nc }}"), r"tls\.nc")
        self.refused(GOOD + "transforms: { a: { type: filter, inputs: [ b ], where: 'true' }, b: { type: filter, inputs: [ a ], where: 'true' } }\n",
                     "(?i)cycle|circle|loop")
        self.refused(GOOD + "transforms: { a: { type: filter, inputs: [ lines ], where: 'true' } }\n", "a.*(no|nothing|read)")
        self.refused(GOOD + "transforms: { a: { type: filter, inputs: [ lines ], where: 'dta.x > 1' } }\n", "dta")
        self.refused(GOOD.replace("id: plant", "id: plant, data_dri: /tmp"), "did you mean 'data_dir'")

    def test_listeners_that_collide(self):
        more = GOOD.replace("sinks:", "  again: { type: tcp, listen: 127.0.0.1:9000, protocol: { framing: { type: line }, codec: { type: text }, "
                                      "device: x } }\nsinks:")
        self.refused(more, "lines", "again", "127.0.0.1:9000", ":3:", ":4:")

    def test_tls_beside_a_plain_transport_names_the_right_one(self):
        self.refused(GOOD.replace("type: tcp,", "type: tcp, tls: { crt_file: a, key_file: b },"), "type: tls|'tls'")
        self.refused(GOOD.replace("type: console", "type: http, url: 'http://127.0.0.1/', tls: { verify_hostname: false }"), "https://")
        self.refused(GOOD.replace("type: console", "type: mqtt, servers: [ 'mqtt://127.0.0.1' ], topic: x, tls: { verify_hostname: false }"), "mqtts://")

    def test_a_key_that_others_can_read(self):
        from peers import Authority
        crt, key = Authority(self.directory).issue("gateway")
        secure = GOOD.replace("type: tcp,", f"type: tls, tls: {{ crt_file: '{crt}', key_file: '{key}' }},")
        self.assertEqual(self.check(secure).returncode, 0)
        os.chmod(key, 0o644)
        self.refused(secure, "gateway.key", "chmod|others")
        self.refused(secure.replace(str(crt), str(self.directory / "nothing.crt")), "nothing.crt")

    def test_the_environment(self):
        named = GOOD.replace("id: plant", "id: \"${SITE}\"")
        self.refused(named, "SITE")
        self.assertEqual(self.check(named, SITE="a").returncode, 0)
        self.refused(GOOD.replace("id: plant", "id: \"${SITE:?say which site}\""), "say which site")
        self.assertEqual(self.check(GOOD.replace("id: plant", "id: \"${SITE:-somewhere}\"")).returncode, 0)
        self.assertEqual(self.check(GOOD.replace("id: plant", "id: \"$${SITE}\"")).returncode, 0)
        self.assertEqual(self.check(GOOD + "# ${NOT_SET}\n").returncode, 0)
        self.assertEqual(self.check(named, SITE="x } # [").returncode, 0)  # never changes the structure
        self.write("secret", "tok\n")
        bearer = "type: http, url: 'https://127.0.0.1/', auth: { type: bearer, token: \"${file:%s}\" }"
        self.assertEqual(self.check(GOOD.replace("type: console", bearer % "secret")).returncode, 0)
        self.refused(GOOD.replace("type: console", bearer % "nowhere"), "nowhere")

    def test_syntax_only_touches_neither_files_nor_the_environment(self):
        text = GOOD.replace("id: plant", "id: \"${SITE}\"").replace("type: tcp,", "type: tls, tls: { crt_file: no.crt, key_file: no.key },")
        self.assertEqual(self.check(text, "--syntax").returncode, 0)
        self.assertEqual(self.check(TEN, "--syntax").returncode, 78)

    def test_warnings_do_not_fail_unless_asked(self):
        for text, said in (
                (GOOD.replace("type: console", "type: http, url: 'https://127.0.0.1/', auth: { type: bearer, token: abc }"), "token|secret"),
                (GOOD.replace("out: { type: console }", "a: { type: console }\n  b: { type: console, inputs: [ lines ] }"), "block"),
                (GOOD.replace("sinks:", "  idle: { type: udp, listen: 127.0.0.1:9001, protocol: { codec: { type: text }, device: x } }\nsinks:")
                 .replace("type: console", "type: console, inputs: [ lines ]"), "idle"),
                (GOOD.replace("gateway: { id: plant }\n", "").replace("type: console", "type: mqtt, servers: [ 'mqtt://127.0.0.1' ], "
                                                                      "topic: '{{ gateway }}/{{ device }}'"), "gateway")):
            with self.subTest(said=said):
                result = self.check(text)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertRegex(result.stderr, r"plant\.yaml:\d+:\d+: warning: ")
                self.assertRegex(result.stderr, said)
                self.assertNotIn("abc", re.sub(r"(?m)^ .*$", "", result.stderr))
                self.assertEqual(self.check(text, "--strict").returncode, 78)

    def test_a_secret_never_shows(self):
        text = self.refused(GOOD.replace("type: console", "type: mqtt, servers: [ 'mqtt://u:hunter2@127.0.0.1' ], topic: x, password: hunter2, qos: 7"),
                            "qos")
        self.assertNotIn("hunter2", text)

    def test_for_machines(self):
        result = self.check(TEN, "--json")
        self.assertEqual(result.returncode, 78)
        answer = json.loads(result.stdout)
        self.assertIs(answer["ok"], False)
        self.assertEqual([(error["line"], error["column"]) for error in answer["errors"]], [place[:2] for place in ERRORS])


if __name__ == "__main__":
    unittest.main()
