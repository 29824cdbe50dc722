#include "sagespark/aws/model/validation.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace sagespark::aws {
namespace {

constexpr size_t kLongestPrintedValue = 1024;

/// The compiled pattern, kept for the life of the process: there are as many as the models have.
const re2::RE2& Compiled(std::string_view pattern) {
  static std::mutex mutex;
  static auto& compiled = *new std::unordered_map<std::string_view, std::unique_ptr<re2::RE2>>();
  const std::lock_guard lock(mutex);
  auto& entry = compiled[pattern];
  if (entry == nullptr) entry = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet);
  return *entry;
}

bool MatchesPattern(const std::string& text, std::string_view pattern) { return re2::RE2::FullMatch(text, Compiled(pattern)); }

/// Characters, not bytes: the number of UTF-8 lead bytes.
double LengthOf(std::string_view text) {
  return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string NumberText(double number) { return json::Dump(json::Value(static_cast<int64_t>(number))); }

std::string LowerFirst(std::string_view name) {
  std::string text(name);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

/// AWS's name of a JSON value that has the wrong type.
std::string_view TokenName(const json::Value& value) {
  if (const bool* truth = value.if_bool()) return *truth ? "TRUE_VALUE" : "FALSE_VALUE";
  return value.is_number() ? "NUMBER_VALUE" : "STRING_VALUE";
}

std::string_view TypeName(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kInteger: return "Integer";
    case ShapeKind::kLong: return "Long";
    case ShapeKind::kFloat: return "Float";
    case ShapeKind::kDouble: return "Double";
    case ShapeKind::kBoolean: return "Boolean";
    case ShapeKind::kTimestamp: return "Timestamp";
    default: return "String";
  }
}

bool HasType(const json::Value& value, ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kString: return value.if_string() != nullptr;
    case ShapeKind::kBoolean: return value.if_bool() != nullptr;
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return value.is_number() && std::trunc(value.number()) == value.number();
    case ShapeKind::kFloat:
    case ShapeKind::kDouble:
    case ShapeKind::kTimestamp: return value.is_number();
    case ShapeKind::kList: return value.if_array() != nullptr;
    case ShapeKind::kStructure:
    case ShapeKind::kMap: return value.if_object() != nullptr;
  }
  return false;
}

Error WrongType(const json::Value& value, ShapeKind kind, const std::string& path) {
  std::string message;
  if (value.if_array() != nullptr) {
    message = "Start of list found where not expected";
  } else if (value.if_object() != nullptr) {
    message = "Start of structure or map found where not expected";
  } else if (kind == ShapeKind::kList) {
    message = "Expected list or null";
  } else if (kind == ShapeKind::kStructure || kind == ShapeKind::kMap) {
    message = "Expected null or a structure or map";
  } else {
    message = std::string(TokenName(value)) + " can not be converted to " + std::string(TypeName(kind));
  }
  return Error(ErrorKind::kInvalidArgument, message + (path.empty() ? "" : ": " + path), "SerializationException");
}

std::string JoinPath(const std::string& path, std::string_view name) {
  return path.empty() ? LowerFirst(name) : path + "." + LowerFirst(name);
}

std::string ValueSet(std::span<const std::string_view> values) {
  std::string text = "[";
  for (std::string_view value : values) text.append(text.size() > 1 ? ", " : "").append(value);
  return text + "]";
}

class Validator {
 public:
  /// Checks types first: AWS parses the whole request before it looks at constraints.
  Status CheckTypes(const ShapeRule& rule, const json::Value& value, const std::string& path) const {
    if (value.is_null()) return Status::Ok();
    if (!HasType(value, rule.kind)) return WrongType(value, rule.kind, path);
    if (const json::Array* array = value.if_array()) {
      for (size_t i = 0; i < array->size(); ++i) {
        SAGESPARK_RETURN_IF_ERROR(CheckTypes(*rule.element, (*array)[i], ElementPath(path, i)));
      }
    } else if (rule.kind == ShapeKind::kMap) {
      for (const auto& [key, element] : *value.if_object()) {
        SAGESPARK_RETURN_IF_ERROR(CheckTypes(*rule.element, element, path + "." + key));
      }
    } else if (rule.kind == ShapeKind::kStructure) {
      for (const MemberRule& member : rule.members) {
        const json::Value* held = value.Find(member.name);
        if (held != nullptr) SAGESPARK_RETURN_IF_ERROR(CheckTypes(*member.shape, *held, JoinPath(path, member.name)));
      }
    }
    return Status::Ok();
  }

  void CheckConstraints(const ShapeRule& rule, const json::Value& value, const std::string& path) {
    switch (rule.kind) {
      case ShapeKind::kStructure: return CheckStructure(rule, value, path);
      case ShapeKind::kList: return CheckList(rule, *value.if_array(), path);
      case ShapeKind::kMap: return CheckMap(rule, *value.if_object(), path);
      default: break;
    }
    for (const std::string& constraint : BrokenScalarConstraints(rule, value)) Report(PrintedValue(value), path, constraint);
  }

  Status Finish() const {
    if (errors_.empty()) return Status::Ok();
    std::string message = std::to_string(errors_.size()) + " validation error" + (errors_.size() > 1 ? "s" : "") + " detected: ";
    for (size_t i = 0; i < errors_.size(); ++i) message.append(i > 0 ? "; " : "").append(errors_[i]);
    return Error(ErrorKind::kInvalidArgument, message, "ValidationException");
  }

 private:
  static std::string ElementPath(const std::string& path, size_t index) {
    return path + "." + std::to_string(index + 1) + ".member";  // AWS counts from 1.
  }

  static std::string PrintedValue(const json::Value& value) {
    std::string text = value.if_string() != nullptr ? *value.if_string() : json::Dump(value);
    if (text.size() > kLongestPrintedValue) text = text.substr(0, kLongestPrintedValue) + "...";
    return " '" + text + "'";
  }

  void Report(const std::string& printed_value, const std::string& path, const std::string& constraint) {
    errors_.push_back("Value" + printed_value + " at '" + path + "' failed to satisfy constraint: " + constraint);
  }

  void CheckStructure(const ShapeRule& rule, const json::Value& value, const std::string& path) {
    for (const MemberRule& member : rule.members) {
      const json::Value* held = value.Find(member.name);
      const std::string member_path = JoinPath(path, member.name);
      if (held != nullptr && !held->is_null()) {
        CheckConstraints(*member.shape, *held, member_path);
      } else if (member.required) {
        Report(" null", member_path, "Member must not be null");
      }
    }
    for (const auto& [name, held] : *value.if_object()) {
      if (!std::binary_search(rule.members.begin(), rule.members.end(), MemberRule{name, nullptr, false},
                              [](const MemberRule& a, const MemberRule& b) { return a.name < b.name; })) {
        Report("", JoinPath(path, name), "Member is not known to " + std::string(rule.name));
      }
    }
  }

  void CheckList(const ShapeRule& rule, const json::Array& array, const std::string& path) {
    for (const std::string& constraint : BrokenLengths(rule, static_cast<double>(array.size()))) Report("", path, constraint);
    for (size_t i = 0; i < array.size(); ++i) {
      if (!array[i].is_null()) CheckConstraints(*rule.element, array[i], ElementPath(path, i));
    }
  }

  void CheckMap(const ShapeRule& rule, const json::Object& object, const std::string& path) {
    for (const std::string& constraint : BrokenLengths(rule, static_cast<double>(object.size()))) Report("", path, constraint);
    for (const auto& [key, element] : object) {
      if (!BrokenScalarConstraints(*rule.key, json::Value(key)).empty()) {
        Report("", path, "Map keys must satisfy constraint: " + AllConstraints(*rule.key));
      }
      if (element.is_null()) continue;
      if (rule.element->kind == ShapeKind::kStructure || rule.element->kind == ShapeKind::kList) {
        CheckConstraints(*rule.element, element, path + "." + key);
      } else if (!BrokenScalarConstraints(*rule.element, element).empty()) {
        Report("", path + "." + key, "Map value must satisfy constraint: " + AllConstraints(*rule.element));
      }
    }
  }

  static std::vector<std::string> BrokenLengths(const ShapeRule& rule, double length) {
    std::vector<std::string> broken;
    if (length < rule.min) broken.push_back("Member must have length greater than or equal to " + NumberText(rule.min));
    if (length > rule.max) broken.push_back("Member must have length less than or equal to " + NumberText(rule.max));
    return broken;
  }

  static std::vector<std::string> BrokenScalarConstraints(const ShapeRule& rule, const json::Value& value) {
    std::vector<std::string> broken;
    if (const std::string* text = value.if_string()) {
      broken = BrokenLengths(rule, LengthOf(*text));
      if (!rule.pattern.empty() && !MatchesPattern(*text, rule.pattern)) {
        broken.push_back("Member must satisfy regular expression pattern: " + std::string(rule.pattern));
      }
      if (!rule.values.empty() && std::find(rule.values.begin(), rule.values.end(), *text) == rule.values.end()) {
        broken.push_back("Member must satisfy enum value set: " + ValueSet(rule.values));
      }
    } else if (value.is_number() && rule.kind != ShapeKind::kTimestamp) {
      if (value.number() < rule.min) broken.push_back("Member must have value greater than or equal to " + NumberText(rule.min));
      if (value.number() > rule.max) broken.push_back("Member must have value less than or equal to " + NumberText(rule.max));
    }
    return broken;
  }

  /// AWS lists all constraints of a map's keys or values, broken or not.
  static std::string AllConstraints(const ShapeRule& rule) {
    std::vector<std::string> all;
    if (std::isfinite(rule.max)) all.push_back("Member must have length less than or equal to " + NumberText(rule.max));
    if (std::isfinite(rule.min)) all.push_back("Member must have length greater than or equal to " + NumberText(rule.min));
    if (!rule.pattern.empty()) all.push_back("Member must satisfy regular expression pattern: " + std::string(rule.pattern));
    if (!rule.values.empty()) all.push_back("Member must satisfy enum value set: " + ValueSet(rule.values));
    const std::vector<std::string_view> views(all.begin(), all.end());
    return ValueSet(views);
  }

  std::vector<std::string> errors_;
};

void CollectBadPatterns(const ShapeRule& rule, std::vector<std::string>& bad) {
  if (!rule.pattern.empty() && !Compiled(rule.pattern).ok()) bad.push_back(std::string(rule.name));
  for (const MemberRule& member : rule.members) CollectBadPatterns(*member.shape, bad);
  if (rule.key != nullptr) CollectBadPatterns(*rule.key, bad);
  if (rule.element != nullptr) CollectBadPatterns(*rule.element, bad);
}

}  // namespace

const OperationRule* FindOperation(std::span<const OperationRule> operations, std::string_view name) {
  const auto found = std::lower_bound(operations.begin(), operations.end(), name,
                                      [](const OperationRule& rule, std::string_view wanted) { return rule.name < wanted; });
  return found != operations.end() && found->name == name ? &*found : nullptr;
}

Status Validate(const ShapeRule& rule, const json::Value& value) {
  Validator validator;
  const json::Value given = value.is_null() ? json::Value(json::Object()) : value;
  SAGESPARK_RETURN_IF_ERROR(validator.CheckTypes(rule, given, ""));
  validator.CheckConstraints(rule, given, "");
  return validator.Finish();
}

std::vector<std::string> PatternsThatDoNotCompile(const ShapeRule& rule) {
  std::vector<std::string> bad;
  CollectBadPatterns(rule, bad);
  return bad;
}

}  // namespace sagespark::aws
