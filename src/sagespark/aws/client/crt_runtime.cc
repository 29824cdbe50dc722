#include "sagespark/aws/client/crt_runtime.h"

#include <aws/auth/auth.h>
#include <aws/common/allocator.h>
#include <aws/io/channel_bootstrap.h>
#include <aws/io/event_loop.h>
#include <aws/io/host_resolver.h>
#include <unistd.h>

#include <mutex>
#include <vector>

namespace sagespark::aws::crt {
namespace {

// Two threads move bytes between sockets and buffers; hashing, encoding and parsing run on the callers' threads.
constexpr uint16_t kEventLoops = 2;
constexpr size_t kMaxResolvedHosts = 64;

Runtime MakeRuntime() {
  InitializeLibrary();
  aws_allocator* allocator = aws_default_allocator();
  aws_event_loop_group* loops = aws_event_loop_group_new_default(allocator, kEventLoops, nullptr);
  const aws_host_resolver_default_options resolver_options{.max_entries = kMaxResolvedHosts, .el_group = loops};
  aws_host_resolver* resolver = aws_host_resolver_new_default(allocator, &resolver_options);
  const aws_client_bootstrap_options options{.event_loop_group = loops, .host_resolver = resolver};
  return {.bootstrap = aws_client_bootstrap_new(allocator, &options), .process = ::getpid()};
}

}  // namespace

void InitializeLibrary() {
  static const bool initialized = [] {
    aws_auth_library_init(aws_default_allocator());  // Brings http, io, cal, sdkutils and common along.
    return true;
  }();
  static_cast<void>(initialized);
}

const Runtime& GetRuntime() {
  static std::mutex mutex;
  // Never freed: event loops may still run while the process ends, and a forked child must not touch its parent's.
  static const Runtime* runtime = nullptr;
  static std::vector<const Runtime*>* kept = new std::vector<const Runtime*>();
  std::lock_guard lock(mutex);
  if (runtime == nullptr || runtime->process != ::getpid()) {
    runtime = new Runtime(MakeRuntime());
    kept->push_back(runtime);
  }
  return *runtime;
}

}  // namespace sagespark::aws::crt
