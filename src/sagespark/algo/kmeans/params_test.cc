#include "sagespark/algo/kmeans/params.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Hyperparameters = std::map<std::string, std::string>;

Hyperparameters With(Hyperparameters more) {
  more.insert({{"k", "10"}, {"feature_dim", "784"}});
  return more;
}

TEST(ParseKMeansParamsTest, TakesThePublishedDefaults) {
  ASSERT_OK_AND_ASSIGN(const KMeansParams params, ParseKMeansParams({{"k", "10"}, {"feature_dim", "784"}}));
  EXPECT_EQ(params.k, 10);
  EXPECT_EQ(params.feature_dim, 784);
  EXPECT_EQ(params.mini_batch_size, 5000);
  EXPECT_EQ(params.epochs, 1);
  EXPECT_EQ(params.extra_center_factor, std::nullopt);
  EXPECT_EQ(params.init_method, CenterInit::kRandom);
  EXPECT_EQ(params.half_life_time_size, 0);
  EXPECT_EQ(params.local_lloyd_init_method, CenterInit::kKMeansPlusPlus);
  EXPECT_EQ(params.local_lloyd_max_iter, 300);
  EXPECT_EQ(params.local_lloyd_tol, 1e-4);
  EXPECT_EQ(params.local_lloyd_num_trials, std::nullopt);
  EXPECT_THAT(params.eval_metrics, ElementsAre(EvalMetric::kMsd));
  EXPECT_TRUE(params.force_dense);
}

TEST(ParseKMeansParamsTest, TheListOfDefaultsSaysTheSame) {
  const auto& list = KMeansDefaultHyperparameters();
  ASSERT_OK_AND_ASSIGN(const KMeansParams listed, ParseKMeansParams(With(Hyperparameters(list.begin(), list.end()))));
  const KMeansParams built_in;
  EXPECT_EQ(listed.mini_batch_size, built_in.mini_batch_size);
  EXPECT_EQ(listed.epochs, built_in.epochs);
  EXPECT_EQ(listed.extra_center_factor, built_in.extra_center_factor);
  EXPECT_EQ(listed.init_method, built_in.init_method);
  EXPECT_EQ(listed.half_life_time_size, built_in.half_life_time_size);
  EXPECT_EQ(listed.local_lloyd_init_method, built_in.local_lloyd_init_method);
  EXPECT_EQ(listed.local_lloyd_max_iter, built_in.local_lloyd_max_iter);
  EXPECT_EQ(listed.local_lloyd_tol, built_in.local_lloyd_tol);
  EXPECT_EQ(listed.local_lloyd_num_trials, built_in.local_lloyd_num_trials);
  EXPECT_EQ(listed.eval_metrics, built_in.eval_metrics);
  EXPECT_EQ(listed.force_dense, built_in.force_dense);
}

TEST(ParseKMeansParamsTest, ReadsEveryHyperparameter) {
  ASSERT_OK_AND_ASSIGN(const KMeansParams params, ParseKMeansParams({{"k", "2"},
                                                                     {"feature_dim", "3"},
                                                                     {"mini_batch_size", "400"},
                                                                     {"epochs", "5"},
                                                                     {"extra_center_factor", "6"},
                                                                     {"init_method", "kmeans++"},
                                                                     {"half_life_time_size", "7"},
                                                                     {"local_lloyd_init_method", "random"},
                                                                     {"local_lloyd_max_iter", "8"},
                                                                     {"local_lloyd_tol", "0.25"},
                                                                     {"local_lloyd_num_trials", "9"},
                                                                     {"eval_metrics", "[\"ssd\", \"msd\"]"},
                                                                     {"force_dense", "False"}}));
  EXPECT_EQ(params.k, 2);
  EXPECT_EQ(params.feature_dim, 3);
  EXPECT_EQ(params.mini_batch_size, 400);
  EXPECT_EQ(params.epochs, 5);
  EXPECT_EQ(params.extra_center_factor, 6);
  EXPECT_EQ(params.init_method, CenterInit::kKMeansPlusPlus);
  EXPECT_EQ(params.half_life_time_size, 7);
  EXPECT_EQ(params.local_lloyd_init_method, CenterInit::kRandom);
  EXPECT_EQ(params.local_lloyd_max_iter, 8);
  EXPECT_EQ(params.local_lloyd_tol, 0.25);
  EXPECT_EQ(params.local_lloyd_num_trials, 9);
  EXPECT_THAT(params.eval_metrics, ElementsAre(EvalMetric::kSsd, EvalMetric::kMsd));
  EXPECT_FALSE(params.force_dense);
}

TEST(ParseKMeansParamsTest, ReadsEvalMetricsAsEachSdkWritesThem) {
  for (const char* text : {"[\"msd\",\"ssd\"]", "[\"msd\", \"ssd\"]", "[msd, ssd]", "msd,ssd", "['msd', 'ssd']",
                           " [ \"msd\" , \"ssd\", \"msd\" ] "}) {
    SCOPED_TRACE(text);
    ASSERT_OK_AND_ASSIGN(const KMeansParams params, ParseKMeansParams(With({{"eval_metrics", text}})));
    EXPECT_THAT(params.eval_metrics, ElementsAre(EvalMetric::kMsd, EvalMetric::kSsd));
  }
}

TEST(ParseKMeansParamsTest, TakesWhatSdksAndTuningJobsAdd) {
  EXPECT_OK(ParseKMeansParams(With({{"force_dense", "True"},
                                    {"_tuning_objective_metric", "test:msd"},
                                    {"_num_kv_servers", "1"},
                                    {"_kvstore", "auto"},
                                    {"_num_gpus", "auto"},
                                    {"_log_level", "debug"}})));
}

TEST(ParseKMeansParamsTest, AcceptsTheEndsOfTheRanges) {
  EXPECT_OK(ParseKMeansParams({{"k", "1"},
                               {"feature_dim", "1"},
                               {"mini_batch_size", "1"},
                               {"epochs", "1"},
                               {"extra_center_factor", "1"},
                               {"half_life_time_size", "0"},
                               {"local_lloyd_max_iter", "1"},
                               {"local_lloyd_tol", "0"},
                               {"local_lloyd_num_trials", "1"}}));
  EXPECT_OK(ParseKMeansParams(With({{"local_lloyd_tol", "1"}, {"mini_batch_size", "2147483647"}})));
}

TEST(ParseKMeansParamsTest, NamesARequiredOneThatIsMissing) {
  EXPECT_THAT(ParseKMeansParams({{"feature_dim", "784"}}),
              IsError(ErrorKind::kInvalidArgument, "Required hyperparameter is missing: k"));
  EXPECT_THAT(ParseKMeansParams({{"k", "10"}}),
              IsError(ErrorKind::kInvalidArgument, "Required hyperparameter is missing: feature_dim"));
}

TEST(ParseKMeansParamsTest, NamesAnUnknownOne) {
  EXPECT_THAT(ParseKMeansParams(With({{"K", "3"}})),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to k-means: K"));
  EXPECT_THAT(ParseKMeansParams(With({{"_unheard_of", "3"}})),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to k-means: _unheard_of"));
}

TEST(ParseKMeansParamsTest, RejectsValuesThatAreNotValid) {
  const struct {
    const char* name;
    const char* value;
    const char* valid;
  } cases[] = {
      {"k", "0", "an integer in [1, 2147483647]"},
      {"k", "-1", "an integer in [1, 2147483647]"},
      {"k", "2147483648", "an integer in [1, 2147483647]"},
      {"k", "ten", "an integer"},
      {"k", "", "an integer"},
      {"k", "10.0", "an integer"},
      {"k", " 10", "an integer"},
      {"k", "99999999999999999999", "an integer"},
      {"feature_dim", "0", "an integer in [1, 2147483647]"},
      {"mini_batch_size", "0", "an integer in [1, 2147483647]"},
      {"mini_batch_size", "9", "at least k * extra_center_factor = 10"},
      {"epochs", "0", "an integer in [1, 2147483647]"},
      {"extra_center_factor", "0", "an integer in [1, 2147483647]"},
      {"extra_center_factor", "Auto", "an integer or auto"},
      {"init_method", "kmeans", "random or kmeans++"},
      {"half_life_time_size", "-1", "an integer in [0, 2147483647]"},
      {"local_lloyd_init_method", "", "random or kmeans++"},
      {"local_lloyd_max_iter", "0", "an integer in [1, 2147483647]"},
      {"local_lloyd_tol", "-0.1", "a number in [0, 1]"},
      {"local_lloyd_tol", "1.5", "a number in [0, 1]"},
      {"local_lloyd_tol", "nan", "a number in [0, 1]"},
      {"local_lloyd_tol", "small", "a number"},
      {"local_lloyd_num_trials", "0", "an integer in [1, 2147483647]"},
      {"local_lloyd_num_trials", "many", "an integer or auto"},
      {"eval_metrics", "[]", "a JSON list of msd and ssd"},
      {"eval_metrics", "[\"mse\"]", "a JSON list of msd and ssd"},
      {"eval_metrics", "[\"msd\",]", "a JSON list of msd and ssd"},
      {"force_dense", "yes", "true or false"},
      {"_tuning_objective_metric", "train:msd", "test:msd or test:ssd"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.name) + " = " + test_case.value);
    Hyperparameters hyperparameters = With({});
    hyperparameters[test_case.name] = test_case.value;
    EXPECT_THAT(ParseKMeansParams(hyperparameters),
                IsError(ErrorKind::kInvalidArgument, AllOf(HasSubstr(test_case.name),
                                                           HasSubstr("\"" + std::string(test_case.value) + "\""),
                                                           HasSubstr(std::string("valid is ") + test_case.valid))));
  }
}

TEST(ParseKMeansParamsTest, RejectsMoreCentersThanAMiniBatchHasRows) {
  EXPECT_THAT(ParseKMeansParams(With({{"extra_center_factor", "501"}})),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is not valid: mini_batch_size = \"5000\", valid is "
                                                   "at least k * extra_center_factor = 5010"));
}

TEST(ParseKMeansParamsTest, RejectsCentersBeyondMemory) {
  EXPECT_THAT(ParseKMeansParams({{"k", "5000"}, {"feature_dim", "2000000000"}}),
              IsError(ErrorKind::kResourceLimit, HasSubstr("5000 * 1 * 2000000000")));
}

}  // namespace
}  // namespace sagespark::algo
