"""The other commands, and the exit statuses that scripts go by."""
import re
import unittest

from harness import ROOT, Case, fieldgate


class CommandLine(Case):
    def test_version_is_the_projects(self):
        version = re.search(r"project\(fieldgate VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        result = fieldgate("--version")
        self.assertEqual((result.returncode, result.stdout), (0, f"fieldgate {version}\n"))

    def test_help_names_the_commands(self):
        result = fieldgate("--help")
        self.assertEqual(result.returncode, 0)
        for command in ("run", "check", "list", "explain"):
            self.assertRegex(result.stdout, rf"(?m)^\s+{command}\b")

    def test_a_wrong_command_line_is_64(self):
        for arguments in (["nonsense"], ["run"], ["check"], ["check", "--what"], []):
            result = fieldgate(*arguments)
            self.assertEqual(result.returncode, 64, (arguments, result.stderr))
            self.assertTrue(result.stderr.strip(), arguments)

    def test_a_file_that_is_not_there_is_78(self):
        for command in ("run", "check"):
            result = fieldgate(command, "-c", "/nowhere/fieldgate.yaml")
            self.assertEqual(result.returncode, 78)
            self.assertIn("/nowhere/fieldgate.yaml", result.stderr)

    def test_list_shows_every_type_by_its_kind(self):
        everything = fieldgate("list")
        self.assertEqual(everything.returncode, 0)
        kinds = {"adapters": "tcp tls udp mqtt", "framings": "line delimiter fixed length_field netstring", "codecs": "json text raw csv",
                 "transforms": "filter edit", "sinks": "mqtt http console file"}
        for kind, types in kinds.items():
            one = fieldgate("list", kind)
            self.assertEqual(one.returncode, 0, one.stderr)
            for type_ in types.split():
                self.assertRegex(one.stdout, rf"(?m)^\s*{type_}\s+\S", kind)
                self.assertRegex(everything.stdout, rf"(?m)^\s*{type_}\s+\S")
        wrong = fieldgate("list", "sink_s")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("sinks", wrong.stderr)

    def test_explain_says_meaning_default_and_unit(self):
        for path, words in {
                "sinks.http.request.timeout": ("duration", "15s"), "adapters.tcp.limits.idle": ("duration", "1h"),
                "framings.length_field.length_size": ("1", "8"), "sinks.mqtt.qos": ("1",), "gateway.drain_timeout": ("5s",),
                "adapters.tcp.limits.connections": ("10000",), "sinks.http.buffer.max_size": ("64MiB",), "log.level": ("debug",)}.items():
            result = fieldgate("explain", path)
            self.assertEqual(result.returncode, 0, (path, result.stderr))
            for word in words:
                self.assertIn(word, result.stdout, path)
        wrong = fieldgate("explain", "sinks.http.request.timeuot")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("timeout", wrong.stderr)

    def test_the_reference_page_is_what_the_binary_says(self):
        result = fieldgate("reference")
        self.assertEqual(result.returncode, 0)
        self.assertEqual((ROOT / "docs/reference.md").read_text(), result.stdout,
                         "docs/reference.md is old: fieldgate reference > docs/reference.md")


if __name__ == "__main__":
    unittest.main()
