#pragma once

#include <map>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/data/batch.h"

namespace sagespark::engine::local {

/// See Engine::EncodeParquet and Engine::DecodeParquet.
Result<std::string> EncodeParquetTable(const data::Batch& rows, const std::map<std::string, std::string>& metadata);
Result<data::Batch> DecodeParquetTable(std::string bytes);

}  // namespace sagespark::engine::local
