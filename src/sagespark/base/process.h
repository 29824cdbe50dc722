#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sagespark/base/clock.h"
#include "sagespark/base/result.h"

namespace sagespark {

/// Closes a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

/// Ends a wait in another thread. Stays signalled until Clear.
class Wakeup {
 public:
  Wakeup();
  void Signal() const;
  void Clear() const;
  int fd() const { return fd_.get(); }

 private:
  FileDescriptor fd_;
};

struct ProcessOptions {
  std::vector<std::string> arguments;    ///< [0] is the executable's path.
  std::vector<std::string> environment;  ///< "NAME=value"; nothing is inherited.
  std::string working_directory;         ///< Empty: the parent's.
  /// Runs in the child before the program does and before the working directory is entered. It may make system calls and nothing
  /// else (no memory, no locks): the child is a copy with one thread. False, with errno set, fails the start.
  std::function<bool()> child_setup;
};

/// How a process ended.
struct ProcessExit {
  int exit_code = 0;  ///< When `signal` is 0.
  int signal = 0;

  bool ok() const { return exit_code == 0 && signal == 0; }
  /// "exit code 1" or "signal 9 (Killed)".
  std::string ToString() const;
};

enum class ProcessEvent { kOutput, kExited, kWoken, kTimeout };

/// A child process that leads its own process group and dies with this process, also when that is killed.
/// Standard input is empty; standard output and error come as one stream. Nothing else is open in it.
class Process {
 public:
  /// Starts a program. Fails with kNotFound or kIo, naming the executable, when it cannot be executed.
  static Result<std::unique_ptr<Process>> Start(const ProcessOptions& options);

  /// Kills the whole group when the process still runs; leaves no zombie.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  /// Sends a signal to the whole group; nothing when the process has ended. Thread-safe.
  void SignalGroup(int signal);

  /// Waits for a wakeup, the deadline, output or the process's end; of several that are there the first in that order, so that a child
  /// that writes without pause puts off nothing.
  /// Output is appended to `output`, at most 64 KiB a call; kExited comes when all output of a process that ended was read
  /// (what its own children still write is not waited for).
  ProcessEvent WaitForEvent(const Wakeup& wakeup, const Deadline& deadline, std::string& output);

  /// Waits for the end, ends what is left of the group, and returns how it ended.
  ProcessExit Wait();

 private:
  Process(pid_t pid, FileDescriptor output, FileDescriptor exited);
  /// Appends what can be read at once. False at the end of the stream or when nothing is there.
  bool ReadOutput(std::string& output);

  const pid_t pid_;
  FileDescriptor output_;
  FileDescriptor exited_;  ///< A pidfd.
  std::mutex mutex_;
  std::optional<ProcessExit> exit_;  ///< Set once reaped: from then on pid_ may be another's.
};

}  // namespace sagespark
