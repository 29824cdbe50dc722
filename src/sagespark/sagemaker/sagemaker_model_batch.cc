// SageMakerModel::batchTransform.

#include <algorithm>
#include <mutex>

#include "sagespark/base/exception.h"
#include "sagespark/base/log.h"
#include "sagespark/ml/identifiable.h"
#include "sagespark/sagemaker/batch_transform.h"
#include "sagespark/sagemaker/hosting.h"
#include "sagespark/sagemaker/s3_paths.h"
#include "sagespark/sagemaker/sagemaker_model.h"
#include "sagespark/staging/batch_objects.h"

namespace sagespark::sagemaker {
namespace {

constexpr int64_t kDefaultPayloadInMB = 6;  // SageMaker's.

/// Stands for a place that is not resolved yet, where only a request's shape is checked.
constexpr char kSomePlace[] = "s3://bucket/prefix";

std::string UriText(const S3DataPath& folder, const std::string& name) { return folder.toS3UriString() + "/" + name + "/"; }

/// Deletes what is below a folder, with its end.
class TemporaryFolder {
 public:
  TemporaryFolder(std::shared_ptr<io::FileSystem> files, Uri folder) : files_(std::move(files)), folder_(std::move(folder)) {}
  TemporaryFolder(const TemporaryFolder&) = delete;

  ~TemporaryFolder() {
    std::vector<Uri> found;
    Status status = files_->List(folder_, [&](const io::FileInfo& file) {
      found.push_back(file.uri);
      return true;
    });
    for (const Uri& file : found) {
      const Status deleted = files_->Delete(file);
      if (!deleted.ok()) status = deleted;
    }
    if (!status.ok()) Log(LogLevel::kWarning, "Data of a batch transform could not be deleted: " + status.error().message());
  }

 private:
  const std::shared_ptr<io::FileSystem> files_;
  const Uri folder_;
};

/// A model that was made for one job, and is deleted with its end.
class TemporaryModel {
 public:
  TemporaryModel(aws::SageMakerClient& client, std::string name) : client_(client), name_(std::move(name)) {}
  TemporaryModel(const TemporaryModel&) = delete;

  ~TemporaryModel() {
    const Status deleted = client_.DeleteModel({.model_name = name_});
    if (!deleted.ok()) Log(LogLevel::kWarning, "Model of a batch transform could not be deleted: " + deleted.error().message());
  }

 private:
  aws::SageMakerClient& client_;
  const std::string name_;
};

Result<std::string> ModelOfEndpoint(aws::SageMakerClient& client, const std::string& endpoint_name) {
  SAGESPARK_ASSIGN_OR_RETURN(const auto endpoint, client.DescribeEndpoint({.endpoint_name = endpoint_name}));
  SAGESPARK_ASSIGN_OR_RETURN(const auto config, client.DescribeEndpointConfig(
                                                    {.endpoint_config_name = endpoint.endpoint_config_name.value_or("")}));
  for (const auto& variant : config.production_variants) {
    if (variant.model_name) return *variant.model_name;
  }
  return NotFound("Endpoint has no variant with a model: \"" + endpoint_name + "\"");
}

}  // namespace

/// One call of batchTransform.
class SageMakerModel::BatchTransform {
 public:
  BatchTransform(const SageMakerModel& model, const BatchTransformOptions& options, sql::RuntimeConfig conf)
      : model_(model),
        options_(options),
        client_(*model.options_.sagemakerClient),
        name_(options.transformJobName.value_or("transformJob-" + ml::RandomHex12())),
        s3_(options.s3Client != nullptr ? options.s3Client : aws::MakeS3Client(model.context_)),
        sts_(options.stsClient != nullptr ? options.stsClient : aws::MakeStsClient(model.context_)),
        paths_({.s3 = *s3_, .sts = *sts_, .region = model.context_->config.region}, std::move(conf),
               model.options_.cancellation) {}

  Result<sql::DataFrame> OnRows(const sql::DataFrame& dataset) {
    auto predictions = std::make_shared<staging::BatchPredictions>();
    predictions->inference = RowInference();
    SAGESPARK_ASSIGN_OR_RETURN(data::Schema schema, staging::PredictedSchema(predictions->inference, dataset.schema()));
    SAGESPARK_RETURN_IF_ERROR(Check());
    SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath staging,
                               paths_.ResolveStaging(options_.inputS3DataPath, model_.runId(), name_));
    SAGESPARK_ASSIGN_OR_RETURN(const std::string output, RowOutput(staging));
    SAGESPARK_ASSIGN_OR_RETURN(const Uri input_folder, ParseUri(UriText(staging, "in")));
    SAGESPARK_ASSIGN_OR_RETURN(predictions->folder, ParseUri(output));
    SAGESPARK_ASSIGN_OR_RETURN(predictions->files, dataset.sparkSession().fileSystems()->For(input_folder));
    std::shared_ptr<TemporaryFolder> output_folder;  // Lives as long as the DataFrames that read it.
    if (!options_.outputS3DataPath) output_folder = std::make_shared<TemporaryFolder>(predictions->files, predictions->folder);
    {
      const TemporaryFolder input(predictions->files, input_folder);
      SAGESPARK_RETURN_IF_ERROR(WriteRows(dataset, input_folder, *predictions));
      if (HasRows(*predictions)) {
        SAGESPARK_RETURN_IF_ERROR(RunJob({.input = UriText(staging, "in"),
                                          .output = output,
                                          .content_type = predictions->inference.serializer->content_type(),
                                          .accept = predictions->inference.deserializer->accept()}));
      }
    }
    auto join = [predictions, output_folder](std::unique_ptr<data::BatchStream> input, const plan::TaskContext& task) {
      return staging::JoinBatchPredictions(predictions, std::move(input), task.partition);
    };
    return dataset.mapBatches("SageMakerModel.batchTransform", std::move(schema), std::move(join));
  }

  Result<S3DataPath> OnObjects(const S3DataPath& input) {
    SAGESPARK_RETURN_IF_ERROR(Check());
    SAGESPARK_ASSIGN_OR_RETURN(S3DataPath output,
                               paths_.Resolve(options_.outputS3DataPath.value_or(S3AutoCreatePath()), name_));
    const std::string content_type = model_.options_.requestRowSerializer->content_type();
    const std::string accept = model_.options_.responseRowDeserializer->accept();
    SAGESPARK_RETURN_IF_ERROR(RunJob({.input = input.toS3UriString(),
                                      .output = output.toS3UriString(),
                                      .content_type = options_.contentType.value_or(content_type),
                                      .accept = options_.accept.value_or(accept)}));
    return output;
  }

 private:
  /// What the two kinds of input differ in.
  struct Data {
    std::string input;
    std::string output;
    std::string content_type;
    std::string accept;
  };

  bool MakesModel() const { return model_.options_.modelPath && model_.options_.modelImage && model_.options_.modelExecutionRoleARN; }

  /// Each request is an object, so that each object of predictions is a reply.
  staging::Inference RowInference() const {
    staging::InferenceOptions options = ToInferenceOptions(model_.options_.requestOptions, model_.options_.prependResultRows);
    options.error_column.clear();  // A transform job fails as a whole.
    const auto most = static_cast<size_t>(options_.maxPayloadInMB.value_or(kDefaultPayloadInMB)) << 20;
    if (most > 0) options.max_payload_bytes = std::min(options.max_payload_bytes, most);
    return {.endpoint = nullptr,
            .serializer = model_.options_.requestRowSerializer.pointer(),
            .deserializer = model_.options_.responseRowDeserializer.pointer(),
            .options = options};
  }

  Status Check() const {
    if (!options_.instanceType && !model_.options_.endpointInstanceType) {
      return InvalidArgument("Batch transform needs an instance type: instanceType is not set");
    }
    if (!MakesModel() && !model_.options_.existingEndpointName) {
      return InvalidArgument("Batch transform needs modelImage, modelPath and modelExecutionRoleARN, or an existing endpoint");
    }
    SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.inputS3DataPath));
    SAGESPARK_RETURN_IF_ERROR(paths_.Check(options_.outputS3DataPath.value_or(S3AutoCreatePath())));
    if (MakesModel()) SAGESPARK_RETURN_IF_ERROR(CheckModel(model_.MakeHostingSpec(), name_));
    return Job("model", {.input = kSomePlace, .output = kSomePlace, .content_type = "x/y", .accept = "x/y"}).Check();
  }

  Result<std::string> RowOutput(const S3DataPath& staging) {
    if (!options_.outputS3DataPath) return UriText(staging, "out");
    SAGESPARK_ASSIGN_OR_RETURN(const S3DataPath output, paths_.Resolve(*options_.outputS3DataPath, name_));
    return output.toS3UriString();
  }

  Status WriteRows(const sql::DataFrame& dataset, const Uri& folder, staging::BatchPredictions& predictions) const {
    engine::Engine& engine = dataset.sparkSession().engine();
    const CancellationToken& cancellation = model_.options_.cancellation;
    SAGESPARK_ASSIGN_OR_RETURN(const auto execution, engine.Prepare(dataset.plan(), cancellation));
    predictions.objects.resize(static_cast<size_t>(execution->num_partitions()));
    const auto write = [&](data::BatchStream& rows, const plan::TaskContext& task) {
      return staging::WriteBatchObjects(predictions.inference, *predictions.files, folder, rows, task.partition, task.cancellation,
                                        predictions.objects[static_cast<size_t>(task.partition)]);
    };
    return engine.RunTasks(*execution, 0, execution->num_partitions(), write, cancellation);
  }

  static bool HasRows(const staging::BatchPredictions& predictions) {
    return std::any_of(predictions.objects.begin(), predictions.objects.end(), [](const auto& objects) { return !objects.empty(); });
  }

  Status RunJob(const Data& data) const {
    if (!MakesModel()) {
      SAGESPARK_ASSIGN_OR_RETURN(const std::string model_name, ModelOfEndpoint(client_, *model_.options_.existingEndpointName));
      return Job(model_name, data).Run();
    }
    const TemporaryModel model(client_, name_);
    const auto created = client_.CreateModel(ModelRequest(model_.MakeHostingSpec(), name_),
                                             {.cancellation = model_.options_.cancellation});
    if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists) return created.error();
    return Job(name_, data).Run();
  }

  TransformJob Job(const std::string& model_name, const Data& data) const {
    return {{.client = client_,
             .config = model_.context_->config,
             .progress = model_.options_.progress,
             .cancellation = model_.options_.cancellation,
             .timeout_in_seconds = options_.timeoutInSeconds},
            TransformJobRequest({.name = name_,
                                 .model_name = model_name,
                                 .instance_type = options_.instanceType.value_or(model_.options_.endpointInstanceType.value_or("")),
                                 .input = data.input,
                                 .output = data.output,
                                 .content_type = data.content_type,
                                 .accept = data.accept,
                                 .tags = OrThrow(WithRunTag(model_.options_.tags, model_.runId()))},
                                options_)};
  }

  const SageMakerModel& model_;
  const BatchTransformOptions& options_;
  aws::SageMakerClient& client_;
  const std::string name_;
  const std::shared_ptr<aws::S3Client> s3_;
  const std::shared_ptr<aws::StsClient> sts_;
  S3PathResolver paths_;
};

sql::DataFrame SageMakerModel::batchTransform(const sql::DataFrame& dataset, const BatchTransformOptions& options) const {
  transformSchema(dataset.schema());  // Throws, as transform does, when the columns do not fit.
  return OrThrow(BatchTransform(*this, options, dataset.sparkSession().conf()).OnRows(dataset));
}

S3DataPath SageMakerModel::batchTransform(const S3DataPath& input, const BatchTransformOptions& options) const {
  return OrThrow(BatchTransform(*this, options, sql::SparkSession::builder().getOrCreate().conf()).OnObjects(input));
}

}  // namespace sagespark::sagemaker
