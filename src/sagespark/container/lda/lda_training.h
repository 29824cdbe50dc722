#pragma once

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_context.h"

namespace sagespark::container {

/// Trains on the channel train, which is read once into memory, writes the model, and scores it on the channel test when
/// there is one.
Status TrainLda(TrainingContext& context);

}  // namespace sagespark::container
