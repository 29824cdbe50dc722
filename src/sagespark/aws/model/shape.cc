#include "sagespark/aws/model/shape.h"

#include <cmath>

#include "sagespark/aws/model/shape_json.h"

namespace sagespark::aws {

double ToEpochSeconds(SystemTime time) {
  const auto since = std::chrono::floor<milliseconds>(time).time_since_epoch();
  return static_cast<double>(since.count()) / 1000.0;
}

SystemTime FromEpochSeconds(double seconds) { return SystemTime(milliseconds(std::llround(seconds * 1000.0))); }

namespace internal {

Status CheckIsObject(const json::Value& json) {
  if (json.if_object() == nullptr) return CorruptData("not a JSON object");
  return Status::Ok();
}

Status Read(const json::Value& json, std::string& value) {
  const std::string* text = json.if_string();
  if (text == nullptr) return CorruptData("not a JSON string");
  value = *text;
  return Status::Ok();
}

Status Read(const json::Value& json, int64_t& value) {
  // Writers may print whole numbers as 1.0 or 1e3.
  if (!json.is_number() || std::abs(json.number()) > 0x1p63 || std::trunc(json.number()) != json.number()) {
    return CorruptData("not a whole number");
  }
  value = json.if_int() != nullptr ? *json.if_int() : static_cast<int64_t>(json.number());
  return Status::Ok();
}

Status Read(const json::Value& json, double& value) {
  if (!json.is_number()) return CorruptData("not a number");
  value = json.number();
  return Status::Ok();
}

Status Read(const json::Value& json, bool& value) {
  const bool* truth = json.if_bool();
  if (truth == nullptr) return CorruptData("not a JSON boolean");
  value = *truth;
  return Status::Ok();
}

Status Read(const json::Value& json, SystemTime& value) {
  if (!json.is_number() || std::abs(json.number()) > 1e12) return CorruptData("not a time in epoch seconds");
  value = FromEpochSeconds(json.number());
  return Status::Ok();
}

}  // namespace internal
}  // namespace sagespark::aws
