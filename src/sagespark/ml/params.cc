#include "sagespark/ml/params.h"

#include "sagespark/base/exception.h"

namespace sagespark::ml {

bool ParamMap::contains(const Params& parent, const ParamBase& param) const {
  return values_.count({parent.uid(), param.name()}) > 0;
}

std::vector<const ParamBase*> Params::params() const {
  std::vector<const ParamBase*> params;
  for (const auto& [name, param] : params_) params.push_back(param);
  return params;
}

std::string Params::explainParam(const ParamBase& param) const {
  std::string value;
  if (const auto found = defaults_.find(param.name()); found != defaults_.end()) {
    value = "default: " + ToString(found->second);
  }
  if (const auto found = set_.find(param.name()); found != set_.end()) {
    value += (value.empty() ? "" : ", ") + ("current: " + ToString(found->second));
  }
  return param.name() + ": " + param.doc() + " (" + (value.empty() ? "undefined" : value) + ")";
}

std::string Params::explainParams() const {
  std::string text;
  for (const auto& [name, param] : params_) text += (text.empty() ? "" : "\n") + explainParam(*param);
  return text;
}

ParamMap Params::extractParamMap(const ParamMap& extra) const {
  ParamMap map;
  for (const Values* values : {&defaults_, &set_}) {
    for (const auto& [name, value] : *values) map.values_[{uid_, name}] = value;
  }
  for (const auto& [key, value] : extra.values_) {
    if (key.first == uid_) map.values_[key] = value;
  }
  return map;
}

void Params::declare(std::initializer_list<const ParamBase*> params) {
  for (const ParamBase* param : params) params_[param->name()] = param;
}

void Params::copyValues(const Params& from) {
  for (const auto& [name, param] : params_) {
    if (const auto found = from.defaults_.find(name); found != from.defaults_.end()) defaults_[name] = found->second;
    if (const auto found = from.set_.find(name); found != from.set_.end()) set_[name] = found->second;
  }
}

void Params::setAll(const ParamMap& extra) {
  for (const auto& [key, value] : extra.values_) {
    if (key.first != uid_) continue;
    const auto found = params_.find(key.second);
    if (found == params_.end()) {
      throw Exception(InvalidArgument("Parameter does not exist: \"" + key.second + "\" of " + uid_));
    }
    SetValue(set_, *found->second, value);
  }
}

void Params::SetValue(Values& values, const ParamBase& param, ParamValue value) {
  param.Validate(value);
  values[param.name()] = std::move(value);
}

const ParamValue& Params::ValueOf(const ParamBase& param) const {
  if (const auto found = set_.find(param.name()); found != set_.end()) return found->second;
  if (const auto found = defaults_.find(param.name()); found != defaults_.end()) return found->second;
  throw Exception(NotFound("Parameter has neither a value nor a default: " + param.name()));
}

}  // namespace sagespark::ml
