#pragma once

#include "sagespark/base/exception.h"

namespace sagespark::sql {

/// What actions throw: a file that does not parse, a service that fails.
using SparkException = sagespark::Exception;

/// A plan that cannot be: an unknown column or format, a path that does not exist, a save mode that forbids.
class AnalysisException : public SparkException {
 public:
  using SparkException::SparkException;
};

/// The value, or its error thrown as an AnalysisException.
template <typename T>
T OrThrowAnalysis(Result<T> result) {
  if (!result.ok()) throw AnalysisException(std::move(result).error());
  return *std::move(result);
}

inline void OrThrowAnalysis(Status status) {
  if (!status.ok()) throw AnalysisException(std::move(status).error());
}

}  // namespace sagespark::sql
