#include "sagespark/algo/pca/params.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Hyperparameters = std::map<std::string, std::string>;

Hyperparameters With(Hyperparameters more) {
  more.insert({{"feature_dim", "784"}, {"num_components", "50"}, {"mini_batch_size", "500"}});
  return more;
}

TEST(ParsePcaParamsTest, TakesThePublishedDefaults) {
  for (const bool listed : {false, true}) {
    const auto& defaults = PcaDefaultHyperparameters();
    ASSERT_OK_AND_ASSIGN(const PcaParams params,
                         ParsePcaParams(listed ? With({defaults.begin(), defaults.end()}) : With({})));
    EXPECT_EQ(params.feature_dim, 784);
    EXPECT_EQ(params.num_components, 50);
    EXPECT_EQ(params.mini_batch_size, 500);
    EXPECT_EQ(params.algorithm_mode, PcaMode::kRegular);
    EXPECT_EQ(params.extra_components, -1);
    EXPECT_TRUE(params.subtract_mean);
    EXPECT_TRUE(params.force_dense);
    EXPECT_EQ(params.epochs, 1);
  }
}

TEST(ParsePcaParamsTest, ReadsEveryHyperparameter) {
  ASSERT_OK_AND_ASSIGN(const PcaParams params, ParsePcaParams({{"feature_dim", "9"},
                                                               {"num_components", "2"},
                                                               {"mini_batch_size", "3"},
                                                               {"algorithm_mode", "randomized"},
                                                               {"extra_components", "4"},
                                                               {"subtract_mean", "False"},
                                                               {"force_dense", "false"},
                                                               {"epochs", "5"}}));
  EXPECT_EQ(params.feature_dim, 9);
  EXPECT_EQ(params.num_components, 2);
  EXPECT_EQ(params.mini_batch_size, 3);
  EXPECT_EQ(params.algorithm_mode, PcaMode::kRandomized);
  EXPECT_EQ(params.extra_components, 4);
  EXPECT_FALSE(params.subtract_mean);
  EXPECT_FALSE(params.force_dense);
  EXPECT_EQ(params.epochs, 5);
}

TEST(PcaParamsTest, FactorHasExtraRowsButNoMoreThanColumns) {
  const auto rows = [](int64_t dim, int64_t components, int64_t extra) {
    return PcaParams{.feature_dim = dim, .num_components = components, .extra_components = extra}.FactorRows();
  };
  EXPECT_EQ(rows(784, 50, -1), 100);
  EXPECT_EQ(rows(784, 3, -1), 13);
  EXPECT_EQ(rows(784, 3, 0), 3);
  EXPECT_EQ(rows(784, 3, 2), 5);
  EXPECT_EQ(rows(12, 3, -1), 12);
}

TEST(ParsePcaParamsTest, NamesWhatIsMissingOrUnknown) {
  for (const char* name : {"feature_dim", "num_components", "mini_batch_size"}) {
    Hyperparameters hyperparameters = With({});
    hyperparameters.erase(name);
    EXPECT_THAT(ParsePcaParams(hyperparameters),
                IsError(ErrorKind::kInvalidArgument, std::string("Required hyperparameter is missing: ") + name));
  }
  EXPECT_THAT(ParsePcaParams(With({{"k", "3"}})),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to PCA: k"));
}

TEST(ParsePcaParamsTest, RejectsValuesThatAreNotValid) {
  const struct {
    const char* name;
    const char* value;
    const char* valid;
  } cases[] = {
      {"feature_dim", "0", "an integer in [1, 2147483647]"},
      {"num_components", "0", "an integer in [1, 2147483647]"},
      {"num_components", "785", "at most feature_dim = 784"},
      {"mini_batch_size", "0", "an integer in [1, 2147483647]"},
      {"mini_batch_size", "auto", "an integer"},
      {"algorithm_mode", "fast", "regular, stable or randomized"},
      {"extra_components", "-2", "an integer in [-1, 2147483647]"},
      {"subtract_mean", "yes", "true or false"},
      {"force_dense", "1", "true or false"},
      {"epochs", "0", "an integer in [1, 2147483647]"},
      {"_tuning_objective_metric", "test:msd", "train:explained_variance_ratio or test:explained_variance_ratio"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.name) + " = " + test_case.value);
    Hyperparameters hyperparameters = With({});
    hyperparameters[test_case.name] = test_case.value;
    EXPECT_THAT(ParsePcaParams(hyperparameters),
                IsError(ErrorKind::kInvalidArgument,
                        AllOf(HasSubstr(std::string(test_case.name) + " = \"" + test_case.value + "\""),
                              HasSubstr(std::string("valid is ") + test_case.valid))));
  }
}

TEST(ParsePcaParamsTest, NamesTheLimitWhereMemoryWouldNotDo) {
  EXPECT_OK(ParsePcaParams(With({{"feature_dim", "32768"}})));
  EXPECT_THAT(ParsePcaParams(With({{"feature_dim", "32769"}})),
              IsError(ErrorKind::kResourceLimit,
                      "Scatter matrix takes too much memory: feature_dim = 32769, the limit of algorithm_mode regular is 32768; "
                      "algorithm_mode randomized needs less"));
  EXPECT_OK(ParsePcaParams(With({{"feature_dim", "1000000"}, {"algorithm_mode", "randomized"}})));
  EXPECT_THAT(ParsePcaParams(With({{"feature_dim", "1000000"},
                                   {"algorithm_mode", "randomized"},
                                   {"extra_components", "219"}})),
              IsError(ErrorKind::kResourceLimit, HasSubstr("feature_dim = 269 * 1000000, the limit is 268435456")));
}

}  // namespace
}  // namespace sagespark::algo
