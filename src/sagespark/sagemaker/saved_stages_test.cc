#include "sagespark/sagemaker/saved_stages.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sagespark/base/exception.h"
#include "sagespark/codec/libsvm_response_row_deserializer.h"
#include "sagespark/codec/prediction_deserializers.h"
#include "sagespark/ml/pca.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/ml/saved_stage.h"
#include "sagespark/sagemaker/factorization_machines_estimators.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/linear_learner_sagemaker_estimator.h"
#include "sagespark/sagemaker/saved_objects.h"
#include "sagespark/sagemaker/saved_options.h"
#include "sagespark/sagemaker/xgboost_sagemaker_estimator.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::sagemaker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Property;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::Throws;

auto ThrowsError(ErrorKind kind, const std::string& text) {
  return Throws<Exception>(AllOf(Property(&Exception::kind, kind), Property(&Exception::what, HasSubstr(text))));
}

constexpr char kRole[] = "arn:aws:iam::123456789012:role/SageMaker";

/// A serializer of a user.
class Reversed : public codec::RequestRowSerializer {
 public:
  explicit Reversed(std::string column) : column_(std::move(column)) {}
  const std::string& column() const { return column_; }
  std::string content_type() const override { return "text/reversed"; }
  Status ValidateSchema(const data::Schema&) const override { return Status::Ok(); }
  Result<int64_t> Append(const data::Batch&, int64_t, size_t, std::string&) const override { return 1; }

 private:
  std::string column_;
};

/// Another, which nobody registers.
class Unregistered final : public Reversed {
 public:
  Unregistered() : Reversed("features") {}
};

/// A deserializer of a user, without parameters.
class Nothing final : public codec::ResponseRowDeserializer {
 public:
  std::string accept() const override { return "text/nothing"; }
  std::vector<data::Field> fields() const override { return {}; }
  Result<data::Batch> Deserialize(std::string_view, int64_t) const override { return Unimplemented(""); }
};

class SavedSageMakerStagesTest : public ::testing::Test {
 protected:
  SavedSageMakerStagesTest() {
    std::filesystem::remove_all(folder_);
    // Nobody listens there: a load that asked anything of AWS would fail.
    setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIDNEVERSAVED", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret-never-saved", 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
  }
  ~SavedSageMakerStagesTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Metadata(const std::string& name) const {
    std::ifstream file(Path(name) + "/metadata/part-00000");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  /// Puts `to` in place of `from` in the metadata of a saved stage.
  void Edit(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = Metadata(name);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    std::ofstream(Path(name) + "/metadata/part-00000") << text.replace(at, from.size(), to);
  }

  /// Every option another than its default.
  static SageMakerEstimatorOptions Unusual() {
    return {.trainingImage = "1.dkr.ecr.eu-west-1.amazonaws.com/own:3",
            .modelImage = "1.dkr.ecr.eu-west-1.amazonaws.com/serving:4",
            .sagemakerRole = IAMRole(kRole),
            .trainingInstanceType = "ml.p2.xlarge",
            .trainingInstanceCount = 2,
            .endpointInstanceType = "ml.c4.xlarge",
            .endpointInitialInstanceCount = 3,
            .requestRowSerializer = LibSVMRequestRowSerializer{.labelColumnName = "y", .featuresColumnName = "x"},
            .responseRowDeserializer = KMeansProtobufResponseRowDeserializer{.distanceToClusterColumnName = "d",
                                                                             .closestClusterColumnName = "c"},
            .trainingInputS3DataPath = S3DataPath("bucket", "in/put"),
            .trainingOutputS3DataPath = S3PathFromConfig("my.output"),
            .trainingInstanceVolumeSizeInGB = 30,
            .trainingProjectedColumns = std::vector<std::string>{"x", "y"},
            .trainingChannelName = "training",
            .trainingContentType = "text/x-libsvm",
            .trainingS3DataDistribution = "FullyReplicated",
            .trainingSparkDataFormat = "libsvm",
            .trainingSparkDataFormatOptions = {{"numFeatures", "2"}},
            .trainingInputMode = "Pipe",
            .trainingCompressionCodec = "None",
            .trainingMaxRuntimeInSeconds = 77,
            .trainingKmsKeyId = "key-1",
            .modelEnvironmentVariables = {{"A", "b"}},
            .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
            .region = "eu-west-1",
            .modelPrependInputRowsToTransformationRows = false,
            .deleteStagingDataAfterTraining = false,
            .namePolicyFactory = CustomNamePolicyWithTimeStampSuffixFactory("job", "model", "config", "endpoint"),
            .uid = "own_1",
            .hyperParameters = {{"depth", "5"}},
            .additionalChannels = {{"test", {.data = S3DataPath("bucket", "test"), .contentType = "text/csv"}}},
            .validationChannelName = "check",
            .trainingTimeoutInSeconds = 60,
            .tags = {{"team", "digits"}},
            .runId = "run-1",
            .vpcConfig = VpcConfig{.subnets = {"subnet-1"}, .securityGroupIds = {"sg-1", "sg-2"}},
            .trainingVolumeKmsKeyId = "key-2",
            .endpointVolumeKmsKeyId = "key-3",
            .enableManagedSpotTraining = true,
            .trainingMaxWaitTimeInSeconds = 99,
            .checkpointConfig = CheckpointConfig{.s3Uri = "s3://bucket/checkpoints"},
            .enableNetworkIsolation = true,
            .enableInterContainerTrafficEncryption = true,
            .trainingEnvironmentVariables = {{"SAGESPARK_SEED", "3"}},
            .requestOptions = {.requestsInFlight = 2, .maxRowsPerRequest = 500, .errorColumnName = "error"}};
  }

  static SageMakerModelOptions Hosted() {
    return {.endpointInstanceType = "ml.c4.xlarge",
            .endpointInitialInstanceCount = 1,
            .requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "projected"},
            .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
            .modelImage = "1.dkr.ecr.us-east-1.amazonaws.com/kmeans:1",
            .modelPath = S3DataPath("bucket", "model.tar.gz"),
            .modelEnvironmentVariables = {{"A", "b"}},
            .modelExecutionRoleARN = kRole,
            .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
            .prependResultRows = false,
            .namePolicy = RandomNamePolicy("mine-"),
            .uid = "model_1",
            .requestOptions = {.timeoutInSeconds = 5},
            .tags = {{"team", "digits"}},
            .runId = "run-1",
            .vpcConfig = VpcConfig{.subnets = {"subnet-1"}, .securityGroupIds = {"sg-1"}},
            .trainingMetrics = {{"test:msd", 0.1}}};
  }

  const std::string folder_ = ::testing::TempDir() + "/saved_sagemaker_stages_test";
};

TEST_F(SavedSageMakerStagesTest, EveryOptionOfAnEstimatorComesBack) {
  const SageMakerEstimator estimator(Unusual());
  estimator.save(Path("estimator"));
  const SageMakerEstimator loaded = SageMakerEstimator::load(Path("estimator"));
  EXPECT_EQ(json::Dump(SaveEstimatorOptions(loaded.options())), json::Dump(SaveEstimatorOptions(estimator.options())));
  EXPECT_EQ(loaded.uid(), "own_1");
  EXPECT_EQ(loaded.trainingImage(), Unusual().trainingImage);
  EXPECT_EQ(std::get<IAMRole>(loaded.sagemakerRole()).role, kRole);
  EXPECT_EQ(loaded.trainingInstanceCount(), 2);
  EXPECT_EQ(std::get<S3DataPath>(loaded.trainingInputS3DataPath()), S3DataPath("bucket", "in/put"));
  EXPECT_EQ(std::get<S3PathFromConfig>(loaded.trainingOutputS3DataPath()).configKey, "my.output");
  EXPECT_THAT(*loaded.trainingProjectedColumns(), SizeIs(2));
  EXPECT_EQ(loaded.trainingCompressionCodec(), "None");
  EXPECT_EQ(loaded.endpointCreationPolicy(), EndpointCreationPolicy::CREATE_ON_TRANSFORM);
  EXPECT_EQ(loaded.options().region, "eu-west-1");
  EXPECT_FALSE(loaded.deleteStagingDataAfterTraining());
  EXPECT_EQ(loaded.makeHyperParameters(), (std::map<std::string, std::string>{{"depth", "5"}}));
  EXPECT_THAT(loaded.namePolicyFactory().createNamePolicy()->modelName(), StartsWith("model-20"));
  EXPECT_EQ(loaded.requestRowSerializer()->content_type(), "text/x-libsvm");
  EXPECT_EQ(loaded.responseRowDeserializer()->fields()[1].name, "c");
  EXPECT_EQ(std::get<S3DataPath>(loaded.additionalChannels().at("test").data), S3DataPath("bucket", "test"));
  EXPECT_EQ(loaded.vpcConfig()->securityGroupIds[1], "sg-2");
  EXPECT_EQ(loaded.checkpointConfig()->s3Uri, "s3://bucket/checkpoints");
  EXPECT_FALSE(loaded.checkpointConfig()->localPath.has_value());
  EXPECT_EQ(loaded.requestOptions().maxRowsPerRequest, 500);
  EXPECT_EQ(loaded.requestOptions().errorColumnName, "error");
  EXPECT_NE(loaded.sagemakerClient(), nullptr);
}

TEST_F(SavedSageMakerStagesTest, WhatWasNotGivenStaysNotGiven) {
  SageMakerEstimator({.requestRowSerializer = ProtobufRequestRowSerializer(),
                      .responseRowDeserializer = KMeansProtobufResponseRowDeserializer()})
      .save(Path("estimator"));
  const SageMakerEstimator loaded = SageMakerEstimator::load(Path("estimator"));
  EXPECT_TRUE(std::holds_alternative<IAMRoleFromConfig>(loaded.sagemakerRole()));
  EXPECT_TRUE(std::holds_alternative<S3AutoCreatePath>(loaded.trainingInputS3DataPath()));
  EXPECT_FALSE(loaded.trainingProjectedColumns().has_value());
  EXPECT_FALSE(loaded.trainingKmsKeyId().has_value());
  EXPECT_FALSE(loaded.options().region.has_value());
}

TEST_F(SavedSageMakerStagesTest, AnAlgorithmsEstimatorComesBackWithItsParameters) {
  auto estimator = KMeansSageMakerEstimator({.sagemakerRole = IAMRole(kRole),
                                             .trainingInstanceType = "ml.p2.xlarge",
                                             .endpointInstanceType = "ml.c4.xlarge",
                                             .region = "eu-west-1",
                                             .namePolicyFactory = RandomNamePolicyFactory("mine-"),
                                             .uid = "kmeans_1"});
  estimator.setK(10).setFeatureDim(50).setTol(0.25).setTrialNum("auto").save(Path("kmeans"));
  const auto loaded = KMeansSageMakerEstimator::load(Path("kmeans"));
  EXPECT_EQ(loaded.uid(), "kmeans_1");
  EXPECT_EQ(loaded.makeHyperParameters(), estimator.makeHyperParameters());
  EXPECT_FALSE(loaded.isSet(KMeansSageMakerEstimator::miniBatchSize));  // The default stays one.
  EXPECT_EQ(loaded.trainingImage(), estimator.trainingImage());
  EXPECT_THAT(loaded.namePolicyFactory().createNamePolicy()->modelName(), StartsWith("mine-model-"));
  EXPECT_THAT(Metadata("kmeans"), HasSubstr(R"("class":"com.amazonaws.services.sagemaker.sparksdk.algorithms.KMeansSageMakerEstimator")"));
  EXPECT_THAT([&] { SageMakerEstimator::load(Path("kmeans")); }, ThrowsError(ErrorKind::kInvalidArgument, "another class"));
}

TEST_F(SavedSageMakerStagesTest, EveryAlgorithmsEstimatorIsKnown) {
  XGBoostSageMakerEstimator({.endpointInstanceType = "ml.c4.xlarge", .trainingSparkDataFormat = "csv", .uid = "xgboost_1"})
      .setNumRound(7)
      .save(Path("xgboost"));
  const auto xgboost = XGBoostSageMakerEstimator::load(Path("xgboost"));
  EXPECT_EQ(xgboost.getNumRound(), 7);
  EXPECT_EQ(xgboost.trainingContentType(), "text/csv");
  LinearLearnerMultiClassClassifier({.endpointInstanceType = "ml.c4.xlarge"}).setNumClasses(10).setWd(0.5).save(Path("linear"));
  EXPECT_EQ(LinearLearnerMultiClassClassifier::load(Path("linear")).getWd(), 0.5);
  FactorizationMachinesRegressor({.endpointInstanceType = "ml.c4.xlarge"}).setNumFactors(7).save(Path("factors"));
  EXPECT_EQ(FactorizationMachinesRegressor::load(Path("factors")).getNumFactors(), 7);
}

TEST_F(SavedSageMakerStagesTest, CredentialsAreNeverSaved) {
  KMeansSageMakerEstimator({.endpointInstanceType = "ml.c4.xlarge"}).save(Path("kmeans"));
  EXPECT_THAT(Metadata("kmeans"), AllOf(Not(HasSubstr("AKIDNEVERSAVED")), Not(HasSubstr("secret-never-saved"))));
}

TEST_F(SavedSageMakerStagesTest, AModelWithoutAnEndpointWillMakeItUnderNewNames) {
  const SageMakerModel model(Hosted());
  model.save(Path("model"));
  const SageMakerModel loaded = SageMakerModel::load(Path("model"));
  EXPECT_EQ(loaded.uid(), "model_1");
  EXPECT_EQ(json::Dump(SaveModelOptions(loaded.options())), json::Dump(SaveModelOptions(model.options())));
  EXPECT_EQ(loaded.modelPath(), model.modelPath());
  EXPECT_FALSE(loaded.prependResultRows());
  EXPECT_EQ(loaded.endpointCreationPolicy(), EndpointCreationPolicy::CREATE_ON_TRANSFORM);
  EXPECT_FALSE(loaded.endpointName().has_value());
  EXPECT_TRUE(loaded.getCreatedResources().empty());
  EXPECT_EQ(loaded.trainingMetrics().at("test:msd"), 0.1);
  EXPECT_EQ(loaded.runId(), "run-1");
  EXPECT_THAT(loaded.namePolicy().endpointName(), AllOf(StartsWith("mine-endpoint-"), Not(model.namePolicy().endpointName())));
}

TEST_F(SavedSageMakerStagesTest, AModelWithItsEndpointHasItStillAndMayCleanItUp) {
  for (const auto policy : {EndpointCreationPolicy::CREATE_ON_CONSTRUCT, EndpointCreationPolicy::CREATE_ON_TRANSFORM}) {
    SageMakerModelOptions options = Hosted();
    options.endpointCreationPolicy = policy;
    options.namePolicy = CustomNamePolicy("job-1", "model-1", "config-1", "endpoint-1");
    const CreatedResources created{.modelName = "model-1", .endpointConfigName = "config-1", .endpointName = "endpoint-1"};
    SageMakerModel::restore(options, created).write().overwrite().save(Path("model"));
    const SageMakerModel loaded = SageMakerModel::load(Path("model"));
    EXPECT_EQ(loaded.endpointName(), "endpoint-1");
    EXPECT_EQ(loaded.getCreatedResources(), created);
    EXPECT_EQ(loaded.endpointCreationPolicy(), policy);
    EXPECT_EQ(loaded.namePolicy().trainingJobName(), "job-1");
  }
}

TEST_F(SavedSageMakerStagesTest, AModelOfAnExistingEndpointIsAttachedToItAgain) {
  SageMakerModel({.requestRowSerializer = ProtobufRequestRowSerializer(),
                  .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                  .existingEndpointName = "theirs",
                  .endpointCreationPolicy = EndpointCreationPolicy::DO_NOT_CREATE})
      .save(Path("model"));
  const SageMakerModel loaded = SageMakerModel::load(Path("model"));
  EXPECT_EQ(loaded.endpointName(), "theirs");
  EXPECT_TRUE(loaded.getCreatedResources().empty());
  EXPECT_FALSE(loaded.modelImage().has_value());
}

TEST_F(SavedSageMakerStagesTest, PipelinesHoldNativeAndRemoteStages) {
  ml::Pipeline("pipeline_1")
      .setStages({ml::PCA("pca_1").setInputCol("features").setOutputCol("projected").setK(50),
                  KMeansSageMakerEstimator({.endpointInstanceType = "ml.c4.xlarge",
                                            .requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "projected"},
                                            .trainingSparkDataFormatOptions = {{"featuresColumnName", "projected"}},
                                            .uid = "kmeans_1"})
                      .setK(10)
                      .setFeatureDim(50)})
      .save(Path("pipeline"));
  const ml::Pipeline loaded = ml::Pipeline::load(Path("pipeline"));
  ASSERT_THAT(loaded.getStages(), SizeIs(2));
  EXPECT_EQ(dynamic_cast<const ml::PCA&>(*loaded.getStages()[0]).getK(), 50);
  const auto& kmeans = dynamic_cast<const KMeansSageMakerEstimator&>(*loaded.getStages()[1]);
  EXPECT_EQ(kmeans.getK(), 10);
  EXPECT_EQ(kmeans.trainingSparkDataFormatOptions().at("featuresColumnName"), "projected");
  const data::Schema schema({{"features", data::TypeId::kVector}});
  EXPECT_EQ(loaded.transformSchema(schema).fields().back().name, "closest_cluster");
}

TEST_F(SavedSageMakerStagesTest, APipelineChecksAllStagesBeforeTheFirstRuns) {
  // Nobody listens at the endpoint: had the first stage begun, that would be the error.
  const auto stage = [](const std::string& training_column, std::optional<int> k) {
    auto estimator = KMeansSageMakerEstimator(
        {.sagemakerRole = IAMRole(kRole),
         .trainingInstanceType = "ml.p2.xlarge",
         .endpointInstanceType = "ml.c4.xlarge",
         .responseRowDeserializer = KMeansProtobufResponseRowDeserializer{.distanceToClusterColumnName = "d" + training_column,
                                                                          .closestClusterColumnName = "c" + training_column},
         .trainingSparkDataFormatOptions = {{"featuresColumnName", training_column}},
         .progress = nullptr});
    if (k) estimator.setK(*k);
    return estimator.setFeatureDim(2);
  };
  const auto rows = sql::SparkSession::builder().master("local[1]").getOrCreate().createDataFrame(
      {{sql::Vectors::dense({1, 2})}, {sql::Vectors::dense({3, 4})}}, std::vector<std::string>{"features"});
  EXPECT_THAT([&] { ml::Pipeline().setStages({stage("features", 2), stage("nothing", 2)}).fit(rows); },
              ThrowsError(ErrorKind::kSchemaMismatch, "\"nothing\""));
  EXPECT_THAT([&] { ml::Pipeline().setStages({stage("features", 2), stage("features", std::nullopt)}).fit(rows); },
              ThrowsError(ErrorKind::kInvalidArgument, "Required hyperparameters are not set: k"));
}

TEST_F(SavedSageMakerStagesTest, EverySerializerComesBackWithItsColumns) {
  const std::vector<RequestRowSerializer> serializers = {
      ProtobufRequestRowSerializer{.featuresColumnName = "x"}, UnlabeledLibSVMRequestRowSerializer{.featuresColumnName = "x"},
      UnlabeledCSVRequestRowSerializer{.featuresColumnName = "x"},
      LibSVMRequestRowSerializer{.labelColumnName = "y", .featuresColumnName = "x"}};
  const data::Schema fits({{"x", data::TypeId::kVector}, {"y", data::TypeId::kDouble}});
  const data::Schema does_not({{"features", data::TypeId::kVector}, {"label", data::TypeId::kDouble}});
  for (const RequestRowSerializer& serializer : serializers) {
    const json::Value saved = SaveObject<codec::RequestRowSerializer>("s", *serializer);
    SCOPED_TRACE(json::Dump(saved));
    const auto loaded = LoadObject<codec::RequestRowSerializer>("s", saved);
    EXPECT_EQ(loaded->content_type(), serializer->content_type());
    EXPECT_OK(loaded->ValidateSchema(fits));
    EXPECT_FALSE(loaded->ValidateSchema(does_not).ok());
  }
}

TEST_F(SavedSageMakerStagesTest, EveryDeserializerComesBackWithItsColumns) {
  using Deserializer = std::shared_ptr<const codec::ResponseRowDeserializer>;
  const std::vector<Deserializer> deserializers = {
      std::make_shared<codec::KMeansProtobufResponseRowDeserializer>("a", "b"),
      std::make_shared<codec::PCAProtobufResponseRowDeserializer>("a"),
      std::make_shared<codec::LDAProtobufResponseRowDeserializer>("a"),
      std::make_shared<codec::LinearLearnerBinaryClassifierProtobufResponseRowDeserializer>("a", "b"),
      std::make_shared<codec::LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer>("a", "b"),
      std::make_shared<codec::LinearLearnerRegressorProtobufResponseRowDeserializer>("a"),
      std::make_shared<codec::FactorizationMachinesBinaryClassifierDeserializer>("a", "b"),
      std::make_shared<codec::FactorizationMachinesRegressorDeserializer>("a"),
      std::make_shared<codec::XGBoostCSVRowDeserializer>("a"),
      std::make_shared<codec::XGBoostCSVVectorRowDeserializer>("a"),
      std::make_shared<codec::LibSVMResponseRowDeserializer>(7, "a", "b"),
      std::make_shared<codec::ProtobufResponseRowDeserializer>(
          std::vector<data::Field>{{"a", data::TypeId::kVector, false}, {"b", data::TypeId::kInteger}},
          std::vector<std::string>{"key_a", "key_b"})};
  for (const Deserializer& deserializer : deserializers) {
    const json::Value saved = SaveObject("d", *deserializer);
    SCOPED_TRACE(json::Dump(saved));
    const Deserializer loaded = LoadObject<codec::ResponseRowDeserializer>("d", *json::Parse(json::Dump(saved)));
    EXPECT_TRUE(typeid(*loaded) == typeid(*deserializer));
    EXPECT_EQ(loaded->fields(), deserializer->fields());
    EXPECT_EQ(loaded->accept(), deserializer->accept());
    EXPECT_EQ(SaveObject("d", *loaded), saved);
  }
}

TEST_F(SavedSageMakerStagesTest, AUsersOwnSerializersAreSavedOnceTheyAreRegistered) {
  SageMakerEstimatorOptions options = Unusual();
  options.requestRowSerializer = Unregistered();
  EXPECT_THAT([&] { SageMakerEstimator(options).save(Path("own")); },
              ThrowsError(ErrorKind::kUnimplemented,
                          "Class of requestRowSerializer is not registered "
                          "(sagemaker::registerRequestRowSerializer<YourClass>(\"your.ClassName\", ...) makes it known)"));
  EXPECT_FALSE(std::filesystem::exists(Path("own")));
  registerRequestRowSerializer<Reversed>(
      "com.example.Reversed", [](const Reversed& serializer) -> json::Object { return {{"column", serializer.column()}}; },
      [](const json::Object& parameters) { return Reversed(TextParameter(parameters, "column")); });
  registerResponseRowDeserializer<Nothing>("com.example.Nothing");
  options.requestRowSerializer = Reversed("x");
  options.responseRowDeserializer = Nothing();
  SageMakerEstimator(options).save(Path("own"));
  const SageMakerEstimator loaded = SageMakerEstimator::load(Path("own"));
  EXPECT_EQ(dynamic_cast<const Reversed&>(*loaded.requestRowSerializer()).column(), "x");
  EXPECT_EQ(loaded.responseRowDeserializer()->accept(), "text/nothing");
  Edit("own", "com.example.Nothing", "com.example.Nobody");
  EXPECT_THAT([&] { SageMakerEstimator::load(Path("own")); },
              ThrowsError(ErrorKind::kUnimplemented, "makes it known; saved was \"com.example.Nobody\")"));
}

TEST_F(SavedSageMakerStagesTest, AChannelOfRowsIsNotSaved) {
  SageMakerEstimatorOptions options = Unusual();
  const auto rows = sql::SparkSession::builder().master("local[1]").getOrCreate().range(3);
  options.additionalChannels.insert_or_assign("validation", TrainingChannel{.data = rows});
  EXPECT_THAT([&] { SageMakerEstimator(options).save(Path("own")); },
              ThrowsError(ErrorKind::kUnimplemented, "it holds rows and no S3 path: additionalChannels \"validation\""));
}

TEST_F(SavedSageMakerStagesTest, OptionsThatDoNotFitAreNamed) {
  struct Case {
    const char* from;
    const char* to;
    ErrorKind kind;
    const char* message;
  };
  const Case cases[] = {
      {"\"trainingInstanceCount\":2", "\"trainingInstanceCount\":\"2\"", ErrorKind::kCorruptData,
       "Saved option has another type: trainingInstanceCount"},
      {"\"trainingInstanceCount\":2", "\"trainingInstanceCount\":3000000000", ErrorKind::kCorruptData,
       "Saved option has another type: trainingInstanceCount"},
      {"\"trainingInstanceCount\":2", "\"trainingInstanceCounts\":2", ErrorKind::kCorruptData,
       "Saved option is missing: trainingInstanceCount"},
      {"\"trainingInstanceCount\":2", "\"trainingInstanceCount\":2,\"newOption\":1", ErrorKind::kCorruptData,
       "Saved option is unknown: newOption"},
      {"CREATE_ON_TRANSFORM", "CREATE_ON_SUNDAY", ErrorKind::kCorruptData,
       "Saved option has another type: endpointCreationPolicy"},
      {"\"bucket\":\"bucket\"", "\"bucket\":1", ErrorKind::kCorruptData,
       "Saved option has another type: additionalChannels.s3DataPath"},
      {"\"featuresColumnName\":\"x\"", "\"featureColumnName\":\"x\"", ErrorKind::kCorruptData,
       "Saved parameters have no text featuresColumnName"},
      {"\"parameters\":{\"featuresColumnName\"", "\"parameter\":{\"featuresColumnName\"", ErrorKind::kCorruptData,
       "Saved option has no class and parameters: requestRowSerializer"},
      {"\"subnets\":[\"subnet-1\"]", "\"subnets\":7", ErrorKind::kCorruptData,
       "Saved option has another type: vpcConfig.subnets"},
      {"\"options\":", "\"option\":", ErrorKind::kCorruptData, "Saved stage has no object options"},
  };
  for (const Case& test_case : cases) {
    SCOPED_TRACE(test_case.to);
    SageMakerEstimator(Unusual()).write().overwrite().save(Path("estimator"));
    Edit("estimator", test_case.from, test_case.to);
    EXPECT_THAT([&] { SageMakerEstimator::load(Path("estimator")); }, ThrowsError(test_case.kind, test_case.message));
  }
  SageMakerModel(Hosted()).save(Path("model"));
  Edit("model", "\"modelImage\":", "\"image\":");
  EXPECT_THAT([&] { SageMakerModel::load(Path("model")); }, ThrowsError(ErrorKind::kCorruptData, "Saved option is unknown: image"));
}

}  // namespace
}  // namespace sagespark::sagemaker
