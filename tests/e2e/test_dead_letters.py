"""`fieldgate status` and `fieldgate dead-letters`, with a gateway running and with none: what can never be delivered stays on
disk until an operator has seen to it."""
import json
import os
import stat
import unittest

from harness import SANITIZED, Case, fieldgate, free_port, line, send_tcp, until

CONFIG = """
gateway: {{ id: plant, data_dir: data }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
sinks:
  service:
    type: http
    url: "{url}"
    encoding: {{ type: ndjson }}
    batch: {{ timeout: 10ms }}
    request: {{ retry_initial: 50ms, retry_max: 200ms }}
    buffer: {{ type: disk, max_size: 16MiB }}
"""


class DeadLetters(Case):
    def setUp(self):
        super().setUp()
        self.sink = self.http_sink()
        self.tcp = free_port()
        self.config = CONFIG.format(tcp=self.tcp, url=self.sink.url)
        self.path = self.directory / "gateway.yaml"

    def command(self, *arguments, status=0):
        result = fieldgate(*arguments, "-c", self.path)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout if status == 0 else result.stderr

    def letters(self, *arguments):
        answer = json.loads(self.command("dead-letters", "list", "--json", *arguments))
        return answer["dead_letters"]

    def status(self):
        return json.loads(self.command("status", "--json"))

    def refuse(self, gateway, count):
        """That many messages are refused by the service for good."""
        self.sink.status = 400
        before = gateway.metric("fieldgate_dead_letters")
        send_tcp(self.tcp, b"".join(line(device=f"d{n}", n=n) for n in range(count)))
        gateway.wait_metric("fieldgate_dead_letters", before + count)

    def test_a_running_gateway_lists_shows_and_replays(self):
        gateway = self.gateway(self.config)
        self.refuse(gateway, 3)
        letters = self.letters()
        self.assertEqual([letter["component"] for letter in letters], ["sink service"] * 3)
        self.assertEqual(letters[0]["reason"], "status_400")
        self.assertEqual(letters[0]["device"], "d0")
        self.assertEqual(json.loads(letters[0]["record"])["data"], {"device": "d0", "n": 0})
        self.assertEqual(self.letters("--adapter", "lines"), [])
        self.assertEqual(self.letters("--sink", "service"), letters)
        self.assertEqual(self.letters("--limit", "2"), letters[1:])
        self.assertEqual(self.letters("--reason", "status_400"), letters)
        table = self.command("dead-letters", "list")
        self.assertIn("3 dead letters", table)
        self.assertLessEqual(max(map(len, table.splitlines())), 100)
        shown = self.command("dead-letters", "show", letters[1]["id"])
        self.assertIn("status_400", shown)
        self.assertIn('"n": 1', shown)
        self.assertIn("no dead letter 999", self.command("dead-letters", "show", 999, status=1))
        for verb in ("replay", "purge"):
            self.assertIn("no dead letter 999", self.command("dead-letters", verb, 999, status=1))

        self.sink.status = 200
        self.assertIn("3 dead letters are delivered again", self.command("dead-letters", "replay", "--all"))
        self.assertEqual(sorted(record["data"]["n"] for record in self.sink.wait_records(3)), [0, 1, 2])
        until(lambda: self.letters() == [], "the letters to be gone once they are stored")
        until(lambda: self.status()["sinks"][0]["delivered"] == 3, "the replayed messages to be counted")
        self.assertIn("balances: yes", self.command("status"))
        self.assertEqual(gateway.metric("fieldgate_dead_letters_removed_total", reason="replayed"), 3)

    def test_what_never_became_a_message_cannot_be_replayed(self):
        gateway = self.gateway(self.config)
        send_tcp(self.tcp, b'{"no device": "\x7f"}\n')
        gateway.wait_metric("fieldgate_dead_letters", 1)
        [letter] = self.letters("--adapter", "lines")
        self.assertEqual(letter["component"], "adapter lines")
        self.assertEqual(letter["record"], '{"no device": "\x7f"}')
        self.assertIn("\\x7f", self.command("dead-letters", "show", letter["id"]))
        result = fieldgate("dead-letters", "replay", letter["id"], "-c", self.path)
        said = result.stdout
        self.assertEqual(result.returncode, 1, said)
        self.assertIn("0 dead letters are delivered again", said)
        self.assertIn("kept: 1 of adapters", said)
        self.assertIn("purged 1 dead letter\n", self.command("dead-letters", "purge", "--adapter", "lines"))

    def test_what_is_deleted_or_replayed_must_be_said(self):
        gateway = self.gateway(self.config)
        self.refuse(gateway, 2)
        for verb in ("purge", "replay"):
            self.assertIn("--all", self.command("dead-letters", verb, status=64))
            self.command("dead-letters", verb, "--all", "--reason", "status_400", status=64)
            self.command("dead-letters", verb, "--all", "1", status=64)
        self.command("dead-letters", status=64)
        self.command("dead-letters", "show", status=64)
        self.assertEqual(len(self.letters()), 2)
        self.assertIn("purged 1 dead letter\n", self.command("dead-letters", "purge", self.letters()[0]["id"]))
        self.assertIn("purged 0 dead letters\n", self.command("dead-letters", "purge", "--sink", "other"))
        self.assertEqual(len(self.letters()), 1)

    def test_without_a_gateway_the_files_are_opened(self):
        gateway = self.gateway(self.config)
        self.refuse(gateway, 3)
        self.assertEqual(gateway.stop(), 0)
        self.assertEqual(len(self.letters()), 3)
        status = self.status()
        self.assertFalse(status["running"])
        self.assertEqual(status["dead_letters"]["letters"], 3)
        self.assertEqual([buffer["messages"] for buffer in status["buffers"]], [0])
        self.assertIn("no gateway runs", self.command("status"))
        first, second, third = (letter["id"] for letter in self.letters())
        self.assertIn("purged 1 dead letter\n", self.command("dead-letters", "purge", first))
        self.assertIn("1 dead letter will be delivered again", self.command("dead-letters", "replay", third))
        self.assertEqual([letter["replay"] for letter in self.letters()], [False, True])
        self.sink.status = 200
        self.gateway(self.config)
        self.assertEqual([record["data"]["n"] for record in self.sink.wait_records(1)], [2])
        until(lambda: [letter["id"] for letter in self.letters()] == [second], "the replayed letter to be gone")

    def test_a_killed_gateway_leaves_its_letters_and_its_backlog_to_be_seen(self):
        gateway = self.gateway(self.config)
        self.refuse(gateway, 3)
        self.sink.status = 503
        send_tcp(self.tcp, b"".join(line(device="d", n=n) for n in range(5)))
        # Stored as soon as the disk buffer's thread is idle; the file shows when.
        gateway.wait_metric("fieldgate_sink_backlog", 5)
        wal = self.directory / "data/buffers/service.db-wal"
        until(lambda: wal.exists() and wal.stat().st_size > 0, "the backlog to be on disk")
        gateway.wait_metric("fieldgate_sink_retries_total", 1)
        gateway.process.kill()
        gateway.wait()
        status = self.status()
        self.assertFalse(status["running"])
        self.assertEqual(status["dead_letters"]["letters"], 3)
        self.assertEqual(status["buffers"][0]["sink"], "service")
        self.sink.status = 200
        self.gateway(self.config)
        self.assertEqual(sorted(record["data"]["n"] for record in self.sink.wait_records(5))[-1], 4)
        self.assertTrue(self.status()["running"])

    def test_the_control_socket_is_its_owners_alone(self):
        gateway = self.gateway(self.config)
        socket = self.directory / "data/control.sock"
        self.assertEqual(stat.S_IMODE(socket.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(socket.parent.stat().st_mode), 0o700)
        gateway.stop()
        self.assertFalse(socket.exists())

    @unittest.skipUnless(os.geteuid() == 0 and not SANITIZED, "needs root, to become nobody")
    def test_another_user_is_told_what_to_do(self):
        self.gateway(self.config)
        os.chmod(self.directory, 0o755)
        result = fieldgate("status", "--data-dir", self.directory / "data", user="nobody")
        self.assertEqual(result.returncode, 1)
        self.assertIn("run this as root or as the user that runs the gateway", result.stderr)

    def test_the_dead_letters_are_bounded(self):
        gateway = self.gateway(self.config + "dead_letters: { max_size: 64KiB }\n")
        self.sink.status = 400
        send_tcp(self.tcp, b"".join(line(device="d", n=n, filler="x" * 1000) for n in range(200)))
        gateway.wait_metric("fieldgate_sink_dead_letters_total", 200)
        gone = gateway.wait_metric("fieldgate_dead_letters_removed_total", 1, reason="max_size")
        self.assertTrue(gone)
        until(lambda: self.status()["dead_letters"]["letters"] + gateway.metric("fieldgate_dead_letters_removed_total") == 200,
              "all letters to be kept or counted")
        self.assertLessEqual(gateway.metric("fieldgate_dead_letters_bytes"), 64 * 1024)
        self.assertEqual(json.loads(self.letters()[-1]["record"] if len(self.letters()[-1]["record"]) < 256 else "{}"), {})

    def test_a_damaged_file_never_stops_the_gateway(self):
        data = self.directory / "data"
        data.mkdir(mode=0o700)
        (data / "dead-letters.db").write_bytes(b"this is no database" * 1000)
        gateway = self.gateway(self.config)
        self.refuse(gateway, 1)
        gateway.wait_log("the file of the dead letters is damaged")
        self.assertEqual(len(list(data.glob("dead-letters.db.damaged-*"))), 1)
        self.assertEqual(len(self.letters()), 1)

    def test_where_no_gateway_has_ever_been_the_commands_say_so_and_make_nothing(self):
        empty = self.directory / "empty"
        empty.mkdir()
        result = fieldgate("status", "--data-dir", empty)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no gateway has ever kept anything", result.stderr)
        self.assertEqual(list(empty.iterdir()), [])
        result = fieldgate("dead-letters", "list", "-c", self.directory / "none.yaml")
        self.assertEqual(result.returncode, 1)
        self.assertIn("--data-dir", result.stderr)


if __name__ == "__main__":
    unittest.main()
