#include "sagespark/server/runtime/event_stream.h"

#include <cstdint>

#include "sagespark/base/digest.h"

namespace sagespark::server {
namespace {

constexpr char kStringType = 7;
constexpr size_t kPreludeBytes = 12;  // Both lengths and their checksum.
constexpr size_t kChecksumBytes = 4;

void AppendBigEndian(uint64_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

/// Of all that is there so far.
void AppendChecksum(std::string& out) { out += DigestOf(DigestAlgorithm::kCrc32, out); }

}  // namespace

std::string EventStreamMessage(const std::vector<std::pair<std::string_view, std::string_view>>& headers, std::string_view payload) {
  std::string fields;
  for (const auto& [name, value] : headers) {
    AppendBigEndian(name.size(), 1, fields);
    fields.append(name).push_back(kStringType);
    AppendBigEndian(value.size(), 2, fields);
    fields.append(value);
  }
  std::string message;
  message.reserve(kPreludeBytes + fields.size() + payload.size() + kChecksumBytes);
  AppendBigEndian(kPreludeBytes + fields.size() + payload.size() + kChecksumBytes, 4, message);
  AppendBigEndian(fields.size(), 4, message);
  AppendChecksum(message);
  message.append(fields).append(payload);
  AppendChecksum(message);
  return message;
}

std::string PayloadEvent(std::string_view type, std::string_view bytes) {
  return EventStreamMessage({{":event-type", type}, {":content-type", "application/octet-stream"}, {":message-type", "event"}}, bytes);
}

std::string ExceptionEvent(std::string_view type, std::string_view json) {
  return EventStreamMessage({{":exception-type", type}, {":content-type", "application/json"}, {":message-type", "exception"}}, json);
}

}  // namespace sagespark::server
