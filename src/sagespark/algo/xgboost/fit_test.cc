#include "sagespark/algo/xgboost/fit.h"

#include <set>

#include "sagespark/algo/xgboost/artifact.h"
#include "sagespark/algo/xgboost/hyperparameter_rules.h"
#include "sagespark/algo/xgboost/testing/golden_rows.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::HasSubstr;
using testing::Not;

using Given = std::map<std::string, std::string>;

/// The rows with labels that fit the objective.
XGBoostRows RowsFor(const std::string& objective) {
  XGBoostRows rows = GoldenRows();
  if (objective.starts_with("binary:") || objective == "reg:logistic" || objective.starts_with("rank:")) {
    for (float& label : rows.labels) label = label > 0 ? 1 : 0;
  }
  if (objective.starts_with("rank:")) {
    for (int64_t row = 0; row < rows.num_rows; ++row) rows.query_ids.push_back(static_cast<uint32_t>(row / 10));
  }
  if (objective == "reg:gamma") {
    for (float& label : rows.labels) label += 1;
  }
  if (objective == "survival:aft") {  // Of every class some that nothing has happened to yet.
    for (size_t row = 0; row < rows.labels.size(); ++row) rows.labels[row] = (rows.labels[row] + 1) * (row % 3 == 0 ? -1.0f : 1.0f);
  }
  return rows;
}

XGBoostMatrix MatrixFor(const std::string& objective) {
  const XGBoostRows rows = RowsFor(objective);
  XGBoostMatrix matrix = *XGBoostMatrix::Create(rows, 1);
  if (objective == "survival:aft") SAGESPARK_CHECK(matrix.SetSurvivalTimes(rows.labels).ok());
  return matrix;
}

/// A model of five rounds that was trained on other labels.
XGBoostStart StartOfOtherLabels() {
  XGBoostRows rows = GoldenRows();
  std::reverse(rows.labels.begin(), rows.labels.end());
  const auto matrix = XGBoostMatrix::Create(rows, 1);
  const auto fit = TrainXGBoost(*ParseXGBoostParams({{"num_round", "5"}, {"nthread", "1"}}), *matrix, nullptr, {}, [](const auto&) {});
  return {.booster = fit->booster, .rounds = 5};
}

/// The model's trees and settings, and the scores of all rounds.
std::string ModelAndLog(Given given) {
  given.emplace("num_round", "5");
  given.emplace("nthread", "1");
  const auto params = ParseXGBoostParams(given);
  if (!params.ok()) return "parameters: " + params.error().message();
  const XGBoostMatrix train = MatrixFor(params->objective);
  std::string text;
  const auto add_scores = [&](const XGBoostRound& round) {
    for (const XGBoostScore& score : round.scores) text += score.metric + "=" + std::to_string(score.value) + "\n";
  };
  const auto start = params->updates_trees ? std::optional(StartOfOtherLabels()) : std::nullopt;
  const auto fit = TrainXGBoost(*params, train, nullptr, {}, add_scores, start);
  if (!fit.ok()) return "training: " + fit.error().message();
  return text + *fit->booster.Save();
}

TEST(TrainXGBoostTest, PredictsAsThePythonPackageDoes) {
  for (const GoldenCase& golden : GoldenCases()) {
    SCOPED_TRACE(golden.name);
    Given given(golden.parameters.begin(), golden.parameters.end());
    given.insert({{"num_round", "4"}, {"nthread", "1"}});
    ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams(given));
    const XGBoostRows dense = RowsFor(params.objective);
    for (const XGBoostRows& rows : {dense, AsSparse(dense)}) {
      ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(rows));
      ASSERT_OK_AND_ASSIGN(const XGBoostFit fit, TrainXGBoost(params, train, nullptr, {}, [](const auto&) {}));
      ASSERT_OK_AND_ASSIGN(const XGBoostPredictions predictions, fit.booster.Predict(train));
      EXPECT_EQ(predictions.values, golden.predictions);
    }
  }
}

struct Case {
  std::string name;
  std::string value;
  Given with;  ///< Hyperparameters without which it says nothing.
};

const std::vector<Case>& Cases() {
  static const Given update = {{"process_type", "update"}, {"updater", "refresh"}, {"num_round", "10"}};
  static const Given aft = {{"objective", "survival:aft"}, {"aft_loss_distribution_scale", "1.2"}};
  static const Given dart = {{"booster", "dart"}, {"rate_drop", "0.5"}, {"num_round", "20"}};
  static const std::vector<Case> cases = {
      {"num_round", "6", {}},
      {"objective", "count:poisson", {}},
      {"objective", "reg:tweedie", {}},
      {"objective", "reg:gamma", {}},
      {"objective", "reg:absoluteerror", {}},
      {"objective", "reg:pseudohubererror", {}},
      {"objective", "reg:squaredlogerror", {}},
      {"objective", "multi:softprob", {{"num_class", "3"}}},
      {"num_class", "4", {{"objective", "multi:softmax"}}},
      {"booster", "gblinear", {}},
      {"booster", "dart", {}},
      {"eta", "0.1", {}},
      {"learning_rate", "0.1", {}},
      {"gamma", "1", {}},
      {"min_split_loss", "1", {}},
      {"max_depth", "2", {}},
      {"min_child_weight", "6", {}},
      {"max_delta_step", "0.05", {}},
      {"subsample", "0.5", {}},
      {"colsample_bytree", "0.4", {}},
      {"colsample_bylevel", "0.4", {}},
      {"colsample_bynode", "0.4", {}},
      {"lambda", "3", {}},
      {"reg_lambda", "3", {}},
      {"alpha", "1", {}},
      {"reg_alpha", "1", {}},
      {"tree_method", "exact", {}},
      {"tree_method", "approx", {{"max_bin", "4"}, {"objective", "binary:logistic"}}},
      {"scale_pos_weight", "3", {{"objective", "binary:logistic"}}},
      {"updater", "grow_colmaker", {}},
      {"grow_policy", "lossguide", {{"max_leaves", "4"}}},
      {"max_leaves", "4", {{"grow_policy", "lossguide"}}},
      {"max_bin", "4", {}},
      {"monotone_constraints", "(1,-1,0,0,0)", {{"tree_method", "hist"}}},
      {"interaction_constraints", "[[0,3],[1,2]]", {{"tree_method", "hist"}}},
      {"sample_type", "weighted", dart},
      {"normalize_type", "forest", dart},
      {"rate_drop", "0.9", {{"booster", "dart"}}},
      {"one_drop", "1", {{"booster", "dart"}}},
      {"skip_drop", "0.9", dart},
      {"tweedie_variance_power", "1.2", {{"objective", "reg:tweedie"}}},
      {"base_score", "0.3", {}},
      {"seed", "5", {{"subsample", "0.5"}}},
      {"num_parallel_tree", "2", {}},
      {"sampling_method", "gradient_based", {{"subsample", "0.5"}}},
      {"objective", "survival:aft", {}},
      {"objective", "survival:cox", {}},
      {"aft_loss_distribution", "logistic", aft},
      {"aft_loss_distribution", "extreme", aft},
      {"aft_loss_distribution_scale", "2", {{"objective", "survival:aft"}}},
      {"process_type", "update", {{"updater", "refresh"}, {"num_round", "10"}}},
      {"refresh_leaf", "0", update},
      {"updater", "prune", {{"process_type", "update"}, {"updater", "refresh"}, {"num_round", "10"}, {"gamma", "1"}}},
      {"eval_metric", "mae", {}},
      {"eval_metric", "mse,r2", {}},
      {"eval_metric", "f1,accuracy", {{"objective", "multi:softmax"}, {"num_class", "3"}}},
      {"_tuning_objective_metric", "validation:mae", {}},
  };
  return cases;
}

TEST(TrainXGBoostTest, EveryHyperparameterChangesTheModelOrTheLog) {
  for (const Case& test_case : Cases()) {
    SCOPED_TRACE(test_case.name + " = " + test_case.value);
    Given changed = test_case.with;
    changed[test_case.name] = test_case.value;
    Given base = test_case.with;
    if (test_case.name == "num_class") base["num_class"] = "3";
    if (test_case.name == "objective") base.erase("num_class");
    const std::string before = ModelAndLog(base);
    const std::string after = ModelAndLog(changed);
    EXPECT_THAT(before, Not(HasSubstr("parameters: ")));
    EXPECT_THAT(after, Not(HasSubstr("parameters: ")));
    EXPECT_THAT(after, Not(HasSubstr("training: ")));
    EXPECT_TRUE(before != after) << "nothing changed";
  }
}

TEST(TrainXGBoostTest, EveryHyperparameterThatXGBoostTakesHasACase) {
  std::set<std::string_view> tested = {"nthread", "verbosity"};  // Below.
  for (const Case& test_case : Cases()) tested.insert(test_case.name);
  for (const HyperparameterRule& rule : HyperparameterRules()) {
    EXPECT_TRUE(!rule.is_passed_on || tested.contains(rule.name)) << rule.name;
  }
}

TEST(TrainXGBoostTest, EndsWhenTheValidationScoreGrowsNoBetterAndKeepsTheBestRounds) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params,
                       ParseXGBoostParams({{"num_round", "200"}, {"early_stopping_rounds", "3"}, {"eta", "1"}, {"nthread", "1"}}));
  const XGBoostRows rows = GoldenRows();
  XGBoostRows mirrored = rows;  // Labels that the model cannot foresee.
  std::reverse(mirrored.labels.begin(), mirrored.labels.end());
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(rows));
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix validation, XGBoostMatrix::Create(mirrored));
  std::vector<double> scores;
  ASSERT_OK_AND_ASSIGN(const XGBoostFit fit, TrainXGBoost(params, train, &validation, {}, [&](const XGBoostRound& round) {
                         scores.push_back(round.scores.back().value);
                         EXPECT_EQ(round.scores.back().data, "validation");
                       }));
  EXPECT_EQ(fit.early_stopping_metric, "rmse");
  const auto best = std::min_element(scores.begin(), scores.end()) - scores.begin();
  EXPECT_EQ(fit.best_round, best);
  EXPECT_EQ(fit.rounds, best + 4);
  // The same by a metric of our own, which is large when the other is small.
  ASSERT_OK_AND_ASSIGN(const XGBoostParams by_r2,
                       ParseXGBoostParams({{"num_round", "200"}, {"early_stopping_rounds", "3"}, {"eta", "1"}, {"nthread", "1"},
                                           {"eval_metric", "mae,r2"}}));
  ASSERT_OK_AND_ASSIGN(const XGBoostFit r2_fit, TrainXGBoost(by_r2, train, &validation, {}, [](const auto&) {}));
  EXPECT_EQ(r2_fit.early_stopping_metric, "r2");
  EXPECT_EQ(r2_fit.best_round, best);
  // The model predicts as one of only so many rounds.
  ASSERT_OK_AND_ASSIGN(const XGBoostParams shorter,
                       ParseXGBoostParams({{"num_round", std::to_string(best + 1)}, {"eta", "1"}, {"nthread", "1"}}));
  ASSERT_OK_AND_ASSIGN(const XGBoostFit short_fit, TrainXGBoost(shorter, train, nullptr, {}, [](const auto&) {}));
  EXPECT_EQ(fit.booster.Predict(train)->values, short_fit.booster.Predict(train)->values);
}

TEST(TrainXGBoostTest, ACancelledTokenLeavesTheRoundsSoFar) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams({{"num_round", "50"}, {"nthread", "1"}}));
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(GoldenRows(), 1));
  CancellationSource source;
  ASSERT_OK_AND_ASSIGN(const XGBoostFit fit,
                       TrainXGBoost(params, train, nullptr, source.token(), [&](const XGBoostRound& round) {
                         if (round.round == 2) source.Cancel();
                       }));
  EXPECT_TRUE(fit.was_stopped);
  EXPECT_EQ(fit.rounds, 3);
}

TEST(TrainXGBoostTest, ThreadsAreThoseAskedFor) {
  for (const std::string threads : {"1", "3"}) {
    ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams({{"num_round", "1"}, {"nthread", threads}}));
    ASSERT_OK_AND_ASSIGN(const XGBoostFit fit, TrainXGBoost(params, MatrixFor(""), nullptr, {}, [](const auto&) {}));
    EXPECT_THAT(*fit.booster.Configuration(), HasSubstr("\"nthread\":\"" + threads + "\""));
  }
}

TEST(TrainXGBoostTest, GoesOnFromAModelAsIfItHadNeverStopped) {
  const XGBoostMatrix train = MatrixFor("");
  const auto fit_rounds = [&](const std::string& rounds, std::optional<XGBoostStart> start) {
    return *TrainXGBoost(*ParseXGBoostParams({{"num_round", rounds}, {"nthread", "1"}}), train, nullptr, {}, [](const auto&) {}, start);
  };
  const XGBoostFit whole = fit_rounds("6", std::nullopt);
  const XGBoostFit half = fit_rounds("3", std::nullopt);
  ASSERT_OK_AND_ASSIGN(XGBoostBooster saved, XGBoostBooster::Load(*half.booster.Save()));
  const XGBoostFit rest = fit_rounds("6", XGBoostStart{.booster = saved, .rounds = 3});
  EXPECT_EQ(rest.rounds, 6);
  EXPECT_EQ(rest.booster.Predict(train)->values, whole.booster.Predict(train)->values);
  EXPECT_EQ(fit_rounds("3", XGBoostStart{.booster = half.booster, .rounds = 3}).booster.Predict(train)->values,
            half.booster.Predict(train)->values);
}

TEST(TrainXGBoostTest, VerbosityIsHowMuchXGBoostSays) {
  std::map<std::string, int> warnings;
  std::map<std::string, int> others;
  for (const std::string verbosity : {"0", "1", "3", "1"}) {  // The last for the tests after this one.
    warnings[verbosity] = others[verbosity] = 0;
    const XGBoostMessages messages([&](std::string_view, bool is_warning) { ++(is_warning ? warnings : others)[verbosity]; });
    ASSERT_OK_AND_ASSIGN(const XGBoostParams params,  // A linear model has no depth, which XGBoost says in a warning.
                         ParseXGBoostParams({{"num_round", "1"}, {"nthread", "1"}, {"booster", "gblinear"},
                                             {"max_depth", "2"}, {"verbosity", verbosity}}));
    ASSERT_OK(TrainXGBoost(params, MatrixFor(""), nullptr, {}, [](const auto&) {}).status());
  }
  EXPECT_EQ(warnings["0"] + others["0"], 0);
  EXPECT_GT(warnings["1"], 0);
  EXPECT_EQ(others["1"], 0);
  EXPECT_GT(others["3"], 0);
}

TEST(TrainXGBoostTest, XGBoostSaysWhichParametersItDoesNotUse) {
  std::vector<std::string> lines;
  const XGBoostMessages messages([&](std::string_view line, bool) { lines.emplace_back(line); });
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(GoldenRows(), 1));
  const XGBoostMatrix* matrices[] = {&train};
  ASSERT_OK_AND_ASSIGN(XGBoostBooster booster, XGBoostBooster::Create({{"no_such", "1"}}, matrices));
  ASSERT_OK(booster.Update(0, train));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("\"no_such\" } are not used")));
}

TEST(XGBoostMatrixTest, ASliceHasThoseRowsAndTheirLabels) {
  const XGBoostRows rows = GoldenRows();
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix matrix, XGBoostMatrix::Create(rows, 1));
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix slice, matrix.Slice({3, 7}));
  EXPECT_EQ(slice.num_rows(), 2);
  EXPECT_THAT(*slice.Labels(), testing::ElementsAre(rows.labels[3], rows.labels[7]));
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix ranked, XGBoostMatrix::Create(RowsFor("rank:pairwise"), 1));
  EXPECT_THAT(ranked.Slice({0}), IsError(ErrorKind::kInvalidArgument, HasSubstr("XGBoost: ")));
}

TEST(AppendRowsTest, PutsRowsBehindRows) {
  for (const bool is_sparse : {false, true}) {
    const XGBoostRows dense = GoldenRows();
    const XGBoostRows golden = is_sparse ? AsSparse(dense) : dense;
    XGBoostRows rows = golden;
    ASSERT_OK(AppendRows(rows, golden));
    EXPECT_EQ(rows.num_rows, 2 * golden.num_rows);
    EXPECT_EQ(rows.labels.size(), 2 * golden.labels.size());
    ASSERT_OK_AND_ASSIGN(const XGBoostMatrix matrix, XGBoostMatrix::Create(rows, 1));
    EXPECT_EQ(matrix.num_rows(), rows.num_rows);
    if (is_sparse) {
      EXPECT_EQ(rows.row_offsets.back(), 2 * golden.row_offsets.back());
    }
  }
  XGBoostRows rows = GoldenRows();
  EXPECT_THAT(AppendRows(rows, AsSparse(rows)), IsError(ErrorKind::kSchemaMismatch, HasSubstr("sparse")));
  XGBoostRows weighted = GoldenRows();
  weighted.weights.assign(weighted.labels.size(), 1);
  EXPECT_THAT(AppendRows(rows, weighted), IsError(ErrorKind::kSchemaMismatch, HasSubstr("weights")));
  weighted.num_columns = 4;
  EXPECT_THAT(AppendRows(rows, weighted), IsError(ErrorKind::kSchemaMismatch, HasSubstr("4, not 5")));
}

TEST(TrainXGBoostTest, ErrorsAreInXGBoostsWords) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams({{"num_round", "2"}, {"objective", "survival:aft"}}));
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(GoldenRows(), 1));
  const auto fit = TrainXGBoost(params, train, nullptr, {}, [](const auto&) {});
  ASSERT_FALSE(fit.ok());
  EXPECT_THAT(fit.error().message(), testing::StartsWith("XGBoost: "));
  EXPECT_THAT(fit.error().message(), Not(HasSubstr("Stack trace")));
}

// Debian's own libxgboost is older; the one of the wheel must be what the program loads.
TEST(XGBoostLibraryTest, IsTheOneOfTheWheel) { EXPECT_THAT(XGBoostLibraryVersion(), testing::StartsWith("3.")); }

}  // namespace
}  // namespace sagespark::algo
