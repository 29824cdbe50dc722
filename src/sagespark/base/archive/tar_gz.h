#pragma once

#include <cstdint>
#include <filesystem>

#include "sagespark/base/result.h"

namespace sagespark::archive {

/// Packs the files and folders below `folder` as a gzipped POSIX tar, streaming. Entries are in byte order of their paths, without
/// owners and times, so the same files make the same bytes. Symbolic links are followed; what is no file or folder is left out.
/// Fails with kNotFound (no such folder) or kIo; a failed `file` is removed.
Status PackTarGz(const std::filesystem::path& folder, const std::filesystem::path& file);

struct UnpackLimits {
  int64_t max_bytes = int64_t{256} << 30;  ///< Of all files together, unpacked.
  int64_t max_entries = 1'000'000;
};

/// Unpacks a tar, gzipped or plain, into `folder`, which is made when absent; streaming. Permissions and times are not kept.
/// Fails with kNotFound (no such file), kCorruptData (no tar, cut, a path outside of `folder`, a link or device, an entry twice),
/// kResourceLimit, kIo. What was unpacked before the error stays.
Status UnpackTarGz(const std::filesystem::path& file, const std::filesystem::path& folder, const UnpackLimits& limits = {});

}  // namespace sagespark::archive
