#include "sagespark/container/xgboost/channel_rows.h"

#include <algorithm>

#include "sagespark/container/xgboost/content_types.h"
#include "sagespark/container/xgboost/csv_rows.h"
#include "sagespark/container/xgboost/libsvm_rows.h"
#include "sagespark/container/xgboost/parquet/parquet_rows.h"
#include "sagespark/container/xgboost/record_rows.h"

namespace sagespark::container {
namespace {

constexpr int64_t kMaxFolders = 2;  ///< Between the channel's folder and a file: AWS's image looks three folders deep.

/// A file whose name says that it is no data, or that is too deep.
bool IsLeftOut(const std::filesystem::path& relative) {
  const std::string name = relative.filename().string();
  return name.starts_with('_') || name.starts_with('.') ||
         std::distance(relative.begin(), relative.end()) - 1 > kMaxFolders;
}

Result<std::vector<std::string>> DataFiles(TrainingContext& context, const Channel& channel) {
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<std::string> files, channel.Files(0));
  if (channel.config().input_mode == InputMode::kPipe) return files;
  const auto is_left_out = [&](const std::string& file) {
    const bool left_out = IsLeftOut(std::filesystem::path(file).lexically_relative(channel.path()));
    if (left_out) context.log().Warning("File is left out, for its name or its depth: " + file);
    return left_out;
  };
  std::erase_if(files, is_left_out);
  if (files.empty()) return InvalidArgument("Channel has no data: \"" + channel.config().name + "\"");
  return files;
}

Status CheckLabelSize(const ChannelConfig& channel) {
  const std::string* label_size = channel.content_type.Find("label_size");
  if (label_size == nullptr || *label_size == "1") return Status::Ok();
  return InvalidArgument("Content type's label_size is not 1: channel \"" + channel.name + "\" has \"" + *label_size +
                         "\"; XGBoost's CSV has the label first");
}

/// Of all files together; pipes have none.
int64_t BytesOf(const std::vector<std::string>& files) {
  uintmax_t bytes = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(file, error);
    if (!error) bytes += size;
  }
  return static_cast<int64_t>(bytes);
}

/// Appends every file to `reader`, which is a LibSvmRows or its like.
template <typename Reader>
Status AppendFiles(TrainingContext& context, const Channel& channel, const std::vector<std::string>& files, Reader& reader) {
  reader.Expect(BytesOf(files));
  for (const std::string& file : files) {
    SAGESPARK_RETURN_IF_ERROR(context.cancellation().Check());
    SAGESPARK_ASSIGN_OR_RETURN(const auto stream,
                               channel.file_system().Open({.scheme = "file", .authority = {}, .path = file}));
    const auto source = [&stream](std::span<char> buffer) { return stream->Read(buffer); };
    SAGESPARK_RETURN_IF_ERROR(reader.Append(source, file));
  }
  return Status::Ok();
}

Result<algo::XGBoostRows> ReadFiles(TrainingContext& context, const Channel& channel, const std::vector<std::string>& files,
                                    XGBoostFormat format, bool csv_weights) {
  if (format == XGBoostFormat::kLibSvm) {
    LibSvmRows reader(LibSvmRows::Labels::kRequired);
    SAGESPARK_RETURN_IF_ERROR(AppendFiles(context, channel, files, reader));
    return std::move(reader).Finish();
  }
  if (format == XGBoostFormat::kCsv) {
    CsvRows reader({.has_labels = true, .has_weights = csv_weights});
    SAGESPARK_RETURN_IF_ERROR(AppendFiles(context, channel, files, reader));
    return std::move(reader).Finish();
  }
  if (format == XGBoostFormat::kParquet) {
    ParquetRows reader;
    for (const std::string& file : files) {
      SAGESPARK_RETURN_IF_ERROR(context.cancellation().Check());
      SAGESPARK_RETURN_IF_ERROR(reader.Append(file));
    }
    return std::move(reader).Finish();
  }
  RecordRows reader(/*requires_labels=*/true);
  SAGESPARK_RETURN_IF_ERROR(AppendFiles(context, channel, files, reader));
  return std::move(reader).Finish();
}

}  // namespace

Result<algo::XGBoostRows> ReadChannelRows(TrainingContext& context, const Channel& channel, bool csv_weights) {
  const ChannelConfig& config = channel.config();
  const XGBoostFormat format = XGBoostFormatOf(config.content_type).value_or(XGBoostFormat::kLibSvm);
  const bool can_be_piped = format == XGBoostFormat::kCsv || format == XGBoostFormat::kRecordIo;
  if (config.input_mode == InputMode::kPipe && !can_be_piped) {
    return InvalidArgument("Pipe mode is for CSV and RecordIO only: channel \"" + config.name + "\" has " +
                           config.content_type.type);
  }
  if (format == XGBoostFormat::kCsv) SAGESPARK_RETURN_IF_ERROR(CheckLabelSize(config));
  SAGESPARK_ASSIGN_OR_RETURN(const std::vector<std::string> files, DataFiles(context, channel));
  SAGESPARK_ASSIGN_OR_RETURN(algo::XGBoostRows rows, ReadFiles(context, channel, files, format, csv_weights));
  if (rows.num_rows == 0) return InvalidArgument("Channel has no rows: \"" + config.name + "\"");
  return rows;
}

}  // namespace sagespark::container
