#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "sagespark/aws/model/sagemaker.h"
#include "sagespark/base/process.h"
#include "sagespark/server/jobs/input_objects.h"
#include "sagespark/server/jobs/object_access.h"

namespace sagespark::server {

/// What of a channel's data one host gets as pipes.
struct PipeInput {
  aws::sagemaker::Channel channel;
  std::string role_arn;
  std::string region;
  size_t host = 0;   ///< With ShardedByS3Key it gets each `hosts`-th object, from the `host`-th.
  size_t hosts = 1;
  std::filesystem::path pipe;     ///< "/opt/ml/input/data/CHANNEL"; "_0", "_1" ... follow.
  std::filesystem::path scratch;  ///< A file that may be made meanwhile.
};

/// Feeds a channel to a container by Pipe mode: the named pipe CHANNEL_0 gives the bytes of all objects, one behind the other, then
/// ends; CHANNEL_1, made as soon as the reader opened CHANNEL_0, the same again, and so on. A reader may close a pipe early.
/// With a ShuffleConfig each epoch has an order of its own. Objects are unpacked with CompressionType Gzip, and each is one RecordIO record with RecordWrapperType RecordIO. Nothing but
/// a buffer is in memory.
/// Source: "How Amazon SageMaker Provides Training Information", Amazon SageMaker guide.
class PipeFeeder {
 public:
  /// Makes the first pipe, then feeds on a thread of its own, which calls `on_error` once when data cannot be read.
  /// `objects` must outlive it.
  static Result<std::unique_ptr<PipeFeeder>> Start(PipeInput input, ObjectAccess& objects, std::function<void(const Error&)> on_error);

  /// Ends at once.
  ~PipeFeeder();

 private:
  PipeFeeder(PipeInput input, ObjectAccess& objects) : input_(std::move(input)), objects_(objects) {}

  Status MakePipe(int64_t epoch);
  Status FeedEpochs();
  Status FeedEpoch(int64_t epoch);
  Status FeedObject(const InputObject& object);
  Status FeedWrapped(codec::ByteSource source);
  Status FeedBytes(const codec::ByteSource& source);
  Status OpenForReader(int64_t epoch);
  Status Write(std::string_view bytes);
  bool StopsWithin(milliseconds duration) const;

  const PipeInput input_;
  ObjectAccess& objects_;
  FileDescriptor pipe_;
  bool reader_is_gone_ = false;  ///< From the current epoch's pipe.
  const Wakeup stop_;
  std::thread thread_;  ///< Last: it uses all of the above.
};

}  // namespace sagespark::server
