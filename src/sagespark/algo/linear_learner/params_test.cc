#include "sagespark/algo/linear_learner/params.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using Hyperparameters = std::map<std::string, std::string>;

Hyperparameters DefaultsAnd(Hyperparameters given) {
  for (const auto& [name, value] : LinearLearnerDefaultHyperparameters()) given.emplace(name, value);
  return given;
}

TEST(LinearLearnerParamsTest, TakesTheDefaultsOfTheImage) {
  ASSERT_OK_AND_ASSIGN(const LinearLearnerParams params,
                       ParseLinearLearnerParams(DefaultsAnd({{"predictor_type", "regressor"}})));
  EXPECT_EQ(params.predictor_type, PredictorType::kRegressor);
  EXPECT_EQ(params.loss, LinearLoss::kSquared);
  EXPECT_EQ(params.epochs, 15);
  EXPECT_EQ(params.mini_batch_size, 1000);
  EXPECT_EQ(params.feature_dim, std::nullopt);
  EXPECT_EQ(params.optimizer, std::nullopt);
  EXPECT_TRUE(params.normalizes_label());
}

TEST(LinearLearnerParamsTest, DefaultsAreThoseOfTheStructToo) {
  ASSERT_OK_AND_ASSIGN(const LinearLearnerParams with,
                       ParseLinearLearnerParams(DefaultsAnd({{"predictor_type", "binary_classifier"}})));
  ASSERT_OK_AND_ASSIGN(const LinearLearnerParams without,
                       ParseLinearLearnerParams({{"predictor_type", "binary_classifier"}}));
  EXPECT_EQ(with.init_scale, without.init_scale);
  EXPECT_EQ(with.early_stopping_tolerance, without.early_stopping_tolerance);
  EXPECT_EQ(with.target_recall, without.target_recall);
  EXPECT_EQ(with.loss_insensitivity, without.loss_insensitivity);
}

TEST(LinearLearnerParamsTest, HingeLossIsTheOneOfThePredictorType) {
  Hyperparameters given = {{"predictor_type", "binary_classifier"}, {"loss", "hinge_loss"}, {"num_classes", "3"}};
  ASSERT_OK_AND_ASSIGN(const LinearLearnerParams binary, ParseLinearLearnerParams(given));
  EXPECT_EQ(binary.loss, LinearLoss::kHinge);
  given["predictor_type"] = "multiclass_classifier";
  ASSERT_OK_AND_ASSIGN(const LinearLearnerParams multiclass, ParseLinearLearnerParams(given));
  EXPECT_EQ(multiclass.loss, LinearLoss::kMulticlassHinge);
}

struct BadCase {
  Hyperparameters given;
  std::string message;
};

TEST(LinearLearnerParamsTest, RefusesWhatIsNotValidByName) {
  const Hyperparameters binary = {{"predictor_type", "binary_classifier"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    Hyperparameters given = binary;
    given[name] = value;
    return given;
  };
  const auto not_valid = [&](const std::string& name, const std::string& value, const std::string& valid) {
    return BadCase{with(name, value), name + " = \"" + value + "\", valid is " + valid};
  };
  const std::vector<BadCase> cases = {
      {{}, "Required hyperparameter is missing: predictor_type"},
      {{{"predictor_type", "ranker"}}, "predictor_type = \"ranker\""},
      {{{"predictor_type", "multiclass_classifier"}}, "Required hyperparameter is missing: num_classes"},
      {{{"predictor_type", "multiclass_classifier"}, {"num_classes", "2"}}, "num_classes = \"2\", valid is "},
      {{{"predictor_type", "multiclass_classifier"}, {"num_classes", "1000001"}}, "num_classes = \"1000001\""},
      {with("k", "10"), "Hyperparameter is unknown to linear learner: k"},
      {with("loss", "squared_loss"), "loss = \"squared_loss\", valid is for predictor_type binary_classifier one of auto, "
                                     "logistic, hinge_loss"},
      {with("loss", "squared"), "loss = \"squared\""},
      not_valid("wd", "-1", "a number >= 0"),
      not_valid("l1", "nan", "a number >= 0"),
      not_valid("learning_rate", "0", "a number > 0"),
      not_valid("learning_rate", "fast", "a number or auto"),
      not_valid("momentum", "1", "a number in [0, 1)"),
      not_valid("beta_1", "1", "a number in [0, 1)"),
      not_valid("beta_2", "-0.1", "a number in [0, 1)"),
      not_valid("quantile", "1", "a number in (0, 1)"),
      not_valid("margin", "0", "a number > 0"),
      not_valid("huber_delta", "0", "a number > 0"),
      not_valid("loss_insensitivity", "0", "a number > 0"),
      not_valid("target_recall", "0", "a number in (0, 1)"),
      not_valid("target_precision", "1", "a number in (0, 1)"),
      not_valid("f_beta", "0", "a number > 0"),
      not_valid("lr_scheduler_factor", "1", "a number in (0, 1)"),
      not_valid("lr_scheduler_step", "0", "an integer in [1, 2147483647]"),
      not_valid("lr_scheduler_minimum_lr", "0", "a number > 0"),
      not_valid("early_stopping_patience", "0", "an integer in [1, 2147483647]"),
      not_valid("early_stopping_tolerance", "0", "a number > 0"),
      not_valid("num_models", "0", "an integer in [1, 2147483647]"),
      not_valid("num_models", "many", "an integer or auto"),
      not_valid("num_calibration_samples", "0", "an integer in [1, 2147483647]"),
      not_valid("num_point_for_scaler", "0", "an integer in [1, 2147483647]"),
      not_valid("init_method", "zeros", "uniform or normal"),
      not_valid("init_scale", "0", "a number > 0"),
      not_valid("init_sigma", "0", "a number > 0"),
      not_valid("init_bias", "inf", "a finite number"),
      not_valid("optimizer", "lbfgs", "auto, sgd, adam or rmsprop"),
      not_valid("use_bias", "maybe", "true or false"),
      not_valid("use_lr_scheduler", "1", "true or false"),
      not_valid("normalize_data", "yes", "true or false"),
      not_valid("normalize_label", "no", "true, false or auto"),
      not_valid("unbias_data", "no", "true, false or auto"),
      not_valid("unbias_label", "no", "true, false or auto"),
      not_valid("balance_multiclass_weights", "auto", "true or false"),
      not_valid("positive_example_weight_mult", "0", "a number above 0, balanced or auto"),
      not_valid("positive_example_weight_mult", "much", "a number above 0, balanced or auto"),
      not_valid("binary_classifier_model_selection_criteria", "auc", "accuracy, f1, f_beta, precision_at_target_recall, recall_at_target_precision, "
       "cross_entropy_loss or loss_function"),
      not_valid("accuracy_top_k", "0", "an integer in [1, 2147483647]"),
      not_valid("mini_batch_size", "0", "an integer in [1, 2147483647]"),
      not_valid("epochs", "1.5", "an integer"),
      not_valid("epochs", "0", "an integer in [1, 2147483647]"),
      not_valid("feature_dim", "0", "an integer in [1, 2147483647]"),
      not_valid("bias_lr_mult", "0", "a number > 0"),
      not_valid("bias_wd_mult", "-1", "a number >= 0"),
      {with("_tuning_objective_metric", "test:msd"), "_tuning_objective_metric = \"test:msd\""},
  };
  for (const BadCase& c : cases) {
    SCOPED_TRACE(c.message);
    EXPECT_THAT(ParseLinearLearnerParams(c.given), IsError(ErrorKind::kInvalidArgument, testing::HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
