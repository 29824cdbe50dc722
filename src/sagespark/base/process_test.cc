#include "sagespark/base/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "sagespark/testing/matchers.h"

namespace sagespark {
namespace {

using testing::HasSubstr;

ProcessOptions Shell(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}};
}

/// Everything that the process writes until it ends.
std::string ReadToEnd(Process& process) {
  const Wakeup never;
  std::string output;
  while (process.WaitForEvent(never, {}, output) == ProcessEvent::kOutput) {
  }
  return output;
}

bool IsAlive(pid_t pid) { return kill(pid, 0) == 0; }

TEST(ProcessTest, GivesOutputOfBothStreamsInOrderAndTheExitCode) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("echo out; echo error >&2; exit 3")));
  EXPECT_EQ(ReadToEnd(*process), "out\nerror\n");
  EXPECT_EQ(process->Wait().exit_code, 3);
  EXPECT_EQ(process->Wait().ToString(), "exit code 3");
}

TEST(ProcessTest, GivesOnlyTheEnvironmentItWasTold) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start({.arguments = {"/usr/bin/env"}, .environment = {"A=1", "B=x y"}}));
  EXPECT_EQ(ReadToEnd(*process), "A=1\nB=x y\n");
}

TEST(ProcessTest, LeavesNoFileOpenInTheChild) {
  const int leaked = dup(STDOUT_FILENO);  // Without O_CLOEXEC.
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("ls /proc/self/fd | wc -l")));
  EXPECT_EQ(ReadToEnd(*process), "4\n");  // 0, 1, 2 and the folder that ls reads.
  close(leaked);
}

TEST(ProcessTest, RunsTheSetupInTheChildOnly) {
  ProcessOptions options = Shell("umask");
  options.child_setup = [] { return umask(0123) != 0123; };
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(options));
  EXPECT_EQ(ReadToEnd(*process), "0123\n");
  const mode_t mine = umask(0);
  umask(mine);
  EXPECT_NE(mine, 0123u);
}

TEST(ProcessTest, ASetupThatFailsFailsTheStart) {
  ProcessOptions options = Shell("true");
  options.child_setup = [] { errno = EPERM; return false; };
  EXPECT_THAT(Process::Start(options), IsError(ErrorKind::kIo, HasSubstr("Operation not permitted")));
}

TEST(ProcessTest, NamesAnExecutableThatDoesNotExist) {
  EXPECT_THAT(Process::Start({.arguments = {"/no/such/program"}}), IsError(ErrorKind::kNotFound, HasSubstr("/no/such/program")));
  EXPECT_THAT(Process::Start({.arguments = {"/etc/passwd"}}), IsError(ErrorKind::kIo, HasSubstr("/etc/passwd")));
}

TEST(ProcessTest, SignalsTheWholeGroup) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("sleep 1000 & echo $!; wait")));
  const Wakeup never;
  std::string output;
  ASSERT_EQ(process->WaitForEvent(never, {}, output), ProcessEvent::kOutput);
  process->SignalGroup(SIGKILL);
  EXPECT_EQ(process->Wait().signal, SIGKILL);
  EXPECT_THAT(process->Wait().ToString(), HasSubstr("signal 9"));
}

TEST(ProcessTest, DestructionKillsAndReaps) {
  pid_t pid;
  {
    ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("sleep 1000")));
    pid = process->pid();
    EXPECT_TRUE(IsAlive(pid));
  }
  EXPECT_FALSE(IsAlive(pid));
}

TEST(ProcessTest, EndsWhatTheProcessLeftBehind) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("sleep 1000 & echo $!")));
  const pid_t orphan = std::stoi(ReadToEnd(*process));  // Returns though the orphan holds the pipe.
  process->Wait();
  // The kernel gives the orphan to init, which reaps it in its own time: a zombie has no command line.
  std::string command = "/proc/" + std::to_string(orphan) + "/cmdline";
  for (int i = 0; i < 1000; ++i) {
    FILE* file = std::fopen(command.c_str(), "r");
    if (file == nullptr) return;
    const int first = std::fgetc(file);
    std::fclose(file);
    if (first == EOF) return;
    std::this_thread::yield();
  }
  FAIL() << "the orphan still runs";
}

TEST(ProcessTest, AWakeupAndADeadlineEndTheWait) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("sleep 1000")));
  const Wakeup wakeup;
  std::string output;
  EXPECT_EQ(process->WaitForEvent(wakeup, Deadline::After(milliseconds(1)), output), ProcessEvent::kTimeout);
  std::thread other([&] { wakeup.Signal(); });
  EXPECT_EQ(process->WaitForEvent(wakeup, {}, output), ProcessEvent::kWoken);
  other.join();
  wakeup.Clear();
  EXPECT_EQ(process->WaitForEvent(wakeup, Deadline::After(milliseconds(1)), output), ProcessEvent::kTimeout);
}

TEST(ProcessTest, OutputWithoutPausePutsOffNeitherDeadlineNorWakeup) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("yes")));
  const Wakeup wakeup;
  std::string output;
  ASSERT_EQ(process->WaitForEvent(wakeup, {}, output), ProcessEvent::kOutput);
  EXPECT_EQ(process->WaitForEvent(wakeup, Deadline::After(milliseconds(0)), output), ProcessEvent::kTimeout);
  wakeup.Signal();
  EXPECT_EQ(process->WaitForEvent(wakeup, {}, output), ProcessEvent::kWoken);
}

TEST(ProcessTest, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Process> process;
  std::thread([&] { process = *Process::Start(Shell("read line < /dev/null; echo alive")); }).join();
  EXPECT_EQ(ReadToEnd(*process), "alive\n");
  EXPECT_TRUE(process->Wait().ok());
}

TEST(ProcessTest, DiesWithAParentThatIsKilled) {
  // The middle process starts a child in a fresh program image of this test, and is killed.
  ASSERT_OK_AND_ASSIGN(const auto middle, Process::Start({.arguments = {"/proc/self/exe", "--gtest_filter=ProcessTest.DISABLED_StartsAChildAndWaits",
                                                                        "--gtest_also_run_disabled_tests"},
                                                          .environment = {"PATH=/usr/bin:/bin"}}));
  const Wakeup never;
  std::string output;
  while (output.find("child=") == std::string::npos || output.find(";") == std::string::npos) {
    ASSERT_EQ(middle->WaitForEvent(never, {}, output), ProcessEvent::kOutput) << output;
  }
  const pid_t child = std::stoi(output.substr(output.find("child=") + 6));
  ASSERT_TRUE(IsAlive(child));
  FileDescriptor gone(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  kill(middle->pid(), SIGKILL);  // Not the group.
  pollfd wait{gone.get(), POLLIN, 0};
  EXPECT_EQ(poll(&wait, 1, 30'000), 1);
}

TEST(ProcessTest, DISABLED_StartsAChildAndWaits) {
  ASSERT_OK_AND_ASSIGN(const auto process, Process::Start(Shell("sleep 1000")));
  std::printf("child=%d;\n", process->pid());
  std::fflush(stdout);
  process->Wait();
}

}  // namespace
}  // namespace sagespark
