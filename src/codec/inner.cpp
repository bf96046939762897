// The option `codec` of wrappers.
#include "codec/inner.hpp"

#include "codec/raw.hpp"
#include "config/section.hpp"

namespace fieldgate::codec {

Factory read_inner(config::Section& section) {
  Factory inner;
  if (!section.describing() && !section.has("codec"))
    section.error("codec", "is missing: what reads the bytes, like { type: cbor }");
  section.section("codec", "What reads the bytes.", [&](config::Section& codec) {
    if (codec.describing()) return codec.is_a("codec");
    if (!section.has("codec")) return;
    inner = codec.reader().get<config::Registry<Factory>>().read(codec);
  });
  return inner ? inner : Factory::of<Raw>({});
}

}  // namespace fieldgate::codec
