#include "sagespark/algo/linear_learner/grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sagespark::algo {
namespace {

constexpr double kAutoAdamRate = 0.02;
constexpr double kRateFactors[] = {1, 1.0 / 3, 3, 0.1};

constexpr std::pair<double, double> kAutoPenalties[] = {{1e-4, 0}, {1e-3, 0},    {1e-5, 0},    {1e-2, 0},
                                                        {0, 0},    {1e-4, 1e-4}, {1e-4, 1e-5}, {1e-4, 1e-3}};

// A bound on the loss's second derivative; 1 where there is none.
double Curvature(LinearLoss loss) {
  if (loss == LinearLoss::kLogistic) return 0.25;
  if (loss == LinearLoss::kSoftmax) return 0.5;
  return loss == LinearLoss::kSquared || loss == LinearLoss::kEpsInsensitiveSquared ? 2 : 1;
}

// Adam and RMSProp move a weight by about the rate an update, so the rate is in the units of the weights. That of sgd
// is the largest one that is surely stable.
double AutoRate(const LinearLearnerParams& params, const LinearScaling& scaling) {
  if (params.optimizer == LinearOptimizer::kSgd) {
    const double squares = static_cast<double>(scaling.feature_dim()) * scaling.feature_size * scaling.feature_size;
    return 1 / (Curvature(params.loss) * (squares + 1));
  }
  const double weights_unit = params.predictor_type == PredictorType::kRegressor ? scaling.label_size : 1;
  return kAutoAdamRate * weights_unit / std::max(1.0, scaling.feature_size);
}

std::vector<std::pair<double, double>> Penalties(const LinearLearnerParams& params) {
  if (params.wd || params.l1) return {{params.wd.value_or(0), params.l1.value_or(0)}};
  return {std::begin(kAutoPenalties), std::end(kAutoPenalties)};
}

std::vector<std::optional<double>> PositivePowers(PositiveWeight weight) {
  if (weight == PositiveWeight::kGiven) return {std::nullopt};
  if (weight == PositiveWeight::kBalanced) return {1.0};
  return {0.0, 1.0, 0.5};
}

std::vector<LinearModelSetting> Combinations(const LinearLearnerParams& params, const LinearScaling& scaling) {
  std::vector<double> rates;
  if (params.learning_rate) {
    rates = {*params.learning_rate};
  } else {
    for (const double factor : kRateFactors) rates.push_back(factor * AutoRate(params, scaling));
  }
  std::vector<LinearModelSetting> settings;
  for (const auto& [wd, l1] : Penalties(params)) {
    for (const std::optional<double> power : PositivePowers(params.positive_weight)) {
      for (const double rate : rates) settings.push_back({rate, wd, l1, power});
    }
  }
  return settings;
}

int64_t AutoModels(const LinearLearnerParams& params, const LinearScaling& scaling) {
  const int64_t outputs = params.outputs();
  const int64_t by_outputs = std::max(kAutoModelsLeast, kAutoOutputs / outputs);
  const int64_t by_weights = std::max<int64_t>(1, kAutoWeights / outputs / scaling.feature_dim());
  return std::min({kAutoModels, by_outputs, by_weights});
}

}  // namespace

std::vector<LinearModelSetting> LinearModelGrid(const LinearLearnerParams& params, const LinearScaling& scaling) {
  std::vector<LinearModelSetting> settings = Combinations(params, scaling);
  const auto combinations = static_cast<int64_t>(settings.size());
  if (!params.num_models) {
    settings.resize(static_cast<size_t>(std::min(combinations, AutoModels(params, scaling))));
    return settings;
  }
  for (int64_t model = combinations; model < *params.num_models; ++model) {
    // 1/2, 2, 1/4, 4 ... times the rate of the first round.
    const int64_t round = model / combinations;
    const double exponent = static_cast<double>((round + 1) / 2) * (round % 2 == 1 ? -1 : 1);
    LinearModelSetting setting = settings[static_cast<size_t>(model % combinations)];
    setting.learning_rate *= std::exp2(exponent);
    settings.push_back(setting);
  }
  settings.resize(static_cast<size_t>(*params.num_models));
  return settings;
}

}  // namespace sagespark::algo
