#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sagespark/base/result.h"

namespace sagespark::archive {

/// A file of an archive.
struct ZipEntry {
  std::string name;
  std::string bytes;

  friend bool operator==(const ZipEntry&, const ZipEntry&) = default;
};

/// Writes a zip as a stream, its entries as they are (stored: model files are floats, which hardly compress) and without
/// times and owners, so that the same files make the same bytes. Entries of any size.
class ZipWriter {
 public:
  /// Receives the archive's bytes, in order. Its first error ends the archive and is what the methods return.
  using Sink = std::function<Status(std::string_view bytes)>;

  explicit ZipWriter(Sink sink);
  ~ZipWriter();
  ZipWriter(ZipWriter&&) noexcept;

  /// Starts an entry; `size` bytes of Write must follow, in any pieces.
  Status Begin(const std::string& name, int64_t size);
  Status Write(std::string_view bytes);

  /// Writes the directory at the end. Fails with kInternal when the last entry is short of its size.
  Status Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The archive of `entries`, in their order.
std::string WriteZip(const std::vector<ZipEntry>& entries);

struct ZipLimits {
  int64_t max_bytes = int64_t{64} << 30;  ///< Of all entries together, unpacked.
  int64_t max_entries = 1000;
};

/// Reads the files of a zip, stored or deflated, in the order of its directory; folders are left out. Checksums are verified.
/// Fails with kCorruptData (no zip, an empty one, cut, a wrong checksum, a name twice) and kResourceLimit.
Result<std::vector<ZipEntry>> ReadZip(std::string_view bytes, const ZipLimits& limits = {});

/// The same of a file, holding no more of it than its entries. Errors name the file; also kNotFound.
Result<std::vector<ZipEntry>> ReadZipFile(const std::filesystem::path& file, const ZipLimits& limits = {});

}  // namespace sagespark::archive
