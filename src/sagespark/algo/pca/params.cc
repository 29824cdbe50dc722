#include "sagespark/algo/pca/params.h"

#include <fmt/format.h>

#include <algorithm>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/linalg/symmetric_eigen.h"

namespace sagespark::algo {
namespace {

constexpr IntegerRange kExtraComponentsRange{.least = -1};
constexpr int64_t kLeastExtraComponents = 10;
constexpr int64_t kMaxFactorValues = int64_t{1} << 28;

constexpr std::string_view kNames[] = {
    "feature_dim",      "num_components", "mini_batch_size", "algorithm_mode",
    "extra_components", "subtract_mean",  "force_dense",     "epochs",
};
constexpr std::string_view kTuningMetrics[] = {"train:explained_variance_ratio", "test:explained_variance_ratio"};

}  // namespace

int64_t PcaParams::FactorRows() const {
  const int64_t extra = extra_components >= 0 ? extra_components : std::max(kLeastExtraComponents, num_components);
  return std::min(num_components + extra, feature_dim);
}

const std::vector<std::pair<std::string, std::string>>& PcaDefaultHyperparameters() {
  static const auto defaults = [] {
    std::vector<std::pair<std::string, std::string>> all = {
        {"algorithm_mode", "regular"}, {"subtract_mean", "true"}, {"extra_components", "-1"},
        {"force_dense", "true"},       {"epochs", "1"},
    };
    const auto service = ServiceHyperparameters();
    all.insert(all.end(), service.begin(), service.end());
    return all;
  }();
  return defaults;
}

Result<PcaParams> ParsePcaParams(const std::map<std::string, std::string>& hyperparameters) {
  PcaParams params;
  HyperparameterReader reader("PCA", hyperparameters, kNames);
  reader.Require("feature_dim").Read("feature_dim", params.feature_dim)
      .Require("num_components").Read("num_components", params.num_components)
      .Require("mini_batch_size").Read("mini_batch_size", params.mini_batch_size)
      .Choose("algorithm_mode", params.algorithm_mode,
              {{"regular", PcaMode::kRegular}, {"stable", PcaMode::kStable}, {"randomized", PcaMode::kRandomized}})
      .Read("extra_components", params.extra_components, kExtraComponentsRange)
      .Read("subtract_mean", params.subtract_mean)
      .Read("force_dense", params.force_dense)
      .Read("epochs", params.epochs)
      .CheckTuningMetric(kTuningMetrics);
  SAGESPARK_RETURN_IF_ERROR(reader.status());
  SAGESPARK_RETURN_IF_ERROR(ValidatePcaParams(params));
  return params;
}

Status ValidatePcaParams(const PcaParams& params) {
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("feature_dim", params.feature_dim, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("num_components", params.num_components, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("mini_batch_size", params.mini_batch_size, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("extra_components", params.extra_components, kExtraComponentsRange));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("epochs", params.epochs, IntegerRange()));
  if (params.num_components > params.feature_dim) {
    return HyperparameterNotValid("num_components", fmt::to_string(params.num_components),
                                  fmt::format("at most feature_dim = {}", params.feature_dim));
  }
  if (params.algorithm_mode == PcaMode::kRandomized) {
    if (params.FactorRows() <= kMaxFactorValues / params.feature_dim) return Status::Ok();
    return ResourceLimit(
        fmt::format("Factor takes too much memory: (num_components + extra_components) * feature_dim = {} * {}, the limit is {}",
                    params.FactorRows(), params.feature_dim, kMaxFactorValues));
  }
  if (params.feature_dim <= linalg::kMostEigenColumns) return Status::Ok();
  return ResourceLimit(
      fmt::format("Scatter matrix takes too much memory: feature_dim = {}, the limit of algorithm_mode {} is {}; "
                  "algorithm_mode randomized needs less",
                  params.feature_dim, PcaModeName(params.algorithm_mode), linalg::kMostEigenColumns));
}

std::string_view PcaModeName(PcaMode mode) {
  switch (mode) {
    case PcaMode::kRegular: return "regular";
    case PcaMode::kStable: return "stable";
    case PcaMode::kRandomized: return "randomized";
  }
  return "";
}

}  // namespace sagespark::algo
