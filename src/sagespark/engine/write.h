#pragma once

#include <memory>

#include "sagespark/engine/engine.h"
#include "sagespark/source/write_job.h"

namespace sagespark::engine {

/// Runs a plan and writes its rows: all of them become visible, or none. Used by DataFrameWriter.save and by the staging of
/// training data.
Result<source::WriteResult> Write(Engine& engine, const plan::PlanPtr& plan,
                                  std::shared_ptr<const io::FileSystems> file_systems, source::WriteSpec spec,
                                  const CancellationToken& cancellation = {});

}  // namespace sagespark::engine
