#pragma once

#include <string>

#include "sagespark/aws/client/config.h"
#include "sagespark/base/cancellation.h"
#include "sagespark/base/clock.h"
#include "sagespark/base/error.h"

namespace sagespark::sagemaker {

/// How long to wait between two looks at a job or endpoint.
class PollSchedule {
 public:
  /// Every 5 s against AWS, as the original; against an endpoint on this machine from 20 ms, half as much more each time, to 200 ms.
  static PollSchedule For(const aws::ClientConfig& config);

  /// Waits until it is time for the next look. Returns kCancelled as soon as the token is cancelled.
  Status Wait(const Clock& clock, const CancellationToken& cancellation);

  /// How long all waits together took.
  milliseconds waited() const { return waited_; }

 private:
  PollSchedule(milliseconds first, milliseconds longest) : next_(first), longest_(longest) {}
  milliseconds next_;
  milliseconds longest_;
  milliseconds waited_{0};
};

/// "waited 1.31 s", for progress lines.
std::string WaitedText(const PollSchedule& schedule);

/// Whether looking again may help: the network failed, or the service was busy.
bool IsPassing(const Error& error);

/// After so many failed looks in a row, each retried by the client, waiting ends.
inline constexpr int kMostFailedPolls = 10;

}  // namespace sagespark::sagemaker
