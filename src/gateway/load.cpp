// Loading: the file's tree, read by the catalogue's types.
#include "gateway/load.hpp"

#include "config/loader.hpp"

namespace fieldgate::gateway {

Loaded load(const std::filesystem::path& file, const Catalogue& catalogue, Purpose purpose) {
  Loaded loaded;
  const auto document = config::load(file, purpose == Purpose::syntax, loaded.files, loaded.problems);
  if (!document) return loaded;
  config::Reader reader(loaded.problems);
  reader.syntax_only = purpose == Purpose::syntax;
  reader.starting = purpose == Purpose::run;
  document->lead(reader, loaded.files);
  catalogue.provide_to(reader);
  std::optional<Configuration> configuration;
  {
    config::Section root(reader, &document->root, "", nullptr);
    configuration = Configuration::read(root);
  }
  if (loaded.problems.errors() == 0) loaded.configuration = std::move(configuration);
  return loaded;
}

}  // namespace fieldgate::gateway
