// The language of this program: what the readers of its catalogue say of themselves.
#include "cli/language.hpp"
#include "config/loader.hpp"
#include "gateway/catalogue.hpp"
#include "gateway/configuration.hpp"

namespace fieldgate::cli {
namespace {

template <class F>
Kind describe_kind(const config::Registry<F>& registry, config::Reader& reader) {
  Kind kind;
  kind.name = registry.kind();
  for (const auto& type : registry.types()) {
    const auto read = [&](config::Section& section) { static_cast<void>(type.read(section)); };
    kind.types.push_back({std::string(type.name), std::string(type.meaning), config::describe(reader, read)});
  }
  return kind;
}

}  // namespace

Language language() {
  const gateway::Catalogue catalogue = gateway::builtin();
  config::Problems problems;
  config::Reader reader(problems);
  catalogue.provide_to(reader);
  Language language;
  language.root =
      config::describe(reader, [](config::Section& root) { static_cast<void>(gateway::Configuration::read(root)); });
  language.root.push_back(config::describe_include());
  language.kinds.push_back(describe_kind(catalogue.adapters, reader));
  language.kinds.push_back(describe_kind(catalogue.framers, reader));
  language.kinds.push_back(describe_kind(catalogue.codecs, reader));
  language.kinds.push_back(describe_kind(catalogue.transforms, reader));
  language.kinds.push_back(describe_kind(catalogue.sinks, reader));
  return language;
}

}  // namespace fieldgate::cli
