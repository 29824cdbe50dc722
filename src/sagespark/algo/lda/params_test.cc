#include "sagespark/algo/lda/params.h"

#include <string>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Hyperparameters = std::map<std::string, std::string>;

Hyperparameters With(Hyperparameters more) {
  more.insert({{"num_topics", "10"}, {"feature_dim", "25"}, {"mini_batch_size", "5000"}});
  return more;
}

TEST(ParseLdaParamsTest, TakesThePublishedDefaults) {
  ASSERT_OK_AND_ASSIGN(const LdaParams params, ParseLdaParams(With({})));
  EXPECT_EQ(params.num_topics, 10);
  EXPECT_EQ(params.feature_dim, 25);
  EXPECT_EQ(params.mini_batch_size, 5000);
  EXPECT_EQ(params.alpha0, 1);
  EXPECT_EQ(params.max_restarts, 10);
  EXPECT_EQ(params.max_iterations, 1000);
  EXPECT_EQ(params.tol, 1e-8);
}

TEST(ParseLdaParamsTest, TheListOfDefaultsSaysTheSame) {
  const auto& list = LdaDefaultHyperparameters();
  ASSERT_OK_AND_ASSIGN(const LdaParams listed, ParseLdaParams(With(Hyperparameters(list.begin(), list.end()))));
  const LdaParams built_in;
  EXPECT_EQ(listed.alpha0, built_in.alpha0);
  EXPECT_EQ(listed.max_restarts, built_in.max_restarts);
  EXPECT_EQ(listed.max_iterations, built_in.max_iterations);
  EXPECT_EQ(listed.tol, built_in.tol);
}

TEST(ParseLdaParamsTest, ReadsEveryHyperparameter) {
  ASSERT_OK_AND_ASSIGN(const LdaParams params, ParseLdaParams({{"num_topics", "2"},
                                                               {"feature_dim", "3"},
                                                               {"mini_batch_size", "4"},
                                                               {"alpha0", "0.5"},
                                                               {"max_restarts", "5"},
                                                               {"max_iterations", "6"},
                                                               {"tol", "0.25"},
                                                               {"_tuning_objective_metric", "test:pwll"}}));
  EXPECT_EQ(params.num_topics, 2);
  EXPECT_EQ(params.feature_dim, 3);
  EXPECT_EQ(params.mini_batch_size, 4);
  EXPECT_EQ(params.alpha0, 0.5);
  EXPECT_EQ(params.max_restarts, 5);
  EXPECT_EQ(params.max_iterations, 6);
  EXPECT_EQ(params.tol, 0.25);
}

TEST(ParseLdaParamsTest, NamesARequiredOneThatIsMissingAndAnUnknownOne) {
  for (const char* name : {"num_topics", "feature_dim", "mini_batch_size"}) {
    Hyperparameters hyperparameters = With({});
    hyperparameters.erase(name);
    EXPECT_THAT(ParseLdaParams(hyperparameters),
                IsError(ErrorKind::kInvalidArgument, std::string("Required hyperparameter is missing: ") + name));
  }
  EXPECT_THAT(ParseLdaParams(With({{"topics", "3"}})),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to LDA: topics"));
}

TEST(ParseLdaParamsTest, RejectsValuesThatAreNotValid) {
  const struct {
    const char* name;
    const char* value;
    const char* valid;
  } cases[] = {
      {"num_topics", "0", "an integer in [1, 2147483647]"},
      {"num_topics", "ten", "an integer"},
      {"feature_dim", "0", "an integer in [1, 2147483647]"},
      {"feature_dim", "2147483648", "an integer in [1, 2147483647]"},
      {"mini_batch_size", "0", "an integer in [1, 2147483647]"},
      {"alpha0", "0", "a number > 0"},
      {"alpha0", "-1", "a number > 0"},
      {"alpha0", "nan", "a number > 0"},
      {"alpha0", "inf", "a number > 0"},
      {"max_restarts", "0", "an integer in [1, 2147483647]"},
      {"max_iterations", "0", "an integer in [1, 2147483647]"},
      {"tol", "0", "a number > 0"},
      {"tol", "-0.5", "a number > 0"},
      {"tol", "small", "a number"},
      {"_tuning_objective_metric", "test:msd", "test:pwll"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.name) + " = " + test_case.value);
    Hyperparameters hyperparameters = With({});
    hyperparameters[test_case.name] = test_case.value;
    EXPECT_THAT(ParseLdaParams(hyperparameters),
                IsError(ErrorKind::kInvalidArgument,
                        AllOf(HasSubstr(test_case.name), HasSubstr("\"" + std::string(test_case.value) + "\""),
                              HasSubstr(std::string("valid is ") + test_case.valid))));
  }
}

TEST(ParseLdaParamsTest, RejectsWhatIsBeyondMemory) {
  EXPECT_OK(ParseLdaParams({{"num_topics", "324"}, {"feature_dim", "1000"}, {"mini_batch_size", "1"}}));
  EXPECT_THAT(ParseLdaParams({{"num_topics", "325"}, {"feature_dim", "1000"}, {"mini_batch_size", "1"}}),
              IsError(ErrorKind::kResourceLimit, HasSubstr("num_topics 325")));
  EXPECT_THAT(ParseLdaParams({{"num_topics", "100"}, {"feature_dim", "2000000000"}, {"mini_batch_size", "1"}}),
              IsError(ErrorKind::kResourceLimit, HasSubstr("100 * 2000000000")));
}

}  // namespace
}  // namespace sagespark::algo
