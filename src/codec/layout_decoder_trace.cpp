// LayoutDecoder: telling a trace of each field.
#include "codec/layout_decoder.hpp"

namespace fieldgate::codec {

void LayoutDecoder::tell(const Operation& operation, const Stream& before) {
  const Detail& detail = program_.details[operation.detail];
  Trace::Field field;
  const std::size_t path = path_.size();
  if (operation.key_size > 0) path_ += detail.name;
  if (operation.shown) field.path = path_;
  if (field.path.ends_with('.')) field.path.remove_suffix(1);
  field.bit = (before.origin + static_cast<std::size_t>(before.at - before.begin)) * 8 + before.bit;
  const auto used = static_cast<std::ptrdiff_t>(in_.at - before.at) * 8 + in_.bit - before.bit;
  field.bits = used > 0 ? static_cast<std::size_t>(used) : 0;
  field.raw = raw_;
  if (operation.shown) field.value = json().substr(value_begin_);
  field.unit = detail.quantity.unit;
  field.type = detail.type;
  trace_->field(field);
  path_.resize(path);
}

bool LayoutDecoder::traced_step(const Operation& operation, std::uint32_t index) {
  if (operation.kind >= Kind::group) return step(operation, index);
  const Detail& detail = program_.details[operation.detail];
  const Stream before = in_;
  raw_.clear();
  if (operation.shown || detail.name.empty()) {
    if (!step(operation, index)) return false;
    tell(operation, before);
    return true;
  }
  // What is only for expressions is written, told, and taken back.
  const std::size_t used = written();
  Operation shown = operation;
  shown.shown = true;
  shown.key_size = 0;
  if (!step(shown, index)) return false;
  path_ += detail.name;
  tell(shown, before);
  path_.resize(path_.size() - detail.name.size());
  at_ = buffer_.data() + used;
  return true;
}

}  // namespace fieldgate::codec
