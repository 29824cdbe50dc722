#pragma once

#include <memory>

#include "sagespark/engine/engine.h"
#include "sagespark/engine/local/cache.h"
#include "sagespark/engine/local/task_runner.h"
#include "sagespark/io/file_system.h"
#include "sagespark/source/scan.h"

namespace sagespark::engine::local {

/// What executions are made from; it outlives them but for the file systems, which they share.
struct PlannerContext {
  std::shared_ptr<const io::FileSystems> file_systems;
  source::SplitSettings splits;
  TaskRunner* runner;
  CacheRegistry* cache;
  CancellationToken cancellation;
};

/// Makes a plan ready to run: lists files, runs the stages before a repartition.
Result<std::shared_ptr<const Execution>> PlanExecution(const plan::PlanPtr& plan, const PlannerContext& context);

}  // namespace sagespark::engine::local
