#include "sagespark/algo/xgboost/fit.h"

#include "sagespark/algo/xgboost/artifact.h"
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
  return rows;
}

/// The model's trees and settings, and the scores of all rounds.
std::string ModelAndLog(Given given) {
  given.emplace("num_round", "5");
  given.emplace("nthread", "1");
  const auto params = ParseXGBoostParams(given);
  if (!params.ok()) return "parameters: " + params.error().message();
  const auto train = XGBoostMatrix::Create(RowsFor(params->objective), 1);
  std::string text;
  const auto fit = TrainXGBoost(*params, *train, nullptr, {}, [&](const XGBoostRound& round) {
    for (const XGBoostScore& score : round.scores) text += score.metric + "=" + std::to_string(score.value) + "\n";
  });
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

TEST(TrainXGBoostTest, EveryHyperparameterChangesTheModelOrTheLog) {
  struct Case {
    std::string name;
    std::string value;
    Given with;  ///< Hyperparameters without which it says nothing.
  };
  const Given dart = {{"booster", "dart"}, {"rate_drop", "0.5"}, {"num_round", "20"}};
  const std::vector<Case> cases = {
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
      {"eval_metric", "mae", {}},
      {"eval_metric", "mse,r2", {}},
      {"eval_metric", "f1,accuracy", {{"objective", "multi:softmax"}, {"num_class", "3"}}},
      {"_tuning_objective_metric", "validation:mae", {}},
  };
  for (const Case& test_case : cases) {
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

TEST(TrainXGBoostTest, WarningsOfXGBoostGoToTheSink) {
  std::vector<std::string> lines;
  const XGBoostWarnings warnings([&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_OK_AND_ASSIGN(const XGBoostMatrix train, XGBoostMatrix::Create(GoldenRows(), 1));
  const XGBoostMatrix* matrices[] = {&train};
  ASSERT_OK_AND_ASSIGN(XGBoostBooster booster, XGBoostBooster::Create({{"no_such", "1"}, {"validate_parameters", "1"}}, matrices));
  ASSERT_OK(booster.Update(0, train));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("\"no_such\" } are not used")));
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
