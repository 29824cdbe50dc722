#include "sagespark/container/training/training_config.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "sagespark/base/json/value.h"

namespace sagespark::container {
namespace {

Result<json::Value> ReadJsonObject(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("Configuration file is missing: " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  auto value = json::Parse(text.view());
  if (!value.ok()) return value.error().WithContext("Configuration file is not JSON: " + path.string());
  if (value->if_object() == nullptr) return CorruptData("Configuration file is no JSON object: " + path.string());
  return value;
}

/// The member's text, or "" when it is absent or null.
Result<std::string> OptionalString(const json::Value& object, std::string_view name) {
  const json::Value* member = object.Find(name);
  if (member == nullptr || member->is_null()) return std::string();
  return object.GetString(name);
}

Result<Hyperparameters> ReadHyperparameters(const std::filesystem::path& path) {
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value document, ReadJsonObject(path));
  Hyperparameters values;
  for (const auto& [name, value] : *document.if_object()) {
    const std::string* text = value.if_string();
    values.emplace_back(name, text != nullptr ? *text : json::Dump(value));
  }
  return values;
}

Result<InputMode> ParseInputMode(std::string_view channel, std::string_view text) {
  if (text.empty() || text == "File" || text == "FastFile") return InputMode::kFile;
  if (text == "Pipe") return InputMode::kPipe;
  return InvalidArgument("Channel's TrainingInputMode is not File, FastFile or Pipe: channel \"" +
                         std::string(channel) + "\" has \"" + std::string(text) + "\"");
}

/// Some of AWS's images take short names too, which are no media types: "csv".
Result<MediaType> ParseContentType(std::string_view text) {
  auto parsed = ParseMediaType(text);
  if (parsed.ok() || text.find('/') != std::string_view::npos) return parsed;
  constexpr std::string_view kAnyType = "short/";
  auto short_name = ParseMediaType(std::string(kAnyType).append(text));
  if (!short_name.ok()) return parsed;
  short_name->type.erase(0, kAnyType.size());
  return short_name;
}

Result<ChannelConfig> ReadChannel(const std::string& name, const json::Value& value, std::string_view default_type) {
  ChannelConfig channel{.name = name, .content_type = {}};
  SAGESPARK_ASSIGN_OR_RETURN(const std::string content_type, OptionalString(value, "ContentType"));
  auto parsed = ParseContentType(content_type.empty() ? default_type : std::string_view(content_type));
  if (!parsed.ok()) return parsed.error().WithContext("Content type of channel \"" + name + "\"");
  channel.content_type = *std::move(parsed);

  SAGESPARK_ASSIGN_OR_RETURN(const std::string mode, OptionalString(value, "TrainingInputMode"));
  SAGESPARK_ASSIGN_OR_RETURN(channel.input_mode, ParseInputMode(name, mode));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string compression, OptionalString(value, "CompressionType"));
  if (!compression.empty() && compression != "None") {
    return Unimplemented("Compressed channels are not offered: channel \"" + name + "\" has CompressionType " +
                         compression);
  }
  return channel;
}

Result<std::vector<ChannelConfig>> ReadChannels(const std::filesystem::path& path, std::string_view default_type) {
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value document, ReadJsonObject(path));
  std::vector<ChannelConfig> channels;
  for (const auto& [name, value] : *document.if_object()) {
    auto channel = ReadChannel(name, value, default_type);
    if (!channel.ok()) return std::move(channel).error();
    channels.push_back(*std::move(channel));
  }
  return channels;
}

Result<ResourceConfig> ReadResources(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return ResourceConfig();
  SAGESPARK_ASSIGN_OR_RETURN(const json::Value document, ReadJsonObject(path));
  ResourceConfig resources;
  resources.hosts.clear();
  SAGESPARK_ASSIGN_OR_RETURN(resources.current_host, document.GetString("current_host"));
  const json::Value* hosts = document.Find("hosts");
  if (hosts == nullptr || hosts->if_array() == nullptr) {
    return CorruptData("Resource configuration has no list of hosts: " + path.string());
  }
  for (const json::Value& host : *hosts->if_array()) {
    if (host.if_string() == nullptr) return CorruptData("Resource configuration has no list of hosts: " + path.string());
    resources.hosts.push_back(*host.if_string());
  }
  return resources;
}

}  // namespace

const ChannelConfig* TrainingConfig::FindChannel(std::string_view name) const {
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [&](const ChannelConfig& channel) { return channel.name == name; });
  return found == channels.end() ? nullptr : &*found;
}

Result<TrainingConfig> ReadTrainingConfig(const ContainerPaths& paths, std::string_view default_content_type) {
  TrainingConfig config;
  SAGESPARK_ASSIGN_OR_RETURN(config.hyperparameters, ReadHyperparameters(paths.hyperparameters()));
  SAGESPARK_ASSIGN_OR_RETURN(config.channels, ReadChannels(paths.input_data_config(), default_content_type));
  SAGESPARK_ASSIGN_OR_RETURN(config.resources, ReadResources(paths.resource_config()));
  return config;
}

Hyperparameters MergeHyperparameters(const Hyperparameters& defaults, const Hyperparameters& given) {
  Hyperparameters merged = defaults;
  for (const auto& [name, value] : given) {
    const auto place =
        std::find_if(merged.begin(), merged.end(), [&name = name](const auto& entry) { return entry.first == name; });
    if (place == merged.end()) {
      merged.emplace_back(name, value);
    } else {
      place->second = value;
    }
  }
  return merged;
}

}  // namespace sagespark::container
