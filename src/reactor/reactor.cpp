// Reactor: lives, blocking calls, and name resolution with a deadline.
#include "reactor/reactor.hpp"

#include <netdb.h>

#include <cstring>
#include <exception>
#include <map>
#include <random>
#include <utility>

#include "reactor/backoff.hpp"
#include "reactor/home.hpp"
#include "reactor/worker.hpp"
#include "reactor/worker_pool.hpp"

namespace fieldgate::reactor {

using Addresses = std::vector<asio::ip::address>;

namespace {

/// Two, so that one slow lookup does not hold up another.
constexpr std::size_t resolver_threads = 2;

/// Lookups that may wait or run at once; more than that are refused.
constexpr std::size_t max_lookups = 64;

/// Hosts whose last good answer is remembered; far more than a configuration names.
constexpr std::size_t max_remembered = 256;

Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status == EAI_NONAME || status == EAI_ADDRFAMILY) {
    hints.ai_flags = 0;  // AI_ADDRCONFIG hides "localhost" on a machine that has only loopback addresses
    status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  }
  if (status != 0) return Error{"dns", "cannot resolve '" + host + "': " + gai_strerror(status)};
  Addresses addresses;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (a->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), a->ai_addr, a->ai_addrlen);
    endpoint.resize(a->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

struct Reactor::Cache {
  std::map<std::string, Addresses, std::less<>> last_good;
  std::size_t running = 0;
};

Reactor::Reactor()
    : scratch_(new char[scratch_size]),
      home_(std::make_shared<Home>(&io_)),
      worker_(std::make_unique<Worker>(*this)),
      resolvers_(std::make_unique<WorkerPool>(resolver_threads)),
      cache_(std::make_unique<Cache>()) {}

Reactor::~Reactor() {
  const std::scoped_lock lock(home_->mutex);
  home_->io = nullptr;
}

void Reactor::spawn(Awaitable<> work) {
  asio::co_spawn(io_, std::move(work), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
}

Awaitable<> Reactor::blocking(std::function<void()> job) { return worker_->run(std::move(job)); }

Awaitable<Result<Addresses>> Reactor::resolve(std::string host, Duration deadline) {
  error_code not_a_literal;
  const asio::ip::address literal = asio::ip::make_address(host, not_a_literal);
  if (!not_a_literal) co_return Addresses{literal};
  if (cache_->running >= max_lookups) co_return Error{"dns", "too many lookups at once, cannot resolve '" + host + "'"};

  auto handover = std::make_shared<Handover>(io_);
  auto answer = std::make_shared<Result<Addresses>>(Error{"dns", "resolving '" + host + "' took too long"});
  const std::weak_ptr<Handover> waiting = handover;
  ++cache_->running;
  resolvers_->run([this, waiting, answer, host, home = home_] {
    Result<Addresses> found = look_up(host);
    home->post([this, waiting, answer, host, found = std::move(found)]() mutable {
      --cache_->running;
      if (found && (cache_->last_good.size() < max_remembered || cache_->last_good.contains(host))) {
        cache_->last_good.insert_or_assign(host, *found);
      }
      *answer = std::move(found);
      Handover::finish(waiting);
    });
  });
  error_code ignored;
  handover->done.expires_after(deadline);
  if (!handover->finished) co_await handover->done.async_wait(into(ignored));
  if (!*answer) {
    const auto remembered = cache_->last_good.find(host);
    if (remembered != cache_->last_good.end()) co_return remembered->second;
  }
  co_return *answer;
}

Awaitable<> sleep(Duration duration) {
  Timer timer(co_await asio::this_coro::executor, duration);
  error_code ignored;
  co_await timer.async_wait(into(ignored));
}

std::uint64_t random_number() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return generator();
}

}  // namespace fieldgate::reactor
