#include "sagespark/cli/doctor/aws_checks.h"

#include <array>
#include <cstdlib>
#include <optional>

#include "sagespark/aws/client/client_context.h"
#include "sagespark/aws/client/ecr_client.h"
#include "sagespark/aws/client/iam_client.h"
#include "sagespark/aws/client/s3_client.h"
#include "sagespark/aws/client/service_quotas_client.h"
#include "sagespark/aws/client/sts_client.h"
#include "sagespark/aws/images/algorithm_image.h"
#include "sagespark/cli/doctor/aws_names.h"
#include "sagespark/cli/doctor/endpoint_checks.h"
#include "sagespark/cli/doctor/permissions.h"
#include "sagespark/cli/doctor/trust_policy.h"

namespace sagespark::cli {
namespace {

constexpr std::string_view kSageMaker = "sagemaker.amazonaws.com";
constexpr const char* kAskAdministrator = "Ask who administers the account, or go on without: the first job will tell";

/// What may not be looked at is no fault of the plan's.
bool MayNotLook(const Error& error) {
  return error.kind() == ErrorKind::kPermissionDenied || error.kind() == ErrorKind::kUnimplemented;
}

/// How many whole instances; quotas are doubles.
std::string CountOf(double value) { return std::to_string(static_cast<int64_t>(value)); }

class AwsChecks {
 public:
  AwsChecks(const AwsPlan& plan, Findings& findings) : plan_(plan), findings_(findings) {}

  void Run() {
    auto config = CheckSettings(findings_);
    if (!config) return;
    region_ = config->region;
    if (!config->endpoints.empty()) {
      findings_.Warn("aws", "AWS_ENDPOINT_URL or a setting like it is in force: some of this asks " + config->endpoints.begin()->second + ", not AWS",
                     "Unset AWS_ENDPOINT_URL to look at AWS itself");
    }
    CheckCaFile(config->ca_bundle, findings_);
    const auto reply = CheckReachable(aws::Service::kSts, *config, findings_);
    if (!reply) return;
    CheckClock(reply->headers, Clock::System(), findings_);
    context_ = aws::MakeClientContext(*std::move(config));
    iam_ = aws::MakeIamClient(context_);
    const bool is_known = CheckIdentity();
    CheckImage();
    if (!is_known) return;
    CheckRole();
    CheckBucket();
    CheckPermissions();
    CheckQuotas();
  }

 private:
  bool CheckIdentity() {
    const auto caller = aws::MakeStsClient(context_)->GetCallerIdentity();
    auto arn = caller.ok() ? ParseArn(caller->arn) : Result<Arn>(caller.error());
    if (!arn.ok()) {
      findings_.Fail("identity", arn.error().message(), "Bring credentials: AWS_PROFILE, aws sso login, or a key pair in the environment");
      return false;
    }
    caller_ = *std::move(arn);
    account_ = caller->account;
    place_ = {.partition = caller_.partition, .region = region_, .account = account_};
    place_.bucket = plan_.bucket.empty() ? account_ + "-sagemaker-" + region_ : plan_.bucket;
    findings_.Ok("identity", "account " + account_ + ", " + caller->arn);
    return true;
  }

  /// The ARN that was named, or the caller's own role; empty without one.
  std::string RoleArn() const {
    if (!plan_.role_arn.empty()) return plan_.role_arn;
    if (const char* set = std::getenv("SAGEMAKER_ROLE"); set != nullptr && *set != '\0') return set;
    const std::string own = AssumedRoleOf(caller_);
    return own.empty() ? "" : "arn:" + caller_.partition + ":iam::" + account_ + ":role/" + own;
  }

  void CheckRole() {
    const std::string text = RoleArn();
    if (text.empty()) return findings_.Warn("role", "no execution role is named", "Name it: --role ARN, or SAGEMAKER_ROLE");
    const auto arn = ParseArn(text);
    const auto name = arn.ok() ? RoleNameOf(*arn) : Result<std::string>(arn.error());
    if (!name.ok()) return findings_.Fail("role", name.error().message(), "Give the whole ARN of an IAM role");
    if (arn->account != account_) {
      return findings_.Fail("role", "it is of account " + arn->account + ", the caller of " + account_, "Use a role of the caller's account");
    }
    place_.role_arn = text;
    const auto role = iam_->GetRole(*name);
    if (!role.ok() && MayNotLook(role.error())) return findings_.Warn("role", role.error().message(), std::string("iam:GetRole lets it be looked at. ") + kAskAdministrator);
    if (!role.ok()) return findings_.Fail("role", role.error().message(), "Make the role, as docs/aws.md says, or name another one with --role");
    place_.role_arn = role->arn;
    const auto trusted = MayBeAssumedBy(role->trust_policy, kSageMaker);
    if (!trusted.ok() || !*trusted) {
      return findings_.Fail("role", "SageMaker may not assume it: " + role->arn,
                            "Add this statement to its trust policy: " + TrustStatementFor(kSageMaker));
    }
    findings_.Ok("role", "SageMaker may assume it: " + role->arn);
  }

  void CheckBucket() {
    const auto s3 = aws::MakeS3Client(context_);
    const Status is_there = s3->HeadBucket(place_.bucket);
    const bool is_absent = !is_there.ok() && is_there.error().kind() == ErrorKind::kNotFound;
    if (is_absent && plan_.bucket.empty()) {
      return findings_.Warn("bucket", "is not there yet: " + place_.bucket, "The first fit makes it, if s3:CreateBucket is allowed; --bucket looks at another one");
    }
    if (is_absent) return findings_.Fail("bucket", "does not exist: " + place_.bucket, "Make it in " + region_ + ", or name another one");
    if (!is_there.ok()) {
      return findings_.Fail("bucket", is_there.error().message(), "It may be another account's: name one of your own, with s3:ListBucket allowed");
    }
    const auto region = s3->GetBucketLocation(place_.bucket);
    if (!region.ok() && MayNotLook(region.error())) return findings_.Warn("bucket", region.error().message(), "s3:GetBucketLocation lets its region be seen");
    if (!region.ok()) return findings_.Fail("bucket", region.error().message(), "Try again");
    if (*region != region_) {
      return findings_.Fail("bucket", place_.bucket + " is in " + *region + ", the session in " + region_,
                            "Training reads buckets of its own region only: set AWS_REGION=" + *region + " or use another bucket");
    }
    findings_.Ok("bucket", place_.bucket + " is in " + *region);
  }

  void CheckImage() {
    const auto uri = plan_.image.empty() ? aws::AlgorithmImage(plan_.algorithm, region_) : Result<std::string>(plan_.image);
    if (!uri.ok()) return findings_.Fail("image", uri.error().message(), "Choose one of these regions, or name the image with --image");
    const auto image = ParseRegistryImage(*uri);
    if (!image.ok()) return findings_.Fail("image", image.error().message(), "Push it to a repository of ECR in " + region_);
    if (image->region != region_) {
      return findings_.Fail("image", "is in " + image->region + ", the session in " + region_ + ": " + *uri,
                            "SageMaker takes images of its own region only");
    }
    place_.repository = "arn:" + place_.partition + ":ecr:" + region_ + ":" + image->image.registry_id + ":repository/" + image->image.repository;
    const Status there = aws::MakeEcrClient(context_)->BatchGetImage(image->image);
    if (there.ok()) return findings_.Ok("image", "can be pulled: " + *uri);
    const Error& error = there.error();
    if (error.kind() == ErrorKind::kNotFound) {
      return findings_.Fail("image", *uri + ": " + error.message(), "Name an image that is there, with its tag: --image");
    }
    findings_.Warn("image", *uri + ": " + error.message(), "ecr:BatchGetImage lets it be looked at; SageMaker itself pulls it with the execution role");
  }

  /// The user or role whose policies hold; empty for the root user, who may do all.
  std::string PolicySource() const {
    const std::string role = AssumedRoleOf(caller_);
    if (role.empty()) return caller_.resource == "root" ? "" : "arn:" + caller_.partition + ":" + caller_.service + "::" + account_ + ":" + caller_.resource;
    const auto found = iam_->GetRole(role);  // Its ARN has a path, the session's has none.
    return found.ok() ? found->arn : "arn:" + caller_.partition + ":iam::" + account_ + ":role/" + role;
  }

  void CheckPermissions() {
    if (!place_.role_arn.empty()) Simulate("role permissions", place_.role_arn, RolePermissions(place_));
    const std::string source = PolicySource();
    if (source.empty()) return findings_.Ok("your permissions", "the root user may do all");
    Simulate("your permissions", source, DriverPermissions(place_));
  }

  void Simulate(const std::string& check, const std::string& principal, const std::vector<NeededActions>& needed) {
    std::string denied;
    size_t count = 0;
    for (const NeededActions& group : needed) {
      const auto refused = iam_->SimulatePrincipalPolicy(
          {.principal_arn = principal, .actions = group.actions, .resource_arn = group.resource_arn, .context = group.context});
      if (!refused.ok()) {
        return findings_.Warn(check, refused.error().message(), std::string("iam:SimulatePrincipalPolicy lets them be looked at. ") + kAskAdministrator);
      }
      for (const std::string& action : *refused) denied += (denied.empty() ? "" : ", ") + action;
      count += group.actions.size();
    }
    if (denied.empty()) return findings_.Ok(check, "all " + std::to_string(count) + " actions are allowed to " + principal);
    findings_.Fail(check, "not allowed to " + principal + ": " + denied, "Add them to its policy; docs/aws.md has the smallest ones");
  }

  void CheckQuotas() {
    const std::array<std::string, 2> usages = {"training job usage", "endpoint usage"};
    std::array<std::optional<aws::ServiceQuota>, 2> found;
    const auto visit = [&](const aws::ServiceQuota& quota) {
      for (size_t i = 0; i < usages.size(); ++i) {
        if (!found[i] && quota.name == plan_.instance_type + " for " + usages[i]) found[i] = quota;
      }
      return !found[0] || !found[1];
    };
    const auto quotas = aws::MakeServiceQuotasClient(context_);
    Status listed = quotas->ListServiceQuotas("sagemaker", visit);
    if (listed.ok() && (!found[0] || !found[1])) listed = quotas->ListAWSDefaultServiceQuotas("sagemaker", visit);
    for (size_t i = 0; i < usages.size(); ++i) NoteQuota(usages[i], found[i], listed);
  }

  void NoteQuota(const std::string& usage, const std::optional<aws::ServiceQuota>& quota, const Status& listed) {
    const std::string name = plan_.instance_type + " for " + usage;
    if (quota && quota->value >= 1) return findings_.Ok("quota", CountOf(quota->value) + " " + name);
    if (quota) {
      return findings_.Fail("quota", "none is allowed: " + name,
                            "Ask for an increase in the Service Quotas console (" + quota->code + "), or use another --instance-type");
    }
    if (!listed.ok()) return findings_.Warn("quota", listed.error().message(), "servicequotas:ListServiceQuotas lets it be looked at; a job beyond it fails at once");
    findings_.Warn("quota", "there is none of this name: " + name, "The type may not be offered for that use in " + region_ + ": look at the pricing page");
  }

  const AwsPlan& plan_;
  Findings& findings_;
  std::shared_ptr<const aws::ClientContext> context_;
  std::shared_ptr<aws::IamClient> iam_;
  std::string region_;
  std::string account_;
  Arn caller_;
  WorkPlace place_;
};

}  // namespace

Findings CheckAws(const AwsPlan& plan) {
  Findings findings;
  AwsChecks(plan, findings).Run();
  return findings;
}

}  // namespace sagespark::cli
