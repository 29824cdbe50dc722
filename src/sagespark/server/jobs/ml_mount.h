#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "sagespark/base/result.h"

namespace sagespark::server {

/// The containers' folder of files, as SageMaker has it.
inline constexpr char kMlFolder[] = "/opt/ml";

/// Prepares what puts ROOT/opt/ml at /opt/ml in a mount namespace of a child process's own: give the function to
/// ProcessOptions::child_setup. Root gets a mount namespace; others a user namespace too, in which they stay who they are. Where
/// there is no folder /opt/ml, /opt is replaced by a view of it that has one. The rest of the machine's files stay as they are: this
/// is no sandbox. `root` must have the folder opt/ml. Fails with kNotFound when there is no /opt, kIo.
Result<std::function<bool()>> MountMlFolder(const std::filesystem::path& root);

/// True when this machine allows that, found out by doing it once in a child process, with files in `scratch`.
bool MountsAreAllowed(const std::filesystem::path& scratch);

}  // namespace sagespark::server
