#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>

#include "sagespark/base/options.h"
#include "sagespark/plan/logical_plan.h"
#include "sagespark/sql/spark_session.h"

namespace sagespark::sql {

enum class SaveMode { Append, Overwrite, ErrorIfExists, Ignore };

/// Writes a DataFrame by format name, all of it or nothing.
///
///   df.write().format("sagemaker").option("featuresColumnName", "x").mode("overwrite").save("s3://bucket/prefix")
class DataFrameWriter {
 public:
  DataFrameWriter(SparkSession session, plan::PlanPtr plan) : session_(std::move(session)), plan_(std::move(plan)) {}

  DataFrameWriter& format(std::string name);

  /// "append", "overwrite", "ignore", "error", "errorifexists" or "default". Throws AnalysisException on another.
  DataFrameWriter& mode(std::string_view mode);
  DataFrameWriter& mode(SaveMode mode);
  DataFrameWriter& option(const std::string& key, const std::string& value);
  DataFrameWriter& option(const std::string& key, const char* value) { return option(key, std::string(value)); }
  DataFrameWriter& option(const std::string& key, bool value) { return option(key, std::string(value ? "true" : "false")); }
  DataFrameWriter& option(const std::string& key, std::integral auto value) { return option(key, std::to_string(value)); }
  DataFrameWriter& option(const std::string& key, double value);
  DataFrameWriter& options(const std::map<std::string, std::string>& options);

  /// Throws AnalysisException when the mode forbids it or a column does not fit the format, SparkException when a task
  /// fails; then nothing of it is visible.
  void save(const std::string& path) const;

 private:
  SparkSession session_;
  plan::PlanPtr plan_;
  std::string format_ = "parquet";
  SaveMode mode_ = SaveMode::ErrorIfExists;
  Options options_;
};

}  // namespace sagespark::sql
