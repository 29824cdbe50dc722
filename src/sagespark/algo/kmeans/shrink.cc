#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "sagespark/algo/kmeans/fit.h"
#include "sagespark/algo/kmeans/lloyd.h"
#include "sagespark/algo/kmeans/random_streams.h"
#include "sagespark/linalg/kmeans_plus_plus.h"
#include "sagespark/linalg/random.h"
#include "sagespark/linalg/sampling.h"

namespace sagespark::algo {
namespace {

using linalg::Matrix;

constexpr int64_t kAutoTrials = 10;  // What AWS's image logs for auto.

Matrix<float> Rounded(const Matrix<double>& centers) {
  return {centers.rows(), centers.cols(), std::vector<float>(centers.values().begin(), centers.values().end())};
}

// The sum of weighted squared distances of the rows from their own one of the K centers.
double Scatter(const KMeansState& state) {
  double scatter = 0;
  for (int64_t center = 0; center < state.centers.rows(); ++center) {
    const std::span<const double> mean = state.centers.Row(center);
    const double squared_norm = std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0);
    scatter += std::max(0.0, state.squared_norms[center] - state.weights[center] * squared_norm);
  }
  return scatter;
}

LloydFit RunTrial(int64_t trial, const Matrix<float>& points, const std::vector<double>& weights,
                  const KMeansParams& params, uint64_t seed, ThreadPool& pool) {
  linalg::RandomStream random(seed, kFirstTrialStream + trial);
  const std::vector<int64_t> picked =
      params.local_lloyd_init_method == CenterInit::kRandom
          ? linalg::WeightedSampleWithoutReplacement(weights, params.k, random)
          : linalg::PickKMeansPlusPlus(points.view(), weights, params.k, random, pool);
  Matrix<float> start(params.k, points.cols());
  for (int64_t center = 0; center < params.k; ++center) {
    const std::span<const float> point = points.Row(picked[center]);
    std::copy(point.begin(), point.end(), start.Row(center).begin());
  }
  return FitLloyd(points.view(), weights, std::move(start),
                  {.max_iterations = params.local_lloyd_max_iter, .tolerance = params.local_lloyd_tol}, pool);
}

}  // namespace

Result<KMeansFit> ShrinkKMeans(const KMeansState& state, const KMeansParams& params, uint64_t seed,
                               ThreadPool& pool) {
  const double weight = std::accumulate(state.weights.begin(), state.weights.end(), 0.0);
  if (state.centers.rows() < params.k || !(weight > 0)) {
    return InvalidArgument(
        fmt::format("K-means has fewer trained centers than k: {}, k {}", state.centers.rows(), params.k));
  }
  const Matrix<float> points = Rounded(state.centers);
  const double scatter = Scatter(state);
  KMeansFit fit{.model = {}, .shrunk_from = points.rows(), .train_msd = scatter / weight};
  if (points.rows() == params.k) {
    fit.model.centers = points;
    return fit;
  }
  const int64_t trials = params.local_lloyd_num_trials.value_or(kAutoTrials);
  for (int64_t trial = 0; trial < trials; ++trial) {
    LloydFit local = RunTrial(trial, points, state.weights, params, seed, pool);
    const double msd = (scatter + local.objective) / weight;
    fit.trials.push_back({.mean_squared_distance = msd, .iterations = local.iterations});
    if (trial > 0 && msd >= fit.train_msd) continue;
    fit.best_trial = trial;
    fit.train_msd = msd;
    fit.model.centers = std::move(local.centers);
  }
  return fit;
}

}  // namespace sagespark::algo
