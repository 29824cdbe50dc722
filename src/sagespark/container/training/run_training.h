#pragma once

#include <ostream>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/container/algorithm.h"
#include "sagespark/container/training/training_config.h"

namespace sagespark::container {

/// Exit codes of `train`.
inline constexpr int kTrainingCompleted = 0;
inline constexpr int kTrainingFailed = 1;
inline constexpr int kTrainingStopped = 143;  ///< As of a process that SIGTERM ended, so that none takes it for completed.

/// Runs one training job under the /opt/ml contract: reads input/config, lets the algorithm train, and writes the log
/// to `out`. When it fails, the reason stands in output/failure ("ClientError: ..." or "AlgorithmError: ...") and in
/// the log, and no model is left. Returns the exit code.
/// Source: "How Amazon SageMaker Runs Your Training Image" and "Signals Success and Failure", Amazon SageMaker guide.
int RunTraining(const Algorithm& algorithm, const ContainerPaths& paths, std::ostream& out,
                const CancellationToken& cancellation, const Clock& clock = Clock::System());

}  // namespace sagespark::container
