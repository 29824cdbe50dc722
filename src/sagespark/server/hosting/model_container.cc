#include "sagespark/server/hosting/model_container.h"

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/server/jobs/artifacts.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;
namespace sm = aws::sagemaker;

std::string ModelDataOf(const sm::ContainerDefinition& container) {
  if (container.model_data_url) return *container.model_data_url;
  if (container.model_data_source && container.model_data_source->s3_data_source) {
    return container.model_data_source->s3_data_source->s3_uri;
  }
  return "";
}

Result<ModelContainer> ContainerOf(const sm::ContainerDefinition& container, std::string name, const ContainerImages& images) {
  SAGESPARK_ASSIGN_OR_RETURN(ContainerProgram program, images.Find(container.image.value_or("")));
  return ModelContainer{.name = std::move(name),
                        .program = std::move(program),
                        .model_data_url = ModelDataOf(container),
                        .environment = container.environment};
}

Error CannotUseModel(const std::string& user, const std::string& url, const Error& error) {
  if (error.kind() == ErrorKind::kNotFound) {
    return NotFound("Failed to download model data for " + user +
                    ". Please ensure that there is an object located at the URL and that the role passed to CreateModel has "
                    "permissions to download the model: " + url);
  }
  return Error(error.kind(), "Failed to extract model data archive for " + user +
                                 ". Please ensure that the object located at the URL is a valid tar.gz archive: " + url + ": " +
                                 error.message());
}

}  // namespace

Result<ModelContainers> ContainersOfModel(const std::string& name, RecordStore& records, const ContainerImages& images) {
  SAGESPARK_ASSIGN_OR_RETURN(const Record record, records.Get(RecordKind::kModel, name));
  SAGESPARK_ASSIGN_OR_RETURN(const auto model, aws::FromJson<sm::DescribeModelResponse>(record.document));
  ModelContainers containers;
  if (model.primary_container) {
    SAGESPARK_ASSIGN_OR_RETURN(ModelContainer primary, ContainerOf(*model.primary_container, "primary", images));
    containers.all.push_back(std::move(primary));
    return containers;
  }
  containers.is_direct =
      model.inference_execution_config && model.inference_execution_config->mode == sm::inference_execution_mode::kDirect;
  for (const sm::ContainerDefinition& definition : model.containers) {
    const std::string by_place = "container-" + std::to_string(containers.all.size() + 1);
    SAGESPARK_ASSIGN_OR_RETURN(ModelContainer container, ContainerOf(definition, definition.container_hostname.value_or(by_place), images));
    containers.all.push_back(std::move(container));
  }
  return containers;
}

Status FetchModel(const ModelContainer& container, const std::string& user, const fs::path& root, ObjectAccess& objects) {
  const fs::path model = root / "opt/ml/model";
  std::error_code error;
  if (fs::create_directories(model, error); error) return IoError("Cannot make the container's folder", error.value());
  if (container.model_data_url.empty()) return Status::Ok();
  const Status fetched = DownloadArchive(container.model_data_url, model, root / "model.tar.gz", objects);
  return fetched.ok() ? fetched : Status(CannotUseModel(user, container.model_data_url, fetched.error()));
}

}  // namespace sagespark::server
