#pragma once

// What the generated sources are made of: members to and from JSON. Included by them only.

#include "sagespark/aws/model/shape.h"

namespace sagespark::aws::internal {

inline json::Value ToJson(const std::string& value) { return value; }
inline json::Value ToJson(int64_t value) { return value; }
inline json::Value ToJson(double value) { return value; }
inline json::Value ToJson(bool value) { return value; }
inline json::Value ToJson(SystemTime value) { return ToEpochSeconds(value); }
template <typename T>
json::Value ToJson(const std::vector<T>& values);
template <typename T>
json::Value ToJson(const std::map<std::string, T>& values);

template <typename T>
json::Value ToJson(const std::vector<T>& values) {
  json::Array array;
  array.reserve(values.size());
  for (const T& value : values) array.push_back(ToJson(value));
  return array;
}

template <typename T>
json::Value ToJson(const std::map<std::string, T>& values) {
  json::Object object;
  for (const auto& [key, value] : values) object.emplace(key, ToJson(value));
  return object;
}

template <typename T>
void Put(json::Object& object, const char* name, const T& value) {
  object.emplace(name, ToJson(value));
}

template <typename T>
void PutIfSet(json::Object& object, const char* name, const std::optional<T>& value) {
  if (value) Put(object, name, *value);
}
template <typename T>
  requires requires(const T& values) { values.empty(); }
void PutIfSet(json::Object& object, const char* name, const T& values) {
  if (!values.empty()) Put(object, name, values);
}

Status CheckIsObject(const json::Value& json);
Status Read(const json::Value& json, std::string& value);
Status Read(const json::Value& json, int64_t& value);
Status Read(const json::Value& json, double& value);
Status Read(const json::Value& json, bool& value);
Status Read(const json::Value& json, SystemTime& value);
template <typename T>
Status Read(const json::Value& json, std::vector<T>& values);
template <typename T>
Status Read(const json::Value& json, std::map<std::string, T>& values);

template <typename T>
Status Read(const json::Value& json, std::optional<T>& value) {
  return Read(json, value.emplace());
}

template <typename T>
Status Read(const json::Value& json, std::vector<T>& values) {
  const json::Array* array = json.if_array();
  if (array == nullptr) return CorruptData("not a JSON array");
  values.reserve(array->size());
  for (const json::Value& element : *array) {
    Status status = Read(element, values.emplace_back());
    if (!status.ok()) return status.error().WithContext("[" + std::to_string(values.size() - 1) + "]");
  }
  return Status::Ok();
}

template <typename T>
Status Read(const json::Value& json, std::map<std::string, T>& values) {
  SAGESPARK_RETURN_IF_ERROR(CheckIsObject(json));
  for (const auto& [key, element] : *json.if_object()) {
    Status status = Read(element, values[key]);
    if (!status.ok()) return status.error().WithContext(key);
  }
  return Status::Ok();
}

/// A member that is absent keeps its default, a required one too: services leave required members out of replies
/// (a running job has no ModelArtifacts yet). Requests are checked before, by Validate.
template <typename T>
Status ReadMember(const json::Value& json, const char* name, T& value) {
  const json::Value* member = json.Find(name);
  if (member == nullptr || member->is_null()) return Status::Ok();
  Status status = Read(*member, value);
  if (!status.ok()) return status.error().WithContext(name);
  return Status::Ok();
}

}  // namespace sagespark::aws::internal
