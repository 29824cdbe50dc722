#include "sagespark/server/jobs/input_objects.h"

#include <algorithm>
#include <random>
#include <span>
#include <vector>

#include "sagespark/base/json/value.h"
#include "sagespark/base/uri.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostManifestBytes = 64 << 20;
constexpr size_t kReadBytes = 256 << 10;
constexpr size_t kMostShuffled = 1 << 20;

Error NoObjects(const Uri& uri, const std::string& role_arn, const std::string& region) {
  return NotFound("ClientError: Data download failed:Failed to download data. No S3 objects found under S3 URL \"" + uri.ToString() +
                  "\" given in input data source. Please ensure that the bucket exists in the selected region (" + region +
                  "), that objects exist under that S3 prefix, and that the role \"" + role_arn +
                  "\" has \"s3:ListBucket\" permissions on bucket \"" + uri.authority + "\".");
}

Error BadManifest(const Uri& uri, const std::string& what) {
  return InvalidArgument("ClientError: Data download failed:Manifest file \"" + uri.ToString() + "\": " + what);
}

/// Checks that `relative`, of the key, stays within a folder.
Result<fs::path> PathOf(const std::string& relative, const std::string& key) {
  for (size_t start = 0; start <= relative.size();) {
    const size_t end = std::min(relative.find('/', start), relative.size());
    const std::string_view part = std::string_view(relative).substr(start, end - start);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return InvalidArgument("ClientError: Data download failed:An object's key is no path: " + key);
    }
    start = end + 1;
  }
  return fs::path(relative);
}

Result<std::string> ReadManifest(const Uri& uri, ObjectAccess& objects) {
  const auto source = objects.Open(uri.authority, uri.path);
  if (!source.ok()) return BadManifest(uri, source.error().message());
  std::string text;
  while (true) {
    const size_t size = text.size();
    text.resize(size + kReadBytes);
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, (*source)(std::span(text.data() + size, kReadBytes)));
    text.resize(size + count);
    if (count == 0) return text;
    if (text.size() > kMostManifestBytes) return BadManifest(uri, "longer than " + std::to_string(kMostManifestBytes) + " bytes");
  }
}

Status ListManifest(const Uri& uri, ObjectAccess& objects, const std::function<Status(const InputObject&)>& visit) {
  SAGESPARK_ASSIGN_OR_RETURN(const std::string text, ReadManifest(uri, objects));
  const auto manifest = json::Parse(text);
  const json::Array* entries = manifest.ok() ? manifest->if_array() : nullptr;
  const json::Value* prefix = entries != nullptr && !entries->empty() ? entries->front().Find("prefix") : nullptr;
  if (prefix == nullptr || prefix->if_string() == nullptr) return BadManifest(uri, "it is no JSON list that begins with {\"prefix\": \"s3://...\"}");
  const auto place = ParseUri(*prefix->if_string());
  if (!place.ok() || place->scheme != "s3") return BadManifest(uri, "its prefix is no s3:// URI: " + *prefix->if_string());
  if (entries->size() == 1) return BadManifest(uri, "it names no object");
  for (size_t i = 1; i < entries->size(); ++i) {
    const std::string* name = entries->at(i).if_string();
    if (name == nullptr) return BadManifest(uri, "entry " + std::to_string(i) + " is no text");
    const std::string key = place->path + *name;
    SAGESPARK_ASSIGN_OR_RETURN(const fs::path path, PathOf(*name, key));
    SAGESPARK_RETURN_IF_ERROR(visit({place->authority, key, path}));
  }
  return Status::Ok();
}

/// Fisher and Yates, with a generator that is the same everywhere.
void Shuffle(std::vector<InputObject>& inputs, int64_t seed, int64_t epoch) {
  std::seed_seq start{static_cast<uint32_t>(seed), static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32), static_cast<uint32_t>(epoch)};
  std::mt19937_64 random(start);
  for (size_t i = inputs.size(); i > 1; --i) std::swap(inputs[i - 1], inputs[random() % i]);
}

}  // namespace

Result<fs::path> PathInChannel(const std::string& prefix, const std::string& key) {
  const bool is_folder = prefix.empty() || prefix.back() == '/';
  if (key.size() > prefix.size() && (is_folder || key[prefix.size()] == '/')) return PathOf(key.substr(prefix.size() + (is_folder ? 0 : 1)), key);
  return PathOf(key.substr(prefix.rfind('/') + 1), key);  // npos + 1 is 0: a prefix without folders.
}

Status ListInput(const std::string& s3_data_type, const std::string& s3_uri, const std::string& role_arn, const std::string& region,
                 ObjectAccess& objects, const std::function<Status(const InputObject&)>& visit) {
  SAGESPARK_ASSIGN_OR_RETURN(const Uri uri, ParseUri(s3_uri));
  if (s3_data_type == aws::sagemaker::s3_data_type::kManifestFile) return ListManifest(uri, objects, visit);
  bool found = false;
  const Status listed = objects.List(uri.authority, uri.path, [&](const StoredObject& object) -> Status {
    if (object.key.ends_with('/')) return Status::Ok();
    SAGESPARK_ASSIGN_OR_RETURN(const fs::path path, PathInChannel(uri.path, object.key));
    found = true;
    return visit({uri.authority, object.key, path});
  });
  const bool bucket_is_missing = !listed.ok() && listed.error().kind() == ErrorKind::kNotFound && !found;
  if (bucket_is_missing || (listed.ok() && !found)) return NoObjects(uri, role_arn, region);
  return listed;
}

Status ListChannel(const aws::sagemaker::Channel& channel, int64_t epoch, const std::string& role_arn, const std::string& region,
                   ObjectAccess& objects, const std::function<Status(const InputObject&)>& visit) {
  const auto& source = *channel.data_source.s3_data_source;
  if (!channel.shuffle_config) return ListInput(source.s3_data_type, source.s3_uri, role_arn, region, objects, visit);
  std::vector<InputObject> inputs;
  SAGESPARK_RETURN_IF_ERROR(ListInput(source.s3_data_type, source.s3_uri, role_arn, region, objects, [&](const InputObject& object) -> Status {
    if (inputs.size() == kMostShuffled) {
      return ResourceLimit("ClientError: Data download failed:Channel " + channel.channel_name + " has more objects than can be shuffled: " +
                           std::to_string(kMostShuffled));
    }
    inputs.push_back(object);
    return Status::Ok();
  }));
  Shuffle(inputs, channel.shuffle_config->seed, epoch);
  for (const InputObject& object : inputs) SAGESPARK_RETURN_IF_ERROR(visit(object));
  return Status::Ok();
}

}  // namespace sagespark::server
