// What is promised of the codecs that read text.
#include "codec/csv.hpp"
#include "codec/json.hpp"
#include "fuzz/documents.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

void json_text(std::string_view bytes) {
  expression::Paths paths;
  for (const auto& path : std::vector<std::vector<std::string>>{{}, {"a"}, {"a", "b"}, {"a", "0"}, {"device"}})
    paths.intern(path);
  codec::Json codec({}, paths);
  CheckedDocuments out;
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
  CheckedDocuments out;
  codec.decode(bytes, out);
}

}  // namespace

std::span<const Target> text_codec_targets() {
  static constexpr Target targets[] = {
      {"json", json_text},
      {"csv", csv},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
