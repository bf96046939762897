#include "config/tls.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::config {
namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("fieldgate-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  std::string file(const std::string& name, mode_t mode) const {
    const std::string path = (path_ / name).string();
    std::ofstream(path) << "x";
    ::chmod(path.c_str(), mode);
    return path;
  }

 private:
  std::filesystem::path path_;
};

std::string server(const std::string& options, TlsServerOptions& out, bool syntax_only = false) {
  return Reading(
             "tls: { " + options + " }\n", [&](Section& s) { out = TlsServerOptions::read(s); }, syntax_only)
      .only();
}

}  // namespace

TEST_CASE("a listener requires client certificates where it has an authority for them, unless told otherwise") {
  const Folder folder;
  const std::string files = "crt_file: " + folder.file("crt", 0644) + ", key_file: " + folder.file("key", 0600);
  const std::string ca = ", ca_file: " + folder.file("ca", 0644);
  TlsServerOptions options;
  CHECK(server(files, options).empty());
  CHECK(options.verify_client == TlsServerOptions::VerifyClient::none);
  CHECK(options.min_version == "1.2");
  CHECK(server(files + ca, options).empty());
  CHECK(options.verify_client == TlsServerOptions::VerifyClient::require);
  CHECK(server(files + ca + ", verify_client: optional, min_version: 1.3", options).empty());
  CHECK(options.verify_client == TlsServerOptions::VerifyClient::optional);
  CHECK(options.min_version == "1.3");
  CHECK(server(files + ", verify_client: require", options) ==
        "client certificates cannot be verified without 'ca_file'");
}

TEST_CASE("a key that others can read is refused") {
  const Folder folder;
  const std::string crt = "crt_file: " + folder.file("crt", 0644) + ", key_file: ";
  TlsServerOptions options;
  CHECK(server(crt + folder.file("open", 0644), options).find("others can read the key") == 0);
  CHECK(server(crt + folder.file("other", 0604), options).find("others can read the key") == 0);
  CHECK(server(crt + folder.file("group", 0660), options).find("others can read the key") == 0);
  CHECK(server(crt + folder.file("private", 0400), options).empty());
}

TEST_CASE("a file that cannot be read is an error, unless files are left alone") {
  TlsServerOptions options;
  const Folder folder;
  const std::string key = ", key_file: " + folder.file("key", 0600);
  CHECK(server("crt_file: /nonexistent/crt" + key, options) ==
        "cannot read the file '/nonexistent/crt': No such file or directory");
  CHECK(server("crt_file: /nonexistent/crt, key_file: /nonexistent/key", options, true).empty());
}

TEST_CASE("a listener needs a certificate, a client does not") {
  Reading listener("{}\n", [](Section& s) { TlsServerOptions::read(s); });
  CHECK(listener.problems.errors() == 1);
  CHECK(listener.only() == "'tls' is required: write tls: { crt_file: .., key_file: .. }");
  TlsClientOptions options;
  Reading client("{}\n", [&](Section& s) { options = TlsClientOptions::read(s); });
  CHECK(client.printed.empty());
  CHECK(options.verify_certificate);
  CHECK(options.verify_hostname);
  const Folder folder;
  Reading half("tls: { crt_file: " + folder.file("crt", 0644) + " }\n", [](Section& s) { TlsClientOptions::read(s); });
  CHECK(half.only() == "'crt_file' and 'key_file' go together");
}

}  // namespace fieldgate::config
