// JSON, as devices send it: an object is a message, an array is many.
#pragma once

#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"
#include "codec/text_field.hpp"
#include "codec/written.hpp"

namespace fieldgate::codec {

/// Forwards documents by reference, after one pass that checks them and picks what the configuration uses. With
/// `fields` it makes new ones out of what stands at their JSON Pointers (RFC 6901).
class Json final : public Codec {
 public:
  static constexpr std::string_view type = "json";
  static constexpr std::string_view meaning = "A JSON object, or an array of objects that become a message each.";

  struct Config {
    std::string root;               ///< a pointer
    std::vector<TextField> fields;  ///< from pointers into each object; empty: the object as it is
    std::vector<TextField> shared;  ///< from pointers into the whole, for each message

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Json(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  /// Fields, and where their sources are picked.
  struct Picked {
    explicit Picked(const std::vector<TextField>& fields);
    expression::Paths paths;
    std::vector<expression::Slot> slots;  // of each source
    TextFields fields;
    std::vector<TextSource> sources;
  };

  std::optional<Failure> descend(Bytes frame, Receiver& out);
  std::optional<Failure> check_items(std::string_view array);
  std::optional<Failure> append(std::string_view object, Bytes frame);
  void take(Picked& picked, const Document& document);
  void deliver_items(std::string_view array, Receiver& out);

  const Config config_;
  JsonChecker checker_;
  Picked shared_;
  Picked fields_;
  expression::Slot root_ = 0;  // in shared_.paths
  JsonChecker whole_;
  JsonChecker object_;
  std::string meant_;  // strings whose escapes are undone
  Written written_;
  Trace* trace_ = nullptr;
};

}  // namespace fieldgate::codec
