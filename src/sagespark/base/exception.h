#pragma once

#include <stdexcept>
#include <utility>

#include "sagespark/base/result.h"

namespace sagespark {

/// What the facades (sql, ml, sagemaker) throw: an Error, its message as what().
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.message()), error_(std::move(error)) {}

  const Error& error() const { return error_; }
  ErrorKind kind() const { return error_.kind(); }

 private:
  Error error_;
};

/// The value of `result`, or its error thrown.
template <typename T>
T OrThrow(Result<T> result) {
  if (!result.ok()) throw Exception(std::move(result).error());
  return *std::move(result);
}

inline void OrThrow(Status status) {
  if (!status.ok()) throw Exception(std::move(status).error());
}

}  // namespace sagespark
