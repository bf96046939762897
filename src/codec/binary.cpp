// Binary: the documents that a decoded frame becomes.
#include "codec/binary.hpp"

#include <algorithm>

#include "codec/layout_decoder.hpp"
#include "codec/layout_reader.hpp"

namespace fieldgate::codec {

namespace {

/// What a value written by us is, and the view of it.
Value value_of(std::string_view text) {
  switch (text.empty() ? 'n' : text.front()) {
    case '"':
      text = text.substr(1, text.size() - 2);
      return {text, Value::Kind::string, text.find('\\') != text.npos};
    case '{':
      return {text, Value::Kind::object};
    case '[':
      return {text, Value::Kind::array};
    case 't':
    case 'f':
      return {text, Value::Kind::boolean};
    case 'n':
      return {text, Value::Kind::null};
    default:
      return {text, Value::Kind::number};
  }
}

}  // namespace

Binary::Config Binary::Config::read(config::Section& section) {
  Config config;
  config.layout = Layout::read_codec(section);
  return config;
}

Binary::Binary(const Config& config, const expression::Paths& paths)
    : layout_(config.layout),
      decoder_(std::make_unique<LayoutDecoder>(layout_.program(), paths)),
      paths_(paths),
      checker_(paths) {}

Binary::~Binary() = default;

Bytes Binary::raw_field(expression::Slot slot) const {
  Bytes raw;
  for (const auto& picked : decoder_->picked())
    if (picked.slot == slot) raw = picked.raw;
  return raw;
}

void Binary::trace(Trace* trace) { decoder_->set_trace(trace); }

Result<void> Binary::encode(std::string_view json, std::string& out) const {
  return layout_.encode(json, nullptr, out);
}

std::optional<Failure> Binary::decode(Bytes frame, Receiver& out) {
  if (auto failure = decoder_->decode(frame)) return failure;
  if (!decoder_->records().empty()) {
    give_records(out);
  } else {
    give_whole(out);
  }
  return std::nullopt;
}

void Binary::give_whole(Receiver& out) {
  Document document;
  document.json = decoder_->json();
  if (decoder_->must_be_read()) {
    if (!decoder_->replaced().empty()) {
      json_.clear();
      append_kept(0, document.json.size());
      document.json = json_;
    }
    checker_.pick_front(document.json, document);
  } else {
    picked_.assign(paths_.size(), Value{});
    for (const auto& picked : decoder_->picked())
      picked_[picked.slot] = value_of(document.json.substr(picked.begin, picked.end - picked.begin));
    document.picked = picked_;
  }
  document.time = decoder_->time();
  out.document(document);
}

/// Appends a piece of the output without the members that later ones replace.
void Binary::append_kept(std::size_t begin, std::size_t end) {
  auto& replaced = decoder_->replaced();
  std::sort(replaced.begin(), replaced.end());
  const std::string_view json = decoder_->json();
  const auto append = [this](std::string_view piece) {
    if (piece.starts_with(',') && (json_.empty() || json_.back() == '{')) piece.remove_prefix(1);
    json_ += piece;
  };
  for (const auto& [from, to] : replaced) {
    if (from < begin || to > end) continue;
    append(json.substr(begin, from - begin));
    begin = to;
  }
  append(json.substr(begin, end - begin));
}

/// Each record with the members of the frame in front.
void Binary::give_records(Receiver& out) {
  const auto [from, to] = decoder_->split_array();
  const std::size_t size = decoder_->json().size();
  for (const auto& record : decoder_->records()) {
    json_.clear();
    append_kept(0, from);
    append_kept(to, size - 1);
    const std::size_t outer = json_.size();
    if (record.end - record.begin > 2) {
      if (json_.back() != '{') json_ += ',';
      append_kept(record.begin + 1, record.end - 1);
      if (json_.size() == outer + 1) json_.resize(outer);
    }
    json_ += '}';
    Document document;
    checker_.pick_front(json_, document);
    document.time = record.time ? record.time : decoder_->time();
    out.document(document);
  }
}

}  // namespace fieldgate::codec
