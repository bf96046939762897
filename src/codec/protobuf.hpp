// Protocol Buffers by a schema that is known when the gateway starts.
#pragma once

#include <memory>
#include <string>

#include "codec/codec.hpp"
#include "codec/transcript.hpp"

namespace fieldgate::codec {

/// A frame is one message of `message_type`. Fields keep the names of the .proto; those that are not set are left out
/// unless `defaults` says otherwise. 64-bit integers are exact numbers, enums their names, bytes base64, maps objects;
/// fields that the schema does not know are left out. At most 30 messages are nested.
class Protobuf final : public Codec {
 public:
  static constexpr std::string_view type = "protobuf";
  static constexpr std::string_view meaning =
      "Protocol Buffers, by a .proto or a compiled FileDescriptorSet that is read at start.";

  struct Config {
    std::string schema;  ///< a serialized FileDescriptorSet, each file behind those it imports
    std::string message_type;
    bool defaults = false;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// Throws std::runtime_error for a schema that does not hold the message; one that was read from the file does.
  Protobuf(const Config& config, const expression::Paths& paths);
  ~Protobuf() override;

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  class Schema;

  std::unique_ptr<Schema> schema_;
  bool defaults_;
  Transcribed documents_;
};

/// Compiles the text of a .proto to a serialized FileDescriptorSet. `name` is what its errors call it; what it imports
/// is looked for in `folder`, but for Google's own. The error names file, line and column.
Result<std::string> compile_proto(const std::string& text, const std::string& name, const std::string& folder);

}  // namespace fieldgate::codec
