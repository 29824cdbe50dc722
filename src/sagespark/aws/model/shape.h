#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/json/value.h"

namespace sagespark::aws {

/// Reads a shape of a generated header (`aws::FromJson<sagemaker::DescribeTrainingJobResponse>(body)`).
///
/// Members that the shape does not have are ignored, null counts as absent: services add members at any time.
/// Fails with kCorruptData, naming the member's path, when a member has another type. Members that are absent keep
/// their defaults, required ones too, since services leave them out of replies; requests are checked by Validate.
/// Lists and maps that are absent come back empty; written, they are left out when empty, unless required.
template <typename Shape>
Result<Shape> FromJson(const json::Value& json) {
  Shape shape;
  SAGESPARK_RETURN_IF_ERROR(Read(json, shape));
  return shape;
}

/// Seconds since 1970 as AWS's JSON protocol writes them, to the millisecond.
double ToEpochSeconds(SystemTime time);
SystemTime FromEpochSeconds(double seconds);

}  // namespace sagespark::aws
