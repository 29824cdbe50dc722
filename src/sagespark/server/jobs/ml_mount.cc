#include "sagespark/server/jobs/ml_mount.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "sagespark/base/process.h"

namespace sagespark::server {
namespace {

namespace fs = std::filesystem;

/// All texts that the child needs: it must not ask for memory.
struct Plan {
  enum class Kind { kFolder, kFile, kLink };
  struct Entry {
    Kind kind;
    std::string from;  ///< In /opt; of a link what it says.
    std::string to;    ///< In the view.
  };

  bool is_root = false;
  std::string uid_map;
  std::string gid_map;
  std::string ml;    ///< ROOT/opt/ml.
  std::string view;  ///< Where the view of /opt is put together; empty when /opt/ml is there.
  std::string view_ml;
  std::vector<Entry> entries;
};

bool WriteText(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return written;
}

bool EnterNamespaces(const Plan& plan) {
  if (plan.is_root && unshare(CLONE_NEWNS) == 0) return true;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  const bool may_have_no_setgroups = WriteText("/proc/self/setgroups", "deny") || errno == ENOENT;
  return may_have_no_setgroups && WriteText("/proc/self/uid_map", plan.uid_map) && WriteText("/proc/self/gid_map", plan.gid_map);
}

bool Bind(const char* from, const char* to) { return mount(from, to, nullptr, MS_BIND | MS_REC, nullptr) == 0; }

bool AddToView(const Plan::Entry& entry) {
  const char* to = entry.to.c_str();
  if (entry.kind == Plan::Kind::kLink) return symlink(entry.from.c_str(), to) == 0;
  if (entry.kind == Plan::Kind::kFolder) return mkdir(to, 0755) == 0 && Bind(entry.from.c_str(), to);
  const int fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  close(fd);
  return Bind(entry.from.c_str(), to);
}

bool EnterView(const Plan& plan) {
  if (mount("tmpfs", plan.view.c_str(), "tmpfs", 0, "mode=755,size=1m") != 0) return false;
  for (const Plan::Entry& entry : plan.entries) {
    if (!AddToView(entry)) return false;
  }
  return mkdir(plan.view_ml.c_str(), 0755) == 0 && Bind(plan.ml.c_str(), plan.view_ml.c_str()) &&
         mount(plan.view.c_str(), "/opt", nullptr, MS_MOVE, nullptr) == 0;
}

bool Enter(const Plan& plan) {
  // Nothing that is mounted from here on may show outside.
  if (!EnterNamespaces(plan) || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return plan.view.empty() ? Bind(plan.ml.c_str(), kMlFolder) : EnterView(plan);
}

Status PlanView(const fs::path& root, Plan& plan) {
  const fs::path view = root / ".view-of-opt";
  std::error_code error;
  fs::create_directories(view, error);
  if (error) return IoError("Cannot make a folder to mount at", error.value());
  plan.view = view.string();
  plan.view_ml = (view / "ml").string();
  for (const auto& entry : fs::directory_iterator("/opt", error)) {
    const std::string to = (view / entry.path().filename()).string();
    if (to == plan.view_ml) continue;
    if (entry.is_symlink(error)) {
      plan.entries.push_back({Plan::Kind::kLink, fs::read_symlink(entry.path(), error).string(), to});
    } else {
      plan.entries.push_back({entry.is_directory(error) ? Plan::Kind::kFolder : Plan::Kind::kFile, entry.path().string(), to});
    }
  }
  return error ? Status(Error(ErrorKind::kNotFound, "There is no folder /opt to mount at")) : Status::Ok();
}

}  // namespace

Result<std::function<bool()>> MountMlFolder(const fs::path& root) {
  const auto plan = std::make_shared<Plan>();
  plan->is_root = geteuid() == 0;
  plan->uid_map = std::to_string(geteuid()) + " " + std::to_string(geteuid()) + " 1";
  plan->gid_map = std::to_string(getegid()) + " " + std::to_string(getegid()) + " 1";
  plan->ml = fs::absolute(root / "opt/ml").string();
  std::error_code error;
  if (!fs::is_directory(kMlFolder, error)) SAGESPARK_RETURN_IF_ERROR(PlanView(fs::absolute(root), *plan));
  return std::function<bool()>([plan] { return Enter(*plan); });
}

bool MountsAreAllowed(const fs::path& scratch) {
  const fs::path root = scratch / "mount-probe";
  std::error_code error;
  fs::create_directories(root / "opt/ml", error);
  std::ofstream(root / "opt/ml/seen") << "1";
  bool allowed = false;
  if (const auto setup = MountMlFolder(root); setup.ok()) {
    const auto process = Process::Start({.arguments = {"/bin/sh", "-c", "test -s /opt/ml/seen"}, .child_setup = *setup});
    allowed = process.ok() && (*process)->Wait().ok();
  }
  fs::remove_all(root, error);
  return allowed;
}

}  // namespace sagespark::server
