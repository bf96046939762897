// COBS and COBS/R.
#include "framing/cobs.hpp"

namespace fieldgate::framing {

bool undo_cobs(Bytes wire, bool reduced, std::string& out) {
  if (wire.empty() || wire.find('\0') != Bytes::npos) return false;
  std::size_t at = 0;
  for (;;) {
    const auto code = static_cast<unsigned char>(wire[at]);
    const Bytes rest = wire.substr(at + 1);
    if (code - 1U > rest.size()) {  // longer than what is left: the length byte is the last byte of the frame
      if (!reduced) return false;
      out.append(rest).push_back(static_cast<char>(code));
      return true;
    }
    out.append(rest.substr(0, code - 1U));
    at += code;
    if (at == wire.size()) return true;
    if (code < 0xFF) out.push_back('\0');
  }
}

void apply_cobs(Bytes plain, bool reduced, std::string& out) {
  constexpr std::size_t most = 254;
  for (;;) {
    const std::size_t zero = std::min(plain.find('\0'), plain.size());
    const Bytes run = plain.substr(0, std::min(zero, most));
    const bool last = run.size() == plain.size();
    if (last && reduced && !run.empty() && static_cast<unsigned char>(run.back()) > run.size()) {
      out.push_back(run.back());
      out.append(run.substr(0, run.size() - 1));
      return;
    }
    out.push_back(static_cast<char>(run.size() + 1));
    out.append(run);
    if (last) return;
    plain.remove_prefix(run.size() + (run.size() < most ? 1 : 0));
  }
}

}  // namespace fieldgate::framing
