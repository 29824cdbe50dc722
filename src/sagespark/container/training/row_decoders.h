#pragma once

#include <memory>

#include "sagespark/base/result.h"
#include "sagespark/container/training/batch_reader.h"
#include "sagespark/container/training/training_config.h"

namespace sagespark::container {

/// What reads a channel of that content type: application/x-recordio-protobuf, or text/csv with the parameter
/// label_size=0 or 1 (by default 1, as the built-in algorithms take it: a label comes first).
/// Fails with kUnimplemented, naming the channel and its content type, and with kInvalidArgument for another label_size, or one
/// of 0 where labels are required.
Result<MakeRowDecoder> RowDecoderFor(const ChannelConfig& channel, LabelRule labels);

/// RecordIO frames of `aialgs.data.Record` messages, dense or sparse.
std::unique_ptr<RowDecoder> MakeRecordIoRowDecoder(io::InputStream& stream);

/// Lines of numbers, the first `label_size` (0 or 1) of which are labels.
std::unique_ptr<RowDecoder> MakeCsvRowDecoder(io::InputStream& stream, int label_size);

}  // namespace sagespark::container
