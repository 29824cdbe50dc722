#include "sagespark/algo/factorization_machines/params.h"

#include <fmt/format.h>

#include "sagespark/algo/hyperparameters.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kMaxWeights = int64_t{1} << 34;

constexpr std::string_view kNames[] = {
    "feature_dim",       "num_factors",        "predictor_type",      "epochs",
    "mini_batch_size",   "clip_gradient",      "eps",                 "rescale_grad",
    "bias_lr",           "linear_lr",          "factors_lr",          "bias_wd",
    "linear_wd",         "factors_wd",         "bias_init_method",    "linear_init_method",
    "factors_init_method", "bias_init_sigma",  "linear_init_sigma",   "factors_init_sigma",
    "bias_init_scale",   "linear_init_scale",  "factors_init_scale",  "bias_init_value",
    "linear_init_value", "factors_init_value",
};
constexpr std::string_view kRegressorMetrics[] = {"test:rmse"};
constexpr std::string_view kClassifierMetrics[] = {
    "test:binary_classification_accuracy", "test:binary_classification_cross_entropy", "test:binary_f_beta"};

void ReadGroup(const std::string& name, HyperparameterReader& reader, ParameterGroup& group) {
  reader.Read(name + "_lr", group.lr)
      .Read(name + "_wd", group.wd)
      .Choose(name + "_init_method", group.init,
              {{"normal", ParameterInit::kNormal},
               {"uniform", ParameterInit::kUniform},
               {"constant", ParameterInit::kConstant}})
      .Read(name + "_init_sigma", group.sigma)
      .Read(name + "_init_scale", group.scale)
      .Read(name + "_init_value", group.value, RealRange::Any());
}

Status Check(std::string_view name, std::optional<double> value, RealRange range) {
  return value ? CheckHyperparameter(name, *value, range) : Status::Ok();
}

Status CheckGroup(const std::string& name, const ParameterGroup& group) {
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter(name + "_lr", group.lr, RealRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter(name + "_wd", group.wd, RealRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter(name + "_init_sigma", group.sigma, RealRange()));
  SAGESPARK_RETURN_IF_ERROR(Check(name + "_init_scale", group.scale, RealRange()));
  SAGESPARK_RETURN_IF_ERROR(Check(name + "_init_value", group.value, RealRange::Any()));
  const bool lacks_scale = group.init == ParameterInit::kUniform && !group.scale;
  const bool lacks_value = group.init == ParameterInit::kConstant && !group.value;
  if (!lacks_scale && !lacks_value) return Status::Ok();
  return InvalidArgument(fmt::format("Required hyperparameter is missing: {0}_init_{1}, because {0}_init_method is {2}",
                                     name, lacks_scale ? "scale" : "value", lacks_scale ? "uniform" : "constant"));
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& FactorizationMachinesDefaultHyperparameters() {
  static const auto defaults = [] {
    std::vector<std::pair<std::string, std::string>> all = {
        {"epochs", "1"},
        {"mini_batch_size", "1000"},
        {"bias_lr", "0.1"},
        {"linear_lr", "0.001"},
        {"factors_lr", "0.0001"},
        {"bias_wd", "0.01"},
        {"linear_wd", "0.001"},
        {"factors_wd", "0.00001"},
        {"bias_init_method", "normal"},
        {"linear_init_method", "normal"},
        {"factors_init_method", "normal"},
        {"bias_init_sigma", "0.01"},
        {"linear_init_sigma", "0.01"},
        {"factors_init_sigma", "0.001"},
    };
    const auto service = ServiceHyperparameters();
    all.insert(all.end(), service.begin(), service.end());
    return all;
  }();
  return defaults;
}

Result<FactorizationMachinesParams> ParseFactorizationMachinesParams(
    const std::map<std::string, std::string>& hyperparameters) {
  FactorizationMachinesParams params;
  HyperparameterReader reader("factorization machines", hyperparameters, kNames);
  reader.Require("feature_dim").Read("feature_dim", params.feature_dim)
      .Require("num_factors").Read("num_factors", params.num_factors)
      .Require("predictor_type")
      .Choose("predictor_type", params.task,
              {{"binary_classifier", FactorizationMachinesTask::kBinaryClassifier},
               {"regressor", FactorizationMachinesTask::kRegressor}})
      .Read("epochs", params.epochs)
      .Read("mini_batch_size", params.mini_batch_size)
      .Read("clip_gradient", params.clip_gradient, RealRange::Positive())
      .Read("eps", params.eps, RealRange::Positive())
      .Read("rescale_grad", params.rescale_grad, RealRange::Any());
  ReadGroup("bias", reader, params.bias);
  ReadGroup("linear", reader, params.linear);
  ReadGroup("factors", reader, params.factors);
  const bool is_regressor = params.task == FactorizationMachinesTask::kRegressor;
  reader.CheckTuningMetric(is_regressor ? std::span<const std::string_view>(kRegressorMetrics) : kClassifierMetrics);
  SAGESPARK_RETURN_IF_ERROR(reader.status());
  SAGESPARK_RETURN_IF_ERROR(ValidateFactorizationMachinesParams(params));
  return params;
}

Status ValidateFactorizationMachinesParams(const FactorizationMachinesParams& params) {
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("feature_dim", params.feature_dim, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("num_factors", params.num_factors, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("epochs", params.epochs, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(CheckHyperparameter("mini_batch_size", params.mini_batch_size, IntegerRange()));
  SAGESPARK_RETURN_IF_ERROR(Check("clip_gradient", params.clip_gradient, RealRange::Positive()));
  SAGESPARK_RETURN_IF_ERROR(Check("eps", params.eps, RealRange::Positive()));
  SAGESPARK_RETURN_IF_ERROR(Check("rescale_grad", params.rescale_grad, RealRange::Any()));
  SAGESPARK_RETURN_IF_ERROR(CheckGroup("bias", params.bias));
  SAGESPARK_RETURN_IF_ERROR(CheckGroup("linear", params.linear));
  SAGESPARK_RETURN_IF_ERROR(CheckGroup("factors", params.factors));
  if (params.num_factors + 1 > kMaxWeights / params.feature_dim) {
    return ResourceLimit(
        fmt::format("Factors take too much memory: feature_dim * (num_factors + 1) = {} * {}, the limit is {}",
                    params.feature_dim, params.num_factors + 1, kMaxWeights));
  }
  return Status::Ok();
}

std::string PredictorTypeName(FactorizationMachinesTask task) {
  return task == FactorizationMachinesTask::kRegressor ? "regressor" : "binary_classifier";
}

}  // namespace sagespark::algo
