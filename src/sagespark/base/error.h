#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sagespark {

/// What went wrong, as far as a caller may act on it.
enum class ErrorKind {
  kInvalidArgument,   ///< The caller's value does not fit: a parameter, option or name.
  kSchemaMismatch,    ///< A column is absent or of the wrong type.
  kCorruptData,       ///< Bytes that do not parse, NaN or infinity where none may be.
  kNotFound,          ///< A named thing does not exist.
  kAlreadyExists,     ///< A named thing exists already.
  kConflict,          ///< The thing is in a state that forbids this, or a precondition failed.
  kUnauthenticated,   ///< No or wrong credentials.
  kPermissionDenied,  ///< Known credentials without the right.
  kResourceLimit,     ///< Over a size, count or quota.
  kThrottled,         ///< Asked too often: retry later.
  kUnavailable,       ///< A passing fault: connection cut or refused, a 5xx reply.
  kTimeout,           ///< A deadline passed.
  kCancelled,         ///< The caller asked to stop.
  kModelError,        ///< The model's container answered with an error.
  kIo,                ///< The operating system refused: disk full, no such device.
  kUnimplemented,     ///< Not offered here.
  kInternal,          ///< A defect of this library.
};

/// The kind's name as in the enum without the k: "InvalidArgument".
std::string_view ErrorKindName(ErrorKind kind);

/// A kind, a message for people (fixed words first, values last; never a credential or a payload) and, where
/// a service answered, its own error code ("NoSuchBucket").
class Error {
 public:
  Error(ErrorKind kind, std::string message, std::string code = {})
      : kind_(kind), message_(std::move(message)), code_(std::move(code)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& code() const { return code_; }

  /// Returns this error with `context` and ": " in front of its message.
  Error WithContext(std::string_view context) const {
    return Error(kind_, std::string(context) + ": " + message_, code_);
  }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string code_;
};

inline Error InvalidArgument(std::string message) { return {ErrorKind::kInvalidArgument, std::move(message)}; }
inline Error SchemaMismatch(std::string message) { return {ErrorKind::kSchemaMismatch, std::move(message)}; }
inline Error CorruptData(std::string message) { return {ErrorKind::kCorruptData, std::move(message)}; }
inline Error NotFound(std::string message) { return {ErrorKind::kNotFound, std::move(message)}; }
inline Error AlreadyExists(std::string message) { return {ErrorKind::kAlreadyExists, std::move(message)}; }
inline Error Conflict(std::string message) { return {ErrorKind::kConflict, std::move(message)}; }
inline Error ResourceLimit(std::string message) { return {ErrorKind::kResourceLimit, std::move(message)}; }
inline Error Unavailable(std::string message) { return {ErrorKind::kUnavailable, std::move(message)}; }
inline Error TimedOut(std::string message) { return {ErrorKind::kTimeout, std::move(message)}; }
inline Error Cancelled(std::string message) { return {ErrorKind::kCancelled, std::move(message)}; }
inline Error Unimplemented(std::string message) { return {ErrorKind::kUnimplemented, std::move(message)}; }
inline Error InternalError(std::string message) { return {ErrorKind::kInternal, std::move(message)}; }

/// kIo with the text of `error_number` (an errno value) behind `what`.
Error IoError(std::string_view what, int error_number);

}  // namespace sagespark
