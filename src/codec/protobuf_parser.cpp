// The parser of .proto files: by recursive descent, after protobuf.dev/reference/protobuf/proto3-spec and proto2-spec.
#include "codec/protobuf_parser.hpp"

#include <google/protobuf/descriptor.pb.h>

#include <charconv>
#include <limits>
#include <map>
#include <stdexcept>

namespace fieldgate::codec {

namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptorProto;

constexpr int max_depth = 32;
constexpr int max_field_number = 536'870'911;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

const std::map<std::string_view, Field::Type>& scalars() {
  static const std::map<std::string_view, Field::Type> types{
      {"double", Field::TYPE_DOUBLE},   {"float", Field::TYPE_FLOAT},       {"int32", Field::TYPE_INT32},
      {"int64", Field::TYPE_INT64},     {"uint32", Field::TYPE_UINT32},     {"uint64", Field::TYPE_UINT64},
      {"sint32", Field::TYPE_SINT32},   {"sint64", Field::TYPE_SINT64},     {"fixed32", Field::TYPE_FIXED32},
      {"fixed64", Field::TYPE_FIXED64}, {"sfixed32", Field::TYPE_SFIXED32}, {"sfixed64", Field::TYPE_SFIXED64},
      {"bool", Field::TYPE_BOOL},       {"string", Field::TYPE_STRING},     {"bytes", Field::TYPE_BYTES},
  };
  return types;
}

void set_type(Field& field, std::string_view type) {
  const auto scalar = scalars().find(type);
  if (scalar != scalars().end()) {
    field.set_type(scalar->second);
  } else {
    field.set_type_name(std::string(type));
  }
}

/// "by_number" becomes "ByNumberEntry": what protoc calls the type of a map's items.
std::string entry_name(std::string_view field) {
  std::string name;
  bool upper = true;
  for (const char c : field) {
    if (c != '_') name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name + "Entry";
}

/// Throws std::runtime_error, within this file.
class Parser {
 public:
  Parser(std::string_view text, pb::FileDescriptorProto& file) : text_(text), file_(file) { advance(); }

  void parse();

 private:
  void advance();
  void skip_blank();
  [[noreturn]] void fail(const std::string& what) const;
  bool at(std::string_view token) const { return token_ == token; }
  bool take(std::string_view token);
  void expect(std::string_view token);
  std::string word(const char* what);
  std::string quoted();
  int number(const char* what);
  void skip_statement();
  void skip_block();

  void statement();
  void message(pb::DescriptorProto& message, int depth);
  void member(pb::DescriptorProto& message, int depth);
  void enumeration(pb::EnumDescriptorProto& enumeration);
  void oneof(pb::DescriptorProto& message);
  void map(pb::DescriptorProto& message);
  void extensions(pb::DescriptorProto& message);
  template <class Add>
  void extend(const Add& add);
  void field(Field& field);
  void field_rest(Field& field);
  void field_options(Field& field);

  std::string_view text_;
  pb::FileDescriptorProto& file_;
  std::size_t next_ = 0;
  std::size_t start_ = 0;
  std::string_view token_;  // empty: the end
};

void Parser::skip_blank() {
  while (next_ < text_.size()) {
    const std::string_view rest = text_.substr(next_);
    if (rest.starts_with("//")) {
      next_ = std::min(text_.find('\n', next_), text_.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", next_ + 2);
      if (end == std::string_view::npos) fail("a comment is not closed");
      next_ = end + 2;
    } else if (std::string_view(" \t\r\n\f\v\0", 7).find(text_[next_]) != std::string_view::npos) {
      ++next_;
    } else {
      return;
    }
  }
}

void Parser::advance() {
  start_ = next_;
  skip_blank();
  start_ = next_;
  if (next_ == text_.size()) {
    token_ = {};
    return;
  }
  const char first = text_[next_++];
  if (is_word(first)) {
    while (next_ < text_.size() && is_word(text_[next_])) ++next_;
  } else if (first == '"' || first == '\'') {
    while (next_ < text_.size() && text_[next_] != first && text_[next_] != '\n') next_ += text_[next_] == '\\' ? 2 : 1;
    if (next_ >= text_.size() || text_[next_] != first) fail("a text is not closed");
    ++next_;
  }
  token_ = text_.substr(start_, next_ - start_);
}

void Parser::fail(const std::string& what) const {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text_.substr(0, start_)) {
    ++column;
    if (c == '\n') ++line, column = 1;
  }
  throw std::runtime_error(std::to_string(line) + ":" + std::to_string(column) + ": " + what);
}

bool Parser::take(std::string_view token) {
  if (token_ != token) return false;
  advance();
  return true;
}

void Parser::expect(std::string_view token) {
  if (!take(token)) fail("'" + std::string(token) + "' was expected");
}

std::string Parser::word(const char* what) {
  if (token_.empty() || !is_word(token_[0]) || (token_[0] >= '0' && token_[0] <= '9'))
    fail(std::string(what) + " was expected");
  std::string found(token_);
  advance();
  return found;
}

std::string Parser::quoted() {
  if (token_.size() < 2 || (token_[0] != '"' && token_[0] != '\'')) fail("a text in quotes was expected");
  std::string found(token_.substr(1, token_.size() - 2));
  advance();
  return found;
}

int Parser::number(const char* what) {
  const bool is_negative = take("-");
  std::string_view digits = token_;
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X"))
    digits.remove_prefix(2), base = 16;
  else if (digits.size() > 1 && digits[0] == '0')
    base = 8;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  const std::int64_t limit = std::int64_t{std::numeric_limits<int>::max()} + (is_negative ? 1 : 0);
  if (digits.empty() || digits[0] == '-' || error != std::errc() || end != digits.data() + digits.size() ||
      value > limit)
    fail(std::string(what) + " was expected");
  advance();
  return static_cast<int>(is_negative ? -value : value);
}

/// Up to the semicolon, over whatever is nested.
void Parser::skip_statement() {
  while (!at(";")) {
    if (token_.empty()) fail("';' was expected");
    if (at("{")) {
      skip_block();
    } else {
      advance();
    }
  }
  advance();
}

void Parser::skip_block() {
  int depth = 0;
  do {
    if (token_.empty()) fail("'}' was expected");
    depth += at("{") ? 1 : at("}") ? -1 : 0;
    advance();
  } while (depth != 0);
}

void Parser::parse() {
  while (!token_.empty()) statement();
}

void Parser::statement() {
  if (take(";")) return;
  if (take("syntax")) {
    expect("=");
    const std::string syntax = quoted();
    if (syntax != "proto2" && syntax != "proto3") fail("the syntax is neither proto2 nor proto3");
    file_.set_syntax(syntax);
    expect(";");
  } else if (take("package")) {
    file_.set_package(word("a package's name"));
    expect(";");
  } else if (take("import")) {
    if (take("public")) file_.add_public_dependency(file_.dependency_size());
    take("weak");
    file_.add_dependency(quoted());
    expect(";");
  } else if (take("option")) {
    skip_statement();
  } else if (take("message")) {
    message(*file_.add_message_type(), 0);
  } else if (take("enum")) {
    enumeration(*file_.add_enum_type());
  } else if (take("extend")) {
    extend([this] { return file_.add_extension(); });
  } else if (take("service")) {
    word("a service's name");
    skip_block();
  } else {
    fail("'message', 'enum', 'import', 'package', 'option', 'extend' or 'service' was expected");
  }
}

void Parser::message(pb::DescriptorProto& message, int depth) {
  if (depth == max_depth) fail("messages are nested too deeply");
  message.set_name(word("a message's name"));
  expect("{");
  while (!take("}")) member(message, depth);
  for (Field& field : *message.mutable_field()) {  // proto3's optional is a oneof of its own, behind the others
    if (!field.proto3_optional()) continue;
    field.set_oneof_index(message.oneof_decl_size());
    message.add_oneof_decl()->set_name("_" + field.name());
  }
}

void Parser::member(pb::DescriptorProto& message, int depth) {
  if (take(";")) return;
  if (take("message")) {
    this->message(*message.add_nested_type(), depth + 1);
  } else if (take("enum")) {
    enumeration(*message.add_enum_type());
  } else if (take("oneof")) {
    oneof(message);
  } else if (take("option") || take("reserved")) {
    skip_statement();
  } else if (take("extensions")) {
    extensions(message);
  } else if (take("extend")) {
    extend([&message] { return message.add_extension(); });
  } else if (take("map")) {
    map(message);
  } else {
    field(*message.add_field());
  }
}

void Parser::enumeration(pb::EnumDescriptorProto& enumeration) {
  enumeration.set_name(word("an enum's name"));
  expect("{");
  while (!take("}")) {
    if (take(";")) continue;
    if (take("option")) {
      const bool is_alias = at("allow_alias");
      skip_statement();
      if (is_alias) enumeration.mutable_options()->set_allow_alias(true);
      continue;
    }
    if (take("reserved")) {
      skip_statement();
      continue;
    }
    pb::EnumValueDescriptorProto& value = *enumeration.add_value();
    value.set_name(word("a value's name"));
    expect("=");
    value.set_number(number("a value's number"));
    skip_statement();
  }
}

void Parser::oneof(pb::DescriptorProto& message) {
  const int index = message.oneof_decl_size();
  message.add_oneof_decl()->set_name(word("a oneof's name"));
  expect("{");
  while (!take("}")) {
    if (take(";")) continue;
    if (take("option")) {
      skip_statement();
      continue;
    }
    Field& added = *message.add_field();
    added.set_label(Field::LABEL_OPTIONAL);
    set_type(added, word("a field's type"));
    added.set_oneof_index(index);
    field_rest(added);
  }
}

void Parser::map(pb::DescriptorProto& message) {
  expect("<");
  const std::string key = word("a map's key");
  expect(",");
  const std::string value = word("a map's value");
  expect(">");
  Field& added = *message.add_field();
  added.set_label(Field::LABEL_REPEATED);
  field_rest(added);
  pb::DescriptorProto& entry = *message.add_nested_type();
  entry.set_name(entry_name(added.name()));
  entry.mutable_options()->set_map_entry(true);
  int number = 0;
  for (const auto& [name, type] : {std::pair{"key", &key}, std::pair{"value", &value}}) {
    Field& part = *entry.add_field();
    part.set_name(name);
    part.set_number(++number);
    part.set_label(Field::LABEL_OPTIONAL);
    set_type(part, *type);
  }
  added.set_type(Field::TYPE_MESSAGE);
  added.set_type_name(entry.name());
}

void Parser::extensions(pb::DescriptorProto& message) {
  do {
    auto& range = *message.add_extension_range();
    range.set_start(number("a field's number"));
    range.set_end(range.start() + 1);
    if (take("to")) range.set_end(take("max") ? max_field_number + 1 : number("a field's number") + 1);
  } while (take(","));
  skip_statement();
}

template <class Add>
void Parser::extend(const Add& add) {
  const std::string extendee = word("a message's name");
  expect("{");
  while (!take("}")) {
    if (take(";")) continue;
    Field& added = *add();
    added.set_extendee(extendee);
    field(added);
  }
}

void Parser::field(Field& field) {
  field.set_label(Field::LABEL_OPTIONAL);
  if (take("repeated")) {
    field.set_label(Field::LABEL_REPEATED);
  } else if (take("required")) {
    field.set_label(Field::LABEL_REQUIRED);
  } else if (take("optional") && file_.syntax() == "proto3") {
    field.set_proto3_optional(true);
  }
  if (at("group")) fail("groups are not read: use a message");
  set_type(field, word("a field's type"));
  field_rest(field);
}

void Parser::field_rest(Field& field) {
  field.set_name(word("a field's name"));
  expect("=");
  field.set_number(number("a field's number"));
  if (at("[")) field_options(field);
  expect(";");
}

void Parser::field_options(Field& field) {
  while (!take("]")) {
    if (token_.empty() || at(";")) fail("']' was expected");
    if (take("packed")) {
      expect("=");
      field.mutable_options()->set_packed(at("true"));
    } else if (at("{")) {
      skip_block();
    } else {
      advance();
    }
  }
}

}  // namespace

std::string parse_proto(std::string_view text, pb::FileDescriptorProto& file) {
  try {
    Parser(text, file).parse();
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace fieldgate::codec
