#include "sagespark/algo/linear_learner/fit.h"

#include <cmath>
#include <set>
#include <string>

#include "sagespark/algo/linear_learner/testing/job.h"

namespace sagespark::algo {
namespace {

using Hyperparameters = std::map<std::string, std::string>;

struct LossCase {
  std::string predictor_type;
  std::string loss;
  std::string labels;
  std::string optimum;
  double within;
};

std::ostream& operator<<(std::ostream& out, const LossCase& c) { return out << c.optimum; }

class LinearOptimumTest : public testing::TestWithParam<LossCase> {};

Hyperparameters Of(const LossCase& c) {
  return {{"predictor_type", c.predictor_type}, {"loss", c.loss}, {"num_classes", "4"}, {"wd", "0.001"},
          {"epochs", "100"}, {"early_stopping_patience", "100"}};
}

TEST_P(LinearOptimumTest, IsReachedInAHundredEpochs) {
  ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob(Of(GetParam()), Goldens().Matrix("features").view(),
                                                         Goldens().List(GetParam().labels)));
  const double optimum = Goldens().Number("optimum_" + GetParam().optimum);
  EXPECT_LE(job.objective, (1 + GetParam().within) * optimum);
  EXPECT_GE(job.objective, (1 - 1e-3) * optimum);
}

TEST_P(LinearOptimumTest, OneModelReachesItToo) {
  Hyperparameters hyperparameters = Of(GetParam());
  hyperparameters["num_models"] = "1";
  ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob(hyperparameters, Goldens().Matrix("features").view(),
                                                         Goldens().List(GetParam().labels)));
  EXPECT_LE(job.objective, (1 + GetParam().within) * Goldens().Number("optimum_" + GetParam().optimum));
}

TEST_P(LinearOptimumTest, SparseRowsGiveTheSameModelButForRounding) {
  Hyperparameters hyperparameters = Of(GetParam());
  hyperparameters["epochs"] = "2";
  const auto& features = Goldens().Matrix("features");
  const auto labels = Goldens().List(GetParam().labels);
  ASSERT_OK_AND_ASSIGN(const LinearJob dense, RunLinearJob(hyperparameters, features.view(), labels));
  ASSERT_OK_AND_ASSIGN(const LinearJob sparse, RunLinearJob(hyperparameters, features.view(), labels, {.sparse = true}));
  EXPECT_NEAR(sparse.objective, dense.objective, 2e-3 * dense.objective);
}

INSTANTIATE_TEST_SUITE_P(
    Losses, LinearOptimumTest,
    testing::Values(LossCase{"binary_classifier", "logistic", "binary", "logistic", 0.005},
                    LossCase{"binary_classifier", "hinge_loss", "binary", "hinge_loss", 0.01},
                    LossCase{"multiclass_classifier", "softmax_loss", "classes", "softmax_loss", 0.005},
                    LossCase{"multiclass_classifier", "hinge_loss", "classes", "multiclass_hinge_loss", 0.02},
                    LossCase{"regressor", "squared_loss", "numbers", "squared_loss", 0.001},
                    LossCase{"regressor", "absolute_loss", "numbers", "absolute_loss", 0.005},
                    LossCase{"regressor", "eps_insensitive_squared_loss", "numbers", "eps_insensitive_squared_loss", 0.005},
                    LossCase{"regressor", "eps_insensitive_absolute_loss", "numbers", "eps_insensitive_absolute_loss",
                             0.005},
                    LossCase{"regressor", "quantile_loss", "numbers", "quantile_loss", 0.005},
                    LossCase{"regressor", "huber_loss", "numbers", "huber_loss", 0.005}),
    [](const auto& info) { return info.param.optimum; });

TEST(LinearLearnerTrainerTest, GivesTheSameModelForAnyNumberOfThreads) {
  const Hyperparameters hyperparameters = {{"predictor_type", "multiclass_classifier"}, {"num_classes", "4"}};
  const auto& features = Goldens().Matrix("features");
  for (const bool sparse : {false, true}) {
    SCOPED_TRACE(sparse);
    ASSERT_OK_AND_ASSIGN(const LinearJob one, RunLinearJob(hyperparameters, features.view(), Goldens().List("classes"),
                                                           {.threads = 1, .sparse = sparse}));
    ASSERT_OK_AND_ASSIGN(const LinearJob three, RunLinearJob(hyperparameters, features.view(), Goldens().List("classes"),
                                                             {.threads = 3, .sparse = sparse}));
    EXPECT_EQ(one.model.weights, three.model.weights);
    EXPECT_EQ(one.model.bias, three.model.bias);
  }
}

TEST(LinearLearnerTrainerTest, CutsSmallDataIntoThirtyTwoUpdatesWithTheOptimizerLeftToAuto) {
  const auto& features = Goldens().Matrix("features");
  Hyperparameters hyperparameters = {{"predictor_type", "binary_classifier"}, {"epochs", "2"}, {"l1", "0.001"}};
  // 400 rows: 16 an update make 25.
  ASSERT_OK_AND_ASSIGN(const LinearJob known, RunLinearJob(hyperparameters, features.view(), Goldens().List("binary")));
  EXPECT_EQ(known.updates, 2 * 25);
  ASSERT_OK_AND_ASSIGN(const LinearJob unknown, RunLinearJob(hyperparameters, features.view(), Goldens().List("binary"),
                                                             {.knows_rows = false}));
  EXPECT_EQ(unknown.updates, 1 + 25);
  hyperparameters["optimizer"] = "adam";
  ASSERT_OK_AND_ASSIGN(const LinearJob adam, RunLinearJob(hyperparameters, features.view(), Goldens().List("binary")));
  EXPECT_EQ(adam.updates, 2);
}

class LinearPolishTest : public testing::TestWithParam<LossCase> {};

// The default 15 epochs, and early stopping as it is by default.
TEST_P(LinearPolishTest, ReachesTheOptimumWithTheDefaults) {
  const Hyperparameters hyperparameters = {{"predictor_type", GetParam().predictor_type}, {"loss", GetParam().loss},
                                           {"num_classes", "4"}, {"wd", "0.001"}};
  const double optimum = Goldens().Number("optimum_" + GetParam().optimum);
  for (const LinearJobOptions& options : {LinearJobOptions{}, {.threads = 3, .sparse = true, .knows_rows = false}}) {
    SCOPED_TRACE(options.sparse);
    ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob(hyperparameters, Goldens().Matrix("features").view(),
                                                           Goldens().List(GetParam().labels), options));
    EXPECT_LE(job.objective, (1 + GetParam().within) * optimum);
    EXPECT_EQ(job.models, 1);
    EXPECT_EQ(job.updates, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Smooth, LinearPolishTest,
    testing::Values(LossCase{"binary_classifier", "logistic", "binary", "logistic", 0.001},
                    LossCase{"multiclass_classifier", "softmax_loss", "classes", "softmax_loss", 0.005},
                    LossCase{"regressor", "squared_loss", "numbers", "squared_loss", 1e-5},
                    LossCase{"regressor", "eps_insensitive_squared_loss", "numbers", "eps_insensitive_squared_loss", 0.001},
                    LossCase{"regressor", "huber_loss", "numbers", "huber_loss", 0.001}),
    [](const auto& info) { return info.param.optimum; });

TEST(LinearLearnerTrainerTest, EndsWhenNothingMoreIsToBeGainedUnlessPatienceTurnsThatOff) {
  Hyperparameters hyperparameters = {{"predictor_type", "binary_classifier"}, {"wd", "0.001"}, {"epochs", "40"}};
  const auto run = [&] { return RunLinearJob(hyperparameters, Goldens().Matrix("features").view(), Goldens().List("binary")); };
  ASSERT_OK_AND_ASSIGN(const LinearJob defaults, run());
  hyperparameters["early_stopping_patience"] = "39";
  ASSERT_OK_AND_ASSIGN(const LinearJob patient, run());
  EXPECT_EQ(patient.epochs, defaults.epochs);
  EXPECT_LT(patient.epochs, 15);
  hyperparameters["early_stopping_patience"] = "40";
  ASSERT_OK_AND_ASSIGN(const LinearJob all, run());
  EXPECT_EQ(all.epochs, 40);
  EXPECT_NEAR(patient.objective / all.objective, 1, 1e-3);
}

TEST(LinearLearnerTrainerTest, OneEpochSolvesLeastSquares) {
  ASSERT_OK_AND_ASSIGN(const LinearJob job,
                       RunLinearJob({{"predictor_type", "regressor"}, {"wd", "0.001"}, {"epochs", "1"}},
                                    Goldens().Matrix("features").view(), Goldens().List("numbers")));
  EXPECT_NEAR(job.objective / Goldens().Number("optimum_squared_loss"), 1, 1e-5);
}

TEST(LinearLearnerTrainerTest, GoesByBatchesWhereOptimizerOrLearningRateIsGiven) {
  const auto& features = Goldens().Matrix("features");
  for (const auto& [name, value] : Hyperparameters{{"optimizer", "adam"}, {"learning_rate", "0.01"}, {"loss", "hinge_loss"},
                                                   {"momentum", "0.5"}, {"beta_1", "0.5"}, {"beta_2", "0.5"},
                                                   {"bias_lr_mult", "2"}, {"use_lr_scheduler", "false"},
                                                   {"lr_scheduler_minimum_lr", "1e-3"}, {"l1", "0.01"}}) {
    SCOPED_TRACE(name);
    Hyperparameters hyperparameters = {{"predictor_type", "binary_classifier"}, {"epochs", "17"}, {name, value},
                                       {"early_stopping_patience", "100"}};
    ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob(hyperparameters, features.view(), Goldens().List("binary")));
    EXPECT_EQ(job.updates, 17 * (name == "optimizer" ? 1 : 25));
  }
}

TEST(LinearLearnerTrainerTest, ModelsWithL1GoByBatchesBesidePolishedOnes) {
  // Five penalties without l1, one model each; three with it, of four learning rates each.
  ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob({{"predictor_type", "binary_classifier"}, {"epochs", "2"}},
                                                         Goldens().Matrix("features").view(), Goldens().List("binary")));
  EXPECT_EQ(job.models, 5 + 3 * 4);
  EXPECT_EQ(job.updates, 2 * 25);
}

// Rows of more features than curvatures are added up for; all but the goldens' are 0.
TEST(LinearLearnerTrainerTest, WideRowsGoByBatchesFirstAndArePolishedFromTheSixteenthEpochOn) {
  const auto& features = Goldens().Matrix("features");
  linalg::Matrix<float> wide(features.rows(), LinearPolisher::kCurvatureFeatures + 1);
  for (int64_t i = 0; i < features.rows(); ++i) std::copy_n(features.Row(i).data(), features.cols(), wide.Row(i).data());
  const LinearJobOptions sparse{.sparse = true};
  Hyperparameters hyperparameters = {{"predictor_type", "binary_classifier"}, {"wd", "0.001"}, {"num_models", "1"},
                                     {"epochs", "15"}, {"early_stopping_patience", "100"}};
  ASSERT_OK_AND_ASSIGN(const LinearJob batches,
                       RunLinearJob(hyperparameters, std::as_const(wide).view(), Goldens().List("binary"), sparse));
  hyperparameters["epochs"] = "40";
  ASSERT_OK_AND_ASSIGN(const LinearJob polished,
                       RunLinearJob(hyperparameters, std::as_const(wide).view(), Goldens().List("binary"), sparse));
  EXPECT_EQ(batches.updates, 15 * 25);
  EXPECT_EQ(polished.updates, batches.updates);
  EXPECT_LT(polished.objective, batches.objective);
  EXPECT_NEAR(polished.objective, Goldens().Number("optimum_logistic"), 1e-3 * Goldens().Number("optimum_logistic"));
}

TEST(LinearLearnerTrainerTest, ModelAnswersRowsAsTheyCome) {
  // y = 3 x_0 - 2 x_1 + 1000, far from zero and of different units.
  linalg::Matrix<float> rows(64, 2);
  std::vector<float> labels;
  for (int64_t i = 0; i < 64; ++i) {
    rows(i, 0) = 1000.0F + static_cast<float>(i % 8);
    rows(i, 1) = 0.01F * static_cast<float>(i / 8);
    labels.push_back(3 * rows(i, 0) - 200 * rows(i, 1) + 1000);
  }
  ASSERT_OK_AND_ASSIGN(const LinearJob job, RunLinearJob({{"predictor_type", "regressor"}, {"wd", "0"}, {"epochs", "200"},
                                                          {"early_stopping_patience", "200"}, {"num_models", "1"}},
                                                         std::as_const(rows).view(), labels));
  EXPECT_NEAR(job.model.weights(0, 0), 3, 1e-2);
  EXPECT_NEAR(job.model.weights(0, 1), -200, 1);
  EXPECT_NEAR(job.model.weights(0, 0) * 1003 + job.model.weights(0, 1) * 0.03 + job.model.bias[0], 4003, 0.1);
}

TEST(LinearLearnerTrainerTest, L1MakesWeightsZero) {
  ASSERT_OK_AND_ASSIGN(const LinearJob job,
                       RunLinearJob({{"predictor_type", "binary_classifier"}, {"l1", "0.2"}, {"epochs", "50"}},
                                    Goldens().Matrix("features").view(), Goldens().List("binary")));
  const auto& weights = job.model.weights.values();
  EXPECT_GE(std::count(weights.begin(), weights.end(), 0.0F), 2);
  EXPECT_LT(std::count(weights.begin(), weights.end(), 0.0F), 6);
}

TEST(LinearLearnerTrainerTest, BalancedWeightsAnswerRareClassesMoreOften) {
  // One row in ten is positive, with overlap.
  linalg::Matrix<float> rows(200, 1);
  std::vector<float> labels;
  for (int64_t i = 0; i < 200; ++i) {
    labels.push_back(i % 10 == 0 ? 1.0F : 0.0F);
    rows(i, 0) = static_cast<float>(i % 7) + (i % 10 == 0 ? 3.0F : 0.0F);
  }
  Hyperparameters hyperparameters = {{"predictor_type", "binary_classifier"}, {"epochs", "100"}, {"num_models", "1"}};
  ASSERT_OK_AND_ASSIGN(const LinearJob plain, RunLinearJob(hyperparameters, std::as_const(rows).view(), labels));
  hyperparameters["positive_example_weight_mult"] = "balanced";
  ASSERT_OK_AND_ASSIGN(const LinearJob balanced, RunLinearJob(hyperparameters, std::as_const(rows).view(), labels));
  // Nine negative rows to a positive one: the log odds rise by about ln 9.
  const auto middle = [](const LinearModel& model) { return model.weights(0, 0) * 4.5 + model.bias[0]; };
  EXPECT_NEAR(middle(balanced.model) - middle(plain.model), std::log(9), 0.7);
}

struct ChangeCase {
  Hyperparameters base;
  std::string name;
  std::string value;
};

std::ostream& operator<<(std::ostream& out, const ChangeCase& c) { return out << c.name << "=" << c.value; }

class LinearHyperparameterTest : public testing::TestWithParam<ChangeCase> {};

TEST_P(LinearHyperparameterTest, ChangesTheModel) {
  Hyperparameters hyperparameters = {{"epochs", "8"}, {"num_models", "2"}};
  for (const auto& [name, value] : GetParam().base) hyperparameters[name] = value;
  const std::string& type = hyperparameters["predictor_type"];
  const std::string labels = type == "regressor" ? "numbers" : type == "binary_classifier" ? "binary" : "classes";
  const auto& features = Goldens().Matrix("features");
  ASSERT_OK_AND_ASSIGN(const LinearJob before, RunLinearJob(hyperparameters, features.view(), Goldens().List(labels)));
  hyperparameters[GetParam().name] = GetParam().value;
  ASSERT_OK_AND_ASSIGN(const LinearJob after, RunLinearJob(hyperparameters, features.view(), Goldens().List(labels)));
  EXPECT_FALSE(before.model.weights == after.model.weights && before.model.bias == after.model.bias &&
               before.model.threshold == after.model.threshold);
}

const Hyperparameters kBinary = {{"predictor_type", "binary_classifier"}};
const Hyperparameters kBinaryAdam = {{"predictor_type", "binary_classifier"}, {"optimizer", "adam"}};
const Hyperparameters kRegressor = {{"predictor_type", "regressor"}};
const Hyperparameters kMulticlass = {{"predictor_type", "multiclass_classifier"}, {"num_classes", "4"}};

Hyperparameters With(Hyperparameters base, const std::string& name, const std::string& value) {
  base[name] = value;
  return base;
}

const std::vector<ChangeCase>& ChangeCases() {
  static const std::vector<ChangeCase> cases = {
        ChangeCase{kBinaryAdam, "mini_batch_size", "8"}, ChangeCase{kBinary, "epochs", "2"},
        ChangeCase{kBinaryAdam, "epochs", "9"},
        ChangeCase{kBinary, "normalize_data", "false"}, ChangeCase{kBinary, "unbias_data", "false"},
        ChangeCase{kBinary, "num_point_for_scaler", "50"}, ChangeCase{kRegressor, "normalize_label", "false"},
        ChangeCase{kRegressor, "unbias_label", "false"}, ChangeCase{kBinary, "loss", "hinge_loss"},
        ChangeCase{With(kBinary, "loss", "hinge_loss"), "margin", "2"},
        ChangeCase{With(kMulticlass, "loss", "hinge_loss"), "margin", "2"},
        ChangeCase{With(kRegressor, "loss", "quantile_loss"), "quantile", "0.9"},
        ChangeCase{With(kRegressor, "loss", "eps_insensitive_squared_loss"), "loss_insensitivity", "0.5"},
        ChangeCase{With(kRegressor, "loss", "eps_insensitive_absolute_loss"), "loss_insensitivity", "0.5"},
        ChangeCase{With(kRegressor, "loss", "huber_loss"), "huber_delta", "0.1"}, ChangeCase{kBinary, "use_bias", "false"},
        ChangeCase{kBinaryAdam, "init_method", "normal"}, ChangeCase{kBinaryAdam, "init_scale", "1"},
        ChangeCase{With(kBinaryAdam, "init_method", "normal"), "init_sigma", "1"},
        ChangeCase{kBinaryAdam, "init_bias", "1"},
        ChangeCase{kBinary, "optimizer", "adam"}, ChangeCase{kBinary, "optimizer", "sgd"},
        ChangeCase{kBinary, "optimizer", "rmsprop"}, ChangeCase{kBinaryAdam, "learning_rate", "0.001"},
        ChangeCase{With(kBinary, "optimizer", "sgd"), "momentum", "0.1"}, ChangeCase{kBinaryAdam, "beta_1", "0.5"},
        ChangeCase{kBinaryAdam, "beta_2", "0.9"}, ChangeCase{With(kBinary, "optimizer", "rmsprop"), "beta_2", "0.5"},
        ChangeCase{kBinaryAdam, "bias_lr_mult", "5"}, ChangeCase{With(kBinary, "wd", "0.1"), "bias_wd_mult", "5"},
        ChangeCase{kBinary, "wd", "0.1"}, ChangeCase{kBinary, "l1", "0.1"}, ChangeCase{kBinary, "use_lr_scheduler", "false"},
        ChangeCase{kBinary, "lr_scheduler_step", "10"},
        ChangeCase{kBinaryAdam, "lr_scheduler_step", "10"}, ChangeCase{kBinaryAdam, "lr_scheduler_factor", "0.5"},
        ChangeCase{kBinaryAdam, "lr_scheduler_minimum_lr", "0.01"}, ChangeCase{kBinaryAdam, "use_lr_scheduler", "false"},
        ChangeCase{With(kBinary, "early_stopping_tolerance", "0.5"), "early_stopping_patience", "1"},
        ChangeCase{kBinary, "early_stopping_tolerance", "0.5"}, ChangeCase{kBinaryAdam, "num_models", "4"}, ChangeCase{kBinary, "num_models", "9"},
        ChangeCase{kBinary, "num_calibration_samples", "10"},
        ChangeCase{kBinary, "binary_classifier_model_selection_criteria", "precision_at_target_recall"},
        ChangeCase{kBinary, "binary_classifier_model_selection_criteria", "recall_at_target_precision"},
        ChangeCase{With(kBinary, "binary_classifier_model_selection_criteria", "precision_at_target_recall"),
                   "target_recall", "0.3"},
        ChangeCase{With(kBinary, "binary_classifier_model_selection_criteria", "recall_at_target_precision"),
                   "target_precision", "0.95"},
        ChangeCase{With(kBinary, "binary_classifier_model_selection_criteria", "f_beta"), "f_beta", "5"},
        ChangeCase{With(With(kBinary, "binary_classifier_model_selection_criteria", "f_beta"), "f_beta", "5"),
                   "binary_classifier_model_selection_criteria", "f1"},
        ChangeCase{kBinary, "positive_example_weight_mult", "3"},
        ChangeCase{kBinary, "positive_example_weight_mult", "balanced"},
        ChangeCase{With(kBinary, "num_models", "20"), "positive_example_weight_mult", "auto"},
        ChangeCase{kMulticlass, "balance_multiclass_weights", "true"}, ChangeCase{kMulticlass, "num_classes", "5"}};
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, LinearHyperparameterTest, testing::ValuesIn(ChangeCases()));

TEST(LinearHyperparametersTest, AreAllTried) {
  // The first has one right value; the second changes metrics, as LinearLearnerContainerTest sees in the log.
  std::set<std::string> tried = {"feature_dim", "accuracy_top_k"};
  for (const ChangeCase& c : ChangeCases()) tried.insert(c.name);
  for (const auto& [name, value] : LinearLearnerDefaultHyperparameters()) {
    EXPECT_TRUE(name.starts_with('_') || tried.contains(name)) << name;
  }
}

TEST(LinearLearnerTrainerTest, RefusesLabelsThatAreNoClass) {
  const linalg::Matrix<float> rows(4, 2);
  struct Case {
    Hyperparameters hyperparameters;
    std::vector<float> labels;
    std::string message;
  };
  const std::vector<Case> cases = {
      {kBinary, {0, 1, 2, 0}, "Label is no class: 2 in row 3, valid are the integers 0 to 1 (binary_classifier)"},
      {kBinary, {0, -1, 2, 0}, "Label is no class: -1 in row 2, valid are the integers 0 to 1 (binary_classifier)"},
      {kMulticlass, {0, 1, 3, 4}, "Label is no class: 4 in row 4, valid are the integers 0 to 3 (multiclass_classifier)"},
      {kMulticlass, {0.5, 1, 3, 4}, "Label is no class: 0.5 in row 1, valid are the integers 0 to 3 (multiclass_classifier)"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    EXPECT_THAT(RunLinearJob(c.hyperparameters, rows.view(), c.labels), IsError(ErrorKind::kInvalidArgument, c.message));
  }
}

TEST(LinearLearnerTrainerTest, RefusesRowsOfAnotherLengthThanFeatureDim) {
  const linalg::Matrix<float> rows(1, 2);
  const std::vector<float> labels = {0};
  EXPECT_THAT(RunLinearJob(With(kBinary, "feature_dim", "3"), rows.view(), labels),
              IsError(ErrorKind::kInvalidArgument, "Rows have another length than feature_dim: 2, feature_dim 3"));
}

TEST(LinearLearnerTrainerTest, SaysWhenTrainingWentToInfinity) {
  Hyperparameters hyperparameters = With(With(kRegressor, "learning_rate", "1e30"), "optimizer", "sgd");
  hyperparameters["mini_batch_size"] = "10";
  EXPECT_THAT(RunLinearJob(hyperparameters, Goldens().Matrix("features").view(), Goldens().List("numbers")),
              IsError(ErrorKind::kInvalidArgument, testing::HasSubstr("Training went to infinity: learning_rate 1e+30")));
}

TEST(LinearModelGridTest, VariesOnlyWhatIsAuto) {
  const LinearScaling scaling{.mean = std::vector<float>(10), .inverse_scale = std::vector<float>(10)};
  LinearLearnerParams params;
  EXPECT_EQ(LinearModelGrid(params, scaling).size(), 32);
  params.wd = 0.5;
  ASSERT_EQ(LinearModelGrid(params, scaling).size(), 4);
  for (const LinearModelSetting& setting : LinearModelGrid(params, scaling)) EXPECT_EQ(setting.wd, 0.5);
  params.learning_rate = 0.25;
  ASSERT_EQ(LinearModelGrid(params, scaling).size(), 1);
  EXPECT_EQ(LinearModelGrid(params, scaling)[0].learning_rate, 0.25);
  EXPECT_EQ(LinearModelGrid(params, scaling)[0].l1, 0);
  params.num_models = 3;
  ASSERT_EQ(LinearModelGrid(params, scaling).size(), 3);
  EXPECT_EQ(LinearModelGrid(params, scaling)[1].learning_rate, 0.125);
  EXPECT_EQ(LinearModelGrid(params, scaling)[2].learning_rate, 0.5);
}

TEST(LinearModelGridTest, TriesThreeWeightsOfPositiveRowsWhenThatIsAuto) {
  const LinearScaling scaling{.mean = std::vector<float>(10), .inverse_scale = std::vector<float>(10)};
  LinearLearnerParams params;
  params.wd = 0;
  params.learning_rate = 0.1;
  params.positive_weight = PositiveWeight::kAuto;
  const std::vector<LinearModelSetting> settings = LinearModelGrid(params, scaling);
  ASSERT_EQ(settings.size(), 3);
  EXPECT_EQ(settings[0].positive_power, 0);
  EXPECT_EQ(settings[1].positive_power, 1);
  EXPECT_EQ(settings[2].positive_power, 0.5);
}

TEST(LinearModelGridTest, TrainsFewerModelsOfManyOutputsOrFeatures) {
  LinearScaling scaling{.mean = std::vector<float>(10), .inverse_scale = std::vector<float>(10)};
  LinearLearnerParams params;
  params.predictor_type = PredictorType::kMulticlassClassifier;
  params.num_classes = 10;
  EXPECT_EQ(LinearModelGrid(params, scaling).size(), 12);
  params.num_classes = 1000;
  EXPECT_EQ(LinearModelGrid(params, scaling).size(), 4);
  scaling.mean.resize(1 << 20);
  EXPECT_EQ(LinearModelGrid(params, scaling).size(), 1);
}

}  // namespace
}  // namespace sagespark::algo
