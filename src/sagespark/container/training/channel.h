#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/container/training/training_config.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {

/// One channel's files, opened anew for each epoch.
class Channel {
 public:
  Channel(ChannelConfig config, std::filesystem::path path, std::shared_ptr<io::FileSystem> files)
      : config_(std::move(config)), path_(std::move(path)), files_(std::move(files)) {}

  const ChannelConfig& config() const { return config_; }
  /// The folder of its files, or what the names of its pipes begin with.
  const std::filesystem::path& path() const { return path_; }
  io::FileSystem& file_system() const { return *files_; }

  /// What epoch `epoch` (from 0) reads, in this order. File mode: all files at or below the channel's folder in byte
  /// order of their paths, empty ones left out; kNotFound without the folder, kInvalidArgument when it
  /// holds no bytes. Pipe mode: the pipe CHANNEL_EPOCH.
  Result<std::vector<std::string>> Files(int64_t epoch) const;

 private:
  ChannelConfig config_;
  std::filesystem::path path_;
  std::shared_ptr<io::FileSystem> files_;
};

}  // namespace sagespark::container
