#pragma once

#include <memory>
#include <string>

namespace sagespark::sagemaker {

/// The names of what one fit creates. Each has at most 63 characters of a-z, A-Z, 0-9 and "-", and begins and ends with a
/// letter or digit: AWS's rule, checked when the policy is made.
class NamePolicy {
 public:
  virtual ~NamePolicy() = default;

  const std::string& trainingJobName() const { return trainingJobName_; }
  const std::string& modelName() const { return modelName_; }
  const std::string& endpointConfigName() const { return endpointConfigName_; }
  const std::string& endpointName() const { return endpointName_; }

 protected:
  /// Throws kInvalidArgument, naming what the name is for, the name and the rule.
  NamePolicy(std::string trainingJobName, std::string modelName, std::string endpointConfigName,
             std::string endpointName);
  NamePolicy(const NamePolicy&) = default;

 private:
  std::string trainingJobName_;
  std::string modelName_;
  std::string endpointConfigName_;
  std::string endpointName_;
};

/// Unique names: PREFIXtrainingJob-HEX12-2026-11-21T14-25-00-123, and so on with model, endpointConfig and endpoint (UTC).
/// The prefix has at most 12 characters.
class RandomNamePolicy final : public NamePolicy {
 public:
  explicit RandomNamePolicy(const std::string& prefix = "");

  const std::string& prefix() const { return prefix_; }

 private:
  RandomNamePolicy(const std::string& prefix, const std::string& suffix);

  std::string prefix_;
};

/// The names as given.
class CustomNamePolicy final : public NamePolicy {
 public:
  CustomNamePolicy(std::string trainingJobName, std::string modelName, std::string endpointConfigName,
                   std::string endpointName);
};

/// The names as given, each with "-2026-11-21T14-25-00-123" (UTC) behind it; they have at most 39 characters.
class CustomNamePolicyWithTimeStampSuffix final : public NamePolicy {
 public:
  CustomNamePolicyWithTimeStampSuffix(const std::string& trainingJobName, const std::string& modelName,
                                      const std::string& endpointConfigName, const std::string& endpointName);

 private:
  CustomNamePolicyWithTimeStampSuffix(const std::string& suffix, const std::string& trainingJobName,
                                      const std::string& modelName, const std::string& endpointConfigName,
                                      const std::string& endpointName);
};

/// Makes a NamePolicy for each fit.
class NamePolicyFactory {
 public:
  virtual ~NamePolicyFactory() = default;
  virtual std::shared_ptr<const NamePolicy> createNamePolicy() const = 0;
};

class RandomNamePolicyFactory final : public NamePolicyFactory {
 public:
  /// Throws kInvalidArgument when names with this prefix would break AWS's rule.
  explicit RandomNamePolicyFactory(std::string prefix = "");

  const std::string& prefix() const { return prefix_; }
  std::shared_ptr<const NamePolicy> createNamePolicy() const override;

 private:
  std::string prefix_;
};

/// Gives the same names to every fit, so that a second one fails while the first one's resources exist.
class CustomNamePolicyFactory final : public NamePolicyFactory {
 public:
  CustomNamePolicyFactory(std::string trainingJobName, std::string modelName, std::string endpointConfigName,
                          std::string endpointName);
  std::shared_ptr<const NamePolicy> createNamePolicy() const override;

 private:
  CustomNamePolicy policy_;
};

class CustomNamePolicyWithTimeStampSuffixFactory final : public NamePolicyFactory {
 public:
  CustomNamePolicyWithTimeStampSuffixFactory(std::string trainingJobName, std::string modelName,
                                             std::string endpointConfigName, std::string endpointName);
  std::shared_ptr<const NamePolicy> createNamePolicy() const override;

  // Without the suffix.
  const std::string& trainingJobName() const { return trainingJobName_; }
  const std::string& modelName() const { return modelName_; }
  const std::string& endpointConfigName() const { return endpointConfigName_; }
  const std::string& endpointName() const { return endpointName_; }

 private:
  std::string trainingJobName_;
  std::string modelName_;
  std::string endpointConfigName_;
  std::string endpointName_;
};

}  // namespace sagespark::sagemaker
