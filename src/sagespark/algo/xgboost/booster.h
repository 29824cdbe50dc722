#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/algo/xgboost/rows.h"
#include "sagespark/base/result.h"

namespace sagespark::algo {

/// XGBoost's training matrix. Memory: 8 bytes for each value that is not missing.
class XGBoostMatrix {
 public:
  /// Takes the rows, with their labels, weights and query ids, on so many threads; 0 means all processors. Fails with
  /// kInvalidArgument, in XGBoost's words.
  static Result<XGBoostMatrix> Create(const XGBoostRows& rows, int threads = 0);

  int64_t num_rows() const { return num_rows_; }
  int64_t num_columns() const { return num_columns_; }

  /// One a row, or none.
  Result<std::vector<float>> Labels() const;

  /// Makes the labels the times of objective survival:aft, as survival:cox has them: a negative one says that nothing had happened
  /// up to its absolute value. Fails with kInvalidArgument, in XGBoost's words.
  Status SetSurvivalTimes(const std::vector<float>& labels);

  /// Copies the rows of those numbers. Fails with kInvalidArgument, in XGBoost's words, for rows with query ids.
  Result<XGBoostMatrix> Slice(const std::vector<int32_t>& rows) const;

 private:
  friend class XGBoostBooster;
  XGBoostMatrix(std::shared_ptr<void> handle, int64_t num_rows, int64_t num_columns)
      : handle_(std::move(handle)), num_rows_(num_rows), num_columns_(num_columns) {}

  std::shared_ptr<void> handle_;
  int64_t num_rows_;
  int64_t num_columns_;
};

/// One value of an evaluation: "train", "rmse", 0.25.
struct XGBoostScore {
  std::string data;
  std::string metric;
  double value = 0;
};

/// rows x width numbers, row-major: one a row, or one for each class with multi:softprob.
struct XGBoostPredictions {
  int64_t num_rows = 0;
  int64_t width = 1;
  std::vector<float> values;
};

/// A model of libxgboost, in training or trained. Movable; not thread-safe but for Predict of a loaded one.
class XGBoostBooster {
 public:
  /// Starts one. `parameters` are XGBoost's own, eval_metric as often as needed, and XGBoost warns of such as it does not use;
  /// `matrices` are all that will be trained on or
  /// evaluated, and outlive the booster. Fails with kInvalidArgument, in XGBoost's words.
  static Result<XGBoostBooster> Create(const std::vector<std::pair<std::string, std::string>>& parameters,
                                       std::span<const XGBoostMatrix* const> matrices);

  /// Reads what Save wrote, or save_model of any language's package (UBJSON or JSON). Fails with kCorruptData, in XGBoost's
  /// words.
  static Result<XGBoostBooster> Load(std::string_view bytes);

  /// Boosts one more round. Fails with kInvalidArgument, in XGBoost's words.
  Status Update(int64_t round, const XGBoostMatrix& train);

  /// Gives a loaded model the parameters to go on boosting with. Fails with kInvalidArgument, in XGBoost's words.
  Status SetParameters(const std::vector<std::pair<std::string, std::string>>& parameters);

  /// The metrics of each matrix under its name, in order.
  Result<std::vector<XGBoostScore>> Evaluate(int64_t round, std::span<const XGBoostMatrix* const> matrices,
                                             std::span<const std::string> names) const;

  /// What a matrix's rows are predicted to be; with `is_margin` before the objective's own transformation.
  Result<XGBoostPredictions> Predict(const XGBoostMatrix& matrix, bool is_margin = false) const;

  /// The model without its rounds from `count` on. Fails with kInvalidArgument for boosters without trees.
  Result<XGBoostBooster> FirstRounds(int64_t count) const;

  /// Notes that stay in the model: "best_iteration".
  Status SetAttribute(const std::string& name, const std::string& value);
  Status SetParameter(const std::string& name, const std::string& value);

  /// The model's bytes in UBJSON.
  Result<std::string> Save() const;

  /// All settings, as XGBoost's JSON.
  Result<std::string> Configuration() const;

  Result<int64_t> NumFeatures() const;

  /// Predicts rows that no matrix was made of, bit by bit as Predict does. Booster gbtree only; fails with kInvalidArgument, in
  /// XGBoost's words.
  /// Thread safety: concurrent calls are fine after a first one.
  Result<XGBoostPredictions> PredictRows(const XGBoostRows& rows) const;

 private:
  explicit XGBoostBooster(std::shared_ptr<void> handle) : handle_(std::move(handle)) {}

  std::shared_ptr<void> handle_;
};

/// While it lives, what XGBoost says on this thread (by its `verbosity`: 0 nothing, 1 warnings, 2 more, 3 all) goes to `sink`, one
/// line each, instead of standard error.
class XGBoostMessages {
 public:
  using Sink = std::function<void(std::string_view line, bool is_warning)>;

  explicit XGBoostMessages(Sink sink);
  ~XGBoostMessages();
  XGBoostMessages(const XGBoostMessages&) = delete;
  XGBoostMessages& operator=(const XGBoostMessages&) = delete;
};

/// The version of the library that was loaded: "3.2.0".
std::string XGBoostLibraryVersion();

}  // namespace sagespark::algo
