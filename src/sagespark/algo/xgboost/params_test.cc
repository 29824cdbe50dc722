#include "sagespark/algo/xgboost/params.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Given = std::map<std::string, std::string>;

Given With(Given more) {
  more.emplace("num_round", "10");
  return more;
}

TEST(ParseXGBoostParamsTest, PassesOnWhatXGBoostTakes) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params,
                       ParseXGBoostParams(With({{"eta", "0.2"}, {"gamma", "4"}, {"objective", "multi:softmax"},
                                                {"num_class", "10"}, {"eval_metric", "merror,mlogloss"}})));
  EXPECT_EQ(params.num_round, 10);
  EXPECT_EQ(params.num_class, 10);
  EXPECT_THAT(params.metrics, ElementsAre("merror", "mlogloss"));
  EXPECT_THAT(params.booster_parameters,
              ElementsAre(Pair("objective", "multi:softmax"), Pair("num_class", "10"), Pair("eta", "0.2"), Pair("gamma", "4"),
                          Pair("eval_metric", "merror"), Pair("eval_metric", "mlogloss")));
  EXPECT_THAT(params.warnings, IsEmpty());
}

TEST(ParseXGBoostParamsTest, TakesANameWithBlanksAroundItWithAWarning) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams({{"num_round ", "7"}}));
  EXPECT_EQ(params.num_round, 7);
  EXPECT_THAT(params.warnings, ElementsAre(HasSubstr("\"num_round \" is taken as \"num_round\"")));
}

TEST(ParseXGBoostParamsTest, LeavesAsideWhatXGBoostHasNoMoreWithAWarning) {
  for (const auto& [name, value] : Given{{"silent", "0"}, {"sketch_eps", "0.03"}, {"lambda_bias", "0"}, {"predictor", "auto"}, {"dsplit", "row"},
                                          {"deterministic_histogram", "true"}, {"prob_buffer_row", "1.5"},
                                          {"use_dask_gpu_training", "false"}}) {
    SCOPED_TRACE(name);
    ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams(With({{name, value}})));
    EXPECT_THAT(params.warnings, ElementsAre(HasSubstr("left aside: " + name)));
    EXPECT_THAT(params.booster_parameters, ElementsAre(Pair("objective", "reg:squarederror")));
  }
}

TEST(ParseXGBoostParamsTest, TranslatesOldNames) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams linear, ParseXGBoostParams(With({{"objective", "reg:linear"}})));
  EXPECT_EQ(linear.objective, "reg:squarederror");
  EXPECT_THAT(linear.warnings, ElementsAre(HasSubstr("reg:linear is called reg:squarederror")));
  ASSERT_OK_AND_ASSIGN(const XGBoostParams raw, ParseXGBoostParams(With({{"objective", "binary:logistraw"}})));
  EXPECT_EQ(raw.objective, "binary:logitraw");
  ASSERT_OK_AND_ASSIGN(const XGBoostParams aliases,
                       ParseXGBoostParams(With({{"learning_rate", "0.2"}, {"min_split_loss", "1"}, {"reg_lambda", "2"},
                                                {"reg_alpha", "3"}})));
  EXPECT_THAT(aliases.booster_parameters, ElementsAre(Pair("objective", "reg:squarederror"), Pair("alpha", "3"),
                                                      Pair("eta", "0.2"), Pair("gamma", "1"), Pair("lambda", "2")));
}

TEST(ParseXGBoostParamsTest, TakesACrossValidation) {
  EXPECT_EQ(ParseXGBoostParams(With({}))->kfold, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params, ParseXGBoostParams(With({{"_kfold", "5"}, {"_num_cv_round", "2"}})));
  EXPECT_EQ(params.kfold, 5);
  EXPECT_EQ(params.num_cv_round, 2);
  EXPECT_THAT(params.booster_parameters, ElementsAre(Pair("objective", "reg:squarederror")));
  EXPECT_THAT(ParseXGBoostParams(With({{"_num_cv_round", "2"}}))->warnings, ElementsAre("_num_cv_round does nothing without _kfold"));
}

TEST(ParseXGBoostParamsTest, PutsTheTunedMetricLast) {
  ASSERT_OK_AND_ASSIGN(const XGBoostParams params,
                       ParseXGBoostParams(With({{"eval_metric", "mae,rmse"}, {"_tuning_objective_metric", "validation:mae"}})));
  EXPECT_THAT(params.metrics, ElementsAre("rmse", "mae"));
}

TEST(ParseXGBoostParamsTest, TakesMetricsWithThresholds) {
  for (const std::string metric : {"error@0.7", "ndcg@5", "ndcg@5-", "ndcg-", "map@3", "map-", "tweedie-nloglik@1.4"}) {
    EXPECT_THAT(ParseXGBoostParams(With({{"eval_metric", metric}, {"objective", "rank:map"}})), IsOk()) << metric;
  }
}

TEST(ParseXGBoostParamsTest, RefusesWhatIsNotValid) {
  struct Case {
    Given given;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{}, "Required hyperparameter is missing: num_round"},
      {{{"num_round", "0"}}, "num_round = \"0\", valid is an integer in [1, 2147483647]"},
      {{{"num_round", "ten"}}, "num_round = \"ten\""},
      {With({{"etta", "0.1"}}), "Hyperparameter is unknown to XGBoost: etta"},
      {With({{"_kfold", "1"}}), "_kfold = \"1\", valid is an integer in [2, 2147483647]"},
      {With({{"_kfold", "3"}, {"_num_cv_round", "0"}}), "_num_cv_round = \"0\""},
      {With({{"process_type", "update"}}), "missing: updater, for process_type update"},
      {With({{"process_type", "update"}, {"updater", "refresh"}, {"_kfold", "3"}}), "process_type = \"update\", valid is without _kfold"},
      {With({{"eta", "1.5"}}), "eta = \"1.5\", valid is a number in [0, 1]"},
      {With({{"eta", "nan"}}), "eta = \"nan\""},
      {With({{"eta", "0.1"}, {"learning_rate", "0.1"}}), "given twice: eta"},
      {With({{"num_round ", "3"}}), "given twice: num_round"},
      {With({{"subsample", "0"}}), "subsample = \"0\", valid is a number in (0, 1]"},
      {With({{"max_depth", "-1"}}), "max_depth = \"-1\""},
      {With({{"scale_pos_weight", "0"}}), "scale_pos_weight = \"0\", valid is a number > 0"},
      {With({{"tweedie_variance_power", "2"}}), "tweedie_variance_power = \"2\", valid is a number in (1, 2)"},
      {With({{"booster", "forest"}}), "valid is one of gbtree, gblinear, dart"},
      {With({{"tree_method", "gpu_hist"}}), "tree_method = \"gpu_hist\""},
      {With({{"predictor", "gpu_predictor"}}), "predictor = \"gpu_predictor\""},
      {With({{"use_dask_gpu_training", "true"}}), "use_dask_gpu_training = \"true\""},
      {With({{"dsplit", "col"}}), "dsplit = \"col\""},
      {With({{"updater", "distcol"}}), "updater = \"distcol\""},
      {With({{"objective", "multi:softmax"}}), "missing: num_class"},
      {With({{"objective", "multi:softmax"}, {"num_class", "1"}}), "num_class = \"1\", valid is an integer >= 2"},
      {With({{"num_class", "3"}}), "num_class = \"3\", valid is for objectives multi:* only"},
      {With({{"eval_metric", "rmse,nice"}}), "eval_metric = \"rmse,nice\""},
      {With({{"eval_metric", "error@"}}), "eval_metric = \"error@\""},
      {With({{"eval_metric", "accuracy"}}), "accuracy for objectives binary:* and multi:* only"},
      {With({{"eval_metric", "recall"}, {"objective", "multi:softmax"}, {"num_class", "3"}}), "recall for objectives binary:* only"},
      {With({{"eval_metric", "mse"}, {"objective", "multi:softprob"}, {"num_class", "3"}}), "one prediction a row"},
      {With({{"eval_metric", "auc"}}), "auc for objectives binary:* and rank:* only"},
      {With({{"eval_metric", "aft-nloglik"}}), "aft-nloglik for objective survival:aft only"},
      {With({{"updater", "grow_skmaker"}}), "updater = \"grow_skmaker\""},
      {With({{"updater", "grow_colmaker,grow_histmaker"}}), "one that grows trees"},
      {With({{"updater", "refresh"}, {"booster", "gblinear"}}), "with booster gblinear"},
      {With({{"updater", "grow_colmaker"}, {"process_type", "update"}}), "with process_type update"},
      {With({{"monotone_constraints", "(1,2)"}, {"tree_method", "hist"}}), "monotone_constraints = \"(1,2)\""},
      {With({{"monotone_constraints", "(1,0)"}}), "with tree_method exact or hist only"},
      {With({{"interaction_constraints", "[1,2]"}, {"tree_method", "hist"}}), "a list of lists"},
      {With({{"seed", "3000000000"}}), "seed = \"3000000000\""},
      {With({{"max_bin", "1"}}), "max_bin = \"1\""},
      {With({{"csv_weights", "2"}}), "csv_weights = \"2\""},
      {With({{"early_stopping_rounds", "0"}}), "early_stopping_rounds = \"0\""},
      {With({{"save_model_on_termination", "yes"}}), "save_model_on_termination = \"yes\""},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.message);
    EXPECT_THAT(ParseXGBoostParams(test_case.given), IsError(ErrorKind::kInvalidArgument, HasSubstr(test_case.message)));
  }
}

}  // namespace
}  // namespace sagespark::algo
