// LayoutEncoder: tags with lengths, names made of values, and one field alone.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "codec/layout_encoder.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

Result<std::string> LayoutEncoder::encode_field(std::uint32_t index) {
  const Json document = Json::object();
  object_ = &document;
  last_pass_ = true;
  cells_.assign(program_.cells, {});
  times_.assign(program_.cells, 0);
  if (!write_leaf(program_.operations[index], program_.detail(program_.operations[index]))) return error_;
  return finished(std::move(out_));
}

bool LayoutEncoder::run_named(const Operation& operation, std::uint32_t index, const Detail& detail) {
  const Cell cell =
      detail.expression == no_index ? Cell{} : program_.expressions[detail.expression].evaluate(cells_.data());
  std::string name = detail.constant;
  if (cell.kind == Cell::Kind::integer) name += std::to_string(cell.integer);
  if (cell.kind == Cell::Kind::real) name += fmt::format("{}", cell.real);
  if (cell.kind == Cell::Kind::text) name += cell.text;
  name += detail.behind;
  const Json* const outer = item_;
  const Json* const object = item_ != nullptr && item_->is_object() ? item_ : object_;
  const auto found = object->find(name);
  if (found == object->end()) return fail(detail, "is missing, as '" + name + "'");
  item_ = &*found;
  const bool done = run(index + 1, operation.end);
  item_ = outer;
  return done;
}

bool LayoutEncoder::put_tag(const Operation& operation, const Detail& detail, std::uint64_t tag,
                            std::string_view bytes) {
  put_number(tag, operation.width, operation.little);
  if (detail.amount.how != Amount::How::prefixed) return put(bytes), true;
  if (detail.amount.prefix < 4 && bytes.size() >> (8 * detail.amount.prefix) != 0)
    return fail(detail, "is longer than its length can say");
  put_number(bytes.size(), detail.amount.prefix, detail.amount.little);
  put(bytes);
  return true;
}

bool LayoutEncoder::run_tlv(const Operation& operation, const Detail& detail) {
  const Json* const outer = object_;
  if (detail.braces) {
    const Json* const value = find(operation, detail);
    if (value == nullptr || !value->is_object()) return fail(detail, "must be an object");
    object_ = value;
  }
  bool done = true;
  std::vector<std::uint32_t> written;
  for (auto member = object_->begin(); member != object_->end(); ++member) {
    const std::string& name = member.key();
    const Json& value = member.value();
    const auto has_name = [&](const Case& one) {
      for (std::uint32_t i = one.begin; i < one.end; i = program_.operations[i].end)
        if (program_.operations[i].shown && program_.detail(program_.operations[i]).name == name) return true;
      return false;
    };
    const auto found = std::find_if(detail.cases.begin(), detail.cases.end(), has_name);
    Buffer buffer = std::exchange(out_, {});
    std::uint64_t tag = 0;
    bool known = false;
    if (found != detail.cases.end() && std::find(written.begin(), written.end(), found->begin) == written.end()) {
      written.push_back(found->begin);
      tag = static_cast<std::uint64_t>(found->number);
      known = true;
      done = run(found->begin, found->end) && done;
    } else if (found == detail.cases.end() && name.size() == 2 + operation.width * 2U && name.starts_with("0x") &&
               value.is_string()) {
      std::from_chars(name.data() + 2, name.data() + name.size(), tag, 16);
      const auto bytes = config::parse_hex(value.get_ref<const std::string&>());
      known = bool(bytes);
      if (known) put(*bytes);
    }
    std::swap(buffer, out_);
    if (known) done = put_tag(operation, detail, tag, finished(std::move(buffer))) && done;
  }
  object_ = outer;
  return done;
}

}  // namespace fieldgate::codec
