// Where the patterns that grok names stand, set by set; only grok.cpp's expansion of a name compiles one.
#pragma once

#include <span>
#include <string_view>

namespace fieldgate::codec {

/// A pattern by its name; it may name others.
struct GrokPattern {
  std::string_view name;
  std::string_view text;
};

/// Web servers, proxies, mail, Java, Ruby, databases.
std::span<const GrokPattern> grok_patterns_of_servers();
/// Firewalls, and those who watch networks and machines.
std::span<const GrokPattern> grok_patterns_of_networks();
/// Bacula.
std::span<const GrokPattern> grok_patterns_of_backups();

}  // namespace fieldgate::codec
