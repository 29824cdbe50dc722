#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "sagespark/base/cancellation.h"
#include "sagespark/http/worker_pool.h"
#include "sagespark/server/hosting/endpoints.h"
#include "sagespark/server/jobs/object_access.h"
#include "sagespark/server/records/record_store.h"

namespace sagespark::server {

/// A request to an asynchronous endpoint. Places are S3 URIs.
struct AsyncInvocation {
  std::string account_id;
  std::string endpoint;
  std::string input;
  std::string output;
  std::string failure;  ///< Where an error's text goes; empty for nowhere.
  std::string content_type;
  std::string accept;             ///< Empty for none, as the next two.
  std::string custom_attributes;
  std::string inference_id;
  int64_t expires = 0;  ///< Milliseconds since 1970: it is not begun later.
};

/// Asks endpoints for what was accepted, a few requests at a time; answers and errors become objects. What was accepted is kept until it is
/// answered, also over a restart. Thread-safe.
class AsyncInvocations {
 public:
  static constexpr int kMostWaiting = 1000;

  /// What is given must outlive this. What was left of `folder` is removed, and what a server that ended had accepted is done.
  static Result<std::unique_ptr<AsyncInvocations>> Open(std::filesystem::path folder, RecordStore& records, ObjectAccess& objects,
                                                        Endpoints& endpoints);

  /// Leaves what is not done to the next server.
  ~AsyncInvocations();

  /// How many were accepted and are not yet answered.
  int waiting() const { return waiting_; }

  /// Accepts a request, durably. Fails with kThrottled when kMostWaiting wait.
  Status Add(const AsyncInvocation& invocation);

 private:
  AsyncInvocations(std::filesystem::path folder, RecordStore& records, ObjectAccess& objects, Endpoints& endpoints)
      : folder_(std::move(folder)), records_(records), objects_(objects), endpoints_(endpoints) {}
  void Submit(std::string id);
  Status Run(const std::string& id);
  Status Ask(const AsyncInvocation& invocation, const std::filesystem::path& input, const std::filesystem::path& output);
  Status TryOnce(const AsyncInvocation& invocation, const std::filesystem::path& input, const std::filesystem::path& output);
  Status StoreFailure(const AsyncInvocation& invocation, const Error& error, const std::filesystem::path& scratch);

  const std::filesystem::path folder_;
  RecordStore& records_;
  ObjectAccess& objects_;
  Endpoints& endpoints_;
  CancellationSource cancellation_;
  std::atomic<int> waiting_ = 0;
  http::WorkerPool workers_{4};  ///< Last: its threads use all of the above.
};

}  // namespace sagespark::server
