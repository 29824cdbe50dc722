#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::container {

/// What a body or a channel holds: "text/csv;label_size=0".
struct MediaType {
  std::string type;  ///< Lower case, without parameters: "text/csv". "*/*" in Accept.
  std::vector<std::pair<std::string, std::string>> parameters;  ///< Names in lower case, in order.

  /// The parameter of that name, or null.
  const std::string* Find(std::string_view name) const;
};

inline constexpr std::string_view kRecordIoProtobuf = "application/x-recordio-protobuf";
inline constexpr std::string_view kCsv = "text/csv";
inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kJsonLines = "application/jsonlines";

/// Parses one media type of RFC 9110, parameter values quoted or not. Fails with kInvalidArgument.
Result<MediaType> ParseMediaType(std::string_view text);

/// Splits an Accept header at its commas; ordered by their q values, equal ones as written, q=0 left out.
Result<std::vector<MediaType>> ParseAccept(std::string_view text);

/// Whether `accepted` ("*/*", "text/*" or a full type) takes `type`.
bool Accepts(const MediaType& accepted, std::string_view type);

/// "text/csv, application/json".
std::string ListTypes(std::span<const std::string_view> types);

}  // namespace sagespark::container
