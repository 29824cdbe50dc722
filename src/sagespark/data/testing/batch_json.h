#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::data::testing {

/// A schema from fields: SchemaOf({{"label", TypeId::kDouble}, {"features", TypeId::kVector}}).
std::shared_ptr<const Schema> SchemaOf(std::vector<Field> fields);

/// A batch from JSON rows: `[[1.5, [0, 2]], [null, {"size": 3, "indices": [1], "values": [7]}]]`. A vector is an
/// array (dense) or such an object (sparse). Types: all but array, struct and binary.
Result<Batch> BatchFromJson(std::shared_ptr<const Schema> schema, std::string_view rows);

/// The reverse, in compact JSON, for comparing. Arrays, structs (as arrays) and binaries (as strings) too.
std::string JsonOf(const Batch& batch);

}  // namespace sagespark::data::testing
