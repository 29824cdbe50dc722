#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sagespark/container/media_type.h"

namespace sagespark::container {

enum class XGBoostFormat { kLibSvm, kCsv, kParquet, kRecordIo };

/// As AWS's image takes them, in channels.
inline constexpr std::string_view kXGBoostTrainingTypes[] = {
    "text/libsvm", "text/x-libsvm", "libsvm", kCsv, "csv", "application/x-parquet", "parquet", kRecordIoProtobuf,
    "recordio-protobuf"};

/// And in requests.
inline constexpr std::string_view kXGBoostRequestTypes[] = {"text/libsvm", "text/x-libsvm", kCsv, kRecordIoProtobuf};

/// The format that one of those types names; nullopt for another type.
inline std::optional<XGBoostFormat> XGBoostFormatOf(const MediaType& type) {
  if (type.type == "text/libsvm" || type.type == "text/x-libsvm" || type.type == "libsvm") return XGBoostFormat::kLibSvm;
  if (type.type == kCsv || type.type == "csv") return XGBoostFormat::kCsv;
  if (type.type == "application/x-parquet" || type.type == "parquet") return XGBoostFormat::kParquet;
  if (type.type == kRecordIoProtobuf || type.type == "recordio-protobuf") return XGBoostFormat::kRecordIo;
  return std::nullopt;
}

}  // namespace sagespark::container
