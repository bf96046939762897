// LayoutDecoder: the paths that the configuration uses.
#include <algorithm>

#include "codec/layout_decoder.hpp"

namespace fieldgate::codec {

/// Gives the operations the slots of the paths that lead to them. Paths may grow until the first frame.
void LayoutDecoder::resolve() {
  resolved_ = true;
  using Node = expression::Paths::Node;
  must_be_read_ = paths_.size() > 0 && (program_.has_unknown || program_.splits || paths_.root().slot != Node::no_slot);
  for (Operation& operation : operations_) {
    const Node* node = &paths_.root();
    const auto& path = program_.detail(operation).path;
    for (const std::string& step : path) {
      const auto child = std::find_if(node->children.begin(), node->children.end(),
                                      [&step](const Node::Child& c) { return c.key == step; });
      node = child == node->children.end() ? nullptr : &paths_.node(child->node);
      if (node == nullptr) break;
    }
    if (node == nullptr || path.empty()) continue;
    if (node->slot != Node::no_slot) operation.slot = node->slot;
    const bool closed_to_us = operation.kind == Kind::repeat || operation.kind == Kind::nested;
    must_be_read_ = must_be_read_ || (closed_to_us && !node->children.empty());
  }
}

void LayoutDecoder::closed(const Operation& operation) {
  if (operation.slot != no_index) {
    const bool has_bytes = operation.kind < Kind::computed && in_.at >= field_begin_;
    const Bytes raw = has_bytes ? Bytes(field_begin_, static_cast<std::size_t>(in_.at - field_begin_)) : Bytes();
    picked_.push_back({operation.slot, value_begin_, written(), raw});
  }
  if (operation.member != no_index) last_end_[operation.member] = written();
}

}  // namespace fieldgate::codec
