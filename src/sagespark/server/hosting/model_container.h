#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sagespark/base/result.h"
#include "sagespark/server/jobs/container_images.h"
#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/records/record_store.h"

namespace sagespark::server {

/// One container of a model, and what runs for it.
struct ModelContainer {
  std::string name;  ///< "primary" of a model with a PrimaryContainer; else its ContainerHostname, or "container-1" by its place.
  ContainerProgram program;
  std::string model_data_url;  ///< Empty for a model without data.
  std::map<std::string, std::string> environment;
};

/// The containers of a model.
struct ModelContainers {
  std::vector<ModelContainer> all;
  bool is_direct = false;  ///< Each is asked by its name; else a request goes through all of them, in order.
};

/// The containers of the model of the record `name`. Fails with kNotFound (no such model) or as ContainerImages::Find does.
Result<ModelContainers> ContainersOfModel(const std::string& name, RecordStore& records, const ContainerImages& images);

/// Makes the container's folders below `root` and puts the model there, for `user` ("production variant AllRequests"). Fails with
/// kNotFound or kCorruptData in SageMaker's own words, or kIo.
Status FetchModel(const ModelContainer& container, const std::string& user, const std::filesystem::path& root, ObjectAccess& objects);

}  // namespace sagespark::server
