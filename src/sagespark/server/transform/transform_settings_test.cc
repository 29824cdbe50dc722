#include "sagespark/server/transform/transform_settings.h"

#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

namespace sm = aws::sagemaker;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const http::Response kParameters{.status = 200, .body = R"({"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 10})"};

TEST(TransformSettingsTest, TheRequestComesBeforeTheContainerAndThatBeforeTheDefaults) {
  sm::DescribeTransformJobResponse job;
  ASSERT_OK_AND_ASSIGN(const TransformSettings defaults, SettingsOf(job));
  EXPECT_EQ(defaults.max_concurrent, 1);
  EXPECT_EQ(defaults.max_payload_bytes(), size_t{6} << 20);
  EXPECT_FALSE(defaults.single_record);
  ASSERT_OK_AND_ASSIGN(const TransformSettings of_container, WithExecutionParameters(defaults, job, kParameters));
  EXPECT_EQ(of_container.max_concurrent, 8);
  EXPECT_EQ(of_container.max_payload_mb, 10);
  EXPECT_TRUE(of_container.single_record);

  job.max_concurrent_transforms = 2;
  job.max_payload_in_mb = 1;
  job.batch_strategy = "MultiRecord";
  job.model_client_config = {.invocations_timeout_in_seconds = 5, .invocations_max_retries = 0};
  ASSERT_OK_AND_ASSIGN(const TransformSettings asked_for, SettingsOf(job));
  ASSERT_OK_AND_ASSIGN(const TransformSettings all, WithExecutionParameters(asked_for, job, kParameters));
  EXPECT_EQ(all.max_concurrent, 2);
  EXPECT_EQ(all.max_payload_mb, 1);
  EXPECT_FALSE(all.single_record);
  EXPECT_EQ(all.timeout, milliseconds(5000));
  EXPECT_EQ(all.max_retries, 0);
}

TEST(TransformSettingsTest, AContainerThatSaysNothingChangesNothing) {
  const sm::DescribeTransformJobResponse job;
  for (const http::Response& reply : {http::Response{.status = 404}, http::Response{.status = 200, .body = "no json"}, http::Response{.status = 200, .body = "{}"},
                                      http::Response{.status = 200, .body = R"({"MaxConcurrentTransforms": 0, "MaxPayloadInMB": "x"})"}}) {
    ASSERT_OK_AND_ASSIGN(const TransformSettings settings, WithExecutionParameters(*SettingsOf(job), job, reply));
    EXPECT_EQ(settings.max_concurrent, 1);
    EXPECT_EQ(settings.max_payload_mb, 6);
  }
}

TEST(TransformSettingsTest, WhatAContainerLikesStaysWithinTheLimit) {
  sm::DescribeTransformJobResponse job;
  job.max_payload_in_mb = 50;
  ASSERT_OK_AND_ASSIGN(const TransformSettings settings, WithExecutionParameters(*SettingsOf(job), job, kParameters));
  EXPECT_EQ(settings.max_concurrent, 2);
}

TEST(TransformSettingsTest, RefusesMoreThan100MegabytesInFlight) {
  sm::DescribeTransformJobResponse job;
  job.max_payload_in_mb = 10;
  job.max_concurrent_transforms = 11;
  EXPECT_THAT(SettingsOf(job), IsError(ErrorKind::kInvalidArgument, HasSubstr("must not exceed 100 MB: 11 * 10")));
}

TEST(TransformSettingsTest, WithoutALimitAnObjectIsOneRequest) {
  sm::DescribeTransformJobResponse job;
  job.max_payload_in_mb = 0;
  job.transform_input.split_type = "Line";
  ASSERT_OK_AND_ASSIGN(const TransformSettings settings, WithExecutionParameters(*SettingsOf(job), job, kParameters));
  EXPECT_TRUE(settings.is_unlimited());
  EXPECT_EQ(settings.max_concurrent, 8);
  job.batch_strategy = "SingleRecord";
  EXPECT_THAT(SettingsOf(job), IsError(ErrorKind::kInvalidArgument, HasSubstr("MaxPayloadInMB 0")));
}

TEST(TransformSettingsTest, TheEnvironmentTellsWhatTheRequestGives) {
  sm::DescribeTransformJobResponse job;
  EXPECT_THAT(BatchEnvironment(job), ElementsAre(Pair("SAGEMAKER_BATCH", "true")));
  job.max_payload_in_mb = 3;
  job.max_concurrent_transforms = 2;
  job.batch_strategy = "SingleRecord";
  EXPECT_THAT(BatchEnvironment(job), ElementsAre(Pair("SAGEMAKER_BATCH", "true"), Pair("SAGEMAKER_BATCH_STRATEGY", "SINGLE_RECORD"),
                                                 Pair("SAGEMAKER_MAX_CONCURRENT_TRANSFORMS", "2"), Pair("SAGEMAKER_MAX_PAYLOAD_IN_MB", "3")));
}

}  // namespace
}  // namespace sagespark::server
