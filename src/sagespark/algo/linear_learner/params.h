#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::algo {

enum class PredictorType { kBinaryClassifier, kMulticlassClassifier, kRegressor };

/// What training makes small; see losses.h.
enum class LinearLoss {
  kLogistic,
  kHinge,
  kSoftmax,
  kMulticlassHinge,  ///< Spelled "hinge_loss" too.
  kSquared,
  kAbsolute,
  kEpsInsensitiveSquared,
  kEpsInsensitiveAbsolute,
  kQuantile,
  kHuber,
};

enum class LinearInit { kUniform, kNormal };

enum class LinearOptimizer { kSgd, kAdam, kRmsProp };

/// What the binary classifier and its threshold are chosen by.
enum class SelectionCriterion {
  kAccuracy,
  kFBeta,
  kPrecisionAtTargetRecall,
  kRecallAtTargetPrecision,
  kLoss,  ///< "loss_function" and "cross_entropy_loss": the loss chooses the model, accuracy its threshold.
};

/// How positive rows weigh against negative ones.
enum class PositiveWeight { kGiven, kBalanced, kAuto };

/// Parameters, with their hyperparameter names. "auto" is nullopt.
/// Source: "Linear Learner Hyperparameters", Amazon SageMaker guide.
struct LinearLearnerParams {
  PredictorType predictor_type = PredictorType::kBinaryClassifier;  ///< `predictor_type`. Required.
  /// `num_classes`: 3 ... 1,000,000. Required of a multiclass classifier; others do not look at it.
  int64_t num_classes = 1;
  std::optional<int64_t> feature_dim;  ///< `feature_dim`: length of a row, >= 1. Auto: the first row's.
  int64_t mini_batch_size = 1000;      ///< `mini_batch_size`: rows of a batch, >= 1.
  int64_t epochs = 15;                 ///< `epochs`: passes over the data, >= 1.

  bool normalize_data = true;             ///< `normalize_data`: features are divided by their standard deviation.
  std::optional<bool> normalize_label;    ///< `normalize_label`: so is a regressor's label. Auto: true.
  std::optional<bool> unbias_data;        ///< `unbias_data`: less their means. Auto: as use_bias.
  std::optional<bool> unbias_label;       ///< `unbias_label`: a regressor's, with use_bias. Auto: true.
  int64_t num_point_for_scaler = 10000;   ///< `num_point_for_scaler`: first rows that say so, >= 1.

  LinearLoss loss = LinearLoss::kLogistic;  ///< `loss`. Auto: logistic, softmax_loss or squared_loss.
  double margin = 1.0;                      ///< `margin`: of the hinge losses, > 0.
  double quantile = 0.5;                    ///< `quantile`: of the quantile loss, (0, 1).
  double loss_insensitivity = 0.01;         ///< `loss_insensitivity`: of the eps_insensitive losses, > 0.
  double huber_delta = 1.0;                 ///< `huber_delta`: of the Huber loss, > 0.

  bool use_bias = true;                          ///< `use_bias`.
  LinearInit init_method = LinearInit::kUniform; ///< `init_method`: of the weights.
  double init_scale = 0.07;                      ///< `init_scale`: uniform in [-init_scale, init_scale], > 0.
  double init_sigma = 0.01;                      ///< `init_sigma`: standard deviation of the normal ones, > 0.
  double init_bias = 0.0;                        ///< `init_bias`.

  std::optional<LinearOptimizer> optimizer;  ///< `optimizer`. Auto: adam, and small data is cut in smaller updates.
  std::optional<double> learning_rate;       ///< `learning_rate`: > 0.
  std::optional<double> momentum;            ///< `momentum`: of sgd, [0, 1). Auto: 0.9.
  std::optional<double> beta_1;              ///< `beta_1`: of adam, [0, 1). Auto: 0.9.
  std::optional<double> beta_2;              ///< `beta_2`: of adam and rmsprop, [0, 1). Auto: 0.999, rmsprop 0.99.
  std::optional<double> bias_lr_mult;        ///< `bias_lr_mult`: the bias learns at this times the rate, > 0. Auto: 1.
  std::optional<double> bias_wd_mult;        ///< `bias_wd_mult`: and decays at this times wd, >= 0. Auto: 0.
  std::optional<double> wd;                  ///< `wd`: weight of the squares of the weights, >= 0.
  std::optional<double> l1;                  ///< `l1`: weight of their sizes, >= 0.

  bool use_lr_scheduler = true;                 ///< `use_lr_scheduler`.
  std::optional<int64_t> lr_scheduler_step;     ///< `lr_scheduler_step`: updates between two cuts, >= 1.
  std::optional<double> lr_scheduler_factor;    ///< `lr_scheduler_factor`: of a cut, (0, 1).
  std::optional<double> lr_scheduler_minimum_lr;///< `lr_scheduler_minimum_lr`: > 0.
  int64_t early_stopping_patience = 3;          ///< `early_stopping_patience`: epochs without gain, >= 1.
  double early_stopping_tolerance = 0.001;      ///< `early_stopping_tolerance`: relative gain that counts, > 0.

  std::optional<int64_t> num_models;               ///< `num_models`: trained side by side, >= 1.
  std::optional<int64_t> num_calibration_samples;  ///< `num_calibration_samples`: rows, >= 1. Auto: 200,000.
  SelectionCriterion criterion = SelectionCriterion::kAccuracy;  ///< `binary_classifier_model_selection_criteria`.
  double target_recall = 0.8;     ///< `target_recall`: (0, 1).
  double target_precision = 0.8;  ///< `target_precision`: (0, 1).
  double f_beta = 1.0;            ///< `f_beta`: > 0.
  double criterion_beta = 1.0;    ///< f_beta, but 1 for the criterion "f1".
  PositiveWeight positive_weight = PositiveWeight::kGiven;  ///< `positive_example_weight_mult`: > 0, balanced or auto.
  double positive_example_weight_mult = 1.0;                ///< The number, when given.
  bool balance_multiclass_weights = false;                  ///< `balance_multiclass_weights`.
  int64_t accuracy_top_k = 3;                               ///< `accuracy_top_k`: >= 1.

  /// Linear functions of one model: num_classes, or 1.
  int64_t outputs() const { return predictor_type == PredictorType::kMulticlassClassifier ? num_classes : 1; }
  bool normalizes_label() const {
    return predictor_type == PredictorType::kRegressor && normalize_label.value_or(true);
  }
  bool unbiases_data() const { return unbias_data.value_or(use_bias); }
  bool unbiases_label() const {
    return predictor_type == PredictorType::kRegressor && use_bias && unbias_label.value_or(true);
  }
};

/// The names and texts that AWS's image starts from, in the order of its log.
const std::vector<std::pair<std::string, std::string>>& LinearLearnerDefaultHyperparameters();

/// Reads hyperparameters as a training job has them: the given ones over the defaults.
/// Errors: kInvalidArgument naming the hyperparameter, its value and what is valid, for a required one that is missing,
///         an unknown name, and a value out of its range or one that does not go with predictor_type.
Result<LinearLearnerParams> ParseLinearLearnerParams(const std::map<std::string, std::string>& hyperparameters);

/// "binary_classifier", "multiclass_classifier" or "regressor".
std::string_view PredictorTypeName(PredictorType type);

/// As the hyperparameter spells it.
std::string_view LinearLossName(LinearLoss loss);

std::string_view LinearOptimizerName(LinearOptimizer optimizer);

}  // namespace sagespark::algo
