#include "sagespark/sql/data_frame_reader.h"

#include <utility>

#include "sagespark/source/scan.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/throw_by_kind.h"

namespace sagespark::sql {
namespace {

/// Looks at the files once: do they exist, and what is their schema?
Result<source::InferredSource> InspectFiles(const io::FileSystems& file_systems, const std::string& format,
                                            const Options& options, const std::vector<std::string>& paths,
                                            const std::optional<StructType>& schema) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto reader, source::MakeFormatReader(format, options));
  SAGESPARK_ASSIGN_OR_RETURN(const auto files, source::ListFiles(file_systems, paths));
  if (schema.has_value()) SAGESPARK_RETURN_IF_ERROR(reader->CheckSchema(*schema));
  SAGESPARK_ASSIGN_OR_RETURN(source::InferredSource inferred, reader->Infer(file_systems, files));
  if (schema.has_value()) inferred.schema = *schema;
  return inferred;
}

}  // namespace

DataFrameReader& DataFrameReader::format(std::string name) {
  format_ = std::move(name);
  return *this;
}

DataFrameReader& DataFrameReader::schema(StructType schema) {
  schema_ = std::move(schema);
  return *this;
}

DataFrameReader& DataFrameReader::option(const std::string& key, const std::string& value) {
  options_[key] = value;
  return *this;
}

DataFrameReader& DataFrameReader::option(const std::string& key, double value) {
  return option(key, data::JavaText(value));
}

DataFrameReader& DataFrameReader::options(const std::map<std::string, std::string>& options) {
  for (const auto& [key, value] : options) option(key, value);
  return *this;
}

DataFrame DataFrameReader::load(const std::string& path) const { return load(std::vector<std::string>{path}); }

DataFrame DataFrameReader::load(const std::vector<std::string>& paths) const {
  source::InferredSource inferred =
      OrThrowByKind(InspectFiles(*session_.fileSystems(), format_, options_, paths, schema_));
  return {session_, plan::MakeScan({.format = format_, .options = std::move(inferred.options), .paths = paths},
                                   std::move(inferred.schema))};
}

}  // namespace sagespark::sql
