#include "sagespark/server/jobs/pipe_feeder.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <span>
#include <vector>

#include "sagespark/base/archive/gunzip.h"
#include "sagespark/codec/recordio.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = 256 << 10;
constexpr milliseconds kReaderPause{2};

std::string PipePath(const PipeInput& input, int64_t epoch) { return input.pipe.string() + "_" + std::to_string(epoch); }

/// Writes to a pipe without a reader must fail, not end the process.
void BlockBrokenPipeSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Error Stopped() { return Cancelled("The training job ends"); }

std::string RecordIoHeader(uint32_t size) {
  std::string header(codec::kRecordIoHeaderSize, '\0');
  for (size_t i = 0; i < sizeof(uint32_t); ++i) {
    header[i] = static_cast<char>(codec::kRecordIoMagic >> (8 * i));
    header[sizeof(uint32_t) + i] = static_cast<char>(size >> (8 * i));
  }
  return header;
}

}  // namespace

Result<std::unique_ptr<PipeFeeder>> PipeFeeder::Start(PipeInput input, ObjectAccess& objects, std::function<void(const Error&)> on_error) {
  std::unique_ptr<PipeFeeder> feeder(new PipeFeeder(std::move(input), objects));
  SAGESPARK_RETURN_IF_ERROR(feeder->MakePipe(0));
  feeder->thread_ = std::thread([me = feeder.get(), on_error = std::move(on_error)] {
    BlockBrokenPipeSignal();
    const Status fed = me->FeedEpochs();
    if (!fed.ok() && fed.error().kind() != ErrorKind::kCancelled) on_error(fed.error());
    me->pipe_.Close();  // After the word that data are missing: a reader must not take them for all.
  });
  return feeder;
}

PipeFeeder::~PipeFeeder() {
  stop_.Signal();
  if (thread_.joinable()) thread_.join();
}

Status PipeFeeder::MakePipe(int64_t epoch) {
  const std::string path = PipePath(input_, epoch);
  return mkfifo(path.c_str(), 0600) == 0 ? Status::Ok() : Status(IoError("Cannot make a pipe: " + path, errno));
}

Status PipeFeeder::FeedEpochs() {
  for (int64_t epoch = 0;; ++epoch) {
    SAGESPARK_RETURN_IF_ERROR(OpenForReader(epoch));
    // Before the reader sees this one's end: it may open the next at once.
    SAGESPARK_RETURN_IF_ERROR(MakePipe(epoch + 1));
    SAGESPARK_RETURN_IF_ERROR(FeedEpoch(epoch));
    pipe_.Close();
    unlink(PipePath(input_, epoch).c_str());
  }
}

Status PipeFeeder::OpenForReader(int64_t epoch) {
  const std::string path = PipePath(input_, epoch);
  while (true) {
    pipe_ = FileDescriptor(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (pipe_) break;
    if (errno != ENXIO) return IoError("Cannot open a pipe: " + path, errno);
    if (StopsWithin(kReaderPause)) return Stopped();
  }
  reader_is_gone_ = false;
  return Status::Ok();
}

bool PipeFeeder::StopsWithin(milliseconds duration) const {
  pollfd wait{stop_.fd(), POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(duration.count())) > 0;
}

Status PipeFeeder::FeedEpoch(int64_t epoch) {
  const auto& source = *input_.channel.data_source.s3_data_source;
  const bool sharded = source.s3_data_distribution_type == aws::sagemaker::s3_data_distribution::kShardedByS3Key;
  size_t count = 0;
  const Status fed = ListChannel(input_.channel, epoch, input_.role_arn, input_.region, objects_, [&](const InputObject& object) -> Status {
    const bool is_mine = !sharded || count++ % input_.hosts == input_.host;
    return is_mine ? FeedObject(object) : Status::Ok();
  });
  return reader_is_gone_ ? Status::Ok() : fed;
}

Status PipeFeeder::FeedObject(const InputObject& object) {
  auto source = objects_.Open(object.bucket, object.key);
  if (!source.ok()) return NotFound("ClientError: Data download failed:No such S3 object: s3://" + object.bucket + "/" + object.key);
  codec::ByteSource bytes = *std::move(source);
  if (input_.channel.compression_type == "Gzip") bytes = archive::Gunzip(std::move(bytes));
  const Status fed = input_.channel.record_wrapper_type == "RecordIO" ? FeedWrapped(std::move(bytes)) : FeedBytes(bytes);
  if (fed.ok() || (fed.error().kind() != ErrorKind::kCorruptData && fed.error().kind() != ErrorKind::kResourceLimit)) return fed;
  return Error(fed.error().kind(), "ClientError: Data download failed:" + fed.error().message() + ": s3://" + object.bucket + "/" + object.key);
}

/// A record's length stands before it, so the object is spooled to a file first.
Status PipeFeeder::FeedWrapped(codec::ByteSource source) {
  std::vector<char> buffer(kBufferBytes);
  size_t size = 0;
  {
    std::ofstream spool(input_.scratch, std::ios::binary | std::ios::trunc);
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source(buffer));
      if (count == 0) break;
      spool.write(buffer.data(), static_cast<std::streamsize>(count));
      if ((size += count) > codec::kMaxRecordSize) return ResourceLimit("Object is too long for a RecordIO record");
    }
    spool.close();
    if (!spool) return Error(ErrorKind::kIo, "Cannot write an object's bytes: " + input_.scratch.string());
  }
  SAGESPARK_RETURN_IF_ERROR(Write(RecordIoHeader(static_cast<uint32_t>(size))));
  std::ifstream spooled(input_.scratch, std::ios::binary);
  SAGESPARK_RETURN_IF_ERROR(FeedBytes([&](std::span<char> piece) -> Result<size_t> {
    spooled.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    return static_cast<size_t>(spooled.gcount());
  }));
  return Write(std::string(codec::RecordIoPadding(size), '\0'));
}

Status PipeFeeder::FeedBytes(const codec::ByteSource& source) {
  std::vector<char> buffer(kBufferBytes);
  while (true) {
    SAGESPARK_ASSIGN_OR_RETURN(const size_t count, source(buffer));
    if (count == 0) return Status::Ok();
    SAGESPARK_RETURN_IF_ERROR(Write({buffer.data(), count}));
  }
}

Status PipeFeeder::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wait[] = {{pipe_.get(), POLLOUT, 0}, {stop_.fd(), POLLIN, 0}};
    if (poll(wait, 2, -1) < 0) continue;  // Interrupted.
    if (wait[1].revents != 0) return Stopped();
    const ssize_t written = write(pipe_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      reader_is_gone_ = true;
      return Cancelled("The reader closed the pipe");
    } else if (errno != EAGAIN && errno != EINTR) {
      return IoError("Cannot write to a pipe", errno);
    }
  }
  return Status::Ok();
}

}  // namespace sagespark::server
