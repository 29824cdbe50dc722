#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/calibration.h"
#include "sagespark/algo/linear_learner/fit.h"
#include "sagespark/linalg/random.h"

namespace sagespark::algo {

/// The losses of all models on a channel, and for binary classifiers a sample of their values.
///
/// The sample is num_calibration_samples rows (auto: 200,000) drawn without regard to their place: memory is that
/// many rows times the models.
class LinearModelScores {
 public:
  /// The trainer outlives this object, and does not train meanwhile.
  LinearModelScores(const LinearLearnerTrainer& trainer, uint64_t seed, ThreadPool& pool);

  /// Takes the next rows. Errors: as LinearLearnerTrainer::Train.
  Status Add(const linalg::RowsView& rows, std::span<const float> labels);

  int64_t rows() const { return rows_; }

  /// The mean loss of each model, rows weighing the same. In the units of training.
  std::vector<double> Losses() const;

  /// Starts anew, for the next pass over the channel.
  void Clear();

 private:
  friend struct LinearChoice ChooseLinearModel(const LinearLearnerTrainer& trainer, const LinearModelScores* scores,
                                               bool losses_choose);
  void ScoreBlock(std::span<const float> labels, std::span<const float> offsets, int64_t block);
  void Sample(std::span<const float> labels);

  const LinearLearnerTrainer& trainer_;
  ThreadPool* pool_;
  LinearLossFunction loss_;
  uint64_t seed_;
  linalg::RandomStream random_;
  int64_t sample_rows_;
  ScaledRows scaled_;
  int64_t rows_ = 0;
  std::vector<double> loss_sums_;
  linalg::Matrix<float> values_;         // Of one batch.
  linalg::Matrix<double> block_losses_;
  std::vector<float> sample_labels_;
  std::vector<std::vector<float>> sample_values_;  // One list a model.
};

/// The model to keep.
struct LinearChoice {
  int64_t model = 0;
  double threshold = 0;               ///< On scores; see LinearModel.
  std::vector<double> losses;         ///< Of each model: what chose among them when no criterion did.
  std::optional<Calibration> calibration;  ///< Of binary classifiers.
};

/// Chooses among the models. Of those that make the same objective small (they differ in their learning rate) the one
/// that made it smallest stands for all. Among these the best stays: for binary classifiers by the criterion on the
/// calibration sample, for others, and with the criterion loss_function, by the loss on the scored channel
/// (`losses_choose`: it is a validation channel), else by the training objective. The first on ties. Models that went
/// to infinity are out. `scores` may be null where no channel was scored; not for binary classifiers.
LinearChoice ChooseLinearModel(const LinearLearnerTrainer& trainer, const LinearModelScores* scores, bool losses_choose);

}  // namespace sagespark::algo
