#include "sagespark/algo/factorization_machines/params.h"

#include <string>

#include "sagespark/testing/matchers.h"

namespace sagespark::algo {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

using Hyperparameters = std::map<std::string, std::string>;

Hyperparameters With(Hyperparameters more) {
  more.insert({{"feature_dim", "1000"}, {"num_factors", "64"}, {"predictor_type", "regressor"}});
  return more;
}

TEST(ParseFactorizationMachinesParamsTest, TakesThePublishedDefaults) {
  ASSERT_OK_AND_ASSIGN(const auto params, ParseFactorizationMachinesParams(With({})));
  EXPECT_EQ(params.feature_dim, 1000);
  EXPECT_EQ(params.num_factors, 64);
  EXPECT_EQ(params.task, FactorizationMachinesTask::kRegressor);
  EXPECT_EQ(params.epochs, 1);
  EXPECT_EQ(params.mini_batch_size, 1000);
  EXPECT_EQ(params.clip_gradient, std::nullopt);
  EXPECT_EQ(params.eps, std::nullopt);
  EXPECT_EQ(params.rescale_grad, std::nullopt);
  EXPECT_EQ(params.bias.lr, 0.1);
  EXPECT_EQ(params.linear.lr, 0.001);
  EXPECT_EQ(params.factors.lr, 0.0001);
  EXPECT_EQ(params.bias.wd, 0.01);
  EXPECT_EQ(params.linear.wd, 0.001);
  EXPECT_EQ(params.factors.wd, 0.00001);
  EXPECT_EQ(params.bias.sigma, 0.01);
  EXPECT_EQ(params.linear.sigma, 0.01);
  EXPECT_EQ(params.factors.sigma, 0.001);
  for (const ParameterGroup& group : {params.bias, params.linear, params.factors}) {
    EXPECT_EQ(group.init, ParameterInit::kNormal);
    EXPECT_EQ(group.scale, std::nullopt);
    EXPECT_EQ(group.value, std::nullopt);
  }
}

TEST(ParseFactorizationMachinesParamsTest, TheListOfDefaultsSaysTheSame) {
  const auto& list = FactorizationMachinesDefaultHyperparameters();
  ASSERT_OK_AND_ASSIGN(const auto listed,
                       ParseFactorizationMachinesParams(With(Hyperparameters(list.begin(), list.end()))));
  const FactorizationMachinesParams built_in;
  EXPECT_EQ(listed.epochs, built_in.epochs);
  EXPECT_EQ(listed.mini_batch_size, built_in.mini_batch_size);
  const auto expect_same = [](const ParameterGroup& left, const ParameterGroup& right) {
    EXPECT_EQ(left.lr, right.lr);
    EXPECT_EQ(left.wd, right.wd);
    EXPECT_EQ(left.init, right.init);
    EXPECT_EQ(left.sigma, right.sigma);
  };
  expect_same(listed.bias, built_in.bias);
  expect_same(listed.linear, built_in.linear);
  expect_same(listed.factors, built_in.factors);
}

TEST(ParseFactorizationMachinesParamsTest, ReadsEveryHyperparameter) {
  ASSERT_OK_AND_ASSIGN(const auto params, ParseFactorizationMachinesParams({
                                              {"feature_dim", "10"},          {"num_factors", "2"},
                                              {"predictor_type", "binary_classifier"},
                                              {"epochs", "3"},                {"mini_batch_size", "4"},
                                              {"clip_gradient", "5.5"},       {"eps", "1e-7"},
                                              {"rescale_grad", "-0.25"},      {"bias_lr", "0.11"},
                                              {"linear_lr", "0.12"},          {"factors_lr", "0.13"},
                                              {"bias_wd", "0.21"},            {"linear_wd", "0.22"},
                                              {"factors_wd", "0.23"},         {"bias_init_method", "constant"},
                                              {"linear_init_method", "uniform"}, {"factors_init_method", "normal"},
                                              {"bias_init_sigma", "0.31"},    {"linear_init_sigma", "0.32"},
                                              {"factors_init_sigma", "0.33"}, {"bias_init_scale", "0.41"},
                                              {"linear_init_scale", "0.42"},  {"factors_init_scale", "0.43"},
                                              {"bias_init_value", "-0.51"},   {"linear_init_value", "0.52"},
                                              {"factors_init_value", "0.53"},
                                          }));
  EXPECT_EQ(params.feature_dim, 10);
  EXPECT_EQ(params.num_factors, 2);
  EXPECT_EQ(params.task, FactorizationMachinesTask::kBinaryClassifier);
  EXPECT_EQ(params.epochs, 3);
  EXPECT_EQ(params.mini_batch_size, 4);
  EXPECT_THAT(params.clip_gradient, Optional(5.5));
  EXPECT_THAT(params.eps, Optional(1e-7));
  EXPECT_THAT(params.rescale_grad, Optional(-0.25));
  EXPECT_EQ(params.bias.lr, 0.11);
  EXPECT_EQ(params.linear.lr, 0.12);
  EXPECT_EQ(params.factors.lr, 0.13);
  EXPECT_EQ(params.bias.wd, 0.21);
  EXPECT_EQ(params.linear.wd, 0.22);
  EXPECT_EQ(params.factors.wd, 0.23);
  EXPECT_EQ(params.bias.init, ParameterInit::kConstant);
  EXPECT_EQ(params.linear.init, ParameterInit::kUniform);
  EXPECT_EQ(params.factors.init, ParameterInit::kNormal);
  EXPECT_EQ(params.bias.sigma, 0.31);
  EXPECT_EQ(params.linear.sigma, 0.32);
  EXPECT_EQ(params.factors.sigma, 0.33);
  EXPECT_THAT(params.bias.scale, Optional(0.41));
  EXPECT_THAT(params.linear.scale, Optional(0.42));
  EXPECT_THAT(params.factors.scale, Optional(0.43));
  EXPECT_THAT(params.bias.value, Optional(-0.51));
  EXPECT_THAT(params.linear.value, Optional(0.52));
  EXPECT_THAT(params.factors.value, Optional(0.53));
}

TEST(ParseFactorizationMachinesParamsTest, TakesWhatSdksAndTuningJobsAdd) {
  EXPECT_OK(ParseFactorizationMachinesParams(With({{"_tuning_objective_metric", "test:rmse"},
                                                   {"_num_kv_servers", "1"},
                                                   {"_kvstore", "auto"},
                                                   {"_num_gpus", "auto"},
                                                   {"_log_level", "debug"}})));
  EXPECT_OK(ParseFactorizationMachinesParams({{"feature_dim", "1"},
                                              {"num_factors", "1"},
                                              {"predictor_type", "binary_classifier"},
                                              {"_tuning_objective_metric", "test:binary_f_beta"}}));
}

TEST(ParseFactorizationMachinesParamsTest, NamesARequiredOneThatIsMissing) {
  for (const char* name : {"feature_dim", "num_factors", "predictor_type"}) {
    Hyperparameters hyperparameters = With({});
    hyperparameters.erase(name);
    EXPECT_THAT(ParseFactorizationMachinesParams(hyperparameters).status(),
                IsError(ErrorKind::kInvalidArgument, std::string("Required hyperparameter is missing: ") + name));
  }
  EXPECT_THAT(ParseFactorizationMachinesParams(With({{"linear_init_method", "uniform"}})).status(),
              IsError(ErrorKind::kInvalidArgument, "Required hyperparameter is missing: linear_init_scale, because "
                                                   "linear_init_method is uniform"));
  EXPECT_THAT(ParseFactorizationMachinesParams(With({{"factors_init_method", "constant"}})).status(),
              IsError(ErrorKind::kInvalidArgument, "Required hyperparameter is missing: factors_init_value, because "
                                                   "factors_init_method is constant"));
}

TEST(ParseFactorizationMachinesParamsTest, NamesAnUnknownOne) {
  EXPECT_THAT(ParseFactorizationMachinesParams(With({{"factor_lr", "3"}})).status(),
              IsError(ErrorKind::kInvalidArgument, "Hyperparameter is unknown to factorization machines: factor_lr"));
}

TEST(ParseFactorizationMachinesParamsTest, RejectsValuesThatAreNotValid) {
  const struct {
    const char* name;
    const char* value;
    const char* valid;
  } cases[] = {
      {"feature_dim", "0", "an integer in [1, 2147483647]"},
      {"feature_dim", "many", "an integer"},
      {"feature_dim", "1e4", "an integer"},
      {"num_factors", "0", "an integer in [1, 2147483647]"},
      {"num_factors", "-64", "an integer in [1, 2147483647]"},
      {"predictor_type", "classifier", "binary_classifier or regressor"},
      {"predictor_type", "", "binary_classifier or regressor"},
      {"epochs", "0", "an integer in [1, 2147483647]"},
      {"mini_batch_size", "0", "an integer in [1, 2147483647]"},
      {"clip_gradient", "0", "a number > 0"},
      {"clip_gradient", "none", "a number"},
      {"eps", "0", "a number > 0"},
      {"eps", "inf", "a number > 0"},
      {"rescale_grad", "nan", "a finite number"},
      {"bias_lr", "-0.1", "a number >= 0"},
      {"linear_lr", "nan", "a number >= 0"},
      {"factors_lr", "fast", "a number"},
      {"bias_wd", "-1", "a number >= 0"},
      {"linear_wd", "", "a number"},
      {"factors_wd", "-1e-09", "a number >= 0"},
      {"bias_init_method", "zero", "normal, uniform or constant"},
      {"linear_init_method", "Normal", "normal, uniform or constant"},
      {"factors_init_method", "", "normal, uniform or constant"},
      {"bias_init_sigma", "-1", "a number >= 0"},
      {"linear_init_sigma", "-1", "a number >= 0"},
      {"factors_init_sigma", "wide", "a number"},
      {"bias_init_scale", "-1", "a number >= 0"},
      {"linear_init_scale", "-1", "a number >= 0"},
      {"factors_init_scale", "nan", "a number >= 0"},
      {"bias_init_value", "nan", "a finite number"},
      {"linear_init_value", "zero", "a number"},
      {"factors_init_value", "inf", "a finite number"},
      {"_tuning_objective_metric", "test:binary_f_beta", "test:rmse"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(std::string(test_case.name) + " = " + test_case.value);
    Hyperparameters hyperparameters = With({});
    hyperparameters[test_case.name] = test_case.value;
    EXPECT_THAT(ParseFactorizationMachinesParams(hyperparameters).status(),
                IsError(ErrorKind::kInvalidArgument, AllOf(HasSubstr(test_case.name),
                                                           HasSubstr("\"" + std::string(test_case.value) + "\""),
                                                           HasSubstr(std::string("valid is ") + test_case.valid))));
  }
}

TEST(ParseFactorizationMachinesParamsTest, RejectsFactorsBeyondMemory) {
  Hyperparameters hyperparameters = With({});
  hyperparameters["feature_dim"] = "2000000000";
  EXPECT_THAT(ParseFactorizationMachinesParams(hyperparameters).status(),
              IsError(ErrorKind::kResourceLimit, HasSubstr("2000000000 * 65")));
}

}  // namespace
}  // namespace sagespark::algo
