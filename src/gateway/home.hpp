// What the gateway keeps on disk: its data_dir, as far as it has one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gateway/configuration.hpp"
#include "message/result.hpp"
#include "storage/data_dir.hpp"

namespace fieldgate::gateway {

/// The data_dir of this run, held until the end; and the number of the run.
struct Home {
  std::optional<storage::DataDir> data_dir;
  Epoch epoch = 0;  ///< 0 without a data_dir
};

/// Opens it. Where nothing of the configuration needs it (no disk buffer, no message ids), a gateway runs without one:
/// that is logged. Else the error says what is wrong and what to do. Blocks: for the start.
Result<Home> open_home(const Configuration& configuration);

/// A disk buffer whose sink the configuration does not have any more, or not on disk.
struct AbandonedBuffer {
  std::string name;
  std::uint64_t messages = 0;
};

/// Those in which messages wait. Blocks.
std::vector<AbandonedBuffer> abandoned_buffers(const Home& home, const Configuration& configuration);

}  // namespace fieldgate::gateway
