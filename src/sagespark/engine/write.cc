#include "sagespark/engine/write.h"

#include <utility>
#include <vector>

namespace sagespark::engine {

Result<source::WriteResult> Write(Engine& engine, const plan::PlanPtr& plan,
                                  std::shared_ptr<const io::FileSystems> file_systems, source::WriteSpec spec,
                                  const CancellationToken& cancellation) {
  SAGESPARK_ASSIGN_OR_RETURN(auto job, source::WriteJob::Begin(std::move(file_systems), std::move(spec), *plan->schema));
  if (job->skipped()) return source::WriteResult{.skipped = true};
  SAGESPARK_ASSIGN_OR_RETURN(const auto execution, engine.Prepare(plan, cancellation));
  std::vector<source::WrittenTask> written(execution->num_partitions());
  const Engine::Task write = [&](data::BatchStream& rows, const plan::TaskContext& task) -> Status {
    SAGESPARK_ASSIGN_OR_RETURN(written[task.partition], job->WriteTask(task.partition, rows, task.cancellation));
    return Status::Ok();
  };
  if (Status status = engine.RunTasks(*execution, 0, execution->num_partitions(), write, cancellation); !status.ok()) {
    job->Abort(written);
    return std::move(status).error();
  }
  return job->Commit(written);
}

}  // namespace sagespark::engine
