#include "sagespark/sql/data_frame_writer.h"

#include <array>
#include <utility>

#include "sagespark/engine/write.h"
#include "sagespark/sql/throw_by_kind.h"

namespace sagespark::sql {
namespace {

constexpr const char* kMarkSuccessfulJobs = "mapreduce.fileoutputcommitter.marksuccessfuljobs";

source::SaveMode ToSource(SaveMode mode) {
  switch (mode) {
    case SaveMode::Append: return source::SaveMode::kAppend;
    case SaveMode::Overwrite: return source::SaveMode::kOverwrite;
    case SaveMode::Ignore: return source::SaveMode::kIgnore;
    case SaveMode::ErrorIfExists: break;
  }
  return source::SaveMode::kErrorIfExists;
}

/// Hadoop's setting, from the writer's options or the session's.
bool WantsMarker(const Options& options, const RuntimeConfig& config) {
  const auto found = options.find(kMarkSuccessfulJobs);
  if (found != options.end()) return found->second != "false";
  return config.get(std::string("spark.hadoop.") + kMarkSuccessfulJobs, "true") != "false";
}

}  // namespace

DataFrameWriter& DataFrameWriter::format(std::string name) {
  format_ = std::move(name);
  return *this;
}

DataFrameWriter& DataFrameWriter::mode(SaveMode mode) {
  mode_ = mode;
  return *this;
}

DataFrameWriter& DataFrameWriter::mode(std::string_view mode) {
  static constexpr std::array<std::pair<std::string_view, SaveMode>, 6> kModes = {{
      {"append", SaveMode::Append}, {"overwrite", SaveMode::Overwrite}, {"ignore", SaveMode::Ignore},
      {"error", SaveMode::ErrorIfExists}, {"errorifexists", SaveMode::ErrorIfExists},
      {"default", SaveMode::ErrorIfExists}}};
  std::string lower(mode);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [name, value] : kModes) {
    if (lower == name) return this->mode(value);
  }
  throw AnalysisException(InvalidArgument(
      "[INVALID_SAVE_MODE] The specified save mode \"" + std::string(mode) + "\" is invalid. Valid save modes include "
      "\"append\", \"overwrite\", \"ignore\", \"error\", \"errorifexists\", and \"default\". SQLSTATE: 42000"));
}

DataFrameWriter& DataFrameWriter::option(const std::string& key, const std::string& value) {
  options_[key] = value;
  return *this;
}

DataFrameWriter& DataFrameWriter::option(const std::string& key, double value) {
  return option(key, data::JavaText(value));
}

DataFrameWriter& DataFrameWriter::options(const std::map<std::string, std::string>& options) {
  for (const auto& [key, value] : options) option(key, value);
  return *this;
}

void DataFrameWriter::save(const std::string& path) const {
  source::WriteSpec spec{.format = format_,
                         .options = options_,
                         .folder = path,
                         .mode = ToSource(mode_),
                         .success_marker = WantsMarker(options_, session_.conf())};
  OrThrowByKind(engine::Write(session_.engine(), plan_, session_.fileSystems(), std::move(spec)));
}

}  // namespace sagespark::sql
