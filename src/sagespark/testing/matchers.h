#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "sagespark/base/result.h"

namespace sagespark {

inline void PrintTo(const Status& status, std::ostream* out) {
  *out << (status.ok() ? "Ok" : std::string(ErrorKindName(status.error().kind())) + ": " + status.error().message());
}

template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (!result.ok()) return PrintTo(result.status(), out);
  *out << "Ok(" << testing::PrintToString(*result) << ")";
}

/// Matches a Status or Result that is ok.
MATCHER(IsOk, "is ok") { return arg.ok(); }

/// Matches a Status or Result with an error of `kind` whose message matches `message` (text or matcher).
MATCHER_P2(IsError, kind, message,
           "is an error " + std::string(ErrorKindName(kind)) + " whose message " +
               testing::DescribeMatcher<std::string>(message)) {
  if (arg.ok()) return false;
  return arg.error().kind() == kind && testing::ExplainMatchResult(message, arg.error().message(), result_listener);
}

/// Matches a Result with a value that matches `inner`.
MATCHER_P(HasValue, inner, "has a value") {
  return arg.ok() && testing::ExplainMatchResult(inner, *arg, result_listener);
}

}  // namespace sagespark

#define ASSERT_OK(expression) ASSERT_THAT((expression), ::sagespark::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT((expression), ::sagespark::IsOk())
#define ASSERT_OK_AND_ASSIGN(target, expression) \
  ASSERT_OK_AND_ASSIGN_AS(SAGESPARK_CONCAT(sagespark_result_, __LINE__), target, expression)
#define ASSERT_OK_AND_ASSIGN_AS(result, target, expression)                          \
  auto result = (expression);                                                       \
  ASSERT_TRUE(result.ok()) << ::sagespark::ErrorKindName(result.error().kind()) << ": " \
                           << result.error().message();                             \
  target = *std::move(result)
