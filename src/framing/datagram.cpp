// Datagram: what is filled in round a payload that goes out.
#include "framing/datagram.hpp"

namespace fieldgate::framing {

Result<void> DatagramShape::wrap(Bytes payload, std::string& out) const {
  const Common& common = config_.common;
  const std::string start = common.start.empty() ? std::string() : common.start[0];
  std::string plain;
  Result<Draft> draft =
      Draft::make(common, payload, common.payload || !payload.starts_with(start) ? start.size() : 0, 0, plain);
  if (!draft) return draft.error();
  draft->put(0, start);
  if (const auto filled = draft->fill_checksum(common); !filled) return filled.error();
  if (!config_.escape) {
    out.append(plain);
  } else {
    out.append(plain, 0, start.size());
    config_.escape.apply(Bytes(plain).substr(start.size()), out);
  }
  return {};
}

}  // namespace fieldgate::framing
