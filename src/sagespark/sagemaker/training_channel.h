#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sagespark/sagemaker/s3_resource.h"
#include "sagespark/sql/data_frame.h"

namespace sagespark::sagemaker {

/// A channel of a training job beside the training rows': validation or test data, or anything else that the algorithm reads.
struct TrainingChannel {
  /// Rows, which are staged in S3 as the training rows are and deleted with them; or objects that are in S3 already, all of the
  /// prefix, which stay.
  std::variant<sql::DataFrame, S3DataPath> data;

  // What is not given is as for the training rows.
  std::optional<std::string> contentType = {};
  std::optional<std::vector<std::string>> projectedColumns = {};  ///< Of rows.
  std::optional<std::string> sparkDataFormat = {};                ///< Of rows.
  std::optional<std::map<std::string, std::string>> sparkDataFormatOptions = {};
  std::optional<std::string> inputMode = {};

  /// Every instance sees all of it; "ShardedByS3Key" gives each a part.
  std::string s3DataDistribution = "FullyReplicated";
};

}  // namespace sagespark::sagemaker
