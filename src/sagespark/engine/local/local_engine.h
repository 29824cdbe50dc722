#pragma once

#include <memory>
#include <string_view>

#include "sagespark/engine/engine.h"
#include "sagespark/io/file_system.h"
#include "sagespark/source/scan.h"

namespace sagespark::engine::local {

struct LocalEngineSettings {
  int parallelism = 1;  ///< Tasks at a time, of all jobs together; at least 1.
  source::SplitSettings splits;  ///< Their `parallelism` is set to the engine's.
};

/// The embedded engine: pulls batches through the plan on this process's threads, with Arrow's kernels for expressions.
/// A repartition passes through files in the system's temporary folder; everything else streams.
std::unique_ptr<Engine> MakeLocalEngine(std::shared_ptr<const io::FileSystems> file_systems,
                                        LocalEngineSettings settings);

/// Tasks at a time for a Spark master: "local" is 1, "local[4]" 4, "local[*]" the number of processors. Fails with
/// kInvalidArgument on another.
Result<int> ParseLocalMaster(std::string_view master);

}  // namespace sagespark::engine::local
