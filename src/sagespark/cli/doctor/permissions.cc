#include "sagespark/cli/doctor/permissions.h"

namespace sagespark::cli {
namespace {

constexpr const char* kName = "sagespark-doctor";  // Of resources that are not there and need not be.

std::string SageMakerArn(const WorkPlace& place, const std::string& kind) {
  return "arn:" + place.partition + ":sagemaker:" + place.region + ":" + place.account + ":" + kind + "/" + kName;
}

std::string BucketArn(const WorkPlace& place) { return "arn:" + place.partition + ":s3:::" + place.bucket; }

std::string LogArn(const WorkPlace& place) {
  return "arn:" + place.partition + ":logs:" + place.region + ":" + place.account +
         ":log-group:/aws/sagemaker/TrainingJobs:log-stream:" + kName;
}

}  // namespace

std::vector<NeededActions> DriverPermissions(const WorkPlace& place) {
  std::vector<NeededActions> needed = {
      {{"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob", "sagemaker:AddTags", "sagemaker:ListTags"},
       SageMakerArn(place, "training-job")},
      {{"sagemaker:CreateTransformJob", "sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob"}, SageMakerArn(place, "transform-job")},
      {{"sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel"}, SageMakerArn(place, "model")},
      {{"sagemaker:CreateEndpointConfig", "sagemaker:DescribeEndpointConfig", "sagemaker:DeleteEndpointConfig"},
       SageMakerArn(place, "endpoint-config")},
      {{"sagemaker:CreateEndpoint", "sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:InvokeEndpoint"},
       SageMakerArn(place, "endpoint")},
      {{"sagemaker:ListTrainingJobs", "sagemaker:ListTransformJobs", "sagemaker:ListModels", "sagemaker:ListEndpointConfigs",
        "sagemaker:ListEndpoints"},
       ""},
      {{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"}, BucketArn(place) + "/" + kName},
      {{"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation", "s3:CreateBucket"}, BucketArn(place)},
      {{"logs:DescribeLogStreams", "logs:GetLogEvents"}, LogArn(place)}};
  if (!place.role_arn.empty()) {
    needed.push_back({{"iam:PassRole"}, place.role_arn, {{"iam:PassedToService", "sagemaker.amazonaws.com"}}});
  }
  return needed;
}

std::vector<NeededActions> RolePermissions(const WorkPlace& place) {
  std::vector<NeededActions> needed = {
      {{"s3:GetObject", "s3:PutObject"}, BucketArn(place) + "/" + kName},
      {{"s3:ListBucket"}, BucketArn(place)},
      {{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}, LogArn(place)},
      {{"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}, ""}};
  if (!place.repository.empty()) {
    needed.push_back({{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, place.repository});
  }
  return needed;
}

}  // namespace sagespark::cli
