// The fuzz targets: one for each parser that meets bytes which nobody trusts.
#include "fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "codec/csv.hpp"
#include "codec/json.hpp"
#include "config/loader.hpp"
#include "config/print.hpp"
#include "expression/condition.hpp"
#include "expression/template.hpp"
#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "message/json.hpp"
#include "unit/framing/cutting.hpp"

namespace fieldgate::fuzz {

namespace {

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

/// Takes a byte off the front, as a choice of the fuzzer.
unsigned choice(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto value = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return value;
}

/// Any split of the bytes gives the same frames.
void split(const framing::Factory& factory, std::string_view bytes, std::size_t max_length) {
  const std::size_t chunk = 1 + choice(bytes) % 70;
  const std::size_t most_kept = max_length + 16;
  const framing::Outcome whole = framing::cut(*factory.make(), bytes, bytes.empty() ? 1 : bytes.size(), most_kept);
  require(whole.broken.empty(), whole.broken.c_str());
  require(framing::cut(*factory.make(), bytes, chunk, most_kept) == whole, "another split, other frames");
}

void line(std::string_view bytes) {
  const std::size_t max_length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Line>({max_length, (choice(bytes) & 1U) != 0}), bytes, max_length);
}

void delimiter(std::string_view bytes) {
  framing::Delimiter::Config config;
  config.max_length = 1 + choice(bytes);
  const unsigned flags = choice(bytes);
  config.strip = (flags & 1U) != 0;
  config.skip_empty = (flags & 2U) != 0;
  for (unsigned i = 0; i < 1 + (flags >> 2U) % 4; ++i) {
    const std::size_t length = 1 + choice(bytes) % 4;
    if (bytes.size() < length) return;
    config.delimiters.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  split(framing::Factory::of<framing::Delimiter>(config), bytes, config.max_length);
}

void fixed(std::string_view bytes) {
  const std::size_t length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Fixed>({length, length}), bytes, length);
}

void netstring(std::string_view bytes) {
  const std::size_t max_length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Netstring>({max_length}), bytes, max_length);
}

void length_field(std::string_view bytes) {
  framing::LengthField::Config config;
  config.length_offset = choice(bytes) % 32;
  config.length_size = 1 + choice(bytes) % 8;
  config.endian = (choice(bytes) & 1U) != 0 ? framing::LengthField::Endian::little : framing::LengthField::Endian::big;
  config.length_adjust = static_cast<signed char>(choice(bytes));
  config.payload = {static_cast<signed char>(choice(bytes)), static_cast<signed char>(choice(bytes))};
  config.max_length = config.length_offset + config.length_size + choice(bytes);
  split(framing::Factory::of<framing::LengthField>(config), bytes, config.max_length);
}

/// What was let through is JSON to another parser too, and its members can be read.
struct Reparsed final : codec::Receiver {
  void document(const Document& document) override {
    std::string compact;
    json::append_compact(compact, document.json);
    require(json::find_invalid_utf8(document.json) == std::string_view::npos, "a document that is not UTF-8");
    try {
      require(nlohmann::json::parse(compact).is_object(), "a document that is no object");
    } catch (const nlohmann::json::out_of_range&) {
      return;  // a number that no double holds
    } catch (const nlohmann::json::parse_error&) {
      require(false, "a document that is no JSON");
    }
    json::Member member;
    for (std::string_view rest = document.json; json::next_member(rest, member);)
      require(!member.value.empty(), "a member without a value");
  }
};

void json_text(std::string_view bytes) {
  expression::Paths paths;
  for (const auto& path : std::vector<std::vector<std::string>>{{}, {"a"}, {"a", "b"}, {"a", "0"}, {"device"}})
    paths.intern(path);
  codec::Json codec({}, paths);
  Reparsed out;
  codec.decode(bytes, out);
}

void csv(std::string_view bytes) {
  using Kind = codec::Csv::Kind;
  codec::Csv::Config config;
  const unsigned columns = 1 + choice(bytes) % 8;
  for (unsigned i = 0; i < columns; ++i)
    config.columns.push_back({std::string(1, static_cast<char>('a' + i)), static_cast<Kind>(choice(bytes) % 8)});
  const expression::Paths none;
  codec::Csv codec(config, none);
  Reparsed out;
  codec.decode(bytes, out);
}

/// The first line is the template, the rest what a device sent.
void template_text(std::string_view bytes) {
  using expression::Place;
  const auto place = static_cast<Place>(choice(bytes) % 5);
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  auto made = expression::Template::parse(bytes.substr(0, end), place);
  if (!made) return;
  expression::Paths paths;
  made->bind({"gateway", "1"}, paths);
  Message message;
  Origin origin;
  const std::string_view sent = bytes.substr(std::min(end + 1, bytes.size()));
  message.origin = &origin;
  message.device = origin.topic = origin.tls_common_name = sent;
  codec::JsonChecker checker(paths);
  if (checker.check(sent, message.document)) message.document = {};
  std::string out;
  const bool filled = static_cast<bool>(made->fill(message, out));
  require(filled || out.empty(), "a template that failed but wrote");
  std::string scratch;
  const auto seen = made->view(message, scratch);
  require(static_cast<bool>(seen) == filled && (!filled || *seen == out), "a view that is not what is filled");
}

void condition(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  auto made = expression::Condition::parse(bytes.substr(0, end));
  if (!made) return;
  expression::Paths paths;
  made->bind({"gateway", "1"}, paths);
  Message message;
  const Origin origin;
  message.origin = &origin;
  codec::JsonChecker checker(paths);
  if (checker.check(bytes.substr(std::min(end + 1, bytes.size())), message.document)) message.document = {};
  require(made->test(message) == made->test(message), "a condition that changes its mind");
}

void config_file(std::string_view bytes) {
  config::Files files;
  config::Problems problems;
  const auto document = config::load_text(std::string(bytes), files, problems, "fuzz.yaml", true);
  require(document.has_value() || problems.errors() > 0, "a file that is refused without a word");
  config::print_problems(problems, files);
}

constexpr Target all[] = {
    {"line", line},
    {"delimiter", delimiter},
    {"fixed", fixed},
    {"netstring", netstring},
    {"length_field", length_field},
    {"json", json_text},
    {"csv", csv},
    {"template", template_text},
    {"condition", condition},
    {"config", config_file},
};

}  // namespace

std::span<const Target> targets() { return all; }

void run(std::string_view name, std::string_view bytes) {
  for (const Target& target : all) {
    if (target.name == name) return target.run(bytes);
  }
  require(false, "there is no such target");
}

}  // namespace fieldgate::fuzz
