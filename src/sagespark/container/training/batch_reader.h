#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sagespark/base/cancellation.h"
#include "sagespark/base/result.h"
#include "sagespark/codec/row_block.h"
#include "sagespark/io/file_system.h"

namespace sagespark::container {

/// Cuts the bytes of one file into rows. Not thread-safe.
class RowDecoder {
 public:
  virtual ~RowDecoder() = default;

  /// Appends the next row, with its label where the block requires one; false at the end of the file. Errors are those of
  /// the block, and name the place in the file (byte or line).
  virtual Result<bool> AppendTo(codec::RowBlock& block) = 0;
};

/// The stream outlives the decoder.
using MakeRowDecoder = std::function<std::unique_ptr<RowDecoder>(io::InputStream& stream)>;

/// Reads files as batches of rows, once, on a thread of its own that decodes the next batch while the caller works on
/// the last: two batches of memory, whatever the files hold. Not thread-safe.
class BatchReader {
 public:
  struct Options {
    codec::RowBlock::Options rows;  ///< Also NaN, infinity, other lengths and missing labels are its business.
    int64_t batch_rows = 5000;      ///< Rows a batch, >= 1; the last batch has what is left.
    MakeRowDecoder make_decoder;
    CancellationToken cancellation;
  };

  /// Starts to read `paths` one after the other as one run of rows. `files` outlives the reader.
  BatchReader(io::FileSystem& files, std::vector<std::string> paths, Options options);

  /// Waits for the thread, which stops at its next row.
  ~BatchReader();
  BatchReader(const BatchReader&) = delete;
  BatchReader& operator=(const BatchReader&) = delete;

  /// The next batch, of at least one row, valid until the next call; null at the end. The rows before an error are
  /// lost. Errors name the file and the row, counted from 1 over all files; kCancelled.
  Result<const codec::RowBlock*> Next();

 private:
  enum class SlotState { kFree, kFull, kLent };
  struct Slot {
    codec::RowBlock batch;
    SlotState state = SlotState::kFree;
  };

  void ReadAll();
  Status ReadFile(const std::string& path);
  /// The batch being filled; waits until the caller has freed one for it.
  Result<codec::RowBlock*> BatchToFill();
  void PublishSlot();
  void Finish(Status status);

  io::FileSystem& files_;
  const std::vector<std::string> paths_;
  const Options options_;

  // Used by the reading thread only.
  int64_t rows_read_ = 0;
  size_t fill_slot_ = 0;
  bool owns_slot_ = false;  // Whether that slot was seen free.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Slot, 2> slots_;  // The batch of a free slot belongs to the reading thread, of a lent one to the caller.
  std::optional<Status> end_;
  std::atomic<bool> stopping_ = false;

  size_t next_slot_ = 0;  // Used by the caller only.
  std::thread thread_;    // Last, so that all else is ready when it starts.
};

}  // namespace sagespark::container
