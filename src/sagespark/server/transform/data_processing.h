#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/result.h"
#include "sagespark/server/transform/json_path.h"

namespace sagespark::server {

/// The filters and the join of a transform job, applied to the records of a request and of its reply: lines of CSV or JSON Lines, or one
/// JSON document. JoinSource Input puts each record's answer behind its columns (CSV), or into its object as "SageMakerOutput"
/// (JSON; what is no object becomes "SageMakerInput" of a new one). InputFilter chooses what the container sees, OutputFilter
/// what of the (joined) record is written. Thread-safe.
/// Source: "Associate Prediction Results with Input Records", Amazon SageMaker guide.
class DataProcessing {
 public:
  /// Fails with kInvalidArgument when a filter is no JSONPath that is offered, or the types are others than CSV and JSON or differ where
  /// they are joined.
  static Result<DataProcessing> Make(const aws::sagemaker::DescribeTransformJobResponse& job);

  /// True when it changes nothing.
  bool is_identity() const { return !joins_ && input_filter_.is_whole() && output_filter_.is_whole(); }

  /// What is sent in the place of `body`. Fails with kInvalidArgument or kCorruptData, naming the record.
  Result<std::string> RequestOf(std::string_view body) const;

  /// What is written for the reply to the request made of `body`. Fails also when a join has other numbers of records.
  Result<std::string> OutputOf(std::string_view body, std::string_view reply) const;

 private:
  enum class Format { kOther, kCsv, kJsonLines, kJson };

  static Format FormatOf(std::string_view content_type);
  static std::vector<std::string_view> RecordsOf(Format format, std::string_view bytes);
  static Result<std::string> Filter(Format format, const JsonPath& filter, std::string_view record);
  static Result<std::string> Join(Format format, std::string_view input, std::string_view output);
  static Result<std::string> FilterAll(Format format, const JsonPath& filter, std::string_view bytes);

  Format input_format_ = Format::kOther;
  Format output_format_ = Format::kOther;
  JsonPath input_filter_;
  JsonPath output_filter_;
  bool joins_ = false;
};

}  // namespace sagespark::server
