#include "sagespark/cli/doctor/trust_policy.h"

#include <algorithm>

#include "sagespark/base/json/value.h"

namespace sagespark::cli {
namespace {

/// A policy writes one of something without brackets.
json::Array ManyOf(const json::Value* value) {
  if (value == nullptr) return {};
  return value->if_array() != nullptr ? *value->if_array() : json::Array{*value};
}

bool Names(const json::Value* value, std::initializer_list<std::string_view> wanted) {
  const json::Array many = ManyOf(value);
  return std::ranges::any_of(many, [&](const json::Value& one) {
    return one.if_string() != nullptr && std::ranges::find(wanted, *one.if_string()) != wanted.end();
  });
}

bool Allows(const json::Value& statement, std::string_view service) {
  const json::Value* principal = statement.Find("Principal");
  return Names(statement.Find("Effect"), {"Allow"}) && Names(statement.Find("Action"), {"sts:AssumeRole", "sts:*", "*"}) &&
         principal != nullptr && Names(principal->Find("Service"), {service});
}

}  // namespace

Result<bool> MayBeAssumedBy(std::string_view trust_policy, std::string_view service) {
  const auto policy = json::Parse(trust_policy);
  if (!policy.ok() || policy->Find("Statement") == nullptr) return CorruptData("Trust policy has no Statement");
  const json::Array statements = ManyOf(policy->Find("Statement"));
  return std::ranges::any_of(statements, [&](const json::Value& statement) { return Allows(statement, service); });
}

std::string TrustStatementFor(std::string_view service) {
  return json::Dump(json::Object{{"Effect", "Allow"}, {"Principal", json::Object{{"Service", service}}}, {"Action", "sts:AssumeRole"}});
}

}  // namespace sagespark::cli
