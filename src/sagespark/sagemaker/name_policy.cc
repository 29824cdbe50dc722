#include "sagespark/sagemaker/name_policy.h"

#include <algorithm>
#include <string_view>

#include "sagespark/base/clock.h"
#include "sagespark/base/exception.h"
#include "sagespark/ml/identifiable.h"

namespace sagespark::sagemaker {
namespace {

constexpr size_t kMaxNameLength = 63;

bool IsLetterOrDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsValidName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && IsLetterOrDigit(name.front()) &&
         IsLetterOrDigit(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '-' || IsLetterOrDigit(c); });
}

std::string Checked(std::string_view what, std::string name) {
  if (IsValidName(name)) return name;
  throw Exception(InvalidArgument("Name does not fit AWS's rule (1 to 63 letters, digits and hyphens, no hyphen first or last): " +
                                  std::string(what) + " \"" + name + "\" of " + std::to_string(name.size()) + " characters"));
}

/// "2026-11-21T14-25-00-123": names take neither ":" nor ".". Milliseconds keep "endpointConfig" and a prefix within 63.
std::string TimeStamp() {
  std::string stamp = FormatIso8601(Clock::System().Now());
  stamp.pop_back();  // The Z.
  std::replace(stamp.begin(), stamp.end(), ':', '-');
  std::replace(stamp.begin(), stamp.end(), '.', '-');
  return stamp;
}

}  // namespace

NamePolicy::NamePolicy(std::string trainingJobName, std::string modelName, std::string endpointConfigName,
                       std::string endpointName)
    : trainingJobName_(Checked("trainingJobName", std::move(trainingJobName))),
      modelName_(Checked("modelName", std::move(modelName))),
      endpointConfigName_(Checked("endpointConfigName", std::move(endpointConfigName))),
      endpointName_(Checked("endpointName", std::move(endpointName))) {}

RandomNamePolicy::RandomNamePolicy(const std::string& prefix)
    : RandomNamePolicy(prefix, "-" + ml::RandomHex12() + "-" + TimeStamp()) {}

RandomNamePolicy::RandomNamePolicy(const std::string& prefix, const std::string& suffix)
    : NamePolicy(prefix + "trainingJob" + suffix, prefix + "model" + suffix, prefix + "endpointConfig" + suffix,
                 prefix + "endpoint" + suffix),
      prefix_(prefix) {}

CustomNamePolicy::CustomNamePolicy(std::string trainingJobName, std::string modelName, std::string endpointConfigName,
                                   std::string endpointName)
    : NamePolicy(std::move(trainingJobName), std::move(modelName), std::move(endpointConfigName),
                 std::move(endpointName)) {}

CustomNamePolicyWithTimeStampSuffix::CustomNamePolicyWithTimeStampSuffix(const std::string& trainingJobName,
                                                                         const std::string& modelName,
                                                                         const std::string& endpointConfigName,
                                                                         const std::string& endpointName)
    : CustomNamePolicyWithTimeStampSuffix("-" + TimeStamp(), trainingJobName, modelName, endpointConfigName,
                                          endpointName) {}

CustomNamePolicyWithTimeStampSuffix::CustomNamePolicyWithTimeStampSuffix(const std::string& suffix,
                                                                         const std::string& trainingJobName,
                                                                         const std::string& modelName,
                                                                         const std::string& endpointConfigName,
                                                                         const std::string& endpointName)
    : NamePolicy(trainingJobName + suffix, modelName + suffix, endpointConfigName + suffix, endpointName + suffix) {}

RandomNamePolicyFactory::RandomNamePolicyFactory(std::string prefix) : prefix_(std::move(prefix)) {
  RandomNamePolicy{prefix_};  // A prefix that does not fit shows here, not after a fit has begun.
}

std::shared_ptr<const NamePolicy> RandomNamePolicyFactory::createNamePolicy() const {
  return std::make_shared<RandomNamePolicy>(prefix_);
}

CustomNamePolicyFactory::CustomNamePolicyFactory(std::string trainingJobName, std::string modelName,
                                                 std::string endpointConfigName, std::string endpointName)
    : policy_(std::move(trainingJobName), std::move(modelName), std::move(endpointConfigName),
              std::move(endpointName)) {}

std::shared_ptr<const NamePolicy> CustomNamePolicyFactory::createNamePolicy() const {
  return std::make_shared<CustomNamePolicy>(policy_);
}

CustomNamePolicyWithTimeStampSuffixFactory::CustomNamePolicyWithTimeStampSuffixFactory(std::string trainingJobName,
                                                                                       std::string modelName,
                                                                                       std::string endpointConfigName,
                                                                                       std::string endpointName)
    : trainingJobName_(std::move(trainingJobName)),
      modelName_(std::move(modelName)),
      endpointConfigName_(std::move(endpointConfigName)),
      endpointName_(std::move(endpointName)) {
  createNamePolicy();
}

std::shared_ptr<const NamePolicy> CustomNamePolicyWithTimeStampSuffixFactory::createNamePolicy() const {
  return std::make_shared<CustomNamePolicyWithTimeStampSuffix>(trainingJobName_, modelName_, endpointConfigName_,
                                                               endpointName_);
}

}  // namespace sagespark::sagemaker
