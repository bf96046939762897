// edit: shapes the document.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/json_checker.hpp"
#include "message/json.hpp"
#include "router/transform.hpp"

namespace fieldgate::router {

/// Renames, sets, keeps and drops members of `data`, in this order (config.md, Transforms). Names are those of the top
/// level. What `set` cannot fill is taken away and counted with the template's reason.
class Edit final : public Transform {
 public:
  static constexpr std::string_view type = "edit";
  static constexpr std::string_view meaning =
      "Shapes the document: renames, sets, keeps and drops its members, in this order.";

  struct Config {
    std::map<std::string, std::string> rename;        ///< old name to new
    std::map<std::string, expression::Template> set;  ///< one that is a single name keeps its kind
    std::vector<std::string> keep;                    ///< globs; empty: all
    std::vector<std::string> drop;                    ///< globs

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Edit(const Config& config, const TransformContext& context);

  void accept(const Message& message) override;

 private:
  void drop(std::string_view reason, std::string_view text);
  /// The new document in one of two buffers, and how it is checked again.
  struct Draft {
    explicit Draft(const expression::Paths& paths) : checker(paths) {}
    std::string json;
    codec::JsonChecker checker;
  };

  struct Rename {
    std::string from;
    std::string to;
    bool present;  // in the message at hand
  };

  bool finish(Draft& draft, Message& message);
  void look_for_renamed(std::string_view object);
  bool rename(Message& message);
  bool shape(Message& message);
  std::string_view name_of(const json::Member& member);
  bool passes(std::string_view name) const;
  void begin_member(std::string& out, std::string_view name) const;

  Config config_;
  std::vector<Rename> renames_;
  telemetry::Reasons& dropped_;
  telemetry::Log log_;
  Draft renamed_;
  Draft shaped_;
  std::string scratch_;
};

}  // namespace fieldgate::router
