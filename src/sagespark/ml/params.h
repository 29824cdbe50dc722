#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/ml/param.h"

namespace sagespark::ml {

class Params;

/// Values for parameters of given stages, Spark's ParamMap: what fit(data, extra) and copy(extra) take.
class ParamMap {
 public:
  /// Sets `param` of `parent` to `value`, in place of an older value. Throws when it is out of range.
  template <typename T>
  ParamMap& put(const Params& parent, const Param<T>& param, std::type_identity_t<T> value);

  bool contains(const Params& parent, const ParamBase& param) const;
  size_t size() const { return values_.size(); }

  /// By the stage's uid and the parameter's name.
  const std::map<std::pair<std::string, std::string>, ParamValue>& values() const { return values_; }

 private:
  friend class Params;
  std::map<std::pair<std::string, std::string>, ParamValue> values_;
};

/// Something with a unique identifier and parameters that have defaults and may be set; Spark's Params.
///
/// A subclass declares its parameters in its constructor and offers setX and getX. Copies have the same uid.
class Params {
 public:
  virtual ~Params() = default;

  const std::string& uid() const { return uid_; }

  /// The declared parameters, by name.
  std::vector<const ParamBase*> params() const;

  bool hasParam(std::string_view name) const { return params_.find(name) != params_.end(); }
  bool isSet(const ParamBase& param) const { return set_.count(param.name()) > 0; }
  bool hasDefault(const ParamBase& param) const { return defaults_.count(param.name()) > 0; }
  bool isDefined(const ParamBase& param) const { return isSet(param) || hasDefault(param); }

  /// The value set, else the default. Throws kNotFound, naming the parameter, when there is neither.
  template <typename T>
  T getOrDefault(const Param<T>& param) const {
    return std::get<T>(ValueOf(param));
  }

  /// Takes back what was set; the default stays.
  void clear(const ParamBase& param) { set_.erase(param.name()); }

  /// "k: The number of clusters to create. (current: 10)", as Spark words it.
  std::string explainParam(const ParamBase& param) const;

  /// One line for each parameter.
  std::string explainParams() const;

  /// Defaults, overlaid by what was set, overlaid by `extra`'s values for this uid.
  ParamMap extractParamMap(const ParamMap& extra = {}) const;

 protected:
  explicit Params(std::string uid) : uid_(std::move(uid)) {}
  Params(const Params&) = default;
  Params& operator=(const Params&) = default;

  /// Adds parameters, which live as long as the program (static members).
  void declare(std::initializer_list<const ParamBase*> params);

  template <typename T>
  void set(const Param<T>& param, std::type_identity_t<T> value) {
    SetValue(set_, param, std::move(value));
  }
  template <typename T>
  void setDefault(const Param<T>& param, std::type_identity_t<T> value) {
    SetValue(defaults_, param, std::move(value));
  }

  /// Takes `from`'s values and defaults of the parameters that both have, as a model takes its estimator's.
  void copyValues(const Params& from);

  /// Sets `extra`'s values for this uid. Throws kInvalidArgument on a name that was not declared.
  void setAll(const ParamMap& extra);

 private:
  friend class SavedParams;
  using Values = std::map<std::string, ParamValue, std::less<>>;

  void SetValue(Values& values, const ParamBase& param, ParamValue value);
  const ParamValue& ValueOf(const ParamBase& param) const;

  std::string uid_;
  std::map<std::string, const ParamBase*, std::less<>> params_;
  Values defaults_;
  Values set_;
};

template <typename T>
ParamMap& ParamMap::put(const Params& parent, const Param<T>& param, std::type_identity_t<T> value) {
  param.Validate(value);
  values_[{parent.uid(), param.name()}] = std::move(value);
  return *this;
}

}  // namespace sagespark::ml
