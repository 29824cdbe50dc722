#pragma once

// For this folder's tests: the numbers of tests/goldens/linear_learner.txt, and a training job in memory.
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/algo/linear_learner/early_stopping.h"
#include "sagespark/algo/linear_learner/fit.h"
#include "sagespark/algo/linear_learner/selection.h"
#include "sagespark/testing/matchers.h"
#include "sagespark/testing/paths.h"

namespace sagespark::algo {

class LinearGoldens {
 public:
  LinearGoldens() {
    std::ifstream file(SourcePath("tests/goldens/linear_learner.txt"));
    std::string name;
    int64_t rows = 0, cols = 0;
    while (file >> name >> rows >> cols) {
      linalg::Matrix<float>& values = values_[name];
      values = linalg::Matrix<float>(rows, cols);
      double value = 0;
      for (int64_t i = 0; i < rows * cols; ++i) {
        file >> value;
        values(i / cols, i % cols) = static_cast<float>(value);
      }
    }
  }

  const linalg::Matrix<float>& Matrix(const std::string& name) const { return values_.at(name); }
  std::span<const float> List(const std::string& name) const { return values_.at(name).values(); }
  double Number(const std::string& name) const { return values_.at(name)(0, 0); }

 private:
  std::map<std::string, linalg::Matrix<float>> values_;
};

inline const LinearGoldens& Goldens() {
  static const LinearGoldens goldens;
  return goldens;
}

struct SparseCopy {
  explicit SparseCopy(linalg::MatrixView<const float> rows) : cols(rows.cols()) {
    for (int64_t i = 0; i < rows.rows(); ++i) {
      for (int64_t j = 0; j < rows.cols(); ++j) {
        if (rows(i, j) == 0) continue;
        indices.push_back(static_cast<int32_t>(j));
        values.push_back(rows(i, j));
      }
      row_ends.push_back(static_cast<int64_t>(values.size()));
    }
  }
  linalg::SparseRowsView view() const { return {cols, row_ends, indices, values}; }

  int64_t cols;
  std::vector<int64_t> row_ends;
  std::vector<int32_t> indices;
  std::vector<float> values;
};

struct LinearJob {
  LinearModel model;
  LinearChoice choice;
  LinearModelSetting setting;
  double objective = 0;  ///< Of the model, with its last weights.
  int64_t epochs = 0;
  int64_t models = 0;
  int64_t updates = 0;
};

struct LinearJobOptions {
  int threads = 1;
  bool sparse = false;
  bool knows_rows = true;
};

/// Trains on all rows in memory, as the container does without a validation channel.
inline Result<LinearJob> RunLinearJob(const std::map<std::string, std::string>& hyperparameters,
                                      linalg::MatrixView<const float> features, std::span<const float> labels,
                                      const LinearJobOptions& options = {}) {
  SAGESPARK_ASSIGN_OR_RETURN(const LinearLearnerParams params, ParseLinearLearnerParams(hyperparameters));
  ThreadPool pool(options.threads);
  const auto each_batch = [&](const auto& take) -> Status {
    for (int64_t first = 0; first < features.rows(); first += params.mini_batch_size) {
      const int64_t count = std::min(params.mini_batch_size, features.rows() - first);
      const auto batch_labels = labels.subspan(static_cast<size_t>(first), static_cast<size_t>(count));
      if (options.sparse) {
        const SparseCopy sparse(features.Rows(first, count));
        SAGESPARK_RETURN_IF_ERROR(take(linalg::RowsView(sparse.view()), batch_labels));
      } else {
        SAGESPARK_RETURN_IF_ERROR(take(linalg::RowsView(features.Rows(first, count)), batch_labels));
      }
    }
    return Status::Ok();
  };
  LinearScaler scaler(params);
  SAGESPARK_RETURN_IF_ERROR(each_batch([&](const auto& rows, auto l) { return scaler.Add(rows, l); }));
  SAGESPARK_ASSIGN_OR_RETURN(const LinearScaling scaling, scaler.Finish());
  const std::optional<int64_t> known = options.knows_rows ? std::optional(features.rows()) : std::nullopt;
  SAGESPARK_ASSIGN_OR_RETURN(auto trainer, LinearLearnerTrainer::Create(params, scaling, known, 0, pool));
  LinearJob job;
  LinearEarlyStopping stopping(params);
  bool cooling = false;
  for (job.epochs = 0; job.epochs < params.epochs;) {
    SAGESPARK_RETURN_IF_ERROR(each_batch([&](const auto& rows, auto l) { return trainer.Train(rows, l); }));
    SAGESPARK_RETURN_IF_ERROR(trainer.EndEpoch());
    ++job.epochs;
    if (cooling) break;
    const std::vector<double> objectives = trainer.Objectives();
    stopping.Add(*std::min_element(objectives.begin(), objectives.end()));
    if (!stopping.ShouldStop() && !trainer.IsSettled()) continue;
    if (!trainer.CoolDown()) break;
    cooling = true;
  }
  LinearModelScores scores(trainer, 0, pool);
  SAGESPARK_RETURN_IF_ERROR(each_batch([&](const auto& rows, auto l) { return scores.Add(rows, l); }));
  job.choice = ChooseLinearModel(trainer, &scores, false);
  job.model = trainer.Model(job.choice.model, job.choice.threshold);
  const auto chosen = static_cast<size_t>(job.choice.model);
  job.setting = trainer.settings()[chosen];
  job.objective = trainer.Penalties()[chosen] + scores.Losses()[chosen];
  job.models = trainer.state().models();
  job.updates = trainer.updates();
  return job;
}

}  // namespace sagespark::algo
