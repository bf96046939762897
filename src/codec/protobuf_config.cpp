// The options of the protobuf codec, and its schema out of .proto files.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <filesystem>
#include <set>

#include "codec/protobuf.hpp"
#include "codec/protobuf_parser.hpp"
#include "config/read_file.hpp"

namespace fieldgate::codec {

namespace {

namespace pb = google::protobuf;

/// Says what the pool finds wrong with a file, the first of it.
class Errors final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string&, const std::string& element, const pb::Message*, ErrorLocation,
                const std::string& message) override {
    if (text.empty()) text = element + ": " + message;
  }
  std::string text;
};

/// A file and all that it imports, each behind those it needs.
class Compilation {
 public:
  explicit Compilation(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Returns what is wrong; empty: nothing.
  std::string add(const std::string& name, const std::string& text);

  pb::FileDescriptorSet files;

 private:
  std::string import(const std::string& name);

  std::filesystem::path folder_;
  std::set<std::string> seen_;
  pb::DescriptorPool pool_;
};

std::string Compilation::add(const std::string& name, const std::string& text) {
  seen_.insert(name);
  pb::FileDescriptorProto file;
  file.set_name(name);
  if (std::string wrong = parse_proto(text, file); !wrong.empty()) return name + ":" + wrong;
  for (const std::string& imported : file.dependency()) {
    if (std::string wrong = import(imported); !wrong.empty()) return wrong;
  }
  Errors errors;
  const pb::FileDescriptor* const built = pool_.BuildFileCollectingErrors(file, &errors);
  if (built == nullptr) return name + ": " + errors.text;
  built->CopyTo(files.add_file());
  return {};
}

/// Google's own files come with the library.
std::string Compilation::import(const std::string& name) {
  if (!seen_.insert(name).second) return {};
  if (const pb::FileDescriptor* const known = pb::DescriptorPool::generated_pool()->FindFileByName(name)) {
    for (int i = 0; i < known->dependency_count(); ++i) {
      if (std::string wrong = import(known->dependency(i)->name()); !wrong.empty()) return wrong;
    }
    known->CopyTo(files.add_file());
    return pool_.BuildFile(files.file(files.file_size() - 1)) == nullptr ? name + ": cannot be used" : std::string();
  }
  if (seen_.size() > 100) return name + ": more than 100 files are imported";
  auto text = config::read_file(folder_ / name);
  if (!text) return name + ": cannot be read: " + text.error().text;
  return add(name, *text);
}

/// Either file as a schema; empty after a problem.
std::string read_schema(config::Section& section, const std::filesystem::path& proto_file,
                        const std::filesystem::path& descriptor_file) {
  const bool is_proto = section.has("proto_file");
  const std::string_view option = is_proto ? "proto_file" : "descriptor_file";
  const std::filesystem::path& file = is_proto ? proto_file : descriptor_file;
  auto text = config::read_file(file);
  if (!text) {
    section.error(option, "cannot read '" + file.string() + "': " + text.error().text);
    return {};
  }
  if (!is_proto) return std::move(*text);
  auto compiled = compile_proto(*text, file.filename().string(), file.parent_path().string());
  if (compiled) return std::move(*compiled);
  section.error(option, compiled.error().text);
  return {};
}

}  // namespace

Result<std::string> compile_proto(const std::string& text, const std::string& name, const std::string& folder) {
  pb::Timestamp::descriptor();  // so that Google's own files are linked, and in their pool
  Compilation compilation(folder);
  if (std::string wrong = compilation.add(name, text); !wrong.empty()) return Error{"config", std::move(wrong)};
  return compilation.files.SerializeAsString();
}

Protobuf::Config Protobuf::Config::read(config::Section& section) {
  Config config;
  const std::filesystem::path proto_file = section.path(
      "proto_file", std::string(), "A .proto file, with what it imports beside it; this or descriptor_file.");
  const std::filesystem::path descriptor_file =
      section.path("descriptor_file", std::string(),
                   "A FileDescriptorSet (protoc --include_imports --descriptor_set_out=FILE); this or proto_file.");
  config.message_type =
      section.text("message_type", config::required, "The message that a frame is, with its package: example.Reading.");
  config.defaults =
      section.flag("defaults", false, "Whether fields that hold their default (0, '', false, []) are written too.");
  if (section.describing()) return config;
  if (section.has("proto_file") == section.has("descriptor_file")) {
    section.error("", "give one of 'proto_file' and 'descriptor_file'");
    return config;
  }
  if (section.reader().syntax_only) return config;
  config.schema = read_schema(section, proto_file, descriptor_file);
  if (config.schema.empty() || config.message_type.empty()) return config;
  try {
    const expression::Paths none;
    const Protobuf tried(config, none);
  } catch (const std::exception& error) {
    const std::string text = error.what();
    const bool is_name = text.starts_with("there is no message");
    section.error(is_name ? "message_type" : section.has("proto_file") ? "proto_file" : "descriptor_file", text);
  }
  return config;
}

}  // namespace fieldgate::codec
