// The parts of Boost.Asio that Fieldgate uses, and the one completion token it uses them with.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

namespace fieldgate {

namespace asio = boost::asio;
using boost::system::error_code;

/// A coroutine of the reactor. Its executor is named, not type-erased: that is measurable once per wait.
template <class T = void>
using Awaitable = asio::awaitable<T, asio::io_context::executor_type>;

inline constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_awaitable;

/// The completion token of every wait: `co_await op(into(ec))`. (Never `auto [ec, n] = co_await ...`: GCC may skip the
/// destructor of that hidden tuple, PR 124584.)
inline auto into(error_code& ec) { return asio::redirect_error(use_awaitable, ec); }

/// Timers and sockets of the reactor, with its executor named as well.
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         asio::io_context::executor_type>;

}  // namespace fieldgate
