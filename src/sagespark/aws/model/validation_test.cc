#include "sagespark/aws/model/validation.h"

#include "sagespark/aws/model/logs_rules.h"
#include "sagespark/aws/model/sagemaker_rules.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kGoodJob[] = R"({
    "TrainingJobName": "job-1", "HyperParameters": {"k": "10"}, "RoleArn": "arn:aws:iam::000000000000:role/sagespark",
    "AlgorithmSpecification": {"TrainingImage": "kmeans:1", "TrainingInputMode": "File"},
    "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}}}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/o"}, "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}})";

const ShapeRule& InputOf(std::string_view operation) { return *FindOperation(sagemaker::OperationRules(), operation)->input; }

Status ValidateJob(const json::Object& changes) {
  json::Value job = *json::Parse(kGoodJob);
  for (const auto& [name, value] : changes) (*job.if_object())[name] = value;
  return Validate(InputOf("CreateTrainingJob"), job);
}

TEST(AwsValidationTest, FindsOperationsByName) {
  EXPECT_EQ(FindOperation(sagemaker::OperationRules(), "CreateModel")->name, "CreateModel");
  EXPECT_EQ(FindOperation(sagemaker::OperationRules(), "CreateHub"), nullptr);
  EXPECT_EQ(FindOperation(sagemaker::OperationRules(), "StopTrainingJob")->output, nullptr);
}

TEST(AwsValidationTest, EveryPatternCompiles) {
  for (const auto& operations : {sagemaker::OperationRules(), logs::OperationRules()}) {
    for (const OperationRule& operation : operations) {
      SCOPED_TRACE(operation.name);
      EXPECT_THAT(PatternsThatDoNotCompile(*operation.input), testing::IsEmpty());
    }
  }
}

TEST(AwsValidationTest, TakesAGoodRequest) { EXPECT_OK(ValidateJob({})); }

TEST(AwsValidationTest, ReportsOneBrokenConstraintInAwsWords) {
  const std::string value_at = "1 validation error detected: Value ";
  const struct { const char* name; json::Object changes; std::string message; } cases[] = {
      {"pattern", {{"TrainingJobName", "a_b"}}, value_at +
       "'a_b' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
       "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"},
      {"required", {{"RoleArn", nullptr}}, value_at +
       "null at 'roleArn' failed to satisfy constraint: Member must not be null"},
      {"value", {{"StoppingCondition", json::Object{{"MaxRuntimeInSeconds", 0}}}}, value_at +
       "'0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1"},
      {"enum", {{"AlgorithmSpecification", json::Object{{"TrainingInputMode", "Fax"}}}}, value_at +
       "'Fax' at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint: "
       "Member must satisfy enum value set: [Pipe, File, FastFile]"},
      {"unknown", {{"Colour", "red"}}, value_at +
       "at 'colour' failed to satisfy constraint: Member is not known to CreateTrainingJobRequest"},
      {"list element", {{"InputDataConfig", json::Array{json::Object{{"ChannelName", "x"}}}}}, value_at +
       "null at 'inputDataConfig.1.member.dataSource' failed to satisfy constraint: Member must not be null"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const Status status = ValidateJob(test_case.changes);
    EXPECT_THAT(status, IsError(ErrorKind::kInvalidArgument, test_case.message));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), "ValidationException");
  }
}

TEST(AwsValidationTest, CountsAllBrokenConstraints) {
  const std::string name(70, 'a');
  EXPECT_THAT(ValidateJob({{"TrainingJobName", name}, {"RoleArn", "x"}}),
              IsError(ErrorKind::kInvalidArgument,
                      AllOf(StartsWith("4 validation errors detected: Value 'x' at 'roleArn' failed"), HasSubstr("; Value '" + name))));
}

TEST(AwsValidationTest, CountsCharactersNotBytes) {
  json::Value tags = *json::Parse(R"({"ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:model/m", "Tags": [{"Key": "k", "Value": ""}]})");
  std::string text;
  for (int i = 0; i < 256; ++i) text += "\u00e9";
  (*(*tags.if_object())["Tags"].if_array()->front().if_object())["Value"] = text;
  EXPECT_OK(Validate(InputOf("AddTags"), tags));
}

TEST(AwsValidationTest, DoesNotPrintWhatMapsHold) {
  const std::string secret(600, 's');
  EXPECT_THAT(ValidateJob({{"Environment", json::Object{{"KEY", secret}}}}),
              IsError(ErrorKind::kInvalidArgument,
                      "1 validation error detected: Value at 'environment.KEY' failed to satisfy constraint: Map value must satisfy "
                      "constraint: [Member must have length less than or equal to 512, "
                      "Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [\\S\\s]*]"));
}

TEST(AwsValidationTest, RefusesOtherJsonTypesBeforeItLooksAtConstraints) {
  const struct { const char* name; json::Object changes; const char* message; } cases[] = {
      {"number for text", {{"TrainingJobName", 1}, {"RoleArn", "x"}}, "NUMBER_VALUE can not be converted to String: trainingJobName"},
      {"number in a map", {{"HyperParameters", json::Object{{"k", 10}}}}, "NUMBER_VALUE can not be converted to String: hyperParameters.k"},
      {"text for number", {{"StoppingCondition", json::Object{{"MaxRuntimeInSeconds", "1"}}}},
       "STRING_VALUE can not be converted to Integer: stoppingCondition.maxRuntimeInSeconds"},
      {"text for list", {{"InputDataConfig", "x"}}, "Expected list or null: inputDataConfig"},
      {"list for structure", {{"ResourceConfig", json::Array{}}}, "Start of list found where not expected: resourceConfig"},
  };
  for (const auto& test_case : cases) {
    SCOPED_TRACE(test_case.name);
    const Status status = ValidateJob(test_case.changes);
    EXPECT_THAT(status, IsError(ErrorKind::kInvalidArgument, test_case.message));
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), "SerializationException");
  }
}

TEST(AwsValidationTest, TakesNoBodyForAnEmptyRequest) { EXPECT_OK(Validate(InputOf("ListTrainingJobs"), json::Value())); }

}  // namespace
}  // namespace sagespark::aws
