#include "sagespark/server/transform/payload_reader.h"

namespace sagespark::server {

Result<std::optional<Payload>> PayloadReader::Next() {
  Payload payload{.body = std::exchange(held_, {})};
  payload.records = payload.body.empty() ? 0 : 1;
  while (!single_record_ || payload.records == 0) {
    SAGESPARK_ASSIGN_OR_RETURN(const auto record, splitter_.Next());
    if (!record) break;
    if (payload.records > 0 && payload.body.size() + record->size() > max_payload_bytes_) {
      held_ = *record;
      break;
    }
    payload.body += *record;
    ++payload.records;
  }
  if (payload.records == 0) return std::optional<Payload>();
  return std::optional(std::move(payload));
}

}  // namespace sagespark::server
