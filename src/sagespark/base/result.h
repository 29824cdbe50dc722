#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "sagespark/base/error.h"

namespace sagespark {

/// Success, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: errors return as they are.

  static Status Ok() { return {}; }

  bool ok() const { return !error_.has_value(); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

/// A T, or an Error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Error error) : value_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  template <typename U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : value_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

  bool ok() const { return value_.index() == 0; }
  const Error& error() const& { return std::get<1>(value_); }
  Error&& error() && { return std::get<1>(std::move(value_)); }
  Status status() const { return ok() ? Status() : Status(error()); }

  T& operator*() & { return *std::get_if<0>(&value_); }
  const T& operator*() const& { return *std::get_if<0>(&value_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&value_)); }
  T* operator->() { return std::get_if<0>(&value_); }
  const T* operator->() const { return std::get_if<0>(&value_); }

 private:
  std::variant<T, Error> value_;
};

namespace internal {
[[noreturn]] inline void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}
}  // namespace internal

}  // namespace sagespark

#define SAGESPARK_CONCAT_INNER(a, b) a##b
#define SAGESPARK_CONCAT(a, b) SAGESPARK_CONCAT_INNER(a, b)

/// Returns the error of a Status (or Result) expression from the enclosing function.
#define SAGESPARK_RETURN_IF_ERROR(expression)                                             \
  do {                                                                                    \
    if (auto sagespark_status = (expression); !sagespark_status.ok()) [[unlikely]]        \
      return std::move(sagespark_status).error();                                         \
  } while (false)

/// Assigns the value of a Result expression to `target` (which may declare), or returns its error.
#define SAGESPARK_ASSIGN_OR_RETURN(target, expression) \
  SAGESPARK_ASSIGN_OR_RETURN_AS(SAGESPARK_CONCAT(sagespark_result_, __LINE__), target, expression)
#define SAGESPARK_ASSIGN_OR_RETURN_AS(result, target, expression)      \
  auto result = (expression);                                         \
  if (!result.ok()) [[unlikely]] return std::move(result).error();    \
  target = *std::move(result)

/// Ends the process when a condition that only a defect can break does not hold.
#define SAGESPARK_CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::sagespark::internal::CheckFailed(#condition, __FILE__, __LINE__))

/// SAGESPARK_CHECK in debug builds only.
#ifdef NDEBUG
#define SAGESPARK_DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define SAGESPARK_DCHECK(condition) SAGESPARK_CHECK(condition)
#endif
