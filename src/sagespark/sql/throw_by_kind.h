#pragma once

#include <utility>

#include "sagespark/sql/exceptions.h"

namespace sagespark::sql {

/// Throws what Spark would: an AnalysisException when the request itself cannot be, a SparkException when running it failed.
[[noreturn]] inline void ThrowByKind(Error error) {
  switch (error.kind()) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kSchemaMismatch:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kUnimplemented: throw AnalysisException(std::move(error));
    default: throw SparkException(std::move(error));
  }
}

template <typename T>
T OrThrowByKind(Result<T> result) {
  if (!result.ok()) ThrowByKind(std::move(result).error());
  return *std::move(result);
}

}  // namespace sagespark::sql
