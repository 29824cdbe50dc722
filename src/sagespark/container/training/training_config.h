#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/container/algorithm.h"
#include "sagespark/container/media_type.h"

namespace sagespark::container {

/// Where the contract puts things; `root` is /opt/ml in a container.
/// Source: "How Amazon SageMaker Provides Training Information", Amazon SageMaker guide.
struct ContainerPaths {
  std::filesystem::path root = "/opt/ml";

  std::filesystem::path hyperparameters() const { return root / "input/config/hyperparameters.json"; }
  std::filesystem::path input_data_config() const { return root / "input/config/inputdataconfig.json"; }
  std::filesystem::path resource_config() const { return root / "input/config/resourceconfig.json"; }
  std::filesystem::path channel(std::string_view name) const { return root / "input/data" / name; }
  std::filesystem::path model() const { return root / "model"; }
  std::filesystem::path output_data() const { return root / "output/data"; }  ///< Stored as output.tar.gz.
  std::filesystem::path checkpoints() const { return root / "checkpoints"; }  ///< There when the job keeps checkpoints.
  std::filesystem::path failure() const { return root / "output/failure"; }
};

enum class InputMode { kFile, kPipe };

/// A channel as inputdataconfig.json describes it.
struct ChannelConfig {
  std::string name;
  MediaType content_type;  ///< The algorithm's default unless given; what has no slash is taken as it is ("csv").
  InputMode input_mode = InputMode::kFile;  ///< FastFile looks like File from inside.
};

struct ResourceConfig {
  std::string current_host = "algo-1";
  std::vector<std::string> hosts = {"algo-1"};
};

/// All of /opt/ml/input/config.
struct TrainingConfig {
  Hyperparameters hyperparameters;  ///< As given, in byte order of their names.
  std::vector<ChannelConfig> channels;
  ResourceConfig resources;

  /// Null when the job has no such channel.
  const ChannelConfig* FindChannel(std::string_view name) const;
};

/// Reads the three files. Channels that do not say their content type have the default one. A missing resourceconfig.json
/// means one host. Fails with kNotFound or kCorruptData,
/// naming the file, kInvalidArgument for a value out of its range, kUnimplemented for gzip and unknown wrappers.
Result<TrainingConfig> ReadTrainingConfig(const ContainerPaths& paths,
                                          std::string_view default_content_type = kRecordIoProtobuf);

/// `defaults` with the values of `given` in their places, and the names that have no default behind them.
Hyperparameters MergeHyperparameters(const Hyperparameters& defaults, const Hyperparameters& given);

}  // namespace sagespark::container
