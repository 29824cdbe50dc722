// Does one thing with the facades and tells the outcome as JSON, so that tests in Python can drive them against real servers.
//
//   facade_probe '{"data": {"format": "libsvm", "load": ["s3a://bucket/prefix"], "options": {"numFeatures": "4"}}, "do": "collect"}'
//
// Data: "load" with "format" and "options"; or "rows" with "columns", where an array of numbers is a dense vector and "NaN" and
// "Infinity" are numbers. "partitions" repartitions them. Actions: collect, show, write, fit, host, transform, batch, set,
// fitPipeline, transformSaved.
// Prints an object: what the action gives, or "error" (the exception's message) and "type".
#include <cstdio>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/json/value.h"
#include "sagespark/ml/pca.h"
#include "sagespark/ml/pipeline.h"
#include "sagespark/sagemaker/kmeans_sagemaker_estimator.h"
#include "sagespark/sagemaker/resource_cleanup.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/sql/data_frame.h"
#include "sagespark/sql/spark_session.h"

namespace {

using namespace sagespark::sagemaker;
using sagespark::sql::DataFrame;
using sagespark::sql::Row;
using sagespark::sql::SparkSession;
namespace json = sagespark::json;
namespace ml = sagespark::ml;
namespace sql = sagespark::sql;

constexpr char kRole[] = "arn:aws:iam::000000000000:role/test";

std::string Text(const json::Value& object, std::string_view name) { return sagespark::OrThrow(object.GetString(name)); }

std::optional<std::string> OptionalText(const json::Value& object, std::string_view name) {
  const json::Value* member = object.Find(name);
  return member != nullptr ? std::optional(*member->if_string()) : std::nullopt;
}

int Int(const json::Value& object, std::string_view name, int otherwise) {
  const json::Value* member = object.Find(name);
  return member != nullptr ? static_cast<int>(member->number()) : otherwise;
}

std::map<std::string, std::string> Texts(const json::Value& object, std::string_view name) {
  std::map<std::string, std::string> texts;
  if (const json::Value* member = object.Find(name)) {
    for (const auto& [key, value] : *member->if_object()) texts[key] = *value.if_string();
  }
  return texts;
}

double Number(const json::Value& value) {
  if (value.is_number()) return value.number();
  if (*value.if_string() == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (*value.if_string() == "Infinity") return std::numeric_limits<double>::infinity();
  throw std::invalid_argument("No number: " + *value.if_string());
}

sql::Value Cell(const json::Value& value) {
  if (value.is_null()) return {};
  if (value.is_number()) return value.number();
  if (const std::string* text = value.if_string()) return *text;
  std::vector<double> elements;
  for (const json::Value& element : *value.if_array()) elements.push_back(Number(element));
  return sql::Vectors::dense(std::move(elements));
}

DataFrame InMemory(const SparkSession& spark, const json::Value& data) {
  std::vector<Row> rows;
  for (const json::Value& row : *data.Find("rows")->if_array()) {
    std::vector<sql::Value> cells;
    for (const json::Value& cell : *row.if_array()) cells.push_back(Cell(cell));
    rows.emplace_back(std::move(cells));
  }
  std::vector<std::string> columns;
  for (const json::Value& column : *data.Find("columns")->if_array()) columns.push_back(*column.if_string());
  return spark.createDataFrame(rows, columns);
}

DataFrame Load(const SparkSession& spark, const json::Value& data) {
  std::vector<std::string> paths;
  for (const json::Value& path : *data.Find("load")->if_array()) paths.push_back(*path.if_string());
  return spark.read().format(Text(data, "format")).options(Texts(data, "options")).load(paths);
}

DataFrame Data(const SparkSession& spark, const json::Value& request, std::string_view name = "data") {
  const json::Value& data = *request.Find(name);
  const DataFrame rows = data.Find("rows") != nullptr ? InMemory(spark, data) : Load(spark, data);
  const int partitions = Int(data, "partitions", 0);
  return partitions > 0 ? rows.repartition(partitions) : rows;
}

json::Value Lines(const DataFrame& rows) {
  json::Array lines;
  for (const Row& row : rows.collect()) lines.emplace_back(row.toString());
  return lines;
}

json::Object Collect(const SparkSession& spark, const json::Value& request) { return {{"rows", Lines(Data(spark, request))}}; }

json::Object Show(const SparkSession& spark, const json::Value& request) {
  const DataFrame rows = Data(spark, request);
  return {{"text", rows.showString(Int(request, "count", 20), Int(request, "truncate", 20))}, {"schema", rows.toString()}};
}

json::Object Write(const SparkSession& spark, const json::Value& request) {
  Data(spark, request)
      .write()
      .format(Text(request, "format"))
      .mode(OptionalText(request, "mode").value_or("errorifexists"))
      .options(Texts(request, "options"))
      .save(Text(request, "to"));
  return {};
}

json::Object Created(const SageMakerModel& model) {
  const CreatedResources created = model.getCreatedResources();
  json::Object answer;
  if (created.modelName) answer["model"] = *created.modelName;
  if (created.endpointConfigName) answer["endpointConfig"] = *created.endpointConfigName;
  if (created.endpointName) answer["endpoint"] = *created.endpointName;
  if (model.modelPath()) answer["artifact"] = model.modelPath()->toS3UriString();
  return answer;
}

EndpointCreationPolicy Policy(const json::Value& request) {
  const std::string name = OptionalText(request, "policy").value_or("CREATE_ON_CONSTRUCT");
  if (name == "DO_NOT_CREATE") return EndpointCreationPolicy::DO_NOT_CREATE;
  if (name == "CREATE_ON_TRANSFORM") return EndpointCreationPolicy::CREATE_ON_TRANSFORM;
  return EndpointCreationPolicy::CREATE_ON_CONSTRUCT;
}

S3Resource PathOrAuto(const json::Value& request, std::string_view name) {
  if (const auto path = OptionalText(request, name)) return S3DataPath::fromS3URI(*path);
  return S3AutoCreatePath();
}

RequestOptions Requests(const json::Value& request) {
  RequestOptions options{.requestsInFlight = Int(request, "requestsInFlight", 8), .errorColumnName = OptionalText(request, "errorColumn")};
  if (request.Find("rowsPerRequest") != nullptr) options.maxRowsPerRequest = Int(request, "rowsPerRequest", 0);
  return options;
}

/// Options of "with": network, keys, spot, isolation, environment.
void SetResources(KMeansSageMakerEstimatorOptions& options, const json::Value& request) {
  options.tags = Texts(request, "tags");
  options.runId = OptionalText(request, "runId");
  if (Int(request, "timeout", 0) > 0) options.trainingTimeoutInSeconds = Int(request, "timeout", 0);
  const json::Value* with = request.Find("with");
  if (with == nullptr) return;
  options.vpcConfig = {.subnets = {Text(*with, "subnet")}, .securityGroupIds = {Text(*with, "securityGroup")}};
  options.trainingVolumeKmsKeyId = Text(*with, "volumeKey");
  options.trainingKmsKeyId = Text(*with, "outputKey");
  options.endpointVolumeKmsKeyId = Text(*with, "endpointKey");
  options.enableManagedSpotTraining = true;
  options.trainingMaxWaitTimeInSeconds = Int(*with, "maxWait", 0);
  options.checkpointConfig = {.s3Uri = Text(*with, "checkpoints")};
  options.enableNetworkIsolation = true;
  options.trainingEnvironmentVariables = Texts(*with, "environment");
}

void Set(KMeansSageMakerEstimator& estimator, const std::string& name, const json::Value& value) {
  const auto number = [&] { return static_cast<int>(value.number()); };
  const auto text = [&] { return *value.if_string(); };
  const std::map<std::string, std::function<void()>> setters = {
      {"k", [&] { estimator.setK(number()); }},
      {"feature_dim", [&] { estimator.setFeatureDim(number()); }},
      {"mini_batch_size", [&] { estimator.setMiniBatchSize(number()); }},
      {"init_method", [&] { estimator.setInitMethod(text()); }},
      {"local_lloyd_max_iter", [&] { estimator.setMaxIter(number()); }},
      {"local_lloyd_tol", [&] { estimator.setTol(value.number()); }},
      {"local_lloyd_num_trials", [&] { value.is_number() ? estimator.setTrialNum(number()) : estimator.setTrialNum(text()); }},
      {"local_lloyd_init_method", [&] { estimator.setLocalInitMethod(text()); }},
      {"half_life_time_size", [&] { estimator.setHalflifeTime(number()); }},
      {"epochs", [&] { estimator.setEpochs(number()); }},
      {"extra_center_factor", [&] { value.is_number() ? estimator.setCenterFactor(number()) : estimator.setCenterFactor(text()); }},
      {"eval_metrics", [&] { estimator.setEvalMetrics(text()); }},
  };
  setters.at(name)();
}

KMeansSageMakerEstimator Estimator(const json::Value& request) {
  KMeansSageMakerEstimatorOptions options{.sagemakerRole = IAMRole(kRole),
                                          .trainingInstanceType = "ml.m4.xlarge",
                                          .endpointInstanceType = "ml.m4.xlarge",
                                          .trainingInputS3DataPath = PathOrAuto(request, "input"),
                                          .trainingOutputS3DataPath = PathOrAuto(request, "output"),
                                          .endpointCreationPolicy = Policy(request)};
  SetResources(options, request);
  KMeansSageMakerEstimator estimator(std::move(options));
  if (const json::Value* values = request.Find("hyperparameters")) {
    for (const auto& [name, value] : *values->if_object()) Set(estimator, name, value);
  }
  return estimator;
}

json::Object Fit(const SparkSession& spark, const json::Value& request) {
  const KMeansSageMakerEstimator estimator = Estimator(request);
  const bool validates = request.Find("validation") != nullptr;
  const SageMakerModel model = validates ? estimator.fit(Data(spark, request), Data(spark, request, "validation"))
                                         : estimator.fit(Data(spark, request));
  json::Object answer = Created(model);
  answer["job"] = estimator.latestTrainingJob().value();
  answer["run"] = model.runId();
  json::Object metrics;
  for (const auto& [name, value] : model.trainingMetrics()) metrics[name] = value;
  answer["metrics"] = std::move(metrics);
  return answer;
}

/// A model of an artifact in S3, with an endpoint.
json::Object Host(const SparkSession&, const json::Value& request) {
  return Created(SageMakerModel::fromModelS3Path({.modelPath = Text(request, "artifact"),
                                                  .modelImage = Text(request, "image"),
                                                  .modelExecutionRoleARN = kRole,
                                                  .endpointInstanceType = "ml.m4.xlarge",
                                                  .requestRowSerializer = ProtobufRequestRowSerializer(),
                                                  .responseRowDeserializer = KMeansProtobufResponseRowDeserializer()}));
}

json::Object Transform(const SparkSession& spark, const json::Value& request) {
  const SageMakerModel model =
      SageMakerModel::fromEndpoint({.endpointName = Text(request, "endpoint"),
                                    .requestRowSerializer = ProtobufRequestRowSerializer(),
                                    .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                    .requestOptions = Requests(request)});
  return {{"rows", Lines(model.transform(Data(spark, request)))}};
}

/// Spark's PCA to two components, then k-means with two clusters on them.
ml::Pipeline PcaAndKMeans(const json::Value& request) {
  return ml::Pipeline().setStages(
      {ml::PCA().setInputCol("features").setOutputCol("projected").setK(2),
       KMeansSageMakerEstimator({.sagemakerRole = IAMRole(kRole),
                                 .trainingInstanceType = "ml.m4.xlarge",
                                 .endpointInstanceType = "ml.m4.xlarge",
                                 .requestRowSerializer = ProtobufRequestRowSerializer{.featuresColumnName = "projected"},
                                 .trainingSparkDataFormatOptions = {{"featuresColumnName", "projected"}},
                                 .endpointCreationPolicy = Policy(request)})
           .setK(2)
           .setFeatureDim(2)});
}

/// Two k-means stages, of which the second asks for more clusters than there are rows.
ml::Pipeline FailingPipeline(const json::Value& request) {
  const auto stage = [&](int k, const std::string& suffix) {
    return KMeansSageMakerEstimator(
               {.sagemakerRole = IAMRole(kRole),
                .trainingInstanceType = "ml.m4.xlarge",
                .endpointInstanceType = "ml.m4.xlarge",
                .responseRowDeserializer =
                    KMeansProtobufResponseRowDeserializer{.distanceToClusterColumnName = "distance_" + suffix,
                                                          .closestClusterColumnName = "cluster_" + suffix},
                .endpointCreationPolicy = Policy(request)})
        .setK(k)
        .setFeatureDim(Int(request, "feature_dim", 0));
  };
  return ml::Pipeline().setStages({stage(2, "a"), stage(100000, "b")});
}

json::Object FitPipeline(const SparkSession& spark, const json::Value& request) {
  const ml::Pipeline pipeline = request.Find("fails") != nullptr ? FailingPipeline(request) : PcaAndKMeans(request);
  const ml::PipelineModel model = pipeline.fit(Data(spark, request));
  model.save(Text(request, "to"));
  json::Value rows = Lines(model.transform(Data(spark, request)));  // Which may make the endpoint.
  json::Object answer = Created(dynamic_cast<const SageMakerModel&>(*model.stages().back()));
  answer["rows"] = std::move(rows);
  return answer;
}

/// With a saved PipelineModel: its rows, and with "clean" what its last stage had created is deleted.
json::Object TransformSaved(const SparkSession& spark, const json::Value& request) {
  const auto model = ml::PipelineModel::load(Text(request, "from"));
  json::Array lines = *Lines(model.transform(Data(spark, request))).if_array();
  const auto& last = dynamic_cast<const SageMakerModel&>(*model.stages().back());
  json::Object answer = Created(last);
  answer["rows"] = std::move(lines);
  if (request.Find("clean") != nullptr) SageMakerResourceCleanup(last.sagemakerClient()).deleteResources(last.getCreatedResources());
  return answer;
}

/// A batch transform with an artifact in S3, of rows or, with "objects", of a prefix.
json::Object Batch(const SparkSession& spark, const json::Value& request) {
  const SageMakerModel model = SageMakerModel::fromModelS3Path({.modelPath = Text(request, "artifact"),
                                                                .modelImage = Text(request, "image"),
                                                                .modelExecutionRoleARN = kRole,
                                                                .endpointInstanceType = "ml.m4.xlarge",
                                                                .requestRowSerializer = ProtobufRequestRowSerializer(),
                                                                .responseRowDeserializer = KMeansProtobufResponseRowDeserializer(),
                                                                .endpointCreationPolicy = EndpointCreationPolicy::CREATE_ON_TRANSFORM,
                                                                .requestOptions = Requests(request)});
  if (const auto objects = OptionalText(request, "objects")) {
    const S3DataPath output = model.batchTransform(S3DataPath::fromS3URI(*objects),
                                                   {.splitType = "Line",
                                                    .batchStrategy = "MultiRecord",
                                                    .contentType = "text/csv",
                                                    .accept = "text/csv",
                                                    .assembleWith = "Line",
                                                    .outputS3DataPath = S3DataPath::fromS3URI(Text(request, "output"))});
    return {{"output", output.toS3UriString()}};
  }
  BatchTransformOptions options;
  if (Int(request, "timeout", 0) > 0) options.timeoutInSeconds = Int(request, "timeout", 0);
  return {{"rows", Lines(model.batchTransform(Data(spark, request), options))}};
}

/// What an estimator's setters say to each set of hyperparameters; "" when they take it.
json::Object SetEach(const SparkSession&, const json::Value& request) {
  json::Array errors;
  for (const json::Value& hyperparameters : *request.Find("each")->if_array()) {
    try {
      Estimator(json::Object{{"hyperparameters", hyperparameters}});
      errors.emplace_back("");
    } catch (const sql::SparkException& error) {
      errors.emplace_back(error.what());
    }
  }
  return {{"errors", std::move(errors)}};
}

json::Object Run(const json::Value& request) {
  const SparkSession spark = SparkSession::builder().master("local[2]").getOrCreate();
  const std::map<std::string, std::function<json::Object(const SparkSession&, const json::Value&)>> actions = {
      {"collect", Collect}, {"show", Show}, {"write", Write}, {"fit", Fit}, {"host", Host}, {"transform", Transform},
      {"batch", Batch}, {"set", SetEach}, {"fitPipeline", FitPipeline}, {"transformSaved", TransformSaved},
  };
  return actions.at(Text(request, "do"))(spark, request);
}

int Print(const json::Object& answer, int status) {
  std::puts(json::Dump(answer).c_str());
  return status;
}

}  // namespace

int main(int, char** arguments) {
  try {
    return Print(Run(sagespark::OrThrow(json::Parse(arguments[1]))), 0);
  } catch (const sql::AnalysisException& error) {
    return Print({{"error", error.what()}, {"type", "AnalysisException"}}, 1);
  } catch (const sql::SparkException& error) {
    return Print({{"error", error.what()}, {"type", "SparkException"}}, 1);
  }
}
