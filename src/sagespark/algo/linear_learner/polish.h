#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sagespark/algo/linear_learner/grid.h"
#include "sagespark/algo/linear_learner/lbfgs.h"
#include "sagespark/algo/linear_learner/params.h"
#include "sagespark/algo/linear_learner/scaled_rows.h"
#include "sagespark/algo/linear_learner/state.h"
#include "sagespark/base/thread_pool.h"
#include "sagespark/linalg/cholesky.h"
#include "sagespark/linalg/matrix.h"
#include "sagespark/linalg/scatter.h"

namespace sagespark::algo {

/// Brings models of smooth objectives without l1 to their optimum: an epoch is one evaluation of all rows, for a step of L-BFGS.
///
/// With curvature, for rows of at most kCurvatureFeatures, the first evaluation also adds up the rows' products x' x'^T, weighted by
/// the loss's second derivatives (their mean over the models), whose inverse with each model's wd is L-BFGS's starting point: a parabola
/// is at its optimum after one step, other losses after about ten. For losses of one output the products are added up anew in every
/// third epoch, as long as an epoch still gains 3 % of the objective.
///
/// Memory beside the models: 22 numbers (4 bytes each) a weight; with curvature 8 (d + 1)^2 bytes for the products, and as many for
/// each model's factor.
class LinearPolisher {
 public:
  static constexpr int64_t kCurvatureFeatures = 1024;

  /// Starts these models of `settings` from their places in `start`. `pool` outlives the polisher.
  LinearPolisher(const LinearLearnerParams& params, const std::vector<LinearModelSetting>& settings,
                 std::vector<int64_t> models, const LinearState& start, bool with_curvature, ThreadPool& pool);

  const std::vector<int64_t>& models() const { return models_; }

  /// What to evaluate the rows at in this epoch.
  const LinearState& points() const { return points_; }
  /// Whether AddRows wants the rows' curvatures in this epoch.
  bool wants_curvatures() const { return scatter_.has_value(); }

  /// Takes a batch: the losses' slopes at the points (rows x columns of the points) and their sums over the rows, and for each row the
  /// loss's weighted curvature, when wanted.
  void AddRows(ScaledRows& rows, linalg::MatrixView<const float> slopes, std::span<const float> slope_sums,
               std::span<const float> curvatures);

  /// Ends an epoch of `rows` rows with these mean losses at the points, for each model.
  void EndEpoch(int64_t rows, std::span<const double> losses);

  /// Forgets the values so far and goes on from the next points: for when the objectives themselves have changed.
  void Restart();

  int64_t epochs() const { return epochs_; }
  /// The smallest objective of the i-th of the models.
  double objective(size_t i) const { return minimizers_[i].best_value(); }
  /// How much the i-th of the models will gain in the next epoch, as it looks; see LbfgsMinimizer.
  double predicted_gain(size_t i) const { return minimizers_[i].predicted_gain(); }
  /// Writes the models to their places among all models: the best points, but after one epoch the next ones, which are better by
  /// far as a rule.
  void CopyTo(LinearState& state) const;

 private:
  void StartCurvatures();
  double wd(size_t model, bool is_bias) const;
  std::vector<float> GradientOf(size_t model, double rows, double* penalty) const;
  LbfgsMinimizer::InverseCurvature InverseOf(size_t model, const linalg::Matrix<double>& products, double rows) const;
  bool WantsCurvaturesNext(double gain) const;

  LinearLearnerParams params_;
  std::vector<LinearModelSetting> settings_;  // Of models_.
  std::vector<int64_t> models_;
  ThreadPool* pool_;
  LinearState points_;
  std::vector<LbfgsMinimizer> minimizers_;
  bool with_curvature_;
  int64_t epochs_ = 0;
  linalg::Matrix<double> gradient_sums_;
  std::vector<double> bias_gradient_sums_;
  std::optional<linalg::ScatterAccumulator> scatter_;
  linalg::Matrix<float> weighted_;
};

}  // namespace sagespark::algo
