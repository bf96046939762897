// Every type name that the YAML may use, in one place.
#pragma once

#include "adapter/adapter.hpp"
#include "codec/codec.hpp"
#include "framing/framer.hpp"
#include "gateway/shipped.hpp"
#include "router/transform.hpp"
#include "sink/outlet.hpp"

namespace fieldgate::gateway {

struct Catalogue {
  config::Registry<framing::Factory> framers{"framing"};
  config::Registry<codec::Factory> codecs{"codec"};
  config::Registry<adapter::Factory> adapters{"adapter"};
  config::Registry<router::TransformFactory> transforms{"transform"};
  config::Registry<sink::OutletConfig> sinks{"sink"};
  config::Library protocols{shipped_protocols()};

  /// Lets the readers of components find the types and the shipped protocols. This must outlive the reader.
  void provide_to(config::Reader& reader) const;
};

/// What this program knows. To add a type is two files, one line here, one test, one example.
Catalogue builtin();

}  // namespace fieldgate::gateway
