#include "sagespark/server/transform/object_transform.h"

#include <deque>
#include <future>
#include <memory>

namespace sagespark::server {
namespace {

struct GiveBack {
  void operator()(RequestSlots* slots) const { slots->GiveBack(); }
};
using TakenSlot = std::unique_ptr<RequestSlots, GiveBack>;

struct UnderWay {
  TakenSlot slot;
  std::future<Result<std::string>> reply;
};

Status WriteFirst(std::deque<UnderWay>& under_way, bool lines, std::ostream& out) {
  UnderWay first = std::move(under_way.front());
  under_way.pop_front();
  auto reply = first.reply.get();
  SAGESPARK_RETURN_IF_ERROR(reply.status());
  if (lines && !reply->empty() && !reply->ends_with('\n')) *reply += '\n';
  out.write(reply->data(), static_cast<std::streamsize>(reply->size()));
  return out ? Status::Ok() : Status(Error(ErrorKind::kIo, "Output of the transform job cannot be written"));
}

}  // namespace

bool RequestSlots::TryTake() {
  const std::lock_guard lock(mutex_);
  if (free_ == 0) return false;
  --free_;
  return true;
}

void RequestSlots::Take() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [&] { return free_ > 0; });
  --free_;
}

void RequestSlots::GiveBack() {
  const std::lock_guard lock(mutex_);
  ++free_;
  given_back_.notify_one();
}

Status TransformObject(PayloadReader payloads, RequestSlots& slots, const SendPayload& send, bool lines, std::ostream& out) {
  std::deque<UnderWay> under_way;
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(auto payload, payloads.Next());
    if (!payload) break;
    // Waiting for a slot of another object's while this one's are full could be waiting for each other.
    while (!slots.TryTake()) {
      if (under_way.empty()) {
        slots.Take();
        break;
      }
      SAGESPARK_RETURN_IF_ERROR(WriteFirst(under_way, lines, out));
    }
    TakenSlot slot(&slots);
    auto reply = std::async(std::launch::async, [&send, body = *std::move(payload)] { return send(body); });
    under_way.push_back({std::move(slot), std::move(reply)});
  }
  while (!under_way.empty()) SAGESPARK_RETURN_IF_ERROR(WriteFirst(under_way, lines, out));
  return Status::Ok();
}

}  // namespace sagespark::server
