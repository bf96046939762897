// The one list of all types: no macros, no static constructors, nothing found by being linked.
#include "adapter/mqtt.hpp"
#include "adapter/tcp.hpp"
#include "adapter/tls.hpp"
#include "adapter/udp.hpp"
#include "codec/csv.hpp"
#include "codec/json.hpp"
#include "codec/raw.hpp"
#include "codec/text.hpp"
#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "gateway/catalogue.hpp"
#include "router/edit.hpp"
#include "router/filter.hpp"
#include "sink/console.hpp"
#include "sink/file.hpp"
#include "sink/http.hpp"
#include "sink/mqtt.hpp"

namespace fieldgate::gateway {

Catalogue builtin() {
  Catalogue c;
  c.framers.add<framing::Line>();
  c.framers.add<framing::Delimiter>();
  c.framers.add<framing::Fixed>();
  c.framers.add<framing::LengthField>();
  c.framers.add<framing::Netstring>();
  c.framers.add<framing::Datagram>();

  c.codecs.add<codec::Json>();
  c.codecs.add<codec::Csv>();
  c.codecs.add<codec::Text>();
  c.codecs.add<codec::Raw>();

  c.adapters.add<adapter::Tcp>();
  c.adapters.add<adapter::Tls>();
  c.adapters.add<adapter::Udp>();
  c.adapters.add<adapter::Mqtt>();

  c.transforms.add<router::Filter>();
  c.transforms.add<router::Edit>();

  c.sinks.add<sink::Mqtt>();
  c.sinks.add<sink::Http>();
  c.sinks.add<sink::Console>();
  c.sinks.add<sink::File>();
  return c;
}

void Catalogue::provide_to(config::Reader& reader) const {
  reader.provide(framers);
  reader.provide(codecs);
  reader.provide(adapters);
  reader.provide(transforms);
  reader.provide(sinks);
}

}  // namespace fieldgate::gateway
