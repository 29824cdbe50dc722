#pragma once

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Trains on the channel train, writes the model, and scores it on the channel test when there is one.
Status TrainFactorizationMachines(TrainingContext& context);

}  // namespace sagespark::container
