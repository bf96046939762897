// Transcript: the numbers of binary formats as JSON text, and documents out of values.
#include "codec/transcript.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view wrapper = R"({"value":)";

template <class Number>
void append_digits(std::string& out, Number number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  out.append(text, end);
}

}  // namespace

std::string& Transcribed::begin() {
  json_ = wrapper;
  return json_;
}

std::optional<Failure> Transcribed::deliver(Receiver& out) {
  std::string_view value = std::string_view(json_).substr(wrapper.size());
  Document document;
  if (value.starts_with('[') && value != "[]") {
    if (auto failure = checker_.check(value, document)) return failure;
    if (checker_.items_are_objects()) {
      deliver_items(value, out);
      return std::nullopt;
    }
  }
  if (!value.starts_with('{')) {
    json_ += '}';
    value = json_;
  }
  checker_.pick_front(value, document);
  out.document(document);
  return std::nullopt;
}

void Transcribed::deliver_items(std::string_view array, Receiver& out) {
  for (;;) {
    array.remove_prefix(1);  // a bracket or a comma
    if (array.empty()) return;
    Document item;
    array.remove_prefix(checker_.pick_front(array, item));
    out.document(item);
  }
}

Result<void> check_object(std::string_view json) {
  const expression::Paths none;
  JsonChecker checker(none);
  Document document;
  if (const auto failure = checker.check(json, document)) return Error{failure->reason, std::string(failure->text)};
  if (!document.json.starts_with('{')) return Error{"not_an_object", "what is to be encoded is no object"};
  return {};
}

void append_integer(std::string& out, std::uint64_t number) { append_digits(out, number); }
void append_integer(std::string& out, std::int64_t number) { append_digits(out, number); }

void append_negative(std::string& out, std::uint64_t number) {
  if (number == ~std::uint64_t{0}) {
    out += "-18446744073709551616";
    return;
  }
  out += '-';
  append_digits(out, number + 1);
}

void append_single(std::string& out, float number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  std::size_t digits = 0;
  for (const char* at = text; at != end && *at != 'e'; ++at) digits += *at >= '0' && *at <= '9' ? 1U : 0U;
  if (digits <= 6) {
    out.append(text, end);
  } else {
    json::append_number(out, static_cast<double>(number));
  }
}

void append_bignum(std::string& out, Bytes bytes, bool is_negative) {
  while (!bytes.empty() && bytes.front() == '\0') bytes.remove_prefix(1);
  if (bytes.size() > 64) return append_base64_string(out, bytes);
  constexpr std::uint64_t base = 1'000'000'000;
  std::array<std::uint32_t, 18> limbs{};  // 162 digits for the 155 of 2^512
  const auto multiply_add = [&limbs](std::uint64_t factor, std::uint64_t carry) {
    for (std::uint32_t& limb : limbs) {
      carry += limb * factor;
      limb = static_cast<std::uint32_t>(carry % base);
      carry /= base;
    }
  };
  for (const char byte : bytes) multiply_add(256, static_cast<unsigned char>(byte));
  if (is_negative) multiply_add(1, 1), out += '-';
  std::size_t top = limbs.size() - 1;
  while (top != 0 && limbs[top] == 0) --top;
  append_digits(out, limbs[top]);
  while (top-- != 0) {
    const std::string digits = std::to_string(limbs[top]);
    out.append(9 - digits.size(), '0').append(digits);
  }
}

void append_base64_string(std::string& out, Bytes bytes) {
  out += '"';
  json::append_base64(out, bytes);
  out += '"';
}

void append_hex_string(std::string& out, Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 0xF];
  }
  out += '"';
}

void make_key(std::string& out, std::size_t from) {
  if (out[from] == '"') return;
  out.insert(from, 1, '"');
  out += '"';
}

}  // namespace fieldgate::codec
