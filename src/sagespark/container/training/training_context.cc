#include "sagespark/container/training/training_context.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "sagespark/container/training/row_decoders.h"

namespace sagespark::container {

TrainingContext::TrainingContext(const Algorithm& algorithm, ContainerPaths paths, TrainingConfig config,
                                 const Hyperparameters& hyperparameters, TrainingLog& log,
                                 CancellationToken cancellation)
    : algorithm_(algorithm),
      paths_(std::move(paths)),
      config_(std::move(config)),
      hyperparameters_(hyperparameters.begin(), hyperparameters.end()),
      log_(log),
      cancellation_(std::move(cancellation)),
      files_(io::MakeLocalFileSystem()) {}

Result<uint64_t> TrainingContext::Seed() const {
  const char* text = std::getenv("SAGESPARK_SEED");
  if (text == nullptr) return uint64_t{0};
  uint64_t seed = 0;
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error == std::errc() && end == digits.data() + digits.size()) return seed;
  return InvalidArgument("SAGESPARK_SEED is not an integer in [0, 2^64): \"" + std::string(digits) + "\"");
}

Result<Channel> TrainingContext::OpenChannel(std::string_view name) const {
  const ChannelConfig* config = config_.FindChannel(name);
  if (config == nullptr) {
    std::string others;
    for (const ChannelConfig& channel : config_.channels) others += (others.empty() ? "" : ", ") + channel.name;
    return InvalidArgument("Required channel is missing: \"" + std::string(name) + "\"; the job has " +
                           (others.empty() ? "none" : others));
  }
  const auto types = algorithm_.training_types();
  if (std::find(types.begin(), types.end(), config->content_type.type) == types.end()) {
    return Unimplemented("Content type of a channel cannot be read: channel \"" + config->name + "\" has " +
                         config->content_type.type + ", readable are " + ListTypes(types));
  }
  return Channel(*config, paths_.channel(name), files_);
}

Result<std::unique_ptr<BatchReader>> TrainingContext::Read(const Channel& channel, int64_t epoch,
                                                           const ReadOptions& options) const {
  SAGESPARK_ASSIGN_OR_RETURN(MakeRowDecoder make_decoder, RowDecoderFor(channel.config(), options.labels));
  SAGESPARK_ASSIGN_OR_RETURN(std::vector<std::string> paths, channel.Files(epoch));
  return std::make_unique<BatchReader>(
      channel.file_system(), std::move(paths),
      BatchReader::Options{
          .rows = {.layout = options.layout, .num_columns = options.feature_dim, .labels = options.labels},
          .batch_rows = options.batch_rows,
          .make_decoder = std::move(make_decoder),
          .cancellation = cancellation_});
}

Status TrainingContext::ForEachBatch(const Channel& channel, int64_t epoch, const ReadOptions& options,
                                     const std::function<Status(const codec::RowBlock& batch)>& take) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto reader, Read(channel, epoch, options));
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const codec::RowBlock* const batch, reader->Next());
    if (batch == nullptr) return Status::Ok();
    SAGESPARK_RETURN_IF_ERROR(take(*batch));
  }
}

Status TrainingContext::WriteModel(std::string_view name, std::string_view bytes) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, CreateModelFile(name));
  SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  return file->Close();
}

Status TrainingContext::WriteOutput(std::string_view name, std::string_view bytes) const {
  SAGESPARK_ASSIGN_OR_RETURN(const auto file, CreateFile(paths_.output_data() / name));
  SAGESPARK_RETURN_IF_ERROR(file->Write(bytes));
  return file->Close();
}

Result<std::unique_ptr<io::OutputStream>> TrainingContext::CreateModelFile(std::string_view name) const {
  return CreateFile(paths_.model() / name);
}

Result<std::unique_ptr<io::OutputStream>> TrainingContext::CreateFile(const std::filesystem::path& path) const {
  return files_->Create({.scheme = "file", .authority = {}, .path = path.string()});
}

}  // namespace sagespark::container
