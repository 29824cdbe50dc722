#include "sagespark/algo/kmeans/params.h"

#include <fmt/format.h>

#include "sagespark/algo/hyperparameters.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kMaxCenterValues = int64_t{1} << 34;
constexpr IntegerRange kHalfLifeRange{.least = 0};
constexpr RealRange kTolRange{.least = 0, .most = 1};

constexpr std::string_view kNames[] = {
    "k",           "feature_dim",         "mini_batch_size",         "epochs",
    "init_method", "extra_center_factor", "half_life_time_size",     "local_lloyd_init_method",
    "eval_metrics", "local_lloyd_max_iter", "local_lloyd_num_trials", "local_lloyd_tol",
    "force_dense",
};

}  // namespace

const std::vector<std::pair<std::string, std::string>>& KMeansDefaultHyperparameters() {
  static const auto defaults = [] {
    std::vector<std::pair<std::string, std::string>> all = {
      {"init_method", "random"},
      {"mini_batch_size", "5000"},
      {"epochs", "1"},
      {"extra_center_factor", "auto"},
      {"local_lloyd_max_iter", "300"},
      {"local_lloyd_tol", "0.0001"},
      {"local_lloyd_init_method", "kmeans++"},
      {"local_lloyd_num_trials", "auto"},
      {"half_life_time_size", "0"},
      {"eval_metrics", "[\"msd\"]"},
      {"force_dense", "true"},
    };
    const auto service = ServiceHyperparameters();
    all.insert(all.end(), service.begin(), service.end());
    return all;
  }();
  return defaults;
}

Result<KMeansParams> ParseKMeansParams(const std::map<std::string, std::string>& hyperparameters) {
  const std::initializer_list<std::pair<std::string_view, CenterInit>> inits = {
      {"random", CenterInit::kRandom}, {"kmeans++", CenterInit::kKMeansPlusPlus}};
  constexpr std::string_view kTuningMetrics[] = {"test:msd", "test:ssd"};
  KMeansParams params;
  HyperparameterReader reader("k-means", hyperparameters, kNames);
  reader.Require("k").Read("k", params.k)
      .Require("feature_dim").Read("feature_dim", params.feature_dim)
      .Read("mini_batch_size", params.mini_batch_size)
      .Read("epochs", params.epochs)
      .Read("extra_center_factor", params.extra_center_factor)
      .Choose("init_method", params.init_method, inits)
      .Read("half_life_time_size", params.half_life_time_size, kHalfLifeRange)
      .Choose("local_lloyd_init_method", params.local_lloyd_init_method, inits)
      .Read("local_lloyd_max_iter", params.local_lloyd_max_iter)
      .Read("local_lloyd_tol", params.local_lloyd_tol, kTolRange)
      .Read("local_lloyd_num_trials", params.local_lloyd_num_trials)
      .ChooseSome("eval_metrics", params.eval_metrics, {{"msd", EvalMetric::kMsd}, {"ssd", EvalMetric::kSsd}})
      .Read("force_dense", params.force_dense)
      .CheckTuningMetric(kTuningMetrics);
  SAGESPARK_RETURN_IF_ERROR(reader.status());
  SAGESPARK_RETURN_IF_ERROR(ValidateKMeansParams(params));
  return params;
}

Status ValidateKMeansParams(const KMeansParams& params) {
  const int64_t factor = params.extra_center_factor.value_or(1);
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("k", params.k, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("feature_dim", params.feature_dim, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("mini_batch_size", params.mini_batch_size, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("epochs", params.epochs, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("extra_center_factor", factor, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("half_life_time_size", params.half_life_time_size, kHalfLifeRange));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("local_lloyd_max_iter", params.local_lloyd_max_iter, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("local_lloyd_num_trials", params.local_lloyd_num_trials.value_or(1), IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("local_lloyd_tol", params.local_lloyd_tol, kTolRange));
  if (params.eval_metrics.empty()) return HyperparameterNotValid("eval_metrics", "[]", "a JSON list of msd and ssd");
  if (params.k * factor > params.mini_batch_size) {
    return HyperparameterNotValid("mini_batch_size", fmt::to_string(params.mini_batch_size),
                    fmt::format("at least k * extra_center_factor = {}", params.k * factor));
  }
  if (params.k * factor > kMaxCenterValues / params.feature_dim) {
    return ResourceLimit(fmt::format(
        "Centers take too much memory: k * extra_center_factor * feature_dim = {} * {} * {}, the limit is {}",
        params.k, factor, params.feature_dim, kMaxCenterValues));
  }
  return Status::Ok();
}

std::string EvalMetricName(EvalMetric metric) { return metric == EvalMetric::kMsd ? "msd" : "ssd"; }

}  // namespace sagespark::algo
