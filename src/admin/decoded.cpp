// Decoder: copies of an adapter's codecs, and of the conditions that say which of them read a frame.
#include "admin/decoded.hpp"

namespace fieldgate::admin {

namespace {

/// Keeps the documents of a frame whose payload was kept, and whether one of them is what `expect` waits for.
class Documents final : public codec::Receiver {
 public:
  Documents(const device::Recorded& frame, const expression::Condition& expect) : expect_(expect) {
    origin_.adapter = frame.adapter;
    message_.origin = &origin_;
    message_.device = frame.device;
    message_.frame = *frame.payload;
    message_.received.wall = message_.time = frame.at;
  }

  void document(const Document& document) override {
    message_.document = document;
    fits_ = fits_ || expect_.source().empty() || expect_.test(message_);
    list_.push_back(Json::parse(document.json, nullptr, false));
  }

  /// Null where none fits.
  Json take() { return fits_ ? std::move(list_) : Json(); }

 private:
  const expression::Condition& expect_;
  Origin origin_;
  Message message_;
  Json list_ = Json::array();
  bool fits_ = false;
};

/// Null: the codec makes nothing of it, or nothing that fits.
Json decode(codec::Codec& codec, const device::Recorded& frame, const expression::Condition& expect) {
  Documents documents(frame, expect);
  return codec.decode(*frame.payload, documents) ? Json() : documents.take();
}

/// What several codecs make of a frame.
struct Reading {
  void add(Json made) {
    if (made.is_null()) return;
    agreed = agreed && (documents.is_null() || documents == made);
    documents = std::move(made);
  }
  Json documents;
  bool agreed = true;
};

/// A copy would share what the adapter's own is bound to. Empty where it cannot be told without what was asked.
expression::Condition copy_of(const expression::Condition& expect) {
  auto copy = expression::Condition::parse(expect.source());
  if (!copy) return {};
  for (const auto name : {expression::Name::request, expression::Name::each, expression::Name::args}) {
    if (copy->uses(name)) return {};
  }
  return std::move(*copy);
}

}  // namespace

Decoder::Decoder(const protocol::FramedConfig& protocol, const expression::Environment& environment) {
  std::vector<const protocol::Exchange*> exchanges;
  for (const protocol::Request& request : protocol.requests) exchanges.push_back(&request.exchange);
  for (const auto& [name, command] : protocol.commands) exchanges.push_back(&command.exchange);
  std::erase_if(exchanges, [](const protocol::Exchange* exchange) { return !exchange->codec; });
  for (const protocol::Exchange* exchange : exchanges) {
    asked_.push_back({copy_of(exchange->expect), nullptr});
    asked_.back().expect.bind(environment, paths_);
  }
  // Codecs pick what all conditions name: these come first.
  for (std::size_t i = 0; i < exchanges.size(); ++i) asked_[i].codec = exchanges[i]->codec.make(paths_);
  codec_ = protocol.codec.make(paths_);
}

Json Decoder::documents(const device::Recorded& frame) {
  if (frame.outgoing || frame.verdict != "message" || !frame.payload) return {};
  Reading certain;
  Reading possible;
  possible.add(decode(*codec_, frame, {}));
  for (const Asked& asked : asked_) {
    (asked.expect.source().empty() ? possible : certain).add(decode(*asked.codec, frame, asked.expect));
  }
  Reading& chosen = certain.documents.is_null() ? possible : certain;
  return chosen.agreed ? std::move(chosen.documents) : Json();
}

}  // namespace fieldgate::admin
