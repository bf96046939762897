// SQLite's write-ahead log, looked through before SQLite does: damage in its middle is told from a torn end, and
// mended.
#pragma once

#include <cstdint>
#include <string>

#include "message/bytes.hpp"

namespace fieldgate::storage {

/// What a log is worth. SQLite takes the first frame whose checksum is wrong for the end of the log: right after a
/// power cut, but damage further up takes every later commit away without a word.
struct MendedWal {
  enum class State {
    sound,    ///< SQLite reads all that can have been reported as committed
    mended,   ///< `log` takes its place
    unusable  ///< not a log any more, or nothing of it can be read
  };
  State state = State::sound;
  std::uint64_t frames = 0;   ///< up to the last commit that is kept
  std::uint64_t damaged = 0;  ///< of them
  std::uint64_t holes = 0;    ///< of these, those whose page could not be restored and is in no later frame
  bool newest = false;        ///< a hole is in the last transaction: nothing in the database may be as new as the loss
  std::string log;
};

/// Looks through the bytes of a log whose commits were each synced before the next transaction was written
/// (synchronous=FULL). A bad frame is damage if a commit at or behind it has a further frame of the same log behind:
/// that commit was synced whole. What follows the last such commit may be torn by a power cut, and stays as it is
/// unless it is whole. Format: https://www.sqlite.org/fileformat2.html section 4.
MendedWal mend_wal(Bytes wal);

}  // namespace fieldgate::storage
