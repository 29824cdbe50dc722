#include "sagespark/source/format.h"

#include <array>
#include <utility>

#include "sagespark/source/formats.h"

namespace sagespark::source {
namespace {

/// The format that a name, in any case, stands for; the name itself when there is none.
std::string CanonicalName(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAliases = {{
      {"org.apache.spark.ml.source.libsvm.libsvmfileformat", "libsvm"},
      {"org.apache.spark.ml.source.libsvm", "libsvm"},
      {"com.databricks.spark.csv", "csv"},
      {"com.amazonaws.services.sagemaker.sparksdk.protobuf.sagemakerprotobuffileformat", "sagemaker"},
  }};
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [alias, canonical] : kAliases) {
    if (lower == alias) return std::string(canonical);
  }
  return lower;
}

Error UnknownFormat(std::string_view name) {
  return InvalidArgument("[DATA_SOURCE_NOT_FOUND] Failed to find the data source: " + std::string(name) +
                         ". Known are libsvm (reading, writing), sagemaker, csv and parquet (writing). SQLSTATE: 42K02");
}

}  // namespace

Result<std::unique_ptr<FormatReader>> MakeFormatReader(std::string_view format, const Options& options) {
  const std::string name = CanonicalName(format);
  if (name == "libsvm") return MakeLibSvmReader(options);
  if (name == "sagemaker" || name == "csv" || name == "parquet") {
    return Unimplemented("Format is for writing only: \"" + name + "\"");
  }
  return UnknownFormat(format);
}

Result<std::unique_ptr<FormatWriter>> MakeFormatWriter(std::string_view format, const Options& options) {
  const std::string name = CanonicalName(format);
  if (name == "libsvm") return MakeLibSvmWriter();
  if (name == "sagemaker") return MakeSageMakerWriter(options);
  if (name == "csv") return MakeCsvWriter(options);
  if (name == "parquet") return MakeParquetWriter(options);
  return UnknownFormat(format);
}

}  // namespace sagespark::source
