#include "sagespark/algo/lda/params.h"

#include <fmt/format.h>

#include "sagespark/algo/hyperparameters.h"
#include "sagespark/algo/lda/spectral.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kMaxTensorValues = int64_t{1} << 26;
constexpr int64_t kMaxTopicValues = int64_t{1} << 32;

constexpr std::string_view kNames[] = {"num_topics",   "feature_dim",    "mini_batch_size", "alpha0",
                                       "max_restarts", "max_iterations", "tol"};

}  // namespace

const std::vector<std::pair<std::string, std::string>>& LdaDefaultHyperparameters() {
  static const auto defaults = [] {
    std::vector<std::pair<std::string, std::string>> all = {
        {"alpha0", "1.0"}, {"max_restarts", "10"}, {"max_iterations", "1000"}, {"tol", "1e-8"}};
    const auto service = ServiceHyperparameters();
    all.insert(all.end(), service.begin(), service.end());
    return all;
  }();
  return defaults;
}

Result<LdaParams> ParseLdaParams(const std::map<std::string, std::string>& hyperparameters) {
  constexpr std::string_view kTuningMetrics[] = {"test:pwll"};
  LdaParams params;
  HyperparameterReader reader("LDA", hyperparameters, kNames);
  reader.Require("num_topics")
      .Read("num_topics", params.num_topics)
      .Require("feature_dim")
      .Read("feature_dim", params.feature_dim)
      .Require("mini_batch_size")
      .Read("mini_batch_size", params.mini_batch_size)
      .Read("alpha0", params.alpha0, RealRange::Positive())
      .Read("max_restarts", params.max_restarts)
      .Read("max_iterations", params.max_iterations)
      .Read("tol", params.tol, RealRange::Positive())
      .CheckTuningMetric(kTuningMetrics);
  SAGESPARK_RETURN_IF_ERROR(reader.status());
  SAGESPARK_RETURN_IF_ERROR(ValidateLdaParams(params));
  return params;
}

Status ValidateLdaParams(const LdaParams& params) {
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("num_topics", params.num_topics, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("feature_dim", params.feature_dim, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("mini_batch_size", params.mini_batch_size, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("alpha0", params.alpha0, RealRange::Positive()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("max_restarts", params.max_restarts, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("max_iterations", params.max_iterations, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("tol", params.tol, RealRange::Positive()));
  const int64_t computed = ComputedTopics(params.num_topics);
  if (computed > kMaxTensorValues / computed / computed) {
    return ResourceLimit(fmt::format("Tensor takes too much memory: num_topics {} and a quarter more to the third "
                                     "power, the limit is {}",
                                     params.num_topics, kMaxTensorValues));
  }
  if (params.num_topics > kMaxTopicValues / params.feature_dim) {
    return ResourceLimit(fmt::format("Topics take too much memory: num_topics * feature_dim = {} * {}, the limit is {}",
                                     params.num_topics, params.feature_dim, kMaxTopicValues));
  }
  return Status::Ok();
}

}  // namespace sagespark::algo
