#pragma once

#include <memory>
#include <string>

#include "sagespark/engine/engine.h"
#include "sagespark/engine/local/task_runner.h"

namespace sagespark::engine::local {

/// Deals the rows of `input` to `count` partitions in turn: writes them, as Arrow streams, to files of a fresh temporary
/// folder, which lives as long as the returned execution. Input partition i begins at output partition i.
Result<std::shared_ptr<const Execution>> ShuffleRoundRobin(const Execution& input, int count, TaskRunner& runner,
                                                           const CancellationToken& cancellation);

}  // namespace sagespark::engine::local
