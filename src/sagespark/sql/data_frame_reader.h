#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/options.h"
#include "sagespark/sql/spark_session.h"
#include "sagespark/sql/types.h"

namespace sagespark::sql {

/// Reads a DataFrame by format name.
///
///   spark.read().format("libsvm").option("numFeatures", "784").load("s3a://bucket/prefix/")
class DataFrameReader {
 public:
  explicit DataFrameReader(SparkSession session) : session_(std::move(session)) {}

  DataFrameReader& format(std::string name);
  DataFrameReader& schema(StructType schema);
  DataFrameReader& option(const std::string& key, const std::string& value);
  DataFrameReader& option(const std::string& key, const char* value) { return option(key, std::string(value)); }
  DataFrameReader& option(const std::string& key, bool value) { return option(key, std::string(value ? "true" : "false")); }
  DataFrameReader& option(const std::string& key, std::integral auto value) { return option(key, std::to_string(value)); }
  DataFrameReader& option(const std::string& key, double value);
  DataFrameReader& options(const std::map<std::string, std::string>& options);

  /// Checks that the paths exist and finds the schema; the rows are read by actions. Throws AnalysisException.
  DataFrame load(const std::string& path) const;
  DataFrame load(const std::vector<std::string>& paths) const;

 private:
  SparkSession session_;
  std::string format_ = "parquet";
  Options options_;
  std::optional<StructType> schema_;
};

}  // namespace sagespark::sql
