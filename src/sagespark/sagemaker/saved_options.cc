#include "sagespark/sagemaker/saved_options.h"

#include <array>
#include <concepts>
#include <set>
#include <utility>

#include "sagespark/base/exception.h"
#include "sagespark/sagemaker/factorization_machines_estimators.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/lda_sagemaker_estimator.h"
#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"
#include "sagespark/sagemaker/pca_sagemaker_estimator.h"
#include "sagespark/sagemaker/saved_objects.h"
#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"

namespace sagespark::sagemaker {
namespace {

/// A non-const T or, for saving, a const one.
template <typename T, typename Plain>
concept MaybeConst = std::same_as<std::remove_const_t<T>, Plain>;

/// Calls visit(name, option) for each option that all estimators have. One list, so that saving and loading cannot differ.
template <typename Options, typename Visitor>
void VisitSharedOptions(Options& options, Visitor&& visit) {
  visit("sagemakerRole", options.sagemakerRole);
  visit("trainingInstanceType", options.trainingInstanceType);
  visit("trainingInstanceCount", options.trainingInstanceCount);
  visit("endpointInstanceType", options.endpointInstanceType);
  visit("endpointInitialInstanceCount", options.endpointInitialInstanceCount);
  visit("requestRowSerializer", options.requestRowSerializer);
  visit("responseRowDeserializer", options.responseRowDeserializer);
  visit("trainingInputS3DataPath", options.trainingInputS3DataPath);
  visit("trainingOutputS3DataPath", options.trainingOutputS3DataPath);
  visit("trainingInstanceVolumeSizeInGB", options.trainingInstanceVolumeSizeInGB);
  visit("trainingProjectedColumns", options.trainingProjectedColumns);
  visit("trainingChannelName", options.trainingChannelName);
  visit("trainingContentType", options.trainingContentType);
  visit("trainingS3DataDistribution", options.trainingS3DataDistribution);
  visit("trainingSparkDataFormat", options.trainingSparkDataFormat);
  visit("trainingSparkDataFormatOptions", options.trainingSparkDataFormatOptions);
  visit("trainingInputMode", options.trainingInputMode);
  visit("trainingCompressionCodec", options.trainingCompressionCodec);
  visit("trainingMaxRuntimeInSeconds", options.trainingMaxRuntimeInSeconds);
  visit("trainingKmsKeyId", options.trainingKmsKeyId);
  visit("modelEnvironmentVariables", options.modelEnvironmentVariables);
  visit("endpointCreationPolicy", options.endpointCreationPolicy);
  visit("region", options.region);
  visit("modelPrependInputRowsToTransformationRows", options.modelPrependInputRowsToTransformationRows);
  visit("deleteStagingDataAfterTraining", options.deleteStagingDataAfterTraining);
  visit("namePolicyFactory", options.namePolicyFactory);
  visit("additionalChannels", options.additionalChannels);
  visit("validationChannelName", options.validationChannelName);
  visit("trainingTimeoutInSeconds", options.trainingTimeoutInSeconds);
  visit("tags", options.tags);
  visit("runId", options.runId);
  visit("vpcConfig", options.vpcConfig);
  visit("trainingVolumeKmsKeyId", options.trainingVolumeKmsKeyId);
  visit("endpointVolumeKmsKeyId", options.endpointVolumeKmsKeyId);
  visit("enableManagedSpotTraining", options.enableManagedSpotTraining);
  visit("trainingMaxWaitTimeInSeconds", options.trainingMaxWaitTimeInSeconds);
  visit("checkpointConfig", options.checkpointConfig);
  visit("enableNetworkIsolation", options.enableNetworkIsolation);
  visit("enableInterContainerTrafficEncryption", options.enableInterContainerTrafficEncryption);
  visit("trainingEnvironmentVariables", options.trainingEnvironmentVariables);
  visit("requestOptions", options.requestOptions);
}

template <typename Options, typename Visitor>
void VisitEstimatorOptions(Options& options, Visitor&& visit) {
  VisitSharedOptions(options, visit);
  visit("trainingImage", options.trainingImage);
  visit("modelImage", options.modelImage);
  visit("hyperParameters", options.hyperParameters);
}

template <MaybeConst<SageMakerModelOptions> Options, typename Visitor>
void VisitModelOptions(Options& options, Visitor&& visit) {
  visit("endpointInstanceType", options.endpointInstanceType);
  visit("endpointInitialInstanceCount", options.endpointInitialInstanceCount);
  visit("requestRowSerializer", options.requestRowSerializer);
  visit("responseRowDeserializer", options.responseRowDeserializer);
  visit("existingEndpointName", options.existingEndpointName);
  visit("modelImage", options.modelImage);
  visit("modelPath", options.modelPath);
  visit("modelEnvironmentVariables", options.modelEnvironmentVariables);
  visit("modelExecutionRoleARN", options.modelExecutionRoleARN);
  visit("endpointCreationPolicy", options.endpointCreationPolicy);
  visit("prependResultRows", options.prependResultRows);
  visit("namePolicy", options.namePolicy);
  visit("requestOptions", options.requestOptions);
  visit("tags", options.tags);
  visit("runId", options.runId);
  visit("vpcConfig", options.vpcConfig);
  visit("endpointVolumeKmsKeyId", options.endpointVolumeKmsKeyId);
  visit("enableNetworkIsolation", options.enableNetworkIsolation);
  visit("trainingMetrics", options.trainingMetrics);
}

// Options that are structures.

template <MaybeConst<RequestOptions> Options, typename Visitor>
void VisitMembers(Options& options, Visitor&& visit) {
  visit("requestsInFlight", options.requestsInFlight);
  visit("maxRowsPerRequest", options.maxRowsPerRequest);
  visit("maxBytesPerRequest", options.maxBytesPerRequest);
  visit("maxBytesInFlight", options.maxBytesInFlight);
  visit("timeoutInSeconds", options.timeoutInSeconds);
  visit("errorColumnName", options.errorColumnName);
}

template <MaybeConst<VpcConfig> Vpc, typename Visitor>
void VisitMembers(Vpc& vpc, Visitor&& visit) {
  visit("subnets", vpc.subnets);
  visit("securityGroupIds", vpc.securityGroupIds);
}

template <MaybeConst<CheckpointConfig> Checkpoints, typename Visitor>
void VisitMembers(Checkpoints& checkpoints, Visitor&& visit) {
  visit("s3Uri", checkpoints.s3Uri);
  visit("localPath", checkpoints.localPath);
}

/// A channel of objects in S3.
template <MaybeConst<TrainingChannel> Channel, typename Visitor>
void VisitMembers(Channel& channel, Visitor&& visit) {
  visit("s3DataPath", std::get<S3DataPath>(channel.data));
  visit("contentType", channel.contentType);
  visit("projectedColumns", channel.projectedColumns);
  visit("sparkDataFormat", channel.sparkDataFormat);
  visit("sparkDataFormatOptions", channel.sparkDataFormatOptions);
  visit("inputMode", channel.inputMode);
  visit("s3DataDistribution", channel.s3DataDistribution);
}

template <MaybeConst<CreatedResources> Created, typename Visitor>
void VisitMembers(Created& created, Visitor&& visit) {
  visit("modelName", created.modelName);
  visit("endpointConfigName", created.endpointConfigName);
  visit("endpointName", created.endpointName);
}

constexpr std::array<std::pair<EndpointCreationPolicy, const char*>, 3> kPolicies = {
    {{EndpointCreationPolicy::CREATE_ON_CONSTRUCT, "CREATE_ON_CONSTRUCT"},
     {EndpointCreationPolicy::CREATE_ON_TRANSFORM, "CREATE_ON_TRANSFORM"},
     {EndpointCreationPolicy::DO_NOT_CREATE, "DO_NOT_CREATE"}}};

/// Puts options into an object; options that are not set are left out.
class OptionSaver {
 public:
  template <typename T>
  void operator()(const char* name, const T& value) {
    name_ = name;
    saved_[name] = ToJson(value);
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }

  json::Object Take() { return std::move(saved_); }

 private:
  static json::Value ToJson(const std::string& value) { return value; }
  static json::Value ToJson(bool value) { return value; }
  template <std::integral T>
  static json::Value ToJson(T value) {
    return static_cast<int64_t>(value);
  }
  static json::Value ToJson(const std::vector<std::string>& values) {
    json::Array array;
    for (const std::string& value : values) array.emplace_back(value);
    return array;
  }
  static json::Value ToJson(const std::map<std::string, std::string>& values) {
    json::Object object;
    for (const auto& [key, value] : values) object[key] = value;
    return object;
  }
  static json::Value ToJson(const std::map<std::string, double>& values) {
    json::Object object;
    for (const auto& [key, value] : values) object[key] = value;
    return object;
  }
  json::Value ToJson(const std::map<std::string, TrainingChannel>& channels) {
    json::Object object;
    for (const auto& [name, channel] : channels) {
      if (!std::holds_alternative<S3DataPath>(channel.data)) {
        throw Exception(Unimplemented("Option cannot be saved, for it holds rows and no S3 path: " + name_ + " \"" + name + "\""));
      }
      object[name] = ToJson(channel);
    }
    return object;
  }
  template <typename T>
    requires requires(const T& value, OptionSaver& saver) { VisitMembers(value, saver); }
  static json::Value ToJson(const T& value) {
    OptionSaver members;
    VisitMembers(value, members);
    return members.Take();
  }
  static json::Value ToJson(EndpointCreationPolicy value) {
    for (const auto& [policy, name] : kPolicies) {
      if (policy == value) return name;
    }
    return {};
  }
  static json::Value ToJson(const IAMRoleResource& value) {
    if (const auto* role = std::get_if<IAMRole>(&value)) return json::Object{{"role", role->role}};
    return json::Object{{"configKey", std::get<IAMRoleFromConfig>(value).configKey}};
  }
  static json::Value ToJson(const S3DataPath& value) {
    return json::Object{{"bucket", value.bucket}, {"objectPath", value.objectPath}};
  }
  static json::Value ToJson(const S3Resource& value) {
    if (const auto* path = std::get_if<S3DataPath>(&value)) return ToJson(*path);
    if (const auto* config = std::get_if<S3PathFromConfig>(&value)) return json::Object{{"configKey", config->configKey}};
    return json::Object{{"autoCreate", true}};
  }
  /// A random policy is made anew, since its names are taken by then; any other is its four names.
  static json::Value ToJson(const SharedHandle<NamePolicy>& value) {
    if (const auto* random = dynamic_cast<const RandomNamePolicy*>(&*value)) return json::Object{{"prefix", random->prefix()}};
    return json::Object{{"trainingJobName", value->trainingJobName()},
                        {"modelName", value->modelName()},
                        {"endpointConfigName", value->endpointConfigName()},
                        {"endpointName", value->endpointName()}};
  }
  template <typename Base>
  json::Value ToJson(const SharedHandle<Base>& value) {
    return SaveObject<Base>(name_, *value);
  }

  std::string name_;
  json::Object saved_;
};

/// Takes options out of an object. Options that may be missing are optional, or have a default that older versions left out.
class OptionLoader {
 public:
  /// `within`: what stands before the names in messages, "vpcConfig.".
  explicit OptionLoader(const json::Object& saved, std::string within = "") : saved_(saved), within_(std::move(within)) {}

  template <typename T>
  void operator()(const char* name, T& value) {
    name_ = name;
    const auto found = saved_.find(name);
    if (found == saved_.end()) throw Exception(CorruptData("Saved option is missing: " + within_ + name_));
    known_.insert(name_);
    FromJson(found->second, value);
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) {
    value.reset();
    if (!saved_.contains(name)) return;
    T held{};
    (*this)(name, held);
    value = std::move(held);
  }

  /// Throws on an option that nobody asked for: one of a later version, which would be silently without effect.
  void Finish() const {
    for (const auto& [name, value] : saved_) {
      if (!known_.contains(name)) throw Exception(CorruptData("Saved option is unknown: " + within_ + name));
    }
  }

 private:
  [[noreturn]] void ThrowOtherType() const { throw Exception(CorruptData("Saved option has another type: " + within_ + name_)); }

  void FromJson(const json::Value& json, std::string& value) const {
    if (json.if_string() == nullptr) ThrowOtherType();
    value = *json.if_string();
  }
  void FromJson(const json::Value& json, bool& value) const {
    if (json.if_bool() == nullptr) ThrowOtherType();
    value = *json.if_bool();
  }
  template <std::integral T>
  void FromJson(const json::Value& json, T& value) const {
    if (json.if_int() == nullptr || !std::in_range<T>(*json.if_int())) ThrowOtherType();
    value = static_cast<T>(*json.if_int());
  }
  void FromJson(const json::Value& json, std::vector<std::string>& values) const {
    if (json.if_array() == nullptr) ThrowOtherType();
    values.clear();
    for (const json::Value& element : *json.if_array()) FromJson(element, values.emplace_back());
  }
  void FromJson(const json::Value& json, std::map<std::string, std::string>& values) const {
    if (json.if_object() == nullptr) ThrowOtherType();
    values.clear();
    for (const auto& [key, element] : *json.if_object()) FromJson(element, values[key]);
  }
  void FromJson(const json::Value& json, std::map<std::string, double>& values) const {
    if (json.if_object() == nullptr) ThrowOtherType();
    values.clear();
    for (const auto& [key, element] : *json.if_object()) {
      if (!element.is_number()) ThrowOtherType();
      values[key] = element.number();
    }
  }
  void FromJson(const json::Value& json, std::map<std::string, TrainingChannel>& channels) const {
    if (json.if_object() == nullptr) ThrowOtherType();
    channels.clear();
    for (const auto& [name, element] : *json.if_object()) {
      FromJson(element, channels.emplace(name, TrainingChannel{.data = S3DataPath()}).first->second);
    }
  }
  template <typename T>
    requires requires(T& value, OptionLoader& loader) { VisitMembers(value, loader); }
  void FromJson(const json::Value& json, T& value) const {
    if (json.if_object() == nullptr) ThrowOtherType();
    OptionLoader members(*json.if_object(), within_ + name_ + ".");
    VisitMembers(value, members);
    members.Finish();
  }
  void FromJson(const json::Value& json, EndpointCreationPolicy& value) const {
    std::string text;
    FromJson(json, text);
    for (const auto& [policy, name] : kPolicies) {
      if (text == name) return static_cast<void>(value = policy);
    }
    ThrowOtherType();
  }
  void FromJson(const json::Value& json, IAMRoleResource& value) const {
    if (json.Find("role") != nullptr) {
      value = IAMRole{Text(json, "role")};
    } else {
      value = IAMRoleFromConfig{Text(json, "configKey")};
    }
  }
  void FromJson(const json::Value& json, S3DataPath& value) const { value = {Text(json, "bucket"), Text(json, "objectPath")}; }
  void FromJson(const json::Value& json, S3Resource& value) const {
    if (json.Find("autoCreate") != nullptr) {
      value = S3AutoCreatePath{};
    } else if (json.Find("configKey") != nullptr) {
      value = S3PathFromConfig{Text(json, "configKey")};
    } else {
      S3DataPath path;
      FromJson(json, path);
      value = std::move(path);
    }
  }
  void FromJson(const json::Value& json, SharedHandle<NamePolicy>& value) const {
    if (json.Find("prefix") != nullptr) {
      value = RandomNamePolicy(Text(json, "prefix"));
    } else {
      value = CustomNamePolicy(Text(json, "trainingJobName"), Text(json, "modelName"), Text(json, "endpointConfigName"),
                               Text(json, "endpointName"));
    }
  }
  template <typename Base>
  void FromJson(const json::Value& json, SharedHandle<Base>& value) const {
    value = LoadObject<Base>(name_, json);
  }

  std::string Text(const json::Value& json, const char* member) const {
    const json::Value* found = json.Find(member);
    if (found == nullptr) ThrowOtherType();
    std::string text;
    FromJson(*found, text);
    return text;
  }

  const json::Object& saved_;
  const std::string within_;
  std::string name_;
  std::set<std::string> known_;
};

}  // namespace

json::Object SaveEstimatorOptions(const SageMakerEstimatorOptions& options) {
  OptionSaver saver;
  VisitEstimatorOptions(options, saver);
  return saver.Take();
}

json::Object SaveAlgorithmOptions(const SageMakerEstimatorOptions& options) {
  OptionSaver saver;
  VisitSharedOptions(options, saver);
  return saver.Take();
}

SageMakerEstimatorOptions LoadEstimatorOptions(const json::Object& saved) {
  // The serializers have no default; every one is replaced.
  SageMakerEstimatorOptions options{.requestRowSerializer = ProtobufRequestRowSerializer(),
                                    .responseRowDeserializer = KMeansProtobufResponseRowDeserializer()};
  OptionLoader loader(saved);
  VisitEstimatorOptions(options, loader);
  loader.Finish();
  return options;
}

template <typename Options>
void LoadAlgorithmOptions(const json::Object& saved, Options& options) {
  OptionLoader loader(saved);
  VisitSharedOptions(options, loader);
  loader.Finish();
}

template void LoadAlgorithmOptions(const json::Object&, FactorizationMachinesBinaryClassifierOptions&);
template void LoadAlgorithmOptions(const json::Object&, FactorizationMachinesRegressorOptions&);
template void LoadAlgorithmOptions(const json::Object&, KMeansSageMakerEstimatorOptions&);
template void LoadAlgorithmOptions(const json::Object&, LDASageMakerEstimatorOptions&);
template void LoadAlgorithmOptions(const json::Object&, LinearLearnerBinaryClassifierOptions&);
template void LoadAlgorithmOptions(const json::Object&, LinearLearnerMultiClassClassifierOptions&);
template void LoadAlgorithmOptions(const json::Object&, LinearLearnerRegressorOptions&);
template void LoadAlgorithmOptions(const json::Object&, PCASageMakerEstimatorOptions&);
template void LoadAlgorithmOptions(const json::Object&, XGBoostSageMakerEstimatorOptions&);

json::Object SaveModelOptions(const SageMakerModelOptions& options) {
  OptionSaver saver;
  VisitModelOptions(options, saver);
  return saver.Take();
}

SageMakerModelOptions LoadModelOptions(const json::Object& saved) {
  SageMakerModelOptions options{.requestRowSerializer = ProtobufRequestRowSerializer(),
                                .responseRowDeserializer = KMeansProtobufResponseRowDeserializer()};
  OptionLoader loader(saved);
  VisitModelOptions(options, loader);
  loader.Finish();
  return options;
}

json::Object SaveCreatedResources(const CreatedResources& created) {
  OptionSaver saver;
  VisitMembers(created, saver);
  return saver.Take();
}

CreatedResources LoadCreatedResources(const json::Object& saved) {
  CreatedResources created;
  OptionLoader loader(saved);
  VisitMembers(created, loader);
  loader.Finish();
  return created;
}

}  // namespace sagespark::sagemaker
