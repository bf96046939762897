// Reading a piece of YAML in a test: what the options became, and what was printed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/loader.hpp"
#include "config/print.hpp"
#include "config/section.hpp"

namespace fieldgate::config {

/// One load of a text. `read` is given the root; afterwards `printed` is what an operator would see.
struct Reading {
  Files files;
  Problems problems;
  std::string printed;

  Reading(std::string yaml, const std::function<void(Section&)>& read, bool syntax_only = false) {
    const std::optional<Document> document = load_text(std::move(yaml), files, problems, "plant.yaml", syntax_only);
    if (document) {
      Reader reader(problems);
      reader.syntax_only = syntax_only;
      document->lead(reader, files);
      Section root(reader, &document->root, {}, nullptr);
      read(root);
    }
    printed = print_problems(problems, files);
  }

  /// The message of the only problem; empty where there is none.
  std::string only() {
    if (problems.errors() + problems.warnings() != 1) return printed;
    return problems.sorted().front().text;
  }
};

}  // namespace fieldgate::config
