#pragma once

#include <memory>

#include "sagespark/codec/training_row_writer.h"
#include "sagespark/source/format.h"

namespace sagespark::source {

/// The codec's writer as an encoder of whole batches.
std::unique_ptr<RowEncoder> MakeTrainingRowEncoder(std::unique_ptr<codec::TrainingRowWriter> writer);

}  // namespace sagespark::source
