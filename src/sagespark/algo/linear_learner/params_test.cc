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
  const std::vector<BadCase> cases = {
      {{}, "Required hyperparameter is missing: predictor_type"},
      {{{"predictor_type", "ranker"}}, "predictor_type = \"ranker\""},
      {{{"predictor_type", "multiclass_classifier"}}, "Required hyperparameter is missing: num_classes"},
      {{{"predictor_type", "multiclass_classifier"}, {"num_classes", "2"}}, "num_classes = \"2\""},
      {{{"predictor_type", "multiclass_classifier"}, {"num_classes", "1000001"}}, "num_classes = \"1000001\""},
      {with("k", "10"), "Hyperparameter is unknown to linear learner: k"},
      {with("loss", "squared_loss"), "loss = \"squared_loss\", valid is for predictor_type binary_classifier one of auto, "
                                     "logistic, hinge_loss"},
      {with("loss", "squared"), "loss = \"squared\""},
      {with("wd", "-1"), "wd = \"-1\""},
      {with("l1", "nan"), "l1 = \"nan\""},
      {with("learning_rate", "0"), "learning_rate = \"0\""},
      {with("momentum", "1"), "momentum = \"1\""},
      {with("beta_1", "1"), "beta_1 = \"1\""},
      {with("beta_2", "-0.1"), "beta_2 = \"-0.1\""},
      {with("quantile", "1"), "quantile = \"1\""},
      {with("margin", "0"), "margin = \"0\""},
      {with("huber_delta", "0"), "huber_delta = \"0\""},
      {with("loss_insensitivity", "0"), "loss_insensitivity = \"0\""},
      {with("target_recall", "0"), "target_recall = \"0\""},
      {with("target_precision", "1"), "target_precision = \"1\""},
      {with("f_beta", "0"), "f_beta = \"0\""},
      {with("lr_scheduler_factor", "1"), "lr_scheduler_factor = \"1\""},
      {with("lr_scheduler_step", "0"), "lr_scheduler_step = \"0\""},
      {with("lr_scheduler_minimum_lr", "0"), "lr_scheduler_minimum_lr = \"0\""},
      {with("early_stopping_patience", "0"), "early_stopping_patience = \"0\""},
      {with("early_stopping_tolerance", "0"), "early_stopping_tolerance = \"0\""},
      {with("num_models", "0"), "num_models = \"0\""},
      {with("num_calibration_samples", "0"), "num_calibration_samples = \"0\""},
      {with("num_point_for_scaler", "0"), "num_point_for_scaler = \"0\""},
      {with("init_method", "zeros"), "init_method = \"zeros\""},
      {with("init_scale", "0"), "init_scale = \"0\""},
      {with("init_sigma", "0"), "init_sigma = \"0\""},
      {with("init_bias", "inf"), "init_bias = \"inf\""},
      {with("optimizer", "lbfgs"), "optimizer = \"lbfgs\""},
      {with("use_bias", "maybe"), "use_bias = \"maybe\""},
      {with("positive_example_weight_mult", "0"), "positive_example_weight_mult = \"0\""},
      {with("positive_example_weight_mult", "much"), "a number above 0, balanced or auto"},
      {with("binary_classifier_model_selection_criteria", "auc"), "binary_classifier_model_selection_criteria = \"auc\""},
      {with("accuracy_top_k", "0"), "accuracy_top_k = \"0\""},
      {with("mini_batch_size", "0"), "mini_batch_size = \"0\""},
      {with("epochs", "1.5"), "epochs = \"1.5\""},
      {with("feature_dim", "0"), "feature_dim = \"0\""},
      {with("bias_lr_mult", "0"), "bias_lr_mult = \"0\""},
      {with("bias_wd_mult", "-1"), "bias_wd_mult = \"-1\""},
      {with("_tuning_objective_metric", "test:msd"), "_tuning_objective_metric = \"test:msd\""},
  };
  for (const BadCase& c : cases) {
    SCOPED_TRACE(c.message);
    EXPECT_THAT(ParseLinearLearnerParams(c.given), IsError(ErrorKind::kInvalidArgument, testing::HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
