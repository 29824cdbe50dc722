#include "sagespark/container/xgboost/request_rows.h"

#include <algorithm>

#include "sagespark/codec/line_blocks.h"
#include "sagespark/container/xgboost/content_types.h"
#include "sagespark/container/xgboost/csv_rows.h"
#include "sagespark/container/xgboost/libsvm_rows.h"
#include "sagespark/container/xgboost/record_rows.h"

namespace sagespark::container {
namespace {

const std::string kBody = "request";  ///< What messages call the file.

Result<XGBoostFormat> FormatOf(std::string_view content_type) {
  if (content_type.empty()) return XGBoostFormat::kLibSvm;
  const auto type = ParseMediaType(content_type);
  const auto format = type.ok() ? XGBoostFormatOf(*type) : std::nullopt;
  if (format && *format != XGBoostFormat::kParquet) return *format;
  return Unimplemented("Content-Type cannot be read: \"" + std::string(content_type) + "\"; readable are " +
                       ListTypes(kXGBoostRequestTypes));
}

}  // namespace

Result<XGBoostRequest> ParseXGBoostRequest(std::string_view content_type, std::string_view body) {
  SAGESPARK_ASSIGN_OR_RETURN(const XGBoostFormat format, FormatOf(content_type));
  XGBoostRequest request;
  if (format == XGBoostFormat::kLibSvm) {
    LibSvmRows reader(LibSvmRows::Labels::kOptional);
    SAGESPARK_RETURN_IF_ERROR(reader.Append(codec::SourceOf(body), kBody));
    SAGESPARK_ASSIGN_OR_RETURN(request.rows, std::move(reader).Finish());
  } else if (format == XGBoostFormat::kCsv) {
    CsvRows reader({});
    SAGESPARK_RETURN_IF_ERROR(reader.Append(codec::SourceOf(body), kBody));
    request.rows = std::move(reader).Finish();
  } else {
    RecordRows reader(/*requires_labels=*/false);
    SAGESPARK_RETURN_IF_ERROR(reader.Append(codec::SourceOf(body), kBody));
    request.uids = reader.uids();
    request.metadata = reader.metadata();
    request.rows = std::move(reader).Finish();
  }
  if (request.rows.num_rows == 0) return CorruptData("Request has no rows");
  return request;
}

}  // namespace sagespark::container
