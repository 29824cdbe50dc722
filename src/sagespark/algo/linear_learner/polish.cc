#include "sagespark/algo/linear_learner/polish.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sagespark/algo/linear_learner/losses.h"
#include "sagespark/linalg/rows.h"

namespace sagespark::algo {
namespace {

// Fixed, so that sums do not depend on the number of threads.
constexpr int64_t kBlockFeatures = 64;

// Below this share of the objective an epoch gains too little for new curvatures to pay.
constexpr double kCurvatureGain = 0.03;

// Rounding of products in float32 can make the sums' smallest eigenvalues negative; this share of their trace is added.
constexpr double kRidge = 1e-7;
constexpr double kMostRidge = 1e-2;

LinearState Gather(const LinearState& state, const std::vector<int64_t>& models) {
  LinearState gathered = LinearState::Zeros(state.outputs, state.weights.rows(), static_cast<int64_t>(models.size()));
  for (size_t i = 0; i < models.size(); ++i) gathered.SetPoint(static_cast<int64_t>(i), state.Point(models[i]));
  return gathered;
}

linalg::ScatterAccumulator::Options ScatterOptions() { return {.about_mean = false}; }

}  // namespace

LinearPolisher::LinearPolisher(const LinearLearnerParams& params, const std::vector<LinearModelSetting>& settings,
                               std::vector<int64_t> models, const LinearState& start, bool with_curvature, ThreadPool& pool)
    : params_(params),
      models_(std::move(models)),
      pool_(&pool),
      points_(Gather(start, models_)),
      with_curvature_(with_curvature),
      gradient_sums_(points_.weights.rows(), points_.weights.cols()),
      bias_gradient_sums_(points_.bias.size()) {
  for (size_t i = 0; i < models_.size(); ++i) {
    settings_.push_back(settings[static_cast<size_t>(models_[i])]);
    minimizers_.emplace_back(points_.Point(static_cast<int64_t>(i)));
  }
  if (with_curvature_) StartCurvatures();
}

void LinearPolisher::AddRows(ScaledRows& rows, linalg::MatrixView<const float> slopes, std::span<const float> slope_sums,
                             std::span<const float> curvatures) {
  for (size_t c = 0; c < slope_sums.size(); ++c) bias_gradient_sums_[c] += slope_sums[c];
  rows.PrepareColumns(0, rows.rows());
  const int64_t features = gradient_sums_.rows();
  pool_->ParallelFor((features + kBlockFeatures - 1) / kBlockFeatures, [&](int64_t block) {
    const int64_t begin = block * kBlockFeatures;
    linalg::Matrix<float> gradients(std::min(kBlockFeatures, features - begin), slopes.cols());
    rows.Gradients(0, slopes, slope_sums, begin, gradients.view());
    for (int64_t i = 0; i < gradients.rows(); ++i) linalg::AddTo(gradients.Row(i), gradient_sums_.Row(begin + i));
  });
  if (!scatter_) return;
  if (weighted_.rows() < rows.rows()) weighted_ = linalg::Matrix<float>(rows.rows(), features + 1);
  rows.CopyWeighted(curvatures, weighted_.view().Rows(0, rows.rows()));
  scatter_->Add(std::as_const(weighted_).view().Rows(0, rows.rows()));
}

void LinearPolisher::StartCurvatures() { scatter_.emplace(gradient_sums_.rows() + 1, ScatterOptions(), *pool_); }

double LinearPolisher::wd(size_t model, bool is_bias) const {
  return settings_[model].wd * (is_bias ? params_.bias_wd_mult.value_or(0) : 1);
}

// The objective's gradient at the model's point, in the order of LinearState::Point, and the point's penalty.
std::vector<float> LinearPolisher::GradientOf(size_t model, double rows, double* penalty) const {
  const std::span<const float> point = minimizers_[model].next();
  std::vector<float> gradient;
  gradient.reserve(point.size());
  *penalty = 0;
  const auto add = [&](double sum, bool is_bias) {
    const double decay = wd(model, is_bias);
    const double w = point[gradient.size()];
    *penalty += decay / 2 * w * w;
    gradient.push_back(is_bias && !params_.use_bias ? 0.0F : static_cast<float>(sum / rows + decay * w));
  };
  const auto outputs = static_cast<size_t>(points_.outputs);
  for (size_t column = model * outputs; column < (model + 1) * outputs; ++column) {
    for (int64_t j = 0; j < gradient_sums_.rows(); ++j) add(gradient_sums_(j, static_cast<int64_t>(column)), false);
    add(bias_gradient_sums_[column], true);
  }
  return gradient;
}

// Of the products' sums over `rows` rows with the model's penalties; none when they are not positive definite.
LbfgsMinimizer::InverseCurvature LinearPolisher::InverseOf(size_t model, const linalg::Matrix<double>& products,
                                                           double rows) const {
  const int64_t size = products.rows();
  double trace = 0;
  for (int64_t i = 0; i < size; ++i) trace += products(i, i) / rows;
  for (double ridge = kRidge; ridge <= kMostRidge; ridge *= 100) {
    linalg::Matrix<double> curvature = products;
    for (int64_t i = 0; i < size; ++i) {
      for (double& value : curvature.Row(i).first(static_cast<size_t>(i) + 1)) value /= rows;
      curvature(i, i) += wd(model, i == size - 1) + ridge * trace;
    }
    if (!params_.use_bias) {
      const std::span<double> last = curvature.Row(size - 1);
      std::fill(last.begin(), last.end() - 1, 0.0);
    }
    auto factor = linalg::CholeskyFactor::Of(std::move(curvature));
    if (!factor) continue;
    return [factor = std::make_shared<const linalg::CholeskyFactor>(*std::move(factor))](std::span<float> gradient) {
      const auto stride = static_cast<size_t>(factor->size());
      for (size_t begin = 0; begin < gradient.size(); begin += stride) {
        const std::span<float> output = gradient.subspan(begin, stride);
        std::vector<double> values(output.begin(), output.end());
        factor->Solve(values);
        std::copy(values.begin(), values.end(), output.begin());
      }
    };
  }
  return nullptr;
}

bool LinearPolisher::WantsCurvaturesNext(double gain) const {
  return with_curvature_ && points_.outputs == 1 && !IsParabola(params_.loss) && epochs_ % 3 == 2 && gain > kCurvatureGain;
}

void LinearPolisher::EndEpoch(int64_t rows, std::span<const double> losses) {
  const auto count = static_cast<double>(rows);
  std::optional<linalg::Matrix<double>> products;
  if (scatter_) products = std::move(*scatter_).Finish().sums;
  scatter_.reset();
  double gain = epochs_ == 0 ? 1 : 0;
  for (size_t i = 0; i < models_.size(); ++i) {
    LbfgsMinimizer& minimizer = minimizers_[i];
    double penalty = 0;
    const std::vector<float> gradient = GradientOf(i, count, &penalty);
    const double before = minimizer.best_value();
    if (products) minimizer.UseCurvature(InverseOf(i, *products, count));
    minimizer.Tell(losses[i] + penalty, gradient);
    gain = std::max(gain, (before - minimizer.best_value()) / std::abs(before));
    points_.SetPoint(static_cast<int64_t>(i), minimizer.next());
  }
  ++epochs_;
  for (int64_t j = 0; j < gradient_sums_.rows(); ++j) {
    std::fill(gradient_sums_.Row(j).begin(), gradient_sums_.Row(j).end(), 0.0);
  }
  std::fill(bias_gradient_sums_.begin(), bias_gradient_sums_.end(), 0.0);
  if (WantsCurvaturesNext(gain)) StartCurvatures();
}

void LinearPolisher::Restart() {
  for (LbfgsMinimizer& minimizer : minimizers_) minimizer.Restart();
}

void LinearPolisher::CopyTo(LinearState& state) const {
  for (size_t i = 0; i < models_.size(); ++i) {
    const bool is_first_step = with_curvature_ && epochs_ == 1;
    state.SetPoint(models_[i], is_first_step ? minimizers_[i].next() : minimizers_[i].best());
  }
}

}  // namespace sagespark::algo
