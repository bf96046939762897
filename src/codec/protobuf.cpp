// Protobuf: messages made by reflection, written as JSON.
#include "codec/protobuf.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <stdexcept>
#include <vector>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

namespace pb = google::protobuf;

/// Each nested message may be two levels of JSON: an object in an array.
constexpr int max_nested = 30;

/// No document is larger; a schema with long names makes much of few bytes.
constexpr std::size_t largest_document = 4 * 1024 * 1024;

constexpr const char* url = "type.googleapis.com";

/// Writes a message as JSON.
class Writing {
 public:
  Writing(std::string& out, bool defaults) : out_(out), defaults_(defaults) {}

  /// False: too large.
  bool message(const pb::Message& message) {
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::Reflection& reflection = *message.GetReflection();
    out_ += '{';
    bool is_first = true;
    for (int i = 0; i < type.field_count() && out_.size() <= largest_document; ++i) {
      if (is_shown(message, reflection, *type.field(i))) member(message, *type.field(i), is_first);
    }
    if (type.extension_range_count() != 0) {
      std::vector<const pb::FieldDescriptor*> set;
      reflection.ListFields(message, &set);
      for (const pb::FieldDescriptor* const field : set) {
        if (field->is_extension()) member(message, *field, is_first);
      }
    }
    out_ += '}';
    return out_.size() <= largest_document;
  }

 private:
  /// Extensions are called by their whole name in brackets, as in protobuf's own JSON.
  void member(const pb::Message& message, const pb::FieldDescriptor& field, bool& is_first) {
    const pb::Reflection& reflection = *message.GetReflection();
    out_ += is_first ? "\"" : ",\"";
    is_first = false;
    out_ += field.is_extension() ? "[" + field.full_name() + "]" : field.name();
    out_ += "\":";
    if (field.is_map()) {
      map(message, reflection, field);
    } else if (field.is_repeated()) {
      list(message, reflection, field);
    } else {
      single(message, reflection, field);
    }
  }

  bool is_shown(const pb::Message& message, const pb::Reflection& reflection, const pb::FieldDescriptor& field) const {
    if (field.is_repeated()) return defaults_ || reflection.FieldSize(message, &field) != 0;
    return reflection.HasField(message, &field) || (defaults_ && !field.has_presence());
  }

  void map(const pb::Message& message, const pb::Reflection& reflection, const pb::FieldDescriptor& field) {
    const pb::FieldDescriptor& key = *field.message_type()->map_key();
    const pb::FieldDescriptor& value = *field.message_type()->map_value();
    out_ += '{';
    for (int i = 0; i < reflection.FieldSize(message, &field) && out_.size() <= largest_document; ++i) {
      const pb::Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      if (i != 0) out_ += ',';
      const std::size_t from = out_.size();
      single(entry, *entry.GetReflection(), key);
      make_key(out_, from);
      out_ += ':';
      single(entry, *entry.GetReflection(), value);
    }
    out_ += '}';
  }

  void list(const pb::Message& message, const pb::Reflection& reflection, const pb::FieldDescriptor& field) {
    out_ += '[';
    for (int i = 0; i < reflection.FieldSize(message, &field) && out_.size() <= largest_document; ++i) {
      if (i != 0) out_ += ',';
      item(message, reflection, field, i);
    }
    out_ += ']';
  }

  void single(const pb::Message& message, const pb::Reflection& reflection, const pb::FieldDescriptor& field) {
    using Field = pb::FieldDescriptor;
    switch (field.cpp_type()) {
      case Field::CPPTYPE_INT32:
        return append_integer(out_, std::int64_t{reflection.GetInt32(message, &field)});
      case Field::CPPTYPE_INT64:
        return append_integer(out_, static_cast<std::int64_t>(reflection.GetInt64(message, &field)));
      case Field::CPPTYPE_UINT32:
        return append_integer(out_, std::uint64_t{reflection.GetUInt32(message, &field)});
      case Field::CPPTYPE_UINT64:
        return append_integer(out_, static_cast<std::uint64_t>(reflection.GetUInt64(message, &field)));
      case Field::CPPTYPE_DOUBLE:
        return json::append_number(out_, reflection.GetDouble(message, &field));
      case Field::CPPTYPE_FLOAT:
        return append_single(out_, reflection.GetFloat(message, &field));
      case Field::CPPTYPE_BOOL:
        out_ += reflection.GetBool(message, &field) ? "true" : "false";
        return;
      case Field::CPPTYPE_ENUM:
        return word(field, reflection.GetEnumValue(message, &field));
      case Field::CPPTYPE_STRING: {
        std::string scratch;
        return text(field, reflection.GetStringReference(message, &field, &scratch));
      }
      case Field::CPPTYPE_MESSAGE:
        this->message(reflection.GetMessage(message, &field));
        return;
    }
  }

  void item(const pb::Message& message, const pb::Reflection& reflection, const pb::FieldDescriptor& field, int index) {
    using Field = pb::FieldDescriptor;
    switch (field.cpp_type()) {
      case Field::CPPTYPE_INT32:
        return append_integer(out_, std::int64_t{reflection.GetRepeatedInt32(message, &field, index)});
      case Field::CPPTYPE_INT64:
        return append_integer(out_, static_cast<std::int64_t>(reflection.GetRepeatedInt64(message, &field, index)));
      case Field::CPPTYPE_UINT32:
        return append_integer(out_, std::uint64_t{reflection.GetRepeatedUInt32(message, &field, index)});
      case Field::CPPTYPE_UINT64:
        return append_integer(out_, static_cast<std::uint64_t>(reflection.GetRepeatedUInt64(message, &field, index)));
      case Field::CPPTYPE_DOUBLE:
        return json::append_number(out_, reflection.GetRepeatedDouble(message, &field, index));
      case Field::CPPTYPE_FLOAT:
        return append_single(out_, reflection.GetRepeatedFloat(message, &field, index));
      case Field::CPPTYPE_BOOL:
        out_ += reflection.GetRepeatedBool(message, &field, index) ? "true" : "false";
        return;
      case Field::CPPTYPE_ENUM:
        return word(field, reflection.GetRepeatedEnumValue(message, &field, index));
      case Field::CPPTYPE_STRING: {
        std::string scratch;
        return text(field, reflection.GetRepeatedStringReference(message, &field, index, &scratch));
      }
      case Field::CPPTYPE_MESSAGE:
        this->message(reflection.GetRepeatedMessage(message, &field, index));
        return;
    }
  }

  void word(const pb::FieldDescriptor& field, int number) {
    const pb::EnumValueDescriptor* const value = field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) return append_integer(out_, std::int64_t{number});
    json::append_string(out_, value->name());
  }

  void text(const pb::FieldDescriptor& field, const std::string& value) {
    if (field.type() == pb::FieldDescriptor::TYPE_BYTES) return append_base64_string(out_, value);
    json::append_string(out_, value);
  }

  std::string& out_;
  bool defaults_;
};

}  // namespace

/// The types, and one message of them that is used again and again.
class Protobuf::Schema {
 public:
  Schema(const std::string& serialized, const std::string& message_type) {
    pb::SetLogHandler(nullptr);  // it would write to standard error by itself, also a line for each bad text
    pb::FileDescriptorSet files;
    if (!files.ParseFromString(serialized)) throw std::runtime_error("it is no FileDescriptorSet");
    for (const pb::FileDescriptorProto& file : files.file()) {
      if (pool.BuildFile(file) == nullptr)
        throw std::runtime_error("its file " + file.name() + " is incomplete (protoc --include_imports)");
    }
    const pb::Descriptor* const found = pool.FindMessageTypeByName(message_type);
    if (found == nullptr) throw std::runtime_error("there is no message '" + message_type + "' in it" + known(files));
    message.reset(factory.GetPrototype(found)->New());
    type_url = std::string(url) + "/" + message_type;
    resolver.reset(pb::util::NewTypeResolverForDescriptorPool(url, &pool));
  }

  pb::DescriptorPool pool;
  pb::DynamicMessageFactory factory{&pool};
  std::unique_ptr<pb::Message> message;
  std::unique_ptr<pb::util::TypeResolver> resolver;
  std::string type_url;

 private:
  static std::string known(const pb::FileDescriptorSet& files) {
    std::string names;
    if (files.file().empty()) return names;
    const pb::FileDescriptorProto& last = files.file(files.file_size() - 1);
    for (const auto& one : last.message_type())
      names += (names.empty() ? ", but " : ", ") + (last.package().empty() ? "" : last.package() + ".") + one.name();
    return names;
  }
};

Protobuf::Protobuf(const Config& config, const expression::Paths& paths)
    : schema_(std::make_unique<Schema>(config.schema, config.message_type)),
      defaults_(config.defaults),
      documents_(paths) {}
Protobuf::~Protobuf() = default;

std::optional<Failure> Protobuf::decode(Bytes frame, Receiver& out) {
  pb::Message& message = *schema_->message;
  message.Clear();
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(frame.data()), static_cast<int>(frame.size()));
  in.SetRecursionLimit(max_nested);
  if (!message.MergePartialFromCodedStream(&in) || !in.ConsumedEntireMessage())
    return Failure{"invalid_protobuf", "the bytes are no such message"};
  if (!Writing(documents_.begin(), defaults_).message(message))
    return Failure{"too_large", "the document would have more than 4 MiB"};
  return documents_.deliver(out);
}

Result<void> Protobuf::encode(std::string_view json, std::string& out) const {
  if (auto checked = check_object(json); !checked) return checked;
  std::string bytes;
  const auto status = pb::util::JsonToBinaryString(schema_->resolver.get(), schema_->type_url,
                                                   pb::StringPiece(json.data(), json.size()), &bytes);
  if (!status.ok()) return Error{"encode", std::string(status.message())};
  out += bytes;
  return {};
}

}  // namespace fieldgate::codec
