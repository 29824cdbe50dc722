#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/data/batch.h"
#include "sagespark/plan/logical_plan.h"

namespace sagespark::engine::local {

using StreamPtr = std::unique_ptr<data::BatchStream>;
using SchemaPtr = std::shared_ptr<const data::Schema>;

/// Batches in memory.
StreamPtr MakeBatchesStream(SchemaPtr schema, std::shared_ptr<const std::vector<data::Batch>> batches);

/// The streams that `open(0)` ... `open(count - 1)` give, one after the other, each opened when its turn comes. Batches take
/// `schema`'s names.
StreamPtr MakeConcatenation(SchemaPtr schema, int count, std::function<Result<StreamPtr>(int index)> open);

/// The first `count` rows; `input` is not read beyond the batch that holds the last.
StreamPtr MakeLimitStream(StreamPtr input, int64_t count);

/// Resolved columns of `input`.
StreamPtr MakeProjectStream(SchemaPtr schema, StreamPtr input, std::vector<plan::ExpressionPtr> columns);

/// Rows whose condition is true.
StreamPtr MakeFilterStream(StreamPtr input, plan::ExpressionPtr condition);

/// Rows whose number, drawn from `seed`, lies in [lower, upper).
StreamPtr MakeSampleStream(StreamPtr input, double lower, double upper, int64_t seed);

}  // namespace sagespark::engine::local
