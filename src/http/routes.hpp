// The server's routes: which handler answers a method on a path.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"

namespace fieldgate::http {

/// What answers on a route: one of these.
struct Route {
  Server::Handler now;
  Server::WaitingHandler later;
  StreamHandler stream;
  Access access = Access::guarded;
  Duration patience{};  ///< of `later`; zero: what the server's deadlines say
};

/// Paths, and their segments that stand for any.
class Routes {
 public:
  using Methods = std::map<std::string, Route, std::less<>>;

  Route& add(std::string method, const std::string& path);

  /// The methods on the path; null: there is nothing. Fills `segments` with what stands for the stars, decoded; false:
  /// that is malformed.
  const Methods* find(std::string_view path, std::vector<std::string>& segments, bool& well_formed) const;

  std::vector<std::string> list() const;

 private:
  struct Pattern {
    std::string path;
    std::size_t stars = 0;
    Methods methods;
  };
  std::vector<Pattern> patterns_;  // those with fewer stars first
};

}  // namespace fieldgate::http
