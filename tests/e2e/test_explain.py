"""`fieldgate explain`: an option is found by its path, also as an error prints it."""
import unittest

from harness import Case, fieldgate


class Explain(Case):
    def head(self, path):
        result = fieldgate("explain", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.splitlines()[0]

    def test_a_path_of_the_reference(self):
        self.assertEqual(self.head("framing.length_field.checksum.algorithm"), "framing.length_field.checksum.algorithm")
        self.assertEqual(self.head("sinks.http.batch.timeout"), "sinks.http.batch.timeout")

    def test_a_path_without_the_type(self):
        self.assertRegex(self.head("framing.checksum.size"), r"^framing\.\w+\.checksum\.size$")

    def test_a_path_out_of_an_error_text(self):
        self.assertRegex(self.head("adapters.meters.protocol.framing.length_size"), r"^framing\.\w+\.length_size$")
        self.assertRegex(self.head("protocols.meter-v1.codec.fields[3].scale"), r"^codec\.\w+\.fields\.scale$")
        self.assertRegex(self.head("sinks.cloud.batch.timeout"), r"^sinks\.\w+\.batch\.timeout$")

    def test_what_there_is_not(self):
        result = fieldgate("explain", "framing.lenght_size")
        self.assertEqual(result.returncode, 64)
        self.assertIn("did you mean", result.stderr)
        self.assertEqual(fieldgate("explain", "adapters.x.protocol.framing.nothing_at_all").returncode, 64)


if __name__ == "__main__":
    unittest.main()
