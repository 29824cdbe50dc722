#pragma once

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Trains on the channel train, chooses a model on the channel validation (or on train when there is none), writes
/// it, and scores it on all channels.
Status TrainLinearLearner(TrainingContext& context);

}  // namespace sagespark::container
