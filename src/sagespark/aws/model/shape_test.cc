#include "sagespark/aws/model/shape.h"

#include "sagespark/aws/model/logs.h"
#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::HasSubstr;

json::Value Json(std::string_view text) { return *json::Parse(text); }

TEST(AwsShapeTest, WritesRequiredMembersAndThoseThatAreSet) {
  sagemaker::CreateModelRequest request{.model_name = "m"};
  request.primary_container = {.image = "kmeans:1", .environment = {{"A", "1"}}};
  EXPECT_EQ(ToJson(request), Json(R"({"ModelName": "m", "PrimaryContainer": {"Image": "kmeans:1", "Environment": {"A": "1"}}})"));
}

TEST(AwsShapeTest, WritesEmptyListsOnlyWhenTheyAreRequired) {
  EXPECT_EQ(ToJson(sagemaker::ListModelsResponse{}), Json(R"({"Models": []})"));
}

TEST(AwsShapeTest, WritesTimesAsEpochSecondsWithMilliseconds) {
  const SystemTime time(milliseconds(1'700'000'000'123));
  const sagemaker::ModelSummary summary{.model_name = "m", .model_arn = "a", .creation_time = time};
  EXPECT_EQ(json::Dump(ToJson(summary)), R"({"CreationTime":1700000000.123,"ModelArn":"a","ModelName":"m"})");
  EXPECT_THAT(FromJson<sagemaker::ModelSummary>(ToJson(summary)), HasValue(summary));
}

TEST(AwsShapeTest, ReadsNestedStructuresListsAndMaps) {
  const json::Value json = Json(R"({
    "TrainingJobName": "j", "HyperParameters": {"k": "10"}, "RoleArn": "r",
    "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
    "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}}}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/o"}, "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}})");
  ASSERT_OK_AND_ASSIGN(const auto request, FromJson<sagemaker::CreateTrainingJobRequest>(json));
  EXPECT_EQ(request.hyper_parameters.at("k"), "10");
  EXPECT_EQ(request.input_data_config.at(0).data_source.s3_data_source->s3_uri, "s3://b/p");
  EXPECT_EQ(request.resource_config->volume_size_in_gb, 5);
  EXPECT_EQ(ToJson(request), json);
}

TEST(AwsShapeTest, IgnoresMembersThatAServiceAddedAndTakesNullForAbsent) {
  EXPECT_THAT(FromJson<logs::OutputLogEvent>(Json(R"({"message": "m", "timestamp": null, "new": [1]})")),
              HasValue(logs::OutputLogEvent{.message = "m"}));
}

TEST(AwsShapeTest, TakesAReplyWithoutAMemberThatTheModelRequires) {
  // ModelArtifacts is required in the model, and absent from the reply until the job has ended.
  ASSERT_OK_AND_ASSIGN(const auto job, FromJson<sagemaker::DescribeTrainingJobResponse>(
                                           Json(R"({"TrainingJobName": "j", "TrainingJobStatus": "InProgress"})")));
  EXPECT_EQ(job.training_job_status, "InProgress");
  EXPECT_EQ(job.model_artifacts.s3_model_artifacts, "");
}

TEST(AwsShapeTest, NamesThePathOfWhatDoesNotFit) {
  const struct { const char* name; const char* json; const char* message; } cases[] = {
      {"type", R"({"Models": [], "NextToken": 1})", "NextToken: not a JSON string"},
      {"element", R"({"Models": [{"ModelName": 7}]})", "Models: [0]: ModelName: not a JSON string"},
      {"list", R"({"Models": {}})", "Models: not a JSON array"},
      {"object", "[]", "not a JSON object"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    EXPECT_THAT(FromJson<sagemaker::ListModelsResponse>(Json(test_case.json)), IsError(ErrorKind::kCorruptData, test_case.message));
  }
}

TEST(AwsShapeTest, TakesWholeNumbersInAnySpelling) {
  EXPECT_THAT(FromJson<logs::OutputLogEvent>(Json(R"({"timestamp": 1e3})")), HasValue(logs::OutputLogEvent{.timestamp = 1000}));
  EXPECT_THAT(FromJson<logs::OutputLogEvent>(Json(R"({"timestamp": 1.5})")),
              IsError(ErrorKind::kCorruptData, HasSubstr("not a whole number")));
}

}  // namespace
}  // namespace sagespark::aws
