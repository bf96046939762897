// The commands of `fieldgate`, one file each, and the statuses they end with.
#pragma once

#include <string_view>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fieldgate::cli {

// As sysexits.h has them, where it has them.
inline constexpr int success = 0;
inline constexpr int cannot_run = 1;   ///< the configuration is right, but a port is taken or the like
inline constexpr int bad_usage = 64;   ///< EX_USAGE: the command line is wrong
inline constexpr int bad_data = 65;    ///< EX_DATAERR: what was given to read is not what it should be
inline constexpr int bad_config = 78;  ///< EX_CONFIG

// Each adds its command to `app`; the command runs while the command line is parsed, and leaves its status in `status`.
void add_run(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_list(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_decode(CLI::App& app, int& status);
void add_test(CLI::App& app, int& status);
void add_schema(CLI::App& app, int& status);
void add_encode(CLI::App& app, int& status);
void add_learn(CLI::App& app, int& status);
void add_reference(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_devices(CLI::App& app, int& status);
void add_device(CLI::App& app, int& status);
void add_send(CLI::App& app, int& status);
void add_tail(CLI::App& app, int& status);
void add_dead_letters(CLI::App& app, int& status);

/// Says on standard error what is wrong with the command line and how it is right. The status to end with: success for
/// --help and --version, which come this way as well.
int report_usage(const CLI::App& app, const CLI::ParseError& error);

/// "fieldgate: TEXT" on standard error.
void complain(std::string_view text);

/// The text on standard output. False where it cannot be written.
bool print(std::string_view text);

}  // namespace fieldgate::cli
