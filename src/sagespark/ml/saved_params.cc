#include "sagespark/ml/saved_params.h"

#include "sagespark/base/exception.h"

namespace sagespark::ml {
namespace {

template <typename Values>
json::Object ToObject(const Values& values) {
  json::Object object;
  for (const auto& [name, value] : values) object[name] = ToJson(value);
  return object;
}

}  // namespace

json::Object SavedParams::Set(const Params& params) { return ToObject(params.set_); }

json::Object SavedParams::Defaults(const Params& params) { return ToObject(params.defaults_); }

void SavedParams::Restore(const json::Object& defaults, const json::Object& set, Params& params) {
  // Defaults that are not saved (an older version did not have them) stay as the class has them.
  Restore(defaults, params, params.defaults_);
  params.set_.clear();
  Restore(set, params, params.set_);
}

void SavedParams::Restore(const json::Object& saved, Params& params, Params::Values& values) {
  for (const auto& [name, value] : saved) {
    const auto found = params.params_.find(name);
    if (found == params.params_.end()) throw Exception(CorruptData("Parameter does not exist: \"" + name + "\" of " + params.uid()));
    params.SetValue(values, *found->second, OrThrow(found->second->FromJson(value)));
  }
}

}  // namespace sagespark::ml
