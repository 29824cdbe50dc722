#include "sagespark/base/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <thread>

namespace sagespark {
namespace {

/// Runs functions on one thread that lives as long as the process. The kernel sends a child its parent-death signal when
/// the *thread* that forked it ends, so children are forked here and not on the threads that ask for them.
class ForkThread {
 public:
  static ForkThread& Instance() {
    static ForkThread& instance = *new ForkThread();  // Never destroyed: its thread outlives main.
    return instance;
  }

  void Run(std::function<void()> function) {
    std::unique_lock lock(mutex_);
    bool done = false;
    queue_.push_back([&] { function(); done = true; });
    wake_.notify_one();
    done_.wait(lock, [&] { return done; });
  }

 private:
  ForkThread() {
    std::thread([this] { Loop(); }).detach();
  }

  void Loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return !queue_.empty(); });
      queue_.front()();
      queue_.pop_front();
      done_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<std::function<void()>> queue_;
};

struct PipeEnds {
  FileDescriptor read;
  FileDescriptor write;
};

Result<PipeEnds> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return IoError("Cannot make a pipe", errno);
  return PipeEnds{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<char*> PointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child needs, prepared before fork: behind it only async-signal-safe calls are allowed.
struct ChildPlan {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const char* directory;
  int output;
  int error;  ///< Takes errno when the program cannot be executed.
  pid_t parent;
  const std::function<bool()>& setup;
};

[[noreturn]] void FailInChild(const ChildPlan& plan) {
  const int error_number = errno;
  [[maybe_unused]] const ssize_t written = write(plan.error, &error_number, sizeof(error_number));
  _exit(127);
}

[[noreturn]] void RunChild(const ChildPlan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(127);  // The parent died before prctl.
  const int null = open("/dev/null", O_RDONLY);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(plan.output, STDOUT_FILENO) < 0 || dup2(plan.output, STDERR_FILENO) < 0) {
    FailInChild(plan);
  }
  // Libraries may hold files and sockets without O_CLOEXEC: none may leak into a container.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  if (plan.setup && !plan.setup()) FailInChild(plan);
  if (*plan.directory != '\0' && chdir(plan.directory) != 0) FailInChild(plan);
  execve(plan.arguments[0], plan.arguments.data(), plan.environment.data());
  FailInChild(plan);
}

pid_t Fork(const ChildPlan& plan) {
  const pid_t pid = fork();
  if (pid == 0) RunChild(plan);
  return pid;
}

Error CannotStart(const std::string& executable, int error_number) {
  const std::string message = "Cannot start a process: " + executable;
  return error_number == ENOENT ? NotFound(message + ": no such file") : IoError(message, error_number);
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Wakeup::Wakeup() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { SAGESPARK_CHECK(static_cast<bool>(fd_)); }

void Wakeup::Signal() const {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_.get(), &one, sizeof(one));
}

void Wakeup::Clear() const {
  uint64_t count;
  [[maybe_unused]] const ssize_t taken = read(fd_.get(), &count, sizeof(count));
}

std::string ProcessExit::ToString() const {
  if (signal == 0) return "exit code " + std::to_string(exit_code);
  return "signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

Result<std::unique_ptr<Process>> Process::Start(const ProcessOptions& options) {
  SAGESPARK_CHECK(!options.arguments.empty());
  SAGESPARK_ASSIGN_OR_RETURN(PipeEnds output, MakePipe());
  SAGESPARK_ASSIGN_OR_RETURN(PipeEnds error, MakePipe());
  const ChildPlan plan{PointersTo(options.arguments), PointersTo(options.environment), options.working_directory.c_str(),
                       output.write.get(), error.write.get(), getpid(), options.child_setup};
  pid_t pid = -1;
  int fork_error = 0;
  ForkThread::Instance().Run([&] {
    pid = Fork(plan);
    fork_error = errno;
  });
  if (pid < 0) return IoError("Cannot start a process", fork_error);
  error.write.Close();
  output.write.Close();
  setpgid(pid, pid);  // The child does so too; whoever comes first, the group exists from here on.

  int exec_error = 0;
  if (TEMP_FAILURE_RETRY(read(error.read.get(), &exec_error, sizeof(exec_error))) > 0) {
    waitpid(pid, nullptr, 0);
    return CannotStart(options.arguments[0], exec_error);
  }
  FileDescriptor exited(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const int pidfd_error = errno;
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  std::unique_ptr<Process> process(new Process(pid, std::move(output.read), std::move(exited)));
  if (!process->exited_) return IoError("Cannot watch a process (Linux 5.3 or newer is needed)", pidfd_error);
  return process;
}

Process::Process(pid_t pid, FileDescriptor output, FileDescriptor exited)
    : pid_(pid), output_(std::move(output)), exited_(std::move(exited)) {}

Process::~Process() {
  SignalGroup(SIGKILL);
  Wait();
}

void Process::SignalGroup(int signal) {
  const std::lock_guard lock(mutex_);
  if (!exit_) kill(-pid_, signal);
}

bool Process::ReadOutput(std::string& output) {
  constexpr size_t kMostBytes = 64 << 10;
  const size_t old_size = output.size();
  output.resize(old_size + kMostBytes);
  const ssize_t count = TEMP_FAILURE_RETRY(read(output_.get(), output.data() + old_size, kMostBytes));
  output.resize(old_size + std::max<ssize_t>(count, 0));
  if (count == 0) output_.Close();
  return count > 0;
}

ProcessEvent Process::WaitForEvent(const Wakeup& wakeup, const Deadline& deadline, std::string& output) {
  while (true) {
    pollfd fds[] = {{output_.get(), POLLIN, 0}, {exited_.get(), POLLIN, 0}, {wakeup.fd(), POLLIN, 0}};  // poll skips closed ones.
    const auto left = std::min<int64_t>(deadline.left().count(), 1'000'000'000);
    const int ready = poll(fds, 3, static_cast<int>(left));
    if (ready < 0) continue;  // Interrupted.
    // Output comes last: a child that writes without pause must not put off what others want of it.
    if (fds[2].revents != 0) return ProcessEvent::kWoken;
    if (ready == 0 || deadline.passed()) return ProcessEvent::kTimeout;
    if (fds[0].revents != 0 && ReadOutput(output)) return ProcessEvent::kOutput;
    if (fds[1].revents != 0) return ReadOutput(output) ? ProcessEvent::kOutput : ProcessEvent::kExited;
  }
}

ProcessExit Process::Wait() {
  siginfo_t info{};
  {
    const std::lock_guard lock(mutex_);
    if (exit_) return *exit_;
  }
  // Seen but not yet reaped: until then the group id cannot become another's.
  TEMP_FAILURE_RETRY(waitid(P_PID, pid_, &info, WEXITED | WNOWAIT));
  const std::lock_guard lock(mutex_);
  if (exit_) return *exit_;
  kill(-pid_, SIGKILL);
  TEMP_FAILURE_RETRY(waitid(P_PID, pid_, &info, WEXITED));
  exit_ = info.si_code == CLD_EXITED ? ProcessExit{.exit_code = info.si_status} : ProcessExit{.signal = info.si_status};
  return *exit_;
}

}  // namespace sagespark
