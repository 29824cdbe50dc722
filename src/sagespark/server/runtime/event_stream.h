#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sagespark::server {

/// One message of an application/vnd.amazon.eventstream: length, headers of type string, payload, checksums.
/// Source: "Event Stream Specification", smithy.io.
std::string EventStreamMessage(const std::vector<std::pair<std::string_view, std::string_view>>& headers, std::string_view payload);

/// The event `type` ("PayloadPart") with bytes.
std::string PayloadEvent(std::string_view type, std::string_view bytes);

/// The exception `type` ("ModelStreamError") with a JSON object.
std::string ExceptionEvent(std::string_view type, std::string_view json);

}  // namespace sagespark::server
