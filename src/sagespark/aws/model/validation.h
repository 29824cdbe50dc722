#pragma once

#include <limits>
#include <span>
#include <string_view>

#include "sagespark/base/json/value.h"

namespace sagespark::aws {

enum class ShapeKind { kString, kInteger, kLong, kFloat, kDouble, kBoolean, kTimestamp, kStructure, kList, kMap };

struct ShapeRule;

struct MemberRule {
  std::string_view name;
  const ShapeRule* shape;
  bool required;
};

/// What a service's model says of one shape. Generated.
struct ShapeRule {
  std::string_view name;
  ShapeKind kind;
  std::span<const std::string_view> values = {};  ///< The enumeration; empty when any text will do.
  std::span<const MemberRule> members = {};       ///< Of a structure, sorted by name.
  std::string_view pattern = {};                  ///< RE2, for the whole text; empty when any text will do.
  double min = -std::numeric_limits<double>::infinity();  ///< Of the value, or the length of texts, lists and maps.
  double max = std::numeric_limits<double>::infinity();
  const ShapeRule* key = nullptr;      ///< Of a map.
  const ShapeRule* element = nullptr;  ///< Of a list or map.
};

struct OperationRule {
  std::string_view name;
  const ShapeRule* input;   ///< Null when the operation takes nothing.
  const ShapeRule* output;  ///< Null when it answers nothing.
};

/// The operation `name` among `operations`, or null.
const OperationRule* FindOperation(std::span<const OperationRule> operations, std::string_view name);

/// Checks a request (or a reply) against its rule: required and unknown members, types, lengths, bounds, enumerations, patterns.
///
/// Fails with kInvalidArgument and AWS's own words: code ValidationException, "2 validation errors detected: Value 'x' at
/// 'resourceConfig.instanceCount' failed to satisfy constraint: ...; ..." with every broken constraint in order of the members, or,
/// before them, code SerializationException for the first value of another JSON type. Values inside maps are not printed: an
/// Environment may hold a credential. Unknown members are refused (AWS ignores them), so that nothing asked for is silently left out.
Status Validate(const ShapeRule& rule, const json::Value& value);

/// The patterns of a shape and of all below it that RE2 cannot compile: none, unless the generator's list is incomplete.
std::vector<std::string> PatternsThatDoNotCompile(const ShapeRule& rule);

}  // namespace sagespark::aws
