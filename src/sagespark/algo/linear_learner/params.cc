#include "sagespark/algo/linear_learner/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sagespark/algo/hyperparameters.h"

namespace sagespark::algo {
namespace {

constexpr int64_t kMaxClasses = 1'000'000;
constexpr RealRange kOpenUnit{.least = 0, .most = 1, .is_least_open = true, .is_most_open = true};
constexpr RealRange kFraction{.least = 0, .most = 1, .is_most_open = true};

constexpr std::string_view kTuningMetrics[] = {
    "test:objective_loss",        "validation:objective_loss",
    "test:binary_classification_accuracy", "validation:binary_classification_accuracy",
    "test:binary_f_beta",         "validation:binary_f_beta",
    "test:precision",             "validation:precision",
    "test:recall",                "validation:recall",
    "test:roc_auc_score",         "validation:roc_auc_score",
    "test:mse",                   "validation:mse",
    "test:rmse",                  "validation:rmse",
    "test:absolute_loss",         "validation:absolute_loss",
    "test:multiclass_accuracy",   "validation:multiclass_accuracy",
    "test:multiclass_top_k_accuracy", "validation:multiclass_top_k_accuracy",
    "test:macro_precision",       "validation:macro_precision",
    "test:macro_recall",          "validation:macro_recall",
    "test:macro_f_beta",          "validation:macro_f_beta",
    "test:dcg",                   "validation:dcg",
};

// The names but those of ServiceHyperparameters.
const std::vector<std::string_view>& Names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all = {"predictor_type"};
    for (const auto& [name, value] : LinearLearnerDefaultHyperparameters()) {
      if (!name.starts_with('_')) all.push_back(name);
    }
    return all;
  }();
  return names;
}

struct LossNames {
  std::string_view name;
  PredictorType predictor_type;
  LinearLoss loss;
};

// The first of a predictor type is what auto means.
constexpr auto kLosses = std::to_array<LossNames>({
    {"logistic", PredictorType::kBinaryClassifier, LinearLoss::kLogistic},
    {"hinge_loss", PredictorType::kBinaryClassifier, LinearLoss::kHinge},
    {"softmax_loss", PredictorType::kMulticlassClassifier, LinearLoss::kSoftmax},
    {"hinge_loss", PredictorType::kMulticlassClassifier, LinearLoss::kMulticlassHinge},
    {"squared_loss", PredictorType::kRegressor, LinearLoss::kSquared},
    {"absolute_loss", PredictorType::kRegressor, LinearLoss::kAbsolute},
    {"eps_insensitive_squared_loss", PredictorType::kRegressor, LinearLoss::kEpsInsensitiveSquared},
    {"eps_insensitive_absolute_loss", PredictorType::kRegressor, LinearLoss::kEpsInsensitiveAbsolute},
    {"quantile_loss", PredictorType::kRegressor, LinearLoss::kQuantile},
    {"huber_loss", PredictorType::kRegressor, LinearLoss::kHuber},
});

Status ReadLoss(const std::string& text, LinearLearnerParams& params) {
  std::string valid = "auto";
  for (const LossNames& names : kLosses) {
    if (names.predictor_type != params.predictor_type) continue;
    if (text == names.name || text == "auto") {
      params.loss = names.loss;
      return Status::Ok();
    }
    valid += fmt::format(", {}", names.name);
  }
  return HyperparameterNotValid(
      "loss", text, fmt::format("for predictor_type {} one of {}", PredictorTypeName(params.predictor_type), valid));
}

Status CheckClasses(const LinearLearnerParams& params, const HyperparameterMap& given) {
  if (params.predictor_type != PredictorType::kMulticlassClassifier) return Status::Ok();
  if (!given.contains("num_classes") || params.num_classes == 1) {
    return InvalidArgument("Required hyperparameter is missing: num_classes, of predictor_type multiclass_classifier");
  }
  return CheckHyperparameter("num_classes", params.num_classes, {.least = 3, .most = kMaxClasses});
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& LinearLearnerDefaultHyperparameters() {
  static const auto defaults = [] {
    std::vector<std::pair<std::string, std::string>> all = {
        {"loss_insensitivity", "0.01"},
        {"epochs", "15"},
        {"feature_dim", "auto"},
        {"init_bias", "0.0"},
        {"lr_scheduler_factor", "auto"},
        {"num_calibration_samples", "auto"},
        {"accuracy_top_k", "3"},
        {"use_bias", "true"},
        {"num_point_for_scaler", "10000"},
        {"quantile", "0.5"},
        {"bias_lr_mult", "auto"},
        {"lr_scheduler_step", "auto"},
        {"init_method", "uniform"},
        {"init_sigma", "0.01"},
        {"lr_scheduler_minimum_lr", "auto"},
        {"target_recall", "0.8"},
        {"num_models", "auto"},
        {"early_stopping_patience", "3"},
        {"momentum", "auto"},
        {"unbias_label", "auto"},
        {"wd", "auto"},
        {"optimizer", "auto"},
        {"early_stopping_tolerance", "0.001"},
        {"learning_rate", "auto"},
        {"normalize_data", "true"},
        {"binary_classifier_model_selection_criteria", "accuracy"},
        {"use_lr_scheduler", "true"},
        {"target_precision", "0.8"},
        {"unbias_data", "auto"},
        {"init_scale", "0.07"},
        {"bias_wd_mult", "auto"},
        {"f_beta", "1.0"},
        {"mini_batch_size", "1000"},
        {"huber_delta", "1.0"},
        {"num_classes", "1"},
        {"beta_1", "auto"},
        {"loss", "auto"},
        {"beta_2", "auto"},
        {"normalize_label", "auto"},
        {"balance_multiclass_weights", "false"},
        {"positive_example_weight_mult", "1.0"},
        {"l1", "auto"},
        {"margin", "1.0"},
    };
    const auto service = ServiceHyperparameters();
    all.insert(all.end(), service.begin(), service.end());
    return all;
  }();
  return defaults;
}

Result<LinearLearnerParams> ParseLinearLearnerParams(const std::map<std::string, std::string>& hyperparameters) {
  LinearLearnerParams params;
  std::string loss = "auto";
  std::string criterion = "accuracy";
  std::string positive_weight = "1.0";
  HyperparameterReader reader("linear learner", hyperparameters, Names());
  reader.Require("predictor_type")
      .Choose("predictor_type", params.predictor_type,
              {{"binary_classifier", PredictorType::kBinaryClassifier},
               {"multiclass_classifier", PredictorType::kMulticlassClassifier},
               {"regressor", PredictorType::kRegressor}})
      .Read("num_classes", params.num_classes, {.least = 1, .most = kMaxClasses})
      .Read("feature_dim", params.feature_dim)
      .Read("mini_batch_size", params.mini_batch_size)
      .Read("epochs", params.epochs)
      .Read("normalize_data", params.normalize_data)
      .Read("normalize_label", params.normalize_label)
      .Read("unbias_data", params.unbias_data)
      .Read("unbias_label", params.unbias_label)
      .Read("num_point_for_scaler", params.num_point_for_scaler)
      .Read("loss", loss)
      .Read("margin", params.margin, RealRange::Positive())
      .Read("quantile", params.quantile, kOpenUnit)
      .Read("loss_insensitivity", params.loss_insensitivity, RealRange::Positive())
      .Read("huber_delta", params.huber_delta, RealRange::Positive())
      .Read("use_bias", params.use_bias)
      .Choose("init_method", params.init_method, {{"uniform", LinearInit::kUniform}, {"normal", LinearInit::kNormal}})
      .Read("init_scale", params.init_scale, RealRange::Positive())
      .Read("init_sigma", params.init_sigma, RealRange::Positive())
      .Read("init_bias", params.init_bias, RealRange::Any())
      .Choose<std::optional<LinearOptimizer>>("optimizer", params.optimizer,
                                              {{"auto", std::nullopt},
                                               {"sgd", LinearOptimizer::kSgd},
                                               {"adam", LinearOptimizer::kAdam},
                                               {"rmsprop", LinearOptimizer::kRmsProp}})
      .Read("learning_rate", params.learning_rate, RealRange::Positive())
      .Read("momentum", params.momentum, kFraction)
      .Read("beta_1", params.beta_1, kFraction)
      .Read("beta_2", params.beta_2, kFraction)
      .Read("bias_lr_mult", params.bias_lr_mult, RealRange::Positive())
      .Read("bias_wd_mult", params.bias_wd_mult)
      .Read("wd", params.wd)
      .Read("l1", params.l1)
      .Read("use_lr_scheduler", params.use_lr_scheduler)
      .Read("lr_scheduler_step", params.lr_scheduler_step)
      .Read("lr_scheduler_factor", params.lr_scheduler_factor, kOpenUnit)
      .Read("lr_scheduler_minimum_lr", params.lr_scheduler_minimum_lr, RealRange::Positive())
      .Read("early_stopping_patience", params.early_stopping_patience)
      .Read("early_stopping_tolerance", params.early_stopping_tolerance, RealRange::Positive())
      .Read("num_models", params.num_models)
      .Read("num_calibration_samples", params.num_calibration_samples)
      .Choose("binary_classifier_model_selection_criteria", params.criterion,
              {{"accuracy", SelectionCriterion::kAccuracy},
               {"f1", SelectionCriterion::kFBeta},
               {"f_beta", SelectionCriterion::kFBeta},
               {"precision_at_target_recall", SelectionCriterion::kPrecisionAtTargetRecall},
               {"recall_at_target_precision", SelectionCriterion::kRecallAtTargetPrecision},
               {"cross_entropy_loss", SelectionCriterion::kLoss},
               {"loss_function", SelectionCriterion::kLoss}})
      .Read("binary_classifier_model_selection_criteria", criterion)
      .Read("target_recall", params.target_recall, kOpenUnit)
      .Read("target_precision", params.target_precision, kOpenUnit)
      .Read("f_beta", params.f_beta, RealRange::Positive())
      .Read("positive_example_weight_mult", positive_weight)
      .Read("balance_multiclass_weights", params.balance_multiclass_weights)
      .Read("accuracy_top_k", params.accuracy_top_k)
      .CheckTuningMetric(kTuningMetrics);
  SAGESPARK_RETURN_IF_ERROR(reader.status());
  SAGESPARK_RETURN_IF_ERROR(CheckClasses(params, hyperparameters));
  SAGESPARK_RETURN_IF_ERROR(ReadLoss(loss, params));
  params.criterion_beta = criterion == "f1" ? 1 : params.f_beta;
  if (positive_weight == "balanced") {
    params.positive_weight = PositiveWeight::kBalanced;
  } else if (positive_weight == "auto") {
    params.positive_weight = PositiveWeight::kAuto;
  } else {
    reader.Read("positive_example_weight_mult", params.positive_example_weight_mult, RealRange::Positive());
    if (!reader.status().ok()) {
      return HyperparameterNotValid("positive_example_weight_mult", positive_weight, "a number above 0, balanced or auto");
    }
  }
  return params;
}

std::string_view PredictorTypeName(PredictorType type) {
  switch (type) {
    case PredictorType::kBinaryClassifier:
      return "binary_classifier";
    case PredictorType::kMulticlassClassifier:
      return "multiclass_classifier";
    case PredictorType::kRegressor:
      return "regressor";
  }
  return "";
}

std::string_view LinearLossName(LinearLoss loss) {
  const auto found = std::find_if(kLosses.begin(), kLosses.end(), [&](const auto& names) { return names.loss == loss; });
  return found->name;
}

std::string_view LinearOptimizerName(LinearOptimizer optimizer) {
  switch (optimizer) {
    case LinearOptimizer::kSgd:
      return "sgd";
    case LinearOptimizer::kAdam:
      return "adam";
    case LinearOptimizer::kRmsProp:
      return "rmsprop";
  }
  return "";
}

}  // namespace sagespark::algo
