"""What stands around the binary: the service's units and the scripts of the project."""
import shutil
import subprocess
import unittest

from harness import FIELDGATE, ROOT, Case


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


class Units(Case):
    UNITS = ("fieldgate.service", "fieldgate@.service")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_units_are_hardened(self):
        for unit in self.UNITS:
            result = run("systemd-analyze", "security", "--offline=true", "--threshold=12", "--no-pager", ROOT / "systemd" / unit)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_the_units_are_valid(self):
        for unit in self.UNITS:
            text = (ROOT / "systemd" / unit).read_text()
            self.assertIn("ExecStart=/usr/bin/fieldgate run -c /etc/fieldgate/", text)
            path = self.write(unit.replace("@", "@1"), text.replace("/usr/bin/fieldgate", FIELDGATE))
            result = run("systemd-analyze", "verify", "--man=no", path)
            self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""))

    def test_the_two_units_differ_only_in_their_instance(self):
        one, many = ((ROOT / "systemd" / unit).read_text() for unit in self.UNITS)
        settings = [[row for row in text.splitlines() if "=" in row and not row.startswith("#")] for text in (one, many)]
        differing = [row for row in settings[1] if row not in settings[0]]
        self.assertTrue(all("%i" in row for row in differing), differing)


class Scripts(Case):
    def test_check_includes_finds_what_breaks_the_rules(self):
        script = ROOT / "scripts/check-includes"
        self.assertEqual(run(script).stdout, "")
        for path, include, complaint in (
                ("framing/line.cpp", '"sink/sink.hpp"', "sink is above framing"),
                ("codec/json.cpp", '"reactor/asio.hpp"', "codec stays pure"),
                ("sink/http.cpp", "<yaml-cpp/yaml.h>", "only config may include yaml-cpp"),
                ("adapter/mqtt.cpp", "<mqtt/async_client.h>", "only mqtt may include Paho"),
                ("http/client.cpp", "<spdlog/spdlog.h>", "only telemetry may include spdlog"),
                ("expression/template.cpp", "<boost/asio/ip/tcp.hpp>", "may include Asio"),
                ("attic/old.cpp", "<string>", "'attic' is not in the list of rooms")):
            root = self.directory / path.replace("/", "-")
            file = root / path
            file.parent.mkdir(parents=True)
            file.write_text(f"// A file.\n#include {include}\n")
            result = run(script, root)
            self.assertEqual(result.returncode, 1)
            self.assertIn(complaint, result.stdout)

    def test_packages_lists_without_installing(self):
        for what in ("build", "run", "test"):
            result = run(ROOT / "scripts/packages", "--list", what)
            self.assertEqual(result.returncode, 0)
            self.assertIn("python3", result.stdout.split())
        self.assertEqual(run(ROOT / "scripts/packages", "nonsense").returncode, 64)

    @unittest.skipUnless(shutil.which("git"), "needs git")
    def test_every_mutant_still_applies(self):
        patches = sorted((ROOT / "tests/mutants").glob("*.patch"))
        self.assertGreater(len(patches), 5)
        shutil.copytree(ROOT / "src", self.directory / "src")  # away from any repository, whoever owns it
        for patch in patches:
            with self.subTest(patch.name):
                result = subprocess.run(["git", "apply", "--check", patch], cwd=self.directory, capture_output=True, text=True)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_no_script_is_broken(self):
        for path in (ROOT / "scripts").iterdir():
            if path.read_text().startswith("#!/usr/bin/env bash"):
                result = run("bash", "-n", path)
                self.assertEqual((result.returncode, result.stderr), (0, ""), path)


if __name__ == "__main__":
    unittest.main()
