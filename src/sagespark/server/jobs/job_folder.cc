#include "sagespark/server/jobs/job_folder.h"

#include <cerrno>
#include <fstream>

#include "sagespark/base/json/value.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFailureCharacters = 1024;
constexpr char kGroupName[] = "homogeneousCluster";

Status WriteJson(const fs::path& path, const json::Value& value) {
  std::ofstream file(path, std::ios::binary);
  file << json::Dump(value) << std::flush;
  return file ? Status::Ok() : IoError("Cannot write " + path.string(), errno);
}

json::Value InputDataConfig(const aws::sagemaker::DescribeTrainingJobResponse& job) {
  json::Object channels;
  for (const aws::sagemaker::Channel& channel : job.input_data_config) {
    json::Object config{
        {"TrainingInputMode", channel.input_mode.value_or(job.algorithm_specification->training_input_mode)},
        {"S3DistributionType", channel.data_source.s3_data_source->s3_data_distribution_type.value_or("FullyReplicated")},
        {"RecordWrapperType", channel.record_wrapper_type.value_or("None")}};
    if (channel.content_type) config["ContentType"] = *channel.content_type;
    channels[channel.channel_name] = std::move(config);
  }
  return channels;
}

json::Value ResourceConfig(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::string& current_host,
                           const std::vector<HostFolder>& hosts) {
  json::Array names;
  for (const HostFolder& host : hosts) names.push_back(host.host);
  const std::string instance_type = job.resource_config->instance_type.value_or("");
  return json::Object{{"current_host", current_host},
                      {"current_instance_type", instance_type},
                      {"current_group_name", kGroupName},
                      {"hosts", names},
                      {"instance_groups", json::Array{json::Object{{"instance_group_name", kGroupName},
                                                                   {"instance_type", instance_type},
                                                                   {"hosts", names}}}},
                      {"network_interface_name", "lo"}};
}

Status MakeFolders(const HostFolder& host) {
  for (const fs::path& folder : {host.config(), host.root / "opt/ml/input/data", host.model(), host.output() / "data"}) {
    std::error_code error;
    if (fs::create_directories(folder, error); error) return IoError("Cannot make " + folder.string(), error.value());
  }
  return Status::Ok();
}

/// The longest prefix of at most `count` characters of UTF-8.
std::string FirstCharacters(const std::string& text, size_t count) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool starts_character = (text[end] & 0xC0) != 0x80;
    if (starts_character && count-- == 0) break;
  }
  return text.substr(0, end);
}

}  // namespace

std::vector<HostFolder> HostFolders(const fs::path& job_folder, int64_t instance_count) {
  std::vector<std::string> names;
  for (int64_t i = 1; i <= instance_count; ++i) names.push_back("algo-" + std::to_string(i));
  std::vector<HostFolder> hosts;
  for (const std::string& name : names) hosts.push_back({name, job_folder / name});
  return hosts;
}

Status WriteJobConfig(const aws::sagemaker::DescribeTrainingJobResponse& job, const std::vector<HostFolder>& hosts) {
  for (const HostFolder& host : hosts) {
    SAGESPARK_RETURN_IF_ERROR(MakeFolders(host));
    const json::Object hyperparameters(job.hyper_parameters.begin(), job.hyper_parameters.end());
    SAGESPARK_RETURN_IF_ERROR(WriteJson(host.config() / "hyperparameters.json", hyperparameters));
    SAGESPARK_RETURN_IF_ERROR(WriteJson(host.config() / "inputdataconfig.json", InputDataConfig(job)));
    SAGESPARK_RETURN_IF_ERROR(WriteJson(host.config() / "resourceconfig.json", ResourceConfig(job, host.host, hosts)));
  }
  return Status::Ok();
}

std::string ReadFailure(const HostFolder& host) {
  std::ifstream file(host.output() / "failure", std::ios::binary);
  std::string bytes(4 * kFailureCharacters, '\0');  // A character takes at most four.
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  // Through JSON and back: what is no UTF-8 (also a character cut in two) becomes U+FFFD.
  std::string text = FirstCharacters(*json::Parse(json::Dump(json::Value(std::move(bytes))))->if_string(), kFailureCharacters);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

Status MergeModels(const std::vector<HostFolder>& hosts) {
  for (size_t i = 1; i < hosts.size(); ++i) {
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(hosts[i].model(), error)) {
      const fs::path target = hosts[0].model() / fs::relative(entry.path(), hosts[i].model(), error);
      if (entry.is_directory(error) || fs::exists(target, error)) continue;
      fs::create_directories(target.parent_path(), error);
      if (fs::rename(entry.path(), target, error); error) return IoError("Cannot merge the hosts' models", error.value());
    }
  }
  return Status::Ok();
}

}  // namespace sagespark::server
