#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/container/media_type.h"
#include "sagespark/container/request_answerer.h"
#include "sagespark/container/row_layout.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::container {

class TrainingContext;

/// Names and values in order.
using Hyperparameters = std::vector<std::pair<std::string, std::string>>;

/// The content types that rows of requests, and of channels, can be read from.
inline constexpr std::string_view kRowTypes[] = {kRecordIoProtobuf, kCsv, kJson, kJsonLines};
inline constexpr std::string_view kTrainingRowTypes[] = {kRecordIoProtobuf, kCsv};

/// One named answer a row, or one list of `width` numbers a row.
struct PredictionColumn {
  std::string name;           ///< As the answers have it: "closest_cluster".
  int64_t width = 1;
  bool is_list = false;       ///< Written as a list in JSON also when width is 1.
  bool is_integer = false;    ///< Written without a fraction in text: "predicted_label": 1.
  std::vector<float> values;  ///< rows x width, row-major.
};

/// A loaded model. Thread safety: const methods may run concurrently.
class Predictor {
 public:
  virtual ~Predictor() = default;

  /// The length of the rows it takes.
  virtual int64_t feature_dim() const = 0;

  /// What the answer's list of rows is called in JSON.
  virtual std::string_view json_list_name() const { return "predictions"; }

  /// What Predict is given.
  virtual RowLayout row_layout() const { return RowLayout::kDense; }

  /// The content types of requests that it takes, of kRowTypes.
  virtual std::span<const std::string_view> request_types() const { return kRowTypes; }

  /// Answers rows of feature_dim finite values; every column has an answer for each row, in their order.
  virtual Result<std::vector<PredictionColumn>> Predict(const linalg::RowsView& rows) const = 0;
};

/// What one built-in algorithm adds to the training and hosting contracts; see ContainerMain.
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// The executable's name: "kmeans".
  virtual std::string_view name() const = 0;

  /// The dimension "Algorithm" of its metrics: "AWS/KMeansWebscale".
  virtual std::string_view metrics_name() const = 0;

  /// The hyperparameters that a job need not give, in the order of the log.
  virtual Hyperparameters default_hyperparameters() const = 0;

  /// The content type of a channel that does not say one.
  virtual std::string_view default_training_type() const { return kRecordIoProtobuf; }

  /// The content types of channels that it takes.
  virtual std::span<const std::string_view> training_types() const { return kTrainingRowTypes; }

  /// Runs one training job and writes its model. Errors that the job's owner can mend are of any kind but kInternal.
  virtual Status Train(TrainingContext& context) const = 0;

  /// Loads what Train wrote. Fails with kNotFound or kCorruptData, naming the file. An algorithm overrides this, or
  /// LoadAnswerer where requests and answers are its own business.
  virtual Result<std::unique_ptr<Predictor>> LoadModel(const std::filesystem::path&) const {
    return InternalError("Algorithm has no predictor: " + std::string(name()));
  }

  /// The same; null: answer with the predictor that LoadModel gives.
  virtual Result<std::unique_ptr<RequestAnswerer>> LoadAnswerer(const std::filesystem::path&) const { return nullptr; }
};

}  // namespace sagespark::container
