#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/server/transform/payload_reader.h"

namespace sagespark::server {

/// Bounds the requests to an instance that are under way or whose replies wait to be written. Thread-safe.
class RequestSlots {
 public:
  explicit RequestSlots(int64_t count) : free_(count) {}

  bool TryTake();
  void Take();
  void GiveBack();

 private:
  std::mutex mutex_;
  std::condition_variable given_back_;
  int64_t free_;  ///< Guarded by mutex_.
};

/// Sends a payload and returns the reply's body. Called on several threads at a time.
using SendPayload = std::function<Result<std::string>(const Payload& payload)>;

/// Transforms one object: sends its payloads, each in a slot of its own, and writes the replies to `out` in the payloads' order, with
/// `lines` each ended by a line end. Replies that wait for an earlier one keep their slots, so that memory is bounded by the slots.
/// Fails with the first error in that order.
Status TransformObject(PayloadReader payloads, RequestSlots& slots, const SendPayload& send, bool lines, std::ostream& out);

}  // namespace sagespark::server
