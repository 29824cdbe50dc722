#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/artifact.h"
#include "sagespark/algo/linear_learner/grid.h"
#include "sagespark/algo/linear_learner/losses.h"
#include "sagespark/algo/linear_learner/optimizer.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/polish.h"
#include "sagespark/algo/linear_learner/scaled_rows.h"
#include "sagespark/algo/linear_learner/scaling.h"
#include "sagespark/algo/linear_learner/state.h"
#include "sagespark/base/result.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/matrix.h"

namespace sagespark::algo {

/// Trains linear models side by side, batch by batch, holding the models and one batch.
///
/// Each makes its objective small: with x', y' the scaled row and label (LinearScaling), n rows,
///   (1/n) sum_i weight_i loss(W x'_i + b, y'_i) + wd/2 ||W||^2 + l1 ||W||_1 + bias_wd_mult wd/2 ||b||^2
/// where weight_i is 1, or what positive_example_weight_mult (binary) and balance_multiclass_weights (n /
/// (num_classes * rows of the class)) make of it; the counts are of the rows seen so far in the first epoch, and of
/// all rows from the second on.
///
/// An update takes mini_batch_size rows. With the optimizer left to auto it takes at most a 32nd of the data but at
/// least 16 rows, as soon as the number of rows is known: small data would see too few updates otherwise.
///
/// Learning rates: constant without use_lr_scheduler. With lr_scheduler_step or _factor the rate is multiplied by the
/// factor (auto 0.99) every step (auto 100) updates, down to the minimum (auto 1e-5). Else it falls in a straight
/// line, from the first update (when the number of rows is known, else from the second epoch) to 0, or the minimum,
/// at the end of the last epoch.
///
/// Polishing (LinearPolisher): with the optimizer, its parameters and the learning rates left to auto, a smooth loss and at most 1024
/// features, models without l1 (of several classes: when wd or l1 is given) go by evaluations of all rows from the first epoch on, starting at zero. Models that
/// would differ in their learning rates alone are then one. mini_batch_size and init_* have no part in them; models with l1 go by
/// batches beside them. With more features, and less than 60,000 rows, the first part of the epochs goes by batches (epochs *
/// rows / 60,000 of them, but at least 15) and polishing begins where these end. None of it beyond 2^21 weights.
///
/// The models depend on the parameters, the seed, and the batches in their order; not on the number of threads.
class LinearLearnerTrainer {
 public:
  /// `known_rows`: of an epoch, if known. `pool` outlives the trainer.
  static Result<LinearLearnerTrainer> Create(const LinearLearnerParams& params, LinearScaling scaling,
                                             std::optional<int64_t> known_rows, uint64_t seed, ThreadPool& pool);

  /// Trains on one batch, of at most mini_batch_size rows.
  /// Errors: kInvalidArgument as CheckRows and CheckLabels, and when every model's weights became infinite.
  Status Train(const linalg::RowsView& rows, std::span<const float> labels);

  /// Ends a pass over the data. Errors: kInvalidArgument when it had no rows.
  Status EndEpoch();

  /// Lets the learning rates fall to 0 during the next epoch, which is to be the last one; for stopping early. False
  /// when there is no need: rates do not fall in a straight line, or are down already.
  bool CoolDown();

  /// Whether the next epoch will lower no model's objective by a tenth of early_stopping_tolerance, so that epochs of patience would
  /// show nothing. Known only when all models go by L-BFGS; never with a patience of all epochs, which asks for no early stop.
  bool IsSettled() const;

  /// The mean weighted loss of the last ended epoch, for each model; of the weights as they were on the way.
  const std::vector<double>& epoch_losses() const { return epoch_losses_; }
  /// What the weights at its end add to the objectives.
  std::vector<double> Penalties() const;
  /// The objectives: both together, which is as far as one pass can know them, or what polishing has reached.
  std::vector<double> Objectives() const;

  const LinearLearnerParams& params() const { return params_; }
  const std::shared_ptr<const LinearScaling>& scaling() const { return scaling_; }
  const std::vector<LinearModelSetting>& settings() const { return settings_; }
  const LinearState& state() const { return state_; }
  int64_t rows_seen() const { return rows_seen_; }
  int64_t batches_seen() const { return batches_seen_; }
  int64_t updates() const { return updates_; }
  /// Whether that model takes its steps by evaluations of all rows, from the first epoch on.
  bool IsPolishedFromStart(int64_t model) const;

  /// One model for rows as they come, its scaling folded into weights and bias.
  LinearModel Model(int64_t model, double threshold) const;

  /// The weight of a row with that label in that model's loss.
  double RowWeight(int64_t model, float label) const;

 private:
  LinearLearnerTrainer(const LinearLearnerParams& params, LinearScaling scaling, std::optional<int64_t> known_rows,
                       uint64_t seed, ThreadPool& pool);

  void InitializeWeights(uint64_t seed);
  void CountLabels(std::span<const float> labels);
  void WeighPositiveRows();
  void ChooseUpdateRows(int64_t epoch_rows);
  void StartLine(int64_t epoch_rows);
  void StartPolishing(const LinearState& start, bool with_curvature);
  void StartPolishingFromZero();
  void PolishEpoch(int64_t rows);
  bool WeighsByCounts() const;
  void Evaluate(ScaledRows& rows, std::span<const float> labels);
  void Update(ScaledRows& rows, int64_t first, std::span<const float> labels);
  double LineFactor() const;
  std::vector<float> Rates() const;

  /// The losses' slopes of some rows for some models, and what they are computed in.
  struct Slopes {
    std::vector<int64_t> models;
    std::vector<double> loss_sums;  // Of the epoch, for each of the models.
    bool wants_curvatures = false;
    std::vector<float> curvatures;  // Of each row: the mean over the models.
    linalg::Matrix<float> values;   // Rows x columns.
    linalg::Matrix<double> block_losses;
    linalg::Matrix<float> block_sums;
  };
  std::vector<float> FindSlopes(const LinearState& state, ScaledRows& rows, int64_t first, std::span<const float> labels,
                                double count, Slopes& slopes);
  void SlopesOfBlock(const LinearState& state, const ScaledRows& rows, int64_t first, std::span<const float> labels,
                     double count, std::span<const float> offsets, int64_t block, Slopes& slopes) const;
  std::vector<float> SumBlocks(int64_t blocks, Slopes& slopes) const;
  void UpdateBlock(const ScaledRows& rows, int64_t first, int64_t count, std::span<const float> slope_sums,
                   int64_t block);

  LinearLearnerParams params_;
  std::shared_ptr<const LinearScaling> scaling_;
  LinearLossFunction loss_;
  ThreadPool* pool_;
  std::vector<LinearModelSetting> settings_;
  LinearState state_;
  LinearUpdateRule rule_;
  LinearUpdateRule bias_rule_;
  linalg::Matrix<float> u_, v_;
  std::vector<float> bias_u_, bias_v_;

  std::vector<double> class_counts_;      // Of the rows seen, in the first epoch only.
  double counted_ = 0;
  std::vector<double> positive_weights_;  // Of each model.

  int64_t update_rows_;
  std::optional<int64_t> known_rows_;
  int64_t epoch_ = 0;
  int64_t rows_seen_ = 0;  // Of all epochs.
  int64_t rows_before_epoch_ = 0;
  int64_t batches_seen_ = 0;
  int64_t updates_ = 0;
  // The straight line of the rates: from which factor, at which row, to 0 at which row.
  double line_factor_ = 1;
  int64_t line_start_ = 0;
  std::optional<int64_t> line_end_;

  std::vector<double> epoch_losses_;

  ScaledRows scaled_;  // The batch that is being trained on.

  bool goes_by_batches_ = true;
  Slopes batch_slopes_;  // Of all models.

  std::optional<int64_t> polish_from_;  // The epoch, when it is not the first.
  std::optional<LinearPolisher> polisher_;
  Slopes polish_slopes_;
};

}  // namespace sagespark::algo
