#pragma once

#include "sagespark/base/json/value.h"
#include "sagespark/ml/params.h"

namespace sagespark::ml {

/// The values of a stage's parameters as JSON, by name.
class SavedParams {
 public:
  static json::Object Set(const Params& params);
  static json::Object Defaults(const Params& params);

  /// Gives `params` exactly these values. Throws kCorruptData on a parameter that it does not have or of another type, and
  /// kInvalidArgument on a value out of range.
  static void Restore(const json::Object& defaults, const json::Object& set, Params& params);

 private:
  static void Restore(const json::Object& saved, Params& params, Params::Values& values);
};

}  // namespace sagespark::ml
