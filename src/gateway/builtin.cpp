// The one list of all types: no macros, no static constructors, nothing found by being linked.
#include "adapter/mqtt.hpp"
#include "adapter/presence.hpp"
#include "adapter/tcp.hpp"
#include "adapter/tls.hpp"
#include "adapter/udp.hpp"
#include "codec/base64.hpp"
#include "codec/binary.hpp"
#include "codec/cayenne_lpp.hpp"
#include "codec/cbor.hpp"
#include "codec/csv.hpp"
#include "codec/hex.hpp"
#include "codec/influx.hpp"
#include "codec/json.hpp"
#include "codec/key_value.hpp"
#include "codec/lua.hpp"
#include "codec/msgpack.hpp"
#include "codec/nmea0183.hpp"
#include "codec/protobuf.hpp"
#include "codec/raw.hpp"
#include "codec/regex.hpp"
#include "codec/senml.hpp"
#include "codec/text.hpp"
#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/json.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/modbus_rtu.hpp"
#include "framing/netstring.hpp"
#include "framing/presets.hpp"
#include "framing/regex.hpp"
#include "framing/script.hpp"
#include "framing/sml.hpp"
#include "framing/start_end.hpp"
#include "framing/switch.hpp"
#include "gateway/catalogue.hpp"
#include "router/dedupe.hpp"
#include "router/edit.hpp"
#include "router/filter.hpp"
#include "router/lua.hpp"
#include "router/report.hpp"
#include "router/throttle.hpp"
#include "sink/console.hpp"
#include "sink/file.hpp"
#include "sink/http.hpp"
#include "sink/mqtt.hpp"

namespace fieldgate::gateway {

Catalogue builtin() {
  Catalogue c;
  c.framers.add("line", framing::Line::meaning, framing::read_line);
  c.framers.add<framing::Delimiter>();
  c.framers.add<framing::Fixed>();
  c.framers.add<framing::LengthField>();
  c.framers.add<framing::Netstring>();
  c.framers.add<framing::Script>();
  c.framers.add<framing::Datagram>();
  c.framers.add<framing::StartEnd>();
  c.framers.add("cobs", "Frames without a zero byte, which ends them (COBS).", framing::read_cobs);
  c.framers.add<framing::Switch>();
  c.framers.add<framing::Json>();
  c.framers.add<framing::Regex>();
  c.framers.add<framing::ModbusRtu>();
  c.framers.add<framing::Sml>();
  framing::add_presets(c.framers);

  c.codecs.add<codec::Binary>();
  c.codecs.add<codec::Json>();
  c.codecs.add<codec::Csv>();
  c.codecs.add<codec::KeyValue>();
  c.codecs.add<codec::Regex>();
  c.codecs.add<codec::Hex>();
  c.codecs.add<codec::Base64>();
  c.codecs.add<codec::Nmea0183>();
  c.codecs.add<codec::Influx>();
  c.codecs.add<codec::Senml>();
  c.codecs.add<codec::Text>();
  c.codecs.add<codec::Raw>();
  c.codecs.add<codec::Cbor>();
  c.codecs.add<codec::Msgpack>();
  c.codecs.add<codec::CayenneLpp>();
  c.codecs.add<codec::Protobuf>();
  c.codecs.add<codec::Lua>();

  c.adapters.add<adapter::Tcp>();
  c.adapters.add<adapter::Tls>();
  c.adapters.add<adapter::Udp>();
  c.adapters.add<adapter::Mqtt>();
  c.adapters.add<adapter::Presence>();

  c.transforms.add<router::Filter>();
  c.transforms.add<router::Edit>();
  c.transforms.add<router::Report>();
  c.transforms.add<router::Dedupe>();
  c.transforms.add<router::Throttle>();
  c.transforms.add<router::Lua>();

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
  reader.library = &protocols;
}

}  // namespace fieldgate::gateway
